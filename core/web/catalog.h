/* web/catalog: what is configured, as pages must know it: checks, services, their tree, and the
 * sections `page` with their files. Told by the parent between `pages` and `pages-end`
 * (docs/architecture.md), all or nothing, like rules.h. No option of a module is in it. */
#ifndef NINES_WEB_CATALOG_H
#define NINES_WEB_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/line.h"

#define CATALOG_BYTES (512u << 20) /* of one set */

struct zone;
struct proxies;
struct template_dress;

/* Texts are "" where nothing was said. */
struct target {
	const char *name;
	const char *title; /* what people call it; the name where none is given */
	const char *module; /* of a check; "service" of a service */
	const char *category, *url;
	const char *configured_owner; /* who has it: target_owner() of claim.h */
	const char *site; /* of a check: the host or origin that it is about, "" */
	const char *standing; /* "in-service" or why it is shown and not counted (row 107) */
	const char *members; /* of a service: names, lines; "" of a check */
	const char *weights; /* of a service: of members that weigh not 1, base/quorum.h */
	const char *parents;
	/* of a service: its role in the house; services that it hands on to, and those that take
	 * over from it, lines. `visit`: where visitors find it, "" */
	const char *role, *feeds, *fallback, *visit;
	int64_t every_us, need;
	bool is_service;
};

/* A file that a page is dressed with: "logo", "style", "about-file", "templates". */
struct page_file {
	const char *key, *type;
	const char *bytes; /* NUL behind them */
	size_t size;
};

/* One section `page`: texts as written there, "" where not given. */
struct page {
	const char *name, *title;
	const char *word[64][2]; /* every other option of the section: key, value; lists as lines */
	size_t words;
	struct page_file file[8];
	size_t files;
	const struct zone *zone; /* of its times; NULL: UTC */
	const struct template_dress *dress; /* its own templates, to be worn; NULL: none */
	const unsigned char *shown; /* by the target's place; NULL: everything */
	/* Of a private page: the networks that may see it, and what who is outside gets in its
	 * place: of its name, showing nothing. NULL: the page is public. A door is its own. */
	const struct proxies *visitors;
	const struct page *door;
};

/* One section `role`: what the boxes of that role are for. */
struct role {
	const char *name, *title, *text; /* title: the name where none is given; text: "" */
};

/* One section `canned`: what people can begin an incident with. Texts may hold {{name}}, {{state}}
 * and {{since}}. */
struct canned_text {
	const char *name, *title, *text, *impact;
	const char *services; /* names, lines */
};

struct catalog {
	const struct target *target; /* checks, then services, each in the order of the files */
	size_t targets;
	const struct target *const *by_name; /* sorted */
	const struct page *page; /* at least one: without a section, one that shows everything */
	size_t pages;
	const struct role *role; /* in the order of their sections */
	size_t roles;
	const struct canned_text *canned;
	size_t canneds;
	uint64_t generation; /* counts up with each that comes into force */
};

/* Zero-initialise. */
struct catalog_book {
	struct catalog_set *now, *next; /* in force, being told; NULL: none */
	uint64_t generations;
};

void catalog_release(struct catalog_book *);
/* Takes one line; others than its own say nothing here. True: it ended a set that differs from the
 * one in force: the caller lets go of what catalog_get() answered, then calls catalog_change(). */
bool catalog_take(struct catalog_book *, const struct line *);
void catalog_change(struct catalog_book *);
/* Never NULL: before anything was told, no targets and the one page "status". */
const struct catalog *catalog_get(const struct catalog_book *);

const struct target *catalog_find(const struct catalog *, const char *name); /* NULL */
const struct page *catalog_page(const struct catalog *, const char *name); /* NULL */
const char *page_get(const struct page *, const char *key); /* "" */
bool page_is(const struct page *, const char *key); /* the option says yes */
const struct page_file *page_file(const struct page *, const char *key); /* NULL */
/* The target, or a service that it is a member of, at any depth, is listed in the page's `show`, or
 * its category in `categories`; a page with neither shows everything, known here or not. What is
 * not shown is not to be known: 404. */
bool page_shows(const struct catalog *, const struct page *, const char *name);
/* All of those names, lines, are shown; an empty list is not. */
bool page_shows_all(const struct catalog *, const struct page *, const char *names);
/* One of them is, or there is none in the list: it is said of everything. */
bool page_shows_any(const struct catalog *, const struct page *, const char *names);

#endif
