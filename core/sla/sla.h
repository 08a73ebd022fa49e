/* sla: the one engine that computes every availability figure (definitions: docs/definitions.md).
 *
 * Time line first: a record (samples or events) becomes a line of half-open spans in integer
 * microseconds, each with one state; percentages are derived from it and never stored raw.
 * Everything here is pure: no clock, no disk, no zone file is read but through the arguments. All
 * times are microseconds since 1970 UTC. Sums of one report always add up to its span. */
#ifndef NINES_SLA_SLA_H
#define NINES_SLA_SLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/holidays.h"
#include "../base/hours.h"
#include "../base/text.h"
#include "../base/zone.h"

enum sla_state {
	SLA_NOT_MONITORED,
	SLA_UNKNOWN,
	SLA_UP,
	SLA_DEGRADED,
	/* a failure that no recheck has confirmed (yet): a blip when it was cleared */
	SLA_UNCONFIRMED,
	SLA_DOWN,
	SLA_STATES
};
extern const char *const sla_state_name[SLA_STATES];

/* Why a time is unknown. */
enum sla_cause {
	SLA_NO_CAUSE,
	SLA_MONITOR_OFF,
	SLA_VOID_CYCLE,
	SLA_OVERLOAD,
	SLA_AGENT_LOST,
	SLA_MODULE,
	SLA_RECLASSIFIED, /* somebody said so afterwards; no result has it */
	SLA_CAUSES
};
extern const char *const sla_cause_name[SLA_CAUSES];

struct sla_span {
	int64_t from_us, to_us; /* [from, to) */
	enum sla_state state;
	enum sla_cause cause;
};

/* Ordered spans without gap or overlap; neighbours differ in state or cause. Zero-initialise;
 * sla_line_release(). */
struct sla_line {
	struct sla_span *span;
	size_t spans, room;
};

void sla_line_release(struct sla_line *);
/* Appends behind the last span (from_us = its end, or the first span's start); empty spans are
 * ignored. */
void sla_line_add(struct sla_line *, int64_t from_us, int64_t to_us, enum sla_state,
		  enum sla_cause);
/* The part of `line` in [from, to), the time before and behind it not monitored. */
void sla_line_cut(struct sla_line *into, const struct sla_line *line, int64_t from_us,
		  int64_t to_us);

/* Whose word a sample is. */
enum sla_origin {
	SLA_MEASURED, /* by us */
	SLA_IMPORTED, /* by another tool: a failure counts as confirmed */
	SLA_EVENT,    /* the same, and its state holds until the next sample (2.2) */
	SLA_ORIGINS
};

/* What a cycle found at its start, or a run of such samples that all found the same with no gap
 * between: then `second_us` is the time of the second of them and `last_us` that of the last. A
 * single sample has second_us 0 and last_us = at_us. Years are kept as runs, and every figure from
 * runs equals the one from the single samples. `interval_us` is the interval in force. */
struct sla_sample {
	int64_t at_us, second_us, last_us, interval_us;
	enum sla_state state; /* any but UNCONFIRMED; NOT_MONITORED: out of service */
	enum sla_cause cause;
	enum sla_origin origin;
};

/* Zero-initialise; free(list->sample). */
struct sla_samples {
	struct sla_sample *sample;
	size_t samples, room;
};
/* Appends a later sample or run, joined to the last run where it carries it on. One of the same
 * moment as that (the wall clock stepped back) is no second sample. */
void sla_samples_add(struct sla_samples *, const struct sla_sample *);

/* How long a sample speaks: until the next one (NULL: there is none), or for one interval when that
 * comes too late. */
int64_t sla_speaks_until(const struct sla_sample *, const struct sla_sample *next, int64_t now_us);
/* What probes so far apart would have found, of a record that is denser: added to `into`. Slots are
 * multiples of the interval since 1970, so that a span's figures do not depend on where it begins;
 * a failure that begins an incident is rechecked 60 s later. */
void sla_resample(struct sla_samples *into, const struct sla_sample *, size_t samples,
		  int64_t every_us, int64_t now_us);

/* Which moment an outage begins and ends with: 2.3 of the definitions. */
enum sla_start { SLA_START_FIRST_FAILURE, SLA_START_MIDPOINT, SLA_START_CONFIRMED };

struct sla_incident {
	int64_t from_us, to_us; /* to_us: SLA_OPEN while it lasts */
	bool is_confirmed;      /* else a blip, or still provisional */
};
#define SLA_OPEN INT64_MAX

/* Zero-initialise; free(list->incident). */
struct sla_incidents {
	struct sla_incident *incident;
	size_t incidents, room;
};

/* How a record is read. */
struct sla_reading {
	enum sla_start start;
	int64_t now_us; /* nothing is said of the time behind it */
};

/* The samples rule (2.2): a sample speaks until the next if that comes within three of its
 * intervals, else for one interval and the rest is unknown; one of events speaks until the next or
 * now. `sample` is in order of time. `incidents` may be NULL. */
void sla_from_samples(struct sla_line *, struct sla_incidents *, const struct sla_sample *sample,
		      size_t samples, const struct sla_reading *);

/* The incidents that a line itself tells: from the first failure to the next pass, confirmed once
 * it is down for certain; unknown time decides nothing. `ends_unwatched`: so does time that is not
 * monitored end one, as it does of single checks. */
void sla_incidents_of_line(const struct sla_line *, bool ends_unwatched, struct sla_incidents *);

/* A group of members that is up while at least `need` are (2.8), computed from their merged lines
 * over [from, to). `weight` of each, NULL: each 1; `need` is of that. */
void sla_group(struct sla_line *, const struct sla_line *const *member, const int64_t *weight,
	       size_t members, int64_t need, int64_t from_us, int64_t to_us);

/* The same bit by bit, for whoever must not be away for long. */
struct sla_merge;
struct sla_merge *sla_merge_new(size_t members, int64_t need, int64_t from_us, int64_t to_us);
/* Each member in turn, before the first step; the line need not stay. */
void sla_merge_add(struct sla_merge *, const struct sla_line *member, int64_t weight);
/* Over about so many spans of members more. True: the group's line is complete. */
bool sla_merge_step(struct sla_merge *, struct sla_line *into, size_t spans);
void sla_merge_free(struct sla_merge *); /* or NULL */

/* Spans of time that lie over the line: excluded maintenance, or time outside the service hours. In
 * order, disjoint. */
struct sla_window {
	int64_t from_us, to_us;
};
struct sla_windows {
	struct sla_window *window;
	size_t windows, room;
};
void sla_windows_release(struct sla_windows *);
/* In any order and overlapping; sla_windows_settle() sorts and merges. */
void sla_windows_add(struct sla_windows *, int64_t from_us, int64_t to_us);
void sla_windows_settle(struct sla_windows *);
/* How much of [from, to) lies in both; `other` may be NULL (always). Both settled. */
int64_t sla_windows_length_us(const struct sla_windows *, const struct sla_windows *other,
			      int64_t from_us, int64_t to_us);
/* Takes out of the first what is in the second; both settled. */
void sla_windows_subtract(struct sla_windows *, const struct sla_windows *);
/* The agreed time of [from, to) and somewhat around it, by the wall of that zone; settled. `hours`
 * NULL: always; `holidays` NULL: none. A holiday is out of it from midnight to midnight, whatever
 * began the day before, but for hours of its own. */
void sla_windows_of_hours(struct sla_windows *, const struct hours *, const struct holidays *,
			  const struct zone *, int64_t from_us, int64_t to_us);

/* ---- reclassification: what somebody says afterwards of a span of time ---- */

enum sla_as {
	SLA_AS_UP,
	SLA_AS_DOWN,
	SLA_AS_DEGRADED,
	SLA_AS_UNKNOWN,
	SLA_AS_MAINTENANCE, /* left out, whatever was announced when */
	SLA_AS_EXCLUDED, /* left out for another reason */
	SLA_AS
};
extern const char *const sla_as_name[SLA_AS];

struct sla_claim {
	int64_t from_us, to_us;
	enum sla_as as;
};

/* When which claim is in force: in order of time, disjoint. Zero-initialise; free(p->piece). */
struct sla_pieces {
	struct sla_piece {
		int64_t from_us, to_us;
		size_t claim;
	} * piece;
	size_t pieces, room;
};
/* `claim` in the order it was said: of two about the same moment the later is in force. */
void sla_claims_settle(struct sla_pieces *, const struct sla_claim *claim, size_t claims);
/* The line with the states that were claimed in place of its own; the time between its ends and
 * theirs is not monitored. */
void sla_reclassify(struct sla_line *into, const struct sla_line *, const struct sla_claim *,
		    const struct sla_pieces *);
/* The spans in which a claim of that kind is in force, SLA_AS: of any; settled. */
void sla_windows_of_claims(struct sla_windows *, const struct sla_claim *,
			   const struct sla_pieces *, enum sla_as);

enum sla_unknown { SLA_UNKNOWN_APART, SLA_UNKNOWN_DOWN, SLA_UNKNOWN_UP };

struct sla_policy {
	/* of a percent times a million: 99950000 is 99.95 %; 0: none */
	int64_t target_micro;
	int64_t degraded_weight_ppm;  /* how much of degraded time counts as down */
	enum sla_unknown unknown;
	bool blips_are_up;
	enum sla_start start;
};

/* Sums over one report's span in microseconds; all but blip and counted_down add up to the span. */
struct sla_sums {
	int64_t span_us, up_us, degraded_us, down_us /* blips included */, unknown_us,
		not_monitored_us, maintenance_us, excluded_us, outside_hours_us;
	int64_t blip_us, counted_down_us; /* D of the definitions */
	int64_t unknown_by_cause_us[SLA_CAUSES];
	int64_t agreed_us, known_us; /* P and K */
};

/* What lies over a line, settled; each may be NULL: always; none. A moment outside of the hours is
 * nothing else, one that is excluded no maintenance. */
struct sla_layers {
	const struct sla_windows *hours, *excluded, *maintenance;
};

struct sla_sums sla_sum(const struct sla_line *, int64_t from_us, int64_t to_us,
			const struct sla_layers *, const struct sla_policy *);
/* How many stretches of such states there are, one lasting until a moment of a state that ends it;
 * sets of 1 << state. Any other state, and time that a layer takes, belongs to no stretch and ends
 * none. */
int64_t sla_stretches(const struct sla_line *, int64_t from_us, int64_t to_us,
		      const struct sla_layers *, uint32_t of, uint32_t until);
/* Adds those of the time behind it: the sums of [a, c) from those of [a, b) and [b, c). */
void sla_sums_add(struct sla_sums *into, const struct sla_sums *more, const struct sla_policy *);

/* The three figures, truncated; in millionths of a percent; -1 when undefined. */
int64_t sla_percent_micro(int64_t part_us, int64_t whole_us);
/* The same rounded up, and a * b / c: what counts against a promise, and how exact a figure is, is
 * never rounded away. */
int64_t sla_percent_up_micro(int64_t part_us, int64_t whole_us);
int64_t sla_part_up(int64_t a, int64_t b, int64_t c);

/* The share that the policy judges by, and whether it meets the target (false when there is none or
 * nothing is known). */
int64_t sla_judged_micro(const struct sla_sums *, const struct sla_policy *);
bool sla_is_met(const struct sla_sums *, const struct sla_policy *);
/* What of the error budget is used up: D, by `unknown = down` unknown time too. */
int64_t sla_used_us(const struct sla_sums *, const struct sla_policy *);

/* "nines-1:ab12cd34ef56": a hash of all that decides the figures. */
void sla_add_method(struct text *, const struct sla_policy *, const char *zone);

#endif
