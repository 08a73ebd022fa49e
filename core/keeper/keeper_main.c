/* keeper/keeper_main: the keeper's process. It carries bytes between links and the keeper, and the
 * time: nothing else. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../base/text.h"
#include "../parent/sandbox.h"
#include "keeper.h"
#include "schedule.h"

#define LINK_MOST    ((size_t)8 << 20)
#define CLIENTS_MOST 64
/* The recorder writes once a second: lines for it wait, to be read many at a time. */
#define HELD_US    100000
#define HELD_BYTES ((size_t)48 << 10)

struct room;

/* One link and which end it is. */
struct end {
	struct link link; /* first */
	struct keeper_end is;
	struct room *room;
	struct end *next;
	int64_t flush_at_us; /* lines are held until then; 0: none are */
	bool is_slow; /* to be closed at the end of the turn */
};

struct room {
	struct loop *loop;
	struct keeper *keeper;
	struct keeper_out out;
	struct end *ends;
	struct end *gone; /* closed, freed at the end of the turn */
	struct loop_timer tick;
	struct loop_turn turn;
	int64_t turn_us, now_us, wall_us; /* of this turn: look_at_clocks() */
	int64_t last_client, slept_us; /* CLOCK_BOOTTIME - CLOCK_MONOTONIC */
	bool is_traced;
	int status;
};

/* ---- the trace ---- */

static bool begins(const char *at, size_t size, const char *with)
{
	return size > strlen(with) && !memcmp(at, with, strlen(with));
}

/* Lines that hold a key anywhere, and what is shown of them. */
static const char *shown_instead(const char *at, size_t size)
{
	if (begins(at, size, "shared ") || begins(at, size, "address"))
		return "(an address that jobs keep to themselves)\n";
	if (begins(at, size, "subscribe-confirm ") || begins(at, size, "subscriber-change ") ||
	    begins(at, size, "subscriber-remove "))
		return "(a subscriber says yes, changes something or goes)\n";
	if (begins(at, size, "deliver ") && memmem(at, size, " subscription=", 14))
		return "(a letter to a subscriber)\n";
	return NULL;
}

/* A line, but what opens something: keys of heartbeats, of subscriptions, of the server (F59). */
static void add_shown(struct text *t, const char *at, size_t size)
{
	static const char word[] = " key=";
	const char *end = at + size, *found, *instead = shown_instead(at, size);

	if (instead) {
		text_puts(t, instead);
		return;
	}
	while ((found = memmem(at, (size_t)(end - at), word, sizeof word - 1))) {
		found += sizeof word - 1;
		text_add(t, at, (size_t)(found - at));
		text_puts(t, "...");
		for (at = found; at < end && *at != ' ' && *at != '\n'; at++)
			continue;
	}
	text_add(t, at, (size_t)(end - at));
}

static void trace(const struct end *e, const char *direction, const char *lines, size_t size)
{
	static const char *const kind[] = {"prober", "parent", "recorder",
					   "client", "loop",   "courier"};
	struct text t = {0};
	const char *end;
	ssize_t n;

	for (const char *at = lines; at < lines + size; at = end + 1) {
		end = memchr(at, '\n', (size_t)(lines + size - at));
		if (!end)
			break;
		clock_add_utc(&t, clock_wall_us(), 6);
		text_printf(&t, " keeper %s %s", direction, kind[e->is.kind]);
		if (e->is.number)
			text_printf(&t, "-%" PRId64, e->is.number);
		text_putc(&t, ' ');
		add_shown(&t, at, (size_t)(end - at) + 1);
	}
	n = write(STDERR_FILENO, text_get(&t), t.size);
	(void)n; /* a trace nobody reads is no reason to stop */
	text_release(&t);
}

static void trace_line(const struct end *e, const struct line *l)
{
	struct text t = {0};

	line_begin(&t, l->verb, l->id);
	line_add_words(&t, l, NULL);
	line_end(&t);
	trace(e, "<-", t.at, t.size);
	text_release(&t);
}

/* ---- links ---- */

static struct end *end_find(struct room *r, struct keeper_end is)
{
	struct end *e = r->ends;

	while (e && (e->is.kind != is.kind || e->is.number != is.number))
		e = e->next;
	return e;
}

static struct text *line_for(void *with, struct keeper_end to)
{
	struct end *e = end_find(with, to);

	return e && link_has_room(&e->link) ? link_line(&e->link) : NULL;
}

static void close_slow(void *with, struct keeper_end is)
{
	struct end *e = end_find(with, is);

	if (e)
		e->is_slow = true;
}

static void tell_keeper(struct room *r, struct keeper_end from, const char *verb, const char *key,
			int64_t n)
{
	struct line l = {.verb = verb, .id = "-"};
	char digits[24] = "";
	struct text t = {0};

	text_int(&t, n);
	memcpy(digits, t.at, t.size < sizeof digits ? t.size : sizeof digits - 1);
	text_release(&t);
	if (key)
		l.word[l.words++] = (struct line_word){
			.key = key, .value = digits, .size = (uint32_t)strlen(digits)};
	keeper_take(r->keeper, r->now_us, r->wall_us, from, &l);
}

/* A machine that slept: the boot clock went on, the monotonic one did not. */
static void look_for_sleep(struct room *r)
{
	int64_t slept_us = clock_boot_us() - clock_mono_us();

	if (slept_us - r->slept_us > CLOCK_SECOND)
		tell_keeper(r, (struct keeper_end){END_LOOP, 0}, "suspended", "for_us",
			    slept_us - r->slept_us);
	r->slept_us = slept_us;
}

/* Once a turn: four readings a line would cost as much as a twentieth of the keeper's work. Both at
 * once: the keeper turns one time into the other by what lies between them. */
static void look_at_clocks(struct room *r)
{
	if (r->turn_us == loop_now(r->loop))
		return;
	r->turn_us = loop_now(r->loop);
	r->now_us = clock_mono_us();
	r->wall_us = clock_wall_us();
	look_for_sleep(r);
}

static void closed(struct link *link, const char *why)
{
	struct end *e = (struct end *)link, **at = &e->room->ends;

	if (e->is.kind == END_PARENT)
		log_die(0, "the parent is gone");
	/* an end is the parent's to tell */
	if (e->is.kind != END_CLIENT && strcmp(why, "it ended"))
		log_say("lost the link to %s: %s", link->name, why);
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->next = e->room->gone;
	e->room->gone = e;
	look_at_clocks(e->room);
	tell_keeper(e->room, e->is, "closed", NULL, 0);
}

static const char *take(struct link *, const struct line *, int fd);

static struct end *end_add(struct room *r, int fd, enum keeper_end_kind kind, int64_t number,
			   const char *name)
{
	struct end *e = memory_new(sizeof *e);

	e->is = (struct keeper_end){kind, number};
	e->room = r;
	e->link.name = name;
	e->link.take = take;
	e->link.closed = closed;
	if (!link_open(&e->link, r->loop, fd, LINK_MOST)) {
		log_say("cannot watch a link: %s", log_errno(errno));
		close(fd);
		free(e);
		return NULL;
	}
	e->next = r->ends;
	r->ends = e;
	return e;
}

/* ---- lines of the parent that concern the process ---- */

static void take_start(struct room *r, const struct line *l, int fd)
{
	(void)fd;
	r->is_traced = !strcmp(line_get(l, "trace"), "1");
}

static void take_go(struct room *r, const struct line *l, int fd)
{
	struct text *t;

	(void)l, (void)fd;
	sandbox_enter("keeper");
	t = line_for(r, (struct keeper_end){END_PARENT, 0});
	if (t) {
		line_begin(t, "ready", "-");
		line_end(t);
	}
}

static void take_stop(struct room *r, const struct line *l, int fd)
{
	(void)l, (void)fd;
	loop_end(r->loop);
}

static void take_prober(struct room *r, const struct line *l, int fd)
{
	if (fd >= 0)
		end_add(r, fd, END_PROBER, line_number(l), "a prober");
}

static void take_courier(struct room *r, const struct line *l, int fd)
{
	if (fd >= 0)
		end_add(r, fd, END_COURIER, line_int(l, "number", 0), "a courier");
}

static void take_recorder(struct room *r, const struct line *l, int fd)
{
	struct end *old = end_find(r, (struct keeper_end){END_RECORDER, 0});

	(void)l;
	if (old)
		link_close(&old->link, "a new recorder has come");
	if (fd >= 0)
		end_add(r, fd, END_RECORDER, 0, "the recorder");
}

static size_t count_clients(const struct room *r)
{
	size_t n = 0;

	for (const struct end *e = r->ends; e; e = e->next)
		n += e->is.kind == END_CLIENT;
	return n;
}

static void take_web(struct room *r, const struct line *l, int fd)
{
	(void)l;
	if (fd >= 0)
		end_add(r, fd, END_CLIENT, KEEPER_WEB + ++r->last_client, "the web");
}

/* Who comes and stays costs a descriptor each; probers and the recorder need theirs. */
static void take_client(struct room *r, const struct line *l, int fd)
{
	bool is_full = count_clients(r) >= CLIENTS_MOST;
	struct end *e = fd < 0 ? NULL : end_add(r, fd, END_CLIENT, ++r->last_client, "a client");

	(void)l;
	if (!e || !is_full)
		return;
	line_begin(link_line(&e->link), "end", "-");
	line_add(link_line(&e->link), "wrong", "too many clients are connected: try again later");
	line_end(link_line(&e->link));
	link_flush(&e->link);
	if (link_is_open(&e->link))
		link_close(&e->link, "it is one too many");
}

static const struct {
	const char *verb;
	void (*take)(struct room *, const struct line *, int fd);
} control[] = {{"start", take_start},   {"go", take_go},           {"stop", take_stop},
	       {"prober", take_prober}, {"courier", take_courier}, {"recorder", take_recorder},
	       {"web", take_web},       {"client", take_client}};

static bool take_control(struct room *r, const struct line *l, int fd)
{
	for (size_t i = 0; i < sizeof control / sizeof *control; i++)
		if (!strcmp(control[i].verb, l->verb)) {
			control[i].take(r, l, fd);
			return true;
		}
	return false;
}

static const char *take(struct link *link, const struct line *l, int fd)
{
	struct end *e = (struct end *)link;
	struct room *r = e->room;

	if (r->is_traced)
		trace_line(e, l);
	if (e->is.kind == END_PARENT && !take_control(r, l, fd) && fd >= 0)
		close(fd);
	else if (e->is.kind != END_PARENT && fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "closed"))
		return "a line only the loop may say";
	look_at_clocks(r);
	keeper_take(r->keeper, r->now_us, r->wall_us, e->is, l);
	return NULL;
}

/* ---- the loop ---- */

static void tick(struct loop_timer *timer)
{
	struct room *r = (struct room *)((char *)timer - offsetof(struct room, tick));

	look_at_clocks(r);
	keeper_tick(r->keeper, r->now_us, r->wall_us);
}

/* True while lines for the recorder are to wait, from the first of them on. */
static bool is_held(struct end *e, int64_t now_us)
{
	size_t size = link_line(&e->link)->size;

	if (e->is.kind != END_RECORDER || !size || size >= HELD_BYTES)
		return false;
	if (!e->flush_at_us)
		e->flush_at_us = now_us - now_us % HELD_US + HELD_US;
	return now_us < e->flush_at_us;
}

static void flush(struct end *e)
{
	if (is_held(e, loop_now(e->room->loop)))
		return;
	e->flush_at_us = 0;
	if (e->room->is_traced)
		trace(e, "->", text_get(link_line(&e->link)), link_line(&e->link)->size);
	link_flush(&e->link);
}

/* Whatever this turn produced goes out, each end's lines in one frame; then the next tick is set,
 * on the 10 ms grid. */
static void turn(struct loop_turn *t)
{
	struct room *r = (struct room *)((char *)t - offsetof(struct room, turn));
	struct end *e, *next;
	int64_t at_us = keeper_next_us(r->keeper);

	for (e = r->ends; e; e = next) {
		next = e->next;
		if (e->is_slow) {
			link_close(&e->link, "it does not keep up");
			continue;
		}
		flush(e);
		if (e->flush_at_us && e->flush_at_us < at_us)
			at_us = e->flush_at_us;
	}
	while ((e = r->gone)) {
		r->gone = e->next;
		free(e);
	}
	if (!r->tick.place || r->tick.at_us != at_us)
		loop_set(r->loop, &r->tick, at_us);
}

static void room_release(struct room *r)
{
	struct end *e;

	while ((e = r->ends)) {
		r->ends = e->next;
		e->link.closed = NULL;
		link_flush(&e->link);
		link_close(&e->link, "the end");
		free(e);
	}
	keeper_free(r->keeper);
	loop_free(r->loop);
}

int keeper_main(int control_fd)
{
	struct room r = {.loop = loop_new(), .tick.fire = tick, .turn.turn = turn};

	log_role("keeper");
	if (!r.loop)
		log_die(1, "cannot make an event loop: %s", log_errno(errno));
	r.out = (struct keeper_out){.line = line_for, .with = &r, .close = close_slow};
	r.keeper = keeper_new(&r.out);
	r.slept_us = clock_boot_us() - clock_mono_us();
	if (!end_add(&r, control_fd, END_PARENT, 0, "the parent"))
		log_die(1, "cannot use the control link");
	loop_each_turn(r.loop, &r.turn);
	loop_set(r.loop, &r.tick, clock_mono_us());
	loop_run(r.loop);
	room_release(&r);
	return r.status;
}
