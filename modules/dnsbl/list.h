/* modules/dnsbl/list: the lists of one probe: how the subject and the tests are named in them, and
 * what is remembered of them from probe to probe. dnsbl.c asks them. */
#ifndef NINES_DNSBL_LIST_H
#define NINES_DNSBL_LIST_H

#include <nines/check.h>

#define LISTS 64

/* What the last probe left of a list: its sum and one of these letters. */
enum { KEPT_NOTHING, KEPT_ABSENT = 'n', KEPT_NEW = 'w', KEPT_LISTED = 'l', KEPT_UNTESTED = 'u' };

struct list {
	const char *zone, *test; /* test: a name in the zone that is listed */
	unsigned sum;
	int kept;
	const char *trouble; /* NULL: it is believed */
	const char *answer;  /* NULL: not listed */
	const char *text;
};

struct round {
	struct list list[LISTS];
	size_t lists;
	const char *subject, *present, *absent; /* names; the test entries of RFC 5782 */
	int64_t now_s, tested_s;
	int64_t changed_s; /* when one of them began to list it */
};

/* Names the subject, the tests and the lists (zone, and behind a space a test of its own). The
 * probe is unknown when one of them is none. */
void round_name(struct probe *, struct round *, const char *subject, const char *const *lists);

/* Reads and writes the probe's memory: when the lists were tested, when one of them began to have
 * the subject, and a letter for each. */
void round_recall(struct probe *, struct round *);
void round_remember(struct probe *, const struct round *);

/* Did the list have it when it was last believed? */
bool list_had_it(const struct list *);
/* Has it begun within the last hour? */
bool list_is_new(const struct round *, const struct list *);

#endif
