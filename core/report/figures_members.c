/* report/figures_members: what the record has of the members that failed when an incident of a
 * service began: step, reason and diagnosis of each, in the words of that time. Of nested services
 * it is those that failed within what failed. See figures_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "figures_inside.h"

#define NAMED	    8    /* members of an incident that are told of */
#define FOUND_BYTES 1024 /* of one member's diagnosis */

/* A check or service below the one that was asked for. */
struct member {
	const char *name;
	const struct track *track, *of; /* its own, and that of the service */
	size_t place;			/* among the members of that */
	const struct member *above;	/* that service; NULL: the one asked for */
};

/* Of one incident, while members are gone through. */
struct story {
	struct text step, found;
	const char *last; /* the member that was told of last */
	size_t members;
};

struct figures_members {
	struct member **check; /* in order of name, so that one in two services stands together */
	size_t checks, room;
	struct story *story; /* of each incident */
	size_t stories;
};

static void gather(struct figures_question *q, const struct track *of, const struct member *above)
{
	struct figures_members *all = q->members;

	for (size_t i = 0; i < of->members; i++) {
		struct member *m = figures_room(q, 1, sizeof *m);

		if (!m)
			return;
		*m = (struct member){of->member[i], &of->part[i], of, i, above};
		if (m->track->is_service) {
			gather(q, m->track, m);
			continue;
		}
		if (all->checks == all->room) {
			all->room = all->room ? all->room * 2 : 16;
			all->check = memory_resize(all->check, all->room * sizeof *all->check);
		}
		all->check[all->checks++] = m;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct member *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void begin(struct figures_question *q)
{
	struct figures_members *all = memory_new(sizeof *all);

	q->members = all;
	gather(q, &q->track, NULL);
	if (all->checks)
		qsort(all->check, all->checks, sizeof(struct member *), by_name);
	all->stories = q->into->incident_count;
	all->story = memory_new((all->stories + 1) * sizeof *all->story);
}

void figures_members_free(struct figures_members *all)
{
	for (size_t i = 0; all && i < all->stories; i++) {
		text_release(&all->story[i].step);
		text_release(&all->story[i].found);
	}
	if (all) {
		free(all->story);
		free(all->check);
	}
	free(all);
}

/* ---- one member ---- */

struct telling {
	const struct member *member;
	const struct page_incident *list;
	struct story *story;
	size_t incidents, at;
};

static bool was_member(const struct member *m, int64_t at_us)
{
	const struct track_makeup *then = m->of->makeup;
	size_t i = 0;

	while (then->to_us <= at_us)
		then++;
	while (i < then->members && then->place[i] != m->place)
		i++;
	return i < then->members;
}

static bool has_failed(const struct member *m, int64_t at_us)
{
	for (; m; m = m->above)
		if (!figures_is_failing(m->track, at_us) || !was_member(m, at_us))
			return false;
	return true;
}

/* Whole lines, as many as there is room for. */
static void add_found(struct text *t, const char *lines)
{
	size_t room = FOUND_BYTES, n;

	for (; *lines && (n = strcspn(lines, "\n")) < room; room -= n + 1) {
		text_puts(t, "\n");
		text_add(t, lines, n);
		lines += n + (lines[n] == '\n');
	}
}

static void tell(struct story *s, const char *name, const struct read_incident *r)
{
	s->last = name;
	if (s->members++ >= NAMED)
		return;
	if (*r->step && !text_lists(text_get(&s->step), r->step))
		text_printf(&s->step, "%s%s", s->step.size ? "\n" : "", r->step);
	text_printf(&s->found, "%s'%s': %s%s%s", s->found.size ? "\n" : "", name, r->step,
		    *r->step && *r->reason ? ": " : "", r->reason);
	add_found(&s->found, r->diagnosis);
}

/* As take_reason() of a check's own: the first that overlaps the incident. */
static bool take_story(const struct read_incident *r, void *with)
{
	struct telling *t = with;

	while (t->at < t->incidents && t->list[t->at].to_us >= 0 &&
	       t->list[t->at].to_us <= r->start_us)
		t->at++;
	if (!*r->step && !*r->reason && !*r->diagnosis)
		return true;
	for (size_t i = t->at; i < t->incidents && t->list[i].from_us < r->end_us; i++) {
		struct story *s = &t->story[i];

		if ((!s->last || strcmp(s->last, t->member->name) != 0) &&
		    has_failed(t->member, t->list[i].from_us))
			tell(s, t->member->name, r);
	}
	return true;
}

static bool has_part(const struct figures_question *q, const struct member *m)
{
	for (size_t i = 0; i < q->into->incident_count; i++)
		if (has_failed(m, q->incident[i].from_us))
			return true;
	return false;
}

static bool read_stories(struct figures_question *q, const struct member *m)
{
	struct telling t = {m, q->incident, q->members->story, q->members->stories, 0};

	if (!has_part(q, m) ||
	    read_incidents(q->source->read, m->name, t.list[0].from_us, q->order.to_us,
			   take_story, &t))
		return true;
	text_puts(q->wrong, read_wrong(q->source->read));
	return false;
}

static const char *keep_steps(struct figures_question *q, const char *lines)
{
	struct text one = {0}, all = {0};
	const char *kept;

	while (text_next_line(&lines, &one))
		text_printf(&all, "%s%s", all.size ? ", " : "", text_get(&one));
	kept = figures_keep(q, text_get(&all));
	text_release(&all);
	return kept;
}

static void keep(struct figures_question *q)
{
	for (size_t i = 0; i < q->members->stories; i++) {
		struct story *s = &q->members->story[i];

		if (s->members > NAMED)
			text_printf(&s->found, "\nand %zu more", s->members - NAMED);
		if (s->step.size)
			q->incident[i].step = keep_steps(q, text_get(&s->step));
		if (s->found.size)
			q->incident[i].diagnosis = figures_keep(q, text_get(&s->found));
	}
}

enum figures_step figures_take_members(struct figures_question *q)
{
	if (!q->into->incident_count)
		return FIGURES_DONE;
	if (!q->members) {
		begin(q);
		return FIGURES_MORE;
	}
	if (q->at < q->members->checks)
		return read_stories(q, q->members->check[q->at++]) ? FIGURES_MORE : FIGURES_FAILED;
	keep(q);
	return FIGURES_DONE;
}
