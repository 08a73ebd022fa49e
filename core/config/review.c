/* config/review: what modules themselves say of the checks, channels and addresses that were read:
 * their judge() runs in a child (module/load.h, module_review), its objections become problems with
 * file and line. */
#include <stdlib.h>
#include <string.h>

#include "../module/load.h"
#include "read.h"

/* The place of the item of an option in its section; NULL: it does not stand there. */
static const struct entry *find_entry(const struct section *s, const char *option, int64_t item)
{
	for (const struct entry *e = s ? s->first : NULL; e; e = e->next)
		if (!strcmp(e->name, option) && !item--)
			return e;
	return NULL;
}

/* Where what is wrong stands: of a check in its table the line there. */
static bool find_place(struct config *c, const struct descriptor *d, const struct line *l,
		       const char **file, int *line)
{
	const struct named *n = NULL;
	const struct section *s = NULL;
	const struct entry *e;
	int64_t number;

	if (d->head.kind == MODULE_CHECK)
		n = map_find_text(&c->names, line_name(l));
	else if (text_to_int(l->id, &number) && number >= 0 && (size_t)number < c->channels)
		s = c->channel[number];
	if (!n && !s)
		return false;
	e = find_entry(n ? n->section : s, line_get(l, "option"), line_int(l, "item", 0));
	*file = e ? e->file : n ? n->file : s->file;
	*line = e ? e->line : n ? n->line : s->line;
	return true;
}

static void take_wrong(struct config *c, const struct descriptor *d, const struct line *l)
{
	const char *option = line_get(l, "option"), *file;
	struct text safe = {0}, remedy = {0};
	int at;

	if (strcmp(l->verb, "wrong") || !find_place(c, d, l, &file, &at))
		return;
	text_add_safe(&safe, line_get(l, "text"), strlen(line_get(l, "text")), 300);
	text_printf(&remedy, "`nines modules %s` shows what it may be", d->head.name);
	problem_add(&c->parse, file, at, text_get(&remedy), "%s%s%s", option, *option ? ": " : "",
		    text_get(&safe));
	text_release(&safe);
	text_release(&remedy);
}

static void review(struct config *c, const struct descriptor *d, const struct text *what)
{
	struct text lines = {0};
	struct line *l = memory_new(sizeof *l);
	char *at, *stop;

	if (!module_review(d->path, d->head.kind, what, &lines))
		lint_add(&c->parse, d->path, 0, "mend the module",
			 "the module '%s' crashed, hung or was replaced while it judged its %s",
			 d->head.name,
			 d->head.kind == MODULE_CHECK ? "checks" : "channels");
	for (at = lines.at; at && (stop = strchr(at, '\n')); at = stop + 1)
		if (!line_parse(l, at, (size_t)(stop - at)))
			take_wrong(c, d, l);
	text_release(&lines);
	free(l);
}

void modules_review(struct config *c)
{
	struct text word = {0};
	const struct text *what;

	for (const struct descriptor *d = c->modules.first; d; d = d->next) {
		what = d->head.kind == MODULE_CHECK ? &c->define_lines : &c->channel_lines;
		text_clear(&word);
		text_printf(&word, " module=%s ", d->head.name);
		if (d->judges && !d->refused && strstr(text_get(what), word.at))
			review(c, d, what);
	}
	text_release(&word);
}
