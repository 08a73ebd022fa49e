/* tests/fuzz/fuzz_letter: any bytes as the facts of a letter, a text a line, the first byte its
 * kind; what stands behind an empty line is an admin's template. Whatever they are: lines of at
 * most 76 columns, one SMS, nothing that misleads, and all of it fits into a line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/letter/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

#define TEXTS 24

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

/* Made safe once more it is the same. */
static void look_at_line(const char *at, size_t size)
{
	struct text again = {0};

	text_add_safe(&again, at, size, SIZE_MAX / 2);
	must(again.size == size && (!size || !memcmp(again.at, at, size)));
	text_release(&again);
}

static void look(const struct letter_said *s)
{
	const char *at = text_get(&s->text);

	for (size_t n; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		look_at_line(at, n);
		must(letter_columns(at, n) <= LETTER_COLUMNS);
	}
	must(strlen(text_get(&s->text)) == s->text.size);
	must(letter_escaped(text_get(&s->text), s->text.size) <= LETTER_TEXT_BYTES);
	must(s->subject.size <= LETTER_SUBJECT_BYTES);
	look_at_line(text_get(&s->subject), s->subject.size);
	look_at_line(text_get(&s->brief), s->brief.size);
}

static void give(struct letter_facts *f, char **text)
{
	const char **member[] = {
		&f->contact, &f->to,       &f->location,  &f->name,     &f->title, &f->module,
		&f->target,  &f->verdict,  &f->reason,    &f->step,     &f->steps, &f->address,
		&f->members, &f->incident, &f->diagnosis, &f->affected, &f->cause, &f->owner,
		&f->url,     &f->page,     &f->next,      &f->code};

	for (size_t i = 0; i < sizeof member / sizeof *member; i++)
		*member[i] = text[i];
}

static void say(struct letter_facts *f, const struct letter_templates *own)
{
	struct letter_said said = {.items = 0};
	struct text line = {0};
	struct line *parsed = malloc(sizeof *parsed);

	letter_say(f, own, &said);
	look(&said);
	must(said.items <= f->items);
	text_puts(&line, "letter x");
	letter_add_words(&line, f);
	must(parsed && line.size <= 16000 + 8 && !line_parse(parsed, line.at, line.size));
	letter_said_release(&said);
	text_release(&line);
	free(parsed);
}

static void say_all(char **text, unsigned kind, char *template)
{
	struct letter_item item[2] = {{text[0], text[1], text[2], text[3], 1, 0, NULL},
				      {text[4], text[5], text[6], text[7], 1, 1795309353000000,
				       NULL}};
	struct letter_facts f = {.form = (enum letter_form)(kind % LETTER_FORMS),
				 .detected_us = 1795309353000000,
				 .is_service = kind & 16,
				 .number = kind & 32 ? 2 : 0,
				 .item = item,
				 .items = kind & 64 ? 2 : 0};
	struct letter_templates own = {0};
	char word[LETTER_WORD_BYTES];
	struct text wrong = {0};
	int line;

	give(&f, text);
	say(&f, NULL);
	if (letter_template_judge(template, &line, &wrong, word)) {
		own.of[f.form] = (struct letter_template){template, template, template};
		say(&f, &own);
	} else {
		must(wrong.size && line > 0 && strlen(word) < sizeof word);
	}
	text_release(&wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *copy = malloc(size + 1), *text[TEXTS], *rest = copy + (size > 0), *template = NULL;

	if (!copy)
		return 0;
	memcpy(copy, input, size);
	copy[size] = '\0';
	for (size_t i = 0; i < TEXTS; i++) {
		text[i] = rest && !template ? strsep(&rest, "\n") : copy + size;
		if (text[i] && !*text[i] && rest)
			template = rest;
		for (char *c = text[i]; *c; c++)
			if (*c == '\t')
				*c = '\n'; /* lists and blocks have lines, too */
	}
	say_all(text, size ? input[0] : 0, template ? template : copy + size);
	free(copy);
	return 0;
}
