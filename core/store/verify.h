/* store/verify: recomputes the chain of evidence and every stored figure from what is there.
 *
 * Reads only, in one snapshot: as a copy does, for as long as it takes. Each thing that is not as
 * it was entered is a finding, told once, in a sentence. What it proves and what not:
 * docs/evidence.md. Called by `nines verify`. */
#ifndef NINES_STORE_VERIFY_H
#define NINES_STORE_VERIFY_H

#include "digest.h"
#include "read.h"

struct verify_finding {
	const char *what; /* file, chain, head, record, results, day, month, block, series */
	const char *name, *location; /* of the target; "": none */
	int64_t from_us, to_us; /* of the span; 0: none */
	const char *text; /* the sentence */
};

struct verify_order {
	int64_t from_us, to_us; /* whole days (UTC); results and figures of others are left out */
	const char *head; /* one that was printed, or its beginning; NULL: none */
	void (*find)(const struct verify_finding *, void *with);
	/* May be NULL: `what` is under way, `done` of `all`. */
	void (*progress)(const char *what, size_t done, size_t all, void *with);
	void *with;
};

struct verify_result {
	int64_t links, entries;
	int64_t first_us, last_us; /* of links */
	int64_t reach_us; /* results before it are covered; 0: none are */
	char head[DIGEST_HEX + 1];
	int64_t results, days, months, rows; /* that agree */
	int64_t gone; /* days of results that retention deleted */
	int64_t uncovered; /* results that no link covers yet */
	int64_t late; /* of those: of days that were closed before they came */
	int64_t findings;
	int64_t head_link, head_us, head_entries; /* where the order's head stands; 0: nowhere */
};

/* False: the record cannot be read: read_wrong(). Where that is because of damage that was found,
 * it is a finding more. */
bool verify_run(struct read *, const struct verify_order *, struct verify_result *);

#endif
