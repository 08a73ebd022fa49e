/* prober/blame: the page a prober shares with the parent, so that a death can be blamed on a module
 * and a step.
 *
 * The prober writes before it enters foreign code, the parent reads after the prober died or while
 * it stands still. Plain stores to one mapped page: what counts is what stood there when the
 * process stopped. The parent trusts none of it: texts are bounded and checked. */
#ifndef NINES_PROBER_BLAME_H
#define NINES_PROBER_BLAME_H

#include <stdbool.h>
#include <stdint.h>

#define BLAME_MAGIC 0x626c616du
#define BLAME_TEXT  48
#define BLAME_BYTES 4096 /* of the file behind the page */

struct blame {
	uint32_t magic;
	volatile int64_t busy_since_us; /* monotonic; 0: the loop sleeps */
	volatile uint64_t turns; /* loop turns done: progress */
	volatile uint64_t
		probes; /* begun in all: the parent replaces a prober that has done its share */
	volatile int64_t
		probe; /* id of the probe that runs, 0: none, -1: a module is being loaded */
	volatile char module[BLAME_TEXT], step[BLAME_TEXT], check[BLAME_TEXT];
	volatile int64_t patience_us; /* pool blocking: how long the probe that runs may hold the
					 loop; 0: the usual */
};

/* A memfd with an empty page, for the parent to make; -1 with errno. */
int blame_create(void);
/* Maps the page behind fd, which stays the caller's. NULL when it is no such page or there is no
 * memory. */
struct blame *blame_map(int fd);
void blame_unmap(struct blame *);

/* The prober's side. Every `b` may be NULL; texts are cut. */
void blame_enter(struct blame *b, int64_t probe, const char *module, const char *check,
		 const char *step);
void blame_step(struct blame *b, const char *step);
void blame_leave(struct blame *b);
/* For loop_heartbeat(): `with` is the page. */
void blame_beat(int64_t busy_since_us, void *with);

/* The parent's side: one of the page's texts as a word of letters, digits and ._-, whatever stands
 * there. */
void blame_read(const volatile char text[BLAME_TEXT], char out[BLAME_TEXT]);

#endif
