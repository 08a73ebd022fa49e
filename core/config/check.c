/* config/check: a check module's section, alone or with a list of targets, becomes `define` lines.
 *
 * What the section says is read and judged once (struct form); a row of a target list changes only
 * its own columns, so that ten thousand rows cost little more than their lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../module/form.h"
#include "../module/limit.h"
#include "../module/site.h"
#include "read.h"
#include "targets.h"

#define SCRATCH_BYTES (4u << 20)

/* A check that is being put together. */
struct form {
	struct config *c;
	const struct descriptor *module;
	struct common_options common;
	void *options;
	const char *given[OPTION_ENTRIES + 1];
	size_t given_count;
	struct text words; /* opt.NAME=value */
	struct text items;
	bool is_fine, has_every, has_timeout; /* given, not the default */
};

static void add_word(struct form *f, const struct module_option *o, const char *text)
{
	struct text key = {0};

	text_printf(&key, "opt.%s", o->name);
	line_add(&f->words, text_get(&key), text);
	text_release(&key);
	if (!(o->flags & OPTION_IS_ITEMS))
		return;
	text_clear(&f->items);
	text_puts(&f->items, text);
}

/* Paths leave as the prober can open them, secrets as their number. */
static bool set_own(struct form *f, struct arena *arena, struct value *v)
{
	const struct module_option *o = option_find(&f->module->head, v->name);
	struct text secret = {0};
	bool is_fine = true;

	if (o->flags & OPTION_IS_SECRET && *v->text) {
		is_fine = secret_take(f->c, v, &secret);
		v->text = parse_keep(&f->c->parse, text_get(&secret));
	} else if (o->type == OPTION_TYPE_FILE) {
		v->text = parse_whole_path(&f->c->parse, v->file, v->text);
	}
	is_fine = is_fine && value_set(f->c, &f->module->head, f->options, arena, v);
	if (is_fine)
		add_word(f, o, v->text);
	if (f->given_count < OPTION_ENTRIES)
		f->given[f->given_count++] = o->name;
	text_release(&secret);
	return is_fine;
}

static bool set_any(struct form *f, struct arena *arena, struct value *v)
{
	if (option_find(&f->module->head, v->name))
		return set_own(f, arena, v);
	f->has_every |= !strcmp(v->name, "every");
	f->has_timeout |= !strcmp(v->name, "timeout");
	if (option_find(&common_head, v->name))
		return value_set(f->c, &common_head, &f->common, arena, v);
	value_refuse_unknown(f->c, f->module, v);
	return false;
}

static bool judge_locations(struct form *f, const char *file, int line)
{
	bool is_fine = true;

	for (const char *const *l = f->common.locations; *l; l++) {
		if (map_find_text(&f->c->locations, *l))
			continue;
		problem_add(&f->c->parse, file, line, "add location \"NAME\" { source = ADDRESS }",
			    "locations: there is no location '%s'", *l);
		is_fine = false;
	}
	return is_fine;
}

/* Where the section says it; a row of a target list says it itself. */
static bool judge_limit_list(struct form *f, const struct section *s, const char *option,
			     const char *const *list, const char *file, int line)
{
	bool is_fine = true;

	for (struct limit l; *list; list++) {
		const char *wrong = limit_parse(&l, *list);
		const struct entry *e = s->first;
		struct text safe = {0};

		if (!wrong)
			continue;
		while (e && (strcmp(e->name, option) || strcmp(e->value, *list)))
			e = e->next;
		text_add_safe(&safe, *list, strlen(*list), 80);
		problem_add(&f->c->parse, e ? e->file : file, e ? e->line : line,
			    "then `nines check` shows whether it holds", "%s: '%s' %s", option,
			    text_get(&safe), wrong);
		text_release(&safe);
		is_fine = false;
	}
	return is_fine;
}

static size_t length(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static bool judge_limits(struct form *f, const struct section *s, const char *file, int line)
{
	const struct common_options *o = &f->common;
	bool is_fine = judge_limit_list(f, s, "crit", o->crit, file, line);

	is_fine &= judge_limit_list(f, s, "warn", o->warn, file, line);
	if (length(o->crit) + length(o->warn) <= LIMITS_MOST)
		return is_fine;
	problem_add(&f->c->parse, file, line, "keep those that matter",
		    "warn and crit are more than %d together", LIMITS_MOST);
	return false;
}

/* What is allowed, and surely not meant. */
static void lint(struct form *f, const char *file, int line)
{
	struct parse *p = &f->c->parse;
	struct common_options *o = &f->common;

	if (o->timeout > o->every && f->has_timeout)
		lint_add(
			p, file, line, "shorten timeout or lengthen every",
			"timeout is longer than every: a probe may still run when the next is due");
	if (o->slow && o->slow >= o->timeout)
		lint_add(p, file, line, "make slow shorter than timeout",
			 "slow is not shorter than timeout: no probe can ever be slow");
}

/* Several items have a rhythm of their own, if the module gives one. */
static void set_rhythm(struct form *f)
{
	const char *standard = f->module->standard_every_items;

	if (!f->has_every && standard && strpbrk(text_get(&f->items), "/\n"))
		text_duration(standard, &f->common.every);
}

static bool is_complete(struct form *f, const char *file, int line)
{
	struct text wrong = {0}, remedy = {0};
	bool is_fine;

	f->given[f->given_count] = NULL;
	is_fine = option_complete(&f->module->head, f->options, f->given, &wrong);
	text_printf(&remedy, "add it; `nines modules %s` lists its options", f->module->head.name);
	if (!is_fine)
		problem_add(&f->c->parse, file, line, text_get(&remedy), "%s", text_get(&wrong));
	text_release(&wrong);
	text_release(&remedy);
	return is_fine;
}

static const char *pool_of(const struct module_head *h)
{
	return h->flags & MODULE_NEEDS_EXEC ? "exec"
	       : h->flags & MODULE_BLOCKS   ? "blocking"
					    : "general";
}

/* What a site's owner may claim: core/board/claim.h. */
static void add_site(struct text *t, const struct form *f)
{
	struct text site = {0};

	if (*site_origin(&f->module->head, f->options, &site))
		line_add(t, "site", site.at);
	text_release(&site);
}

/* `inherited`: the section's words when a row is defined, NULL for a section's own. */
static bool define(struct form *f, const char *name, const struct text *inherited)
{
	struct text *t = &f->c->define_lines;
	size_t begin = t->size;

	line_begin_name(t, "define", name);
	line_add(t, "module", f->module->head.name);
	line_add_int(t, "every_us", f->common.every);
	line_add_int(t, "recheck_us", f->common.recheck);
	line_add_int(t, "timeout_us", f->common.timeout);
	line_add_int(t, "slow_us", f->common.slow);
	line_add(t, "address_family", common_family[f->common.address_family]);
	line_add(t, "build", f->module->build);
	line_add(t, "pool", pool_of(&f->module->head));
	if (f->common.reference)
		line_add(t, "reference", "1");
	if (f->common.when_healthy)
		line_add(t, "when_healthy", "1");
	if (f->module->head.flags & MODULE_IS_PASSIVE)
		line_add(t, "passive", "1");
	line_add_list(t, "warn", f->common.warn);
	line_add_list(t, "crit", f->common.crit);
	line_add_list(t, "locations", f->common.locations);
	if (f->items.size)
		line_add(t, "items", text_get(&f->items));
	about_add(t, &f->common.about);
	add_site(t, f);
	if (inherited)
		text_add(t, inherited->at, inherited->size);
	text_add(t, f->words.at, f->words.size);
	line_end(t);
	f->c->check_count++;
	return t->size - begin < LINE_BYTES;
}

static void define_judged(struct form *f, const char *name, const struct section *s,
			  const char *file, int line, const struct text *inherited)
{
	struct named *named;
	bool is_fine = f->is_fine;

	is_fine &= is_complete(f, file, line);
	is_fine &= judge_locations(f, file, line);
	is_fine &= judge_limits(f, s, file, line);
	named = name_take(f->c, name, s, file, line);
	if (named)
		is_fine &= about_take(f->c, named, &f->common.about, s, file, line);
	if (!is_fine || !named)
		return;
	set_rhythm(f);
	named->every_us = f->common.every;
	lint(f, file, line);
	if (!define(f, name, inherited))
		problem_add(&f->c->parse, file, line, "make its options shorter",
			    "its options are longer than %d bytes together", LINE_BYTES);
}

static bool set_defaults(struct form *f, const struct section *s)
{
	struct arena *arena = &f->c->parse.arena;
	struct text wrong = {0};
	bool is_fine;

	f->options = parse_alloc(&f->c->parse, f->module->head.options_size);
	is_fine = option_defaults(&common_head, &f->common, arena, &wrong) &&
		  option_defaults(&f->module->head, f->options, arena, &wrong);
	for (const struct module_option *o = common_head.option; is_fine && o->name; o++)
		is_fine = option_set(
			&common_head, &f->common, arena, o->name,
			common_standard(o, f->module->standard_every, f->module->standard_timeout),
			&wrong);
	if (!is_fine)
		problem_add(&f->c->parse, s->file, s->line, "mend the module", "module '%s': %s",
			    f->module->head.name, text_get(&wrong));
	text_release(&wrong);
	return is_fine;
}

/* ---- target lists ---- */

struct rows {
	struct form *base;
	const struct section *section;
	struct text inherited;		       /* the section's words whose options are no column */
	struct text hidden[TARGETS_COLUMNS]; /* the word that a column hides */
	char *room;			       /* for the options of one row */
	struct arena arena;
};

static size_t column_of(const struct targets *t, const char *name)
{
	size_t i = 1;

	while (i < t->columns && strcmp(t->column[i], name))
		i++;
	return i;
}

/* A column wins over what the section says. False: the section says more than a line can hold. */
static bool inherit(struct rows *r, const struct targets *t)
{
	struct text copy = {0};
	const struct line_word *w;
	struct line l;
	size_t column;
	bool is_fine;

	text_printf(&copy, "x -%s", text_get(&r->base->words));
	is_fine = !line_parse(&l, copy.at, copy.size);
	for (size_t i = 0; is_fine && i < l.words; i++) {
		w = &l.word[i];
		column = column_of(t, w->key + strlen("opt."));
		line_add_bytes(column < t->columns ? &r->hidden[column] : &r->inherited, w->key,
			       w->value, w->size);
	}
	text_release(&copy);
	return is_fine;
}

static bool judge_columns(void *with, const struct targets *t)
{
	struct rows *r = with;
	struct value v = {.file = t->file, .line = t->line};
	bool is_fine = true;

	for (size_t i = 1; i < t->columns; i++) {
		v.name = t->column[i];
		if (option_find(&r->base->module->head, v.name) ||
		    option_find(&common_head, v.name))
			continue;
		value_refuse_unknown(r->base->c, r->base->module, &v);
		is_fine = false;
	}
	if (is_fine && !inherit(r, t)) {
		problem_add(&r->base->c->parse, r->section->file, r->section->line,
			    "make its options shorter",
			    "its options are longer than %d bytes together", LINE_BYTES);
		is_fine = false;
	}
	return is_fine;
}

static void take_row(void *with, const struct targets *t)
{
	struct rows *r = with;
	struct form row = *r->base;
	struct text name = {0};

	arena_release(&r->arena);
	row.options = r->room;
	memcpy(row.options, r->base->options, row.module->head.options_size);
	row.words = (struct text){0};
	row.items = (struct text){0};
	text_puts(&row.items, text_get(&r->base->items));
	for (size_t i = 1; i < t->columns; i++) {
		struct value v = {.name = t->column[i],
				  .text = t->cell[i],
				  .file = t->file,
				  .line = t->line,
				  .count = 1};

		if (*v.text)
			row.is_fine &= set_any(&row, &r->arena, &v);
		else /* an empty cell leaves what the section says */
			text_add(&row.words, r->hidden[i].at, r->hidden[i].size);
	}
	text_printf(&name, "%s/%s", r->section->title, t->cell[0]);
	define_judged(&row, text_get(&name), r->section, t->file, t->line, &r->inherited);
	text_release(&name);
	text_release(&row.words);
	text_release(&row.items);
}

static void release_rows(struct rows *r)
{
	arena_release(&r->arena);
	text_release(&r->inherited);
	for (size_t i = 0; i < TARGETS_COLUMNS; i++)
		text_release(&r->hidden[i]);
	free(r);
}

static void read_rows(struct form *f, const struct section *s, const struct value *v)
{
	struct rows *r = memory_new(sizeof *r);
	struct targets t = {.file = parse_path(&f->c->parse, v->file, v->text),
			    .take_header = judge_columns, .take_row = take_row, .with = r};

	r->base = f;
	r->section = s;
	arena_init(&r->arena, NULL, 0, SCRATCH_BYTES);
	r->room = parse_alloc(&f->c->parse, f->module->head.options_size);
	if (v->count > 1)
		problem_add(&f->c->parse, v->file, v->line, "give one list a section",
			    "targets: takes one value, got %d", v->count);
	else
		targets_read(&f->c->parse, &t, v->file, v->line);
	release_rows(r);
}

static bool has_escapes(const struct descriptor *d, const char *name)
{
	const struct module_option *o = option_find(&d->head, name);

	return o && o->flags & OPTION_HAS_ESCAPES;
}

void check_read(struct config *c, const struct descriptor *d, const struct section *s)
{
	struct form f = {.c = c, .module = d, .is_fine = true};
	struct value *targets = NULL;

	if (!set_defaults(&f, s))
		return;
	for (struct value *v = values_of(c, s); v; v = v->next) {
		if (has_escapes(d, v->name))
			value_escape(c, s, v);
		if (!strcmp(v->name, "targets"))
			targets = v;
		else
			f.is_fine &= set_any(&f, &c->parse.arena, v);
	}
	if (targets)
		read_rows(&f, s, targets);
	else
		define_judged(&f, s->title, s, s->file, s->line, NULL);
	text_release(&f.words);
	text_release(&f.items);
}
