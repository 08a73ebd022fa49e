/* page/notice: the posts that a page shows, for feeds, the calendar and programs: what is
 * published and means this page, or one component that it shows. Pure. */
#ifndef NINES_PAGE_NOTICE_H
#define NINES_PAGE_NOTICE_H

#include "../board/post.h"
#include "../web/site.h"

#define NOTICE_UPDATES 200 /* of one post; older ones are left out */

struct notice {
	struct post post;
	struct update update[NOTICE_UPDATES]; /* the oldest first */
	size_t updates;
	int64_t changed_us; /* when anything of it was last written */
};

/* `component`: only posts that name it, and those of everything; NULL: all. */
struct notice_query {
	const struct site *site;
	const struct page *page;
	const char *component;
	unsigned sorts; /* bits 1 << POST_INCIDENT and so on */
	bool has_withdrawn; /* also what was published and withdrawn since */
	size_t most;
	bool (*is_wanted)(const struct post *, int64_t now_us); /* NULL: all */
};

/* Calls `take` for each, the newest first. The notice lives until it returns. How many. */
size_t notices(const struct notice_query *, void (*take)(const struct notice *, void *with),
	       void *with);
/* One of them by its id, into memory of the caller; false: that page shows none of that id. */
bool notice_find(const struct site *, const struct page *, const char *id, struct notice *);

#endif
