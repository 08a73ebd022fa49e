/* courier/courier: see courier.h. */
#include "courier.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../parent/sandbox.h"
#include "../prober/blame.h"
#include "delivery.h"
#include "notifier.h"

#define COURIER_MAGIC 0x636f7572u
#define CONTROL_BYTES (1u << 20)
#define OUTCOME_BYTES (16u << 20)

/* A letter that waits for the one before it. */
struct waiting {
	struct waiting *next;
	struct letter *letter;
};

struct courier {
	uint32_t magic;
	struct loop *loop;
	struct loop_turn turn;
	struct loop_timer again;
	struct link control, keeper;
	struct probe_host host;
	struct map secrets; /* by number */
	struct text said;   /* the `notifier` line */
	int module_fd, files_fd; /* files_fd: the folder of letters' files */
	struct notifier notifier;
	struct waiting *first, **last;
	struct letter *flying;
	bool blocks, may_exec, is_running, is_busy, is_stopping;
};

/* ---- letters ---- */

static void has_gone(struct letter *letter, const struct text *outcome, void *with)
{
	struct courier *c = with;

	assert(c->magic == COURIER_MAGIC);
	if (link_is_open(&c->keeper))
		text_add(link_line(&c->keeper), outcome->at, outcome->size);
	c->is_busy = false;
	*(letter->prev ? &letter->prev->next : &c->flying) = letter->next;
	if (letter->next)
		letter->next->prev = letter->prev;
	letter_free(letter);
}

static void refuse(struct courier *c, struct letter *letter)
{
	struct text *t = link_line(&c->keeper);

	line_begin(t, "outcome", letter_id(letter));
	line_add(t, "outcome", "later");
	line_add(t, "reason", c->notifier.refusal);
	line_add_int(t, "elapsed_us", 0);
	line_end(t);
	letter_free(letter);
}

static void begin(struct courier *c, struct letter *letter)
{
	struct delivery_order order = {
		.options = c->notifier.options,
		.timeout_us = c->notifier.timeout_us,
		.address_family = c->notifier.address_family,
		.done = has_gone,
		.with = c,
	};

	if (c->notifier.refusal) {
		refuse(c, letter);
		return;
	}
	order.module = c->notifier.module->notifier;
	if (order.module->head.flags & MODULE_TAKES_FILES)
		letter_read_files(letter, c->files_fd);
	else
		letter_say_where(letter);
	letter->next = c->flying;
	if (c->flying)
		c->flying->prev = letter;
	c->flying = letter;
	c->is_busy = c->blocks;
	if (c->blocks && c->host.blame)
		c->host.blame->patience_us = order.timeout_us;
	delivery_begin(&c->host, letter, &order);
}

static void enqueue(struct courier *c, struct letter *letter)
{
	struct waiting *w = memory_new(sizeof *w);

	w->letter = letter;
	*c->last = w;
	c->last = &w->next;
}

/* Of a module that blocks one in a turn of the loop, so that each answer leaves before the next
 * letter holds it. */
static void begin_waiting(struct courier *c)
{
	struct waiting *w = c->first;

	if (!w || c->is_busy)
		return;
	c->first = w->next;
	if (!c->first)
		c->last = &c->first;
	begin(c, w->letter);
	free(w);
	loop_set(c->loop, &c->again, loop_now(c->loop));
}

static void go_on(struct loop_timer *t)
{
	(void)t; /* the end of the turn that it makes does the work */
}

static const char *take_keeper(struct link *k, const struct line *l, int fd)
{
	struct courier *c = k->with;

	assert(c->magic == COURIER_MAGIC);
	if (fd >= 0)
		close(fd);
	if (strcmp(l->verb, "deliver") != 0 || c->is_stopping)
		return NULL; /* a newer keeper's word, or a letter for the next courier */
	if (c->blocks)
		enqueue(c, letter_new(l));
	else
		begin(c, letter_new(l));
	return NULL;
}

static void keeper_closed(struct link *k, const char *why)
{
	struct courier *c = k->with;

	(void)why;
	loop_end(c->loop);
}

/* ---- the parent's lines ---- */

static const char *take_start(struct courier *c, const struct line *l, int fd)
{
	const char *pool = line_get(l, "pool");

	if (fd >= 0)
		close(fd);
	c->blocks = !strcmp(pool, "blocking");
	c->may_exec = !strcmp(pool, "exec");
	c->host.may_exec = c->may_exec;
	return NULL;
}

static const char *take_fd(struct courier *c, const struct line *l, int fd)
{
	if (fd < 0)
		return "a descriptor is missing";
	if (!strcmp(l->id, "module") && c->module_fd < 0) {
		c->module_fd = fd;
	} else if (!strcmp(l->id, "files") && c->files_fd < 0) {
		c->files_fd = fd;
	} else if (!strcmp(l->id, "blame") && !c->host.blame) {
		c->host.blame = blame_map(fd);
		close(fd);
	} else if (!strcmp(l->id, "keeper") && !link_is_open(&c->keeper)) {
		c->keeper.name = "keeper";
		if (!link_open(&c->keeper, c->loop, fd, OUTCOME_BYTES))
			return "the loop refused the keeper's link";
	} else {
		close(fd);
	}
	return NULL;
}

static const char *take_notifier(struct courier *c, const struct line *l, int fd)
{
	if (fd >= 0)
		close(fd);
	text_clear(&c->said);
	line_begin(&c->said, l->verb, l->id);
	line_add_words(&c->said, l, NULL);
	return NULL;
}

static const char *take_secret(struct courier *c, const struct line *l, int fd)
{
	int64_t number = line_number(l);

	if (fd >= 0)
		close(fd);
	if (number < 0)
		return NULL;
	free(map_take(&c->secrets, (uint64_t)number));
	map_put(&c->secrets, (uint64_t)number, memory_text(line_get(l, "value")));
	return NULL;
}

/* Constructors run inside: the page says whose, should they crash or hang (F20). */
static void open_notifier(struct courier *c)
{
	static struct line line; /* too large for a stack frame */

	text_puts(&c->said, "");
	line_parse(&line, c->said.at, c->said.size);
	blame_enter(c->host.blame, -1, line_get(&line, "module"), "", "load");
	notifier_open(&c->notifier, &line, c->module_fd, &c->secrets);
	blame_leave(c->host.blame);
	if (c->notifier.refusal)
		log_say("%s", c->notifier.refusal);
}

static const char *take_go(struct courier *c, const struct line *l, int fd)
{
	struct text *answer = link_line(&c->control);

	(void)l;
	if (fd >= 0)
		close(fd);
	if (c->is_running || !c->said.size)
		return NULL;
	c->is_running = true;
	sandbox_enter(c->may_exec ? "courier-exec" : "courier");
	open_notifier(c);
	line_begin(answer, "ready", "-");
	line_end(answer);
	return NULL;
}

/* What it has in flight it brings to its end: the keeper gives it no more. */
static const char *take_stop(struct courier *c, const struct line *l, int fd)
{
	(void)l;
	if (fd >= 0)
		close(fd);
	c->is_stopping = true;
	return NULL;
}

static const struct {
	const char *name;
	const char *(*take)(struct courier *, const struct line *, int fd);
} control_verb[] = {{"start", take_start},   {"fd", take_fd}, {"notifier", take_notifier},
		    {"secret", take_secret}, {"go", take_go}, {"stop", take_stop}};

static const char *take_control(struct link *k, const struct line *l, int fd)
{
	struct courier *c = k->with;

	assert(c->magic == COURIER_MAGIC);
	for (size_t i = 0; i < sizeof control_verb / sizeof *control_verb; i++)
		if (!strcmp(control_verb[i].name, l->verb))
			return control_verb[i].take(c, l, fd);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void control_closed(struct link *k, const char *why)
{
	struct courier *c = k->with;

	(void)why;
	loop_end(c->loop);
}

/* ---- the process ---- */

/* The last of a turn. */
static void turn_ended(struct loop_turn *t)
{
	struct courier *c = (struct courier *)((char *)t - offsetof(struct courier, turn));

	begin_waiting(c);
	link_flush(&c->keeper);
	link_flush(&c->control);
	if (c->is_stopping && !c->first && !c->host.in_flight)
		loop_end(c->loop);
}

static bool open_all(struct courier *c, int control_fd)
{
	c->loop = loop_new();
	if (!c->loop)
		return false;
	c->turn.turn = turn_ended;
	c->again.fire = go_on;
	loop_each_turn(c->loop, &c->turn); /* before all others: it runs last */
	c->control = (struct link){
		.name = "parent", .take = take_control, .closed = control_closed, .with = c};
	c->keeper = (struct link){
		.watch.fd = -1, .take = take_keeper, .closed = keeper_closed, .with = c};
	c->host.loop = c->loop;
	c->host.icmp4_fd = c->host.icmp6_fd = c->module_fd = c->files_fd = -1;
	c->last = &c->first;
	return probe_host_open(&c->host) &&
	       link_open(&c->control, c->loop, control_fd, CONTROL_BYTES);
}

static void beat(int64_t busy_since_us, void *with)
{
	struct courier *c = with;

	blame_beat(busy_since_us, c->host.blame);
}

int courier_main(int control_fd)
{
	static struct courier courier; /* what is in flight at the end stays reachable */
	struct courier *c = &courier;

	log_role("courier");
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write(2) */
	*c = (struct courier){.magic = COURIER_MAGIC};
	if (!open_all(c, control_fd))
		log_die(MEMORY_EXIT, "cannot start: %s", log_errno(errno));
	loop_heartbeat(c->loop, beat, c);
	loop_run(c->loop);
	return 0;
}
