/* tests/modules/bad/garbage: writes into every descriptor of its process (F25). */
#include <nines/check.h>
#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	static const char bytes[] = "\x08\0\0\0\xff\xff\xff\xffresult 1 verdict=up\n";

	(void)options;
	probe_step(p, "scribble");
	for (int fd = 3; fd < 256; fd++)
		if (write(fd, bytes, sizeof bytes) < 0)
			continue;
}

CHECK_MODULE("garbage", "writes into every descriptor of its process", struct none, option, run);
