/* web/desk: see desk.h. */
#include "desk.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../base/log.h"
#include "../parent/sandbox.h"
#include "secret.h"

#define LINK_BYTES     65536
#define LOWER_PRIORITY 5

/* ---- the desk's own process ---- */

struct clerk {
	struct link link;
	struct loop *loop;
	char nobody[128]; /* a hash that no password has */
};

static void try_password(const struct clerk *c, const char *hash, const char *password,
			 struct text *answer)
{
	bool is_good = secret_is_password(*hash ? hash : c->nobody, password) && *hash;

	line_add_int(answer, "good", is_good);
}

static void hash_password(const char *password, struct text *answer)
{
	char hash[128];

	line_add(answer, "hash", secret_hash_password(hash, password) ? hash : "");
}

static const char *take_question(struct link *k, const struct line *l, int fd)
{
	char *password = (char *)line_get(l, "password"); /* lies in the link's own memory */
	struct text *answer = link_line(k);

	if (fd >= 0)
		close(fd);
	line_begin(answer, "end", "-");
	if (!strcmp(l->verb, "hash"))
		hash_password(password, answer);
	else
		try_password(k->with, line_get(l, "hash"), password, answer);
	line_end(answer);
	if (*password)
		secret_forget(password);
	link_flush(k);
	return NULL;
}

static void web_gone(struct link *k, const char *why)
{
	(void)why;
	loop_end(((struct clerk *)k->with)->loop);
}

/* Nothing that the web has open is any business of its desk. */
static void keep_only(int fd)
{
	dup2(fd, 3);
	close_range(4, ~0u, 0);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	fcntl(3, F_SETFL, O_NONBLOCK);
}

static void __attribute__((noreturn)) serve(int fd)
{
	static struct clerk c;
	char secret[SECRET_BYTES + 1];

	keep_only(fd);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	c.loop = loop_new();
	c.link =
		(struct link){.name = "web", .take = take_question, .closed = web_gone, .with = &c};
	secret_make(secret);
	if (!c.loop || nice(LOWER_PRIORITY) == -1 || !link_open(&c.link, c.loop, 3, LINK_BYTES))
		_exit(1);
	sandbox_enter("judge");
	if (!secret_hash_password(c.nobody, secret))
		_exit(1);
	line_begin(link_line(&c.link), "ready", "-");
	line_end(link_line(&c.link));
	link_flush(&c.link);
	loop_run(c.loop);
	_exit(0);
}

/* ---- the web's side ---- */

static void end_first(struct desk *d, const struct line *end)
{
	struct desk_try first = d->try[0];

	memmove(d->try, d->try + 1, --d->tries * sizeof *d->try);
	if (first.ended)
		first.ended(end, first.with);
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct desk *d = k->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "ready")) {
		d->is_ready = true;
		return NULL;
	}
	if (strcmp(l->verb, "end") || !d->tries)
		return "it answers what nobody asked";
	end_first(d, l);
	return NULL;
}

/* In its sandbox the web can start no other, so it ends and is started again with one: pages are
 * away for a moment, not signing in for good. One that never worked would end the next, too. */
static void closed(struct link *k, const char *why)
{
	struct desk *d = k->with;

	d->is_open = false;
	while (d->tries)
		end_first(d, NULL);
	log_say("the process that works out passwords is gone: %s", why);
	if (d->is_ready)
		loop_end(k->loop);
}

bool desk_open(struct desk *d, struct loop *loop)
{
	int pair[2];
	pid_t pid;

	if (!secret_start() || !link_pair(pair))
		return false;
	pid = fork();
	if (!pid)
		serve(pair[1]);
	close(pair[1]);
	d->link = (struct link){.name = "desk", .take = take, .closed = closed, .with = d};
	d->is_open = pid > 0 && link_open(&d->link, loop, pair[0], LINK_BYTES);
	if (!d->is_open)
		close(pair[0]);
	return d->is_open;
}

void desk_close(struct desk *d)
{
	d->link.closed = NULL;
	if (d->is_open)
		link_close(&d->link, "end");
}

/* `hash` NULL: it is asked for. */
static bool ask(struct desk *d, const char *password, const char *hash, desk_ended *ended,
		void *with)
{
	if (!d->is_open || d->tries == DESK_WAITING || strlen(password) > SECRET_PASSWORD_BYTES)
		return false;
	d->try[d->tries++] = (struct desk_try){ended, with};
	line_begin(link_line(&d->link), hash ? "try" : "hash", "-");
	line_add(link_line(&d->link), "password", password);
	if (hash)
		line_add(link_line(&d->link), "hash", hash);
	line_end(link_line(&d->link));
	link_flush(&d->link);
	return true;
}

bool desk_ask(struct desk *d, const char *password, const char *hash, desk_ended *ended, void *with)
{
	return ask(d, password, hash, ended, with);
}

bool desk_hash(struct desk *d, const char *password, desk_ended *ended, void *with)
{
	return ask(d, password, NULL, ended, with);
}

void desk_forget(struct desk *d, const void *with)
{
	for (size_t i = 0; i < d->tries; i++)
		if (d->try[i].with == with)
			d->try[i].ended = NULL;
}
