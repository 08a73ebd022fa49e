/* config/canned: sections `canned`: posts of status pages that nines begins by itself when
 * something fails, in words written beforehand. What they name may stand anywhere in the files, so
 * canned_finish() judges it. What they do: core/board/canned.h. */
#include <string.h>

#include "../board/canned.h"
#include "../module/form.h"
#include "read.h"

struct canned_options {
	const char *const *services, *const *pages;
	const char *title, *text, *resolve;
	int64_t on, impact, post, after;
};
static const char *const on_name[] = {"down", "degraded"};
static const char *const impact_name[] = {"none", "minor", "major", "critical"};
static const char *const post_name[] = {"draft", "auto", "off"};
static const struct module_option canned_option[] = {
	OPTION_(struct canned_options, services, "services", OPTION_TYPE_LIST, NULL, NULL,
		OPTION_IS_REQUIRED, "checks and services; patterns such as shop-* name checks"),
	OPTION_CHOICE(struct canned_options, on, "down", "down|degraded",
		      "what it begins at: down, or degraded, too"),
	OPTION_LINE(struct canned_options, title, "{{name}}: {{state}}",
		    "its title; {{name}} {{state}} {{since}} are put in"),
	OPTION_TEXT(struct canned_options, text, "We see a problem and are looking into it.",
		    "what people read first"),
	OPTION_TEXT(struct canned_options, resolve, CANNED_RESOLVE,
		    "what they read when it works again"),
	OPTION_CHOICE(struct canned_options, impact, "minor", "none|minor|major|critical",
		      "how bad it is said to be"),
	OPTION_CHOICE(struct canned_options, post, "draft", "draft|auto|off",
		      "a draft for people, published by itself, or nothing"),
	OPTION_DURATION(struct canned_options, after, "5m", "0..31d",
			"published once it has failed for so long"),
	OPTION_LIST(struct canned_options, pages, "",
		    "where it is shown; none named: each page that shows a service of it"),
	OPTION_END,
};
static const struct module_head canned_head = {
	.name = "canned", .option = canned_option, .options_size = sizeof(struct canned_options)};

struct canned_section {
	const struct section *section;
	struct canned_options say;
	struct names services;
	bool is_fine;
	struct canned_section *next;
};

void canned_read(struct config *c, const struct section *s)
{
	struct canned_section *new = parse_alloc(&c->parse, sizeof *new), **last = &c->canned;
	const char *wrong = form_name_wrong(s->title);

	new->section = s;
	new->is_fine = values_set(c, s, &canned_head, &new->say);
	if (wrong)
		problem_add(&c->parse, s->file, s->line, "choose another name",
			    "canned: its name %s", wrong);
	for (; *last; last = &(*last)->next)
		if (!strcmp((*last)->section->title, s->title))
			problem_add(&c->parse, s->file, s->line, "rename one",
				    "there are two sections canned '%s'", s->title);
	*last = new;
}

static void judge_services(struct config *c, struct canned_section *o)
{
	const struct section *s = o->section;
	struct text remedy = {0};
	const char *nearest;

	for (const char *const *name = o->say.services; *name; name++) {
		if (map_find_text(&c->names, *name)) {
			names_add(c, &o->services, *name);
			continue;
		}
		if ((strpbrk(*name, "*?") && names_expand(c, &o->services, *name)) ||
		    c->parse.is_cut)
			continue;
		nearest = name_nearest(c, *name);
		text_clear(&remedy);
		text_printf(&remedy, nearest ? "did you mean '%s'?" : "define it or leave it out",
			    nearest);
		problem_add(&c->parse, s->file, value_line(c, s, "services"), text_get(&remedy),
			    "canned '%s': '%.60s' is neither a check nor a service", s->title,
			    *name);
	}
	text_release(&remedy);
}

static void judge_text(struct config *c, const struct canned_section *o, const char *option,
		       const char *text, size_t most)
{
	const struct section *s = o->section;
	struct text word = {0};

	if (canned_wrong_word(text, &word))
		problem_add(&c->parse, s->file, value_line(c, s, option),
			    "there are {{name}}, {{state}} and {{since}}",
			    "%s: there is no word '%.60s'", option, text_get(&word));
	else if (!text[strspn(text, " \t\r\n")])
		problem_add(&c->parse, s->file, value_line(c, s, option),
			    "write it or leave it out", "%s: it is empty", option);
	else if (strlen(text) > most)
		problem_add(&c->parse, s->file, value_line(c, s, option), "shorten it",
			    "%s: longer than %zu bytes", option, most);
	text_release(&word);
}

static void add_line(struct config *c, const struct canned_section *o)
{
	struct text *t = &c->canned_lines, joined = {0};
	const struct canned_options *say = &o->say;

	line_begin_name(t, "canned", o->section->title);
	line_add(t, "services", names_join(&joined, o->services.name, o->services.count));
	line_add(t, "state", on_name[say->on]);
	line_add(t, "title", say->title);
	line_add(t, "text", say->text);
	line_add(t, "resolve", say->resolve);
	line_add(t, "impact", impact_name[say->impact]);
	line_add(t, "post", post_name[say->post]);
	line_add_int(t, "after_us", say->after);
	if (*say->pages)
		line_add(t, "pages", names_join(&joined, say->pages, SIZE_MAX));
	line_end(t);
	text_release(&joined);
}

void canned_finish(struct config *c)
{
	for (struct canned_section *o = c->canned; o; o = o->next) {
		if (!o->is_fine)
			continue;
		judge_services(c, o);
		judge_text(c, o, "title", o->say.title, POST_TITLE_BYTES);
		judge_text(c, o, "text", o->say.text, POST_BODY_BYTES / 2);
		judge_text(c, o, "resolve", o->say.resolve, POST_BODY_BYTES / 2);
		add_line(c, o);
	}
}
