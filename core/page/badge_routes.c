/* page/badge_routes: badges of what the page shows, at our own addresses and at those that Uptime
 * Kuma and Gatus have for theirs, so that a badge somewhere on the web only needs another host.
 * See badge.h, route.h and docs/man/nines.1. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/values.h"
#include "badge.h"
#include "monitor_page.h"
#include "shown.h"
#include "words.h"

#define BADGE_POLICY     "default-src 'none'; style-src 'unsafe-inline'"
#define STATUS_S         60 /* may be kept so long */
#define FIGURE_S         300
#define CERTIFICATE_BAD  7 /* days */
#define CERTIFICATE_WARN 21

enum subject { STATUS, UPTIME, RESPONSE, CERTIFICATE, CHART };

/* NAME, then an ending; its star is a span. */
struct vocable {
	const char *ending;
	enum subject subject;
	enum figure_span span; /* where the ending has no star */
	bool is_json;
};

static const struct vocable own[] = {
	{"/status.svg", STATUS, SPANS, false},
	{"/status.json", STATUS, SPANS, true},
	{"/uptime/*.svg", UPTIME, SPANS, false},
	{"/uptime/*.json", UPTIME, SPANS, true},
	{"/response/*.svg", RESPONSE, SPANS, false},
	{"/response/*.json", RESPONSE, SPANS, true},
	{"/certificate.svg", CERTIFICATE, SPANS, false},
	{"/certificate.json", CERTIFICATE, SPANS, true},
	{NULL, STATUS, SPANS, false},
};

/* Uptime Kuma, /api/badge/:id/...; a span may be so many hours. */
static const struct vocable kuma[] = {
	{"/status", STATUS, SPANS, false},           {"/uptime", UPTIME, SPAN_24H, false},
	{"/uptime/*", UPTIME, SPANS, false},         {"/ping", RESPONSE, SPAN_24H, false},
	{"/ping/*", RESPONSE, SPANS, false},         {"/avg-response", RESPONSE, SPAN_24H, false},
	{"/avg-response/*", RESPONSE, SPANS, false}, {"/response", RESPONSE, SPAN_24H, false},
	{"/cert-exp", CERTIFICATE, SPANS, false},    {NULL, STATUS, SPANS, false},
};

/* Gatus, /api/v1/endpoints/{key}/... */
static const struct vocable gatus[] = {
	{"/health/badge.svg", STATUS, SPANS, false},
	{"/health/badge.shields", STATUS, SPANS, true},
	{"/uptimes/*/badge.svg", UPTIME, SPANS, false},
	{"/uptimes/*/badge.shields", UPTIME, SPANS, true},
	{"/response-times/*/badge.svg", RESPONSE, SPANS, false},
	{"/response-times/*/chart.svg", CHART, SPANS, false},
	{NULL, STATUS, SPANS, false},
};

/* ---- what is asked for ---- */

struct wish {
	const struct vocable *vocable;
	size_t name_bytes; /* of the tail */
	enum figure_span span;
};

static bool ends_with(const char *text, size_t size, const char *ending, size_t ending_size)
{
	return size >= ending_size && !memcmp(text + size - ending_size, ending, ending_size);
}

static enum figure_span span_of(const char *word, size_t size)
{
	static const struct {
		const char *hours;
		enum figure_span span;
	} kept[] = {{"1", SPAN_1H},    {"24", SPAN_24H},   {"168", SPAN_7D},  {"168h", SPAN_7D},
		    {"720", SPAN_30D}, {"720h", SPAN_30D}, {"2160", SPAN_90D}};

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (strlen(kept[i].hours) == size && !memcmp(kept[i].hours, word, size))
			return kept[i].span;
	return figure_span_of(word, size);
}

/* The star stands for one segment: what is between two fixed parts of the ending. */
static bool fits(const struct vocable *v, const char *tail, struct wish *w)
{
	const char *star = strchr(v->ending, '*');
	size_t head = star ? (size_t)(star - v->ending) : strlen(v->ending), size = strlen(tail);
	const char *foot = star ? star + 1 : "", *at;

	if (!ends_with(tail, size, foot, strlen(foot)))
		return false;
	size -= strlen(foot);
	for (at = tail + size; star && at > tail && at[-1] != '/';)
		at--;
	*w = (struct wish){v, 0, v->span};
	if (star)
		w->span = span_of(at, (size_t)(tail + size - at));
	size = (size_t)(at - tail);
	if (!ends_with(tail, size, v->ending, head) || size == head)
		return false;
	w->name_bytes = size - head;
	return !star || w->span < SPANS;
}

static bool find_wish(const struct vocable *list, const char *tail, struct wish *w)
{
	for (; list->ending; list++)
		if (fits(list, tail, w))
			return true;
	return false;
}

/* Gatus' key of an endpoint: "group_name", small, with - for what a URL has no place for. */
static bool is_key_of(const char *key, const char *category, const char *name)
{
	struct text made = {0};
	bool is_it;

	text_printf(&made, "%s_%s", category, name);
	for (size_t i = 0; i < made.size; i++)
		made.at[i] = strchr(" /_,.#+&", made.at[i]) && i != strlen(category)
				     ? '-'
				     : (char)tolower((unsigned char)made.at[i]);
	is_it = !strcmp(key, made.at);
	text_release(&made);
	return is_it;
}

static bool find_by_key(const struct site *s, const struct page *page, const char *key,
			struct monitor *m)
{
	for (size_t i = 0; i < figures_count(s->figures); i++) {
		const struct figure *f = figures_at(s->figures, i);

		if (is_key_of(key, f->category, f->name))
			return monitor_find(s, page, f->name, m);
	}
	return false;
}

/* ---- what it says ---- */

static void say_status(const struct monitor *m, struct text *message, struct badge *b)
{
	static const enum badge_colour colour[LEVELS] = {
		[LEVEL_UP] = BADGE_GOOD,          [LEVEL_UNKNOWN] = BADGE_NONE,
		[LEVEL_MAINTENANCE] = BADGE_FACT, [LEVEL_DEGRADED] = BADGE_WARN,
		[LEVEL_PARTIAL] = BADGE_BAD,      [LEVEL_MAJOR] = BADGE_BAD};

	b->colour = m->is_counted ? colour[m->level] : BADGE_NONE;
	b->cache_s = STATUS_S;
	say(message, m->word);
}

static void say_uptime(const struct figure_window *w, struct text *message, struct badge *b)
{
	b->colour = w->known_micro < 0           ? BADGE_NONE
		    : w->known_micro >= 99900000 ? BADGE_GOOD
		    : w->known_micro >= 98000000 ? BADGE_WARN
						 : BADGE_BAD;
	if (w->known_micro < 0)
		text_puts(message, "unknown");
	else
		shown_percent(message, w->known_micro);
}

static void say_response(const struct figure_window *w, struct text *message, struct badge *b)
{
	b->colour = w->total.count ? BADGE_FACT : BADGE_NONE;
	if (w->total.count)
		shown_elapsed(message, w->total.p50_us);
	else
		text_puts(message, "unknown");
}

/* What the last probe measured; -1: nothing. */
static long certificate_days(const struct monitor *m)
{
	char *copy = memory_text(m->check && m->check->values ? m->check->values : ""), *at = copy;
	struct values_one v;
	long days = -1;

	while (values_take(&at, &v))
		if (!strcmp(v.name, "certificate_days"))
			days = strtol(v.text, NULL, 10);
	free(copy);
	return days;
}

static void say_certificate(const struct monitor *m, struct text *message, struct badge *b)
{
	long days = certificate_days(m);

	b->colour = days < 0                   ? BADGE_NONE
		    : days <= CERTIFICATE_BAD  ? BADGE_BAD
		    : days <= CERTIFICATE_WARN ? BADGE_WARN
					       : BADGE_GOOD;
	if (days < 0)
		text_puts(message, "unknown");
	else
		text_printf(message, "%ld day%s", days, days == 1 ? "" : "s");
}

static void fill(const struct monitor *m, const struct wish *w, struct text *label,
		 struct text *message, struct badge *b)
{
	static const struct figure_window unknown = {.known_micro = -1};
	const struct figure_window *window =
		m->figure && w->span < SPANS && m->figure->window[w->span].to_us
			? &m->figure->window[w->span]
			: &unknown;

	b->cache_s = FIGURE_S;
	switch (w->vocable->subject) {
	case STATUS:
		text_puts(label, m->title);
		say_status(m, message, b);
		break;
	case UPTIME:
		text_printf(label, "uptime %s", figure_span_label[w->span]);
		say_uptime(window, message, b);
		break;
	case RESPONSE:
		text_printf(label, "median response %s", figure_span_label[w->span]);
		say_response(window, message, b);
		break;
	default:
		text_puts(label, "certificate");
		say_certificate(m, message, b);
	}
}

/* ---- answers ---- */

static void give_badge(const struct request *r, const struct monitor *m, const struct wish *w,
		       struct answer *a)
{
	const char *asked = request_query(r, "label");
	struct text label = {0}, message = {0};
	struct badge b = {.is_flat = !strcmp(request_query(r, "style"), "flat-square")};

	fill(m, w, &label, &message, &b);
	b.label = *asked ? asked : text_get(&label);
	b.message = text_get(&message);
	if (w->vocable->is_json)
		badge_json(&a->body, &b);
	else
		badge_svg(&a->body, &b);
	a->type = w->vocable->is_json ? "application/json" : "image/svg+xml";
	a->cache = b.cache_s == STATUS_S ? "public, max-age=60" : "public, max-age=300";
	a->allow_origin = "*";
	a->policy = BADGE_POLICY;
	text_release(&label);
	text_release(&message);
}

static void give_chart(const struct site *s, const struct monitor *m, const struct wish *w,
		       struct answer *a)
{
	const char *name = w->span == SPAN_7D    ? "response-7d.svg"
			   : w->span == SPAN_30D ? "response-30d.svg"
						 : "response-24h.svg";
	const struct monitor_file *file = monitor_file;

	while (strcmp(file->name, name) != 0)
		file++;
	monitor_add_file(&a->body, s, m, file);
	a->type = "image/svg+xml";
	a->policy = BADGE_POLICY;
}

static void refuse(struct answer *a, const struct vocable *list)
{
	answer_text(a, 404,
		    "There is no such badge. Behind the name of a monitor that this page "
		    "shows stands one of these, * is a span (1h, 24h, 7d, 30d, 90d, 12m, "
		    "today, month):");
	for (; list->ending; list++)
		text_printf(&a->body, "  %s\n", list->ending);
}

static void give(const struct site *s, const struct request *r, struct answer *a,
		 const struct vocable *list, bool has_keys)
{
	struct wish w;
	struct monitor m;
	bool is_found = find_wish(list, r->tail, &w);
	char *name = memory_copy(r->tail, is_found ? w.name_bytes : 0);

	is_found = is_found && (monitor_find(s, r->page, name, &m) ||
				(has_keys && find_by_key(s, r->page, name, &m)));
	if (is_found && w.vocable->subject != CHART)
		give_badge(r, &m, &w, a);
	else if (is_found && m.figure)
		give_chart(s, &m, &w, a);
	else
		refuse(a, list);
	free(name);
}

static void give_own(const struct site *s, const struct request *r, struct answer *a)
{
	give(s, r, a, own, false);
}

static void give_kuma(const struct site *s, const struct request *r, struct answer *a)
{
	give(s, r, a, kuma, false);
}

static void give_gatus(const struct site *s, const struct request *r, struct answer *a)
{
	give(s, r, a, gatus, true);
}

/* ---- for a static copy ---- */

static void list_of(const char *name, struct text *paths)
{
	for (const struct vocable *v = own; v->ending; v++) {
		const char *star = strchr(v->ending, '*');

		for (int span = 0; span < (star ? SPANS : 1); span++)
			text_printf(paths, "/badge/%s%.*s%s%s\n", name,
				    (int)strcspn(v->ending, "*"), v->ending,
				    star ? figure_span_word[span] : "", star ? star + 1 : "");
	}
}

static void list_paths(const struct site *s, const struct page *page, struct text *paths)
{
	size_t count;
	struct monitor *list = monitor_list(s, page, &count);

	for (size_t i = 0; i < count; i++) {
		struct text name = {0};

		shown_url(&name, list[i].name);
		list_of(text_get(&name), paths);
		text_release(&name);
	}
	free(list);
}

extern const struct route badge_routes[];
const struct route badge_routes[] = {
	{.method = "GET",
	 .path = "/badge/*",
	 .shows = SHOWS_STATE,
	 .answer = give_own,
	 .paths = list_paths},
	{.method = "GET",
	 .path = "/api/badge/*",
	 .shows = SHOWS_STATE,
	 .answer = give_kuma,
	 .is_live = true},
	{.method = "GET",
	 .path = "/api/v1/endpoints/*",
	 .shows = SHOWS_STATE,
	 .answer = give_gatus,
	 .is_live = true},
	{0},
};
