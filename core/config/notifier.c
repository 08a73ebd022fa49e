/* config/notifier: channels: one configured notifier each, by name.
 *
 * `notify-email { }` is the channel `email`, `notify-email "backup" { }` the channel `backup`; a
 * module that some path names without any section is a channel with all its defaults. Secrets stand
 * in its line as their numbers. */
#include <string.h>

#include "../module/form.h"
#include "read.h"

#define NAME_BYTES 32

struct notifier {
	const char *name;
	const struct descriptor *module;
	const struct section *section; /* NULL: made of defaults */
	struct notifier_options common;
	void *options;
	const char *given[OPTION_ENTRIES + 1];
	size_t given_count;
	struct text words; /* opt.NAME=value */
	bool is_fine;
};

/* A name of a channel is no other module's: it would be taken for that one. */
static bool judge_name(struct config *c, const struct section *s, const struct descriptor *d,
		       const char *name)
{
	const struct notifier *other = map_find_text(&c->notifiers, name);
	struct text safe = {0};
	int wrong = c->parse.wrong;

	text_add_safe(&safe, name, strlen(name), 60);
	if (!form_is_word(name, NAME_BYTES))
		problem_add(&c->parse, s->file, s->line, "write small letters, digits and '-'",
			    "the name '%s' cannot stand in NOTIFIER:ADDRESS", text_get(&safe));
	else if (other)
		problem_add(&c->parse, s->file, s->line,
			    "name one of them: notify-email \"backup\" { ... }",
			    "there is a notifier '%s' already at %s:%d", text_get(&safe),
			    other->section->file, other->section->line);
	else if (strcmp(name, d->head.name) &&
		 descriptor_find(&c->modules, MODULE_NOTIFIER, name))
		problem_add(&c->parse, s->file, s->line, "choose another name",
			    "the name '%s' is that of another notifier module", text_get(&safe));
	text_release(&safe);
	return c->parse.wrong == wrong;
}

static struct notifier *add(struct config *c, const char *name, const struct descriptor *d)
{
	struct notifier *n = parse_alloc(&c->parse, sizeof *n);
	struct arena *arena = &c->parse.arena;
	struct text wrong = {0};

	n->name = name;
	n->module = d;
	n->options = parse_alloc(&c->parse, d->head.options_size + 1);
	n->is_fine = option_defaults(&notifier_head, &n->common, arena, &wrong) &&
		     option_defaults(&d->head, n->options, arena, &wrong) &&
		     (!d->standard_timeout ||
		      option_set(&notifier_head, &n->common, arena, "timeout", d->standard_timeout,
				 &wrong));
	if (!n->is_fine)
		problem_add(&c->parse, d->path, 0, "mend the module", "notifier '%s': %s",
			    d->head.name, text_get(&wrong));
	map_put_text(&c->notifiers, n->name, n);
	text_release(&wrong);
	return n;
}

static void add_word(struct notifier *n, const char *option, const char *value)
{
	struct text key = {0};

	text_printf(&key, "opt.%s", option);
	line_add(&n->words, text_get(&key), value);
	text_release(&key);
}

/* As a check's own option: paths leave as the courier can open them, secrets as their number. */
static bool set_own(struct config *c, struct notifier *n, const struct module_option *o,
		    struct value *v)
{
	struct text secret = {0};
	bool is_fine = true;

	if (o->flags & OPTION_HAS_ESCAPES)
		value_escape(c, n->section, v);
	if (o->flags & OPTION_IS_SECRET && *v->text) {
		is_fine = secret_take(c, v, &secret);
		v->text = parse_keep(&c->parse, text_get(&secret));
	} else if (o->type == OPTION_TYPE_FILE && *v->text) {
		v->text = parse_whole_path(&c->parse, v->file, v->text);
	}
	is_fine = is_fine &&
		  value_set(c, &n->module->head, n->options, &c->parse.arena, v);
	if (is_fine)
		add_word(n, o->name, v->text);
	if (n->given_count < OPTION_ENTRIES)
		n->given[n->given_count++] = o->name;
	text_release(&secret);
	return is_fine;
}

static bool is_complete(struct config *c, const struct notifier *n, const char *file, int line)
{
	struct text wrong = {0}, remedy = {0};
	bool is_fine = option_complete(&n->module->head, n->options, n->given, &wrong);

	text_printf(&remedy, "%s notify-%s { ... }; `nines modules %s` lists its options",
		    n->section ? "add it to" : "add", n->module->head.name, n->module->head.name);
	if (!is_fine)
		problem_add(&c->parse, file, line, text_get(&remedy), "%s", text_get(&wrong));
	text_release(&wrong);
	text_release(&remedy);
	return is_fine;
}

static void add_line(struct config *c, const struct notifier *n)
{
	struct text *t = &c->notifier_lines;
	size_t begin = t->size;

	line_begin(t, "notifier", n->name);
	line_add(t, "module", n->module->head.name);
	line_add(t, "build", n->module->build);
	line_add_int(t, "timeout_us", n->common.timeout);
	line_add_int(t, "at_once", n->common.at_once);
	line_add_int(t, "per_minute", n->common.per_minute);
	line_add(t, "address_family", common_family[n->common.address_family]);
	text_add(t, n->words.at, n->words.size);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(&c->parse, n->section->file, n->section->line,
			    "make its options shorter",
			    "its options are longer than %d bytes together", LINE_BYTES);
}

void notifier_read(struct config *c, const struct section *s)
{
	const char *word = s->word + strlen("notify-"), *name = *s->title ? s->title : word;
	struct descriptor *d = descriptor_find(&c->modules, MODULE_NOTIFIER, word);
	const struct module_option *o;
	struct notifier *n;

	if (!d || !d->is_known) {
		problem_add(&c->parse, s->file, s->line, "put it there or remove the section",
			    "there is no notifier '%s': looked for '%s/%s.so'", word,
			    c->settings.notifiers, word);
		return;
	}
	if (!judge_name(c, s, d, name))
		return;
	n = add(c, name, d);
	n->section = s;
	for (struct value *v = values_of(c, s); v; v = v->next) {
		if ((o = option_find(&d->head, v->name))) {
			n->is_fine &= set_own(c, n, o, v);
		} else if (option_find(&notifier_head, v->name)) {
			n->is_fine &= value_set(c, &notifier_head, &n->common, &c->parse.arena, v);
		} else {
			value_refuse_unknown(c, d, v);
			n->is_fine = false;
		}
	}
	n->is_fine &= is_complete(c, n, s->file, s->line);
}

static void refuse_name(struct config *c, const char *name, const struct section *by)
{
	const char *all[256], *nearest;
	const struct notifier *other;
	struct text remedy = {0};
	size_t n = 0, at = 0;

	while (n < 128 && (other = map_next(&c->notifiers, &at)))
		all[n++] = other->name;
	for (struct descriptor *d = c->modules.first; d && n < 256; d = d->next)
		if (d->head.kind == MODULE_NOTIFIER)
			all[n++] = d->head.name;
	nearest = option_nearest(name, all, n, sizeof *all);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'? ", nearest);
	text_printf(&remedy, "A notifier module would be '%s/%s.so'", c->settings.notifiers, name);
	problem_add(&c->parse, by->file, by->line, text_get(&remedy), "there is no notifier '%s'",
		    name);
	text_release(&remedy);
}

const struct notifier *notifier_get(struct config *c, const char *name, const struct section *by)
{
	struct notifier *n = map_find_text(&c->notifiers, name);
	struct descriptor *d = descriptor_find(&c->modules, MODULE_NOTIFIER, name);

	if (n)
		return n->is_fine ? n : NULL;
	if (!d || !d->is_known) {
		refuse_name(c, name, by);
		return NULL;
	}
	n = add(c, d->head.name, d);
	n->is_fine = n->is_fine && is_complete(c, n, by->file, by->line);
	return n->is_fine ? n : NULL;
}

const char *notifier_module_name(const struct notifier *n)
{
	return n->module->head.name;
}

bool notifier_takes_files(const struct notifier *n)
{
	return n->module->head.flags & MODULE_TAKES_FILES;
}

void notifier_review(struct config *c, const struct notifier *n, const struct section *s,
		     const char *address)
{
	struct text *t = &c->channel_lines;

	if (!n->module->judges || n->module->refused)
		return;
	line_begin_number(t, "channel", (int64_t)c->channels);
	line_add(t, "module", n->module->head.name);
	line_add(t, "address", address);
	text_add(t, n->words.at, n->words.size);
	line_end(t);
	c->channel = memory_resize(c->channel, (c->channels + 1) * sizeof *c->channel);
	c->channel[c->channels++] = s;
}

void notifiers_finish(struct config *c)
{
	struct notifier *n;
	size_t at = 0;

	while ((n = map_next(&c->notifiers, &at))) {
		if (n->is_fine)
			add_line(c, n);
		if (n->is_fine && n->section)
			notifier_review(c, n, n->section, "");
		text_release(&n->words);
	}
}
