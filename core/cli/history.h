/* cli/history: what was found of each check in the past, in memory, for `nines replay`: from files
 * as `nines import` reads them, or from a database of nines.
 *
 * Keeps of each result its time and verdict, and for those that did not pass what a prober said, as
 * the words of a `result` line. */
#ifndef NINES_CLI_HISTORY_H
#define NINES_CLI_HISTORY_H

#include "../base/map.h"
#include "../import/import.h"
#include "cli.h"

struct history_sample {
	int64_t at_us;
	enum sla_state state; /* up, degraded, down or unknown */
	const char *words; /* " reason=... step=... steps=..."; NULL: nothing is known */
};

struct history_track {
	char *name;
	struct history_sample *sample; /* in order of time */
	size_t samples, room;
	int64_t interval_us;
	size_t asked; /* for who wants to know whether it was used */
};

/* Zero-initialise; history_release(). */
struct history {
	struct map by_name;
	struct history_track **track;
	size_t tracks;
	bool is_events; /* a state holds until the next one */
	int64_t first_us, last_us;
};

void history_release(struct history *);

/* Files of one format, or one database. EXIT_DONE, else what was wrong has been said. */
int history_read(const struct cli *, struct history *, const struct import_format *, int files,
		 char **file, int64_t from_us, int64_t to_us);

/* What was valid at that time; NULL: nothing was known. */
const struct history_sample *history_at(const struct history *, const struct history_track *,
					int64_t at_us);

#endif
