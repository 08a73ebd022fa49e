/* letter/letter: see letter.h. */
#include "letter.h"

#include <inttypes.h>
#include <string.h>

#include "../base/clock.h"
#include "inside.h"

#define CUT "(cut here: this letter was too long)\n"
#define WORDS_LIST_BYTES 3000
#define WORDS_ID_BYTES 1400
#define NAME 900 /* of any name, as it stands in a line */

/* Whole lines, so many that the text fits into a line of base/line.h. */
static void bound(struct text *t)
{
	size_t size = 0, bytes = letter_escaped(CUT, strlen(CUT)), line;
	const char *newline;

	if (letter_escaped(t->at ? t->at : "", t->size) <= LETTER_TEXT_BYTES)
		return;
	while (size < t->size) {
		newline = memchr(t->at + size, '\n', t->size - size);
		line = newline ? (size_t)(newline - t->at) + 1 - size : t->size - size;
		bytes += letter_escaped(t->at + size, line);
		if (bytes > LETTER_TEXT_BYTES)
			break;
		size += line;
	}
	t->size = size;
	t->at[size] = '\0';
	text_puts(t, CUT);
}

/* Runs of spaces, left by words that are empty, become one. */
static void squeeze(struct text *t)
{
	size_t to = 0;

	for (size_t i = 0; i < t->size; i++)
		if (t->at[i] != ' ' || (to && t->at[to - 1] != ' '))
			t->at[to++] = t->at[i];
	while (to && strchr(" :", t->at[to - 1]))
		to--;
	t->size = to;
	if (t->at)
		t->at[to] = '\0';
}

static void say_subject(struct text *t, const char *source, const struct letter_values *v)
{
	struct text whole = {0};

	letter_add_filled_line(&whole, source, v);
	squeeze(&whole);
	letter_add_clipped(t, text_get(&whole), whole.size, LETTER_SUBJECT_BYTES / 2);
	if (t->size > LETTER_SUBJECT_BYTES) { /* characters of several bytes */
		text_clear(t);
		text_add_safe(t, text_get(&whole), whole.size, LETTER_SUBJECT_BYTES - 3);
		text_puts(t, "...");
	}
	text_release(&whole);
}

static void say_short(struct text *t, const char *source, const struct letter_values *v,
		      const char *tail)
{
	struct text whole = {0};

	letter_add_filled_line(&whole, source, v);
	squeeze(&whole);
	letter_add_short(t, text_get(&whole), whole.size, tail);
	text_release(&whole);
}

void letter_say(const struct letter_facts *f, const struct letter_templates *own,
		struct letter_said *said)
{
	const struct letter_wording *w = &letter_wording[f->form];
	const struct letter_template *t = own ? &own->of[f->form] : &(struct letter_template){0};
	struct letter_values v;

	text_clear(&said->subject);
	text_clear(&said->text);
	text_clear(&said->brief);
	letter_values_fill(&v, f);
	say_subject(&said->subject, t->subject ? t->subject : w->subject, &v);
	letter_add_filled(&said->text, t->text ? t->text : w->text, &v);
	bound(&said->text);
	say_short(&said->brief, t->brief ? t->brief : w->brief, &v, f->tail);
	said->items = v.items;
	letter_values_release(&v);
}

void letter_said_release(struct letter_said *said)
{
	text_release(&said->subject);
	text_release(&said->text);
	text_release(&said->brief);
	*said = (struct letter_said){.items = 0};
}

/* ---- for programs ---- */

/* So many bytes of it are `most` in a line. */
static size_t fit(const struct text *t, size_t most)
{
	size_t bytes = 0, n;
	uint32_t rune;

	for (size_t i = 0; i < t->size; i += n) {
		n = letter_rune(t->at + i, t->size - i, &rune);
		bytes += letter_escaped(t->at + i, n) - 2;
		if (bytes > most)
			return i;
	}
	return t->size;
}

static void add_text(struct text *line, const char *key, const char *value, size_t most)
{
	struct text name = {0}, safe = {0};

	if (!value || !*value)
		return;
	text_printf(&name, "word.%s", key);
	for (size_t n; *value && safe.size <= most; value += n + (value[n] == '\n')) {
		n = strcspn(value, "\n");
		text_puts(&safe, safe.size ? "\n" : "");
		text_add_safe(&safe, value, n, most);
	}
	line_add_bytes(line, text_get(&name), text_get(&safe), fit(&safe, most));
	text_release(&name);
	text_release(&safe);
}

static void add_time(struct text *line, const char *key, int64_t us)
{
	struct text utc = {0};

	if (us)
		clock_add_utc(&utc, us, 3);
	add_text(line, key, text_get(&utc), 40);
	text_release(&utc);
}

static void add_number(struct text *line, const char *key, int64_t n)
{
	struct text number = {0};

	text_int(&number, n);
	if (n)
		add_text(line, key, text_get(&number), 24);
	text_release(&number);
}

/* Names, and the ids of their incidents as far as they fit: line by line the same. */
static void add_some(struct text *line, const struct letter_facts *f, bool has_ended,
		     const char *key, const char *id_key)
{
	struct text name = {0}, id = {0};

	for (size_t i = 0; i < f->items && name.size < WORDS_LIST_BYTES / 2; i++) {
		const struct letter_item *one = &f->item[i];

		if ((one->ended_us != 0) != has_ended)
			continue;
		if (id.size < WORDS_ID_BYTES)
			text_printf(&id, "%s%s", name.size ? "\n" : "",
				    one->incident ? one->incident : "");
		text_printf(&name, "%s%s", name.size ? "\n" : "", one->name);
	}
	add_text(line, key, text_get(&name), WORDS_LIST_BYTES);
	add_text(line, id_key, text_get(&id), WORDS_LIST_BYTES);
	text_release(&name);
	text_release(&id);
}

static void add_items(struct text *line, const struct letter_facts *f)
{
	add_some(line, f, false, "failing", "failing-incidents");
	add_some(line, f, true, "ended", "ended-incidents");
	add_number(line, "count", (int64_t)f->items);
}

void letter_add_words(struct text *line, const struct letter_facts *f)
{
	const struct {
		const char *key, *value;
		size_t most;
	} text[] = {
		{"form", letter_form_name(f->form), 40}, {"contact", f->contact, NAME},
		{"location", f->location, NAME},
		{f->is_service ? "service" : "check", f->name, NAME}, {"title", f->title, NAME},
		{"module", f->module, 64}, {"target", f->target, 300},
		{"address", f->address, 64}, {"state", f->verdict, 32}, {"reason", f->reason, 400},
		{"step", f->step, 64}, {"steps", f->steps, 2000}, {"members", f->members, 500},
		{"incident", f->incident, 64}, {"affected", f->affected, 500},
		{"cause", f->cause, 300}, {"owner", f->owner, 200},
		{"owners", f->owners, 1000}, {"url", f->url, 300},
		{"page", f->page, 300}, {"code", f->code, 128},
		{"impact", f->impact, 64}, {"unsubscribe", f->manage, 500},
	};
	const struct {
		const char *key;
		int64_t us;
	} time[] = {{"since", f->detected_us}, {"confirmed", f->confirmed_us},
		    {"last-pass", f->passed_us}, {"until", f->ended_us}, {"next-alert", f->next_us},
		    {"written", f->now_us}};
	bool has_ended = f->detected_us && f->ended_us > f->detected_us;

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		add_text(line, text[i].key, text[i].value, text[i].most);
	for (size_t i = 0; i < sizeof time / sizeof *time; i++)
		add_time(line, time[i].key, time[i].us);
	add_number(line, "lasted_us", has_ended ? f->ended_us - f->detected_us : 0);
	add_number(line, "number", f->number);
	add_number(line, "most", f->cap);
	if (f->is_service) {
		line_add_int(line, "word.up", f->up);
		line_add_int(line, "word.need", f->need);
	}
	if (f->items)
		add_items(line, f);
}
