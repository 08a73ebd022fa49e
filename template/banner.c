/* banner: a check module in fifteen lines. Rename the file, the struct and the name together. */
#include <nines/check.h>

#include <string.h>

struct banner {
	const char *host;
	int64_t port;
	const char *expect;
};

static const struct module_option option[] = {
	OPTION_HOST(struct banner, host, "address to connect to"),
	OPTION_PORT(struct banner, port, 0, "TCP port"),
	OPTION_TEXT(struct banner, expect, "", "text the first line must contain"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	const struct banner *o = options;
	const char *line;

	probe_dial(p, o->host, o->port); /* the steps resolve and connect */
	probe_step(p, "banner");
	line = probe_line(p);
	if (!strstr(line, o->expect))
		probe_fail(p, "wanted '%s', got '%s'", o->expect, line);
}

CHECK_MODULE("banner", "reads the first line a server says", struct banner, option, run);
