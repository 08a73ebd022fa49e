/* courier/letter: see letter.h. */
#include "letter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../web/json.h"

#define REASON_BYTES 600
#define SUBJECT_BYTES 250
#define ADDRESS_BYTES 1000

static const char *const kind_name[] = {
	[LETTER_ALERT] = "alert",   [LETTER_RECOVERY] = "recovery",
	[LETTER_CONFIRMATION] = "confirmation", [LETTER_REPORT] = "report",
	[LETTER_TEST] = "test",	    [LETTER_NOTE] = "note",
	[LETTER_SUMMARY] = "summary",
};
#define KINDS (sizeof kind_name / sizeof *kind_name)

/* 0 for a word that is none of a letter's kind. */
static enum letter_kind letter_kind_of(const char *name)
{
	for (size_t i = 1; i < KINDS; i++)
		if (!strcmp(kind_name[i], name))
			return (enum letter_kind)i;
	return 0;
}

/* One line without anything that a header, a terminal or a log could be tricked with. */
static void add_one_line(struct text *t, const char *from, size_t most)
{
	struct text flat = {0};

	text_puts(&flat, from);
	for (size_t i = 0; i < flat.size; i++)
		if ((unsigned char)flat.at[i] < ' ' || flat.at[i] == 0x7f)
			flat.at[i] = ' ';
	text_add_safe(t, text_get(&flat), flat.size, most);
	text_release(&flat);
}

static void add_minutes(struct text *t, int64_t us)
{
	int64_t minutes = us / (60 * CLOCK_SECOND);

	text_printf(t, "delayed by %lld minute%s", (long long)minutes, minutes == 1 ? "" : "s");
}

static bool is_late(const struct letter *l)
{
	return l->delayed_us >= 60 * CLOCK_SECOND;
}

static void make_text(struct letter *l)
{
	if (is_late(l)) {
		text_puts(&l->text, "This letter is ");
		add_minutes(&l->text, l->delayed_us);
		text_puts(&l->text, ".\n\n");
	}
	text_puts(&l->text, line_get(&l->line, "text"));
	if (l->is_unrecorded)
		text_puts(&l->text, "\nThis letter is not in nines' record: its store cannot be "
				    "written to.\n");
}

/* The bytes of so many characters, in UTF-8. */
static size_t bytes_of(const char *text, size_t characters)
{
	size_t size = 0;

	for (; text[size]; size++)
		if (((unsigned char)text[size] & 0xc0) != 0x80 && !characters--)
			break;
	return size;
}

static void make_brief(struct letter *l)
{
	struct text whole = {0};

	if (is_late(l)) {
		add_minutes(&whole, l->delayed_us);
		text_puts(&whole, ": ");
	}
	text_puts(&whole, line_get(&l->line, "short"));
	add_one_line(&l->brief, text_get(&whole),
		     bytes_of(text_get(&whole), LETTER_SHORT_CHARACTERS));
	text_release(&whole);
}

struct letter *letter_new(const struct line *deliver)
{
	struct letter *l = memory_new(sizeof *l);
	const char *wrong;

	l->magic = LETTER_MAGIC;
	line_begin(&l->bytes, deliver->verb, deliver->id);
	line_add_words(&l->bytes, deliver, NULL);
	wrong = line_parse(&l->line, l->bytes.at, l->bytes.size);
	assert(!wrong);
	l->kind = letter_kind_of(line_get(&l->line, "kind"));
	if (!l->kind)
		l->kind = LETTER_NOTE;
	l->attempt = (int)line_int(&l->line, "number", 1);
	l->delayed_us = line_int(&l->line, "delayed_us", 0);
	l->is_unrecorded = line_int(&l->line, "unrecorded", 0) == 1;
	add_one_line(&l->to, line_get(&l->line, "address"), ADDRESS_BYTES);
	add_one_line(&l->subject, line_get(&l->line, "subject"), SUBJECT_BYTES);
	make_text(l);
	make_brief(l);
	return l;
}

void letter_free(struct letter *l)
{
	if (!l)
		return;
	l->magic = 0;
	text_release(&l->bytes);
	text_release(&l->to);
	text_release(&l->subject);
	text_release(&l->text);
	text_release(&l->brief);
	text_release(&l->json);
	text_release(&l->reason);
	letter_forget_files(l);
	free(l);
}

/* ---- what modules call ---- */

enum letter_kind letter_kind(const struct letter *l)
{
	return l->kind;
}

const char *letter_kind_text(const struct letter *l)
{
	return kind_name[l->kind];
}

const char *letter_id(const struct letter *l)
{
	return l->line.id;
}

const char *letter_to(const struct letter *l)
{
	return text_get(&l->to);
}

const char *letter_subject(const struct letter *l)
{
	return text_get(&l->subject);
}

const char *letter_text(const struct letter *l)
{
	return text_get(&l->text);
}

const char *letter_short(const struct letter *l)
{
	return text_get(&l->brief);
}

const char *letter_word(const struct letter *l, const char *key)
{
	for (size_t i = 0; i < l->line.words; i++)
		if (!strncmp(l->line.word[i].key, "word.", 5) &&
		    !strcmp(l->line.word[i].key + 5, key))
			return l->line.word[i].value;
	return "";
}

int letter_attempt(const struct letter *l)
{
	return l->attempt;
}

int64_t letter_delayed_us(const struct letter *l)
{
	return l->delayed_us;
}

static json_t *steps_json(const char *steps)
{
	struct steps_one *step = memory_new(STEPS_MOST * sizeof *step);
	json_t *list = json_steps(step, steps_parse(steps, step, STEPS_MOST));

	free(step);
	return list;
}

static json_t *words_json(const struct letter *l)
{
	json_t *words = json_object();

	for (size_t i = 0; i < l->line.words; i++)
		if (!strncmp(l->line.word[i].key, "word.", 5))
			json_object_set_new(words, l->line.word[i].key + 5,
					    json_safe(l->line.word[i].value));
	return words;
}

static void make_json(const struct letter *l, struct text *t)
{
	json_malloc_t usual;
	json_free_t usual_free;
	json_t *j;

	json_get_alloc_funcs(&usual, &usual_free);
	json_set_alloc_funcs(memory_new, free); /* to end is better than half a document */
	j = json_object();
	json_object_set_new(j, "id", json_safe(letter_id(l)));
	json_object_set_new(j, "kind", json_safe(letter_kind_text(l)));
	json_object_set_new(j, "to", json_safe(letter_to(l)));
	json_object_set_new(j, "subject", json_safe(letter_subject(l)));
	json_object_set_new(j, "short", json_safe(letter_short(l)));
	json_object_set_new(j, "text", json_safe(letter_text(l)));
	json_object_set_new(j, "attempt", json_integer(l->attempt));
	json_object_set_new(j, "delayed_us", json_integer(l->delayed_us));
	json_object_set_new(j, "recorded", json_boolean(!l->is_unrecorded));
	json_object_set_new(j, "steps", steps_json(letter_word(l, "steps")));
	json_object_set_new(j, "words", words_json(l));
	json_write(t, j);
	json_set_alloc_funcs(usual, usual_free);
}

/* Made when it is first wanted: the letter is the host's, `const` only to modules. */
const char *letter_json(const struct letter *l)
{
	struct letter *own = (struct letter *)(uintptr_t)l;

	assert(l->magic == LETTER_MAGIC);
	if (!own->json.size)
		make_json(l, &own->json);
	return text_get(&own->json);
}

void letter_reason(struct letter *l, const char *format, ...)
{
	struct text all = {0};
	va_list ap;

	assert(l->magic == LETTER_MAGIC);
	if (l->reason.size)
		return;
	va_start(ap, format);
	text_vprintf(&all, format, ap);
	va_end(ap);
	add_one_line(&l->reason, text_get(&all), REASON_BYTES);
	text_release(&all);
}

void letter_retry_after(struct letter *l, int64_t after_us)
{
	l->after_us = after_us > 0 ? after_us : 0;
}

void letter_taken(struct letter *l)
{
	l->is_taken = probe_ok(l->probe);
}

struct probe *letter_probe(struct letter *l)
{
	assert(l->magic == LETTER_MAGIC && l->probe);
	return l->probe;
}
