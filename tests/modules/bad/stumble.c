/* tests/modules/bad/stumble: a notifier that does what its address says: crash, spin, exit, call on
 * and on, come back with nonsense; any other letter is delivered. */
#include <nines/notifier.h>

#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const char *what = letter_to(l);
	volatile int *volatile nowhere = NULL;

	(void)options;
	probe_step(letter_probe(l), "stumble");
	if (!strcmp(what, "crash"))
		*nowhere = 1;
	if (!strcmp(what, "exit"))
		_exit(0);
	while (!strcmp(what, "spin"))
		if (*what == '\0')
			break;
	while (!strcmp(what, "liar"))
		probe_fail(letter_probe(l), "no");
	if (!strcmp(what, "nonsense"))
		return (enum letter_outcome)17;
	if (!strcmp(what, "unknown"))
		probe_unknown(letter_probe(l), "no memory");
	if (!strcmp(what, "late"))
		probe_sleep(letter_probe(l), 1000000000);
	if (!strcmp(what, "late") || !strcmp(what, "gone"))
		return LETTER_GIVE_UP;
	return LETTER_DELIVERED;
}

NOTIFIER_MODULE("stumble", "does what its address says", struct none, option, deliver);
