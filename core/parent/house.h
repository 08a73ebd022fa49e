/* parent/house: everything the parent holds, for its own files only.
 *
 * parent.c runs the loop, the loader and the reload; roles.c the keeper, the recorder and the web;
 * listen.c the page's sockets, serve.c how it is served; probers.c the probers; couriers.c the
 * couriers; lint.c what looks at paths; reporter.c what makes reports; copier.c copies; terminal.c
 * what a person sees; watch.c the folders of modules; notify.c systemd. One house a process, on the
 * heap, reached through `with` of a child and from timers. */
#ifndef NINES_PARENT_HOUSE_H
#define NINES_PARENT_HOUSE_H

#include "../prober/blame.h"
#include "child.h"
#include "parent.h"
#include "plan.h"

#define HOUSE_MAGIC 0x686f7573u
#define HOUSE_PROBERS 256
#define GRACE_US (3 * CLOCK_SECOND)

enum role_place { ROLE_KEEPER, ROLE_RECORDER, ROLE_WEB, ROLES };

/* How often something died, and when it may start again. */
struct patience {
	unsigned deaths;
	int64_t again_us; /* monotonic */
};

/* A place for one prober; it outlives those who sit in it. */
struct seat {
	enum pool pool;
	struct patience patience;
	struct prober *prober; /* who sits here now, NULL: nobody */
};

struct prober {
	struct child child; /* first */
	struct seat *seat;  /* NULL: it is retiring */
	enum pool pool;
	int64_t generation; /* of the plan it serves */
	struct blame *blame;
	int keeper_fd; /* the keeper's end of its link until it is handed over; else -1 */
	bool is_known; /* to the keeper */
	bool is_hung;
	int64_t standing_since_us; /* busy_since of the blame page when it was last looked at */
	unsigned standing_ticks;
	int64_t retire_by_us;
};

/* The process of one channel. It outlives its process: who died is started again. */
struct courier {
	struct child child; /* first */
	char *name;	    /* of the channel */
	char *print;	    /* what it was started with */
	struct patience patience;
	struct blame *blame;
	int keeper_fd; /* the keeper's end of its link until it is handed over; else -1 */
	bool is_known; /* to the keeper */
	bool is_hung, is_retiring;
	int64_t standing_since_us;
	unsigned standing_ticks;
};

/* The process that looks at paths, and what it said. */
struct lint_run {
	struct child child;
	int64_t next_us;
	bool is_new, is_daily; /* new: the configuration; daily: so was none when it began */
	struct text said, saying; /* of the last run; of this one */
};

/* The process that makes a report; number: of the keeper's `make`, 0: answered. */
struct reporter_run {
	struct child child;
	int64_t number;
};

/* The process that keeps static copies; print: what it was started with. */
struct copier_run {
	struct child child;
	struct patience patience;
	char *print;
};

/* By which a file is known to be another one. */
struct serve_stamp {
	uint64_t inode;
	int64_t size, s, ns;
};

struct house {
	uint32_t magic;
	const struct parent_options *options;
	struct loop *loop;
	struct loop_timer tick; /* each second */
	struct loop_watch signals;
	struct privilege privilege;
	bool is_ending, is_running; /* running: the first configuration is in force */
	bool are_roles_stopped;
	int64_t roles_stop_at_us; /* while ending */
	int status;

	struct child loader;
	/* in force; waits for its probers; being told by the loader */
	struct plan *plan, *next, *loading;
	int64_t generation, commit_by_us;
	bool wants_reload, is_reload_asked; /* asked: by a person, who wants an answer */

	struct child role[ROLES];
	struct patience patience[ROLES];
	unsigned effort_ticks; /* effort.h */
	unsigned silent_ticks; /* since the keeper's last `alive` */
	char *page;            /* URLs, lines, NULL until the web has told */
	int store_fd, tried_fd; /* the latter: web/tried.h */
	struct listener *listener; /* where the page is to be, in listen.c */
	size_t listeners;
	int64_t next_listener;
	unsigned listen_ticks;
	struct serve_stamp certificate, key; /* as they were handed over */
	struct serve_stamp seen_certificate, seen_key; /* at the last look at others */
	unsigned serve_ticks;
	struct loop_watch control; /* the listening control socket */

	struct seat *seat[HOUSE_PROBERS];
	size_t seats;
	struct prober *prober[2 * HOUSE_PROBERS];
	size_t probers;
	int64_t next_prober;

	struct courier **courier;
	size_t couriers;
	int64_t next_courier;

	struct lint_run lint;
	struct reporter_run reporter;
	struct copier_run copier;
	struct watch *watch;
	struct terminal *terminal;
};

/* ---- parent.c ---- */
/* A line that goes to a child, for --trace. */
void house_trace(const struct house *, const char *to, const char *lines);
void house_send(struct house *, struct child *, const char *lines);
/* What a child that has ended had said on its link is taken. */
void house_drain(struct child *);
/* In force; until there is one, the one that is to be; NULL before. */
const struct plan *house_plan(const struct house *);
/* The time for the next start after one more death. */
void patience_lose(struct patience *, int64_t now_us, int64_t lived_us, unsigned free_deaths);
/* Something became ready: the configuration that waits may now come into force. */
void house_progress(struct house *);
/* Reads the configuration again, now or when the one that is under way is done. */
void house_reload(struct house *, bool is_asked);

/* ---- roles.c ---- */
void roles_start(struct house *); /* those that do not run and whose time has come */
void role_died(struct house *, enum role_place, int status);
void roles_retain(struct house *); /* tells the recorder how long what is kept */
void roles_tell_figures(struct house *); /* tells the web what decides figures */
bool roles_listen(struct house *, struct text *wrong);
void roles_unlisten(struct house *);

/* ---- listen.c ---- */
/* Opens those of the configuration that is to be; what cannot be had is said. False: all of it. */
bool listen_open(struct house *);
void listen_follow(struct house *); /* another configuration is in force */
void listen_tick(struct house *);
bool listen_is_open(const struct house *); /* some socket is */
void listen_forget_web(struct house *);	   /* another one runs, which has none of them */
/* Hands the web those that it has not, and adds which are to be served, and how. */
void listen_hand(struct house *, struct text *words, bool has_certificate);
void listen_close(struct house *);

/* ---- serve.c ---- */
void serve_tell(struct house *); /* tells the web how to serve */
void serve_tick(struct house *);

/* ---- probers.c ---- */
/* a new prober for each seat; false: none are needed */
bool probers_seat(struct house *, const struct plan *);
bool probers_are_ready(const struct house *, const struct plan *);
void probers_commit(struct house *); /* tells the keeper of the ready ones of the plan in force */
void probers_retire(struct house *); /* all that serve another plan than the one in force */
void probers_keep(struct house *, const struct plan *); /* those that sit serve this plan too */
void probers_tick(struct house *);
void prober_drained(struct house *, int64_t number);
void prober_died(struct house *, struct prober *, int status);
void probers_forget_keeper(struct house *);
void probers_stop(struct house *);

/* ---- lint.c ---- */
void lint_follow(struct house *); /* another configuration is in force */
void lint_tick(struct house *);
bool lint_died(struct house *, pid_t);
void lint_stop(struct house *);
void lint_release(struct house *);

/* ---- reporter.c ---- */
void reporter_begin(struct house *, const struct line *make); /* the keeper's line */
void reporter_tick(struct house *);
bool reporter_died(struct house *, pid_t, int status);
void reporter_stop(struct house *);
/* The folder of the files of letters, made when it is missing; -1: there is none. */
int reporter_open_files(const struct house *);

/* ---- copier.c ---- */
void copier_follow(struct house *); /* another configuration is in force */
void copier_join(struct house *); /* a new web, or a new copier */
void copier_tick(struct house *);
bool copier_died(struct house *, pid_t, int status); /* false: it was not it */
void copier_ask(struct house *, const struct line *); /* the keeper's `copy-now` */
void copier_stop(struct house *);
void copier_release(struct house *);

/* ---- couriers.c ---- */
void couriers_follow(struct house *); /* one for each channel of the plan in force */
void couriers_tell(struct house *);   /* a new keeper of those that are there */
void couriers_tick(struct house *);
bool courier_died(struct house *, pid_t, int status); /* false: it was none */
void couriers_forget_keeper(struct house *);
void couriers_stop(struct house *);

#endif
