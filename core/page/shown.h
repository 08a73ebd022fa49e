/* page/shown: figures as visitors read them, for every page and badge alike. Pure. */
#ifndef NINES_PAGE_SHOWN_H
#define NINES_PAGE_SHOWN_H

#include "../base/text.h"
#include "../base/zone.h"
#include "../web/figures.h"

/* "99.987 %", truncated; "100 %"; "-" for -1. */
void shown_percent(struct text *, int64_t micro);
/* "0", "0:42", "1:19:54", "3d 02:24:00", as reports have it. */
void shown_length(struct text *, int64_t us);
/* As tables of reports show a value of that type (PAGE_EXACT, ...). */
void shown_value(struct text *, uint32_t type, int64_t value);
/* "12ms", "1.20s"; "-" for what is below 0. */
void shown_elapsed(struct text *, int64_t us);
/* <time datetime="2026-08-01T12:05:00Z">2026-08-01 14:05</time>; zone NULL: UTC. */
void shown_time(struct text *, const struct zone *, int64_t us);
/* "up all day", "down for some of it": a letter of page_glance(). */
const char *shown_letter(char letter);
/* "better", "worse", "same"; "-" */
const char *shown_trend(enum page_trend);

/* A name in the path of a URL; a slash stays one. */
void shown_url(struct text *, const char *name);

#endif
