/* web/copy_page: a page as a file of a static copy: its links lead to the other files, or to the
 * live page where there is no such file; it says when it was made.
 *
 * Files lie in any folder of any web server: links between them are relative and name the file.
 * Pure. */
#ifndef NINES_WEB_COPY_PAGE_H
#define NINES_WEB_COPY_PAGE_H

#include <stdbool.h>

#include "../base/map.h"
#include "../base/text.h"
#include "catalog.h"

#define COPY_PATH_BYTES 1000

struct copy_page {
	const char *path; /* of this page, percents decoded: "/incident/A/" */
	const struct map *paths; /* all paths of the copy */
	const char *url; /* of the live page, without a last slash */
	const struct page *page; /* whose zone its times are of; NULL: UTC */
};

/* "incident/A/index.html" for "/incident/A/". False: no file can have that name. */
bool copy_page_file(struct text *into, const char *path);
/* %XX as the bytes they mean; a bad escape stays as it is. */
void copy_page_decode(struct text *into, const char *address, size_t size);
/* The HTML with its links led elsewhere: in href, src, action, formaction, data and poster. */
void copy_page_link(struct text *into, const char *html, const struct copy_page *);
/* The HTML with what says how old it is: when it was made, and by when the next one is due. */
void copy_page_stamp(struct text *into, const char *html, const struct copy_page *, int64_t made_us,
		     int64_t due_us);

#endif
