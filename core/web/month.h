/* web/month: the month's availability beside each check of the page, computed bit by bit.
 *
 * Once a minute a round goes over all names, some milliseconds at a time, so that the page is
 * served meanwhile; until it is over the figures of the round before are shown. Other rules begin a
 * new round, and figures by the old ones are forgotten. Figures come from report/uptime and from
 * nowhere else. Part of the web's process. */
#ifndef NINES_WEB_MONTH_H
#define NINES_WEB_MONTH_H

#include "../base/loop.h"
#include "../base/map.h"
#include "overview.h"
#include "rules.h"

#define MONTH_EVERY_US 60000000
#define MONTH_STEP_US 5000   /* of work, then */
#define MONTH_PAUSE_US 20000 /* others have their turn */

struct uptime;

struct month {
	struct loop *loop;
	struct loop_timer timer;
	char *store;
	const struct overview *names; /* whose checks and services */
	struct rules rules;
	struct uptime *open;          /* while a round goes on; holds the rules */
	size_t at;
	bool is_idle;                 /* nobody has asked for a page yet */
	struct map known;             /* name -> its figure */
};

/* `names` must stay; its figures are put in by month_put(). */
void month_init(struct month *, struct loop *, const struct overview *names);
void month_release(struct month *);
/* The database; rounds begin. */
void month_start(struct month *, const char *store);
/* A line of the parent about what decides figures. */
void month_take(struct month *, const struct line *);
/* Gives the checks and services of an overview what is known; the first begins a round. */
void month_put(struct month *, struct overview *);

#endif
