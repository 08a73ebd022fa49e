/* web/figures_inside: what the files of figures share: one target as it is being computed. */
#ifndef NINES_WEB_FIGURES_INSIDE_H
#define NINES_WEB_FIGURES_INSIDE_H

#include "../report/days.h"
#include "../report/uptime.h"
#include "figures.h"

#define FIGURES_LONG_US                                                          \
	INT64_C(3600000000) /* what is over is computed anew after that at least \
			     */
#define FIGURES_FINAL_US INT64_C(300000000) /* and after that when something became final */

/* A course as it is shown, and the one that is being made of it. */
struct track_course {
	struct figure_part *part, *next;
	size_t parts, nexts, at; /* at: of `next`, the first that is not computed */
	int64_t asked_us, made_us, end_us; /* wall clock; 0: not yet */
};

struct figure_entry {
	struct figure shown; /* owns its texts */
	struct figure *draft; /* while pieces are computed: shown when the last one is */
	bool has_new_incidents; /* the draft has some of its own */
	size_t target; /* of the open uptime */
	bool is_seen, is_long_due;
	int64_t long_us, times_us; /* when last computed, wall clock */
	int64_t midnight_us, bad_us, lost_us; /* what of that day was known then */
	struct uptime_marks marks;
	struct track_course course[COURSES];
	char step[FIGURE_STEPS][FIGURE_STEP_BYTES]; /* of courses */
	size_t steps;
};

/* One computation after another goes through this. */
struct piece;
struct computing {
	struct uptime *open;
	struct uptime_marks marks;
	int64_t end_us; /* of what is known: the last whole second */
	bool has_changed; /* something shown has */
	struct text *wrong; /* the first thing that could not be computed */
	struct piece *piece; /* the question that is being answered; NULL: none */
	size_t number; /* which one of its entry is next */
};

/* One of the questions that are asked about each target. */
struct piece_question {
	enum figure_span shows;
	void (*span)(const struct piece *, int count, struct figures_order *);
	int count; /* of what span() counts */
	void (*take)(struct piece *);
	enum {
		ASKS_LONG = 1, /* of what is over: only when that is due */
		ASKS_DAYS = 2,
		ASKS_REASONS = 4
	} asks;
};

/* One question about one target, and what came of it. */
struct piece {
	const struct piece_question *asked;
	struct figure_entry *entry;
	struct computing *with;
	struct figures_question *question;
	struct figures_days days;
	struct arena arena;
	const struct zone *zone; /* of the target's days */
	struct page_figures figures;
	struct text wrong;
};

/* figures_draft.c: into the draft, and whether that is news. */
void draft_begin(struct figure_entry *);
void draft_end(struct figure_entry *, bool is_shown);
void draft_copy_sums(struct figure_window *, const struct page_figures *);
void draft_show_window(struct piece *, enum figure_span, const struct figure_window *);
void draft_copy_day(struct piece *, const struct page_day *, struct figure_day *);
void draft_show_day(struct piece *, size_t at, const struct figure_day *);
void draft_show_incidents(struct piece *);
void draft_show_last(struct piece *);
void draft_show_method(struct piece *);
void entry_release(struct figure_entry *);

/* figures_compute.c: a step of what one entry needs, a millisecond or so. True: it was the last,
 * and all figures of it are shown, so that nobody reads those of two moments; then with another. */
bool entry_step(struct figure_entry *, struct computing *);
/* Lets go of what is half answered: the next step of any entry is its first. */
void entry_stop(struct computing *);
/* figures_course.c: asks for it; the next part of those that were asked for. False: there is
 * nothing to do. */
struct figure_parts course_ask(struct figure_entry *, enum figure_course, int64_t now_us,
			       bool *is_wanted);
bool course_step(struct figure_entry *, struct computing *);
void course_forget(struct figure_entry *);

#endif
