/* cli/control: see control.h. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../config/config.h"

struct asking {
	struct link link; /* first */
	const struct control_request *request;
	struct loop *loop;
	struct loop_timer deadline;
	struct text refusal; /* of the keeper */
	const char *why; /* the link's, when it broke */
	bool is_complete, is_late;
	int seconds; /* to wait at most */
};

static struct asking *of_link(struct link *k)
{
	return k->with;
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct asking *a = of_link(k);

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "end") && line_find(l, "wrong"))
		text_puts(&a->refusal, line_get(l, "wrong"));
	else if (a->request->take)
		a->request->take(l, a->request->with);
	if (!strcmp(l->verb, "end")) {
		a->is_complete = true;
		loop_end(a->loop);
	}
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct asking *a = of_link(k);

	a->why = why;
	loop_end(a->loop);
}

static void too_late(struct loop_timer *t)
{
	struct asking *a = (struct asking *)((char *)t - offsetof(struct asking, deadline));

	a->is_late = true;
	loop_end(a->loop);
}

int control_connect(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof at.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || (connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
		       fcntl(fd, F_SETFL, O_NONBLOCK) == 0))
		return fd;
	close(fd);
	return -1;
}

static int converse(struct asking *a, int fd)
{
	a->loop = loop_new();
	a->link.take = take;
	a->link.closed = closed;
	a->link.with = a;
	a->deadline.fire = too_late;
	if (!a->loop || !link_open(&a->link, a->loop, fd, LINK_FRAME_BYTES)) {
		close(fd);
		loop_free(a->loop);
		return cli_fail(EXIT_CANNOT_TELL, "cannot wait for an answer: %s",
				log_errno(errno));
	}
	text_add(link_line(&a->link), a->request->line->at, a->request->line->size);
	link_flush(&a->link);
	loop_set(a->loop, &a->deadline, clock_mono_us() + a->seconds * CLOCK_SECOND);
	loop_run(a->loop);
	a->link.closed = NULL;
	link_close(&a->link, "done");
	loop_free(a->loop);
	if (a->refusal.size)
		return cli_fail(EXIT_FAILED, "%s", text_get(&a->refusal));
	if (a->is_complete)
		return EXIT_DONE;
	return cli_fail(EXIT_CANNOT_TELL, "ninesd gave no answer: %s",
			a->is_late ? "it took too long" : a->why);
}

static void add_path(const struct cli *cli, const struct control_request *request,
		     struct text *path)
{
	struct config *c;

	if (request->socket) {
		text_puts(path, request->socket);
		return;
	}
	c = config_read_settings(cli->config);
	text_puts(path, config_settings(c)->socket);
	config_free(c);
}

static int ask_within(const struct cli *cli, const struct control_request *request, int seconds)
{
	struct asking a = {.request = request, .seconds = seconds};
	struct text path = {0};
	int fd, status;

	add_path(cli, request, &path);
	fd = control_connect(text_get(&path));
	status = fd >= 0 ? converse(&a, fd)
			 : cli_fail(EXIT_CANNOT_TELL,
				    "ninesd is not running or not reachable: %s: %s: start it, or "
				    "name its configuration with -c",
				    text_get(&path), log_errno(errno));
	text_release(&a.refusal);
	text_release(&path);
	return status;
}

int control_ask(const struct cli *cli, const struct control_request *request)
{
	return ask_within(cli, request, CONTROL_SECONDS);
}

static void hear(const struct line *l, void *with)
{
	if (!strcmp(l->verb, "end"))
		text_puts(with, line_get(l, "text"));
}

int control_say(const struct cli *cli, const char *socket, const struct text *line)
{
	return control_say_within(cli, socket, line, CONTROL_SECONDS);
}

int control_say_within(const struct cli *cli, const char *socket, const struct text *line,
		       int seconds)
{
	struct text said = {0}, shown = {0};
	int status = ask_within(cli, &(struct control_request){socket, line, hear, &said}, seconds);

	if (status == EXIT_DONE && said.size && !cli->is_quiet) {
		screen_safe(&cli->screen, &shown, text_get(&said), 4096);
		text_putc(&shown, '\n');
		status = cli_print(&shown, status);
	}
	text_release(&shown);
	text_release(&said);
	return status;
}

/* Who became root is still who it is. */
void control_add_user(struct text *line, const char *given)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());
	struct text number = {0};

	text_printf(&number, "user %ld", (long)getuid());
	line_add(line, "by",
		 given           ? given
		 : sudo && *sudo ? sudo
		 : user          ? user->pw_name
				 : number.at);
	text_release(&number);
}
