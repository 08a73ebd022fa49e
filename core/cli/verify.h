/* cli/verify: what the files of `nines verify` share. */
#ifndef NINES_CLI_VERIFY_H
#define NINES_CLI_VERIFY_H

#include "../report/report.h"
#include "../store/verify.h"
#include "cli.h"

struct verify_report {
	const char *path, *store; /* store NULL: what the configuration says, which is `record` */
	const char *made_by; /* the command that made it; NULL: the report says it itself */
	const char *record;
	/* A figure that is another one now, or a sentence of its own (member "": none). */
	void (*find)(const char *name, const char *member, const char *published,
		     const char *recomputed, void *with);
	void *with;
	int64_t figures, findings; /* compared */
	struct text name; /* "sla, 2026-10-01T00:00:00Z to ..." */
};

/* Computes a published report (JSON, CSV, text, HTML) anew and compares each figure, or line. An
 * exit status; EXIT_DONE: they were compared, whatever was found. */
int verify_report(struct cli *, struct verify_report *);
/* The head that a report carries, "": none; false: why it cannot be read was said. */
bool verify_report_head(const char *path, struct text *head);

/* verify_made.c: of a report in text or HTML, as it was written or as a mail has it. */
/* The whole file, 64 MiB at most; false: why not was said. */
bool made_read(const char *path, struct text *published);
bool made_is_html(const struct text *report);
bool made_is_ascii(const struct text *report);
/* The command under it, as one line; false: there is none. */
bool made_find(const struct text *report, struct text *command);
/* Cuts a command as a shell would, in place; the list ends with NULL and is the caller's to free.
 */
char **made_words(char *command, int *words);
/* Does it order a report? Else one sentence has said why not. */
bool made_is_command(struct cli *, const char *made_by);
/* The head of the chain under it; false: there is none. */
bool made_head(const struct text *report, struct text *head);
/* Its lines without what names the chain as it was then. */
void made_compare(struct verify_report *, const struct text *was, const struct text *is);

/* report.c: what the words of a command `nines report ...` order; false: it is none. They are
 * borrowed. What says where to is left out. */
bool report_ordered(struct cli *, int argc, char **argv, struct report_order *);
/* report.c: the document that an order asks for now, by the present configuration. */
enum report_result report_again(struct cli *, const struct report_order *, struct text *document,
				struct text *wrong);

#endif
