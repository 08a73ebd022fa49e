/* notifiers/exec: runs a program for each letter: the hook for everything that nines does not do
 * itself. Manual: exec.md. */
#include <nines/notifier.h>

#include <stdio.h>

#define SAID_BYTES  300
#define ENVIRONMENT 40
#define STATUS_LATER 75 /* EX_TEMPFAIL of sysexits.h */

struct exec {
	const char *const *command, *const *environment, *const *events;
	const char *secret, *secret_name;
};

static const struct module_option option[] = {
	OPTION_(struct exec, command, "command", OPTION_TYPE_LIST, NULL, NULL, OPTION_IS_REQUIRED,
		"the program, an absolute path, and its arguments, one each"),
	OPTION_LIST(struct exec, events, "",
		    "kinds of letters it runs for: alert recovery note summary confirmation "
		    "report test; none named: all"),
	OPTION_LIST(struct exec, environment, "", "variables for it, NAME=value"),
	OPTION_SECRET(struct exec, secret, "a secret for it, as the variable of secret-name"),
	OPTION_(struct exec, secret_name, "secret-name", OPTION_TYPE_TEXT, "SECRET", NULL, 0,
		"name of the variable that holds the secret"),
	OPTION_END,
};

static bool is_wanted(const struct exec *o, const char *kind)
{
	if (!*o->events)
		return true;
	for (const char *const *e = o->events; *e; e++)
		if (!strcmp(*e, kind))
			return true;
	return false;
}

/* The words of a letter that every hook wants; all of them are in the JSON document. */
static const char *const word[] = {"state",   "check",  "service", "incident", "title",  "target",
				   "address", "reason", "step",	   "since",    "until",	 "location",
				   "cause",   "members", "owner",   "url",	"contact"};
#define WORDS (sizeof word / sizeof *word)

static const char *variable_of(struct probe *p, const char *key, const char *value)
{
	char name[32];
	size_t n = 0;

	for (; key[n] && n < sizeof name - 1; n++)
		name[n] = key[n] >= 'a' && key[n] <= 'z' ? key[n] - 32 : '_';
	name[n] = '\0';
	return probe_text(p, "NINES_%s=%s", name, value);
}

static const char *const *make_environment(struct probe *p, const struct letter *l,
					   const struct exec *o)
{
	const char **all = probe_alloc(p, (ENVIRONMENT + WORDS + 16) * sizeof *all);
	size_t n = 0;

	if (!all)
		return NULL;
	all[n++] = "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
	all[n++] = "LANG=C";
	all[n++] = variable_of(p, "id", letter_id(l));
	all[n++] = variable_of(p, "event", letter_kind_text(l));
	all[n++] = variable_of(p, "to", letter_to(l));
	all[n++] = variable_of(p, "subject", letter_subject(l));
	all[n++] = variable_of(p, "short", letter_short(l));
	all[n++] = variable_of(p, "text", letter_text(l));
	all[n++] = variable_of(p, "attempt", probe_text(p, "%d", letter_attempt(l)));
	for (size_t i = 0; i < WORDS; i++)
		all[n++] = variable_of(p, word[i], letter_word(l, word[i]));
	for (size_t i = 0; i < ENVIRONMENT && o->environment[i]; i++)
		all[n++] = o->environment[i];
	if (*o->secret)
		all[n] = probe_text(p, "%s=%s", o->secret_name, o->secret);
	return all;
}

/* What to tell of it: the first line of its standard error, else of its output. */
static const char *words_of(struct probe *p, const struct probe_exec_answer *a)
{
	const char *said = *a->error ? a->error : a->output;
	size_t n = strcspn(said, "\n");
	char *line = probe_alloc(p, SAID_BYTES + 1);

	if (!line || !n)
		return "and said nothing";
	memcpy(line, said, n < SAID_BYTES ? n : SAID_BYTES);
	return probe_text(p, "and said '%s'", probe_shown(p, line));
}

static enum letter_outcome judge(struct letter *l, const struct probe_exec_answer *a)
{
	struct probe *p = letter_probe(l);

	probe_note(p, "output: %s", a->output);
	probe_note(p, "error: %s", a->error);
	if (!a->signal && !a->status)
		return LETTER_DELIVERED;
	if (a->signal)
		letter_reason(l, "the program ended by signal %d %s", a->signal, words_of(p, a));
	else
		letter_reason(l, "the program ended with status %d %s", a->status, words_of(p, a));
	return a->signal || a->status == STATUS_LATER ? LETTER_TRY_LATER : LETTER_GIVE_UP;
}

static bool is_event(const char *name)
{
	static const char *const kind[] = {"alert",	   "recovery", "note", "summary",
					   "confirmation", "report",   "test"};

	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
		if (!strcmp(kind[i], name))
			return true;
	return false;
}

static bool is_sane(const void *options, const char *address, struct check_judgement *j)
{
	const struct exec *o = options;

	(void)address; /* whatever the program takes */
	if (!*o->command || **o->command != '/')
		return check_wrong(j, "command", 0, "wanted an absolute path and arguments");
	for (size_t i = 0; o->events[i]; i++)
		if (!is_event(o->events[i]))
			return check_wrong(j, "events", i, "there is no event '%.60s'",
					   o->events[i]);
	for (size_t i = 0; o->environment[i]; i++) {
		const char *e = o->environment[i];

		if (i == ENVIRONMENT)
			return check_wrong(j, "environment", i, "too many variables");
		if (!strchr(e, '=') || *e == '=')
			return check_wrong(j, "environment", i, "wanted NAME=value, got '%.60s'",
					   e);
	}
	return true;
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct exec *o = options;
	struct probe *p = letter_probe(l);
	const char *json = letter_json(l);
	struct check_judgement sanity = {0};
	struct probe_exec_answer answer;

	if (!is_sane(o, letter_to(l), &sanity)) {
		letter_reason(l, "%s: %s", sanity.option, sanity.why);
		return LETTER_GIVE_UP;
	}
	if (!is_wanted(o, letter_kind_text(l))) {
		letter_reason(l, "not run: its events do not name '%s'", letter_kind_text(l));
		return LETTER_DELIVERED;
	}
	probe_step(p, "exec");
	if (!probe_exec_with(p, o->command, make_environment(p, l, o), json, strlen(json), &answer))
		return LETTER_TRY_LATER;
	return judge(l, &answer);
}

NOTIFIER_MODULE("exec", "runs a program for each letter", struct exec, option, deliver,
		.head.flags = MODULE_NEEDS_EXEC, .judge = is_sane);
