/* keeper/alert_resume: what the record says of letters and incidents, for a keeper that goes on
 * where another ended. It comes before the first configuration and is kept until its alarms and
 * paths are there. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert_inside.h"

/* Letters by incident, contact and destination. */
struct past {
	struct past *next;
	struct told *told;
};

static void add_key(struct text *t, const char *incident, const char *contact, const char *to)
{
	text_clear(t);
	text_puts(t, incident);
	text_putc(t, '\n');
	text_puts(t, contact);
	text_putc(t, '\n');
	text_puts(t, to);
}

struct arrival {
	struct keeper *k;
	const struct line *line;
	struct told *told;
	struct text key;
};

/* `to` are its ways, the path's own first. */
static void keep_one(const char *incident, void *with)
{
	struct arrival *n = with;
	struct past *p = memory_new(sizeof *p), *first;
	const char *to = line_get(n->line, "to");
	struct text own = {0};

	p->told = n->told;
	text_add(&own, to, strcspn(to, "\n"));
	add_key(&n->key, incident, line_get(n->line, "contact"), own.at);
	text_release(&own);
	first = map_find_text(&n->k->alerts->past, n->key.at);
	if (first) { /* behind it: the map has the oldest */
		while (first->next)
			first = first->next;
		first->next = p;
	} else {
		map_put_text(&n->k->alerts->past, n->key.at, p);
	}
}

static const struct {
	const char *word;
	enum alert_outcome outcome;
} outcome[] = {
	{"delivered", ALERT_DELIVERED}, {"gave-up", ALERT_LOST},	{"expired", ALERT_LOST},
	{"withdrawn", ALERT_WITHDRAWN},
};

/* One that was to wait still at this time does so; else it may have been handed out by the keeper
 * before us, and nobody knows what became of it until it is tried again. */
static enum alert_outcome outcome_of(const struct keeper *k, const struct line *l)
{
	const char *word = line_get(l, "outcome");

	for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++)
		if (!strcmp(outcome[i].word, word))
			return outcome[i].outcome;
	return line_int(l, "next_us", 0) > k->wall_us ? ALERT_WAITING : ALERT_FLYING;
}

static enum alert_kind kind_of(const struct line *l)
{
	const char *word = *line_get(l, "of") ? line_get(l, "of") : line_get(l, "kind");

	for (int i = ALERT_ALERT; i < ALERT_KINDS; i++)
		if (!strcmp(alert_kind_name[i], word))
			return (enum alert_kind)i;
	return ALERT_NOTHING;
}

void alert_resume_letter(struct keeper *k, const struct line *l)
{
	struct arrival n = {.k = k, .line = l};
	enum alert_outcome became = outcome_of(k, l);
	enum alert_kind kind = kind_of(l);
	int64_t created_us = line_int(l, "created_us", 0);

	if (kind == ALERT_NOTHING || became == ALERT_WITHDRAWN || !created_us)
		return;
	n.told = told_get(k, l->id);
	n.told->kind = kind;
	n.told->outcome = became;
	n.told->created_us = created_us - k->offset_us;
	n.told->ended_us = line_int(l, "ended_us", created_us) - k->offset_us;
	each_name(line_get(l, "incident"), keep_one, &n);
	text_release(&n.key);
}

void past_attach(struct keeper *k, struct watch *w)
{
	struct text key = {0};
	struct past *p;

	if (!k->alerts->past.size)
		return;
	add_key(&key, w->alarm->id, w->route->contact->name, w->route->to);
	for (p = map_find_text(&k->alerts->past, key.at); p; p = p->next)
		alarm_watch_add(w, p->told);
	text_release(&key);
}

void past_release(struct keeper *k)
{
	struct past *p, *next;
	struct told *t;
	size_t at = 0;
	struct map kept = {0};

	while ((p = map_next(&k->alerts->past, &at)))
		for (; p; p = next) {
			next = p->next;
			free(p);
		}
	map_release(&k->alerts->past);
	k->alerts->past = (struct map){0};
	for (at = 0; (t = map_next(&k->alerts->told, &at));) {
		if (t->uses)
			map_put_text(&kept, t->id, t);
		else
			free(t);
	}
	map_release(&k->alerts->told);
	k->alerts->told = kept;
}

/* ---- incidents that ended with nobody told of the end ---- */

void alert_resume_incident(struct keeper *k, const struct line *l)
{
	struct text *t = &k->alerts->past_incidents;

	line_begin(t, l->verb, l->id);
	line_add_words(t, l, NULL);
	line_end(t);
}

static void resume_one(struct keeper *k, const struct line *l)
{
	struct subject *s = subject_get(k, line_get(l, "check"));
	struct alarm *open = s->incident, *a;

	if (map_find_text(&k->alerts->alarms, l->id))
		return;
	a = alarm_begin(k, s, ALARM_INCIDENT, l->id, line_int(l, "start_us", 0) - k->offset_us);
	a->confirmed_us = a->start_us;
	set_text_of(&a->reason, line_get(l, "reason"));
	keeper_copy(a->step, sizeof a->step, line_get(l, "step"));
	alarm_end(k, a, line_int(l, "at_us", k->wall_us) - k->offset_us, "");
	s->incident = open;
}

void past_incidents_begin(struct keeper *k)
{
	static struct line line; /* too large for a stack frame */
	struct text lines = k->alerts->past_incidents;
	char *newline;

	k->alerts->past_incidents = (struct text){0};
	for (char *at = lines.at; at && (newline = strchr(at, '\n')); at = newline + 1)
		if (!line_parse(&line, at, (size_t)(newline - at)))
			resume_one(k, &line);
	text_release(&lines);
}
