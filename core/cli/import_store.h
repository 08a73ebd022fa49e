/* cli/import_store: a history that was read and judged, into the store.
 *
 * Compares it with what the record holds, packs what is new and has it merged: by the running
 * recorder or, when nobody holds the store's lock, by this process. Called by cli/import alone. */
#ifndef NINES_CLI_IMPORT_STORE_H
#define NINES_CLI_IMPORT_STORE_H

#include "../import/import.h"
#include "cli.h"

struct import_order {
	const struct import *im;
	const char *store, *socket; /* socket NULL: the configuration's */
	const char *check;          /* only this target; NULL: all */
	int64_t interval_us;        /* 0: as the history says or the record knows it */
	bool is_dry;
};

struct import_totals {
	size_t targets, added, known, windows;
	int64_t first_us, last_us;
};

/* The exit status; what was wrong is in *wrong, or was told already when that is empty. Nothing was
 * stored unless EXIT_DONE. */
int import_store(const struct cli *, const struct import_order *, struct import_totals *,
		 struct text *wrong);

#endif
