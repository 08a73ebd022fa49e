/* web/site: all that a page or an answer of the API may be made of: what the keeper says, what
 * people wrote, what is configured, and the figures. Handlers read it, nobody but web.c changes it.
 */
#ifndef NINES_WEB_SITE_H
#define NINES_WEB_SITE_H

#include "../board/board.h"
#include "catalog.h"
#include "overview.h"

struct site_figures;

struct site {
	const struct overview *overview; /* the last whole answer to `status -` */
	bool has_board; /* the board is whole: else who signs in is not known yet */
	const struct board *board; /* posts, subscriptions, users (board/board.h) */
	const struct catalog *catalog; /* checks and services as configured, pages (catalog.h) */
	struct site_figures *figures; /* bars, availability, percentiles (figures.h) */
	const char *store; /* the database, to be opened for reading */
	const char *location; /* the monitor's name */
	char head[65]; /* of the chain of evidence, "" none; and how many links it has */
	int64_t links;
	int64_t looked_us; /* monotonic: evidence.h */
	int64_t now_us; /* wall clock */
	bool is_stale, is_linked; /* data older than five seconds; there is a keeper */
	uint64_t changes; /* counts up with anything above */
};

#endif
