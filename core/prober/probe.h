/* prober/probe: one run of a check, as the host sees it. include/nines/check.h is what its module sees.
 *
 * A probe is a fiber, an arena, a deadline, steps and a verdict. probe_begin() starts it; when run() has returned the host
 * closes what it opened, writes the `result` line and calls done(). Used by the prober (many at once), by `nines check` (one)
 * and by the courier later. Invariant: after the first failure nothing of the verdict, the reason or the steps changes. */
#ifndef NINES_PROBER_PROBE_H
#define NINES_PROBER_PROBE_H

#include <nines/check.h>

#include "../base/arena.h"
#include "../base/line.h"
#include "../base/loop.h"
#include "../fiber/fiber.h"

#define PROBE_MAGIC 0x70726f62u
#define PROBE_STEPS 64
#define PROBE_CONNECTIONS 4
#define PROBE_ARENA_BYTES (4u << 20)
#define PROBE_CALLS_AFTER_FAILURE 1000
#define PROBE_STALL_US 20000 /* a loop turn longer than this taints the probes it delayed */

enum verdict { VERDICT_UP, VERDICT_DEGRADED, VERDICT_DOWN, VERDICT_UNKNOWN };
extern const char *const verdict_name[]; /* "up" "degraded" "down" "unknown" */

struct resolver; /* fiber/resolve.h */
struct http_host; /* fiber/http.h */
struct icmp_host; /* fiber/icmp.h */
struct connection; /* fiber/net.h */
struct blame;      /* prober/blame.h: the page shared with the parent */

/* What all probes of a process share. Zero-initialise, set loop, then probe_host_open(). */
struct probe_host {
	struct loop *loop;
	struct resolver *resolver;
	struct http_host *http; /* made at first use */
	struct icmp_host *icmp; /* made at first use from these, -1: none were handed over */
	int icmp4_fd, icmp6_fd;
	struct blame *blame; /* may be NULL */
	int may_exec;
	size_t in_flight;
	int64_t stalled_until_us; /* the end of the last turn that was too long */
};

struct probe_step {
	const char *name;
	int64_t end_us; /* since the probe's start */
	short hop;
	bool ok;
};

/* What the caller wants run. All pointers must stay until done(). */
struct probe_order {
	const struct check_module *module;
	const void *options;
	const char *id, *check, *item, *event, *memory;
	const char *source;    /* local address to dial from, "" any */
	int address_family;    /* AF_UNSPEC, AF_INET, AF_INET6 */
	int64_t due_us;        /* monotonic; 0: now */
	int64_t timeout_us, slow_us; /* slow 0: never */
	/* The finished `result` line (with newline). The probe is freed right after. */
	void (*done)(struct probe *, const struct text *result, void *with);
	void *with;
	bool wants_transcript;
};

struct probe {
	uint32_t magic;
	struct probe_host *host;
	struct probe_order order;
	struct fiber *fiber;
	struct arena arena;
	struct loop_timer deadline;
	int64_t start_us, start_wall_us, deadline_us;
	enum verdict verdict;
	bool has_failed, is_late, is_parked, is_stalled;
	int calls_after_failure;
	const char *reason; /* "" while up */
	const char *open_step; /* NULL: other */
	const char *failed_step;
	int hop;
	size_t steps;
	struct probe_step *step; /* in the arena, grows */
	struct connection *connection[PROBE_CONNECTIONS];
	int in_use;
	char address[48];
	struct text *words; /* values, facts, expect_within, memory: words for the result line; made at first use */
	struct text *transcript;
	struct probe_defer *deferred;
};

bool probe_host_open(struct probe_host *);
void probe_host_close(struct probe_host *);

/* Starts a probe; it runs at once until its first wait. done() may be called before this returns. */
void probe_begin(struct probe_host *, const struct probe_order *);

/* For the host's own files (fiber/net.c, http.c, ...). Every wait of a probe goes through probe_park(): it comes back true when
 * probe_wake() was called, false when the deadline is over (the probe has then failed: "timeout after 10s"). */
bool probe_park(struct probe *);
void probe_wake(struct probe *); /* from the loop's stack; nothing when it is not parked */

/* At the head of every public call: false when the probe has failed (and counts the call: at the thousandth the fiber is abandoned). */
bool probe_may_go_on(struct probe *);

/* Ends the open step at an earlier time than now (libcurl's own timings): offset since the probe's start. */
void probe_step_at(struct probe *, const char *name, int64_t begin_us);
void probe_end_step_at(struct probe *, int64_t end_us);

#endif
