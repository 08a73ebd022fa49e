/* store/read: the record for all who only look: reports, commands, pages.
 *
 * The file is opened read-only and never changed, whatever is asked. Everything asked between
 * read_begin() and read_end() is one snapshot; a snapshot ends by itself after READ_SECONDS, so
 * that no reader keeps the writer's log growing (F5). Functions answer false where the file
 * cannot be read: read_wrong() says why in one sentence. A damaged block is left out, counted
 * and told, never a crash (F6). Where raw results were deleted by age the rollups answer in
 * their place, with the same figures. Times are wall clock in microseconds; ranges are [from,
 * to). */
#ifndef NINES_STORE_READ_H
#define NINES_STORE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/text.h"
#include "../sla/sla.h"
#include "block.h"
#include "histogram.h"

#define READ_SECONDS 10
#define READ_LINGER_SECONDS 3

struct read;

/* NULL: *wrong says why; the schema of a newer nines is refused. */
struct read *read_open(const char *path, struct text *wrong);
void read_close(struct read *);

/* A snapshot. Calls without one take one each. */
bool read_begin(struct read *);
void read_end(struct read *);
/* From now on a snapshot that nobody reads any more is kept for whoever reads next, unless it is
 * older than READ_LINGER_SECONDS by then: many targets share what is found in the tail. For a
 * stretch of reading without a pause, at whose end the caller says false or closes the reader. */
void read_linger(struct read *, bool lingers);
const char *read_wrong(const struct read *);
/* Blocks that were left out because they are damaged, since read_open(). */
size_t read_damaged(const struct read *);

/* ---- what there is ---- */

enum read_kind { READ_CHECK, READ_SERVICE };

/* What a service was made of until a time, from the end of the one before on. */
struct read_makeup {
	int64_t until_us;
	const char *const *member;
	const int64_t *weight; /* NULL: each 1 */
	size_t members;
	int64_t need;
};

/* Names of the last configuration in force; a target that was removed stays, with removed_us. */
struct read_target {
	int64_t id;
	enum read_kind kind;
	const char *name, *module, *owner, *category;
	bool is_events;           /* what was imported into it are changes of state */
	int64_t interval_us;      /* as last configured, 0: not known */
	int64_t first_us, last_us; /* of its results; 0: none */
	int64_t removed_us;       /* 0: it is still configured */
	const char *const *member; /* of a service */
	const int64_t *weight;     /* of each member, NULL: each 1 */
	size_t members;
	int64_t need;
	const struct read_makeup *makeup; /* what a service was made of before, oldest first */
	size_t makeups;
};

/* All, in order of name. They live until the next read_targets() or read_close(). */
bool read_targets(struct read *, const struct read_target **list, size_t *targets);
/* NULL: there is none, or read_wrong(). */
const struct read_target *read_find(struct read *, const char *name);

/* ---- for the engine ---- */

/* Cycle samples of all locations in order of time, as sla_from_samples() wants them for [from, to):
 * back to the last pass before `from`, on to the first decisive one behind `to`. Added to `into`.
 */
bool read_samples(struct read *, const struct read_target *, int64_t from_us, int64_t to_us,
		  struct sla_samples *into);

/* ---- results ---- */

struct read_result {
	const struct read_target *target;
	const char *location;
	const struct block_result *result; /* until the next call */
};

/* Calls `take` for each result that started in [from, to), in order of start. False from `take`
 * ends it (and is no failure). */
bool read_results(struct read *, const struct read_target *, int64_t from_us, int64_t to_us,
		  bool (*take)(const struct read_result *, void *with), void *with);

/* Times of each step that did not fail, of results whose timing is not tainted. The step "" is the
 * whole probe (of those that passed). */
struct read_step {
	char *name;
	int hop;
	struct histogram times;
};

/* Zero-initialise; read_steps_release(). */
struct read_steps {
	struct read_step *step;
	size_t steps, room;
	int64_t results, passed; /* probes, and those up or degraded */
};
void read_steps_release(struct read_steps *);
/* location NULL: all. Whole days (UTC) come from the rollups, parts of days from the results. */
bool read_steps(struct read *, const struct read_target *, const char *location, int64_t from_us,
		int64_t to_us, struct read_steps *into);

/* ---- what happened ---- */

struct read_incident {
	const char *id, *name, *reason, *step, *location, *address;
	bool is_confirmed, is_open; /* neither: a blip */
	int64_t start_us, end_us;   /* SLA_OPEN while it lasts */
	const char *diagnosis;      /* what was found out when it began, "": nothing */
	int64_t acked_us;	    /* 0: nobody acknowledged it */
	const char *acked_by;
};
/* Those that overlap [from, to), in order of start; `name` NULL: of all. Withdrawn ones are left
 * out. The texts live until `take` returns. */
bool read_incidents(struct read *, const char *name, int64_t from_us, int64_t to_us,
		    bool (*take)(const struct read_incident *, void *with), void *with);

/* Each time somebody acknowledged what failed there, in [from, to), in order of time; the text
 * lives until `take` returns. A service has such, and no row of an incident. */
bool read_acks(struct read *, const char *name, int64_t from_us, int64_t to_us,
	       bool (*take)(int64_t at_us, const char *by, void *with), void *with);

/* What was believed of a check or service at some time, by the changes of its state. */
struct read_belief {
	char state[16]; /* as the keeper names it; "": nothing is recorded so far back */
	int64_t since_us; /* of this state */
	int64_t online_us; /* since when it has not been down; 0: not known, or it is down */
};
/* Looks at no more than the last READ_CHANGES changes before `at_us`. */
#define READ_CHANGES 1000
bool read_belief(struct read *, const char *name, int64_t at_us, struct read_belief *);
/* The last change of its state before `at_us` and the first one behind it; 0: there is none. */
bool read_changes(struct read *, const char *name, int64_t at_us, int64_t *before_us,
		  int64_t *after_us);
/* Whether nothing was watched at `at_us` because the monitor was off; then *from and *to say when.
 */
bool read_was_off(struct read *, int64_t at_us, int64_t *from_us, int64_t *to_us);

/* What was found out when the incident of that id began, into *text. False with nothing wrong:
 * there is nothing. */
bool read_diagnosis(struct read *, const char *incident, int64_t *at_us, struct text *text);

/* ---- letters ---- */

struct read_letter {
	const char *id, *kind, *contact, *name; /* name: of the check or service */
	const char *ways, *incidents;		/* lists, newline-joined; ways in their order */
	const char *subject, *brief, *text;
	const char *outcome; /* delivered gave-up expired withdrawn; "": it waits */
	int64_t created_us, expires_us, ended_us; /* expires_us, ended_us 0: not said */
};
/* Those made in [from, to) and all that wait, in order of their making. `word` (NULL: all): an id
 * of a letter, whatever its age, or of an incident, a contact, a check or service, an address. */
bool read_letters(struct read *, const char *word, int64_t from_us, int64_t to_us,
		  bool (*take)(const struct read_letter *, void *with), void *with);

struct read_attempt {
	int64_t number, at_us, next_us, elapsed_us; /* next_us 0: none */
	const char *to, *outcome, *reason;
};
bool read_attempts(struct read *, const char *letter,
		   bool (*take)(const struct read_attempt *, void *with), void *with);
/* Addresses that have refused at least so many letters since they took one; why the last. */
bool read_refusals(struct read *, int least,
		   bool (*take)(const char *to, int64_t refusals, const char *reason, void *with),
		   void *with);

struct read_window {
	const char *name; /* "": of all targets */
	const char *text, *owner;
	int64_t from_us, to_us, announced_us; /* to_us: INT64_MAX while it lasts */
	int64_t cancelled_us; /* 0: it was not */
};
/* Maintenance windows with an impact that overlap [from, to). `name` NULL: every one, else its own
 * and those of all. */
bool read_maintenance(struct read *, const char *name, int64_t from_us, int64_t to_us,
		      bool (*take)(const struct read_window *, void *with), void *with);

/* What somebody said afterwards of a span of a check or service; the record stays what it is. */
struct read_reclassification {
	const char *id, *name, *as, *by, *reason; /* as: sla_as_name */
	const char *incident; /* "": of a span */
	int64_t from_us, to_us, at_us;
	int64_t undone_us; /* 0: it was not */
	const char *undone_by, *undone_reason;
};
/* Those that overlap [from, to), undone ones too, in the order they were said. `name` NULL: of all.
 */
bool read_reclassifications(struct read *, const char *name, int64_t from_us, int64_t to_us,
			    bool (*take)(const struct read_reclassification *, void *with),
			    void *with);

struct read_marker {
	const char *kind, *event, *text;
	int64_t at_us, by_us, from_us, to_us;
};
bool read_markers(struct read *, int64_t from_us, int64_t to_us,
		  bool (*take)(const struct read_marker *, void *with), void *with);

/* The end of the chain of evidence (docs/evidence.md). */
struct read_evidence {
	int64_t links;   /* 0: there is none yet */
	int64_t at_us;   /* of the last */
	int64_t reach_us; /* results before it are covered; 0: none are */
	char head[65];
};
bool read_evidence(struct read *, struct read_evidence *);

/* How large the database is, and how much of that is free for what comes. */
bool read_size(struct read *, int64_t *bytes, int64_t *free_bytes);

/* ---- a copy ---- */

/* The whole record as of now into the new file `path` (SQLite's online backup): written beside it,
 * synced, then renamed. `progress` may be NULL. False: *wrong says why, and no file is left. */
bool read_backup(struct read *, const char *path,
		 void (*progress)(int64_t done_pages, int64_t pages, void *with), void *with,
		 struct text *wrong);

/* One version of a card (core/board). `words`: a line `words - KEY=VALUE ...`. */
struct read_card {
	const char *id, *by, *words;
	int64_t version, at_us, first_us;
};

/* All versions of a card of that kind, the oldest first; `id` NULL: of each. Borrowed until `take`
 * returns; false: enough. */
bool read_cards(struct read *, const char *kind, const char *id,
		bool (*take)(const struct read_card *, void *with), void *with);

#endif
