/* copier/run: the making of one copy, from the web's list of paths to the end of the hook. What the
 * files of this role share; nobody else includes it. */
#ifndef NINES_COPIER_RUN_H
#define NINES_COPIER_RUN_H

#include "../base/link.h"
#include "folder.h"
#include "hook.h"

#define ASKED_MOST 16

/* One page and its folder. */
struct job {
	char *name, *folder, *hook, *url;
	int64_t every_us, renew_us;
	int64_t next_us, hook_after_us; /* monotonic */
	char *wrong; /* what the parent was told; NULL: all is well */
	int64_t asked[ASKED_MOST]; /* `copy-now` lines that wait for it */
	size_t askeds;
	struct job *following;
};

enum phase { IDLE, LISTING, FILES, HOOK };

struct copier {
	struct link parent, web;
	struct loop *loop;
	struct loop_timer tick;
	struct hook hook;
	struct job *jobs, **last_job;
	bool is_linked, has_begun;
	/* the run under way */
	enum phase phase;
	struct job *job;
	struct folder folder;
	size_t at; /* of its files */
	char signature[17];
	int64_t made_us, answer_by_us;
	struct text bytes;
	struct text wrong;
};

void run_begin(struct copier *, struct job *);
/* A line of the web. A text when it cannot be believed. */
const char *run_take(struct link *, const struct line *, int fd);
/* It ends without having been whole: the last copy stays. */
void run_fail(struct copier *, const char *why);
void run_hook_done(struct hook *, const char *wrong);

#endif
