/* letter/word: the words of a letter from its facts: one function a word, each harmless and
 * bounded.
 *
 * Whatever a value is made of goes through text_add_safe(): what comes out are lines of printable
 * UTF-8 (F44, F52). Dates are of the reader's zone, beside UTC, where a person acts by them. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../base/steps.h"
#include "inside.h"

#define NAME_BYTES 200
#define REASON_BYTES 600
#define LIST_BYTES 1500
#define NEXT_BYTES 1500
#define DIAGNOSIS_BYTES 4000
#define BODY_BYTES 12000
#define ITEMS_ESCAPED 22000
#define ITEM_TITLE 36

static const char *given(const char *s)
{
	return s ? s : "";
}

static void add_safe(struct text *t, const char *s, size_t most)
{
	text_add_safe(t, given(s), strlen(given(s)), most);
}

/* ---- times ---- */

static int64_t seconds(int64_t us)
{
	return us >= 0 ? us / CLOCK_SECOND : -((-us + CLOCK_SECOND - 1) / CLOCK_SECOND);
}

static void add_civil(struct text *t, struct civil c)
{
	text_printf(t, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour,
		    c.minute, c.second);
}

static struct civil civil_utc(int64_t us)
{
	int64_t s = seconds(us), day = s / 86400 - (s % 86400 < 0), rest = s - day * 86400;
	struct civil c = zone_date(day);

	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	return c;
}

static void add_utc(struct text *t, int64_t us)
{
	if (!us)
		return;
	add_civil(t, civil_utc(us));
	text_puts(t, " UTC");
}

static bool has_zone(const struct letter_facts *f)
{
	return f->zone && strcmp(zone_name(f->zone), "UTC") != 0;
}

static void add_local(struct text *t, const struct letter_facts *f, int64_t us)
{
	const char *abbreviation = "";

	zone_offset(f->zone, seconds(us), &abbreviation);
	add_civil(t, zone_civil(f->zone, seconds(us)));
	text_putc(t, ' ');
	add_safe(t, abbreviation, 16);
	text_puts(t, " (");
	add_safe(t, zone_name(f->zone), 64);
	text_putc(t, ')');
}

/* In UTC and, on a line of its own, where the reader is. */
static void add_both(struct text *t, const struct letter_facts *f, int64_t us)
{
	add_utc(t, us);
	if (!us || !has_zone(f))
		return;
	text_putc(t, '\n');
	add_local(t, f, us);
}

static struct civil civil_of(const struct letter_facts *f, int64_t us)
{
	return has_zone(f) ? zone_civil(f->zone, seconds(us)) : civil_utc(us);
}

static void add_abbreviation(struct text *t, const struct letter_facts *f, int64_t us)
{
	const char *abbreviation = "UTC";

	if (has_zone(f))
		zone_offset(f->zone, seconds(us), &abbreviation);
	add_safe(t, abbreviation, 16);
}

/* For an SMS: the reader's own clock, without the date where there is no doubt. */
static void add_hour(struct text *t, const struct letter_facts *f, int64_t us)
{
	struct civil c = civil_of(f, us);

	if (!us)
		return;
	if (!f->now_us || f->now_us - us >= 20 * 3600 * CLOCK_SECOND)
		text_printf(t, "%02d-%02d ", c.month, c.day);
	text_printf(t, "%02d:%02d ", c.hour, c.minute);
	add_abbreviation(t, f, us);
}

/* "02-01 05:00-07:00 JST": from when to when, of what has not ended, such as maintenance. */
static void add_span_short(struct text *t, const struct letter_facts *f)
{
	struct civil from = civil_of(f, f->detected_us), to = civil_of(f, f->ended_us);

	if (!f->detected_us || f->ended_us <= f->now_us)
		return;
	text_printf(t, "%02d-%02d %02d:%02d-", from.month, from.day, from.hour, from.minute);
	if (from.day != to.day || f->ended_us - f->detected_us >= 86400 * CLOCK_SECOND)
		text_printf(t, "%02d-%02d ", to.month, to.day);
	text_printf(t, "%02d:%02d ", to.hour, to.minute);
	add_abbreviation(t, f, f->detected_us);
}

static void add_detected(struct text *t, const struct letter_facts *f)
{
	add_both(t, f, f->detected_us);
}

static void add_ended(struct text *t, const struct letter_facts *f)
{
	add_both(t, f, f->ended_us);
}

static void add_confirmed(struct text *t, const struct letter_facts *f)
{
	add_utc(t, f->confirmed_us);
}

static void add_last_pass(struct text *t, const struct letter_facts *f)
{
	add_utc(t, f->passed_us);
}

static void add_written(struct text *t, const struct letter_facts *f)
{
	add_both(t, f, f->now_us);
}

static void add_since_short(struct text *t, const struct letter_facts *f)
{
	add_hour(t, f, f->detected_us);
}

static void add_until_short(struct text *t, const struct letter_facts *f)
{
	add_hour(t, f, f->ended_us);
}

static void add_lasted(struct text *t, const struct letter_facts *f)
{
	if (f->ended_us > f->detected_us && f->detected_us)
		text_add_duration(t, f->ended_us - f->detected_us);
}

static void add_zone(struct text *t, const struct letter_facts *f)
{
	add_safe(t, f->zone ? zone_name(f->zone) : "UTC", 64);
}

/* ---- names ---- */

static void add_title(struct text *t, const struct letter_facts *f)
{
	add_safe(t, *given(f->title) ? f->title : f->name, NAME_BYTES);
}

/* So that an SMS has room for what happened. */
static void add_title_short(struct text *t, const struct letter_facts *f)
{
	struct text whole = {0};

	add_title(&whole, f);
	letter_add_clipped(t, text_get(&whole), whole.size, 60);
	text_release(&whole);
}

/* Words that are one member of the facts each. */
static const struct plain {
	const char *word;
	size_t place, most;
} plain[] = {
	{"contact", offsetof(struct letter_facts, contact), NAME_BYTES},
	{"to", offsetof(struct letter_facts, to), NAME_BYTES},
	{"location", offsetof(struct letter_facts, location), NAME_BYTES},
	{"name", offsetof(struct letter_facts, name), NAME_BYTES},
	{"module", offsetof(struct letter_facts, module), 64},
	{"verdict", offsetof(struct letter_facts, verdict), 32},
	{"reason", offsetof(struct letter_facts, reason), REASON_BYTES},
	{"step", offsetof(struct letter_facts, step), 64},
	{"address", offsetof(struct letter_facts, address), 64},
	{"incident", offsetof(struct letter_facts, incident), 64},
	{"owner", offsetof(struct letter_facts, owner), NAME_BYTES},
	{"url", offsetof(struct letter_facts, url), 500},
	{"impact", offsetof(struct letter_facts, impact), 64},
	{"manage", offsetof(struct letter_facts, manage), 500},
	{"page", offsetof(struct letter_facts, page), 500},
	{"code", offsetof(struct letter_facts, code), 128},
};

static void add_plain(struct text *t, const struct letter_facts *f, const char *word)
{
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (!strcmp(plain[i].word, word))
			add_safe(t, *(const char *const *)((const char *)f + plain[i].place),
				 plain[i].most);
}

static void add_state_capital(struct text *t, const struct letter_facts *f)
{
	size_t begin = t->size;

	add_safe(t, f->verdict, 32);
	for (size_t i = begin; i < t->size; i++)
		if (t->at[i] >= 'a' && t->at[i] <= 'z')
			t->at[i] -= 'a' - 'A';
}

static void add_what(struct text *t, const struct letter_facts *f)
{
	text_puts(t, f->is_service ? "service" : "check");
}

static void add_target(struct text *t, const struct letter_facts *f)
{
	if (!strstr(given(f->target), "://"))
		add_safe(t, f->module, 64);
	if (t->size && *given(f->target))
		text_putc(t, ' ');
	add_safe(t, f->target, 300);
	if (!*given(f->address) || strstr(given(f->target), f->address))
		return;
	text_puts(t, " (");
	add_safe(t, f->address, 64);
	text_putc(t, ')');
}

static void add_failure(struct text *t, const struct letter_facts *f)
{
	add_safe(t, f->reason, REASON_BYTES);
	if (!*given(f->step))
		return;
	text_puts(t, t->size ? " (step " : "(step ");
	add_safe(t, f->step, 64);
	text_putc(t, ')');
}

static void add_result(struct text *t, const struct letter_facts *f)
{
	struct text failure = {0};

	add_failure(&failure, f);
	add_safe(t, f->verdict, 32);
	if (t->size && failure.size)
		text_puts(t, ": ");
	text_add(t, failure.at, failure.size);
	text_release(&failure);
}

/* ---- lists and longer texts ---- */

/* Names joined by newlines become "a, b and 3 more". */
static void add_list(struct text *t, const char *list)
{
	size_t begin = t->size, more = 0, n;

	for (const char *at = given(list); *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		if (t->size - begin > LIST_BYTES - NAME_BYTES) {
			more++;
			continue;
		}
		text_puts(t, t->size > begin && n ? ", " : "");
		text_add_safe(t, at, n, NAME_BYTES);
	}
	if (more)
		text_printf(t, " and %zu more", more);
}

static void add_members(struct text *t, const struct letter_facts *f)
{
	add_list(t, f->members);
}

static void add_affected(struct text *t, const struct letter_facts *f)
{
	add_list(t, f->affected);
}

static void add_cause(struct text *t, const struct letter_facts *f)
{
	add_list(t, f->cause);
}

/* Whole lines of at most `most` bytes. */
static void add_block(struct text *t, const char *block, size_t most)
{
	size_t begin = t->size, n, before;
	const char *end = given(block) + strlen(given(block));

	while (end > given(block) && strchr("\r\n ", end[-1]))
		end--;
	for (const char *at = given(block); at < end; at += n + 1) {
		n = (size_t)((const char *)memchr(at, '\n', (size_t)(end - at)) - at);
		if (!memchr(at, '\n', (size_t)(end - at)))
			n = (size_t)(end - at);
		before = t->size;
		text_puts(t, t->size > begin ? "\n" : "");
		text_add_safe(t, at, n - (n && at[n - 1] == '\r'), most);
		if (t->size - begin <= most)
			continue;
		t->size = before;
		t->at[before] = '\0';
		text_puts(t, "\n(there is more)");
		return;
	}
}

static void add_diagnosis(struct text *t, const struct letter_facts *f)
{
	add_block(t, f->diagnosis, DIAGNOSIS_BYTES);
}

static void add_body(struct text *t, const struct letter_facts *f)
{
	add_block(t, f->body, BODY_BYTES);
}

/* Its first words, for a short form. */
static void add_body_short(struct text *t, const struct letter_facts *f)
{
	struct text line = {0};
	const char *at = given(f->body);

	for (size_t n; *at && line.size < 300; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		text_puts(&line, n && line.size ? " " : "");
		text_add_safe(&line, at, n, 300);
	}
	letter_add_clipped(t, text_get(&line), line.size, 140);
	text_release(&line);
}

static void add_next(struct text *t, const struct letter_facts *f)
{
	add_block(t, f->next, NEXT_BYTES);
}

static void add_owners(struct text *t, const struct letter_facts *f)
{
	add_block(t, f->owners, NEXT_BYTES);
}

/* `+  0.812  resolve`: seconds from the start of the probe to the end of the step, as in the alerts
 * of S2. */
static void add_steps(struct text *t, const struct letter_facts *f)
{
	struct steps_one step[STEPS_MOST];
	size_t n = steps_parse(given(f->steps), step, STEPS_MOST);

	for (size_t i = 0; i < n; i++) {
		text_printf(t, "%s%c %8.3f  ", i ? "\n" : "", step[i].ok ? '+' : '-',
			    (double)(step[i].to_us / 1000) / 1000);
		add_safe(t, step[i].name, STEPS_NAME);
		if (step[i].hop)
			text_printf(t, " (redirect %d)", step[i].hop);
	}
}

static bool is_over(const struct letter_item *i)
{
	return i->ended_us != 0;
}

static size_t count(const struct letter_facts *f, bool over)
{
	size_t n = 0;

	for (size_t i = 0; i < f->items; i++)
		n += is_over(&f->item[i]) == over;
	return n;
}

/* `- 11-22 01:02  mail-1: wanted 220, got ''` in one line. */
static void add_item(struct text *t, const struct letter_item *i)
{
	struct civil c = civil_utc(is_over(i) ? i->ended_us : i->since_us);
	struct text line = {0}, name = {0};

	add_safe(&name, *given(i->title) ? i->title : i->name, NAME_BYTES);
	text_printf(&line, "%c %02d-%02d %02d:%02d  ", is_over(i) ? '+' : '-', c.month, c.day,
		    c.hour, c.minute);
	letter_add_clipped(&line, text_get(&name), name.size, ITEM_TITLE);
	if (is_over(i)) {
		text_puts(&line, strcmp(given(i->state), "not-monitored") != 0
					 ? ": up again after "
					 : ": no longer watched after ");
		text_add_duration(&line, i->ended_us > i->since_us ? i->ended_us - i->since_us : 0);
	} else if (*given(i->state) && strcmp(i->state, "down") != 0) {
		text_puts(&line, ": ");
		add_safe(&line, i->state, 32);
	}
	if (!is_over(i) && *given(i->reason)) {
		text_puts(&line, ": ");
		add_safe(&line, i->reason, REASON_BYTES);
	}
	letter_add_clipped(t, text_get(&line), line.size, LETTER_COLUMNS);
	text_release(&line);
	text_release(&name);
}

/* As many as there is room for: how many. */
static size_t add_items(struct text *t, const struct letter_facts *f)
{
	size_t begin = t->size, before = begin, i = 0;

	for (; i < f->items && i < LETTER_ITEMS; i++) {
		text_puts(t, i ? "\n" : "");
		add_item(t, &f->item[i]);
		if (letter_escaped(t->at + begin, t->size - begin) > ITEMS_ESCAPED) {
			t->size = before;
			t->at[before] = '\0';
			break;
		}
		before = t->size;
	}
	return i;
}

/* The names alone, for a subject or an SMS, which cut them. */
static void add_item_names(struct text *t, const struct letter_facts *f)
{
	for (size_t i = 0; i < f->items && t->size < LETTER_SUBJECT_BYTES; i++) {
		text_puts(t, i ? ", " : "");
		add_safe(t, *given(f->item[i].title) ? f->item[i].title : f->item[i].name,
			 NAME_BYTES);
	}
}

static void add_counts(struct text *t, const struct letter_facts *f)
{
	size_t down = count(f, false), over = count(f, true);

	if (down)
		text_printf(t, "%zu down", down);
	if (down && over)
		text_puts(t, ", ");
	if (over)
		text_printf(t, "%zu up again", over);
}

/* ---- sentences ---- */

static void add_wording(struct text *t, const struct letter_facts *f)
{
	if (f->is_service && f->need)
		text_printf(t,
			    f->is_weighted ? "A weight of %" PRId64 " of %" PRId64
					     " is up, at least %" PRId64
					     " needed: it is not available to all."
					   : "%" PRId64 " of %" PRId64
					     " members up, at least %" PRId64
					     " needed: it is not available to all.",
			    f->up, f->of, f->need);
	else
		text_puts(t, "This says that it is not available to all.");
	text_puts(t, " A specific user may still reach it by another route.");
}

static void add_alert_number(struct text *t, const struct letter_facts *f)
{
	if (!f->number)
		return;
	text_printf(t, "Alert %" PRId64 " of at most %" PRId64, f->number, f->cap);
	if (!f->next_us)
		return;
	text_puts(t, "; next: ");
	add_utc(t, f->next_us);
	text_puts(t, " if it lasts");
}

static void add_number_short(struct text *t, const struct letter_facts *f)
{
	if (f->number > 1)
		text_printf(t, "%" PRId64 "/%" PRId64, f->number, f->cap);
}

static void add_told(struct text *t, const struct letter_facts *f)
{
	if (f->told)
		text_printf(t, "%" PRId64 " alert%s told you of it.", f->told,
			    f->told == 1 ? "" : "s");
}

static void add_back(struct text *t, const struct letter_facts *f)
{
	if (!*given(f->gone)) {
		text_puts(t, "is up again");
		return;
	}
	text_puts(t, "is no longer watched (");
	add_safe(t, f->gone, NAME_BYTES);
	text_putc(t, ')');
}

static void add_back_capital(struct text *t, const struct letter_facts *f)
{
	text_puts(t, *given(f->gone) ? "UNWATCHED" : "UP");
}

static void add_changes(struct text *t, const struct letter_facts *f)
{
	if (f->changes)
		text_printf(t, "%" PRId64 " changes of state, ", f->changes);
	if (f->changes || f->change_percent > 0)
		text_printf(t, "%.0f %% of the results looked at",
			    isfinite(f->change_percent) ? f->change_percent : 0.0);
}

static void add_part(struct text *t, const struct letter_facts *f)
{
	if (f->part > 1)
		text_printf(t, "part %" PRId64, f->part);
}

/* For a shell: bare where it can stand so, else in quotes. */
static void add_argument(struct text *t, const char *name)
{
	struct text quoted = {0};
	bool is_bare = *name && *name != '-';

	for (const char *c = name; *c; c++)
		is_bare &= *c > ' ' && *c < 0x7f && !strchr("'\"\\$`!*?[](){}<>|&;#~", *c);
	text_puts(&quoted, is_bare ? "" : "'");
	for (const char *c = name; *c; c++)
		if (*c == '\'' && !is_bare)
			text_puts(&quoted, "'\\''");
		else
			text_putc(&quoted, *c);
	text_puts(&quoted, is_bare ? "" : "'");
	add_safe(t, text_get(&quoted), 2 * NAME_BYTES);
	text_release(&quoted);
}

static void add_commands(struct text *t, const struct letter_facts *f)
{
	bool is_burn = f->form == LETTER_FORM_BURNING || f->form == LETTER_FORM_BURNING_OVER;

	if (is_burn) {
		text_puts(t, "nines report burn shows what is left of the budget");
	} else if (*given(f->incident)) {
		text_puts(t, "nines incident ");
		add_argument(t, f->incident);
		text_puts(t, " shows what is known of it");
	}
	if (!*given(f->name) || !f->number)
		return;
	text_puts(t, t->size ? "\nnines ack " : "nines ack ");
	add_argument(t, f->name);
	text_puts(t, " --reason WHY ends the repeats");
}

/* In the order of documentation; NULL: a word of `plain`. */
static const struct word {
	const char *name;
	void (*add)(struct text *, const struct letter_facts *);
} word[] = {
	{"title", add_title},
	{"title-short", add_title_short},
	{"name", NULL},
	{"what", add_what},
	{"verdict", NULL},
	{"VERDICT", add_state_capital},
	{"detected", add_detected},
	{"detected-short", add_since_short},
	{"confirmed", add_confirmed},
	{"last-pass", add_last_pass},
	{"ended", add_ended},
	{"ended-short", add_until_short},
	{"span-short", add_span_short},
	{"lasted", add_lasted},
	{"written", add_written},
	{"zone", add_zone},
	{"target", add_target},
	{"module", NULL},
	{"address", NULL},
	{"result", add_result},
	{"failure", add_failure},
	{"reason", NULL},
	{"step", NULL},
	{"steps", add_steps},
	{"members", add_members},
	{"wording", add_wording},
	{"cause", add_cause},
	{"affected", add_affected},
	{"diagnosis", add_diagnosis},
	{"next", add_next},
	{"commands", add_commands},
	{"owner", NULL},
	{"owners", add_owners},
	{"url", NULL},
	{"page", NULL},
	{"alert-number", add_alert_number},
	{"number-short", add_number_short},
	{"told", add_told},
	{"back", add_back},
	{"BACK", add_back_capital},
	{"changes", add_changes},
	{"counts", add_counts},
	{"items", NULL},
	{"item-names", add_item_names},
	{"part", add_part},
	{"incident", NULL},
	{"contact", NULL},
	{"to", NULL},
	{"location", NULL},
	{"code", NULL},
	{"impact", NULL},
	{"update", add_body},
	{"update-short", add_body_short},
	{"manage", NULL},
};
#define WORDS (sizeof word / sizeof *word)

const char *letter_word_name(size_t place)
{
	return place < WORDS ? word[place].name : NULL;
}

size_t letter_word_find(const char *name, size_t size)
{
	size_t i = 0;

	while (i < WORDS && (strlen(word[i].name) != size || memcmp(word[i].name, name, size)))
		i++;
	return i;
}

void letter_values_fill(struct letter_values *v, const struct letter_facts *f)
{
	v->value = memory_new(WORDS * sizeof *v->value);
	for (size_t i = 0; i < WORDS; i++)
		if (word[i].add)
			word[i].add(&v->value[i], f);
		else
			add_plain(&v->value[i], f, word[i].name);
	v->items = add_items(&v->value[letter_word_find("items", 5)], f);
}

void letter_values_release(struct letter_values *v)
{
	for (size_t i = 0; i < WORDS; i++)
		text_release(&v->value[i]);
	free(v->value);
	*v = (struct letter_values){0};
}
