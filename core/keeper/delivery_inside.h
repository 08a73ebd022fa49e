/* keeper/delivery_inside: what delivery.c (what happens) and delivery_lines.c (what is configured,
 * recorded and asked) share. */
#ifndef NINES_KEEPER_DELIVERY_INSIDE_H
#define NINES_KEEPER_DELIVERY_INSIDE_H

#include "../alert/period.h"
#include "delivery.h"

#define LEFT_MOST 12 /* as many as any rhythm has made up for */

/* What the record says of one, by name and rhythm. */
struct dealt {
	int64_t reported_us; /* the end of the last period dealt with, or left */
	int64_t at_us;
	char *outcome, *reason;
	int64_t left[LEFT_MOST]; /* ends of periods that failed until the next one was due */
	int lefts;
};

struct delivery {
	struct delivery *next;
	char *name, *report, *folder;
	char **to; /* destinations: NOTIFIER:ADDRESS, tab, contact */
	char **contact; /* for whom it is made, one after the other; one "" where for all */
	size_t destinations, contacts;
	struct period_rule rule;
	struct zone *zone;
	struct dealt *dealt; /* NULL: it is new */
	/* the period at hand */
	struct period period;
	bool is_begun, is_asked; /* asked: by a person, whatever was sent before */
	bool is_late; /* one of those that were left */
	bool has_failed; /* since it was begun */
	bool *has; /* of each destination: it has what was asked for */
	bool *is_done; /* of each contact */
	size_t at; /* of the contacts */
	int64_t mark; /* the last line that must be on disk; 0: none yet */
	int tries, late_tries;
	int64_t again_us, late_us; /* monotonic; late: when one that was left is tried */
	int64_t doubted_us; /* monotonic: since when the clock is far behind what was dealt with */
	char *trouble; /* why the last attempt failed; NULL: none did, and none is left */
};

struct deliveries {
	struct delivery *first;
	struct map dealt; /* by name, newline, rhythm */
	struct map sent; /* the same, newline, end of the period, newline, destination */
	bool is_told; /* the record has said what it knows */
	int64_t number; /* of the last `make` */
	struct delivery *making; /* whose answer is awaited; NULL: none */
};

/* delivery.c: that period is at hand, of nobody's asking. */
void delivery_take_up(struct delivery *, const struct period *);

/* delivery_lines.c */
struct period delivery_left(const struct delivery *, int number);
struct dealt *delivery_dealt(struct keeper *, const struct delivery *); /* made when new */
void delivery_add_key(struct text *, const struct delivery *, int64_t to_us, const char *to);
/* One line `delivery` for the record. */
void delivery_record(struct keeper *, const struct delivery *, const struct period *,
		     const char *outcome, const char *reason);
void delivery_add_label(struct text *, const struct delivery *, const struct period *);

#endif
