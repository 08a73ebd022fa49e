/* parent/terminal: see terminal.h. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "house.h"
#include "table.h"

#define TERMINAL_MAGIC 0x7465726du
#define MESSAGES 5
#define MANY_CHECKS 1000 /* asked for less often */
#define QUEUE_BYTES (1u << 16)

struct terminal {
	struct link link; /* to the keeper, for the table; first */
	uint32_t magic;
	struct loop *loop;
	struct screen screen;
	char *page;
	bool has_table, is_asked, has_answer;
	unsigned ticks;
	int window; /* the terminal, opened anew so that it never blocks us */
	struct overview coming, shown;
	struct loop_watch errors; /* our standard error while there is a table */
	int stderr_fd;
	char said[512];
	size_t said_bytes;
	char *message[MESSAGES];
	size_t messages;
};

/* ---- without a table ---- */

/* Drops the line rather than wait for whoever reads it. */
static void print(const struct text *line)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) &&
	    write(STDOUT_FILENO, line->at, line->size) < 0)
		return; /* nobody looks */
}

static void add(struct text *line, const char *before, const char *text, const char *behind)
{
	if (!*text)
		return;
	text_puts(line, before);
	text_add_safe(line, text, strlen(text), 300);
	text_puts(line, behind);
}

static void print_page(const char *url)
{
	struct text line = {0};

	add(&line, "page: ", url, "\n");
	print(&line);
	text_release(&line);
}

void terminal_pages(struct terminal *t, const char *before, const char *urls)
{
	char *left = memory_text(urls), *all = left, *url;
	struct text shown = {0};

	while ((url = strsep(&left, "\n"))) {
		text_printf(&shown, "%s%s", shown.size ? "  " : "", url);
		if (!t->has_table && !text_lists(before, url))
			print_page(url);
	}
	free(t->page);
	t->page = memory_text(text_get(&shown));
	text_release(&shown);
	free(all);
}

void terminal_state(struct terminal *t, const struct line *l)
{
	struct text line = {0};

	if (t->has_table)
		return;
	clock_add_utc(&line, line_int(l, "at_us", clock_wall_us()), 0);
	add(&line, " ", line_name(l), "");
	add(&line, " ", line_get(l, "from"), " ->");
	add(&line, " ", line_get(l, "to"), "");
	add(&line, ": ", line_get(l, "reason"), "");
	add(&line, " (", line_get(l, "step"), ")");
	text_putc(&line, '\n');
	print(&line);
	text_release(&line);
}

/* ---- the table ---- */

static int window_rows(const struct terminal *t)
{
	struct winsize size;

	return ioctl(t->window, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : 24;
}

/* A frame that the terminal does not take whole is left: the next one begins at the top again. */
static void draw(struct terminal *t)
{
	struct table_window w = {.screen = &t->screen,
				 .rows = window_rows(t),
				 .page = t->page ? t->page : "",
				 .said = (const char *const *)t->message,
				 .messages = t->messages,
				 .wall_us = clock_wall_us()};
	struct text table = {0}, frame = {0};

	table_draw(&table, &w, &t->shown);
	text_puts(&frame, "\033[H");
	for (const char *at = text_get(&table), *end; *at; at = end) {
		end = strchrnul(at, '\n');
		text_add(&frame, at, (size_t)(end - at));
		text_puts(&frame, *end ? "\033[K\r\n" : "\033[K");
		end += *end != '\0';
	}
	text_puts(&frame, "\033[J");
	if (write(t->window, frame.at, frame.size) < 0)
		errno = 0; /* stopped with ^S, or gone */
	text_release(&table);
	text_release(&frame);
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct terminal *t = (struct terminal *)k;

	if (fd >= 0)
		close(fd);
	overview_take(&t->coming, l, clock_wall_us());
	if (!t->coming.is_complete)
		return NULL;
	overview_release(&t->shown);
	t->shown = t->coming;
	memset(&t->coming, 0, sizeof t->coming);
	t->is_asked = false;
	t->has_answer = true;
	draw(t);
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct terminal *t = (struct terminal *)k;

	(void)why;
	t->is_asked = false;
	overview_release(&t->coming);
}

void terminal_join(struct terminal *t, struct house *h)
{
	int pair[2];

	if (!t->has_table)
		return;
	link_close(&t->link, "it ended");
	if (!link_pair(pair))
		return;
	link_send_fd(&h->role[ROLE_KEEPER].link, "client -\n", pair[1]);
	close(pair[1]);
	t->link.take = take;
	t->link.closed = closed;
	t->link.name = "keeper";
	if (!link_open(&t->link, t->loop, pair[0], QUEUE_BYTES))
		close(pair[0]);
}

void terminal_leave(struct terminal *t)
{
	if (t->has_table)
		link_close(&t->link, "it ended");
}

void terminal_tick(struct terminal *t)
{
	if (!t->has_table)
		return;
	if (!t->has_answer || t->shown.checks < MANY_CHECKS || t->ticks % 5 == 0)
		if (link_is_open(&t->link) && !t->is_asked) {
			line_begin(link_line(&t->link), "status", "-");
			line_end(link_line(&t->link));
			link_flush(&t->link);
			t->is_asked = true;
		}
	t->ticks++;
	draw(t);
}

void terminal_resize(struct terminal *t)
{
	if (!t->has_table)
		return;
	screen_open(&t->screen, t->window);
	draw(t);
}

/* ---- messages while there is a table ---- */

static void keep_message(struct terminal *t)
{
	if (t->messages == MESSAGES) {
		free(t->message[0]);
		memmove(t->message, t->message + 1, (MESSAGES - 1) * sizeof *t->message);
		t->messages--;
	}
	t->said[t->said_bytes] = '\0';
	t->message[t->messages++] = memory_text(t->said);
	t->said_bytes = 0;
}

static void errors_ready(struct loop_watch *w, uint32_t events)
{
	struct terminal *t = (struct terminal *)((char *)w - offsetof(struct terminal, errors));
	char room[2048];
	ssize_t n = read(w->fd, room, sizeof room);

	(void)events;
	for (ssize_t i = 0; i < n; i++) {
		if (room[i] != '\n')
			t->said[t->said_bytes++] = room[i];
		if (room[i] == '\n' || t->said_bytes == sizeof t->said - 1)
			keep_message(t);
	}
}

/* What we and our children say would tear the table: it is shown below it. */
static void catch_errors(struct terminal *t)
{
	int pair[2];

	if (!isatty(STDERR_FILENO) || pipe2(pair, O_CLOEXEC | O_NONBLOCK))
		return;
	t->errors.ready = errors_ready;
	t->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (t->stderr_fd >= 0 && loop_add(t->loop, &t->errors, pair[0], EPOLLIN))
		dup2(pair[1], STDERR_FILENO);
	else
		close(pair[0]);
	close(pair[1]);
}

static void release_errors(struct terminal *t)
{
	if (t->stderr_fd < 0)
		return;
	errors_ready(&t->errors, 0);
	dup2(t->stderr_fd, STDERR_FILENO);
	close(t->stderr_fd);
	loop_remove(t->loop, &t->errors);
	close(t->errors.fd);
	for (size_t i = 0; i < t->messages; i++) {
		struct text line = {0};

		text_printf(&line, "%s\n", t->message[i]);
		print(&line);
		text_release(&line);
		free(t->message[i]);
	}
}

/* ---- its life ---- */

struct terminal *terminal_new(struct loop *loop, bool wants_table)
{
	struct terminal *t = memory_new(sizeof *t);

	t->magic = TERMINAL_MAGIC;
	t->loop = loop;
	t->link.watch.fd = t->window = t->stderr_fd = -1;
	if (wants_table && isatty(STDOUT_FILENO))
		t->window = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return t;
}

void terminal_begin(struct terminal *t)
{
	static const char enter[] = "\033[?1049h\033[?25l\033[2J";

	if (t->window < 0 || t->has_table || write(t->window, enter, sizeof enter - 1) < 0)
		return;
	t->has_table = true;
	screen_open(&t->screen, t->window);
	catch_errors(t);
}

void terminal_free(struct terminal *t)
{
	static const char leave[] = "\033[?25h\033[?1049l";

	link_close(&t->link, "it ended");
	if (t->has_table && write(t->window, leave, sizeof leave - 1) < 0)
		errno = 0; /* it is gone */
	release_errors(t);
	overview_release(&t->coming);
	overview_release(&t->shown);
	if (t->window >= 0)
		close(t->window);
	free(t->page);
	free(t);
}
