/* api/v1_figures: availability over any span, of one check or service, or of all that an sla is
 * about: what `nines report sla` says of the same words, by the same engine (web/inquiry.h). See
 * v1.h. */
#include <string.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "v1.h"

static json_t *number(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static json_t *sums_of(const struct page_figures *f)
{
	const struct {
		const char *name;
		int64_t us;
	} sum[] = {
		{"span_us", f->span_us},
		{"agreed_us", f->agreed_us},
		{"known_us", f->known_us},
		{"up_us", f->up_us},
		{"degraded_us", f->degraded_us},
		{"down_us", f->down_us},
		{"blip_us", f->blip_us},
		{"unknown_us", f->unknown_us},
		{"not_monitored_us", f->not_monitored_us},
		{"maintenance_us", f->maintenance_us},
		{"outside_hours_us", f->outside_hours_us},
		{"excluded_us", f->excluded_us},
		{"counted_down_us", f->counted_down_us},
		{"longest_us", f->longest_us},
		{"resolution_us", f->resolution_us},
		{"incidents", f->incidents},
		{"blips", f->blips},
	};
	json_t *j = json_object();

	for (size_t i = 0; i < sizeof sum / sizeof *sum; i++)
		json_object_set_new(j, sum[i].name, json_integer(sum[i].us));
	return j;
}

static json_t *of_target(const struct page_figures *f, int64_t us)
{
	return f->target_micro < 0 ? json_null() : json_integer(us);
}

static json_t *figures_json(const struct page_figures *f)
{
	const bool has_target = f->target_micro >= 0;
	json_t *j = sums_of(f);

	json_object_update_new(
		j, json_pack("{so, ss, so, so, so, so, so}", "name", json_safe(f->name), "kind",
			     f->kind, "sla", json_safe(f->sla), "method", json_safe(f->method),
			     "zone", json_safe(f->zone), "from", json_time(f->from_us), "to",
			     json_time(f->to_us)));
	json_object_update_new(
		j, json_pack("{so, so, so, so, so, so, so, so, so}", "uptime_known",
			     v1_percent(f->known_micro), "uptime_period",
			     v1_percent(f->period_micro), "coverage", v1_percent(f->coverage_micro),
			     "target", v1_percent(f->target_micro), "judged",
			     v1_percent(f->judged_micro), "met",
			     has_target && f->judged_micro >= 0 ? json_boolean(f->is_met)
								: json_null(),
			     "budget_left_us", of_target(f, f->budget_us), "mttr_us",
			     number(f->mttr_us), "mtbf_us", number(f->mtbf_us)));
	json_object_update_new(j, json_pack("{so, so}", "span_budget_us",
					    of_target(f, f->span_budget_us), "span_left_us",
					    of_target(f, f->span_left_us)));
	return j;
}

/* ---- what is asked ---- */

static const char *given(const struct request *r, const char *key)
{
	const char *value = request_query(r, key);

	return *value ? value : NULL;
}

/* Times are judged here, as an address has no dashes before its words; which month there is says
 * report/period. */
static bool read_order(const struct request *r, struct answer *a, struct inquiry_order *o)
{
	int64_t from_us, to_us;

	*o = (struct inquiry_order){.sla = given(r, "sla"),
				    .month = given(r, "month"),
				    .quarter = given(r, "quarter"),
				    .year = given(r, "year"),
				    .from = given(r, "from"),
				    .to = given(r, "to"),
				    .after = given(r, "after")};
	if (!v1_limit(r, a, &o->limit) || !v1_time(r, a, "from", 0, &from_us) ||
	    !v1_time(r, a, "to", INT64_MAX, &to_us))
		return false;
	if (!!o->month + !!o->quarter + !!o->year + (o->from || o->to) > 1)
		v1_problem(a, 400, "give month, quarter, year or from and to, not several of them");
	else if (o->to && !o->from)
		v1_problem(a, 400, "from: it is missing");
	else if (from_us >= to_us)
		v1_problem(a, 400, "from: '%.60s' is not before '%.60s'", o->from, o->to);
	else
		return true;
	return false;
}

/* False: it has been answered why there are none. */
static bool are_there(const struct request *r, struct answer *a)
{
	const struct inquiry_answer *got = request_figures(r);

	if (got && got->status == 200)
		return true;
	if (got && got->status != 503)
		v1_problem(a, got->status, "%s", got->wrong);
	else if (got)
		v1_problem(a, 503, "the record cannot be read: %s", got->wrong);
	else
		v1_problem(a, 503, "figures are asked for faster than they can be computed: try "
				   "again, or ask for a shorter span");
	if (a->status == 503)
		a->retry_after_s = 5;
	return false;
}

static void answer_list(const struct site *s, const struct request *r, struct answer *a,
			const struct line *end, void *state)
{
	const struct inquiry_answer *got = request_figures(r);
	json_t *list;

	(void)end, (void)state;
	if (!are_there(r, a))
		return;
	list = json_array();
	for (size_t i = 0; i < got->count; i++)
		if (v1_sees(s, r, got->figures[i].name))
			json_array_append_new(list, figures_json(&got->figures[i]));
	v1_answer_list(a, list, got->next);
}

void v1_figures(const struct site *s, const struct request *r, struct answer *a)
{
	struct inquiry_order order;

	(void)s;
	if (read_order(r, a, &order))
		route_ask_figures(r, &order, v1_sees, answer_list, NULL);
}

static bool is_there(const struct site *s, const struct request *r, struct answer *a)
{
	if (v1_target(s, r, r->tail))
		return true;
	v1_problem(a, 404, "no check or service is called '%.200s'", r->tail);
	return false;
}

static void answer_one(const struct site *s, const struct request *r, struct answer *a,
		       const struct line *end, void *state)
{
	const struct inquiry_answer *got = request_figures(r);

	(void)end, (void)state;
	if (is_there(s, r, a) && are_there(r, a))
		v1_answer(a, 200, figures_json(&got->figures[0]));
}

void v1_figures_of(const struct site *s, const struct request *r, struct answer *a)
{
	struct inquiry_order order;

	if (!is_there(s, r, a) || !read_order(r, a, &order))
		return;
	if (v1_target(s, r, r->tail)->is_service)
		order.service = r->tail;
	else
		order.check = r->tail;
	route_ask_figures(r, &order, v1_sees, answer_one, NULL);
}
