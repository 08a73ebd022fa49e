/* parent/parent: the loop, the loader, the reload and the end. See parent.h and house.h. */
#include "parent.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../base/sanitizer.h"
#include "effort.h"
#include "house.h"
#include "notify.h"
#include "terminal.h"
#include "watch.h"

#define COMMIT_US (5 * CLOCK_SECOND)
#define LOADER_US (120 * CLOCK_SECOND)
#define LONG_LIFE_US (60 * CLOCK_SECOND)
#define LETTERS_US (2 * CLOCK_SECOND) /* for letters under way when we end */

/* ---- for all files of the parent ---- */

void house_trace(const struct house *h, const char *to, const char *lines)
{
	struct text out = {0};

	if (!h->options->is_traced)
		return;
	for (const char *end; *lines; lines = end) {
		end = strchr(lines, '\n');
		end = end ? end + 1 : lines + strlen(lines);
		text_printf(&out, "trace: parent > %s: %.*s", to, (int)(end - lines), lines);
	}
	if (write(STDERR_FILENO, text_get(&out), out.size) < 0)
		errno = 0; /* nobody listens to the trace */
	text_release(&out);
}

void house_send(struct house *h, struct child *c, const char *lines)
{
	house_trace(h, c->role, lines);
	text_puts(link_line(&c->link), lines);
	link_flush(&c->link);
}

const struct plan *house_plan(const struct house *h)
{
	return h->plan ? h->plan : h->next;
}

void patience_lose(struct patience *p, int64_t now_us, int64_t lived_us, unsigned free_deaths)
{
	static const int delay_s[] = {1, 2, 5, 10, 30};
	unsigned most = sizeof delay_s / sizeof *delay_s - 1;

	p->deaths = lived_us >= LONG_LIFE_US ? 1 : p->deaths + 1;
	p->again_us = now_us;
	if (p->deaths > free_deaths) {
		unsigned at = p->deaths - free_deaths - 1;

		p->again_us += delay_s[at < most ? at : most] * CLOCK_SECOND;
	}
}

void house_drain(struct child *c)
{
	for (int i = 0; i < 4096 && link_is_open(&c->link); i++)
		c->link.watch.ready(&c->link.watch, EPOLLIN | EPOLLHUP);
}

/* ---- a new configuration comes into force ---- */

static void watch_modules(struct house *h)
{
	const struct plan_settings *set = &h->plan->set;
	const char *const folder[] = {set->modules, set->notifiers, set->reports};

	if (h->watch)
		watch_folders(h->watch, folder, 3);
}

static void say_lines(const struct text *lines)
{
	if (lines->size && write(STDERR_FILENO, lines->at, lines->size) < 0)
		errno = 0; /* nobody listens */
}

/* Once, and again for who asked: a module that is dropped in brings no old lints up. */
static void say_lints(const struct house *h, const struct plan *new)
{
	if (!h->plan || h->is_reload_asked ||
	    strcmp(text_get(&h->plan->lints), text_get(&new->lints)))
		say_lines(&new->lints);
}

static void say_unchanged(const struct house *h)
{
	const struct plan_settings *old = &h->plan->set, *new = &h->next->set;

	if (strcmp(old->store, new->store) || strcmp(old->socket, new->socket) ||
	    strcmp(old->user, new->user))
		log_say("store, socket and user stay as they are until a restart");
}

static void say_refusals(const struct plan *new, const struct plan *old)
{
	for (size_t i = 0; i < new->modules; i++) {
		const struct plan_module *m = new->module[i];
		const struct plan_module *before =
			old ? map_find_text(&old->by_name, m->key) : NULL;
		struct text said = {0};

		if (!m->refused ||
		    (before && before->refused && !strcmp(before->refused, m->refused)))
			continue;
		text_add_safe(&said, m->refused, strlen(m->refused), 500);
		log_say("%s", said.at);
		text_release(&said);
	}
}

/* New probers first, then the lines, then the old probers go: nothing is asked of a prober that
 * cannot do it. */
static void commit(struct house *h)
{
	struct plan *old = h->plan;
	bool is_first = !h->is_running;

	if (old)
		say_unchanged(h);
	h->plan = h->next;
	h->next = NULL;
	h->is_running = true;
	probers_commit(h);
	if (h->role[ROLE_KEEPER].pid > 0)
		house_send(h, &h->role[ROLE_KEEPER], text_get(&h->plan->lines));
	probers_retire(h);
	couriers_follow(h);
	lint_follow(h);
	copier_follow(h);
	roles_retain(h);
	roles_tell_figures(h);
	if (!is_first) {
		listen_follow(h);
		serve_tell(h);
	}
	if (old != h->plan)
		plan_free(old);
	watch_modules(h);
	notify_ready();
	if (!is_first && h->is_reload_asked)
		log_say("the configuration was read again and is in force");
	h->is_reload_asked = false;
}

void house_progress(struct house *h)
{
	if (!h->next || (!probers_are_ready(h, h->next) && loop_now(h->loop) < h->commit_by_us))
		return;
	commit(h);
}

static void adopt(struct house *h, struct plan *p)
{
	say_lints(h, p);
	say_refusals(p, h->plan);
	h->next = p;
	h->commit_by_us = loop_now(h->loop) + COMMIT_US;
	if (h->plan && plan_serves(h->plan, p) && h->plan->set.probers == p->set.probers &&
	    h->plan->pools == p->pools)
		probers_keep(h, p);
	else
		probers_seat(h, p);
	house_progress(h);
}

static void end_loop(struct house *h, int status)
{
	h->status = status;
	loop_end(h->loop);
}

static void start_house(struct house *h, struct plan *p)
{
	struct text wrong = {0};

	h->next = p;
	if (!roles_listen(h, &wrong)) {
		log_say("%s", wrong.at);
		end_loop(h, 1);
	} else {
		terminal_begin(h->terminal);
		roles_start(h);
		adopt(h, p);
	}
	text_release(&wrong);
}

/* ---- the loader ---- */

static const char *take_loader(struct child *c, const struct line *l, int fd)
{
	struct house *h = c->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "ready"))
		return NULL;
	return plan_take(h->loading, l);
}

static void start_loader(struct house *h)
{
	struct text line = {0};
	struct child_plan how = {.role = "loader",
				 .root_fd = -1,
				 .keeps_environment = true,
				 .take = take_loader,
				 .with = h};

	h->wants_reload = false;
	h->loading = plan_new();
	if (h->is_running)
		notify_reloading();
	if (!child_start(&h->loader, h->loop, &how)) {
		log_say("the loader could not be started: %s", log_errno(errno));
		plan_free(h->loading);
		h->loading = NULL;
		if (!h->is_running)
			end_loop(h, 1);
		return;
	}
	h->loader.kill_at_us = loop_now(h->loop) + LOADER_US;
	line_begin(&line, "start", "loader");
	line_add(&line, "file", h->options->file);
	line_add_int(&line, "generation", ++h->generation);
	line_end(&line);
	text_puts(&line, "go -\n");
	house_send(h, &h->loader, line.at);
	text_release(&line);
}

void house_reload(struct house *h, bool is_asked)
{
	h->is_reload_asked = h->is_reload_asked || is_asked;
	h->wants_reload = true;
}

static void maybe_reload(struct house *h)
{
	if (h->wants_reload && h->loader.pid <= 0 && !h->next && h->is_running && !h->is_ending)
		start_loader(h);
}

static void refuse(struct house *h, struct plan *p, int status)
{
	if (p->problem_count) {
		say_lines(&p->problems);
	} else {
		log_say("the loader ended (%s %d) before it was done",
			WIFSIGNALED(status) ? "signal" : "exit status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	plan_free(p);
	if (!h->is_running) {
		end_loop(h, 1);
		return;
	}
	log_say("the old configuration stays in force");
	h->is_reload_asked = false;
	notify_ready();
}

static void loader_died(struct house *h, int status)
{
	struct plan *p = h->loading;

	h->loader.is_stopping = true; /* its end is no surprise */
	house_drain(&h->loader);
	child_end(&h->loader);
	h->loading = NULL;
	if (h->is_ending)
		plan_free(p);
	else if (!p->is_complete || p->problem_count || (!h->is_running && !WIFEXITED(status)))
		refuse(h, p, status);
	else if (h->is_running)
		adopt(h, p);
	else
		start_house(h, p);
}

/* ---- deaths ---- */

static void child_died(struct house *h, pid_t pid, int status)
{
	if (pid == h->loader.pid) {
		loader_died(h, status);
		return;
	}
	for (int place = 0; place < ROLES; place++)
		if (pid == h->role[place].pid) {
			role_died(h, place, status);
			return;
		}
	if (courier_died(h, pid, status) || lint_died(h, pid) || reporter_died(h, pid, status) ||
	    copier_died(h, pid, status))
		return;
	for (size_t i = 0; i < h->probers; i++)
		if (pid == h->prober[i]->child.pid) {
			prober_died(h, h->prober[i], status);
			return;
		}
}

static bool is_alone(const struct house *h)
{
	bool is_empty = h->loader.pid <= 0 && !h->probers && !h->couriers &&
			h->lint.child.pid <= 0 && h->reporter.child.pid <= 0 &&
			h->copier.child.pid <= 0;

	for (int place = 0; place < ROLES; place++)
		is_empty = is_empty && h->role[place].pid <= 0;
	return is_empty;
}

static void reap(struct house *h)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_died(h, pid, status);
	if (h->is_ending && is_alone(h))
		loop_end(h->loop);
}

/* The keeper goes first: its end ends the recorder's link behind its last lines, and then the
 * probers are stopped. */
static void stop_roles(struct house *h)
{
	h->are_roles_stopped = true;
	if (h->role[ROLE_KEEPER].pid <= 0)
		probers_stop(h);
	for (int place = 0; place < ROLES; place++)
		child_stop(&h->role[place], loop_now(h->loop), GRACE_US);
	if (is_alone(h))
		loop_end(h->loop);
}

/* Letters under way get a moment, so that the keeper hears and records what became of them: else
 * each ordinary restart might send one twice. */
static void stop_all(struct house *h)
{
	if (h->is_ending)
		return;
	h->is_ending = true;
	h->roles_stop_at_us = loop_now(h->loop) + LETTERS_US;
	notify_stopping();
	child_kill(&h->loader, SIGKILL);
	lint_stop(h);
	reporter_stop(h);
	copier_stop(h);
	couriers_stop(h);
	if (!h->couriers || h->role[ROLE_KEEPER].pid <= 0)
		stop_roles(h);
}

static void go_on_stopping(struct house *h)
{
	if (h->is_ending && !h->are_roles_stopped &&
	    (!h->couriers || loop_now(h->loop) >= h->roles_stop_at_us))
		stop_roles(h);
}

/* ---- the loop ---- */

static void watch_keeper(struct house *h)
{
	struct child *keeper = &h->role[ROLE_KEEPER];

	if (keeper->pid <= 0 || h->is_ending)
		return;
	if ((int64_t)++h->silent_ticks * CLOCK_SECOND <= house_plan(h)->set.watchdog_us)
		return;
	log_say("the keeper has been silent for %u s: it is ended", h->silent_ticks - 1);
	child_kill(keeper, SIGKILL);
	h->silent_ticks = 0;
}

/* What all of us take, for the record. */
static void tell_effort(struct house *h)
{
	struct text line = {0};
	struct effort now;

	if (h->is_ending || h->role[ROLE_KEEPER].pid <= 0 ||
	    h->effort_ticks++ % EFFORT_EVERY_TICKS || !effort_read(getpid(), &now))
		return;
	line_begin(&line, "effort", "-");
	line_add_int(&line, "cpu_us", now.cpu_us);
	line_add_int(&line, "memory_bytes", now.memory_bytes);
	line_end(&line);
	house_send(h, &h->role[ROLE_KEEPER], line.at);
	text_release(&line);
}

static void tick(struct loop_timer *t)
{
	struct house *h = (struct house *)((char *)t - offsetof(struct house, tick));
	int64_t now_us = loop_now(h->loop);

	loop_set(h->loop, t, now_us + CLOCK_SECOND);
	child_tick(&h->loader, now_us);
	for (int place = 0; place < ROLES; place++)
		child_tick(&h->role[place], now_us);
	if (house_plan(h) && !h->is_ending)
		roles_start(h);
	probers_tick(h);
	couriers_tick(h);
	go_on_stopping(h);
	lint_tick(h);
	serve_tick(h);
	listen_tick(h);
	reporter_tick(h);
	copier_tick(h);
	house_progress(h);
	maybe_reload(h);
	watch_keeper(h);
	tell_effort(h);
	terminal_tick(h->terminal);
}

static void signals_ready(struct loop_watch *w, uint32_t events)
{
	struct house *h = (struct house *)((char *)w - offsetof(struct house, signals));
	struct signalfd_siginfo s;

	(void)events;
	while (read(w->fd, &s, sizeof s) == sizeof s) {
		switch (s.ssi_signo) {
		case SIGCHLD:
			break;
		case SIGHUP:
			house_reload(h, true);
			break;
		case SIGWINCH:
			terminal_resize(h->terminal);
			break;
		default:
			stop_all(h);
		}
	}
	reap(h);
	go_on_stopping(h);
	house_progress(h);
	maybe_reload(h);
}

static void modules_changed(void *with)
{
	struct house *h = with;

	house_reload(h, false);
	maybe_reload(h);
}

static bool open_signals(struct house *h)
{
	static const int number[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGWINCH};
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		sigaddset(&set, number[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	h->signals.ready = signals_ready;
	return fd >= 0 && loop_add(h->loop, &h->signals, fd, EPOLLIN);
}

/* Each waiting probe holds a descriptor: as many as the system allows us anyway. */
static void raise_limits(void)
{
	struct rlimit files, none = {0, 0};

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, HAS_SANITIZER, 0, 0, 0); /* its leaks are looked for from outside */
	umask(077);
}

static void release(struct house *h)
{
	roles_unlisten(h);
	if (h->next != h->plan)
		plan_free(h->next);
	lint_release(h);
	copier_release(h);
	plan_free(h->plan);
	watch_free(h->watch);
	terminal_free(h->terminal);
	for (size_t i = 0; i < h->seats; i++)
		free(h->seat[i]);
	free(h->page);
	free(h->courier);
	loop_free(h->loop);
	free(h);
}

int parent_run(const struct parent_options *options)
{
	struct house *h = memory_new(sizeof *h);
	int status;

	h->magic = HOUSE_MAGIC;
	h->options = options;
	h->store_fd = h->tried_fd = h->control.fd = -1;
	h->loop = loop_new();
	notify_open();
	raise_limits();
	if (!h->loop || !open_signals(h))
		log_die(1, "cannot start: %s", log_errno(errno));
	h->terminal = terminal_new(h->loop, !options->is_traced);
	h->watch = watch_new(h->loop, modules_changed, h);
	if (!h->watch)
		log_say("modules are not picked up by themselves, only by SIGHUP: %s",
			log_errno(errno));
	h->tick.fire = tick;
	loop_set(h->loop, &h->tick, loop_now(h->loop) + CLOCK_SECOND);
	start_loader(h);
	loop_run(h->loop);
	status = h->status;
	release(h);
	return status;
}
