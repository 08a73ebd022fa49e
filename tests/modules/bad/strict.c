/* tests/modules/bad/strict: a module whose judge() does what its option says, for the tests of who
 * asks it. */
#include <nines/check.h>

#include <stdlib.h>

struct strict {
	const char *mode, *password;
	const char *const *items;
};

static const struct module_option option[] = {
	OPTION_TEXT(struct strict, mode, "", "crash, loop, leave, secret, several, silent, old"),
	OPTION_SECRET(struct strict, password, "which judge() does not see"),
	OPTION_LIST(struct strict, items, "", "of which each is wrong"),
	OPTION_END,
};

static bool judge(const void *options, struct check_judgement *j)
{
	const struct strict *o = options;
	bool is_fine = true;

	if (!strcmp(o->mode, "crash"))
		abort();
	if (!strcmp(o->mode, "leave"))
		exit(0);
	while (!strcmp(o->mode, "loop"))
		;
	if (!strcmp(o->mode, "secret"))
		is_fine = check_wrong(j, "password", 0, "it is '%s'", o->password);
	for (size_t i = 0; o->items[i]; i++)
		is_fine = check_wrong(j, "items", i, "'%s' is wrong", o->items[i]);
	if (!strcmp(o->mode, "old")) { /* as modules did that were built before check_wrong() */
		j->option = "mode";
		snprintf(j->why, sizeof j->why, "old is wrong");
		return false;
	}
	return is_fine && strcmp(o->mode, "silent") != 0;
}

static void run(struct probe *p, const void *options)
{
	const struct strict *o = options;

	probe_fail(p, "run with a password of %zu bytes", strlen(o->password));
}

CHECK_MODULE("strict", "judges its options", struct strict, option, run, .judge = judge);
