/* config/wording: sections `template "alert" { ... }`: letters in an admin's own words.
 *
 * A text is a list of lines, or a file. Judged by letter/template.c, the one that fills them later:
 * a word that it does not know is a problem where it stands. */
#include <string.h>
#include <sys/stat.h>

#include "../letter/letter.h"
#include "read.h"

struct wording_options {
	const char *subject, *brief, *file;
	const char *const *text;
};
static const struct module_option wording_option[] = {
	OPTION_LINE(struct wording_options, subject, "", "its subject"),
	OPTION_LIST(struct wording_options, text, "", "its text, line by line"),
	OPTION_(struct wording_options, brief, "short", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,
		"what an SMS says"),
	OPTION_(struct wording_options, file, "file", OPTION_TYPE_FILE, "", NULL, 0,
		"the file that its text stands in"),
	OPTION_END,
};
static const struct module_head wording_head = {.name = "template",
						.option = wording_option,
						.options_size = sizeof(struct wording_options)};

static const char *nearest_word(const char *word)
{
	const char *all[128];
	size_t n = 0;

	while (n < 128 && (all[n] = letter_word_name(n)))
		n++;
	return *word ? option_nearest(word, all, n, sizeof *all) : NULL;
}

/* The line of the nth value of an option. */
static int line_of(const struct entry *first, int nth)
{
	int line = first->line;

	for (const struct entry *e = first; e && nth; e = e->next)
		if (!strcmp(e->name, first->name)) {
			line = e->line;
			nth--;
		}
	return line;
}

/* It stands in `file`, or where it is NULL in the values of the option that begins with `entry`. */
static void judge(struct config *c, const char *source, const struct entry *entry, const char *file)
{
	char word[LETTER_WORD_BYTES];
	struct text wrong = {0}, remedy = {0};
	const char *nearest;
	int line;

	if (!letter_template_judge(source, &line, &wrong, word)) {
		nearest = nearest_word(word);
		if (nearest)
			text_printf(&remedy, "did you mean {{%s}}?", nearest);
		else
			text_puts(&remedy, "nines.conf(5) says what it may be");
		problem_add(&c->parse, file ? file : entry->file,
			    file ? line : line_of(entry, line), text_get(&remedy), "%s",
			    text_get(&wrong));
	}
	text_release(&wrong);
	text_release(&remedy);
}

static const struct entry *find_entry(const struct section *s, const char *name)
{
	const struct entry *e = s->first;

	while (e && strcmp(e->name, name) != 0)
		e = e->next;
	return e;
}

static void read_file(struct config *c, const struct entry *e, struct text *into)
{
	const char *path = parse_path(&c->parse, e->file, e->value), *wrong;
	struct stat st;

	wrong = parse_read_whole(path, into, &st);
	if (wrong)
		problem_add(&c->parse, e->file, e->line, "correct the path", "file: '%s': %s", path,
			    wrong);
	else
		judge(c, text_get(into), e, path);
}

static bool judge_form(struct config *c, const struct section *s)
{
	const char *all[LETTER_FORMS], *nearest;
	struct text remedy = {0};
	enum letter_form form;
	int wrong = c->parse.wrong;

	for (size_t i = 0; i < LETTER_FORMS; i++)
		all[i] = letter_form_name((enum letter_form)i);
	if (!letter_form_find(s->title, &form)) {
		nearest = option_nearest(s->title, all, LETTER_FORMS, sizeof *all);
		text_puts(&remedy, nearest ? "did you mean '" : "there are");
		for (size_t i = 0; !nearest && i < LETTER_FORMS; i++)
			text_printf(&remedy, " %s", all[i]);
		if (nearest)
			text_printf(&remedy, "%s'?", nearest);
		problem_add(&c->parse, s->file, s->line, text_get(&remedy),
			    "there are no letters '%.60s'", s->title);
	} else if (map_find_text(&c->templates, s->title)) {
		problem_add(&c->parse, s->file, s->line, "remove one",
			    "there are two templates '%s'", s->title);
	}
	map_put_text(&c->templates, s->title, (void *)s);
	text_release(&remedy);
	return c->parse.wrong == wrong;
}

static void add_given(struct text *t, const char *key, const char *value)
{
	if (*value)
		line_add(t, key, value);
}

void wording_read(struct config *c, const struct section *s)
{
	struct wording_options o = {.subject = ""};
	const struct entry *subject = find_entry(s, "subject"), *text = find_entry(s, "text"),
			   *brief = find_entry(s, "short");
	struct text lines = {0}, *t = &c->template_lines;
	int wrong = c->parse.wrong;

	if (!judge_form(c, s) || !values_set(c, s, &wording_head, &o))
		return;
	if (*o.file && text)
		problem_add(&c->parse, text->file, text->line, "leave one of them out",
			    "template '%s' has a text and a file", s->title);
	names_join(&lines, o.text, SIZE_MAX);
	if (subject)
		judge(c, o.subject, subject, NULL);
	if (brief)
		judge(c, o.brief, brief, NULL);
	if (text)
		judge(c, text_get(&lines), text, NULL);
	else if (*o.file)
		read_file(c, find_entry(s, "file"), &lines);
	if (c->parse.wrong == wrong) {
		line_begin_name(t, "template", s->title);
		add_given(t, "subject", o.subject);
		add_given(t, "text", text_get(&lines));
		add_given(t, "short", o.brief);
		line_end(t);
	}
	text_release(&lines);
}
