/* parent/probers: starting, watching, replacing and burying probers. See house.h. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../module/load.h"
#include "house.h"

#define HUNG_TICKS 5
#define KILL_AFTER_TICKS 2 /* further ones, when SIGABRT did not help */
#define RETIRE_US (15 * 60 * CLOCK_SECOND)
#define YOUNG_US (10 * CLOCK_SECOND)
#define POOL_SEATS 2 /* of the pools blocking and exec */

static int64_t own_bytes(pid_t pid)
{
	char path[64], line[128];
	ssize_t n;
	long pages = 0;
	int fd;

	snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, line, sizeof line - 1);
	close(fd);
	line[n > 0 ? n : 0] = '\0';
	if (sscanf(line, "%*d %ld", &pages) != 1)
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}

static void send_fd(struct house *h, struct prober *p, const char *line, int fd)
{
	house_trace(h, "prober", line);
	if (fd >= 0 && !link_send_fd(&p->child.link, line, fd))
		log_say("prober %ld did not get its '%.20s'", (long)p->child.number, line);
}

/* Raw sockets need CAP_NET_RAW; without it the prober tries the unprivileged kind itself. */
static void send_icmp(struct house *h, struct prober *p)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd >= 0) {
		send_fd(h, p, "fd icmp4\n", fd);
		close(fd);
	}
	fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (fd >= 0) {
		send_fd(h, p, "fd icmp6\n", fd);
		close(fd);
	}
}

static void send_module(struct house *h, struct prober *p, const struct plan_module *m)
{
	struct text refusal = {0}, line = {0};
	char build[17] = "", name[80];
	int fd = module_copy(m->path, build, &refusal);

	if (fd < 0) {
		log_say("module '%s' is refused: %s", m->name, text_get(&refusal));
	} else {
		if (strcmp(build, m->build))
			house_reload(h, false); /* it was replaced since the loader looked */
		snprintf(name, sizeof name, "module.%s", m->name);
		line_begin(&line, "fd", name);
		line_add(&line, "build", build);
		line_end(&line);
		send_fd(h, p, line.at, fd);
		close(fd);
	}
	text_release(&refusal);
	text_release(&line);
}

static void send_secrets(struct prober *p, const struct plan *plan)
{
	if (plan->secret)
		text_add(link_line(&p->child.link), plan->secret, plan->secret_bytes);
}

static bool send_keeper_end(struct house *h, struct prober *p)
{
	int pair[2];

	if (!link_pair(pair))
		return false;
	send_fd(h, p, "fd keeper\n", pair[0]);
	close(pair[0]);
	p->keeper_fd = pair[1];
	return true;
}

static void hand_over(struct house *h, struct prober *p, const struct plan *plan)
{
	struct text start = {0};
	int blame = blame_create();

	line_begin(&start, "start", "prober");
	line_add_int(&start, "number", p->child.number);
	line_add(&start, "pool", pool_name[p->pool]);
	if (h->options->is_traced)
		line_add_int(&start, "trace", 1);
	line_end(&start);
	house_send(h, &p->child, start.at);
	text_release(&start);
	if (blame >= 0) {
		p->blame = blame_map(blame);
		send_fd(h, p, "fd blame\n", blame);
		close(blame);
	}
	send_icmp(h, p);
	if (!send_keeper_end(h, p))
		child_kill(&p->child, SIGKILL);
	for (size_t i = 0; i < plan->modules; i++)
		if (plan->module[i]->is_check && plan->module[i]->pools & (1u << p->pool) &&
		    !plan->module[i]->refused)
			send_module(h, p, plan->module[i]);
	send_secrets(p, plan);
	house_send(h, &p->child, "go -\n");
}

static void tell_keeper(struct house *h, struct prober *p)
{
	struct text line = {0};
	struct child *keeper = &h->role[ROLE_KEEPER];

	if (!h->is_running || p->is_known || p->keeper_fd < 0 || !p->child.is_ready || !p->seat ||
	    p->generation != h->plan->generation || keeper->pid <= 0)
		return;
	line_begin_number(&line, "prober", p->child.number);
	line_add(&line, "pool", pool_name[p->pool]);
	line_add_int(&line, "generation", p->generation);
	line_end(&line);
	house_trace(h, "keeper", line.at);
	if (link_send_fd(&keeper->link, line.at, p->keeper_fd)) {
		p->is_known = true;
		close(p->keeper_fd);
		p->keeper_fd = -1;
	}
	text_release(&line);
}

static const char *take(struct child *c, const struct line *l, int fd)
{
	struct prober *p = (struct prober *)c;
	struct house *h = c->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "ready")) {
		c->is_ready = true;
		tell_keeper(h, p);
		house_progress(h);
	}
	return NULL; /* a prober has nothing else to say that a parent would do */
}

static void remove_prober(struct house *h, struct prober *p)
{
	for (size_t i = 0; i < h->probers; i++)
		if (h->prober[i] == p)
			h->prober[i--] = h->prober[--h->probers];
	if (p->seat && p->seat->prober == p)
		p->seat->prober = NULL;
	blame_unmap(p->blame);
	if (p->keeper_fd >= 0)
		close(p->keeper_fd);
	free(p);
}

static void fill_seat(struct house *h, struct seat *s, const struct plan *plan)
{
	struct prober *p = memory_new(sizeof *p);
	struct child_plan how = {.role = "prober",
				 .number = ++h->next_prober,
				 .privilege = &h->privilege,
				 .root_fd = -1,
				 .take = take,
				 .with = h,
				 .is_traced = h->options->is_traced};

	p->seat = s;
	p->pool = s->pool;
	p->generation = plan->generation;
	p->keeper_fd = -1;
	if (h->probers == sizeof h->prober / sizeof *h->prober ||
	    !child_start(&p->child, h->loop, &how)) {
		log_say("no prober could be started: %s", log_errno(errno));
		patience_lose(&s->patience, loop_now(h->loop), 0, 0);
		free(p);
		return;
	}
	h->prober[h->probers++] = p;
	s->prober = p;
	hand_over(h, p, plan);
}

/* Who sits there goes on with what it has in flight, and is told to the keeper as retired by the
 * caller. */
static void leave_seat(struct seat *s)
{
	if (s->prober)
		s->prober->seat = NULL;
	s->prober = NULL;
}

/* Cores we may use, which taskset or a container may have made fewer than there are. */
static int64_t usable_cores(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set);

	return n > 0 ? n : 1;
}

static size_t wanted_seats(const struct plan *plan, enum pool pool)
{
	int64_t n = plan->set.probers > 0 ? plan->set.probers : usable_cores();

	if (pool != POOL_GENERAL)
		return plan->pools & (1u << pool) ? POOL_SEATS : 0;
	return (size_t)(n < HOUSE_PROBERS - POOLS * POOL_SEATS
				? n
				: HOUSE_PROBERS - POOLS * POOL_SEATS);
}

static size_t count_seats(const struct house *h, enum pool pool)
{
	size_t n = 0;

	for (size_t i = 0; i < h->seats; i++)
		n += h->seat[i]->pool == pool;
	return n;
}

static void drop_seat(struct house *h, size_t at)
{
	leave_seat(h->seat[at]);
	free(h->seat[at]);
	h->seat[at] = h->seat[--h->seats];
}

static void arrange_seats(struct house *h, const struct plan *plan, enum pool pool)
{
	size_t wanted = wanted_seats(plan, pool), have = count_seats(h, pool);

	for (size_t i = h->seats; i-- > 0 && have > wanted;)
		if (h->seat[i]->pool == pool) {
			drop_seat(h, i);
			have--;
		}
	for (; have < wanted; have++) {
		struct seat *s = memory_new(sizeof *s);

		s->pool = pool;
		h->seat[h->seats++] = s;
	}
}

bool probers_seat(struct house *h, const struct plan *plan)
{
	for (int pool = 0; pool < POOLS; pool++)
		arrange_seats(h, plan, pool);
	for (size_t i = 0; i < h->seats; i++) {
		leave_seat(h->seat[i]);
		h->seat[i]->patience = (struct patience){0};
		fill_seat(h, h->seat[i], plan);
	}
	return h->seats > 0;
}

bool probers_are_ready(const struct house *h, const struct plan *plan)
{
	for (size_t i = 0; i < h->seats; i++) {
		const struct prober *p = h->seat[i]->prober;

		if (!p || p->generation != plan->generation || !p->child.is_ready)
			return false;
	}
	return true;
}

void probers_commit(struct house *h)
{
	for (size_t i = 0; i < h->probers; i++)
		tell_keeper(h, h->prober[i]);
}

static void retire(struct house *h, struct prober *p)
{
	struct text line = {0};

	if (p->retire_by_us)
		return;
	p->retire_by_us = loop_now(h->loop) + RETIRE_US;
	if (p->seat)
		leave_seat(p->seat);
	if (!p->is_known || h->role[ROLE_KEEPER].pid <= 0) {
		child_stop(&p->child, loop_now(h->loop), GRACE_US);
		return;
	}
	line_begin_number(&line, "retire", p->child.number);
	line_end(&line);
	house_send(h, &h->role[ROLE_KEEPER], line.at);
	text_release(&line);
}

void probers_retire(struct house *h)
{
	for (size_t i = h->probers; i-- > 0;)
		if (h->prober[i]->generation != h->plan->generation || !h->prober[i]->seat)
			retire(h, h->prober[i]);
}

void probers_keep(struct house *h, const struct plan *plan)
{
	for (size_t i = 0; i < h->seats; i++)
		if (h->seat[i]->prober)
			h->seat[i]->prober->generation = plan->generation;
}

void prober_drained(struct house *h, int64_t number)
{
	for (size_t i = 0; i < h->probers; i++)
		if (h->prober[i]->child.number == number && h->prober[i]->retire_by_us)
			child_stop(&h->prober[i]->child, loop_now(h->loop), GRACE_US);
}

/* The keeper is gone and with it the other ends: what they have in flight has nobody to go to. */
void probers_forget_keeper(struct house *h)
{
	for (size_t i = 0; i < h->probers; i++) {
		h->prober[i]->child.is_stopping = true;
		child_kill(&h->prober[i]->child, SIGKILL);
	}
}

void probers_stop(struct house *h)
{
	for (size_t i = 0; i < h->probers; i++)
		child_stop(&h->prober[i]->child, loop_now(h->loop), GRACE_US);
}

/* A module that blocks may hold the loop for as long as its probe may last; no page is believed
 * beyond an hour. */
static unsigned hung_ticks(const struct prober *p)
{
	int64_t more_us = p->pool == POOL_BLOCKING && p->blame ? p->blame->patience_us : 0;

	return HUNG_TICKS + (unsigned)(more_us > 0 && more_us <= 3600 * CLOCK_SECOND
					       ? more_us / CLOCK_SECOND
					       : 0);
}

/* Counted in our own seconds: when all of us were stopped and go on, nobody has stood still (F14).
 */
static void look_for_standing(struct house *h, struct prober *p)
{
	int64_t since_us = p->blame ? p->blame->busy_since_us : 0;
	unsigned hung = hung_ticks(p);

	p->standing_ticks =
		since_us && since_us == p->standing_since_us ? p->standing_ticks + 1 : 0;
	p->standing_since_us = since_us;
	if (p->standing_ticks == hung) {
		p->is_hung = true;
		log_say("prober %ld stands still for %u s: it is ended", (long)p->child.number,
			hung);
		child_kill(&p->child, SIGABRT);
	} else if (p->standing_ticks >= hung + KILL_AFTER_TICKS) {
		child_kill(&p->child, SIGKILL);
	}
	if (p->retire_by_us && loop_now(h->loop) >= p->retire_by_us)
		child_stop(&p->child, loop_now(h->loop), GRACE_US);
	child_tick(&p->child, loop_now(h->loop));
}

static bool is_used_up(const struct house *h, const struct prober *p)
{
	const struct plan_settings *set = &h->plan->set;

	if (!p->seat || !p->is_known || h->next ||
	    loop_now(h->loop) - p->child.started_us < YOUNG_US)
		return false;
	return (p->blame && (int64_t)p->blame->probes > set->prober_probes) ||
	       own_bytes(p->child.pid) > set->prober_bytes;
}

/* The new one starts first; it takes over when it is ready (F24). */
static void replace_used_up(struct house *h)
{
	for (size_t i = 0; i < h->probers; i++) {
		struct prober *p = h->prober[i];
		struct seat *s = p->seat;

		if (!is_used_up(h, p))
			continue;
		log_say("prober %ld has done its share and is replaced", (long)p->child.number);
		leave_seat(s);
		fill_seat(h, s, h->plan);
		return; /* one a second */
	}
}

static bool has_successor(const struct house *h)
{
	for (size_t i = 0; i < h->seats; i++)
		if (!h->seat[i]->prober || !h->seat[i]->prober->is_known)
			return false;
	return true;
}

void probers_tick(struct house *h)
{
	for (size_t i = 0; i < h->probers; i++)
		look_for_standing(h, h->prober[i]);
	for (size_t i = 0; i < h->seats && !h->is_ending; i++)
		if (!h->seat[i]->prober && loop_now(h->loop) >= h->seat[i]->patience.again_us)
			fill_seat(h, h->seat[i], h->next ? h->next : h->plan);
	if (h->is_ending || !h->is_running || h->next)
		return;
	if (has_successor(h))
		probers_retire(h);
	replace_used_up(h);
}

static void add_blame(struct text *line, struct prober *p)
{
	static const char *const word[] = {"module", "step", "check"};
	char text[BLAME_TEXT];

	if (!p->blame || p->blame->probe == 0)
		return;
	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		blame_read(i == 0   ? p->blame->module
			   : i == 1 ? p->blame->step
				    : p->blame->check,
			   text);
		line_add(line, word[i], text);
	}
	line_add_int(line, "probe", p->blame->probe);
}

static void tell_death(struct house *h, struct prober *p, int status)
{
	struct text line = {0};

	line_begin_number(&line, "prober-gone", p->child.number);
	line_add_int(&line, "signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	line_add_int(&line, "exit", WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	line_add_int(&line, "hung", p->is_hung);
	if (!p->child.is_stopping)
		add_blame(&line, p);
	line_end(&line);
	if (p->is_known && h->role[ROLE_KEEPER].pid > 0 && !h->is_ending)
		house_send(h, &h->role[ROLE_KEEPER], line.at);
	text_release(&line);
}

static void say_death(const struct prober *p, int status)
{
	char module[BLAME_TEXT] = "", step[BLAME_TEXT] = "";

	if (p->blame && p->blame->probe) {
		blame_read(p->blame->module, module);
		blame_read(p->blame->step, step);
	}
	log_say("prober %ld ended (%s %d)%s%s%s%s%s", (long)p->child.number,
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		*module ? " in module '" : "", module, *step ? "', step '" : "", step,
		*module ? "'" : "");
}

void prober_died(struct house *h, struct prober *p, int status)
{
	struct seat *s = p->seat;
	int64_t now_us = loop_now(h->loop);
	bool was_wanted = !p->child.is_stopping;

	child_end(&p->child);
	if (was_wanted && !h->is_ending)
		say_death(p, status);
	tell_death(h, p, status);
	if (s && was_wanted)
		patience_lose(&s->patience, now_us, now_us - p->child.started_us,
			      p->blame && p->blame->probe ? 3 : 1);
	remove_prober(h, p);
	if (s && !h->is_ending && now_us >= s->patience.again_us)
		fill_seat(h, s, h->next ? h->next : h->plan);
}
