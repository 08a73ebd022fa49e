/* config/deliver_report: the report of a section `deliver`, and the options it is made with. See
 * deliver.h. */
#include <string.h>

#include "../base/line.h"
#include "deliver.h"

void deliver_judge_report(struct config *c, struct delivery *d)
{
	const char *all[128], *nearest;
	struct text remedy = {0};
	size_t n = 0;

	d->module = descriptor_find(&c->modules, MODULE_REPORT, d->say.report);
	if (d->module && d->module->is_known)
		return;
	for (const struct descriptor *m = c->modules.first; m && n < 128; m = m->next)
		if (m->head.kind == MODULE_REPORT)
			all[n++] = m->head.name;
	nearest = option_nearest(d->say.report, all, n, sizeof *all);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "'nines report' lists them");
	WRONG(c, d, "report", text_get(&remedy), "there is no report '%.60s'", d->say.report);
	d->module = NULL;
	text_release(&remedy);
}

static bool has_word(const struct delivery *d, const char *option)
{
	for (const char *const *w = d->say.with; *w; w++)
		if (!strncmp(*w, option, strlen(option)) && (*w)[strlen(option)] == '=')
			return true;
	return false;
}

static void refuse_option(struct config *c, const struct delivery *d, const char *name)
{
	const struct module_head *head = &d->module->head;
	struct text remedy = {0};
	const char *nearest;
	size_t n = 0;

	while (head->option && head->option[n].name)
		n++;
	nearest = option_nearest(name, head->option, n, sizeof *head->option);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_printf(&remedy, "`nines modules %s` lists its options", head->name);
	WRONG(c, d, "with", text_get(&remedy), "with: report '%s' has no option '%.60s'",
	      head->name, name);
	text_release(&remedy);
}

static void add_word(struct delivery *d, const char *name, const char *value)
{
	struct text key = {0};

	text_printf(&key, "opt.%s", name);
	line_add(&d->words, text_get(&key), value);
	text_release(&key);
}

static void take_word(struct config *c, struct delivery *d, void *options, const char *word)
{
	const struct module_head *head = &d->module->head;
	const char *equals = strchr(word, '='), *name;
	const struct module_option *o;
	struct text wrong = {0};

	if (!equals || equals == word) {
		WRONG(c, d, "with", "write \"incidents=50\"", "with: '%.60s' is no name=value",
		      word);
		return;
	}
	text_add(&wrong, word, (size_t)(equals - word));
	name = parse_keep(&c->parse, text_get(&wrong));
	text_clear(&wrong);
	o = option_find(head, name);
	if (!o)
		refuse_option(c, d, name);
	else if (o->flags & OPTION_IS_SECRET)
		WRONG(c, d, "with", "write it into the section report-NAME",
		      "with: '%s' is a secret", name);
	else if (!option_set(head, options, &c->parse.arena, name, equals + 1, &wrong))
		WRONG(c, d, "with", "correct the value", "with: %s", text_get(&wrong));
	else
		add_word(d, name, equals + 1);
	text_release(&wrong);
}

struct general {
	struct config *c;
	struct delivery *d;
};

static void take_general(const char *name, const char *value, void *with)
{
	const struct general *g = with;

	if (!has_word(g->d, name))
		add_word(g->d, name, value);
}

void deliver_judge_options(struct config *c, struct delivery *d)
{
	void *options = parse_alloc(&c->parse, d->module->head.options_size + 1);
	struct general general = {c, d};
	struct text word = {0}, wrong = {0};

	option_defaults(&d->module->head, options, &c->parse.arena, &wrong);
	text_printf(&word, "report-%s", d->say.report);
	config_each_option(c, text_get(&word), take_general, &general);
	for (const char *const *w = d->say.with; *w; w++)
		take_word(c, d, options, *w);
	d->is_for_each = option_find(&d->module->head, "contact") && !has_word(d, "contact");
	text_release(&word);
	text_release(&wrong);
}
