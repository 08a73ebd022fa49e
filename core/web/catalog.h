/* web/catalog: what is configured, as pages must know it: checks, services, their tree, and the
 * sections `page`. Told by the parent between `begin` and `end` (docs/architecture.md), all or
 * nothing, like rules.h. No option of a module is in it. */
#ifndef NINES_WEB_CATALOG_H
#define NINES_WEB_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/line.h"

struct target {
	const char *name;
	const char *title; /* what people call it; the name where none is given */
	const char *module; /* of a check; "service" of a service */
	const char *category, *owner, *url;
	const char *standing; /* "in-service" or why it is shown and not counted (row 107) */
	const char *members; /* of a service: names, lines; "" of a check */
	const char *parents;
	/* of a service: its role in the house; services that it hands on to, and those that take
	 * over from it, lines. `visit`: where visitors find it, "" */
	const char *role, *feeds, *fallback, *visit;
	int64_t every_us, need;
	bool is_service;
};

/* One section `page`: texts as written there, "" where not given. */
struct page {
	const char *name, *title;
	const char *word[64][2]; /* every other option of the section: key, value; lists as lines */
	size_t words;
};

struct catalog {
	const struct target *target;
	size_t targets;
	const struct page *page; /* at least one: without a section, one that shows everything */
	size_t pages;
	uint64_t generation;
};

const struct target *catalog_find(const struct catalog *, const char *name); /* NULL */
const struct page *catalog_page(const struct catalog *, const char *name); /* NULL */
const char *page_get(const struct page *, const char *key); /* "" */
/* The target, or a service that it is a member of, at any depth, is listed in the page's `show`; a
 * page without `show` shows everything. What is not shown is not to be known: 404. */
bool page_shows(const struct catalog *, const struct page *, const char *name);

#endif
