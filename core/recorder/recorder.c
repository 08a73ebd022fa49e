/* recorder/recorder: see recorder.h. */
#include "recorder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/line.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../parent/sandbox.h"
#include "../store/store.h"

#define RECORDER_MAGIC 0x72656364u
#define GATHERED_BYTES (48u << 20) /* then the link waits */
#define QUEUE_BYTES (1u << 20)

struct recorder {
	uint32_t magic;
	struct loop *loop;
	struct link control, keeper;
	struct loop_timer second;
	struct store *store;
	char *path, *keeper_start;
	struct text tail, events; /* not yet on disk */
	/* numbers of lines; up to skip_to they are on disk from an earlier life */
	int64_t results, last, skip_to;
	struct text failing;      /* why; empty: it works */
	bool is_paused, is_stopping;
};

static void say(struct link *k, const char *verb, const char *id, const char *word,
		const char *value)
{
	struct text *line = link_line(k);

	line_begin(line, verb, id);
	if (word)
		line_add(line, word, value);
	line_end(line);
	link_flush(k);
}

/* ---- writing ---- */

static void fail(struct recorder *r, const struct text *wrong)
{
	bool is_news = strcmp(text_get(&r->failing), text_get(wrong)) != 0;

	if (is_news) {
		text_clear(&r->failing);
		text_puts(&r->failing, text_get(wrong));
		log_say("the store fails: %s", text_get(wrong));
		say(&r->keeper, "failing", "-", "reason", text_get(wrong));
	}
}

static void recover(struct recorder *r)
{
	if (!r->failing.size)
		return;
	text_clear(&r->failing);
	log_say("the store works again");
	say(&r->keeper, "recovered", "-", NULL, NULL);
}

static void find_last(struct recorder *r)
{
	if (r->store && r->keeper_start)
		r->skip_to = store_last(r->store, r->keeper_start);
}

static bool open_store(struct recorder *r)
{
	struct text wrong = {0};

	if (!r->store)
		r->store = store_open(r->path, &wrong);
	if (!r->store)
		fail(r, &wrong);
	text_release(&wrong);
	return r->store != NULL;
}

static void go_on_reading(struct recorder *r)
{
	if (r->is_paused && link_is_open(&r->keeper))
		loop_change(r->loop, &r->keeper.watch, EPOLLIN);
	r->is_paused = false;
}

static void forget_batch(struct recorder *r)
{
	text_clear(&r->tail);
	text_clear(&r->events);
	r->results = 0;
	if (r->tail.room > GATHERED_BYTES / 8)
		text_release(&r->tail);
}

static void tell_committed(struct recorder *r)
{
	if (!link_is_open(&r->keeper))
		return;
	line_begin_number(link_line(&r->keeper), "committed", r->last);
	line_end(link_line(&r->keeper));
	link_flush(&r->keeper);
}

static bool commit(struct recorder *r)
{
	struct store_batch batch = {.at_us = clock_wall_us(),
				    .tail = &r->tail,
				    .results = r->results,
				    .events = &r->events,
				    .keeper = r->keeper_start ? r->keeper_start : "",
				    .last = r->last};
	struct text wrong = {0};
	bool is_done;

	if (!open_store(r))
		return false;
	if (!r->tail.size && !r->events.size && !r->failing.size)
		return true;
	is_done = store_commit(r->store, &batch, &wrong);
	if (is_done) {
		forget_batch(r);
		recover(r);
		tell_committed(r);
		go_on_reading(r);
	} else {
		fail(r, &wrong);
	}
	text_release(&wrong);
	return is_done;
}

static void each_second(struct loop_timer *t)
{
	struct recorder *r = (struct recorder *)((char *)t - offsetof(struct recorder, second));

	loop_set(r->loop, t, loop_now(r->loop) + CLOCK_SECOND);
	commit(r);
}

/* ---- the keeper's lines ---- */

static void keep(struct text *to, const struct line *l)
{
	static const char *const but[] = {"n", NULL};

	line_begin(to, l->verb, l->id);
	line_add_words(to, l, but);
	line_end(to);
}

/* A new keeper's numbers begin anew; what its predecessor sent must be on disk or at least in the
 * batch before. */
static void meet_keeper(struct recorder *r, const struct line *l)
{
	const char *start = strcmp(l->id, "-") ? l->id : line_get(l, "start_us");

	if (!r->keeper_start || strcmp(r->keeper_start, start)) {
		commit(r);
		free(r->keeper_start);
		r->keeper_start = memory_text(start);
		r->last = 0;
		r->skip_to = 0;
		find_last(r);
	}
	if (r->last < r->skip_to)
		r->last = r->skip_to;
	if (r->failing.size)
		say(&r->keeper, "failing", "-", "reason", r->failing.at);
	if (r->last && !r->tail.size && !r->events.size)
		tell_committed(r);
}

static void pause_when_full(struct recorder *r)
{
	if (r->tail.size + r->events.size > GATHERED_BYTES && !r->is_paused) {
		r->is_paused = true;
		loop_change(r->loop, &r->keeper.watch, 0);
	}
}

/* Where the number of a line begins, its last word; NULL when it does not end with one. */
static const char *number_of(const char *at, size_t size, int64_t *n)
{
	const char *word = memrchr(at, ' ', size), *end = at + size;

	if (!word || end - word < 4 || end - word > 18 || memcmp(word, " n=", 3))
		return NULL;
	*n = 0;
	for (const char *digit = word + 3; digit < end; digit++) {
		if (*digit < '0' || *digit > '9')
			return NULL;
		*n = *n * 10 + (*digit - '0');
	}
	return word;
}

/* A result goes to the disk as it came, less its number: most of what a recorder does. */
static bool take_result(struct link *k, const char *at, size_t size)
{
	struct recorder *r = k->with;
	const char *number;
	int64_t n;

	if (size < 7 || memcmp(at, "result ", 7) || !(number = number_of(at, size, &n)))
		return false;
	if (n <= r->last)
		return true;
	text_add(&r->tail, at, (size_t)(number - at));
	text_putc(&r->tail, '\n');
	r->results++;
	r->last = n;
	pause_when_full(r);
	return true;
}

static const char *take_keeper(struct link *k, const struct line *l, int fd)
{
	struct recorder *r = k->with;
	int64_t n = line_int(l, "n", 0);
	bool is_result;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "keeper")) {
		meet_keeper(r, l);
		return NULL;
	}
	if (n && n <= r->last)
		return NULL; /* it came before */
	is_result = !strcmp(l->verb, "result");
	r->results += is_result;
	keep(is_result ? &r->tail : &r->events, l);
	if (n)
		r->last = n;
	pause_when_full(r);
	return NULL;
}

static void keeper_closed(struct link *k, const char *why)
{
	struct recorder *r = k->with;

	if (strcmp(why, "it ended"))
		log_say("the link to the keeper is closed: %s", why);
	r->is_paused = false;
	if (r->is_stopping)
		loop_end(r->loop);
}

/* ---- the parent's lines ---- */

static void take_keeper_fd(struct recorder *r, int fd)
{
	bool was_stopping = r->is_stopping;

	r->is_stopping = false;
	link_close(&r->keeper, "it ended");
	r->is_stopping = was_stopping;
	memset(&r->keeper, 0, sizeof r->keeper);
	r->keeper.name = "keeper";
	r->keeper.take = take_keeper;
	r->keeper.take_raw = take_result;
	r->keeper.closed = keeper_closed;
	r->keeper.with = r;
	if (!link_open(&r->keeper, r->loop, fd, QUEUE_BYTES))
		close(fd);
}

static void go(struct recorder *r)
{
	sandbox_enter("recorder");
	if (open_store(r))
		find_last(r);
	loop_set(r->loop, &r->second, loop_now(r->loop) + CLOCK_SECOND);
	say(&r->control, "ready", "-", NULL, NULL);
}

/* The keeper stops at the same moment: its last lines are still to come, its end closes the link.
 */
static void stop(struct recorder *r)
{
	r->is_stopping = true;
	if (!link_is_open(&r->keeper))
		loop_end(r->loop);
}

static const char *take_control(struct link *k, const struct line *l, int fd)
{
	struct recorder *r = k->with;

	if (!strcmp(l->verb, "fd") && !strcmp(l->id, "keeper") && fd >= 0) {
		take_keeper_fd(r, fd);
		return NULL;
	}
	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "start")) {
		free(r->path);
		r->path = memory_text(line_get(l, "store"));
	} else if (!strcmp(l->verb, "go")) {
		go(r);
	} else if (!strcmp(l->verb, "stop")) {
		stop(r);
	}
	return NULL;
}

static void control_closed(struct link *k, const char *why)
{
	struct recorder *r = k->with;

	(void)why;
	loop_end(r->loop);
}

int recorder_main(int control_fd)
{
	struct recorder *r = memory_new(sizeof *r);

	r->magic = RECORDER_MAGIC;
	r->loop = loop_new();
	r->keeper.watch.fd = -1;
	r->second.fire = each_second;
	r->control.name = "parent";
	r->control.take = take_control;
	r->control.closed = control_closed;
	r->control.with = r;
	r->path = memory_text("");
	if (!r->loop || !link_open(&r->control, r->loop, control_fd, QUEUE_BYTES))
		log_die(1, "cannot start");
	loop_run(r->loop);
	commit(r);
	store_close(r->store);
	return 0;
}
