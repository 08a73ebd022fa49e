/* config/report: `nines config check`: every problem, then a summary. */
#include <jansson.h>
#include <string.h>

#include "../base/log.h"
#include "config.h"

static void print_problem(const struct problem *p)
{
	struct text t = {0};

	text_add_safe(&t, p->file, strlen(p->file), 1000);
	if (p->line)
		text_printf(&t, ":%d", p->line);
	text_puts(&t, ": ");
	text_add_safe(&t, p->text, strlen(p->text), 2000);
	if (*p->remedy) {
		text_puts(&t, ": ");
		text_add_safe(&t, p->remedy, strlen(p->remedy), 1000);
	}
	log_say("%s", text_get(&t));
	text_release(&t);
}

/* jansson takes valid UTF-8 only. */
static json_t *json_text(const char *s)
{
	struct text safe = {0};
	json_t *j;

	text_add_safe(&safe, s, strlen(s), 4000);
	j = json_string(text_get(&safe));
	text_release(&safe);
	return j;
}

static json_t *problem_json(const struct problem *p)
{
	return json_pack("{so si so so sb}", "file", json_text(p->file), "line", p->line, "text",
			 json_text(p->text), "remedy", json_text(p->remedy), "lint", p->is_lint);
}

static void print_json(const struct config *c, const struct config_counts *n, FILE *out)
{
	json_t *problems = json_array(), *notes = json_array(), *all;

	for (const struct problem *p = config_problems(c); p; p = p->next)
		json_array_append_new(problems, problem_json(p));
	for (const struct problem *p = config_notes(c); p; p = p->next)
		json_array_append_new(notes, json_text(p->text));
	all = json_pack("{sb si si si si so so}", "ok", !n->wrong, "checks", n->checks, "services",
			n->services, "modules", n->modules, "refused", n->refused, "problems",
			problems, "notes", notes);
	json_dumpf(all, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(all);
}

static void print_count(FILE *out, int n, const char *what, const char *behind)
{
	fprintf(out, "%d %s%s%s", n, what, n == 1 ? "" : "s", behind);
}

static void print_summary(const struct config_counts *n, FILE *out)
{
	print_count(out, n->checks, "check", ", ");
	print_count(out, n->services, "service", ", ");
	print_count(out, n->modules, "module", "");
	if (n->refused)
		fprintf(out, " (%d refused)", n->refused);
	fputc('\n', out);
}

static void print_refused(const struct config *c)
{
	for (const struct descriptor *d = config_modules(c)->first; d; d = d->next)
		if (d->refused)
			log_say("%s", d->refused);
}

int config_check(const char *file, FILE *out, bool json, void (*look)(struct config *))
{
	struct config *c = config_read(file, false);
	struct config_counts n;
	int status;

	if (look && !config_wrong(c))
		look(c);
	config_count(c, &n);
	if (json) {
		print_json(c, &n, out);
	} else {
		for (const struct problem *p = config_problems(c); p; p = p->next)
			print_problem(p);
		for (const struct problem *p = config_notes(c); p; p = p->next)
			print_problem(p);
		print_refused(c);
		if (!n.wrong)
			print_summary(&n, out);
	}
	status = n.wrong || n.lints || n.refused;
	config_free(c);
	return status;
}
