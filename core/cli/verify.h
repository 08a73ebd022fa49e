/* cli/verify: what the files of `nines verify` share. */
#ifndef NINES_CLI_VERIFY_H
#define NINES_CLI_VERIFY_H

#include "../report/report.h"
#include "../store/verify.h"
#include "cli.h"

struct verify_report {
	const char *path, *store; /* store NULL: what the configuration says, which is `record` */
	const char *record;
	/* A figure that is another one now, or a sentence of its own (member "": none). */
	void (*find)(const char *name, const char *member, const char *published,
		     const char *recomputed, void *with);
	void *with;
	int64_t figures, findings; /* compared */
	struct text name; /* "sla, 2026-10-01T00:00:00Z to ..." */
};

/* Computes the figures of a published report (JSON or CSV) anew and compares each. An exit status;
 * EXIT_DONE: they were compared, whatever was found. */
int verify_report(struct cli *, struct verify_report *);
/* The head that a report in JSON carries; false: none. */
bool verify_report_head(const char *path, struct text *head);

/* report.c: the document that an order asks for now, by the present configuration. */
enum report_result report_again(struct cli *, const struct report_order *, struct text *document,
				struct text *wrong);

#endif
