/* keeper/alert: the alarms, and what each destination was told of them. See alert.h. */
#include "alert_inside.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define DEPTH 16 /* of services within services */

void set_text_of(char **to, const char *text)
{
	char *copy = text ? memory_text(text) : NULL;

	free(*to);
	*to = copy;
}

/* ---- letters told ---- */

struct told *told_get(struct keeper *k, const char *id)
{
	struct told *t = map_find_text(&k->alerts->told, id);

	if (t)
		return t;
	t = memory_new(sizeof *t);
	keeper_copy(t->id, sizeof t->id, id);
	map_put_text(&k->alerts->told, t->id, t);
	return t;
}

static void told_release(struct keeper *k, struct told *t, const struct watch *w)
{
	size_t i = 0;

	while (i < t->uses && t->holder[i] != w)
		i++;
	if (i < t->uses)
		t->holder[i] = t->holder[--t->uses];
	if (t->uses)
		return;
	map_take_text(&k->alerts->told, t->id);
	free(t->holder);
	free(t);
}

void alarm_watch_add(struct watch *w, struct told *t)
{
	if (w->count == ALERT_LETTERS)
		return;
	w->told = memory_resize(w->told, (w->count + 1u) * sizeof *w->told);
	w->told[w->count++] = t;
	if (!(t->uses & (t->uses - 1))) /* doubles at powers of two */
		t->holder = memory_resize(t->holder,
					  (t->uses ? 2 * t->uses : 1) * sizeof *t->holder);
	t->holder[t->uses++] = w;
}

/* Every alarm that somebody was told of by this letter is looked at. */
static void touch_holders(struct keeper *k, const struct told *t)
{
	for (size_t i = 0; i < t->uses; i++)
		alarm_watch_touch(k, t->holder[i]);
}

void alert_letter_is(struct keeper *k, const char *id, enum alert_outcome outcome,
		     int64_t at_wall_us)
{
	struct told *t = map_find_text(&k->alerts->told, id);

	if (!t)
		test_letter_is(k, id, outcome);
	if (!t || t->outcome == ALERT_WITHDRAWN)
		return;
	t->outcome = outcome;
	t->ended_us = outcome > ALERT_FLYING ? at_wall_us - k->offset_us : 0;
	touch_holders(k, t);
}

/* A letter that waits is withdrawn once none of the alarms it tells of wants it any more: it may
 * tell of many. Until then it counts as on its way. */
static bool is_wanted(const struct told *t)
{
	for (size_t i = 0; i < t->uses; i++)
		if (!t->holder[i]->alarm->end_us && !t->holder[i]->alarm->acked_by)
			return true;
	return false;
}

static void drop_withdrawn(struct keeper *k, struct watch *w)
{
	int kept = 0;

	for (int n = 0; n < w->count; n++) {
		if (w->told[n]->outcome == ALERT_WITHDRAWN)
			told_release(k, w->told[n], w);
		else
			w->told[kept++] = w->told[n];
	}
	w->count = (uint8_t)kept;
}

/* True when something was withdrawn. */
static bool withdraw(struct keeper *k, struct watch *w, uint32_t bits)
{
	bool any = false;

	for (int n = 0; n < w->count; n++) {
		struct told *t = w->told[n];

		if (!(bits >> n & 1) || t->outcome != ALERT_WAITING ||
		    (t->uses > 1 && is_wanted(t)))
			continue;
		letter_withdraw(k, t,
				w->alarm->end_us     ? "it recovered before this was delivered"
				: w->alarm->acked_by ? "acknowledged before this was delivered"
						     : "silenced before this was delivered");
		if (t->uses > 1)
			touch_holders(k, t);
		any = true;
	}
	drop_withdrawn(k, w);
	return any;
}

/* ---- what the rules are told ---- */

static bool is_in_maintenance(const struct subject *s, int depth)
{
	const struct group *const *up = (const struct group *const *)(s->check ? s->check->group
							      : s->group ? s->group->parent
									 : NULL);
	size_t ups = s->check ? s->check->groups : s->group ? s->group->parents : 0;

	if (s->maintenance > 0)
		return true;
	for (size_t i = 0; i < ups && depth; i++)
		if (is_in_maintenance(up[i]->subject, depth - 1))
			return true;
	return false;
}

bool subject_is_in_maintenance(const struct keeper *k, const struct subject *s)
{
	return k->alerts->everything.maintenance > 0 || is_in_maintenance(s, DEPTH);
}

static int64_t counted_from(const struct subject *s, int depth)
{
	const struct group *const *up = (const struct group *const *)(s->check ? s->check->group
							      : s->group ? s->group->parent
									 : NULL);
	size_t ups = s->check ? s->check->groups : s->group ? s->group->parents : 0;
	int64_t most_us = s->counted_us, us;

	for (size_t i = 0; i < ups && depth; i++) {
		us = counted_from(up[i]->subject, depth - 1);
		most_us = us > most_us ? us : most_us;
	}
	return most_us;
}

static int64_t counted(const struct keeper *k, const struct subject *s)
{
	int64_t all_us = k->alerts->everything.counted_us, us = counted_from(s, DEPTH);

	return us > all_us ? us : all_us;
}

/* A parent fails, confirmed or not. One that is itself held back by its parents fails too, so one
 * hop is enough. */
static bool has_failing_parent(const struct subject *s)
{
	for (size_t i = 0; i < s->parent_count; i++)
		if (s->parent[i]->incident)
			return true;
	return false;
}

/* What the record says may be over; one probe tells. */
static bool is_stale(const struct subject *s)
{
	const struct group *g = s->group;

	if (s->incident && s->incident->is_stale)
		return true;
	for (size_t i = 0; g && i < g->checks; i++)
		if (is_stale(g->check[i]->subject))
			return true;
	return false;
}

static void freshen(struct keeper *k, const struct check *c)
{
	struct alarm *a = c->subject->incident;

	if (!a || !a->is_stale)
		return;
	a->is_stale = false;
	alarm_touch(k, a);
	for (size_t i = 0; i < c->groups; i++)
		subject_touch(k, c->group[i]->subject);
}

bool alarm_is_held(const struct keeper *k, const struct alarm *a)
{
	const struct subject *s = a->subject;

	if (s->is_monitor)
		return false;
	return s->is_muted || k->window.is_on || subject_is_in_maintenance(k, s) ||
	       (a->kind == ALARM_INCIDENT && s->flapping) || has_failing_parent(s) ||
	       (a->kind == ALARM_INCIDENT && is_stale(s));
}

static struct alert_incident incident_of(struct keeper *k, const struct watch *w)
{
	const struct alarm *a = w->alarm;
	const struct subject *s = a->subject;
	bool is_note = !s->is_monitor && subject_is_note_for(w->route->contact, s);

	return (struct alert_incident){
		.start_us = a->start_us,
		.confirmed_us = a->confirmed_us,
		.end_us = a->end_us,
		.counted_us = a->kind == ALARM_INCIDENT ? counted(k, s) : 0,
		.not_before_us = subject_silence(s, k->now_us),
		.again_us = subject_again(s),
		.is_note = is_note,
		.is_once = a->kind != ALARM_INCIDENT,
		.is_held = alarm_is_held(k, a) ||
			   (is_note && subject_is_covered_for(w->route->contact, s)),
		.is_stopped = a->acked_by != NULL,
	};
}

static size_t letters_of(const struct watch *w, struct alert_letter *to)
{
	for (int n = 0; n < w->count; n++) {
		const struct told *t = w->told[n];
		bool is_shared = t->outcome == ALERT_WAITING && t->uses > 1 && is_wanted(t);

		to[n] = (struct alert_letter){t->kind, is_shared ? ALERT_FLYING : t->outcome,
					      t->created_us, t->ended_us};
	}
	return w->count;
}

static bool takes(const struct watch *w, enum alert_kind kind)
{
	return w->alarm->subject->is_monitor ? w->route->takes_monitor || kind == ALERT_NOTHING
					     : w->route->takes[kind];
}

struct alert_due alarm_watch_look(struct keeper *k, const struct watch *w)
{
	struct alert_letter letter[ALERT_LETTERS];
	struct alert_incident i = incident_of(k, w);
	size_t letters = letters_of(w, letter);
	struct alert_due d =
		alert_look(&w->route->rule, &i, letter, letters, k->now_us, k->offset_us);

	if (!takes(w, d.kind)) {
		d.is_over |= d.kind == ALERT_RECOVERY;
		d.kind = ALERT_NOTHING;
	}
	return d;
}

static bool is_told_any(const struct watch *w)
{
	for (int n = 0; n < w->count; n++)
		if (w->told[n]->kind != ALERT_RECOVERY)
			return true;
	return false;
}

/* ---- looking ---- */

static void count_watch(struct keeper *k, struct watch *w, bool may_join, bool may_recover)
{
	if (w->may_join == may_join && w->may_recover == may_recover)
		return;
	w->route->may_join += (size_t)may_join - (size_t)w->may_join;
	w->route->may_recover += (size_t)may_recover - (size_t)w->may_recover;
	w->may_join = may_join;
	w->may_recover = may_recover;
	batch_arm(k, w->route); /* it may wait for nobody any more */
}

static struct alert_due look_at_watch(struct keeper *k, struct watch *w)
{
	struct alert_due d = alarm_watch_look(k, w);
	bool is_open = !w->alarm->end_us, is_told = is_told_any(w);

	if (d.withdraw && withdraw(k, w, d.withdraw))
		d = alarm_watch_look(k, w);
	count_watch(k, w,
		    is_open && !is_told && !w->alarm->acked_by && !alarm_is_held(k, w->alarm) &&
			    (!w->alarm->confirmed_us || d.next_us != ALERT_NEVER || d.kind),
		    is_told && (is_open || d.kind == ALERT_RECOVERY));
	if (d.kind == ALERT_NOTHING)
		batch_remove(k, w);
	else
		batch_add(k, w, d.kind);
	return d;
}

static struct watch *watch_new(struct keeper *k, struct alarm *a, struct route *r)
{
	struct watch *w = memory_new(sizeof *w);

	w->alarm = a;
	w->route = r;
	past_attach(k, w);
	return w;
}

static void watch_free(struct keeper *k, struct watch *w)
{
	batch_remove(k, w);
	count_watch(k, w, false, false);
	for (int n = 0; n < w->count; n++)
		told_release(k, w->told[n], w);
	free(w->told);
	free(w);
}

static struct watch *take_watch(struct alarm *a, const struct route *r)
{
	struct watch *w;

	for (size_t i = 0; i < a->watches; i++)
		if (a->watch[i] && a->watch[i]->route == r) {
			w = a->watch[i];
			a->watch[i] = NULL;
			return w;
		}
	return NULL;
}

/* A service that cannot do without a member says nothing of incidents: the member's own alert does.
 */
static bool speaks(const struct alarm *a)
{
	return a->kind != ALARM_INCIDENT || !a->subject->group ||
	       group_is_redundant(a->subject->group);
}

/* The paths are others than when it was last looked at. */
void alarm_follow_routes(struct keeper *k, struct alarm *a)
{
	struct subject *s = a->subject;
	size_t count = speaks(a) ? s->routes : 0;
	struct watch **watch = memory_new((count + 1) * sizeof *watch);

	for (size_t i = 0; i < count; i++) {
		watch[i] = take_watch(a, s->route[i]);
		if (!watch[i])
			watch[i] = watch_new(k, a, s->route[i]);
	}
	for (size_t i = 0; i < a->watches; i++)
		if (a->watch[i])
			watch_free(k, a->watch[i]);
	free(a->watch);
	a->watch = watch;
	a->watches = count;
	a->generation = k->alerts->generation;
}

static void alarm_free(struct keeper *k, struct alarm *a)
{
	schedule_stop(&k->schedule, &a->entry);
	for (size_t i = 0; i < a->watches; i++)
		watch_free(k, a->watch[i]);
	map_take_text(&k->alerts->alarms, a->id);
	a->subject->alarms--;
	*(a->prev ? &a->prev->next : &k->alerts->first) = a->next;
	if (a->next)
		a->next->prev = a->prev;
	free(a->watch);
	free(a->acked_by);
	free(a->acked_why);
	free(a->reason);
	free(a->end_reason);
	free(a->diagnosis);
	free(a);
}

static void look_again(struct keeper *k, struct watch *w)
{
	struct alert_due d = look_at_watch(k, w);

	w->is_touched = false;
	w->is_over = d.is_over && d.kind == ALERT_NOTHING;
	w->next_us = d.next_us;
}

static void look(struct keeper *k, struct alarm *a)
{
	int64_t next_us = ALERT_NEVER;
	bool is_over = a->end_us != 0, all = a->is_touched;

	a->is_touched = false;
	if (a->generation != k->alerts->generation)
		alarm_follow_routes(k, a);
	for (size_t i = 0; i < a->watches; i++) {
		struct watch *w = a->watch[i];

		if (all || w->is_touched || w->next_us <= k->now_us)
			look_again(k, w);
		is_over &= w->is_over;
		next_us = w->next_us < next_us ? w->next_us : next_us;
	}
	for (size_t i = 0; i < a->watches; i++)
		if (a->watch[i]->is_touched) /* meanwhile, by another one's letter */
			next_us = k->now_us;
	if (a->is_touched)
		next_us = k->now_us;
	if ((is_over && next_us > k->now_us) || a->is_cancelled)
		alarm_free(k, a);
	else if (next_us != ALERT_NEVER)
		schedule_set(&k->schedule, &a->entry, next_us);
	else
		schedule_stop(&k->schedule, &a->entry);
}

void alert_is_due(struct keeper *k, struct schedule_entry *e)
{
	look(k, (struct alarm *)e);
}

/* ---- what happens ---- */

void alarm_watch_touch(struct keeper *k, struct watch *w)
{
	w->is_touched = true;
	schedule_set(&k->schedule, &w->alarm->entry, k->now_us);
}

void alarm_touch(struct keeper *k, struct alarm *a)
{
	a->is_touched = true;
	schedule_set(&k->schedule, &a->entry, k->now_us);
}

void subject_touch(struct keeper *k, const struct subject *s)
{
	if (s->incident)
		alarm_touch(k, s->incident);
	if (s->flapping)
		alarm_touch(k, s->flapping);
	for (int i = 0; i < BURN_LEVELS; i++)
		if (s->burning[i])
			alarm_touch(k, s->burning[i]);
}

static void each_deep(struct keeper *k, struct subject *s,
		      void (*each)(struct keeper *, struct subject *, void *), void *with,
		      int depth)
{
	const struct group *g = s->group;

	each(k, s, with);
	for (size_t i = 0; g && depth && i < g->checks; i++)
		each(k, g->check[i]->subject, with);
	for (size_t i = 0; g && depth && i < g->groups; i++)
		each_deep(k, g->group[i]->subject, each, with, depth - 1);
}

void subject_each(struct keeper *k, struct subject *s,
		  void (*each)(struct keeper *, struct subject *, void *), void *with)
{
	each_deep(k, s, each, with, DEPTH);
}

static void touch_one(struct keeper *k, struct subject *s, void *with)
{
	(void)with;
	subject_touch(k, s);
}

void subject_touch_deep(struct keeper *k, const struct subject *s)
{
	subject_each(k, (struct subject *)s, touch_one, NULL);
}

/* A check that is about to be spoken of is asked again soon: a parent of one that fails, and who
 * failed behind a parent that came back. Spread out, as they may be thousands. */
static void ask_again(struct keeper *k, struct subject *s, void *with)
{
	struct check *c = s->check;
	int64_t within_us = *(const int64_t *)with;

	if (!c || c->is_passive || c->is_paused || c->recheck_at_us || c->cycles || c->rounds ||
	    k->now_us - c->last_ended_us < 10 * KEEPER_SECOND)
		return;
	if (within_us)
		within_us = (int64_t)(c->hash % (uint64_t)within_us);
	check_recheck(k, c, k->now_us + within_us - c->recheck_us);
}

static void ask_parents(struct keeper *k, const struct subject *s)
{
	int64_t at_once = 0;

	for (size_t i = 0; i < s->parent_count; i++)
		if (!s->parent[i]->incident)
			subject_each(k, s->parent[i], ask_again, &at_once);
}

static void tell_children(struct keeper *k, struct subject *s, bool has_ended)
{
	int64_t soon_us = ALERT_SETTLE_US / 2;

	for (size_t i = 0; i < s->child_count; i++) {
		struct subject *child = s->child[i];

		if (has_ended)
			child->counted_us = k->now_us;
		if (has_ended && child->incident)
			ask_again(k, child, &soon_us);
		subject_touch_deep(k, child);
	}
}

struct alarm **alarm_place(struct subject *s, enum alarm_kind kind)
{
	return kind == ALARM_FLAPPING      ? &s->flapping
	       : kind == ALARM_BURN_PAGE   ? &s->burning[BURN_PAGE]
	       : kind == ALARM_BURN_TICKET ? &s->burning[BURN_TICKET]
					   : &s->incident;
}

struct alarm *alarm_begin(struct keeper *k, struct subject *s, enum alarm_kind kind, const char *id,
			  int64_t start_us)
{
	struct alerts *all = k->alerts;
	struct alarm *a = memory_new(sizeof *a);

	a->entry.kind = DUE_ALARM;
	s->alarms++;
	a->kind = kind;
	a->subject = s;
	a->start_us = start_us ? start_us : 1;
	keeper_copy(a->id, sizeof a->id, id);
	a->next = all->first;
	if (a->next)
		a->next->prev = a;
	all->first = a;
	map_put_text(&all->alarms, a->id, a);
	*alarm_place(s, kind) = a;
	alarm_follow_routes(k, a);
	alarm_touch(k, a);
	return a;
}

void alarm_end(struct keeper *k, struct alarm *a, int64_t at_us, const char *reason)
{
	struct alarm **place = alarm_place(a->subject, a->kind);

	a->end_us = at_us ? at_us : k->now_us;
	set_text_of(&a->end_reason, reason);
	if (*place == a)
		*place = NULL;
	alarm_touch(k, a);
}

/* The services it is in may stand or fall by it: who was to be told a note may be told more. */
static void touch_members(struct keeper *k, const struct subject *s)
{
	if (s->group)
		subject_touch_deep(k, s);
}

static void take_words(struct alarm *a, const struct alert_event *e)
{
	set_text_of(&a->reason, e->reason ? e->reason : "");
	keeper_copy(a->step, sizeof a->step, e->step ? e->step : "");
	keeper_copy(a->address, sizeof a->address, e->address ? e->address : "");
}

static void begin(struct keeper *k, struct subject *s, const struct alert_event *e)
{
	struct alarm *a = alarm_begin(k, s, ALARM_INCIDENT, e->incident->id, e->incident->start_us);

	take_words(a, e);
	ask_parents(k, s);
	tell_children(k, s, false);
}

static void end(struct keeper *k, struct alarm *a, const struct alert_event *e)
{
	struct subject *s = a->subject;
	bool has_recovered = !strcmp(e->event, "closed");

	a->is_cancelled = !has_recovered;
	a->is_gone = e->is_gone;
	alarm_end(k, a, k->now_us, e->reason);
	if (has_recovered && !e->is_gone)
		standing_clear(k, s);
	tell_children(k, s, true);
}

void alert_incident(struct keeper *k, const struct alert_event *e)
{
	struct alarm *a = map_find_text(&k->alerts->alarms, e->incident->id);
	struct subject *s = a ? a->subject : subject_get(k, e->name);

	if (!a) {
		begin(k, s, e);
		a = s->incident;
	}
	if (!strcmp(e->event, "confirmed")) {
		a->confirmed_us = k->now_us;
		take_words(a, e);
		alarm_touch(k, a);
	} else if (strcmp(e->event, "open") != 0) {
		end(k, a, e);
	}
	touch_members(k, s);
}

static void follow_flapping(struct keeper *k, struct subject *s, int64_t at_us)
{
	char id[24];
	struct alarm *a = s->flapping;

	if (s->flap.is_on && !a) {
		keeper_stamp(k, id, sizeof id);
		a = alarm_begin(k, s, ALARM_FLAPPING, id, flap_since_us(&s->flap));
		a->confirmed_us = k->now_us;
		standing_tell_span(k, a, "begin");
	} else if (!s->flap.is_on && a) {
		alarm_end(k, a, at_us, "");
		standing_tell_span(k, a, "end");
	}
	subject_touch(k, s);
}

void alert_fetch(const struct check *c)
{
	const struct subject *s = c->subject;

	if (!s)
		return;
	__builtin_prefetch(&s->is_muted);
	__builtin_prefetch(&s->incident);
	__builtin_prefetch(&s->flap, 1);
	__builtin_prefetch(&s->pause);
}

void alert_result(struct keeper *k, const struct check *c, bool passed, int64_t at_us)
{
	struct subject *s = c->subject;

	if (!s)
		return;
	freshen(k, c);
	if (flap_add(&s->flap, &s->flap_policy, passed, at_us))
		follow_flapping(k, s, at_us);
}

void alert_diagnosis(struct keeper *k, const char *incident, const char *text)
{
	struct alarm *a = map_find_text(&k->alerts->alarms, incident);
	char cut[ALERT_DIAGNOSIS_BYTES];

	if (!a)
		return;
	keeper_copy(cut, sizeof cut, text);
	set_text_of(&a->diagnosis, cut);
}

void alert_touch_all(struct keeper *k)
{
	for (struct alarm *a = k->alerts->first; a; a = a->next)
		alarm_touch(k, a);
}

void alert_maintenance(struct keeper *k, const char *name, bool is_on, int64_t at_us)
{
	struct subject *s = *name ? subject_get(k, name) : &k->alerts->everything;

	if (is_on)
		s->maintenance++;
	else if (s->maintenance)
		s->maintenance--;
	if (!is_on && at_us > s->counted_us)
		s->counted_us = at_us;
	if (*name)
		subject_touch_deep(k, s);
	else
		alert_touch_all(k);
}

/* ---- all of it ---- */

struct alerts *alerts_new(void)
{
	return memory_new(sizeof(struct alerts));
}

void alerts_free(struct keeper *k)
{
	while (k->alerts->first)
		alarm_free(k, k->alerts->first);
	past_release(k);
	text_release(&k->alerts->past_standing);
	text_release(&k->alerts->past_incidents);
	subject_release_all(k);
	map_release(&k->alerts->alarms);
	map_release(&k->alerts->told);
	letter_templates_release(&k->alerts->templates);
	free(k->alerts);
}

void alert_watch(struct keeper *k)
{
	standing_watch(k);
	trouble_watch(k);
	test_watch(k);
	burn_watch(k);
}

void alert_shift(struct keeper *k, int64_t by_us)
{
	struct subject *s;
	struct told *t;
	size_t at = 0;

	burn_slept(k, by_us);
	for (struct alarm *a = k->alerts->first; a; a = a->next) {
		a->start_us -= by_us;
		a->confirmed_us -= a->confirmed_us ? by_us : 0;
		a->end_us -= a->end_us ? by_us : 0;
		alarm_touch(k, a);
	}
	while ((t = map_next(&k->alerts->told, &at))) {
		t->created_us -= by_us;
		t->ended_us -= by_us;
	}
	for (at = 0; (s = map_next(&k->alerts->subjects, &at));) {
		s->again_us -= s->again_us ? by_us : 0;
		s->counted_us -= s->counted_us ? by_us : 0;
		s->silence.at_us -= by_us;
		s->silence.until_us -= s->silence.until_us ? by_us : 0;
	}
}
