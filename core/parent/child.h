/* parent/child: one process of a role: how it starts, is spoken to, heard, and ended.
 *
 * A child is this program again (`ninesd --role NAME`), with its control link on descriptor 3, the
 * folder it will take for / on 4 where it has one, what it prints on a pipe that the parent reads,
 * an environment without secrets, and nothing else. The parent believes a child nothing: what it
 * prints is made safe and rationed, and a line that does not parse ends it (F25). Used by parent.c
 * only. */
#ifndef NINES_PARENT_CHILD_H
#define NINES_PARENT_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "../base/link.h"
#include "privilege.h"

#define CHILD_MAGIC 0x6368696cu
#define CHILD_QUEUE_BYTES (256u << 20)

struct child {
	struct link link;           /* control; first */
	struct loop_watch output;   /* the pipe of its stdout and stderr; fd -1: none */
	uint32_t magic;
	const char *role;
	int64_t number; /* of a prober, else 0 */
	pid_t pid;      /* 0: not running */
	bool is_stopping, is_ready;
	int64_t started_us, kill_at_us; /* monotonic; kill_at_us 0: not set */
	char said[2048];                /* a line not yet ended */
	bool is_traced;                 /* prints its trace too: nothing is rationed */
	size_t said_bytes;
	unsigned lines, lost; /* printed and not printed in this second */
	int64_t second_us;
	const char *(*take)(struct child *, const struct line *, int fd);
	void *with;
};

struct child_plan {
	const char *role;
	int64_t number;
	const struct privilege *privilege; /* NULL: stays as it is (the loader) */
	int root_fd;                       /* becomes /; -1: none */
	bool keeps_environment;            /* the loader: `env:NAME` */
	bool is_traced;
	const char *(*take)(struct child *, const struct line *, int fd);
	void *with;
};

/* False with errno when the system has no process or descriptor left for it. The child must be
 * zeroed or have ended. */
bool child_start(struct child *, struct loop *, const struct child_plan *);
/* Asks it to end; child_tick() kills it when it has not after `grace_us`. */
void child_stop(struct child *, int64_t now_us, int64_t grace_us);
void child_kill(struct child *, int number);
void child_tick(struct child *, int64_t now_us);
/* After waitpid() has given its pid: reads what is left of its words and closes both. */
void child_end(struct child *);

#endif
