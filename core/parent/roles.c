/* parent/roles: the keeper, the recorder and the web: how they start, are joined and come back. See
 * house.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../web/tried.h"
#include "house.h"
#include "notify.h"
#include "terminal.h"

/* Connections between two turns of a loop: whoever finds no room tries again after a second. */
#define BACKLOG 1024
#define AHEAD_US 100000 /* keeper/ahead.c */
#define KEEPER_FRAME (512u << 10)

/* ---- what they say ---- */

static const char *take_ready(struct house *h, struct child *c, const struct line *l)
{
	const char *urls = line_find(l, "url");

	c->is_ready = true;
	if (urls && (!h->page || strcmp(h->page, urls))) {
		terminal_pages(h->terminal, h->page ? h->page : "", urls);
		free(h->page);
		h->page = memory_text(urls);
	}
	return NULL;
}

static const char *take_alive(struct house *h, struct child *c, const struct line *l)
{
	(void)c;
	(void)l;
	h->silent_ticks = 0;
	if (h->is_running)
		notify_alive();
	return NULL;
}

static const char *take_drained(struct house *h, struct child *c, const struct line *l)
{
	(void)c;
	prober_drained(h, line_number(l));
	return NULL;
}

static const char *take_state(struct house *h, struct child *c, const struct line *l)
{
	(void)c;
	terminal_state(h->terminal, l);
	return NULL;
}

static const char *take_quarantine(struct house *h, struct child *c, const struct line *l)
{
	struct text name = {0};

	(void)h;
	(void)c;
	text_add_safe(&name, l->id, strlen(l->id), 64);
	if (!strcmp(line_get(l, "event"), "released"))
		log_say("module '%s' runs again", text_get(&name));
	else
		log_say("module '%s' is switched off after %ld crashes: 'nines release %s' lets it "
			"run again", text_get(&name), (long)line_int(l, "deaths", 0),
			text_get(&name));
	text_release(&name);
	return NULL;
}

static const char *take_say(struct house *h, struct child *c, const struct line *l)
{
	struct text said = {0};
	const char *text = line_get(l, "text");

	(void)h;
	text_add_safe(&said, text, strlen(text), 400);
	log_say("the %s: %s", c->role, text_get(&said));
	text_release(&said);
	return NULL;
}

static const char *take_make(struct house *h, struct child *c, const struct line *l)
{
	if (c == &h->role[ROLE_KEEPER])
		reporter_begin(h, l);
	return NULL;
}

static const char *take_copy_now(struct house *h, struct child *c, const struct line *l)
{
	if (c == &h->role[ROLE_KEEPER])
		copier_ask(h, l);
	return NULL;
}

static const struct {
	const char *verb;
	const char *(*take)(struct house *, struct child *, const struct line *);
} verb[] = {
	{"make", take_make},
	{"copy-now", take_copy_now},
	{"say", take_say},
	{"ready", take_ready}, {"alive", take_alive}, {"drained", take_drained},
	{"state", take_state}, {"quarantine", take_quarantine},
};

static const char *take(struct child *c, const struct line *l, int fd)
{
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < sizeof verb / sizeof *verb; i++)
		if (!strcmp(l->verb, verb[i].verb))
			return verb[i].take(c->with, c, l);
	return NULL; /* a newer role may say more */
}

/* ---- joining them ---- */

static bool runs(const struct house *h, enum role_place place)
{
	return h->role[place].pid > 0 && !h->role[place].is_stopping;
}

/* A new link between the keeper and the other one. */
static void join(struct house *h, enum role_place other, const char *line)
{
	int pair[2];

	if (!runs(h, ROLE_KEEPER) || !runs(h, other))
		return;
	if (!link_pair(pair)) {
		log_say("the keeper and the %s cannot be joined: %s", h->role[other].role,
			log_errno(errno));
		child_kill(&h->role[other], SIGKILL); /* it comes back and is joined then */
		return;
	}
	house_trace(h, "keeper", line);
	if (!link_send_fd(&h->role[ROLE_KEEPER].link, line, pair[0]) ||
	    !link_send_fd(&h->role[other].link, "fd keeper\n", pair[1]))
		child_kill(&h->role[other], SIGKILL);
	close(pair[0]);
	close(pair[1]);
}

/* Where the role's process finds the database: in its own / when it is confined. */
static void add_store(const struct house *h, struct text *line)
{
	const char *store = house_plan(h)->set.store, *slash = strrchr(store, '/');
	struct text path = {0};

	if (h->privilege.is_dropped && *store)
		text_printf(&path, "/%s", slash ? slash + 1 : store);
	else
		text_puts(&path, store);
	line_add(line, "store", text_get(&path));
	text_release(&path);
}

static void begin_start(const struct house *h, struct text *line, const char *role)
{
	line_begin(line, "start", role);
	line_add(line, "location", house_plan(h)->set.location);
	if (h->options->is_traced)
		line_add_int(line, "trace", 1);
}

static void send_plan(struct house *h)
{
	const struct plan *p = h->plan;

	house_send(h, &h->role[ROLE_KEEPER], text_get(&p->lines));
}

static void hand_keeper(struct house *h, struct child *c)
{
	struct text line = {0};

	begin_start(h, &line, "keeper");
	line_add_int(&line, "ahead_us", AHEAD_US);
	if (*house_plan(h)->set.store)
		line_add_int(&line, "resume", 1);
	line_end(&line);
	house_send(h, c, line.at);
	text_release(&line);
	house_send(h, c, "go -\n");
	join(h, ROLE_RECORDER, "recorder -\n");
	join(h, ROLE_WEB, "web -\n");
	if (h->is_running)
		send_plan(h);
	probers_commit(h);
	couriers_tell(h);
	terminal_join(h->terminal, h);
	h->silent_ticks = 0;
}

void roles_retain(struct house *h)
{
	const struct plan_settings *set = &house_plan(h)->set;
	struct text line = {0};

	if (h->role[ROLE_RECORDER].pid <= 0)
		return;
	line_begin(&line, "retain", "-");
	line_add_int(&line, "raw_us", set->retention_us);
	line_add_int(&line, "day_us", set->retention_days_us);
	line_add_int(&line, "month_us", set->retention_months_us);
	line_end(&line);
	house_send(h, &h->role[ROLE_RECORDER], line.at);
	text_release(&line);
}

static void hand_recorder(struct house *h, struct child *c)
{
	struct text line = {0};

	begin_start(h, &line, "recorder");
	add_store(h, &line);
	line_end(&line);
	house_send(h, c, line.at);
	text_release(&line);
	roles_retain(h);
	join(h, ROLE_RECORDER, "recorder -\n");
	house_send(h, c, "go -\n");
}

/* Before the first configuration is in force the one that is to be: no figure by other rules is
 * ever shown. */
void roles_tell_figures(struct house *h)
{
	const struct plan *p = house_plan(h);
	struct text pages = {0};

	if (h->role[ROLE_WEB].pid <= 0)
		return;
	line_begin_number(&pages, "pages", p->generation);
	line_end(&pages);
	house_send(h, &h->role[ROLE_WEB], text_get(&p->figures));
	text_add(&pages, p->pages.at, p->pages.size);
	line_begin_number(&pages, "pages-end", p->generation);
	line_end(&pages);
	house_send(h, &h->role[ROLE_WEB], text_get(&pages));
	text_release(&pages);
}

static void hand_web(struct house *h, struct child *c)
{
	struct text line = {0};

	begin_start(h, &line, "web");
	add_store(h, &line);
	line_end(&line);
	house_send(h, c, line.at);
	text_release(&line);
	roles_tell_figures(h);
	listen_forget_web(h);
	serve_tell(h);
	if (h->tried_fd < 0)
		h->tried_fd = tried_create();
	if (h->tried_fd >= 0)
		link_send_fd(&c->link, "fd tried\n", h->tried_fd);
	join(h, ROLE_WEB, "web -\n");
	house_send(h, c, "go -\n");
	copier_join(h);
}

/* ---- starting ---- */

static const struct {
	const char *name;
	void (*hand)(struct house *, struct child *);
} role[ROLES] = {
	[ROLE_KEEPER] = {"keeper", hand_keeper},
	[ROLE_RECORDER] = {"recorder", hand_recorder},
	[ROLE_WEB] = {"web", hand_web},
};

/* A folder that is empty and stays it: nothing can be made in one that was removed. */
static int open_nowhere(void)
{
	char path[] = "/tmp/nines-XXXXXX";
	int fd = -1;

	if (mkdtemp(path)) {
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		rmdir(path);
	}
	return fd;
}

static void start(struct house *h, enum role_place place)
{
	int root = !h->privilege.is_dropped ? -1
		   : place == ROLE_KEEPER   ? open_nowhere()
					    : dup(h->store_fd);
	struct child_plan how = {.role = role[place].name,
				 .privilege = &h->privilege,
				 .root_fd = root,
				 .take = take,
				 .with = h,
				 .is_traced = h->options->is_traced};

	if (child_start(&h->role[place], h->loop, &how)) {
		role[place].hand(h, &h->role[place]);
	} else {
		log_say("the %s could not be started: %s", role[place].name, log_errno(errno));
		patience_lose(&h->patience[place], loop_now(h->loop), 0, 0);
	}
	if (root >= 0)
		close(root);
}

void roles_start(struct house *h)
{
	for (int place = 0; place < ROLES; place++) {
		if (h->role[place].pid > 0 || loop_now(h->loop) < h->patience[place].again_us)
			continue;
		if (place == ROLE_WEB && !listen_is_open(h))
			continue;
		start(h, place);
	}
}

void role_died(struct house *h, enum role_place place, int status)
{
	struct child *c = &h->role[place];
	int64_t now_us = loop_now(h->loop);

	child_end(c);
	if (h->is_ending) {
		if (place == ROLE_KEEPER)
			probers_stop(h);
		return;
	}
	if (c->is_stopping) { /* the page is nowhere any more */
		free(h->page);
		h->page = NULL;
		return;
	}
	log_say("the %s ended (%s %d) and is started again", role[place].name,
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	patience_lose(&h->patience[place], now_us, now_us - c->started_us, 1);
	if (place == ROLE_KEEPER) {
		terminal_leave(h->terminal);
		probers_forget_keeper(h);
		couriers_forget_keeper(h);
		reporter_stop(h);
	}
	roles_start(h);
}

/* ---- sockets and the store's folder ---- */

static void control_ready(struct loop_watch *w, uint32_t events)
{
	struct house *h = (struct house *)((char *)w - offsetof(struct house, control));
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	if (runs(h, ROLE_KEEPER))
		link_send_fd(&h->role[ROLE_KEEPER].link, "client -\n", fd);
	close(fd);
}

/* Bound through the folder's descriptor: no link in the path is followed after it was looked at. */
static int bind_control(const char *path, const struct privilege *p)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	char folder[4096];
	int dir, fd = -1;

	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	dir = open(*folder ? folder : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir,
			     last) < sizeof address.sun_path) {
		struct stat is;

		if (!fstatat(dir, last, &is, AT_SYMLINK_NOFOLLOW) && S_ISSOCK(is.st_mode))
			unlinkat(dir, last, 0);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		umask(0117);
		if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address)) {
			close(fd);
			fd = -1;
		}
		umask(077);
		if (fd >= 0 && p->is_dropped && fchownat(dir, last, 0, p->gid, AT_SYMLINK_NOFOLLOW))
			log_say("the group of '%s' cannot be set: %s", path, log_errno(errno));
	}
	close(dir);
	return fd;
}

static bool listen_control(struct house *h, const char *path, struct text *wrong)
{
	int fd;

	if (!*path)
		return true;
	fd = bind_control(path, &h->privilege);
	if (fd >= 0 && !listen(fd, BACKLOG) && loop_add(h->loop, &h->control, fd, EPOLLIN)) {
		h->control.ready = control_ready;
		return true;
	}
	text_printf(wrong,
		    "cannot open the control socket '%s': %s: choose another with socket =", path,
		    log_errno(errno));
	if (fd >= 0)
		close(fd);
	h->control.fd = -1;
	return false;
}

static bool open_store(struct house *h, const char *store, struct text *wrong)
{
	const char *slash = strrchr(store, '/');
	char folder[4096];

	if (!*store)
		return true;
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - store) : 1,
		 slash ? store : ".");
	h->store_fd = privilege_folder(*folder ? folder : "/", &h->privilege, wrong);
	return h->store_fd >= 0;
}

bool roles_listen(struct house *h, struct text *wrong)
{
	const struct plan_settings *set = &h->next->set;

	if (!privilege_find(&h->privilege, set->user, wrong) || !open_store(h, set->store, wrong))
		return false;
	if (!listen_open(h)) {
		text_puts(wrong, "there is no address that the page could have");
		return false;
	}
	return listen_control(h, set->socket, wrong);
}

void roles_unlisten(struct house *h)
{
	if (h->control.fd >= 0) {
		loop_remove(h->loop, &h->control);
		close(h->control.fd);
		unlink(house_plan(h)->set.socket);
	}
	listen_close(h);
	if (h->store_fd >= 0)
		close(h->store_fd);
	h->control.fd = h->store_fd = -1;
}
