/* store/verify_inside: what the files of the verification share; nobody outside core/store includes
 * it. */
#ifndef NINES_STORE_VERIFY_INSIDE_H
#define NINES_STORE_VERIFY_INSIDE_H

#include "chain.h"
#include "read_inside.h"
#include "verify.h"

/* An entry and the link that has it. */
struct verify_entry {
	struct chain_entry is;
	int64_t link, at_us;
	size_t order;
	bool is_seen; /* what it speaks of is there */
};

struct verify {
	struct read *r;
	const struct verify_order *order;
	struct verify_result *out;
	struct verify_entry *entry; /* sorted; of the targets of one slice */
	size_t entries, room;
	int64_t slices, slice;
	int64_t horizon[CHAIN_HORIZONS];
	bool has_failed;
};

/* A finding about a target ("": about none). */
void verify_tell(struct verify *, const struct verify_finding *about, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The first entry that is not before that place: entries of a kind, of a target, at a location, of
 * a day, in the order of links. CHAIN_GONE stands among CHAIN_ROW. */
size_t verify_first(const struct verify *, enum chain_kind, uint64_t of, int64_t at, int64_t day);
/* The last entry of exactly that; NULL: there is none. */
struct verify_entry *verify_last(const struct verify *, enum chain_kind, uint64_t of, int64_t at,
				 int64_t day);
/* "link 17 of 2026-11-01T00:15:02Z" */
void verify_add_link(struct text *, const struct verify_entry *);

/* verify_target.c: days, months and results of one target of the slice. */
void verify_target(struct verify *, const struct read_target *);

#endif
