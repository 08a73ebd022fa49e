/* report/figures_inside: what the files of figures share: one question as it is being answered. */
#ifndef NINES_REPORT_FIGURES_INSIDE_H
#define NINES_REPORT_FIGURES_INSIDE_H

#include "exclusion.h"
#include "figures.h"
#include "track.h"

/* What lies over a line. Zero-initialise; figures_over_release(). */
struct figures_over {
	struct sla_windows hours;
	struct exclusion exclusion;
	struct sla_layers layers; /* of these two */
};

struct figures_question {
	const struct figures_source *source;
	struct figures_order order;
	struct arena *arena;
	struct page_figures *into;
	struct text *wrong;
	int64_t end_us; /* of what can be known: the span's end, or now */
	size_t part; /* which part of the answer is being made (figures.c) */
	size_t at; /* how far that part has come */
	struct figures_order followed; /* the same from so far back that incidents are whole */
	int64_t interval_us; /* the longest in force in the span, of a track that goes further */
	struct tracking *tracking;
	struct track track;
	struct page_incident *incident; /* those of *into */
	size_t span; /* of the line: where the incident begins that is looked at */
	int64_t outages, ended, lasted_us; /* of incidents so far */
	struct figures_over over;
	struct figures_members *members; /* of a service whose incidents are explained */
	struct figures_question *before; /* as if nobody had said anything */
};

/* In the arena. NULL: *wrong says that it is full. */
void *figures_room(struct figures_question *, size_t count, size_t size);
const char *figures_keep(struct figures_question *, const char *text);

/* Of the order's span, which may be another than the question's; the track is whole. False: the
 * question has why. */
bool figures_lay_over(const struct figures_question *, const struct figures_order *,
		      struct figures_over *into);
void figures_over_release(struct figures_over *);

/* makeup.c: what a service was made of; the track is whole. False: the question has why. */
bool figures_tell_makeups(struct figures_question *);

/* figures_incidents.c: parts of the answer; FIGURES_DONE: that part is. */
enum figures_step figures_take_incidents(struct figures_question *);
enum figures_step figures_take_reasons(struct figures_question *);
/* Was it down then, confirmed or not? */
bool figures_is_failing(const struct track *, int64_t at_us);

/* figures_members.c: of a service, whose incidents are there. A step reads one member at most. */
enum figures_step figures_take_members(struct figures_question *);
void figures_members_free(struct figures_members *); /* or NULL */

#endif
