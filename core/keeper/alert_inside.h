/* keeper/alert_inside: what the files keeper/alert*.c share. See alert.h for who does what. */
#ifndef NINES_KEEPER_ALERT_INSIDE_H
#define NINES_KEEPER_ALERT_INSIDE_H

#include "../alert/burn.h"
#include "../alert/flap.h"
#include "../alert/storm.h"
#include "../letter/letter.h"
#include "alert.h"

#define ALERT_DIAGNOSIS_BYTES 2000

struct alarm;
struct route;
struct subject;

/* Somebody to tell. */
struct contact {
	char *name;
	uint32_t generation;
	bool hears_monitor;
	size_t paths;
	char *services; /* names, newline-joined; "": all */
	struct zone *zone; /* NULL: UTC */
	struct map heard;  /* subjects by name: the services, and what is in them */
};

/* A letter as long as an alarm still needs to know what became of it. */
struct told {
	char id[24];
	enum alert_kind kind;
	enum alert_outcome outcome;
	int64_t created_us, ended_us;
	struct watch **holder; /* who was told by it */
	size_t uses;	       /* so many */
};

/* One alarm as one destination sees it. */
struct watch {
	struct alarm *alarm;
	struct route *route;
	struct told **told; /* at most ALERT_LETTERS */
	uint8_t count;
	uint8_t queued;		    /* enum alert_kind: in that queue of its route */
	bool may_join, may_recover; /* counted in the route */
	bool is_touched;	    /* to be looked at, whatever the others of the alarm */
	bool is_over;		    /* what was found then */
	int64_t next_us;
	struct watch *next, *prev;  /* in the queue */
};

struct queue {
	struct watch *first, *last;
	size_t count;
	int64_t first_us; /* since when something waits in it */
};

/* One way to tell a contact. */
struct route {
	struct schedule_entry entry; /* first; its next batch */
	uint32_t generation;
	struct contact *contact;
	char *to; /* NOTIFIER:ADDRESS */
	struct alert_path rule;
	char *hours_text, *kinds_text, *fallback; /* as they are configured, lines */
	struct zone *zone; /* of the rule's hours */
	int64_t expires_us;
	bool takes[ALERT_KINDS], takes_monitor; /* monitor: trouble of our own */
	struct {
		int64_t period_us, due_us; /* wall clock; 0: no self-test; not known yet */
		char id[24];		   /* of the last test letter */
	} test;
	struct storm_rate rate;
	struct queue queue[ALERT_KINDS];
	size_t may_join, may_recover; /* open alarms that are told soon, told ones that may end */
};

/* What people said of a check or service. */
struct standing {
	bool is_on;
	char *by, *reason;
	int64_t at_us, until_us; /* monotonic; until 0: until it is cleared */
};

/* A check, a service or a part of nines, as far as alerts go. Lives as long as the keeper. */
struct subject {
	char *name;
	uint32_t generation; /* older: not configured now */
	bool is_monitor;
	struct check *check; /* NULL: a service, a part of nines or not configured */
	struct group *group;
	char *title, *owner, *owners, *url, *next, *target, *parents;
	bool is_muted; /* its standing: in preparation, out of the cluster, retired */
	bool is_paused; /* by its standing or by command */
	struct subject **parent, **child;
	size_t parent_count, child_count;
	struct route **route;
	size_t routes;
	struct alarm *incident, *flapping; /* open ones */
	struct flap_policy flap_policy;
	struct flap flap;
	struct standing silence, pause;
	int64_t again_us;   /* a silence ended */
	bool owes_end;	    /* and that is not recorded yet */
	int64_t counted_us; /* a window ended, a parent came back */
	int maintenance;    /* open windows */
	size_t alarms;	    /* that point here, ended ones too */
	struct burn *burn; /* its sla wants alerts by burn rate, at these levels */
	bool burns[BURN_LEVELS];
	struct alarm *burning[BURN_LEVELS]; /* open ones */
};

enum alarm_kind {
	ALARM_INCIDENT,
	ALARM_FLAPPING,
	ALARM_TROUBLE,
	ALARM_BURN_PAGE,
	ALARM_BURN_TICKET,
};

struct alarm {
	struct schedule_entry entry; /* first; when to look again */
	struct alarm *next, *prev;
	enum alarm_kind kind;
	char id[24];
	struct subject *subject;
	uint32_t generation; /* of the configuration its watches are for */
	int64_t start_us, confirmed_us, end_us;
	bool is_cancelled; /* withdrawn, a blip: there never was anything */
	bool is_gone;	   /* ended because it is no longer watched */
	bool is_touched;   /* all its watches are to be looked at */
	bool is_stale;	   /* of the record: not probed since, so nobody is told */
	char *acked_by, *acked_why; /* by NULL: it is not */
	int64_t acked_us;
	char *reason, *end_reason, *diagnosis;
	char step[32], address[48];
	struct watch **watch; /* as the subject's routes */
	size_t watches;
};

struct alerts {
	struct map contacts;  /* by name */
	struct map routes;    /* by contact, newline, to */
	struct map subjects;  /* by name */
	struct map troubles;  /* subjects by name: parts of nines */
	struct map alarms;    /* by id */
	struct map told;      /* by id */
	struct map zones, old_zones; /* by name */
	struct map past;      /* alert_resume.c */
	struct alarm *first;  /* all of them */
	struct route **route; /* those configured, in their order */
	size_t route_count;
	struct subject everything; /* maintenance of all */
	int64_t said_us;      /* the tick in which letters were last written */
	int said;	      /* so many in it */
	bool standings;	      /* something is or was silenced or paused */
	struct letter_templates templates;
	struct text past_standing, past_incidents; /* lines, until the first configuration */
	uint32_t generation;
	struct {
		int64_t since_us, last_us; /* of failures; since 0: it answers */
	} resolver;
	int64_t burn_minute; /* when burn rates were last looked at */
	int64_t slept_us; /* the machine, all in all */
};

/* ---- alert.c ---- */

void set_text_of(char **to, const char *text);
struct alarm **alarm_place(struct subject *, enum alarm_kind); /* of an open one */
struct alarm *alarm_begin(struct keeper *, struct subject *, enum alarm_kind, const char *id,
			  int64_t start_us);
void alarm_end(struct keeper *, struct alarm *, int64_t at_us, const char *reason);
/* Something changed: it is looked at with the next tick. */
void alarm_touch(struct keeper *, struct alarm *);
/* A parent fails, it flaps, there is maintenance, our own connection is in doubt: no alert now. */
bool alarm_is_held(const struct keeper *, const struct alarm *);
/* The same where it concerns one destination. */
void alarm_watch_touch(struct keeper *, struct watch *);
void subject_touch(struct keeper *, const struct subject *);
/* All open alarms of it, and of what is in it. */
void subject_touch_deep(struct keeper *, const struct subject *);
bool subject_is_in_maintenance(const struct keeper *, const struct subject *);
/* Calls each(k, subject, with) for the subject and all members of its service, each once or more.
 */
void subject_each(struct keeper *, struct subject *,
		  void (*each)(struct keeper *, struct subject *, void *), void *with);
/* What the rules say to this watch now. */
struct alert_due alarm_watch_look(struct keeper *, const struct watch *);
void alarm_watch_add(struct watch *, struct told *);
struct told *told_get(struct keeper *, const char *id);
/* The paths are others than before. */
void alarm_follow_routes(struct keeper *, struct alarm *);

/* ---- alert_config.c ---- */

struct subject *subject_get(struct keeper *, const char *name);
struct subject *trouble_get(struct keeper *, const char *name);
void subject_release_all(struct keeper *);
void subject_find_routes(struct keeper *, struct subject *);
/* Calls each() for each entry of a list of lines. */
void each_name(const char *list, void (*each)(const char *name, void *with), void *with);
/* For this contact a note is all: a service that it belongs to does without it. */
bool subject_is_note_for(const struct contact *, const struct subject *);
/* The alert of a redundant service that fails says what a note would. */
bool subject_is_covered_for(const struct contact *, const struct subject *);
bool group_is_redundant(const struct group *);

/* ---- alert_batch.c ---- */

void batch_add(struct keeper *, struct watch *, enum alert_kind);
void batch_remove(struct keeper *, struct watch *);
void batch_arm(struct keeper *, struct route *);

/* ---- alert_say.c ---- */

/* One letter of the first watches of the queue; how many it tells. */
size_t say_letter(struct keeper *, struct route *, enum alert_kind);
void letter_withdraw(struct keeper *, struct told *, const char *reason);

/* ---- alert_standing.c ---- */

/* Silenced, by itself or by a service it belongs to: until when; 0: not. ALERT_NEVER: no end. */
int64_t subject_silence(const struct subject *, int64_t now_us);
int64_t subject_again(const struct subject *);
/* It recovered: what was said of it is over. */
void standing_clear(struct keeper *, struct subject *);
void standing_watch(struct keeper *);
void standing_resume(struct keeper *);
void standing_release(struct subject *);
/* Any kind but an incident. */
void standing_tell_span(struct keeper *, const struct alarm *, const char *event);
/* Follows what is configured and what was said: is it probed? */
void standing_apply_pause(struct keeper *, struct subject *);

/* ---- alert_burn.c ---- */

/* What its line says. */
void burn_take(struct subject *, const struct line *);
/* Behind alert_follow()'s other steps. */
void burn_follow(struct keeper *);
void burn_watch(struct keeper *);
/* Before the times of the past are moved. */
void burn_slept(struct keeper *, int64_t for_us);
/* The record brought an open alarm of that kind. */
void burn_resumed(struct subject *, enum alarm_kind);
/* `burning` (page, ticket) and `burning_since_us`, while such an alarm stands. */
void burn_add_words(struct text *, const struct keeper *, const struct subject *);

/* ---- alert_resume.c ---- */

void past_attach(struct keeper *, struct watch *);
void past_incidents_begin(struct keeper *);
void past_release(struct keeper *);

/* ---- alert_test.c ---- */

void test_watch(struct keeper *);
/* A test letter by this path; `next`: a sentence about why, or when another comes. */
void test_letter(struct keeper *, const struct route *, const char *next, char *id, size_t room);
/* What its configuration says. */
void test_follow(struct route *, int64_t period_us);
/* Nothing when it is no test letter that we sent. */
void test_letter_is(struct keeper *, const char *id, enum alert_outcome);
/* Is it this path that fails? It does not tell of itself. */
bool test_is_about(const struct route *, const struct subject *trouble);

/* ---- alert_trouble.c ---- */

void trouble_watch(struct keeper *);

#endif
