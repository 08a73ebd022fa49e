/* prober/probe: one run of a check, as the host sees it. include/nines/check.h is what its module
 * sees.
 *
 * A probe is a fiber, an arena, a deadline, steps and a verdict. probe_begin() starts it; when
 * run() has returned the host closes what it opened, writes the `result` line and calls done().
 * Used by the prober (many at once), by `nines check` (one) and by the courier later. Invariant:
 * after the first failure nothing of the verdict, the reason or the steps changes. */
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
#define PROBE_HIDDEN 8
#define PROBE_ARENA_BYTES (4u << 20)
#define PROBE_CALLS_AFTER_FAILURE 1000
#define PROBE_STALL_US 20000 /* a loop turn longer than this taints the probes it delayed */

enum verdict { VERDICT_UP, VERDICT_DEGRADED, VERDICT_DOWN, VERDICT_UNKNOWN };
extern const char *const verdict_name[]; /* "up" "degraded" "down" "unknown" */

struct resolver; /* fiber/resolve.h */
struct icmp_host; /* fiber/icmp.h */
struct exec_host; /* fiber/exec.h */
struct connection; /* fiber/net.h */
struct tls_host;   /* fiber/tls.h */
struct blame;      /* prober/blame.h: the page shared with the parent */
struct limit;      /* module/limit.h */

/* What all probes of a process share. Zero-initialise, set loop, then probe_host_open(). */
struct probe_host {
	struct loop *loop;
	struct resolver *resolver;
	struct tls_host *tls;   /* made at first use */
	struct icmp_host *icmp; /* made at first use from these, -1: none were handed over */
	int icmp4_fd, icmp6_fd;
	struct exec_host *exec; /* made at first use */
	struct blame *blame; /* may be NULL */
	int may_exec;
	size_t in_flight;
	int64_t stalled_us; /* the length of all turns that were too long */
	struct loop_turn turn;
	struct text line; /* the result line being made */
	struct text numbers; /* room for the values of the next probe that has some */
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
	bool is_strangers; /* a stranger says where to: only public addresses are dialled (F48) */
	const struct limit *limit; /* module/limit.h, on values: warn and crit */
	size_t limits;
};

struct probe {
	uint32_t magic;
	struct probe_host *host;
	struct probe_order order;
	int64_t number; /* order.id, for the page of blame */
	struct fiber *fiber;
	struct arena arena;
	struct loop_timer deadline;
	int64_t start_us, start_wall_us, deadline_us, stalled_before_us;
	uint64_t lacks; /* memory_lacks() at the start */
	enum verdict verdict;
	bool has_failed, is_late, is_parked, is_stalled;
	bool asks_others; /* probe_asks_others() */
	bool is_refused; /* it was not dialled where a stranger wanted it */
	bool has_waited; /* since the last step ended */
	bool lacks_resolver; /* waits for an answer of the resolver: lateness is not the target's */
	int calls_after_failure;
	const char *reason; /* "" while up */
	const char *open_step; /* NULL: other */
	const char *failed_step; /* that the reason belongs to */
	int hop;
	int64_t open_us; /* where the open step, or the unnamed time, began */
	size_t steps, steps_room;
	struct probe_step *step; /* in the arena, grows */
	struct connection *connection[PROBE_CONNECTIONS];
	int in_use;
	char address[48];
	struct text numbers; /* base/values.h */
	struct text words;   /* facts, as words of the result line */
	size_t values, facts;
	struct {
		uint32_t seen; /* bits: limits whose value has come */
		const struct limit *crossed, *odd; /* odd: its unit is not the value's */
		const char *reason;
		char odd_unit[16];
	} limit;
	int64_t expect_us;      /* 0: not said */
	const char *remembered; /* NULL: nothing new */
	struct text *transcript;
	char transcript_mark; /* of the line that is not ended yet, 0: none */
	const char *hidden[PROBE_HIDDEN]; /* made of secrets: probe_hide() */
	size_t hiddens;
	struct probe_defer *deferred;
};

/* False: errno says what the kernel refused. Ignores SIGPIPE for the process. */
bool probe_host_open(struct probe_host *);
/* Only when nothing is in flight. */
void probe_host_close(struct probe_host *);

/* Starts a probe; it runs at once until its first wait. done() may come before this returns. */
void probe_begin(struct probe_host *, const struct probe_order *);

/* For the host's own files (fiber/net.c, http.c, ...). Every wait of a probe goes through
 * probe_park(): it comes back true when probe_wake() was called, false when the deadline is over
 * (the probe has then failed: "timeout after 10s"). */
bool probe_park(struct probe *);
/* From the loop's stack, never from a callback of a library that does not expect to be called
 * again: the probe runs on at once and may be gone when this returns. Nothing when it is not
 * parked. A waiter asks its own condition again after each wake. */
void probe_wake(struct probe *);

/* At the head of every public call: false when the probe has failed (and counts the call: at the
 * thousandth the fiber is abandoned). */
bool probe_may_go_on(struct probe *);

/* Ends the open step at this offset since the probe's start. */
void probe_end_step_at(struct probe *, int64_t end_us);

/* As probe_fail() and probe_unknown(), with the verdict given. */
bool probe_judge(struct probe *, enum verdict, const char *format, va_list)
	__attribute__((format(printf, 3, 0)));

/* Ends the open step now, well. What follows is `other` until a step is opened. */
void probe_end_step(struct probe *);

/* probe_limit.c: a value has come; `key` is the name it is kept by. */
void probe_watch_value(struct probe *, const char *name, const char *key, double value,
		       const char *unit);
/* The probe has ended: what the limits say of it. */
void probe_judge_limits(struct probe *);
/* Notes what was sent ('>'), received ('<') or said ('*') for the transcript, secrets of the
 * options struck out. Cheap when nobody wants it. */
void probe_transcribe(struct probe *, char mark, const void *bytes, size_t size);

/* Blots out the values of secret options and what probe_hide() was told, also where they stand in
 * base64. */
void probe_strike_secrets(const struct probe *, char *at, size_t size);

/* Fails the probe because its deadline is over: for code that works on without parking. Returns
 * false. */
bool probe_time_out(struct probe *);

/* Between the probe_*.c files: frees what was deferred, last first; writes the `result` line. */
void probe_release_deferred(struct probe *);
void probe_add_result(const struct probe *, struct text *, int64_t end_us);

#endif
