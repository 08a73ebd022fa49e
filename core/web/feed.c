/* web/feed: see feed.h. */
#include "feed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/map.h"
#include "../base/memory.h"

#define MOST_BYTES (4u << 20) /* of questions */

struct feed_question {
	struct feed_question *next;
	/* A line of the answer, `end` excepted; NULL: it has none. */
	void (*take)(struct feed *, const struct line *);
	feed_ended *ended; /* NULL: nobody waits any more */
	void *with;
	struct text heard; /* the lines of its answer, where it has no take() */
	char line[]; /* "" once it was sent */
};

/* ---- questions ---- */

static void send_first(struct feed *f)
{
	struct feed_question *q = f->first;

	if (!q || !*q->line || !f->is_linked)
		return;
	text_puts(link_line(&f->keeper), q->line);
	*q->line = '\0';
	link_flush(&f->keeper);
}

static struct feed_question *put(struct feed *f, const char *line, feed_ended *ended, void *with)
{
	struct feed_question *q = memory_new(sizeof *q + strlen(line) + 1);

	memcpy(q->line, line, strlen(line) + 1);
	q->ended = ended;
	q->with = with;
	if (f->last)
		f->last->next = q;
	else
		f->first = q;
	f->last = q;
	f->questions++;
	return q;
}

static void end_first(struct feed *f, const struct line *end)
{
	struct feed_question *q = f->first;

	f->first = q->next;
	if (!f->first)
		f->last = NULL;
	f->questions--;
	f->heard = text_get(&q->heard);
	if (q->ended)
		q->ended(f, end, q->with);
	f->heard = "";
	text_release(&q->heard);
	free(q);
}

bool feed_ask(struct feed *f, const char *line, feed_ended *ended, void *with)
{
	if (!f->is_linked || f->questions >= FEED_QUESTIONS)
		return false;
	put(f, line, ended, with);
	if (f->questions == 1)
		send_first(f);
	return true;
}

void feed_forget(struct feed *f, const void *with)
{
	for (struct feed_question *q = f->first; q; q = q->next)
		if (q->with == with)
			q->ended = NULL;
}

/* ---- its state ---- */

static void settle(struct feed *f)
{
	f->is_asking = false;
	loop_stop_timer(f->loop, &f->late);
	if (f->settled)
		f->settled(f, f->with);
}

static uint64_t states_of(const struct overview *o)
{
	uint64_t all = 1;

	for (size_t i = 0; i < o->checks; i++)
		all = all * 31 + map_hash(o->check[i].state, strlen(o->check[i].state));
	for (size_t i = 0; i < o->services; i++)
		all = all * 31 + map_hash(o->service[i].state, strlen(o->service[i].state));
	return all;
}

/* What changes its state changes its figures: they do not wait for the minute, but until the record
 * has it. */
static void renew_figures(struct feed *f)
{
	int64_t now_us = clock_mono_us();
	uint64_t states = states_of(&f->now);

	figures_ask(f->figures);
	if (f->states && states != f->states && !f->renew_us)
		f->renew_us = now_us + FEED_RECORDED_US;
	f->states = states;
	if (!f->renew_us || now_us < f->renew_us || now_us - f->renewed_us < FEED_RENEW_US)
		return;
	figures_renew(f->figures);
	f->renew_us = 0;
	f->renewed_us = now_us;
}

static void put_month(struct feed *f)
{
	for (size_t i = 0; i < f->now.checks; i++)
		f->now.check[i].uptime_micro =
			figures_month_micro(f->figures, f->now.check[i].name);
	for (size_t i = 0; i < f->now.services; i++)
		f->now.service[i].uptime_micro =
			figures_month_micro(f->figures, f->now.service[i].name);
}

static void take_status(struct feed *f, const struct line *l)
{
	overview_take(&f->next, l, clock_wall_us());
}

static void status_ended(struct feed *f, const struct line *end, void *with)
{
	(void)with;
	if (end) {
		overview_take(&f->next, end, clock_wall_us());
		overview_release(&f->now);
		f->now = f->next;
		f->next = (struct overview){0};
		renew_figures(f);
		put_month(f);
		findings_put(&f->findings, &f->now);
		f->answered_us = clock_mono_us();
		f->answers++;
		++*f->changes;
	}
	overview_release(&f->next);
	settle(f);
}

static void too_late(struct loop_timer *t)
{
	struct feed *f = (struct feed *)((char *)t - offsetof(struct feed, late));

	/* The question stays open: a second one before the answer would only add to the
	 * keeper's load. */
	if (f->settled)
		f->settled(f, f->with);
}

/* ---- the board ---- */

/* Kinds that no page shows to a visitor: they make nothing old that was rendered. */
static bool is_shown(const char *kind)
{
	static const char *const hidden[] = {"session", "token",      "user",
					     "secret",  "subscriber", "request",
					     "sending", "sent",	      "outage",
					     "claim"};

	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (!strcmp(hidden[i], kind))
			return false;
	return true;
}

static void take_card(struct feed *f, const struct line *l)
{
	if (f->coming) {
		board_take(f->coming, l);
		return;
	}
	if (board_take(f->board, l) && is_shown(line_get(l, "kind")))
		++*f->changes;
}

static void watch_ended(struct feed *f)
{
	if (!f->coming)
		return;
	board_free(f->board);
	f->board = f->coming;
	f->has_board = true;
	f->coming = NULL;
	++*f->changes;
}

static void watch(struct feed *f)
{
	board_free(f->coming);
	f->coming = board_new();
	text_puts(link_line(&f->keeper), "watch -\n");
	link_flush(&f->keeper);
}

/* ---- the link ---- */

/* What is more than a page could show is left out. */
static void hear(struct feed_question *q, const struct line *l)
{
	if (!q->ended || q->heard.size > FEED_HEARD_BYTES)
		return;
	line_begin(&q->heard, l->verb, l->id);
	line_add_words(&q->heard, l, NULL);
	line_end(&q->heard);
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct feed *f = k->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "card")) {
		take_card(f, l);
	} else if (!strcmp(l->verb, "end") && line_find(l, "watched")) {
		watch_ended(f); /* it comes when the record was read: others go before it */
	} else if (!f->first || *f->first->line) {
		return "it answers what nobody asked";
	} else if (!strcmp(l->verb, "end")) {
		end_first(f, l);
		send_first(f);
	} else if (f->first->take) {
		f->first->take(f, l);
	} else {
		hear(f->first, l);
	}
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct feed *f = k->with;

	(void)why;
	f->is_linked = false;
	board_free(f->coming);
	f->coming = NULL;
	while (f->first)
		end_first(f, NULL);
}

void feed_init(struct feed *f, struct loop *loop, uint64_t *changes)
{
	*f = (struct feed){
		.loop = loop, .changes = changes, .late.fire = too_late, .asked_us = INT64_MIN / 2,
		.renewed_us = INT64_MIN / 2};
	f->keeper.watch.fd = -1;
	f->board = board_new();
	f->figures = figures_new(loop, changes);
}

void feed_start(struct feed *f, const char *store)
{
	figures_start(f->figures, store);
	findings_start(&f->findings, store);
}

void feed_release(struct feed *f)
{
	f->settled = NULL;
	if (f->is_linked)
		link_close(&f->keeper, "end");
	figures_free(f->figures);
	findings_release(&f->findings);
	overview_release(&f->now);
	overview_release(&f->next);
	board_free(f->board);
	board_free(f->coming);
}

void feed_link(struct feed *f, int fd)
{
	if (f->is_linked)
		link_close(&f->keeper, "a new keeper");
	f->keeper = (struct link){.name = "keeper", .take = take, .closed = closed, .with = f};
	f->is_linked = link_open(&f->keeper, f->loop, fd, MOST_BYTES);
	if (f->is_linked)
		watch(f);
	else
		close(fd);
}

static void ask(struct feed *f, int64_t now_us)
{
	f->is_asking = true;
	f->asked_us = now_us;
	put(f, "status -\n", status_ended, NULL)->take = take_status;
	loop_set(f->loop, &f->late, now_us + FEED_WAIT_US);
	send_first(f);
}

bool feed_is_ready(struct feed *f)
{
	int64_t now_us = clock_mono_us();

	if (!f->is_linked)
		return true;
	if (f->is_asking)
		return now_us - f->asked_us >= FEED_WAIT_US;
	if (now_us - f->asked_us < FEED_FRESH_US)
		return true;
	ask(f, now_us);
	return false;
}

bool feed_is_stale(const struct feed *f)
{
	return !f->answers || !f->is_linked || clock_mono_us() - f->answered_us > FEED_STALE_US;
}

void feed_tell(const struct feed *f, struct site *s)
{
	s->overview = &f->now;
	s->board = f->board;
	s->has_board = f->has_board;
	s->now_us = clock_wall_us();
	s->is_stale = feed_is_stale(f);
	s->is_linked = f->is_linked;
}
