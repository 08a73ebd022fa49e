/* page/frame: what all pages for people have around them: title, brand, links to the other pages,
 * what visitors must be told everywhere, the foot. */
#ifndef NINES_PAGE_FRAME_H
#define NINES_PAGE_FRAME_H

#include "../web/route.h"

struct frame {
	const char *title; /* of the page, a text; the brand stands behind it */
	const char *at; /* the path among the links ("/history/"), "" none of them */
	const char *body; /* HTML, made by pieces: it has the one <h1> */
	const char *head; /* HTML for the document's head; NULL: none */
	unsigned status; /* 0: 200 */
	bool is_private; /* no robot is to keep it */
	bool details; /* whoever reads it may look (permit.h), whatever the page shows others */
};

/* Makes the whole document the answer. */
void frame_answer(struct answer *, const struct site *, const struct request *,
		  const struct frame *);

/* What people call the page: its title, else the monitor's location, else "Status". */
void frame_brand(struct text *, const struct site *, const struct page *);

/* What its logo's name ends in, as any web server of a static copy knows it: "svg"; "" none. */
const char *frame_logo(const struct page *);

/* Do routes serve that path by GET? Links are shown only to what is there. */
bool frame_has(const char *path);

/* 404 in the page's own dress. */
void frame_none(struct answer *, const struct site *, const struct request *);

#endif
