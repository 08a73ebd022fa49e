/* report/report: one report from an order to bytes.
 *
 * The module runs in a child that has the record open for reading and then takes the sandbox
 * "report": it opens no file to write, no socket, starts nothing. What the child wrote is the
 * document; the caller alone puts it anywhere. Called by `nines report`. */
#ifndef NINES_REPORT_REPORT_H
#define NINES_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/progress.h"
#include "../base/text.h"
#include "../config/policy.h"
#include "../render/page.h"

#define REPORT_SECONDS 600 /* longer none may take */

/* Of what a contact hears: names, a line each; "": of all. */
struct report_contact {
	const char *name, *services;
};

/* What was typed, or is due; NULL: not given. */
struct report_order {
	const char *module_path, *name;
	const char *store;
	struct config *config; /* NULL: none */
	const struct config_policies *policies;
	const struct report_contact *contact; /* instead of those of `config` */
	size_t contacts;
	const char *month, *quarter, *year; /* "2026-10", "2026-Q4", "2026": of each zone its own */
	const char *from, *to, *zone;
	const char *check, *service, *customer, *sla;
	const char *need, *interval; /* of a what-if */
	const char *const *option; /* name=value */
	int options;
	const struct render_format *format;
	struct render_order render;
	int64_t now_us;
	struct progress *progress; /* lent; the child shows its own there, too; NULL: none */
};

/* Also how the child ends; a module that ends the process itself is unlikely to say 64 or 2. */
enum report_result { REPORT_DONE = 0, REPORT_FAILED = 2, REPORT_WRONG_ORDER = 64 };

/* The command that makes it again, as a shell reads it. `now`: what it is of where the order leaves
 * that to the present time; NULL: it does not. */
void report_add_command(struct text *, const struct report_order *, const struct page_period *now);

/* Has the format's printer, a program beside this one, make a document of the lines and writes it
 * to the file `document`. Waits for it. False: *wrong says why. */
bool report_print(const struct report_order *, const struct text *lines, int document,
		  struct text *wrong);
/* Why there is no document of that name: the disk, a process that ended by a signal. */
void report_add_no_room(struct text *wrong, const char *name, int error);
void report_add_crash(struct text *wrong, const char *who, int signal_number);

/* The document in *document, a file without a name that the caller closes, or one sentence in
 * *wrong and -1. */
enum report_result report_run_to(const struct report_order *, int *document, struct text *wrong);

/* The same in memory, for what is known to be small. */
enum report_result report_run(const struct report_order *, struct text *out, struct text *wrong);

#endif
