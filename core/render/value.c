/* render/value: one value as people and as programs read it, and which renderings there are. See
 * page.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "page.h"

#define SECOND INT64_C(1000000)
#define DAY_SECONDS 86400
#define POUR_BYTES 65536
#define WORD_BYTES 16

bool page_is_data(const struct page_table *t, const struct page_column *c)
{
	return t->key && !((t->flags | (c ? c->flags : 0)) & PAGE_PEOPLE);
}

const struct page_table *page_data_of(const struct page_piece *b)
{
	bool is_table = b->kind == PIECE_TABLE || (b->kind == PIECE_CHART && b->key);

	return is_table && page_is_data(&b->table, NULL) ? &b->table : NULL;
}

bool page_is_shown(const struct page_table *t, const struct page_column *c)
{
	return !((t->flags | (c ? c->flags : 0)) & PAGE_DATA);
}

bool page_is_long(const struct page_value *v)
{
	return v->type == PAGE_TEXT && strlen(v->text) > WORD_BYTES;
}

int64_t page_seconds(int64_t us)
{
	return us / SECOND - (us % SECOND < 0);
}

static void add_clock(struct text *t, int64_t s)
{
	text_printf(t, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

/* "0", "0:42", "1:19:54", "3d 02:24:00", "-0:42": whole seconds, truncated. */
static void add_seconds(struct text *t, int64_t us)
{
	int64_t s = page_seconds(us);

	if (us < 0) {
		text_putc(t, '-');
		s = -s;
	}
	if (s >= DAY_SECONDS) {
		text_printf(t, "%" PRId64 "d ", s / DAY_SECONDS);
		add_clock(t, s % DAY_SECONDS);
	} else if (s >= 3600) {
		text_printf(t, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	} else if (us) {
		text_printf(t, "%d:%02d", (int)(s / 60), (int)(s % 60));
	} else {
		text_putc(t, '0');
	}
}

static void add_rounded(struct text *t, int64_t us, bool has_days)
{
	int64_t s = us / SECOND + (us % SECOND >= SECOND / 2);

	if (has_days)
		text_printf(t, "%" PRId64 " ", s / DAY_SECONDS);
	add_clock(t, has_days ? s % DAY_SECONDS : s);
}

static void add_exact(struct text *t, int64_t us)
{
	int64_t ms = us / 1000, s = ms / 1000;

	if (s >= DAY_SECONDS)
		text_printf(t, "%" PRId64 "d ", s / DAY_SECONDS);
	if (s >= DAY_SECONDS)
		add_clock(t, s % DAY_SECONDS);
	else if (s >= 3600)
		text_printf(t, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	else if (s >= 60)
		text_printf(t, "%d:%02d", (int)(s / 60), (int)(s % 60));
	else
		text_int(t, s);
	if (s < 60 || ms % 1000)
		text_printf(t, ".%03d", (int)(ms % 1000));
	text_puts(t, s < 60 ? " s" : "");
}

static void add_local(struct text *t, const struct zone *zone, int64_t us)
{
	int64_t s = us / SECOND - (us % SECOND < 0);
	struct civil c = zone_civil(zone, s);
	const char *abbreviation = "";

	zone_offset(zone, s, &abbreviation);
	text_printf(t, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d %s", c.year, c.month, c.day, c.hour,
		    c.minute, c.second, abbreviation);
}

/* All the places a PAGE_NINES has, six at least. */
static void add_nines(struct text *t, int64_t pico)
{
	char digit[32];
	size_t n;

	snprintf(digit, sizeof digit, "%012" PRId64, pico % INT64_C(1000000000000));
	for (n = strlen(digit); n > 6 && digit[n - 1] == '0';)
		n--;
	text_printf(t, "%" PRId64 ".%.*s", pico / INT64_C(1000000000000), (int)n, digit);
}

static void add_percent(struct text *t, int64_t micro)
{
	text_printf(t, "%" PRId64 ".%06" PRId64, micro / 1000000, micro % 1000000);
}

void page_add_plain(struct text *t, const struct page_value *v)
{
	switch ((enum page_type)v->type) {
	case PAGE_NONE:
		break;
	case PAGE_TEXT:
	case PAGE_BAR:
		text_puts(t, v->text);
		break;
	case PAGE_INT:
	case PAGE_ELAPSED:
	case PAGE_DECIMAL:
	case PAGE_EXACT:
		text_int(t, v->number);
		break;
	case PAGE_BOOL:
		text_puts(t, v->number ? "true" : "false");
		break;
	case PAGE_SECONDS:
		text_int(t, page_seconds(v->number));
		break;
	case PAGE_ROUNDED:
	case PAGE_CLOCK:
		text_int(t, v->number / SECOND + (v->number % SECOND >= SECOND / 2));
		break;
	case PAGE_PERCENT:
		add_percent(t, v->number);
		break;
	case PAGE_NINES:
		add_nines(t, v->number);
		break;
	case PAGE_TIME:
		clock_add_utc(t, v->number, v->number % SECOND ? 6 : 0);
		break;
	}
}

/* The less is up, the lower: to be read without colour. All as wide as each other in any font. */
static void add_bar(struct text *t, const char *letters)
{
	static const struct {
		char letter;
		const char *block;
	} bar[] = {{'u', "\xe2\x96\x88"}, {'g', "\xe2\x96\x86"}, {'P', "\xe2\x96\x84"},
		   {'D', "\xe2\x96\x81"}, {'?', "\xe2\x96\x91"}, {'m', "\xe2\x96\x94"},
		   {'-', "\xe2\x96\x8f"}};

	for (; *letters; letters++)
		for (size_t i = 0; i < sizeof bar / sizeof *bar; i++)
			if (bar[i].letter == *letters)
				text_puts(t, bar[i].block);
}

void page_add_shown(struct text *t, const struct page *p, const struct page_value *v)
{
	switch ((enum page_type)v->type) {
	case PAGE_NONE:
		text_putc(t, '-');
		break;
	case PAGE_BOOL:
		text_puts(t, v->number ? "yes" : "no");
		break;
	case PAGE_SECONDS:
		add_seconds(t, v->number);
		break;
	case PAGE_ROUNDED:
	case PAGE_CLOCK:
		add_rounded(t, v->number, v->type == PAGE_ROUNDED);
		break;
	case PAGE_EXACT:
		add_exact(t, v->number);
		break;
	case PAGE_ELAPSED:
		text_add_duration(t, v->number);
		break;
	case PAGE_DECIMAL:
		text_printf(t, "%" PRId64 ".%03d", (v->number + 500) / SECOND,
			    (int)((v->number + 500) % SECOND / 1000));
		break;
	case PAGE_TIME:
		add_local(t, p->zone, v->number);
		break;
	case PAGE_BAR:
		add_bar(t, v->text);
		break;
	default:
		page_add_plain(t, v);
	}
}

void render_pour(struct text *t, const struct render_order *o)
{
	if (o->pour && t->size >= POUR_BYTES)
		o->pour(t, o->with);
}

const struct render_format render_format[] = {
	{"text", ".txt .text", render_text, NULL},
	{"html", ".html .htm", render_html, NULL},
	{"pdf", ".pdf", render_lines, "nines-pdf"},
	{"csv", ".csv", render_csv, NULL},
	{"json", ".json", render_json, NULL},
	{NULL, NULL, NULL, NULL},
};

const struct render_format *render_find(const char *name)
{
	const struct render_format *f = render_format;

	while (f->name && strcmp(f->name, name))
		f++;
	return f->name ? f : NULL;
}

const struct render_format *render_of_path(const char *path)
{
	const char *file = strrchr(path, '/'), *dot = strrchr(file ? file : path, '.');
	size_t n = dot ? strlen(dot) : 0;

	for (const struct render_format *f = render_format; dot && f->name; f++)
		for (const char *at = f->endings; (at = strstr(at, dot)); at += n)
			if (!at[n] || at[n] == ' ')
				return f;
	return NULL;
}
