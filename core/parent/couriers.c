/* parent/couriers: one process for each channel of the configuration: starting, watching, replacing
 * and burying it. As with probers a page says which letter and step held one that died; unlike
 * them no configuration waits for a courier. See house.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../module/load.h"
#include "house.h"

#define HUNG_TICKS 5
#define KILL_AFTER_TICKS 2 /* further ones, when SIGABRT did not help */
#define DRAIN_US (60 * CLOCK_SECOND) /* for the letters it has, when another takes its place */

static const char *const pool_of[] = {"general", "blocking", "exec"};

static void send_fd(struct house *h, struct courier *c, const char *line, int fd)
{
	house_trace(h, "courier", line);
	if (fd >= 0 && !link_send_fd(&c->child.link, line, fd))
		log_say("the courier of '%s' did not get its '%.20s'", c->name, line);
}

/* ---- starting ---- */

static void send_module(struct house *h, struct courier *c, const struct plan_channel *ch)
{
	struct text refusal = {0};
	char build[17] = "";
	int fd = ch->module->refused ? -1 : module_copy(ch->module->path, build, &refusal);

	if (fd >= 0) {
		if (strcmp(build, ch->module->build))
			house_reload(h, false); /* it was replaced since the loader looked */
		send_fd(h, c, "fd module\n", fd);
		close(fd);
	} else if (refusal.size) {
		log_say("module '%s' is refused: %s", ch->module->name, text_get(&refusal));
	}
	text_release(&refusal);
}

static void send_files(struct house *h, struct courier *c, const struct plan_channel *ch)
{
	int fd = ch->module->flags & MODULE_TAKES_FILES ? reporter_open_files(h) : -1;

	if (fd < 0)
		return;
	send_fd(h, c, "fd files\n", fd);
	close(fd);
}

static bool send_keeper_end(struct house *h, struct courier *c)
{
	int pair[2];

	if (!link_pair(pair))
		return false;
	send_fd(h, c, "fd keeper\n", pair[0]);
	close(pair[0]);
	c->keeper_fd = pair[1];
	return true;
}

static void send_start(struct house *h, struct courier *c, const struct plan_channel *ch)
{
	struct text start = {0};

	line_begin(&start, "start", "courier");
	line_add(&start, "name", c->name);
	line_add(&start, "pool", pool_of[ch->pool]);
	if (h->options->is_traced)
		line_add_int(&start, "trace", 1);
	line_end(&start);
	house_send(h, &c->child, start.at);
	text_release(&start);
}

static void hand_over(struct house *h, struct courier *c, const struct plan_channel *ch)
{
	int blame = blame_create();

	send_start(h, c, ch);
	if (blame >= 0) {
		c->blame = blame_map(blame);
		send_fd(h, c, "fd blame\n", blame);
		close(blame);
	}
	if (!send_keeper_end(h, c))
		child_kill(&c->child, SIGKILL);
	send_module(h, c, ch);
	send_files(h, c, ch);
	if (h->plan->secret)
		text_add(link_line(&c->child.link), h->plan->secret, h->plan->secret_bytes);
	house_send(h, &c->child, ch->line);
	house_send(h, &c->child, "go -\n");
}

static void tell_keeper(struct house *h, struct courier *c)
{
	struct child *keeper = &h->role[ROLE_KEEPER];
	struct text line = {0};

	if (c->is_known || c->keeper_fd < 0 || !c->child.is_ready || keeper->pid <= 0)
		return;
	line_begin_name(&line, "courier", c->name);
	line_add_int(&line, "number", c->child.number);
	line_end(&line);
	house_trace(h, "keeper", line.at);
	if (link_send_fd(&keeper->link, line.at, c->keeper_fd)) {
		c->is_known = true;
		close(c->keeper_fd);
		c->keeper_fd = -1;
	}
	text_release(&line);
}

static const char *take(struct child *child, const struct line *l, int fd)
{
	struct courier *c = (struct courier *)child;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "ready")) {
		child->is_ready = true;
		tell_keeper(child->with, c);
	}
	return NULL;
}

static struct courier *courier_find(const struct house *h, const char *name)
{
	for (size_t i = 0; i < h->couriers; i++)
		if (!h->courier[i]->is_retiring && !strcmp(h->courier[i]->name, name))
			return h->courier[i];
	return NULL;
}

/* One that died waits here, without a process, for its next start. */
static struct courier *courier_add(struct house *h, const char *name)
{
	struct courier *c = memory_new(sizeof *c);

	c->name = memory_text(name);
	c->print = memory_text("");
	c->keeper_fd = -1;
	h->courier = memory_resize(h->courier, (h->couriers + 1) * sizeof *h->courier);
	h->courier[h->couriers++] = c;
	return c;
}

static void courier_remove(struct house *h, struct courier *c)
{
	for (size_t i = 0; i < h->couriers; i++)
		if (h->courier[i] == c)
			h->courier[i--] = h->courier[--h->couriers];
	if (c->keeper_fd >= 0)
		close(c->keeper_fd);
	blame_unmap(c->blame);
	free(c->name);
	free(c->print);
	free(c);
}

static void start(struct house *h, struct courier *c, const struct plan_channel *ch)
{
	struct child_plan how = {.role = "courier",
				 .number = ++h->next_courier,
				 .privilege = &h->privilege,
				 .root_fd = -1,
				 .take = take,
				 .with = h,
				 .is_traced = h->options->is_traced};

	if (!child_start(&c->child, h->loop, &how)) {
		log_say("the courier of '%s' could not be started: %s", c->name,
			log_errno(errno));
		patience_lose(&c->patience, loop_now(h->loop), 0, 0);
		return;
	}
	c->is_known = c->is_hung = false;
	c->standing_ticks = 0;
	hand_over(h, c, ch);
}

/* ---- the configuration in force ---- */

static const struct plan_channel *channel_find(const struct house *h, const char *name)
{
	for (size_t i = 0; h->plan && i < h->plan->channels; i++)
		if (!strcmp(h->plan->channel[i]->name, name))
			return h->plan->channel[i];
	return NULL;
}

/* What its process was started with: its line, its module's build, its secrets. */
static void add_print(struct text *t, const struct house *h, const struct plan_channel *ch)
{
	text_puts(t, ch->line);
	text_puts(t, ch->module->refused ? ch->module->refused : ch->module->build);
	if (h->plan->secret)
		text_printf(t, "%llx", (unsigned long long)map_hash(h->plan->secret,
								    h->plan->secret_bytes));
}

static void retire(struct house *h, struct courier *c)
{
	c->is_retiring = true;
	if (c->child.pid > 0)
		child_stop(&c->child, loop_now(h->loop), DRAIN_US);
	else
		courier_remove(h, c);
}

static void follow(struct house *h, const struct plan_channel *ch)
{
	struct courier *c = courier_find(h, ch->name);
	struct text print = {0};

	add_print(&print, h, ch);
	if (c && strcmp(c->print, text_get(&print))) {
		retire(h, c);
		c = NULL;
	}
	if (!c) {
		c = courier_add(h, ch->name);
		free(c->print);
		c->print = memory_text(text_get(&print));
		start(h, c, ch);
	}
	text_release(&print);
}

void couriers_follow(struct house *h)
{
	for (size_t i = h->couriers; i-- > 0;)
		if (!h->courier[i]->is_retiring && !channel_find(h, h->courier[i]->name))
			retire(h, h->courier[i]);
	for (size_t i = 0; i < h->plan->channels; i++)
		follow(h, h->plan->channel[i]);
}

/* Those that were ready before it. */
void couriers_tell(struct house *h)
{
	for (size_t i = 0; i < h->couriers; i++)
		if (!h->courier[i]->is_retiring && !h->courier[i]->child.is_stopping)
			tell_keeper(h, h->courier[i]);
}

/* ---- watching ---- */

/* A module that blocks may hold the loop for as long as its attempt may last. */
static unsigned hung_ticks(const struct courier *c)
{
	int64_t more_us = c->blame ? c->blame->patience_us : 0;

	return HUNG_TICKS + (unsigned)(more_us > 0 && more_us <= 3600 * CLOCK_SECOND
					       ? more_us / CLOCK_SECOND
					       : 0);
}

static void look_for_standing(struct house *h, struct courier *c)
{
	int64_t since_us = c->blame ? c->blame->busy_since_us : 0;
	unsigned hung = hung_ticks(c);

	c->standing_ticks =
		since_us && since_us == c->standing_since_us ? c->standing_ticks + 1 : 0;
	c->standing_since_us = since_us;
	if (c->standing_ticks == hung) {
		c->is_hung = true;
		log_say("the courier of '%s' stands still for %u s: it is ended", c->name, hung);
		child_kill(&c->child, SIGABRT);
	} else if (c->standing_ticks >= hung + KILL_AFTER_TICKS) {
		child_kill(&c->child, SIGKILL);
	}
	child_tick(&c->child, loop_now(h->loop));
}

static void start_again(struct house *h, struct courier *c)
{
	const struct plan_channel *ch = channel_find(h, c->name);

	if (ch && !c->is_retiring && loop_now(h->loop) >= c->patience.again_us)
		start(h, c, ch);
}

void couriers_tick(struct house *h)
{
	for (size_t i = 0; i < h->couriers; i++)
		if (h->courier[i]->child.pid > 0)
			look_for_standing(h, h->courier[i]);
		else if (!h->is_ending)
			start_again(h, h->courier[i]);
}

/* ---- the end of one ---- */

static void add_blame(struct text *line, const struct courier *c)
{
	char text[BLAME_TEXT];

	if (!c->blame || !c->blame->probe || c->child.is_stopping)
		return;
	blame_read(c->blame->module, text);
	line_add(line, "module", text);
	blame_read(c->blame->step, text);
	line_add(line, "step", text);
	blame_read(c->blame->check, text);
	line_add(line, "letter", text);
}

static void tell_death(struct house *h, const struct courier *c, int64_t number, int status)
{
	struct text line = {0};

	line_begin_name(&line, "courier-gone", c->name);
	line_add_int(&line, "number", number);
	line_add_int(&line, "signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	line_add_int(&line, "exit", WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	line_add_int(&line, "hung", c->is_hung);
	add_blame(&line, c);
	line_end(&line);
	if (c->is_known && h->role[ROLE_KEEPER].pid > 0 && !h->is_ending)
		house_send(h, &h->role[ROLE_KEEPER], line.at);
	text_release(&line);
}

static void say_death(const struct courier *c, int status)
{
	char step[BLAME_TEXT] = "";

	if (c->blame && c->blame->probe)
		blame_read(c->blame->step, step);
	log_say("the courier of '%s' ended (%s %d)%s%s%s and is started again", c->name,
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		*step ? " in step '" : "", step, *step ? "'" : "");
}

bool courier_died(struct house *h, pid_t pid, int status)
{
	struct courier *c = NULL;
	int64_t now_us = loop_now(h->loop);
	bool was_wanted;

	for (size_t i = 0; i < h->couriers && !c; i++)
		if (h->courier[i]->child.pid == pid)
			c = h->courier[i];
	if (!c)
		return false;
	was_wanted = !c->child.is_stopping;
	child_end(&c->child);
	if (was_wanted && !h->is_ending)
		say_death(c, status);
	tell_death(h, c, c->child.number, status);
	if (was_wanted)
		patience_lose(&c->patience, now_us, now_us - c->child.started_us, 1);
	if (c->keeper_fd >= 0)
		close(c->keeper_fd);
	c->keeper_fd = -1;
	blame_unmap(c->blame);
	c->blame = NULL;
	if (c->is_retiring || h->is_ending)
		courier_remove(h, c);
	else
		start_again(h, c);
	return true;
}

/* The keeper is gone and with it the other ends: what they have in flight has nobody to go to. */
void couriers_forget_keeper(struct house *h)
{
	for (size_t i = 0; i < h->couriers; i++) {
		h->courier[i]->child.is_stopping = true;
		child_kill(&h->courier[i]->child, SIGKILL);
	}
}

void couriers_stop(struct house *h)
{
	for (size_t i = h->couriers; i-- > 0;)
		if (h->courier[i]->child.pid > 0)
			child_stop(&h->courier[i]->child, loop_now(h->loop), GRACE_US);
		else
			courier_remove(h, h->courier[i]);
}
