/* keeper/alert: from incidents to letters: what the keeper's other files tell it and ask of it.
 *
 * alert.c keeps the incidents of checks and services, spans of flapping and nines' own troubles
 * ("alarms") with what each destination was told, and asks the pure rules of core/alert what is due
 * when; alert_config.c knows contacts and paths; alert_batch.c gathers what is due for one
 * destination; alert_say.c makes letters of it; alert_standing.c is what people said
 * (acknowledged, silenced, paused) and what must survive a restart; alert_trouble.c watches nines
 * itself; alert_test.c sends test letters; alert_burn.c watches error budgets. Invariant: nothing
 * here holds up a probe, and whatever is suppressed, states and incidents are recorded all the
 * same. */
#ifndef NINES_KEEPER_ALERT_H
#define NINES_KEEPER_ALERT_H

#include "../alert/alert.h"
#include "inside.h"

struct alerts *alerts_new(void);
void alerts_free(struct keeper *);

/* ---- what happens ---- */

/* As the `incident` line: open, confirmed, closed, blip, withdrawn. All is copied; step and address
 * may be NULL. */
struct alert_event {
	const char *name; /* of the check or service */
	const struct incident *incident;
	const char *event;
	bool is_gone;	/* closed because it is no longer watched */
	int64_t at_us; /* monotonic */
	const char *reason, *step, *address;
};
void alert_incident(struct keeper *, const struct alert_event *);
/* A verdict that was not unknown: it may begin to flap by it. */
void alert_result(struct keeper *, const struct check *, bool passed, int64_t at_us);
/* A result is on its way: what alert_result() will look at is fetched. */
void alert_fetch(const struct check *);
void alert_diagnosis(struct keeper *, const char *incident, const char *text);
/* One probe has ended: does the resolver answer? Reason and steps may be NULL. */
void alert_probe(struct keeper *, enum vote, const char *reason, const char *steps);

/* Our own connection is suspected, or no longer. */
void alert_touch_all(struct keeper *);

/* A maintenance window with impact begins or ends at `at_us` (monotonic) for this check or service,
 * its members included, or for all (""); windows may overlap. While one is open nobody is alerted.
 * What still fails when the last one ends is told the trigger delay later. After a restart it is
 * told again of the windows that are open and of those that have ended. */
void alert_maintenance(struct keeper *, const char *name, bool is_on, int64_t at_us);

/* Trouble of our own begins, goes on, or ends; told once to the contacts that hear of nines itself.
 * `name`: "store", "channel sms" ...: one incident a name. */
void alert_trouble(struct keeper *, const char *name, bool is_on, const char *reason);

/* A service is in another state since then; NULL: not tied yet. */
void burn_state(struct keeper *, struct subject *, int64_t at_us);
/* Behind calls of alert_maintenance(). */
void burn_maintenance(struct keeper *);

/* What became of a letter; unknown ids are passed over. */
void alert_letter_is(struct keeper *, const char *id, enum alert_outcome, int64_t at_wall_us);

/* ---- configuration ---- */

/* The loader's lines that are to come into force: `pending` holds them, whole. */
void alert_configure(struct keeper *, const struct text *pending);
/* Behind it, when checks and services are in place. */
void alert_follow(struct keeper *);

/* Paused, or its standing is another than in-service: shown, probed unless it is paused, and not
 * counted: no member of a service, no time of its own. NULL: it is not. */
bool subject_is_out(const struct subject *);

/* ---- the record ---- */

void alert_resume_letter(struct keeper *, const struct line *);
void alert_resume_incident(struct keeper *, const struct line *);
void alert_resume_standing(struct keeper *, const struct line *);

/* ---- time ---- */

void alert_is_due(struct keeper *, struct schedule_entry *);
void batch_is_due(struct keeper *, struct schedule_entry *);
void alert_watch(struct keeper *); /* each second */
/* The machine slept: all monotonic times of the past were so much longer ago. */
void alert_shift(struct keeper *, int64_t by_us);

/* ---- people ---- */

/* `ack`, `silence`, `unsilence`, `pause`, `unpause`: true when done, *said tells so; else why not.
 */
bool standing_take(struct keeper *, const struct line *, struct text *said);
/* Requests of clients: `contacts -` is answered with a line `contact NAME` each, behind it its
 * lines `path NAME`; `contact-test NAME` with a line `letter ID` for each path, by which a test
 * goes. */
void contact_ask_list(struct keeper *, int64_t client, const struct line *);
void contact_ask_test(struct keeper *, int64_t client, const struct line *);
/* One line for each thing that stands, to a client. */
void standing_list(struct keeper *, struct text *to);
/* What is wrong and not told by another line of `health`. */
void trouble_add(struct text *wrong, const struct keeper *);
/* Words for the line `check` or `service` of an answer. */
void alert_add_words(struct text *, const struct keeper *, const char *name);

#endif
