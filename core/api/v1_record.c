/* api/v1_record: operations that read the database: results with their steps, incidents, letters,
 * reclassifications. Each answers rows in the order of their times; `next` is the time of the first
 * that was left out. Rows of the same microsecond stay together, even beyond the limit, so that the
 * next list neither misses nor repeats one. See v1.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/steps.h"
#include "../store/read.h"
#include "../store/result.h"
#include "../web/json.h"
#include "v1.h"

#define DAY_US (86400 * CLOCK_SECOND)

struct rows {
	const struct site *site;
	const struct request *request;
	json_t *list;
	size_t limit;
	int64_t from_us, to_us, after_us; /* what began before that was answered earlier */
	int64_t last_us; /* of the last row that is in the list */
	int64_t next_us; /* more than the limit: from there on; 0: no more */
};

/* NULL: what is wrong has been answered. */
static struct read *open_record(const struct site *s, struct answer *a)
{
	struct text wrong = {0};
	struct read *r = read_open(s->store ? s->store : "", &wrong);

	if (!r)
		v1_problem(a, 503, "the record cannot be read: %s", text_get(&wrong));
	text_release(&wrong);
	return r;
}

static bool read_query(struct rows *w, const struct site *s, const struct request *r,
		       struct answer *a, int64_t back_us)
{
	*w = (struct rows){.site = s, .request = r, .list = json_array()};
	if (v1_time(r, a, "from", s->now_us - back_us, &w->from_us) &&
	    v1_time(r, a, "to", s->now_us, &w->to_us) &&
	    v1_time(r, a, "after", 0, &w->after_us) && v1_limit(r, a, &w->limit))
		return true;
	json_decref(w->list);
	return false;
}

static bool is_full(struct rows *w, int64_t at_us)
{
	if (json_array_size(w->list) < w->limit || at_us == w->last_us) {
		w->last_us = at_us;
		return false;
	}
	w->next_us = at_us;
	return true;
}

/* `next` is the time to go on from. */
static void answer_rows(struct rows *w, struct answer *a, struct read *r, bool is_read)
{
	struct text next = {0};

	if (w->next_us)
		clock_add_utc(&next, w->next_us, 6);
	v1_answer_list(a, w->list, text_get(&next));
	if (!is_read && *read_wrong(r))
		v1_problem(a, 503, "the record cannot be read: %s", read_wrong(r));
	text_release(&next);
	read_close(r);
}

/* ---- results ---- */

static json_t *steps_of(const struct block_result *b)
{
	struct steps_one step[BLOCK_STEPS];
	int64_t from_us = 0;

	for (size_t i = 0; i < b->steps; i++) {
		step[i] = (struct steps_one){.from_us = from_us,
					     .to_us = b->step[i].end_us,
					     .hop = b->step[i].hop,
					     .ok = !b->step[i].has_failed};
		snprintf(step[i].name, sizeof step[i].name, "%s", b->step[i].name);
		from_us = b->step[i].end_us;
	}
	return json_steps(step, b->steps);
}

static json_t *values_of(const struct block_result *b)
{
	json_t *j = json_object();

	for (size_t i = 0; i < b->values; i++)
		json_object_set_new(j, b->value[i].name,
				    json_pack("{so, so}", "value", json_number(b->value[i].value),
					      "unit", json_safe(b->value[i].unit)));
	return j;
}

static bool take_result(const struct read_result *got, void *with)
{
	struct rows *w = with;
	const struct block_result *b = got->result;

	if (is_full(w, b->start_us))
		return false;
	json_array_append_new(
		w->list,
		json_pack("{so, ss, so, so, so, so, sI, so, so}", "started", json_time(b->start_us),
			  "verdict", sla_state_name[b->verdict], "location",
			  json_safe(got->location), "reason", json_safe(b->reason), "step",
			  json_safe(result_step(b)), "address", json_safe(b->address), "elapsed_us",
			  (json_int_t)b->elapsed_us, "steps", steps_of(b), "values", values_of(b)));
	return true;
}

void v1_results(const struct site *s, const struct request *r, struct answer *a)
{
	struct rows w;
	struct read *record;
	const struct read_target *t;

	if (!v1_target(s, r, r->tail)) {
		v1_problem(a, 404, "no check or service is called '%.200s'", r->tail);
		return;
	}
	if (!read_query(&w, s, r, a, 3600 * CLOCK_SECOND))
		return;
	if (w.after_us > w.from_us)
		w.from_us = w.after_us;
	record = open_record(s, a);
	if (!record) {
		json_decref(w.list);
		return;
	}
	t = read_find(record, r->tail);
	answer_rows(&w, a, record,
		    !t || read_results(record, t, w.from_us, w.to_us, take_result, &w));
}

/* ---- incidents ---- */

/* Not in an earlier part of the list, and the asker may see it. */
static bool is_asked_for(const struct rows *w, const char *name, int64_t at_us)
{
	const struct target *t = catalog_find(w->site->catalog, name);

	return at_us >= w->after_us &&
	       permit(w->request->user, w->request->route->act, target_owner(w->site, t));
}

static bool take_incident(const struct read_incident *i, void *with)
{
	struct rows *w = with;

	if (!is_asked_for(w, i->name, i->start_us))
		return true;
	if (is_full(w, i->start_us))
		return false;
	json_array_append_new(
		w->list, json_pack("{so, so, sb, so, so, so, so, so, so, so}", "id",
				   json_safe(i->id), "name", json_safe(i->name), "confirmed",
				   i->is_confirmed, "start", json_time(i->start_us), "end",
				   i->is_open ? json_null() : json_time(i->end_us), "reason",
				   json_safe(i->reason), "step", json_safe(i->step), "location",
				   json_safe(i->location), "acknowledged", json_time(i->acked_us),
				   "diagnosis", json_safe(i->diagnosis)));
	return true;
}

void v1_incidents(const struct site *s, const struct request *r, struct answer *a)
{
	const char *name = request_query(r, "name");
	struct rows w;
	struct read *record;

	if (!read_query(&w, s, r, a, 30 * DAY_US))
		return;
	record = open_record(s, a);
	if (record)
		answer_rows(&w, a, record,
			    read_incidents(record, *name ? name : NULL, w.from_us, w.to_us,
					   take_incident, &w));
	else
		json_decref(w.list);
}

/* ---- letters ---- */

static json_t *letter(const struct read_letter *l)
{
	return json_pack("{so, so, so, so, so, so, so, so, so, so}", "id", json_safe(l->id), "kind",
			 json_safe(l->kind), "contact", json_safe(l->contact), "name",
			 json_safe(l->name), "to", json_lines(l->ways), "incidents",
			 json_lines(l->incidents), "subject", json_safe(l->subject), "outcome",
			 json_safe(*l->outcome ? l->outcome : "waits"), "created",
			 json_time(l->created_us), "ended", json_time(l->ended_us));
}

/* What goes to subscribers is for those who may see them. A letter that is of nothing by name may
 * tell of anybody's: who has an owner sees tests alone. */
static bool is_letter_asked_for(const struct rows *w, const struct read_letter *l)
{
	const struct card *who = w->request->user;

	if (!strncmp(l->contact, "subscriber ", 11) && !permit(who, PERMIT_SUBSCRIBERS, ""))
		return false;
	if (!*l->name && strcmp(l->kind, "test") && *card_get(who, "owner"))
		return false;
	return is_asked_for(w, l->name, l->created_us);
}

static bool take_letter(const struct read_letter *l, void *with)
{
	struct rows *w = with;

	if (!is_letter_asked_for(w, l))
		return true;
	if (is_full(w, l->created_us))
		return false;
	json_array_append_new(w->list, letter(l));
	return true;
}

void v1_letters(const struct site *s, const struct request *r, struct answer *a)
{
	const char *word = request_query(r, "about");
	struct rows w;
	struct read *record;

	if (!read_query(&w, s, r, a, 7 * DAY_US))
		return;
	record = open_record(s, a);
	if (record)
		answer_rows(&w, a, record,
			    read_letters(record, *word ? word : NULL, w.from_us, w.to_us,
					 take_letter, &w));
	else
		json_decref(w.list);
}

struct one_letter {
	struct rows rows;
	json_t *found;
};

static bool take_one(const struct read_letter *l, void *with)
{
	struct one_letter *o = with;

	if (strcmp(l->id, o->rows.request->tail) || !is_letter_asked_for(&o->rows, l))
		return true;
	o->found = letter(l);
	json_object_set_new(o->found, "text", json_safe(l->text));
	json_object_set_new(o->found, "short", json_safe(l->brief));
	return false;
}

static bool take_attempt(const struct read_attempt *t, void *with)
{
	json_array_append_new(with,
			      json_pack("{sI, so, so, so, so, so}", "number", (json_int_t)t->number,
					"at", json_time(t->at_us), "to", json_safe(t->to),
					"outcome", json_safe(t->outcome), "reason",
					json_safe(t->reason), "next", json_time(t->next_us)));
	return true;
}

void v1_letter(const struct site *s, const struct request *r, struct answer *a)
{
	struct one_letter o = {.rows = {.site = s, .request = r}};
	struct read *record = open_record(s, a);
	json_t *attempts = json_array();

	if (record)
		read_letters(record, r->tail, 0, s->now_us, take_one, &o);
	if (record && o.found) {
		read_attempts(record, r->tail, take_attempt, attempts);
		json_object_set(o.found, "attempts", attempts);
		v1_answer(a, 200, o.found);
	} else if (record) {
		v1_problem(a, 404, "there is no letter '%.60s'", r->tail);
	}
	json_decref(attempts);
	read_close(record);
}

/* ---- reclassifications ---- */

static bool take_reclassification(const struct read_reclassification *c, void *with)
{
	struct rows *w = with;

	if (!is_asked_for(w, c->name, c->at_us))
		return true;
	if (is_full(w, c->at_us))
		return false;
	json_array_append_new(
		w->list, json_pack("{so, so, so, so, so, so, so, so, so, so}", "id",
				   json_safe(c->id), "name", json_safe(c->name), "as",
				   json_safe(c->as), "by", json_safe(c->by), "reason",
				   json_safe(c->reason), "incident", json_safe(c->incident), "from",
				   json_time(c->from_us), "to", json_time(c->to_us), "at",
				   json_time(c->at_us), "undone", json_time(c->undone_us)));
	return true;
}

void v1_reclassifications(const struct site *s, const struct request *r, struct answer *a)
{
	const char *name = request_query(r, "name");
	struct rows w;
	struct read *record;

	if (!read_query(&w, s, r, a, 400 * DAY_US))
		return;
	record = open_record(s, a);
	if (record)
		answer_rows(&w, a, record,
			    read_reclassifications(record, *name ? name : NULL, w.from_us, w.to_us,
						   take_reclassification, &w));
	else
		json_decref(w.list);
}
