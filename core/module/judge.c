/* module/judge: see judge.h. */
#include "judge.h"

#include <string.h>

#include "common.h"
#include "form.h"
#include "option.h"

#define SUMMARY_BYTES 200
#define OPTIONS_BYTES 65536
#define KNOWN_OPTION_FLAGS \
	(OPTION_IS_REQUIRED | OPTION_IS_SECRET | OPTION_IS_ITEMS | OPTION_IS_LINE | \
	 OPTION_HAS_ESCAPES | OPTION_IS_PATH)
#define KNOWN_MODULE_FLAGS \
	(MODULE_BLOCKS | MODULE_NEEDS_EXEC | MODULE_IS_PASSIVE | MODULE_TAKES_FILES)
#define REBUILD "build it again with this version's headers"

/* Bytes that each kind had in its first version: a descriptor that is shorter lacks something it
 * must have. */
static const size_t least_bytes[] = {
	[MODULE_CHECK] = offsetof(struct check_module, standard_every),
	[MODULE_NOTIFIER] = offsetof(struct notifier_module, standard_timeout),
	[MODULE_REPORT] = sizeof(struct report_module),
};
static const size_t known_bytes[] = {
	[MODULE_CHECK] = sizeof(struct check_module),
	[MODULE_NOTIFIER] = sizeof(struct notifier_module),
	[MODULE_REPORT] = sizeof(struct report_module),
};

static bool refuse(struct text *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct text *why, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_vprintf(why, format, ap);
	va_end(ap);
	return false;
}

static bool judge_name(const struct module *m, const struct module_head *h, struct text *why)
{
	if (!h->name || strnlen(h->name, 64) >= 64 || !form_is_word(h->name, 32))
		return refuse(why,
			      "its name is no lower-case word of at most 32 letters: rename it");
	if (strcmp(h->name, m->name))
		return refuse(why, "it calls itself '%s': name the file %s.so", h->name, h->name);
	if (h->kind == MODULE_CHECK && common_is_core_word(h->name))
		return refuse(why, "'%s' is a word of nines' own: rename the module", h->name);
	if (!h->summary || strnlen(h->summary, SUMMARY_BYTES + 1) > SUMMARY_BYTES ||
	    form_has_control(h->summary))
		return refuse(why,
			      "its summary is missing or no line of at most %d bytes: write one",
			      SUMMARY_BYTES);
	return true;
}

static bool judge_option_place(const struct module_head *h, const struct module_option *o,
			       struct text *why)
{
	size_t bytes = option_member_bytes(o->type);

	if (!bytes)
		return refuse(why, "its option '%s' is of the unknown type %u: " REBUILD, o->name,
			      o->type);
	if (o->offset > h->options_size || bytes > h->options_size - o->offset || o->offset % bytes)
		return refuse(why,
			      "its option '%s' lies outside of its options struct: give the struct "
			      "and member "
			      "that it is for",
			      o->name);
	for (const struct module_option *p = h->option; p < o; p++) {
		if (!strcmp(p->name, o->name))
			return refuse(why, "it declares the option '%s' twice: remove one",
				      o->name);
		if (p->offset < o->offset + bytes &&
		    o->offset < p->offset + option_member_bytes(p->type))
			return refuse(why,
				      "its options '%s' and '%s' share a member: give each its own",
				      p->name, o->name);
	}
	return true;
}

static bool judge_option_meaning(const struct module_head *h, const struct module_option *o,
				 struct text *why)
{
	bool is_text = o->type == OPTION_TYPE_TEXT, has_items = o->flags & OPTION_IS_ITEMS;

	if (o->flags & ~(uint32_t)KNOWN_OPTION_FLAGS)
		return refuse(why, "its option '%s' has flags this nines does not know: " REBUILD,
			      o->name);
	if (!o->help || form_has_control(o->help) || strlen(o->help) > SUMMARY_BYTES)
		return refuse(why, "its option '%s' has no line of help: write one", o->name);
	if (o->range && (form_has_control(o->range) || strlen(o->range) > SUMMARY_BYTES))
		return refuse(why, "its option '%s' has no sane range: write low..high or a|b",
			      o->name);
	if (o->type == OPTION_TYPE_CHOICE && (!o->range || !*o->range))
		return refuse(why, "its option '%s' offers no choice: write \"a|b\" as its range",
			      o->name);
	if ((o->flags & OPTION_IS_REQUIRED) && o->standard)
		return refuse(why, "its option '%s' is required and has a default: choose one",
			      o->name);
	if ((o->flags & OPTION_IS_SECRET) && !is_text)
		return refuse(why, "its option '%s' is secret but no text: make it a text",
			      o->name);
	if ((o->flags & OPTION_IS_LINE) && !is_text)
		return refuse(why, "its option '%s' is a line but no text: make it a text",
			      o->name);
	if ((o->flags & OPTION_IS_PATH) && !is_text)
		return refuse(why, "its option '%s' is a path but no text: make it a text",
			      o->name);
	if (has_items && h->kind != MODULE_CHECK)
		return refuse(why, "its option '%s' has items, which only checks have: make it a "
				   "list",
			      o->name);
	if (has_items && !is_text && o->type != OPTION_TYPE_LIST && o->type != OPTION_TYPE_HOST)
		return refuse(why,
			      "its option '%s' cannot be taken apart into items: make it a list",
			      o->name);
	for (const struct module_option *p = h->option; p < o; p++)
		if (p->flags & o->flags & OPTION_IS_PATH)
			return refuse(why,
				      "its options '%s' and '%s' both are the path: choose one",
				      p->name, o->name);
	for (const struct module_option *p = h->option; has_items && p < o; p++)
		if (p->flags & OPTION_IS_ITEMS)
			return refuse(why, "its options '%s' and '%s' both are items: choose one",
				      p->name, o->name);
	return true;
}

static bool judge_option(const struct module_head *h, const struct module_option *o,
			 struct text *why)
{
	if (strnlen(o->name, 64) >= 64 || !form_is_word(o->name, 32))
		return refuse(why,
			      "the name of its option %zu is no lower-case word of at most 32 "
			      "letters and '-': "
			      "rename it",
			      (size_t)(o - h->option) + 1);
	if (h->kind == MODULE_CHECK &&
	    (option_find(&common_head, o->name) || !strcmp(o->name, "targets")))
		return refuse(why, "its option '%s' is an option of every check: rename it",
			      o->name);
	if (h->kind == MODULE_NOTIFIER && option_find(&notifier_head, o->name))
		return refuse(why, "its option '%s' is an option of every notifier: rename it",
			      o->name);
	return judge_option_place(h, o, why) && judge_option_meaning(h, o, why);
}

static bool judge_options(const struct module_head *h, struct text *why)
{
	const struct module_option *o = h->option;

	if (h->options_size > OPTIONS_BYTES)
		return refuse(why,
			      "its options struct of %zu bytes is larger than %d: make it smaller",
			      h->options_size, OPTIONS_BYTES);
	for (; o && o->name; o++) {
		if (o - h->option == OPTION_ENTRIES)
			return refuse(why,
				      "its option table does not end within %d entries: end it "
				      "with OPTION_END",
				      OPTION_ENTRIES);
		if (!judge_option(h, o, why))
			return false;
	}
	return true;
}

static bool judge_defaults(const struct module_head *h, struct text *why)
{
	struct text wrong = {0};
	struct arena arena;
	void *options;
	bool is_fine;

	arena_init(&arena, NULL, 0, 4 << 20);
	options = arena_alloc(&arena, h->options_size);
	is_fine = options && option_defaults(h, options, &arena, &wrong);
	if (!is_fine)
		refuse(why, "a default of its options does not parse (%s): correct it",
		       text_get(&wrong));
	text_release(&wrong);
	arena_release(&arena);
	return is_fine;
}

static bool is_duration(const char *s)
{
	int64_t us;

	return !s || (strnlen(s, 16) < 16 && text_duration(s, &us) && us > 0);
}

static bool judge_check(struct module *m, struct text *why)
{
	m->check = &m->copy.check;
	if (!m->check->run)
		return refuse(why, "it has no run function: give one to CHECK_MODULE");
	if (!is_duration(m->check->standard_every) || !is_duration(m->check->standard_timeout) ||
	    !is_duration(m->check->standard_every_items))
		return refuse(why,
			      "its standard_every or standard_timeout is no time: write 1m or 10s");
	return true;
}

static bool judge_notifier(struct module *m, struct text *why)
{
	m->notifier = &m->copy.notifier;
	if (!m->notifier->deliver)
		return refuse(why, "it has no deliver function: give one to NOTIFIER_MODULE");
	if (m->head->flags & MODULE_IS_PASSIVE)
		return refuse(why, "a notifier cannot be passive: remove MODULE_IS_PASSIVE");
	return is_duration(m->notifier->standard_timeout) ||
	       refuse(why, "its standard_timeout is no time: write 30s");
}

static bool judge_report(struct module *m, struct text *why)
{
	m->report = &m->copy.report;
	return m->report->fill || refuse(why, "it has no fill function: give one to REPORT_MODULE");
}

static bool (*const judge_kind[])(struct module *, struct text *) = {
	[MODULE_CHECK] = judge_check,
	[MODULE_NOTIFIER] = judge_notifier,
	[MODULE_REPORT] = judge_report,
};

bool judge_descriptor(struct module *m, const void *descriptor, enum module_kind kind,
		      struct text *why)
{
	const struct module_head *h = descriptor;

	if (h->abi != MODULE_ABI)
		return refuse(why, "it is built for ABI %u, this nines has %d: " REBUILD, h->abi,
			      MODULE_ABI);
	if (h->kind != (uint32_t)kind)
		return refuse(why,
			      "it is a %s module, wanted a %s: put it into the folder of its kind",
			      module_kind_name(h->kind) ? module_kind_name(h->kind) : "nameless",
			      module_kind_name(kind));
	if (h->size < least_bytes[kind] || h->size > 4096)
		return refuse(why, "its descriptor has %u bytes, wanted at least %zu: " REBUILD,
			      h->size, least_bytes[kind]);
	memset(&m->copy, 0, sizeof m->copy);
	memcpy(&m->copy, descriptor, h->size < known_bytes[kind] ? h->size : known_bytes[kind]);
	m->head = &m->copy.check.head;
	if (h->flags & ~(uint32_t)KNOWN_MODULE_FLAGS)
		return refuse(why, "it has flags this nines does not know: " REBUILD);
	return judge_name(m, m->head, why) && judge_kind[kind](m, why) &&
	       judge_options(m->head, why) && judge_defaults(m->head, why);
}
