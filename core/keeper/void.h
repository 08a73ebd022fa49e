/* keeper/void: is it the world that fails, or our own lines?
 *
 * Counts the cycles that ended in the last `window_us`, passed and failed (those without a verdict
 * do not count), and says whether so large a share failed that the own connection is suspected. The
 * reference targets are asked by the caller (cycle.c). Pure: the time is passed in. definitions.md
 * 1, "void cycle". */
#ifndef NINES_KEEPER_VOID_H
#define NINES_KEEPER_VOID_H

#include <stdbool.h>
#include <stdint.h>

#define VOID_BUCKETS 240

struct void_window {
	int64_t minimum;        /* cycles; fewer never are void */
	int64_t share_permille; /* of them failed */
	int64_t window_us;
	int64_t bucket; /* the newest, counted since the clock's zero */
	int64_t passed, failed;
	int32_t passed_in[VOID_BUCKETS], failed_in[VOID_BUCKETS];
	/* The episode: while it lasts, and the last one that ended. 0: none. */
	bool is_on;
	int64_t from_us, to_us;
	uint64_t cycles; /* declared void, ever */
};

void void_window_init(struct void_window *);
/* "0.5", "50%" or "50": false when it is no share. */
bool void_window_share(struct void_window *, const char *share);
void void_window_add(struct void_window *, int64_t now_us, bool failed);
bool void_window_is_over_share(struct void_window *, int64_t now_us);
/* On its way there: half of it fails. */
bool void_window_is_near_share(struct void_window *, int64_t now_us);

#endif
