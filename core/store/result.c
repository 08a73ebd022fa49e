/* store/result: see result.h. The words of the line are a table. */
#include "result.h"

#include <stdlib.h>
#include <string.h>

#include "../base/values.h"
#include "../sla/sla.h"

static uint8_t state_of(const char *word)
{
	for (uint8_t i = 0; i < SLA_STATES; i++)
		if (!strcmp(sla_state_name[i], word))
			return i;
	return SLA_UNKNOWN;
}

static void take_verdict(struct result_line *to, const struct line_word *w)
{
	to->result.verdict = state_of(w->value);
}

static void take_ends(struct result_line *to, const struct line_word *w)
{
	to->result.ends = (uint8_t)(1 + state_of(w->value));
}

/* Its word holds until the next result, however long that takes. */
static void take_holds(struct result_line *to, const struct line_word *w)
{
	(void)w;
	to->result.flags |= BLOCK_IS_EVENT;
}

static void take_cause(struct result_line *to, const struct line_word *w)
{
	for (uint8_t i = 0; i < SLA_CAUSES; i++)
		if (!strcmp(sla_cause_name[i], w->value))
			to->result.cause = i;
}

static void take_stall(struct result_line *to, const struct line_word *w)
{
	if (strcmp(w->value, "0"))
		to->result.flags |= BLOCK_IS_STALLED;
}

static void take_location(struct result_line *to, const struct line_word *w)
{
	to->location = w->value;
}

static int64_t number(const char **at)
{
	bool is_negative = **at == '-';
	uint64_t n = 0;

	for (*at += is_negative; **at >= '0' && **at <= '9'; ++*at)
		n = n * 10 + (uint64_t)(**at - '0');
	return (int64_t)(is_negative ? 0 - n : n);
}

/* `resolve:812,connect@1:1490,tls:4100!`, cut in place. */
static void take_steps(struct result_line *to, const struct line_word *w)
{
	struct block_result *r = &to->result;
	char *at;

	text_clear(&to->room);
	text_add(&to->room, w->value, w->size);
	for (at = to->room.at; *at && r->steps < BLOCK_STEPS;) {
		struct block_step *s = &r->step[r->steps];
		const char *digits;
		char *mark = at;

		while (*mark && *mark != '@' && *mark != ':' && *mark != ',')
			mark++;
		*s = (struct block_step){.name = at};
		digits = mark + 1;
		if (*mark == '@')
			s->hop = (uint8_t)number(&digits);
		if ((*mark == '@' && *digits++ != ':') || (*mark != '@' && *mark != ':'))
			return;
		*mark = '\0';
		s->end_us = number(&digits);
		s->has_failed = *digits == '!';
		digits += s->has_failed;
		r->steps++;
		if (*digits != ',')
			return;
		at += digits + 1 - at;
	}
}

/* Whole numbers, which most are, without strtod(). */
static double decimal(const char *text, const char **end)
{
	int64_t n = 0;
	const char *at = text;
	char *stop;
	double value;

	for (; *at >= '0' && *at <= '9' && at < text + 15; at++)
		n = n * 10 + (*at - '0');
	*end = at;
	if (at > text && (!*at || *at == ' '))
		return (double)n;
	value = strtod(text, &stop);
	*end = stop;
	return value;
}

static void add_value(struct result_line *to, const char *name, const char *text)
{
	struct block_result *r = &to->result;
	const char *end;
	double value = decimal(text, &end);

	if (r->values == BLOCK_VALUES)
		return;
	while (*end == ' ')
		end++;
	r->value[r->values++] = (struct block_value){name, end, value};
}

static void take_values(struct result_line *to, const struct line_word *w)
{
	char *list = (char *)w->value;
	struct values_one v;

	while (values_take(&list, &v))
		add_value(to, v.name, v.text);
}

static void add_fact(struct result_line *to, const char *name, const char *text)
{
	struct block_result *r = &to->result;

	if (r->facts < BLOCK_FACTS)
		r->fact[r->facts++] = (struct block_fact){name, text};
}

static void take_number(int64_t *to, const char *text)
{
	if (!text_to_int(text, to))
		*to = 0;
}

enum { SKIP = -1, CALL = -2, FACT = -3 };

/* `at`: the offset of a text or, for names that end in _us, of a number. In the order of a line. */
static const struct {
	const char *key;
	long at;
	void (*take)(struct result_line *, const struct line_word *);
	const char *fact;
} word[] = {
	{"verdict", CALL, take_verdict, NULL},
	{"reason", offsetof(struct block_result, reason), NULL, NULL},
	{"address", offsetof(struct block_result, address), NULL, NULL},
	{"start_us", offsetof(struct block_result, start_us), NULL, NULL},
	{"late_us", SKIP, NULL, NULL},
	{"elapsed_us", offsetof(struct block_result, elapsed_us), NULL, NULL},
	{"steps", CALL, take_steps, NULL},
	{"values", CALL, take_values, NULL},
	{"location", CALL, take_location, NULL},
	{"due_at_us", offsetof(struct block_result, due_us), NULL, NULL},
	{"interval_us", offsetof(struct block_result, interval_us), NULL, NULL},
	{"item", offsetof(struct block_result, item), NULL, NULL},
	{"missed", FACT, NULL, ".missed"},
	{"ends", CALL, take_ends, NULL},
	{"holds", CALL, take_holds, NULL},
	{"cause", CALL, take_cause, NULL},
	{"n", SKIP, NULL, NULL},
	{"step", FACT, NULL, ".step"},
	{"stall", CALL, take_stall, NULL},
	{"transcript", FACT, NULL, ".transcript"},
	{"name", SKIP, NULL, NULL},
};
#define WORDS (sizeof word / sizeof *word)

/* WORDS: it is none of them. The search begins where the last one ended. */
static size_t word_of(const char *key, size_t from)
{
	size_t i = from;

	for (size_t n = 0; n < WORDS; n++, i++) {
		i = i < WORDS ? i : 0;
		if (word[i].key[0] == key[0] && !strcmp(word[i].key, key))
			return i;
	}
	return WORDS;
}

static bool is_time(const char *key)
{
	size_t size = strlen(key);

	return size > 3 && !strcmp(key + size - 3, "_us");
}

static void take_word(struct result_line *to, const struct line_word *w, size_t i)
{
	if (word[i].at == FACT)
		add_fact(to, word[i].fact, w->value);
	else if (word[i].at == CALL)
		word[i].take(to, w);
	else if (word[i].at >= 0 && is_time(w->key))
		take_number((int64_t *)(void *)((char *)&to->result + word[i].at), w->value);
	else if (word[i].at >= 0)
		*(const char **)(void *)((char *)&to->result + word[i].at) = w->value;
}

static void take_words(struct result_line *to, const struct line *l)
{
	size_t next = 0, i;

	for (const struct line_word *w = l->word; w < l->word + l->words; w++) {
		i = word_of(w->key, next);
		if (i < WORDS)
			take_word(to, w, i);
		else
			add_fact(to, w->key + (strncmp(w->key, "fact.", 5) ? 0 : 5), w->value);
		next = i < WORDS ? i + 1 : next;
	}
}

static const char *failed_step(const struct block_result *r)
{
	for (size_t i = 0; i < r->steps; i++)
		if (r->step[i].has_failed)
			return r->step[i].name;
	return "";
}

const char *result_step(const struct block_result *r)
{
	for (size_t i = 0; i < r->facts; i++)
		if (!strcmp(r->fact[i].name, ".step"))
			return r->fact[i].text;
	return failed_step(r);
}

/* What the mark in the steps says needs no fact. */
static void drop_known_step(struct block_result *r)
{
	for (size_t i = 0; i < r->facts; i++)
		if (!strcmp(r->fact[i].name, ".step") && !strcmp(r->fact[i].text, failed_step(r))) {
			r->facts--;
			memmove(&r->fact[i], &r->fact[i + 1],
				(r->facts - i) * sizeof *r->fact);
			return;
		}
}

bool result_read(struct result_line *to, const struct line *l, int64_t now_us)
{
	struct block_result *r = &to->result;

	memset(r, 0, offsetof(struct block_result, step));
	r->verdict = SLA_UNKNOWN;
	r->reason = r->address = r->item = "";
	to->name = line_name(l);
	to->location = "";
	take_words(to, l);
	if (!r->start_us)
		r->start_us = r->due_us ? r->due_us : now_us;
	if (!r->due_us)
		r->due_us = r->start_us;
	drop_known_step(r);
	return *to->name != '\0';
}

void result_line_release(struct result_line *to)
{
	text_release(&to->room);
	*to = (struct result_line){0};
}
