/* keeper/inside: what the keeper's files share: its structs and who may call whom.
 *
 * keeper.c takes lines and ticks; configure.c builds checks from the loader's lines; check.c
 * decides when a check runs; cycle.c sends a cycle's probes through pool.c and counts their votes;
 * state.c draws the conclusion and tells the recorder; group.c follows with the services;
 * alert*.c tells people; status.c answers; resume.c goes on from the record. Nobody outside
 * core/keeper includes this file. */
#ifndef NINES_KEEPER_INSIDE_H
#define NINES_KEEPER_INSIDE_H

#include <assert.h>
#include <stdbool.h>

#include "../base/map.h"
#include "../base/quorum.h"
#include "effort.h"
#include "health.h"
#include "item.h"
#include "keeper.h"
#include "schedule.h"
#include "spool.h"
#include "void.h"

#define KEEPER_MAGIC        0x6b656570u
#define KEEPER_SECOND       INT64_C(1000000)
#define KEEPER_NO_ANSWER_US (5 * KEEPER_SECOND) /* past the deadline a result is given up */
/* More: the keeper stood still, spread what is due. */
#define KEEPER_LATE_US          KEEPER_SECOND
#define KEEPER_EVENTS           16 /* lines that wait for a passive check */
#define KEEPER_EVENT_BYTES  16384 /* of each */
#define KEEPER_MEMORY_BYTES     1024
#define KEEPER_DEATHS           3
#define KEEPER_DEATHS_WITHIN_US (600 * KEEPER_SECOND)

enum state {
	STATE_NOT_MONITORED,
	STATE_UP,
	STATE_DEGRADED,
	STATE_UNCONFIRMED,
	STATE_DOWN,
	STATE_UNKNOWN,
	STATES
};
extern const char *const state_name[STATES];

enum vote { VOTE_UP, VOTE_DEGRADED, VOTE_DOWN, VOTE_UNKNOWN, VOTES };
extern const char *const vote_name[VOTES];

enum pool_kind { POOL_GENERAL, POOL_BLOCKING, POOL_EXEC, POOLS };

enum due_kind { DUE_CHECK, DUE_FLIGHT, DUE_ROUND, DUE_ALARM, DUE_BATCH };

struct alerts;
struct check;
struct subject;
struct cycle;
struct group;
struct prober;

struct location {
	char *name, *source;
	uint32_t generation; /* an older one is no longer configured, but may be in a probe's way */
	struct location *next;
};

/* What is known of a check module: may it run? */
struct module_record {
	char *name, *build;
	char *refused; /* one sentence, or NULL */
	int64_t death_us[KEEPER_DEATHS];
	uint64_t deaths;
	bool is_quarantined;
};

/* One probe handed out, or waiting to be. */
struct flight {
	struct schedule_entry entry; /* first; its deadline */
	struct flight *next, *prev; /* in flights of a prober, or waiting in a pool */
	struct flight *sibling; /* the cycle's other probes */
	int64_t id;
	struct cycle *cycle;
	const struct location *location;
	uint16_t place; /* of the location in the check's list */
	uint8_t tries; /* probers that died under it */
	struct prober *prober; /* NULL: waits */
	int64_t sent_us;
};

/* By id: flight.c. */
struct flight_ring {
	struct flight **at;
	size_t room, count;
	int64_t last; /* id */
};

struct flights {
	struct flight *first, *last;
	size_t count;
};

/* The probes of one check (and item) for one due time from all its locations. */
struct cycle {
	struct cycle *next; /* free, or the check's next running one */
	struct check *check;
	struct round *round; /* of items, or NULL */
	struct flight *flights; /* those not yet ended */
	int64_t due_us, due_wall_us, start_wall_us, sent_us;
	int32_t item; /* -1: none */
	uint16_t pending, vote[VOTES];
	uint8_t told; /* the vote whose reason is kept */
	uint16_t told_place; /* and its location's place */
	const struct location *told_location;
	const char *cause;
	char *event; /* passive: what came in */
	struct text reason;
	char step[32], address[48];
};

/* One pass over the items of a check. */
struct round {
	struct schedule_entry entry; /* first; the next item */
	struct round *next;
	struct check *check;
	int64_t due_us, start_wall_us, sent_us;
	int64_t from_us, end_us; /* the items from `from` on are spread over this span */
	size_t from;
	int32_t *only; /* these items, or NULL: all */
	size_t count, index, pending;
	size_t vote[VOTES];
	int32_t *down; /* the items that were down */
	size_t named;
	struct text names, reason; /* of the items with the verdict `told` */
	uint8_t told;
	const struct location *told_location;
	const char *cause;
	char step[32], address[48];
};

enum incident_phase { INCIDENT_NONE, INCIDENT_PROVISIONAL, INCIDENT_CONFIRMED };

struct incident {
	enum incident_phase phase;
	char id[24];
	int64_t start_wall_us, start_us; /* of the first failed probe; monotonic */
	int64_t seen_us; /* when its cycle had ended */
};

struct event {
	struct event *next;
	char text[];
};

struct check {
	struct schedule_entry entry; /* first */
	uint32_t magic;
	uint32_t generation;
	int64_t number;
	uint64_t print, like, hash; /* of the definition, of all in it but the build, of the name */
	char *name, *words; /* words: for the prober's `check` line */
	struct module_record *module;
	uint8_t pool;
	bool is_passive, is_reference, is_first, is_delayed;
	bool is_ahead; /* the entry hangs in k->ahead: ahead.c */
	bool is_paused; /* not probed: alert_standing.c */
	bool runs_when_healthy; /* the ping that tells another monitor that we are well */
	int64_t every_us, recheck_us, timeout_us, phase_us; /* every_us: in force */
	int64_t normal_us; /* as configured */
	int64_t intense_us, intense_until_us; /* intensify.c; 0: it is not */
	int64_t next_us; /* the next slot; 0: none */
	int64_t recheck_at_us; /* 0: none */
	const struct location **location;
	uint16_t locations;
	struct items *items;
	const char *broken; /* why it cannot run, a constant, or NULL */
	char **memory; /* by item and location */
	struct prober *pin;
	uint64_t pin_epoch;
	struct cycle *cycles;
	struct round *rounds;
	struct event *events;
	size_t event_count;
	int32_t *recheck_items;
	size_t recheck_item_count;
	uint32_t missed; /* slots since the last recorded result */
	uint64_t missed_total;
	/* of the keeper before: the last slot probed, a passive one's deadline; 0: none */
	int64_t resumed_us;
	/* what we believe */
	enum state state;
	int64_t since_us, passing_since_us;
	const char *cause;
	struct text reason;
	char step[32];
	struct incident incident;
	/* the last probe */
	enum vote last_vote;
	bool has_last, reference_passed;
	int64_t last_start_wall_us, last_due_us, last_elapsed_us, last_late_us, last_ended_us;
	struct text last_steps, last_reason, last_values;
	char last_step[32], last_address[48], last_http[8], last_tls[16]; /* "1.1", "TLSv1.3" */
	const struct location *last_location;
	/* services it belongs to */
	struct group **group;
	size_t groups;
	struct subject *subject; /* alert_inside.h */
};

struct prober {
	struct prober *next; /* by number */
	int64_t number;
	enum pool_kind pool;
	int64_t generation; /* of the configuration whose modules it holds */
	bool is_retired, is_closed;
	bool is_outdated; /* newer ones have come with a newer configuration */
	uint64_t salt;
	struct flights flights;
	struct flight *young; /* from it on their deadlines are not set yet: most end before */
	uint64_t *known; /* bits: check numbers it was told of */
	size_t known_words;
};

struct pool {
	uint64_t epoch; /* changes with its probers */
	size_t most; /* probes at a time for one prober */
	struct flights waiting;
};

struct group {
	char *name;
	int64_t need;
	struct check **check;
	struct group **group, **parent;
	size_t checks, groups, parents;
	int64_t *check_weight, *group_weight; /* of each member: base/quorum.h */
	bool is_weighted; /* not all of them weigh 1 */
	struct quorum_sum sum; /* of all of them */
	enum state state;
	int64_t since_us, passing_since_us, since_wall_us;
	struct incident incident;
	struct subject *subject;
	bool is_counted; /* during a first evaluation */
};

#define BURST_MOST     8
#define BURST_A_MINUTE 10

/* A diagnosis under way: burst.c. */
struct burst {
	int64_t number, prober, until_us; /* number 0: free */
	char incident[24], *check;
};

struct board; /* core/board/board.h */
struct cards; /* board.h */

struct walk; /* an answer to `status -` under way: status.c */

struct keeper {
	uint32_t magic;
	const struct keeper_out *out;
	bool has_started;
	int64_t now_us, wall_us, offset_us, start_us, start_wall_us;
	int64_t grace_until_us; /* after standing still: results wait unread in the links */
	int64_t next_second_us;
	char start_id[24];
	uint64_t last_stamp; /* of an incident's id */
	struct schedule schedule;
	struct {
		struct schedule schedule; /* slots that are handed out before they are due */
		int64_t grid_us; /* 0: none are */
		int64_t until_us; /* slots up to then have been taken */
	} ahead;
	/* configuration */
	bool is_collecting;
	struct text pending; /* the loader's lines */
	uint32_t generation;
	int64_t applied; /* the loader's number of what is in force */
	char *own_location;
	struct location *locations;
	struct map modules, checks_by_name, groups_by_name;
	struct check **check;
	size_t checks;
	int64_t last_number;
	struct group **group;
	size_t groups;
	struct check **reference;
	size_t references;
	/* running */
	struct prober *probers;
	size_t prober_count;
	uint64_t prober_deaths;
	struct pool pool[POOLS];
	struct flight_ring flights;
	struct flight *free_flight;
	struct cycle *free_cycle;
	struct void_window window;
	struct spool spool;
	bool recorder_is_there, recorder_fails;
	char *recorder_reason;
	struct health health;
	struct effort_span effort; /* effort.h */
	struct walk *walks;
	struct {
		bool is_awaited; /* the first configuration waits for it */
		int64_t until_us;
		char *end; /* that configuration's `end` line */
		struct map past; /* by name */
	} resume; /* resume.h */
	struct {
		struct burst burst[BURST_MOST];
		int64_t begun_us[BURST_A_MINUTE]; /* a ring; the oldest is at `next` */
		unsigned next;
		uint64_t left_out;
	} bursts;
	struct letters *letters; /* outbox.h */
	struct alerts *alerts; /* alert_inside.h */
	struct deliveries *deliveries; /* delivery_inside.h */
	struct board *board; /* what people wrote; changed by board_end() alone */
	struct cards *cards; /* who watches it: board.h */
	struct posts *posts; /* the sections `canned`: post.h */
	struct subscribers *subscribers; /* subscriber_inside.h */
	struct window *windows; /* maintenance: window.h */
	size_t intense; /* checks that are intensified */
	int64_t recorded; /* the client whose request the recorder does itself, 0: none */
};

/* keeper.c: time and lines out. A line is begun on the text and ended by line_end() (spool_end()
 * for the recorder). */
int64_t keeper_wall_of(const struct keeper *, int64_t mono_us);
/* NULL: nobody there */
struct text *keeper_line(struct keeper *, enum keeper_end_kind, int64_t number);
/* `at_us` is written; end with spool_end(&k->spool) */
/* A sentence for the terminal and the log. */
void keeper_say(struct keeper *, const char *text);
struct text *keeper_marker(struct keeper *, const char *kind);
void keeper_copy(char *to, size_t room, const char *from); /* cut to fit, always NUL-terminated */
/* A new sortable id in `id`. */
void keeper_stamp(struct keeper *, char *id, size_t room);

/* configure.c */
void configure_take(struct keeper *, const struct line *);
void configure_end(struct keeper *, const struct line *);
void configure_release(struct keeper *);
struct module_record *module_get(struct keeper *, const char *name);

/* check.c: when it runs. */
void check_start(struct keeper *, struct check *, size_t beginners, size_t place);
void check_is_due(struct keeper *, struct check *);
void check_arm(struct keeper *, struct check *);
bool check_run_now(struct keeper *, struct check *);
void check_recheck(struct keeper *, struct check *, int64_t failed_due_us);
void check_beat(struct keeper *, struct check *, const char *text);
void check_expect(struct keeper *, struct check *, int64_t within_us);
void check_has_ended_cycle(struct keeper *, struct check *);
void check_forget_runs(struct keeper *, struct check *);
void check_clear_definition(struct keeper *, struct check *);
/* Takes the heap list. */
void check_set_locations(struct keeper *, struct check *, const struct location **list,
			 size_t count);
void check_free(struct keeper *, struct check *);

/* ahead.c: checks that are handed out before they are due, many at a time. */
void ahead_start(struct keeper *, const struct line *start);
void ahead_hang(struct keeper *, struct check *, int64_t due_us);
void ahead_stop(struct keeper *, struct check *);
struct schedule_entry *ahead_take(struct keeper *);
int64_t ahead_next_us(const struct keeper *);

/* flight.c: a flight gets its id, is found by it, is known no more. */
void flight_number(struct flight_ring *, struct flight *);
struct flight *flight_find(const struct flight_ring *, int64_t id);
void flight_forget(struct flight_ring *, struct flight *);
/* Those of the ids behind this one are about to be needed, and are in no cache. */
void flight_fetch(const struct flight_ring *, int64_t id);

/* cycle.c: the probes of one due time. `event` may be NULL. */
void cycle_start(struct keeper *, struct check *, int64_t due_us, const char *event);
/* What the last probe of this check, item and location wants handed to the next: "" at first. */
const char *cycle_memory(const struct flight *);
void cycle_forget(struct keeper *, struct cycle *);
void round_start(struct keeper *, struct check *, int64_t due_us, bool is_recheck);
void round_is_due(struct keeper *, struct round *);
void round_free(struct keeper *, struct round *);
void cycle_take_result(struct keeper *, int64_t prober, const struct line *);
/* A flight that ends without a result of a prober: unknown, for a reason of ours. */
void flight_give_up(struct keeper *, struct flight *, const char *cause, const char *reason);
void flight_is_due(struct keeper *, struct flight *);

/* A new interval is in force: a probe at once, then its grid. */
void check_regrid(struct keeper *, struct check *);

/* intensify.c: more often, for a while. */
bool intensify_begin(struct keeper *, struct check *, int64_t every_us, int64_t for_us,
		     struct text *wrong);
bool intensify_cancel(struct keeper *, struct check *);
void intensify_watch(struct keeper *);
/* Sets every_us from what is configured and what is asked for. */
void intensify_apply(struct check *);
void intensify_resume(struct keeper *, struct check *, const char *text, int64_t until_us);
void intensify_forget(struct keeper *, const struct check *);

/* burst.c: the diagnosis of an incident that has just been opened. */
struct outcome;
void burst_begin(struct keeper *, struct check *, const struct outcome *);
void burst_take(struct keeper *, int64_t prober, const struct line *);
void burst_release(struct keeper *);

/* pool.c: who probes. */
/* Where to append a line for the prober that has this check, which knows it by then; NULL: none
 * can take it now. */
struct text *pool_ask(struct keeper *, struct check *, int64_t *prober);
void pool_send(struct keeper *, struct flight *);
void pool_remove(struct keeper *, struct flight *);
/* Each second: sets the deadlines of what has run for so long. */
void pool_watch(struct keeper *);
void pool_serve(struct keeper *); /* sends what waits */
void pool_serve_blocking(struct keeper *);
void pool_forget_check(struct keeper *, const struct check *);
void pool_take_prober(struct keeper *, const struct line *);
void pool_take_retire(struct keeper *, const struct line *);
void pool_take_gone(struct keeper *, const struct line *);
void pool_take_closed(struct keeper *, int64_t number);
/* Configuration k->applied is in force: where its probers are there, the older ones get no more
 * probes. */
void pool_follow(struct keeper *);
void pool_release(struct keeper *);
/* Why a module's checks do not run: a sentence on *why, or false. */
bool module_is_blocked(const struct module_record *, struct text *why);
void module_release(struct keeper *, struct module_record *);

/* state.c: what we believe. */
struct outcome {
	enum vote verdict;
	const char *cause; /* of an unknown one, or NULL */
	bool is_void;
	int64_t due_us, start_us, start_wall_us;
	const char *reason, *step, *address, *location;
};
void state_take(struct keeper *, struct check *, const struct outcome *);
void state_confirm(struct keeper *, struct check *);
void state_end(struct keeper *, struct check *, const char *reason);
/* Counts a cycle; true when its failure is put down to our own lines. */
bool state_is_void(struct keeper *, struct check *, enum vote, int64_t due_us);
void state_watch_window(struct keeper *);
/* Our own connection may turn out to be the trouble: no reference target has answered just now. */
bool state_suspects(struct keeper *);
bool state_passes(enum state);

/* group.c */
/* Judges a new service, its member services first. */
void group_begin(struct keeper *, struct group *);
/* It is no longer configured, or a new keeper finds that it is not: its incident ends. */
void group_end(struct keeper *, struct group *);
/* A member's state has changed, at this time. */
void group_member_changed(struct keeper *, struct check *, int64_t at_us, int64_t at_wall_us);
void group_free(struct group *);
/* What its members weigh now, those out of service left out. */
struct group_tally {
	int64_t of, up, need; /* together; those that pass; needed of them, all at most */
	int64_t state[STATES];
};
struct group_tally group_tally(const struct group *);
/* "2 of 3 members up, 1 needed", or the same of a weight. */
void group_add_tally(struct text *, const struct group *);

/* status.c */
/* An answer is complete; key "text": said to a person, "wrong": why the request was refused, NULL:
 * nothing. */
void status_end(struct keeper *, int64_t client, const char *key, const char *said);
bool keeper_is_healthy(struct keeper *);
void status_take(struct keeper *, int64_t client, const struct line *);
void status_go_on(struct keeper *);
/* What the client that waits for it is told; wrong NULL: it is done. */
void status_end_recorded(struct keeper *, const char *key, const char *said);
void status_forget_client(struct keeper *, int64_t client);
void status_release(struct keeper *);

#endif
