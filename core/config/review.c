/* config/review: what check modules themselves say of the checks that were read: their judge() runs
 * in a child (module/load.h, module_review), its objections become problems with file and line. */
#include <stdlib.h>
#include <string.h>

#include "../module/load.h"
#include "read.h"

/* The place of the item of an option in the check's section, or where the check itself stands. */
static const struct entry *find_entry(const struct named *n, const char *option, int64_t item)
{
	for (const struct entry *e = n->section ? n->section->first : NULL; e; e = e->next)
		if (!strcmp(e->name, option) && !item--)
			return e;
	return NULL;
}

static void take_wrong(struct config *c, const struct descriptor *d, const struct line *l)
{
	const struct named *n = map_find_text(&c->names, line_name(l));
	const struct entry *e;
	const char *option = line_get(l, "option");
	struct text safe = {0}, remedy = {0};

	if (!n || strcmp(l->verb, "wrong"))
		return;
	e = find_entry(n, option, line_int(l, "item", 0));
	text_add_safe(&safe, line_get(l, "text"), strlen(line_get(l, "text")), 300);
	text_printf(&remedy, "`nines modules %s` shows what it may be", d->head.name);
	problem_add(&c->parse, e ? e->file : n->file, e ? e->line : n->line, text_get(&remedy),
		    "%s%s%s", option, *option ? ": " : "", text_get(&safe));
	text_release(&safe);
	text_release(&remedy);
}

static void review(struct config *c, const struct descriptor *d)
{
	struct text lines = {0};
	struct line *l = memory_new(sizeof *l);
	char *at, *stop;

	if (!module_review(d->path, &c->define_lines, &lines))
		lint_add(&c->parse, d->path, 0, "mend the module",
			 "the module '%s' crashed, hung or was replaced while it judged its checks",
			 d->head.name);
	for (at = lines.at; at && (stop = strchr(at, '\n')); at = stop + 1)
		if (!line_parse(l, at, (size_t)(stop - at)))
			take_wrong(c, d, l);
	text_release(&lines);
	free(l);
}

void checks_review(struct config *c)
{
	struct text word = {0};

	for (const struct descriptor *d = c->modules.first; d; d = d->next) {
		text_clear(&word);
		text_printf(&word, " module=%s ", d->head.name);
		if (d->judges && !d->refused && strstr(text_get(&c->define_lines), word.at))
			review(c, d);
	}
	text_release(&word);
}
