/* recorder/recorder: see recorder.h. */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
#define OPENING_SHARE 10 /* opening a file that fails takes at most one part in so many */
#define STAGE_BYTES ((off_t)1 << 30)

struct recorder {
	uint32_t magic;
	struct loop *loop;
	struct link control, keeper;
	struct loop_timer second;
	struct store *store; /* NULL: it cannot be opened (yet) */
	int64_t open_at_us;
	struct store_retention retention;
	char *path, *keeper_start;
	struct text held;    /* whole lines that came while there was no store */
	struct text events;  /* not yet on disk; results wait in the store */
	int64_t last;        /* number of the keeper's last line */
	struct text failing; /* why; empty: it works */
	bool has_begun; /* the present keeper has said who it is: `last` counts its lines */
	bool is_paused, is_stopping, is_broken;
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

/* ---- committing ---- */

static void go_on_reading(struct recorder *r)
{
	if (r->is_paused && link_is_open(&r->keeper))
		loop_change(r->loop, &r->keeper.watch, EPOLLIN);
	r->is_paused = false;
}

static void pause_when_full(struct recorder *r)
{
	size_t gathered = r->held.size + r->events.size + (r->store ? store_waiting(r->store) : 0);

	if (gathered > GATHERED_BYTES && !r->is_paused) {
		r->is_paused = true;
		loop_change(r->loop, &r->keeper.watch, 0);
	}
}

/* Never a number of the keeper before: the new one would forget lines that are not on disk. */
static void tell_committed(struct recorder *r)
{
	if (!link_is_open(&r->keeper) || !r->has_begun)
		return;
	line_begin_number(link_line(&r->keeper), "committed", r->last);
	line_end(link_line(&r->keeper));
	link_flush(&r->keeper);
}

/* A damaged file is left as it is. What waits here the keeper sends again to the next recorder,
 * which finds the damage written down and keeps off. */
static void give_up(struct recorder *r)
{
	r->is_broken = true;
	log_say("the store is damaged: ending, to begin anew without it");
	loop_end(r->loop);
}

static bool commit(struct recorder *r)
{
	struct store_batch batch = {.at_us = clock_wall_us(),
				    .events = &r->events,
				    .keeper = r->keeper_start ? r->keeper_start : "",
				    .last = r->last};
	struct text wrong = {0};
	bool is_done;

	if (!r->store)
		return false;
	if (!store_waiting(r->store) && !r->events.size && !r->failing.size)
		return true;
	is_done = store_commit(r->store, &batch, &wrong);
	if (is_done) {
		text_clear(&r->events);
		recover(r);
		tell_committed(r);
		go_on_reading(r);
	} else {
		fail(r, &wrong);
		if (store_is_damaged(r->store))
			give_up(r);
	}
	text_release(&wrong);
	return is_done;
}

/* ---- the keeper's lines ---- */

static void keep(struct text *to, const struct line *l, bool with_number)
{
	static const char *const but[] = {"n", NULL};

	line_begin(to, l->verb, l->id);
	line_add_words(to, l, with_number ? NULL : but);
	line_end(to);
}

/* What it believed when it ended, for one that has just begun. */
static void tell_resume(struct recorder *r)
{
	if (!link_is_open(&r->keeper))
		return;
	store_resume(r->store, link_line(&r->keeper));
	say(&r->keeper, "resumed", "-", NULL, NULL);
}

/* A new keeper's numbers begin anew; what its predecessor sent must be on disk or at least in the
 * batch before. */
static void follow_keeper(struct recorder *r, const struct line *l)
{
	const char *start = strcmp(l->id, "-") ? l->id : line_get(l, "start_us");
	bool is_new = !r->keeper_start || strcmp(r->keeper_start, start);
	int64_t on_disk;

	if (is_new) {
		commit(r);
		free(r->keeper_start);
		r->keeper_start = memory_text(start);
		r->last = 0;
	}
	r->has_begun = true;
	on_disk = store_last(r->store, r->keeper_start);
	r->last = r->last > on_disk ? r->last : on_disk;
	if (r->last && !store_waiting(r->store) && !r->events.size)
		tell_committed(r);
	tell_resume(r);
}

/* ---- an import ---- */

/* Only a file that `nines import` put beside the store: its name is the store's and more. */
static int open_stage(const struct recorder *r, const char *name)
{
	const char *slash = strrchr(r->path, '/'), *store = slash ? slash + 1 : r->path;
	struct text path = {0};
	size_t n = strlen(store);
	int fd = -1;

	errno = EINVAL;
	if (!strncmp(name, store, n) && !strncmp(name + n, ".import-", 8) && !strchr(name, '/')) {
		text_add(&path, r->path, slash ? (size_t)(slash - r->path) + 1 : 0);
		text_puts(&path, name);
		fd = open(path.at, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	}
	text_release(&path);
	return fd;
}

static bool read_stage(int fd, struct text *bytes)
{
	struct stat is;
	ssize_t n = 1;

	if (fstat(fd, &is) || !S_ISREG(is.st_mode) || is.st_size > STAGE_BYTES)
		return false;
	text_reserve(bytes, (size_t)is.st_size);
	while (n > 0 && bytes->size < (size_t)is.st_size) {
		n = read(fd, bytes->at + bytes->size, (size_t)is.st_size - bytes->size);
		bytes->size += n > 0 ? (size_t)n : 0;
	}
	return n > 0 || !is.st_size;
}

static void merge(struct recorder *r, const char *name, struct text *wrong)
{
	struct text bytes = {0};
	int fd;

	if (!commit(r)) { /* what came before goes first */
		text_printf(wrong, "the store fails: %s", text_get(&r->failing));
		return;
	}
	fd = open_stage(r, name);
	if (fd < 0 || !read_stage(fd, &bytes))
		text_printf(wrong, "the recorder cannot read the staged history: %s",
			    log_errno(errno));
	else
		store_merge(r->store, bytes.at, bytes.size, wrong);
	if (fd >= 0)
		close(fd);
	text_release(&bytes);
}

/* `merge N file=NAME`: a client of the keeper's waits for `merged N`. */
static void take_merge(struct recorder *r, const struct line *l)
{
	struct text wrong = {0};

	if (r->store)
		merge(r, line_get(l, "file"), &wrong);
	else
		text_printf(&wrong, "the store fails: %s", text_get(&r->failing));
	say(&r->keeper, "merged", l->id, wrong.size ? "wrong" : NULL, text_get(&wrong));
	text_release(&wrong);
}

/* `reclassify N ...`: a client of the keeper's waits for `reclassified N`. */
static void take_reclassification(struct recorder *r, const struct line *l)
{
	struct text said = {0};
	bool is_done = false;

	if (!r->store || !commit(r)) /* what came before goes first */
		text_printf(&said, "the store fails: %s", text_get(&r->failing));
	else
		is_done = store_reclassify(r->store, l, clock_wall_us(), &said);
	say(&r->keeper, "reclassified", l->id, is_done ? "text" : "wrong", text_get(&said));
	text_release(&said);
}

static void feed(struct recorder *r, const struct line *l)
{
	int64_t n = line_int(l, "n", 0);

	if (!strcmp(l->verb, "keeper")) {
		follow_keeper(r, l);
		return;
	}
	if (n && n <= r->last)
		return; /* it came before */
	if (!strcmp(l->verb, "result"))
		store_take(r->store, l, clock_wall_us());
	else
		keep(&r->events, l, false);
	r->last = n ? n : r->last;
}

static const char *take_keeper(struct link *k, const struct line *l, int fd)
{
	struct recorder *r = k->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "keeper") && r->failing.size)
		say(&r->keeper, "failing", "-", "reason", r->failing.at);
	if (!strcmp(l->verb, "merge"))
		take_merge(r, l);
	else if (!strcmp(l->verb, "reclassify"))
		take_reclassification(r, l);
	else if (r->store)
		feed(r, l);
	else
		keep(&r->held, l, true);
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

/* ---- the store ---- */

static void feed_held(struct recorder *r)
{
	static struct line line; /* too large for a stack frame */
	struct text held = r->held;
	char *newline;

	r->held = (struct text){0};
	for (char *at = held.at;
	     at && (newline = memchr(at, '\n', held.size - (size_t)(at - held.at)));
	     at = newline + 1)
		if (!line_parse(&line, at, (size_t)(newline - at)))
			feed(r, &line);
	text_release(&held);
}

/* A file that cannot be used costs little: it may have been looked through for damage. */
static void open_store(struct recorder *r)
{
	int64_t begun_us = clock_mono_us();
	struct text wrong = {0};

	if (r->store || begun_us < r->open_at_us)
		return;
	r->store = store_open(r->path, &wrong);
	if (r->store) {
		store_retain(r->store, &r->retention);
		feed_held(r);
	} else {
		fail(r, &wrong);
		r->open_at_us = clock_mono_us() + OPENING_SHARE * (clock_mono_us() - begun_us);
	}
	text_release(&wrong);
}

static void tidy(struct recorder *r)
{
	struct text wrong = {0};

	if (!store_tidy(r->store, clock_wall_us(), &wrong) ||
	    !store_check_daily(r->store, loop_now(r->loop), &wrong))
		fail(r, &wrong);
	if (store_is_damaged(r->store) && !r->is_broken)
		give_up(r);
	else
		store_sweep(r->store, loop_now(r->loop), clock_wall_us());
	text_release(&wrong);
}

static void each_second(struct loop_timer *t)
{
	struct recorder *r = (struct recorder *)((char *)t - offsetof(struct recorder, second));

	loop_set(r->loop, t, loop_now(r->loop) + CLOCK_SECOND);
	open_store(r);
	if (commit(r))
		tidy(r);
}

/* ---- the parent's lines ---- */

/* What a keeper said before it died and what was not read yet. */
static void read_rest(struct link *k)
{
	struct pollfd p = {.fd = k->watch.fd, .events = POLLIN};

	while (link_is_open(k) && poll(&p, 1, 0) == 1)
		k->watch.ready(&k->watch, EPOLLIN);
}

static void take_keeper_fd(struct recorder *r, int fd)
{
	bool was_stopping = r->is_stopping;

	r->is_stopping = false;
	read_rest(&r->keeper);
	link_close(&r->keeper, "it ended");
	r->is_stopping = was_stopping;
	memset(&r->keeper, 0, sizeof r->keeper);
	r->has_begun = false;
	r->keeper.name = "keeper";
	r->keeper.take = take_keeper;
	r->keeper.closed = keeper_closed;
	r->keeper.with = r;
	if (!link_open(&r->keeper, r->loop, fd, QUEUE_BYTES))
		close(fd);
}

static void go(struct recorder *r)
{
	sandbox_enter("recorder");
	open_store(r);
	loop_set(r->loop, &r->second, loop_now(r->loop) + CLOCK_SECOND);
	say(&r->control, "ready", "-", NULL, NULL);
}

static void retain(struct recorder *r, const struct line *l)
{
	r->retention.raw_us = line_int(l, "raw_us", 0);
	r->retention.day_us = line_int(l, "day_us", 0);
	r->retention.month_us = line_int(l, "month_us", 0);
	if (r->store)
		store_retain(r->store, &r->retention);
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
	} else if (!strcmp(l->verb, "retain")) {
		retain(r, l);
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

static void release(struct recorder *r)
{
	link_forget(&r->control);
	link_forget(&r->keeper);
	text_release(&r->held);
	text_release(&r->events);
	text_release(&r->failing);
	free(r->path);
	free(r->keeper_start);
	loop_free(r->loop);
	free(r);
}

int recorder_main(int control_fd)
{
	struct recorder *r = memory_new(sizeof *r);
	int status;

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
	if (!r->is_broken)
		commit(r);
	store_close(r->store);
	status = r->is_broken;
	release(r);
	return status;
}
