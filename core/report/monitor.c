/* report/monitor: how well the monitor itself did its work: <nines/report.h>'s page_monitor().
 *
 * Slots are found again in the record: a check's due times lie an interval apart, so that where two
 * of its rhythm are further apart, those between were missed. Due times beside the rhythm are
 * rechecks, first probes and what others sent, and say nothing. See host.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/values.h"
#include "../store/histogram.h"
#include "host.h"

#define NEAR_US INT64_C(1000000) /* the wall clock that due times are told by may be slewed */

struct load {
	struct page_load sum;
	struct histogram late;
};

/* When nothing could be probed. */
struct interruption {
	int64_t from_us, to_us;
};

struct watch {
	struct page *page;
	struct host *host;
	struct page_monitor *into;
	struct load all, *check, *day;
	size_t checks, days, at_day;
	struct page_marker *marker;
	struct page_effort effort, *day_effort;
	struct interruption *off;
	size_t markers, offs;
	int64_t from_us, to_us;
	/* of the check at hand: its last due time of the rhythm, its last one of all */
	int64_t slot_us, due_us, interval_us;
	bool is_out; /* of service since */
};

/* ---- slots ---- */

/* How many slots behind `from_us` lie in an interruption. */
static int64_t slots_off(const struct watch *w, int64_t from_us, int64_t every_us, int64_t slots)
{
	int64_t off = 0;

	for (size_t i = 0; i < w->offs; i++) {
		int64_t first = (w->off[i].from_us - from_us + every_us - 1) / every_us,
			end = (w->off[i].to_us - from_us + every_us - 1) / every_us;

		first = w->off[i].from_us <= from_us + every_us ? 1 : first;
		end = w->off[i].to_us <= from_us ? 0 : end;
		end = end > slots + 1 ? slots + 1 : end;
		off += end > first ? end - first : 0;
	}
	return off < slots ? off : slots;
}

static void add_missed(struct watch *w, int64_t from_us, int64_t every_us, int64_t slots)
{
	int64_t off = slots_off(w, from_us, every_us, slots);
	struct load *of[] = {&w->all, &w->check[w->checks], &w->day[w->at_day]};

	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		of[i]->sum.missed += slots - off;
		of[i]->sum.missed_off += off;
	}
}

/* The number of intervals between them; 0: they are not of one rhythm. */
static int64_t intervals(int64_t from_us, int64_t to_us, int64_t every_us)
{
	int64_t n = (to_us - from_us + every_us / 2) / every_us;
	int64_t off_us = to_us - from_us - n * every_us;

	return from_us && n > 0 && off_us <= NEAR_US && off_us >= -NEAR_US ? n : 0;
}

static void take_slot(struct watch *w, const struct block_result *r)
{
	int64_t every_us = r->interval_us > w->interval_us ? r->interval_us : w->interval_us;
	int64_t from_us = w->slot_us, n;

	if (r->interval_us <= 0)
		return;
	n = intervals(from_us, r->due_us, every_us);
	if (!n) {
		from_us = w->due_us;
		n = intervals(from_us, r->due_us, every_us);
	}
	if (n > 1 && !w->is_out)
		add_missed(w, from_us, every_us, n - 1);
	if (n || !w->slot_us || r->interval_us != w->interval_us)
		w->slot_us = r->due_us; /* another interval is another rhythm */
	w->due_us = r->due_us;
	w->interval_us = r->interval_us;
	w->is_out = r->ends == 1 + SLA_NOT_MONITORED;
}

/* ---- results ---- */

static void add(struct load *l, const struct block_result *r)
{
	int64_t late_us = r->start_us > r->due_us ? r->start_us - r->due_us : 0;

	l->sum.results++;
	l->sum.tainted += (r->flags & BLOCK_IS_STALLED) != 0;
	l->sum.void_cycles += r->ends && r->cause == SLA_VOID_CYCLE;
	l->sum.overload_cycles += r->ends && r->cause == SLA_OVERLOAD;
	l->sum.late_max_us = late_us > l->sum.late_max_us ? late_us : l->sum.late_max_us;
	histogram_add(&l->late, late_us);
}

static bool take_result(const struct read_result *from, void *with)
{
	struct watch *w = with;
	const struct block_result *r = from->result;

	if (r->flags & BLOCK_IS_EVENT)
		return true;
	add(&w->all, r);
	add(&w->check[w->checks], r);
	add(&w->day[w->at_day], r);
	take_slot(w, r);
	return true;
}

static bool read_check(struct watch *w, const struct read_target *t)
{
	bool is_fine = true;

	w->slot_us = w->due_us = w->interval_us = 0;
	w->is_out = false;
	w->check[w->checks].sum = (struct page_load){.name = t->name,
						     .from_us = w->from_us,
						     .to_us = w->to_us,
						     .late_max_us = -1};
	for (w->at_day = 0; w->at_day < w->days && is_fine; w->at_day++)
		is_fine = read_results(w->host->read, t, w->day[w->at_day].sum.from_us,
				       w->day[w->at_day].sum.to_us, take_result, w);
	w->checks++;
	return is_fine;
}

static bool read_checks(struct watch *w)
{
	const struct read_target *t;

	w->check = memory_new((w->host->targets + 1) * sizeof *w->check);
	for (size_t i = 0; i < w->host->targets; i++) {
		host_tell(w->host, i);
		t = read_find(w->host->read, w->host->target[i].name);
		if (t && t->kind == READ_CHECK && !read_check(w, t))
			return false;
	}
	return true;
}

/* ---- what the monitor took: keeper/effort ---- */

/* One quarter of an hour, as it was recorded; -1: not said. */
struct quarter {
	int64_t cpu_ppm, memory, in_flight_milli, in_flight_most, waiting_most, queue_most,
		letters_most;
};

static void read_value(struct quarter *q, const struct values_one *v)
{
	const struct {
		const char *name;
		int64_t *into;
	} known[] = {{"cpu", &q->cpu_ppm},
		     {"memory", &q->memory},
		     {"in_flight", &q->in_flight_milli},
		     {"in_flight_most", &q->in_flight_most},
		     {"waiting_most", &q->waiting_most},
		     {"queue_most", &q->queue_most},
		     {"letters_most", &q->letters_most}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i].name, v->name))
			*known[i].into = strtoll(v->text, NULL, 10);
}

static void most(int64_t *of, int64_t now)
{
	*of = now > *of ? now : *of;
}

/* Sums until finish_effort() divides them. */
static void add_quarter(struct page_effort *e, const struct quarter *q)
{
	e->quarters++;
	e->in_flight_micro += q->in_flight_milli > 0 ? q->in_flight_milli * 1000 : 0;
	if (q->cpu_ppm >= 0) {
		e->cpu_quarters++;
		e->cpu_micro += q->cpu_ppm * 100;
		most(&e->cpu_most_micro, q->cpu_ppm * 100);
	}
	most(&e->memory_most_bytes, q->memory);
	most(&e->in_flight_most, q->in_flight_most);
	most(&e->waiting_most, q->waiting_most);
	most(&e->queue_most, q->queue_most);
	most(&e->letters_most, q->letters_most);
}

static struct page_effort no_effort(int64_t from_us, int64_t to_us)
{
	return (struct page_effort){.from_us = from_us,
				    .to_us = to_us,
				    .cpu_most_micro = -1,
				    .memory_most_bytes = -1,
				    .in_flight_most = -1,
				    .waiting_most = -1,
				    .queue_most = -1,
				    .letters_most = -1};
}

static void finish_effort(struct page_effort *e)
{
	e->cpu_micro = e->cpu_quarters ? e->cpu_micro / e->cpu_quarters : -1;
	e->in_flight_micro = e->quarters ? e->in_flight_micro / e->quarters : -1;
}

/* A quarter counts on the day on which it began. */
static void take_effort(struct watch *w, const struct read_marker *m)
{
	struct quarter q = {-1, -1, -1, -1, -1, -1, -1};
	char *text = memory_text(m->text), *at = text;
	struct values_one v;

	if (m->from_us < w->from_us || m->from_us >= w->to_us) {
		free(text);
		return;
	}
	while (values_take(&at, &v))
		read_value(&q, &v);
	free(text);
	add_quarter(&w->effort, &q);
	for (size_t i = 0; i < w->days; i++)
		if (m->from_us >= w->day_effort[i].from_us && m->from_us < w->day_effort[i].to_us)
			add_quarter(&w->day_effort[i], &q);
}

/* ---- what happened to the monitor ---- */

static const char *kept(struct watch *w, const char *text)
{
	const char *at = arena_copy(&w->host->arena, text ? text : "", text ? strlen(text) : 0);

	return at ? at : "";
}

/* monitor-off tells both ends, a gap its begin. */
static int64_t lasted_us(const struct read_marker *m)
{
	bool is_off = !strcmp(m->kind, "monitor-off");

	if (!is_off && strcmp(m->kind, "gap"))
		return -1;
	return m->from_us ? (is_off ? m->to_us : m->at_us) - m->from_us : m->by_us;
}

static bool take_marker(const struct read_marker *m, void *with)
{
	struct watch *w = with;
	int64_t us = lasted_us(m);

	if (!strcmp(m->kind, "effort")) {
		take_effort(w, m);
		return true;
	}
	if (us > 0) {
		w->off = memory_resize(w->off, (w->offs + 1) * sizeof *w->off);
		w->off[w->offs++] = (struct interruption){m->at_us - us, m->at_us};
	}
	if (m->at_us >= w->to_us)
		return true;
	w->marker = memory_resize(w->marker, (w->markers + 1) * sizeof *w->marker);
	w->marker[w->markers++] =
		(struct page_marker){kept(w, m->kind), kept(w, m->text), m->at_us, us};
	w->into->starts += !strcmp(m->kind, "start");
	w->into->interruptions += us >= 0;
	w->into->interrupted_us += us > 0 ? us : 0;
	return true;
}

/* ---- the whole ---- */

static void set_days(struct watch *w)
{
	int64_t at_us = w->from_us, next_us;

	for (size_t room = 0; at_us < w->to_us; at_us = next_us) {
		next_us = page_day_us(w->page, at_us, 1);
		next_us = next_us < w->to_us ? next_us : w->to_us;
		if (w->days == room) {
			room = room ? 2 * room : 32;
			w->day = memory_resize(w->day, room * sizeof *w->day);
		}
		w->day[w->days++] = (struct load){
			.sum = {.from_us = at_us, .to_us = next_us, .late_max_us = -1}};
	}
	w->all.sum = (struct page_load){
		.from_us = w->from_us, .to_us = w->to_us, .late_max_us = -1};
	w->effort = no_effort(w->from_us, w->to_us);
	w->day_effort = arena_alloc(&w->host->arena, (w->days + 1) * sizeof *w->day_effort);
	for (size_t i = 0; i < w->days && w->day_effort; i++)
		w->day_effort[i] =
			no_effort(w->day[i].sum.from_us, w->day[i].sum.to_us);
}

/* A bucket's middle may lie behind all that was measured. */
static int64_t percentile(const struct load *l, int64_t share_ppm)
{
	int64_t us = histogram_percentile(&l->late, share_ppm);

	return us < l->sum.late_max_us ? us : l->sum.late_max_us;
}

static struct page_load finished(const struct load *l)
{
	struct page_load sum = l->sum;

	sum.late_p50_us = percentile(l, 500000);
	sum.late_p95_us = percentile(l, 950000);
	sum.late_p99_us = percentile(l, 990000);
	return sum;
}

static const struct page_load *finish_all(struct watch *w, struct load *list, size_t count)
{
	struct page_load *into = arena_alloc(&w->host->arena, (count + 1) * sizeof *into);

	for (size_t i = 0; i < count && into; i++)
		into[i] = finished(&list[i]);
	return into;
}

static bool finish(struct watch *w)
{
	struct page_marker *marker =
		arena_alloc(&w->host->arena, (w->markers + 1) * sizeof *marker);

	w->into->all = finished(&w->all);
	w->into->check = finish_all(w, w->check, w->checks);
	w->into->check_count = w->checks;
	w->into->day = finish_all(w, w->day, w->days);
	w->into->day_count = w->days;
	if (marker && w->markers)
		memcpy(marker, w->marker, w->markers * sizeof *marker);
	w->into->marker = marker;
	w->into->marker_count = w->markers;
	finish_effort(&w->effort);
	for (size_t i = 0; i < w->days; i++)
		finish_effort(&w->day_effort[i]);
	w->into->effort = w->effort;
	w->into->day_effort = w->day_effort;
	return marker && w->into->check && w->into->day;
}

static void release(struct watch *w)
{
	histogram_release(&w->all.late);
	for (size_t i = 0; i < w->days; i++)
		histogram_release(&w->day[i].late);
	for (size_t i = 0; i < w->checks; i++)
		histogram_release(&w->check[i].late);
	free(w->day);
	free(w->check);
	free(w->marker);
	free(w->off);
}

/* Interruptions that end behind the span took slots of it as well. */
static bool gather(struct watch *w)
{
	struct read *r = w->host->read;

	return read_size(r, &w->into->store_bytes, &w->into->store_free_bytes) &&
	       read_markers(r, w->from_us, INT64_MAX, take_marker, w) && read_checks(w);
}

const struct page_monitor *page_monitor(struct page *p)
{
	struct host *h = p->host;
	const struct page_period *period = &p->period;
	struct watch w = {.page = p, .host = h, .from_us = period->from_us};
	bool is_fine;

	assert(p->magic == PAGE_MAGIC && h && h->magic == HOST_MAGIC);
	page_targets(p);
	w.into = arena_alloc(&h->arena, sizeof *w.into);
	if (p->wrong.size || !w.into)
		return NULL;
	*w.into = (struct page_monitor){0};
	w.to_us = period->to_us < period->now_us ? period->to_us : period->now_us;
	set_days(&w);
	is_fine = w.day_effort && gather(&w);
	if (!is_fine && w.day_effort)
		page_refuse(p, "%s", read_wrong(h->read));
	else if (!is_fine || !finish(&w))
		page_refuse(p, "the figures need too much memory");
	release(&w);
	return p->wrong.size ? NULL : w.into;
}
