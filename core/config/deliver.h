/* config/deliver: what the files that judge a section `deliver` share: what it says. Its report:
 * deliver_report.c; to whom, as which files: deliver_to.c; the rest, and its line: deliver.c. */
#ifndef NINES_CONFIG_DELIVER_H
#define NINES_CONFIG_DELIVER_H

#include "read.h"

struct deliver_options {
	const char *report, *check, *service, *customer, *sla, *at, *zone, *title, *folder;
	const char *const *with, *const *contacts, *const *attach;
	int64_t every, paper;
};
struct delivery {
	const struct section *section;
	struct deliver_options say;
	const struct descriptor *module;
	const char *zone; /* as given, of the sla, or UTC */
	struct text to; /* lines NOTIFIER:ADDRESS, tab, contact */
	struct text words; /* opt.NAME=value */
	bool is_fine, is_for_each; /* made for each contact */
	struct delivery *next;
};

/* A problem of one option, where it stands. */
#define WRONG(c, d, option, remedy, ...)                                                          \
	problem_add(&(c)->parse, (d)->section->file, value_line(c, (d)->section, option), remedy, \
		    __VA_ARGS__)

/* Finds the report; d->module stays NULL where there is none. */
void deliver_judge_report(struct config *, struct delivery *);
/* Those of the section report-NAME, then its own. */
void deliver_judge_options(struct config *, struct delivery *);

/* Those of its customer (lines) where it names none itself. */
void deliver_judge_contacts(struct config *, struct delivery *, const char *of_customer);
void deliver_judge_formats(struct config *, const struct delivery *);
void deliver_judge_folder(struct config *, struct delivery *);
bool deliver_is_bare(const struct delivery *); /* of files */

#endif
