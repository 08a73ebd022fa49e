/* web/feed: see feed.h. */
#include "feed.h"

#include <string.h>
#include <unistd.h>

#include "../base/clock.h"

#define MOST_BYTES 65536 /* of questions */

static void settle(struct feed *f)
{
	f->is_asking = false;
	loop_stop_timer(f->loop, &f->late);
	if (f->settled)
		f->settled(f, f->with);
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct feed *f = k->with;

	if (fd >= 0)
		close(fd);
	overview_take(&f->next, l, clock_wall_us());
	if (!f->next.is_complete)
		return NULL;
	overview_release(&f->now);
	f->now = f->next;
	f->next = (struct overview){0};
	month_put(&f->month, &f->now);
	findings_put(&f->findings, &f->now);
	f->answered_us = clock_mono_us();
	f->answers++;
	settle(f);
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct feed *f = k->with;

	(void)why;
	f->is_linked = false;
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

void feed_init(struct feed *f, struct loop *loop)
{
	*f = (struct feed){.loop = loop, .late.fire = too_late, .asked_us = INT64_MIN / 2};
	f->keeper.watch.fd = -1;
	month_init(&f->month, loop, &f->now);
}

void feed_start(struct feed *f, const char *store)
{
	month_start(&f->month, store);
	findings_start(&f->findings, store);
}

void feed_release(struct feed *f)
{
	f->settled = NULL;
	if (f->is_linked)
		link_close(&f->keeper, "end");
	month_release(&f->month);
	findings_release(&f->findings);
	overview_release(&f->now);
	overview_release(&f->next);
}

void feed_link(struct feed *f, int fd)
{
	if (f->is_linked)
		link_close(&f->keeper, "a new keeper");
	f->keeper = (struct link){.name = "keeper", .take = take, .closed = closed, .with = f};
	f->is_linked = link_open(&f->keeper, f->loop, fd, MOST_BYTES);
	if (!f->is_linked)
		close(fd);
}

static void ask(struct feed *f, int64_t now_us)
{
	f->is_asking = true;
	f->asked_us = now_us;
	line_begin(link_line(&f->keeper), "status", "-");
	line_end(link_line(&f->keeper));
	loop_set(f->loop, &f->late, now_us + FEED_WAIT_US);
	link_flush(&f->keeper);
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
