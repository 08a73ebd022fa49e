/* config/values: from the entries of a section to the options of a table. */
#include <string.h>

#include "../module/form.h"
#include "read.h"

static struct value *find(struct value *v, const char *name)
{
	while (v && strcmp(v->name, name))
		v = v->next;
	return v;
}

static void append(struct config *c, struct value *v, const char *more)
{
	struct text joined = {0};

	text_printf(&joined, "%s\n%s", v->text, more);
	v->text = parse_keep(&c->parse, text_get(&joined));
	v->count++;
	text_release(&joined);
}

struct value *values_of(struct config *c, const struct section *s)
{
	struct value *first = NULL, **last = &first, *v;

	for (const struct entry *e = s->first; e; e = e->next) {
		v = find(first, e->name);
		if (v) {
			append(c, v, e->value);
			continue;
		}
		v = parse_alloc(&c->parse, sizeof *v);
		*v = (struct value){.name = e->name,
				    .text = e->value,
				    .file = e->file,
				    .line = e->line,
				    .count = 1};
		*last = v;
		last = &v->next;
	}
	return first;
}

/* What a file's own quotes have made a control character is written back as an escape. */
static void add_escaped(struct text *t, const char *value)
{
	for (const char *at = value; *at; at++)
		if (form_is_control((unsigned char)*at))
			text_printf(t, "\\x%02x", (unsigned char)*at);
		else
			text_putc(t, *at);
}

void value_escape(struct config *c, const struct section *s, struct value *v)
{
	struct text all = {0};

	for (const struct entry *e = s->first; e; e = e->next) {
		if (strcmp(e->name, v->name))
			continue;
		text_puts(&all, all.size ? "\n" : "");
		add_escaped(&all, e->value);
	}
	v->text = parse_keep(&c->parse, text_get(&all));
	text_release(&all);
}

int value_line(struct config *c, const struct section *s, const char *option)
{
	for (const struct value *v = values_of(c, s); v; v = v->next)
		if (!strcmp(v->name, option))
			return v->line;
	return s->line;
}

static bool refuse(struct config *c, const struct module_head *head, const struct value *v,
		   const char *why)
{
	struct text remedy = {0};

	if (head->kind)
		text_printf(&remedy, "`nines modules %s` shows what it may be", head->name);
	else
		text_puts(&remedy, "correct the value");
	problem_add(&c->parse, v->file, v->line, text_get(&remedy), "%s", why);
	text_release(&remedy);
	return false;
}

bool value_set(struct config *c, const struct module_head *head, void *options, struct arena *arena,
	       const struct value *v)
{
	const struct module_option *o = option_find(head, v->name);
	struct text wrong = {0};
	bool is_fine;

	if (o && o->type != OPTION_TYPE_LIST && v->count > 1) {
		text_printf(&wrong, "%s: takes one value, got %d", v->name, v->count);
		is_fine = refuse(c, head, v, text_get(&wrong));
	} else {
		is_fine = option_set(head, options, arena, v->name, v->text, &wrong) ||
			  refuse(c, head, v, text_get(&wrong));
	}
	text_release(&wrong);
	return is_fine;
}

static size_t collect(const struct module_head *head, const char **into, size_t at)
{
	for (const struct module_option *o = head->option; o && o->name; o++)
		into[at++] = o->name;
	return at;
}

static void add_unknown(struct config *c, const struct value *v, const char *of, const char *name,
			const char *nearest, const char *remedy)
{
	struct text safe = {0};

	text_add_safe(&safe, v->name, strlen(v->name), 60);
	if (nearest)
		problem_add(&c->parse, v->file, v->line, NULL,
			    "unknown option '%s' of %s '%s': did you mean '%s'?", text_get(&safe),
			    of, name, nearest);
	else
		problem_add(&c->parse, v->file, v->line, remedy, "unknown option '%s' of %s '%s'",
			    text_get(&safe), of, name);
	text_release(&safe);
}

void value_refuse_unknown(struct config *c, const struct descriptor *d, const struct value *v)
{
	const char *all[2 * OPTION_ENTRIES];
	size_t n = collect(&d->head, all, 0);
	struct text remedy = {0};

	if (d->head.kind != MODULE_REPORT)
		n = collect(d->head.kind == MODULE_CHECK ? &common_head : &notifier_head, all, n);
	text_printf(&remedy, "`nines modules %s` lists its options", d->head.name);
	add_unknown(c, v, "module", d->head.name, option_nearest(v->name, all, n, sizeof *all),
		    text_get(&remedy));
	text_release(&remedy);
}

static void refuse_unknown(struct config *c, const struct module_head *head, const struct value *v)
{
	const char *all[OPTION_ENTRIES];
	size_t n = collect(head, all, 0);
	struct text remedy = {0};

	text_puts(&remedy, n ? "it has" : "it has no options: remove the line");
	for (size_t i = 0; i < n; i++)
		text_printf(&remedy, " %s", all[i]);
	add_unknown(c, v, "section", head->name, option_nearest(v->name, all, n, sizeof *all),
		    text_get(&remedy));
	text_release(&remedy);
}

bool values_set(struct config *c, const struct section *s, const struct module_head *head,
		void *options)
{
	const char *given[OPTION_ENTRIES + 1] = {NULL};
	struct text wrong = {0};
	size_t n = 0;
	bool is_fine = option_defaults(head, options, &c->parse.arena, &wrong);

	for (struct value *v = values_of(c, s); v; v = v->next) {
		if (!option_find(head, v->name)) {
			refuse_unknown(c, head, v);
			is_fine = false;
			continue;
		}
		given[n++] = v->name;
		is_fine &= value_set(c, head, options, &c->parse.arena, v);
	}
	if (!option_complete(head, options, given, &wrong)) {
		problem_add(&c->parse, s->file, s->line, "add it", "%s", text_get(&wrong));
		is_fine = false;
	}
	text_release(&wrong);
	return is_fine;
}
