/* page/when: times as a page's visitors read them: in the page's zone, else UTC. */
#ifndef NINES_PAGE_WHEN_H
#define NINES_PAGE_WHEN_H

#include "../base/text.h"
#include "../web/catalog.h"

/* "22 Nov 2026, 08:40 UTC", "November 2026". */
void when_time(struct text *, const struct page *, int64_t at_us);
void when_month(struct text *, int64_t month);
/* <time datetime="...">22 Nov 2026, 08:40 UTC</time>: made by a piece. Nothing for 0. */
void when_piece(struct text *, const struct page *, int64_t at_us);
/* From the first to the second, which says its day only where that is another; without an end,
 * since then. */
void when_span(struct text *, const struct page *, int64_t from_us, int64_t to_us);

/* What forms have: "2026-11-20T14:00:05" by the clock of the page's zone, without its name; and
 * back, seconds may be missing, or the time, it is midnight then; one with its own offset is that.
 * False: it is no time. */
void when_form(struct text *, const struct page *, int64_t at_us);
bool when_form_parse(const struct page *, const char *, int64_t *at_us);
/* What people write is taken so, or as when_stamp() shows it: "2026-11-20 14:00 CET". False: *wrong
 * says why: it is none, or the clock skips it or shows it twice. */
bool when_take(const struct page *, const char *, int64_t *at_us, struct text *wrong);
void when_stamp(struct text *, const struct page *, int64_t at_us);
/* "Europe/Berlin", "UTC" */
const char *when_zone(const struct page *);

/* Days since 1970 in the page's zone, and months since January of the year 0. */
int64_t when_day_of(const struct page *, int64_t at_us);
int64_t when_month_of(const struct page *, int64_t at_us);
/* "2026-11"; and back, -1: no such month. */
void when_month_path(struct text *, int64_t month);
int64_t when_month_parse(const char *);

/* "a moment", "12 s", "5m", "3h 20m" */
void when_lasted(struct text *, int64_t us);

#endif
