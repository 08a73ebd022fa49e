/* keeper/alert_say: the facts of what is due for one destination, made a letter by core/letter and
 * handed to the outbox. Called by alert_batch.c. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../board/claim.h"
#include "alert_inside.h"
#include "outbox.h"

#define NAMES_BYTES 1000

/* The texts that the facts of one alarm point to. */
struct saying {
	struct text members, affected, cause;
	struct letter_facts facts;
};

static void saying_release(struct saying *s)
{
	text_release(&s->members);
	text_release(&s->affected);
	text_release(&s->cause);
}

static void add_name(struct text *t, const char *name)
{
	if (t->size > NAMES_BYTES)
		return;
	text_puts(t, t->size ? "\n" : "");
	text_puts(t, name);
}

static int64_t wall(const struct keeper *k, int64_t at_us)
{
	return at_us ? keeper_wall_of(k, at_us) : 0;
}

static const char *filled(const char *text)
{
	return text && *text ? text : NULL;
}

/* ---- what it is about ---- */

static void add_services(struct text *t, const struct subject *s)
{
	struct group *const *up = s->check ? s->check->group : s->group ? s->group->parent : NULL;
	size_t ups = s->check ? s->check->groups : s->group ? s->group->parents : 0;

	for (size_t i = 0; i < ups; i++)
		add_name(t, up[i]->name);
}

static void say_check(struct saying *y, const struct subject *s, const struct alarm *a)
{
	const struct check *c = s->check;
	struct letter_facts *f = &y->facts;
	bool is_live =
		c && (a->end_us ? state_passes(c->state) : c->incident.phase != INCIDENT_NONE);

	f->target = filled(s->target);
	f->address = filled(a->address);
	if (!c)
		return;
	f->module = c->module->name;
	if (!is_live)
		return;
	f->steps = filled(text_get(&c->last_steps));
	f->address = filled(c->last_address);
	if (!a->end_us) {
		f->reason = filled(text_get(&c->reason));
		f->step = filled(c->step);
	}
}

static void say_service(struct saying *y, const struct group *g)
{
	struct group_tally tally = group_tally(g);
	struct letter_facts *f = &y->facts;

	f->is_service = true;
	f->is_weighted = g->is_weighted;
	f->of = tally.of;
	f->need = tally.need;
	f->up = tally.up;
	for (size_t i = 0; i < g->checks; i++)
		if (!state_passes(g->check[i]->state) && !subject_is_out(g->check[i]->subject))
			add_name(&y->members, g->check[i]->name);
	for (size_t i = 0; i < g->groups; i++)
		if (!state_passes(g->group[i]->state) && !subject_is_out(g->group[i]->subject))
			add_name(&y->members, g->group[i]->name);
}

static void say_subject(struct saying *y, const struct alarm *a, enum alert_kind kind)
{
	const struct subject *s = a->subject;
	struct letter_facts *f = &y->facts;

	f->name = s->name;
	f->title = filled(s->title);
	f->owner = filled(s->owner);
	f->owners = filled(s->owners);
	f->url = filled(s->url);
	f->next = filled(s->next);
	if (s->is_monitor)
		return;
	if (s->group)
		say_service(y, s->group);
	else
		say_check(y, s, a);
	if (kind == ALERT_NOTE)
		add_services(&y->members, s);
	else
		add_services(&y->affected, s);
	for (size_t i = 0; i < s->child_count; i++)
		add_name(&y->affected, s->child[i]->name);
	for (size_t i = 0; i < s->parent_count; i++)
		if (s->parent[i]->incident)
			add_name(&y->cause, s->parent[i]->name);
	f->members = y->members.at;
	f->affected = y->affected.at;
	f->cause = y->cause.at;
}

/* ---- what happened ---- */

static bool is_burn(const struct alarm *a)
{
	return a->kind == ALARM_BURN_PAGE || a->kind == ALARM_BURN_TICKET;
}

static const char *verdict_of(const struct alarm *a)
{
	const struct subject *s = a->subject;

	bool is_over = a->end_us || is_burn(a); /* then it is not down because of this */

	if (a->end_us && a->is_gone)
		return state_name[STATE_NOT_MONITORED];
	if (is_over && s->check)
		return state_name[s->check->state];
	if (is_over && s->group)
		return state_name[s->group->state];
	return state_name[a->end_us ? STATE_UP : STATE_DOWN];
}

static void say_alarm(struct keeper *k, struct saying *y, const struct watch *w)
{
	const struct alarm *a = w->alarm;
	struct letter_facts *f = &y->facts;

	f->verdict = verdict_of(a);
	f->incident = a->id;
	f->detected_us = wall(k, a->start_us);
	f->confirmed_us = wall(k, a->confirmed_us);
	f->ended_us = wall(k, a->end_us);
	f->diagnosis = filled(a->diagnosis);
	f->gone = a->is_gone ? filled(a->end_reason) : NULL;
	if (!f->reason)
		f->reason = filled(a->reason);
	if (!f->step)
		f->step = filled(a->step);
	for (int n = 0; n < w->count; n++)
		f->told += w->told[n]->kind == ALERT_ALERT;
	f->changes = flap_changes(&a->subject->flap);
	f->change_percent = (double)flap_permille(&a->subject->flap) / 10;
}

static enum letter_form form_of(const struct alarm *a, enum alert_kind kind)
{
	bool is_end = kind == ALERT_RECOVERY;

	if (a->kind == ALARM_TROUBLE)
		return is_end ? LETTER_FORM_MONITOR_OVER : LETTER_FORM_MONITOR;
	if (a->kind == ALARM_FLAPPING)
		return is_end ? LETTER_FORM_STEADY : LETTER_FORM_FLAPPING;
	if (is_burn(a))
		return is_end ? LETTER_FORM_BURNING_OVER : LETTER_FORM_BURNING;
	return is_end			? LETTER_FORM_RECOVERY
	       : kind == ALERT_NOTE	? LETTER_FORM_NOTE
					: LETTER_FORM_ALERT;
}

static void say_reader(struct keeper *k, struct letter_facts *f, const struct route *r)
{
	f->contact = r->contact->name;
	f->to = r->to;
	f->zone = r->contact->zone;
	f->location = k->own_location;
	f->now_us = k->wall_us;
}

static void say_numbers(struct keeper *k, struct letter_facts *f, const struct watch *w,
			enum alert_kind kind)
{
	const struct alert_path *rule = &w->route->rule;

	if (kind != ALERT_ALERT || w->alarm->kind != ALARM_INCIDENT)
		return;
	f->number = f->told + 1;
	f->cap = rule->cap;
	if (rule->repeat_us && f->number < f->cap)
		f->next_us = k->wall_us + rule->repeat_us;
}

/* ---- one letter ---- */

static void hand_over(struct keeper *k, struct route *r, enum alert_kind kind,
		      const struct letter_facts *f, const struct letter_said *said,
		      const struct text *incidents, struct told *t)
{
	struct text words = {0};
	struct letter_new new = {
		.kind = letter_form_kind(f->form),
		.of = alert_kind_name[kind],
		.contact = r->contact->name,
		.to = r->to,
		.incidents = text_get(incidents),
		.check = f->name ? f->name : "",
		.subject = text_get(&said->subject),
		.text = text_get(&said->text),
		.brief = text_get(&said->brief),
		.created_us = k->wall_us,
		.expires_us = r->expires_us ? k->wall_us + r->expires_us : 0,
		.words = &words,
	};

	letter_add_words(&words, f);
	outbox_add(k, &new, t->id, sizeof t->id);
	text_release(&words);
}

/* The first watches of the queue have been told by this letter. */
static void attach(struct keeper *k, struct route *r, enum alert_kind kind, struct told *t,
		   size_t count)
{
	struct watch *w = r->queue[kind].first;

	t->kind = kind;
	t->outcome = ALERT_WAITING;
	t->created_us = k->now_us;
	map_put_text(&k->alerts->told, t->id, t);
	for (; count && w; count--, w = w->next)
		alarm_watch_add(w, t);
}

static void add_incidents(struct text *ids, const struct queue *q, size_t count)
{
	for (const struct watch *w = q->first; w && count; w = w->next, count--) {
		text_puts(ids, ids->size ? "\n" : "");
		text_puts(ids, w->alarm->id);
	}
}

static size_t finish(struct keeper *k, struct route *r, enum alert_kind kind,
		     const struct letter_facts *f, const struct letter_said *said, size_t count)
{
	struct told *t = memory_new(sizeof *t);
	struct text ids = {0};

	add_incidents(&ids, &r->queue[kind], count);
	hand_over(k, r, kind, f, said, &ids, t);
	attach(k, r, kind, t, count);
	text_release(&ids);
	return count;
}

static size_t say_one(struct keeper *k, struct route *r, enum alert_kind kind)
{
	const struct watch *w = r->queue[kind].first;
	struct letter_said said = {0};
	struct saying y = {0};

	y.facts.form = form_of(w->alarm, kind);
	say_reader(k, &y.facts, r);
	say_subject(&y, w->alarm, kind);
	y.facts.owner = filled(owner_of(k->board, y.facts.name, y.facts.owner));
	say_alarm(k, &y, w);
	say_numbers(k, &y.facts, w, kind);
	letter_say(&y.facts, &k->alerts->templates, &said);
	finish(k, r, kind, &y.facts, &said, 1);
	letter_said_release(&said);
	saying_release(&y);
	return 1;
}

static struct letter_item item_of(struct keeper *k, const struct watch *w)
{
	const struct alarm *a = w->alarm;
	const struct subject *s = a->subject;
	const char *live = s->check && !a->end_us ? text_get(&s->check->reason) : "";

	return (struct letter_item){
		.name = s->name,
		.title = filled(s->title),
		.state = a->end_us                   ? verdict_of(a)
			 : a->kind == ALARM_FLAPPING ? "flapping"
			 : is_burn(a)                ? "burning"
						     : verdict_of(a),
		.reason = filled(*live ? live : a->reason),
		.since_us = wall(k, a->start_us),
		.ended_us = wall(k, a->end_us),
		.incident = a->id,
	};
}

static size_t say_many(struct keeper *k, struct route *r, enum alert_kind kind)
{
	const struct queue *q = &r->queue[kind];
	size_t count = q->count < LETTER_ITEMS ? q->count : LETTER_ITEMS, n = 0, told;
	struct letter_item *item = memory_new(count * sizeof *item);
	struct letter_said said = {0};
	struct letter_facts f = {.form = LETTER_FORM_SUMMARY, .item = item};

	say_reader(k, &f, r);
	for (const struct watch *w = q->first; w && n < count; w = w->next) {
		item[n++] = item_of(k, w);
		if (!f.detected_us || item[n - 1].since_us < f.detected_us)
			f.detected_us = item[n - 1].since_us;
	}
	f.items = n;
	letter_say(&f, &k->alerts->templates, &said);
	told = said.items && said.items < n ? said.items : n;
	finish(k, r, kind, &f, &said, told);
	letter_said_release(&said);
	free(item);
	return told;
}

size_t say_letter(struct keeper *k, struct route *r, enum alert_kind kind)
{
	return r->queue[kind].count > 1 ? say_many(k, r, kind) : say_one(k, r, kind);
}

void letter_withdraw(struct keeper *k, struct told *t, const char *reason)
{
	t->outcome = ALERT_WITHDRAWN;
	t->ended_us = k->now_us;
	outbox_withdraw(k, t->id, reason);
}
