/* reporter/reporter: makes one report that sends itself: its text for letters, its files, a copy in
 * a folder.
 *
 * The role `reporter` is started by the parent for one report and ends with its answer. Modules run
 * in children with nothing but reading (report/report.h), the printer in one of its own; this
 * process writes files and has no network. A document is there whole or not at all: whatever goes
 * wrong is one sentence, and nothing is left behind. `nines deliver --dry-run` shows what it would
 * make. */
#ifndef NINES_REPORTER_REPORTER_H
#define NINES_REPORTER_REPORTER_H

#include "../base/arena.h"
#include "../base/line.h"
#include "../report/report.h"

#define REPORTER_FILES 5

/* One format of the report. */
struct reporter_file {
	const struct render_format *format;
	char *name; /* of the file, without a folder */
	int document; /* open for reading; it has no name, and may be larger than memory */
	size_t size;
};

struct reporter {
	struct arena arena;
	struct config_policies policies;
	struct policy_reader reader;
	struct report_contact *contact;
	size_t contacts;
	struct text deliver, make; /* the two lines that say what to do; empty: not told */
	const char *store, *location;
	/* what was made */
	struct text text; /* the report as text */
	struct reporter_file file[REPORTER_FILES];
	size_t files;
};

void reporter_init(struct reporter *);
void reporter_release(struct reporter *);

/* `start zone sla maintenance service contact deliver make`; others say nothing here. Of the
 * `deliver` lines the one that `make`, which comes before them, names. False: *wrong says why. */
bool reporter_take(struct reporter *, const struct line *, struct text *wrong);

/* Renders it all. False: *wrong says why. */
bool reporter_render(struct reporter *, struct text *wrong);

/* The words of the answer `made`: what letters say, whose files are `attached` ("" where there are
 * none): lines HASH MEDIA NAME; `notes`: what is to be said of files that are not. `folder`: where
 * they were put, "" nowhere. */
void reporter_say(struct reporter *, struct text *line, const char *attached, const char *notes,
		  bool is_in_folder);

/* files.c: puts those that a letter can carry beside the store. False: *wrong says why. */
bool reporter_attach(struct reporter *, struct text *attached, struct text *notes,
		     struct text *wrong);
/* Each whole, never over another one; *said tells of names that were taken. */
bool reporter_file_all(struct reporter *, const char *folder, struct text *said,
		       struct text *wrong);
/* "acme-monthly-2026-10.pdf", by its format; `contact` "": for all. */
void reporter_name_file(struct reporter_file *, const char *name, const char *contact,
			const char *label);

/* The role's process: control link on `control_fd`. Returns the exit status. */
int reporter_main(int control_fd);

#endif
