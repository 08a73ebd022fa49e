/* modules/exec: runs a plugin of Nagios, Icinga, Checkmk or of your own, and takes its exit status,
 * its text and its performance data. Manual: exec.md. */
#include <nines/check.h>

#include <stdio.h>

#include "perfdata.h"
#include "said.h"

#define VALUES	    30 /* with their limits and the texts what a probe may keep */
#define SAID_BYTES  300
#define MORE_BYTES  1000
#define ENVIRONMENT 60

struct exec {
	const char *const *command, *const *environment;
	const char *secret, *secret_name;
};

static const struct module_option option[] = {
	OPTION_(struct exec, command, "command", OPTION_TYPE_LIST, NULL, NULL, OPTION_IS_REQUIRED,
		"the program, an absolute path, and its arguments, one each"),
	OPTION_LIST(struct exec, environment, "", "variables for it, NAME=value"),
	OPTION_SECRET(struct exec, secret, "a secret for it, as the variable of secret-name"),
	OPTION_(struct exec, secret_name, "secret-name", OPTION_TYPE_TEXT, "SECRET", NULL, 0,
		"name of the variable that holds the secret"),
	OPTION_END};

static const char *const *make_environment(struct probe *p, const struct exec *o)
{
	static const char *const standard[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
					       "LANG=C"};
	const char **all = probe_alloc(p, (ENVIRONMENT + 4) * sizeof *all);
	size_t n = 0;

	for (size_t i = 0; all && i < sizeof standard / sizeof *standard; i++)
		all[n++] = standard[i];
	for (size_t i = 0; all && i < ENVIRONMENT && o->environment[i]; i++)
		all[n++] = o->environment[i];
	if (all && *o->secret)
		all[n] = probe_text(p, "%s=%s", o->secret_name, o->secret);
	return all;
}

static bool read_output(struct probe *p, const struct probe_exec_answer *a, const struct exec *o,
			struct said *s)
{
	char *output = probe_alloc(p, a->output_bytes + 1);

	s->text = probe_alloc(p, a->output_bytes + 2);
	s->more = probe_alloc(p, a->output_bytes + 2);
	s->perfdata = probe_alloc(p, a->output_bytes + 2);
	if (!output || !s->text || !s->more || !s->perfdata)
		return false;
	memcpy(output, a->output, a->output_bytes);
	said_strike(output, o->secret);
	probe_note(p, "%s", output);
	said_split(s, output);
	said_cut(s->text, SAID_BYTES);
	said_cut(s->more, MORE_BYTES);
	return true;
}

static bool is_taken(char names[][PERF_LABEL], size_t n, const char *name)
{
	while (n && strcmp(names[n - 1], name) != 0)
		n--;
	return n > 0;
}

/* Names of values are small letters, digits, '-' and '_'; two labels never become one name. */
static void make_name(char names[][PERF_LABEL], size_t n, const char *label)
{
	size_t size = 0;

	for (; label[size] && size < PERF_LABEL - 4; size++) {
		char c = label[size] >= 'A' && label[size] <= 'Z' ? label[size] + 32 : label[size];

		names[n][size] =
			(c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ? c : '_';
	}
	names[n][size] = '\0';
	for (int number = 2; is_taken(names, n, names[n]); number++) {
		names[n][size] = '-';
		names[n][size + 1] = (char)('0' + number / 10);
		names[n][size + 2] = (char)('0' + number % 10);
		names[n][size + 3] = '\0';
	}
}

static void take_values(struct probe *p, const char *perfdata)
{
	char(*names)[PERF_LABEL] = probe_alloc(p, VALUES * sizeof *names);
	struct perf item;
	size_t n = 0, left_out = 0;

	for (; names && n < VALUES && perfdata_take(&perfdata, &item); n++) {
		make_name(names, n, item.label);
		if (item.is_known)
			probe_value(p, names[n], item.value, item.unit);
		if (*item.limits)
			probe_fact(p, probe_text(p, "limits_%s", names[n]), item.limits);
	}
	while (n == VALUES && perfdata_take(&perfdata, &item))
		left_out++;
	if (left_out)
		probe_fact(p, "left_out", probe_text(p, "%zu values", left_out));
}

/* What to tell of it: its first line, else what it wrote to standard error. */
static const char *words_of(struct probe *p, const struct probe_exec_answer *a,
			    const struct said *s)
{
	char *error = probe_alloc(p, strlen(a->error) + 1);

	if (*s->text || !error)
		return s->text;
	memcpy(error, a->error, strcspn(a->error, "\n"));
	said_cut(error, SAID_BYTES);
	return error;
}

static void judge(struct probe *p, const struct probe_exec_answer *a, const char *words)
{
	const char *said =
		*words ? probe_text(p, "plugin said '%s'", words) : "plugin said nothing";

	if (a->signal)
		probe_unknown(p, "ended by signal %d, %s", a->signal, said);
	else if (a->status > 3)
		probe_unknown(p, "exit status %d is none of 0 to 3, %s", a->status, said);
	else if (!*words && a->status)
		words = probe_text(p, "exit status %d, %s", a->status, said);
	if (a->status == 1)
		probe_degrade(p, "%s", words);
	else if (a->status == 2)
		probe_fail(p, "%s", words);
	else if (a->status == 3)
		probe_unknown(p, "%s", words);
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct exec *o = options;

	for (j->item = 0; o->environment[j->item]; j->item++) {
		const char *e = o->environment[j->item];
		bool is_variable = strchr(e, '=') && *e != '=';

		if (is_variable && j->item < ENVIRONMENT)
			continue;
		j->option = "environment";
		snprintf(j->why, sizeof j->why, "%s",
			 is_variable ? "too many variables" : "wanted NAME=value");
		return false;
	}
	j->item = 0;
	j->option = "command";
	snprintf(j->why, sizeof j->why, "wanted an absolute path and arguments");
	return *o->command && **o->command == '/';
}

static void run(struct probe *p, const void *options)
{
	const struct exec *o = options;
	const char *const *environment = make_environment(p, o);
	struct check_judgement sanity = {0};
	struct probe_exec_answer answer;
	struct said said;

	if (!is_sane(o, &sanity))
		probe_unknown(p, "%s: %s", sanity.option, sanity.why);
	probe_step(p, "exec");
	if (!probe_exec(p, o->command, environment, &answer) || !read_output(p, &answer, o, &said))
		return;
	probe_fact(p, "output", said.text);
	if (*said.more)
		probe_fact(p, "output_more", said.more);
	take_values(p, said.perfdata);
	judge(p, &answer, words_of(p, &answer, &said));
}

CHECK_MODULE("exec", "runs a plugin of Nagios or of your own", struct exec, option, run,
	     .head.flags = MODULE_NEEDS_EXEC, .judge = is_sane);
