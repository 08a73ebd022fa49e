/* letter/template: text with {{word}} in it becomes lines of a letter. See letter.h.
 *
 * Templates decide nothing but what stands where: a line whose words are all empty is left out, and
 * that is all. A value of several lines goes on below its first. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "inside.h"

/* The next {{word}} of a line: its name; *open is where it begins, *behind what follows. */
static const char *next_word(const char *at, const char *end, const char **open, size_t *size,
			     const char **behind)
{
	const char *close;

	*open = memmem(at, (size_t)(end - at), "{{", 2);
	close = *open ? memmem(*open, (size_t)(end - *open), "}}", 2) : NULL;
	if (!close)
		return NULL;
	*size = (size_t)(close - *open) - 2;
	*behind = close + 2;
	return *open + 2;
}

static const struct text *value_of(const struct letter_values *v, const char *name, size_t size)
{
	size_t i = letter_word_find(name, size);

	return letter_word_name(i) ? &v->value[i] : NULL;
}

/* A line with its words put in; `indent` (may be NULL) gets the column of the first. False: it has
 * words and all are empty. */
static bool fill(struct text *t, const char *line, const char *end, const struct letter_values *v,
		 size_t *indent)
{
	const char *name, *open, *behind;
	const struct text *value;
	size_t size, words = 0, full = 0, begin = t->size;

	while ((name = next_word(line, end, &open, &size, &behind))) {
		text_add_safe(t, line, (size_t)(open - line), LETTER_TEMPLATE_BYTES);
		if (indent && !words)
			*indent = letter_columns(t->at ? t->at + begin : "", t->size - begin);
		value = value_of(v, name, size);
		words++;
		full += value && value->size;
		if (value)
			text_add(t, value->at, value->size);
		line = behind;
	}
	text_add_safe(t, line, (size_t)(end - line), LETTER_TEMPLATE_BYTES);
	return full || !words;
}

/* The lines of a filled one, each wrapped. */
static void add_lines(struct text *to, const char *at, size_t size, size_t indent)
{
	const char *end = at + size, *newline;
	struct text line = {0};

	for (bool is_first = true; at <= end; at = newline + 1, is_first = false) {
		newline = memchr(at, '\n', (size_t)(end - at));
		newline = newline ? newline : end;
		text_clear(&line);
		if (!is_first && newline > at)
			text_printf(&line, "%*s", (int)indent, "");
		text_add(&line, at, (size_t)(newline - at));
		while (line.size && line.at[line.size - 1] == ' ')
			line.at[--line.size] = '\0';
		letter_add_folded(to, text_get(&line), line.size, indent);
	}
	text_release(&line);
}

static bool ends_blank(const struct text *t)
{
	return !t->size || (t->size > 1 && !memcmp(t->at + t->size - 2, "\n\n", 2));
}

/* Is it a line without words that announces the next? */
static bool is_heading(const char *line, const char *end)
{
	return end > line && end[-1] == ':' &&
	       !memmem(line, (size_t)(end - line), "{{", 2);
}

/* A heading waits for a line of its paragraph that is not left out. */
struct heading {
	struct text text;
	bool is_announcing; /* something, which was left out so far */
};

static void end_heading(struct text *t, struct heading *h, bool is_kept)
{
	if (is_kept)
		text_add(t, h->text.at, h->text.size);
	text_clear(&h->text);
	h->is_announcing = false;
}

/* One line of the source. */
static void add_line(struct text *t, struct heading *h, const char *at, const char *end,
		     const struct letter_values *v)
{
	struct text line = {0};
	size_t indent = 0;
	bool is_new;

	if (!fill(&line, at, end, v, &indent)) {
		h->is_announcing = true;
	} else {
		is_new = is_heading(at, end);
		end_heading(t, h, (line.size && !is_new) || !h->is_announcing);
		if (line.size || !ends_blank(t))
			add_lines(is_new ? &h->text : t, text_get(&line), line.size,
				  indent > LETTER_LABEL ? 0 : indent);
	}
	text_release(&line);
}

void letter_add_filled(struct text *t, const char *source, const struct letter_values *v)
{
	struct heading heading = {.is_announcing = false};
	const char *end;

	for (; *source; source = *end ? end + 1 : end) {
		end = strchrnul(source, '\n');
		add_line(t, &heading, source, end, v);
	}
	end_heading(t, &heading, !heading.is_announcing);
	while (t->size && ends_blank(t))
		t->at[--t->size] = '\0';
	text_release(&heading.text);
}

void letter_add_filled_line(struct text *t, const char *source, const struct letter_values *v)
{
	size_t begin = t->size;

	fill(t, source, source + strlen(source), v, NULL);
	for (size_t i = begin; i < t->size; i++)
		if (t->at[i] == '\n')
			t->at[i] = ' ';
}

/* ---- what an admin writes ---- */

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\n') || c == 0x7f;
}

/* What is wrong with one line of a template. `once`: of the long words, which were there. */
static bool judge_line(const char *at, const char *end, bool once[2], struct text *wrong,
		       char unknown[LETTER_WORD_BYTES])
{
	static const char *const long_word[] = {"items", "diagnosis"};
	const char *name, *open, *behind;
	size_t size;

	for (const char *c = at; c < end; c++)
		if (is_control(*c)) {
			text_printf(wrong, "a control character (\\x%02x)", (unsigned char)*c);
			return false;
		}
	while ((name = next_word(at, end, &open, &size, &behind))) {
		for (size_t i = 0; i < 2; i++) {
			if (strlen(long_word[i]) != size || memcmp(long_word[i], name, size))
				continue;
			if (once[i])
				text_printf(wrong, "{{%s}} stands twice", long_word[i]);
			once[i] = true;
		}
		if (!letter_word_name(letter_word_find(name, size))) {
			size = size < LETTER_WORD_BYTES ? size : LETTER_WORD_BYTES - 1;
			memcpy(unknown, name, size);
			unknown[size] = '\0';
			text_puts(wrong, "there is no word {{");
			text_add_safe(wrong, unknown, size, LETTER_WORD_BYTES * 4);
			text_puts(wrong, "}}");
		}
		if (wrong->size)
			return false;
		at = behind;
	}
	if (open)
		text_puts(wrong, "a '{{' without its '}}'");
	return !open;
}

bool letter_template_judge(const char *source, int *line, struct text *wrong,
			   char word[LETTER_WORD_BYTES])
{
	bool once[2] = {false, false};
	const char *end;

	*line = 1;
	*word = '\0';
	if (letter_escaped(source, strlen(source)) > LETTER_TEMPLATE_BYTES) {
		text_printf(wrong, "it is longer than %d bytes", LETTER_TEMPLATE_BYTES);
		return false;
	}
	for (; *source; source = *end ? end + 1 : end, ++*line) {
		end = strchrnul(source, '\n');
		if (!judge_line(source, end, once, wrong, word))
			return false;
	}
	return true;
}

static bool judge_word(const struct line *l, const char *key, struct text *wrong)
{
	const char *source = line_find(l, key);
	char word[LETTER_WORD_BYTES];
	int at;

	return !source || letter_template_judge(source, &at, wrong, word);
}

static void take_word(char **into, const char *source)
{
	if (!source)
		return;
	free(*into);
	*into = memory_text(source);
}

bool letter_templates_take(struct letter_templates *t, const struct line *l, struct text *wrong)
{
	enum letter_form form;
	struct letter_template *of;

	if (!letter_form_find(line_name(l), &form)) {
		text_puts(wrong, "a template for no kind of letter");
		return false;
	}
	if (!judge_word(l, "subject", wrong) || !judge_word(l, "text", wrong) ||
	    !judge_word(l, "short", wrong))
		return false;
	of = &t->of[form];
	take_word(&of->subject, line_find(l, "subject"));
	take_word(&of->text, line_find(l, "text"));
	take_word(&of->brief, line_find(l, "short"));
	return true;
}

void letter_templates_release(struct letter_templates *t)
{
	for (size_t i = 0; i < LETTER_FORMS; i++) {
		free(t->of[i].subject);
		free(t->of[i].text);
		free(t->of[i].brief);
	}
	*t = (struct letter_templates){0};
}
