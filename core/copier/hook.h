/* copier/hook: runs the program that takes a copy elsewhere: no shell, the list of what has changed
 * on its standard input, bounded in time; what it leaves behind is killed with it. */
#ifndef NINES_COPIER_HOOK_H
#define NINES_COPIER_HOOK_H

#include "../base/loop.h"
#include "../base/text.h"

#define HOOK_SECONDS 300

struct hook {
	struct loop *loop;
	struct loop_timer look;
	/* `wrong`: why it failed, in one sentence; NULL: it did its work. Called once for each
	 * hook_run() that was true. */
	void (*done)(struct hook *, const char *wrong);
	void *with;
	int pid, out; /* 0: none runs */
	int64_t until_us;
	char said[400]; /* the end of what it printed */
	size_t said_bytes;
};

void hook_init(struct hook *, struct loop *);
/* `argv`: lines, the program first. `environment`: "NAME=value" lines. False: *wrong says why. */
bool hook_run(struct hook *, const char *argv, const char *environment, const char *input,
	      struct text *wrong);
void hook_stop(struct hook *); /* done() is not called */

#endif
