/* base/quorum: how much of a service must be up, as people write it: its `need`, and what its
 * members weigh.
 *
 * A member weighs 1 unless an entry "NAME: N" says otherwise; NAME is the member's or a pattern of
 * the shell that it is like. Its own entry wins over a pattern's, the first pattern over a later
 * one. The loader, the keeper, reports, the map and lint read it here, so all count alike. Pure. */
#ifndef NINES_BASE_QUORUM_H
#define NINES_BASE_QUORUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUORUM_MOST 1000000   /* of a need, and of one member's weight */
#define QUORUM_ALL  INT64_MAX /* `need = all`: whatever its members weigh together */

/* "all" or a whole number from 1 to QUORUM_MOST. False: neither. */
bool quorum_need(const char *written, int64_t *need);

/* The parts of an entry: how long its name is, and the weight. NULL, or what is wrong with it. */
const char *quorum_entry(const char *entry, size_t *name_size, int64_t *weight);

/* What a member weighs. Lists are lines; an entry that is wrong says nothing. */
int64_t quorum_weight(const char *weights, const char *member);

/* All members of a list; `least`: the lightest, 0 where there is none. */
struct quorum_sum {
	int64_t all, least;
};
struct quorum_sum quorum_sum(const char *weights, const char *members);

/* Can it do without one of its members, the lightest at least? */
bool quorum_is_redundant(int64_t need, struct quorum_sum);

#endif
