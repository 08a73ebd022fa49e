/* reports/blacklist/history: which list had which address from when to when, from what each probe
 * of a `dnsbl` check has left in its fact `lists`. blacklist.c writes it down.
 *
 * A listing lasts from the first probe that found it to the first that did not: what a list says
 * that could not be believed begins none and ends none. Time counts as listed from a probe that
 * found it to the next one, across more than three intervals for one interval only. */
#ifndef BLACKLIST_HISTORY_H
#define BLACKLIST_HISTORY_H

#include <nines/report.h>

/* As one check sees it. */
struct list {
	const char *check, *zone;
	int64_t asked, listed, unusable; /* probes in the period; what they said */
	int64_t listings; /* begun in it */
	int64_t trouble_us; /* unusable since; -1: it is believed, or was not asked */
	const char *trouble; /* the last one in the period, "" */
	int64_t troubles; /* how often it stopped to be believed */
	struct list *next; /* in the order they were met */
};

struct address {
	const char *check, *address, *location;
	int64_t first_us, last_us; /* of its probes */
	int64_t listed_us; /* in the period, by any list */
	int64_t listings; /* begun in it */
	size_t listed_by; /* at the end */
	bool is_listed; /* by its last probe */
	bool is_watched; /* and that is not older than it may be at the end */
	struct listing *open; /* those that have not ended */
	struct address *next;
};

struct listing {
	struct address *address;
	struct list *list;
	int64_t since_us, until_us; /* until -1: it has not ended */
	int64_t last_us; /* of the last probe that found it */
	int64_t listed_us; /* in the period */
	int64_t probes;
	bool is_since_known; /* an earlier probe did not find it */
	bool is_asked; /* the last probe of the address still asked this list */
	const char *answer, *text; /* the last ones, "" */
	struct listing *next, *next_open;
};

enum change { LISTED, DELISTED, UNUSABLE, USABLE };
extern const char *const change_word[];

struct change_of {
	int64_t at_us;
	enum change change;
	const struct address *address; /* NULL: of a list as a whole */
	const struct list *list;
	const char *check, *detail;
	struct change_of *next;
};

struct history {
	const char *check; /* at hand */
	int64_t from_us, to_us, interval_us; /* the period; `interval` of the check at hand */
	struct list *list, **last_list;
	struct address *address, **last_address;
	struct listing *listing, **last_listing;
	struct change_of *change, **last_change;
	size_t lists, addresses, listings, changes;
	int64_t probes, mute; /* in the period; mute: do not say which list */
	bool has_locations, is_full;
	void *node, *known; /* trees of tsearch(3) */
};

/* Zero-initialise, but for the period. Adds everything of one check from `read_from_us` on; false:
 * the report ends with the reason, or there is too little memory. What it made lives as long as
 * the report's process: a tree of many is not taken apart. */
bool history_read(struct page *, struct history *, size_t target, int64_t read_from_us);

#endif
