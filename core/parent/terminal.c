/* parent/terminal: see terminal.h. */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "house.h"

#define TERMINAL_MAGIC 0x7465726du

struct terminal {
	uint32_t magic;
	struct loop *loop;
};

struct terminal *terminal_new(struct loop *loop, bool wants_table)
{
	struct terminal *t = memory_new(sizeof *t);

	(void)wants_table;
	t->magic = TERMINAL_MAGIC;
	t->loop = loop;
	return t;
}

void terminal_free(struct terminal *t)
{
	free(t);
}

static void print(const struct text *line)
{
	if (write(STDOUT_FILENO, line->at, line->size) < 0)
		return; /* nobody looks */
}

void terminal_page(struct terminal *t, const char *url)
{
	struct text line = {0};

	(void)t;
	text_puts(&line, "page: ");
	text_add_safe(&line, url, strlen(url), 200);
	text_putc(&line, '\n');
	print(&line);
	text_release(&line);
}

static void add(struct text *line, const char *before, const char *text, const char *behind)
{
	if (!*text)
		return;
	text_puts(line, before);
	text_add_safe(line, text, strlen(text), 300);
	text_puts(line, behind);
}

void terminal_state(struct terminal *t, const struct line *l)
{
	struct text line = {0};

	(void)t;
	clock_add_utc(&line, line_int(l, "at_us", clock_wall_us()), 0);
	add(&line, " ", l->id, "");
	add(&line, " ", line_get(l, "from"), " ->");
	add(&line, " ", line_get(l, "to"), "");
	add(&line, ": ", line_get(l, "reason"), "");
	add(&line, " (", line_get(l, "step"), ")");
	text_putc(&line, '\n');
	print(&line);
	text_release(&line);
}

void terminal_join(struct terminal *t, struct house *h)
{
	(void)t;
	(void)h;
}

void terminal_leave(struct terminal *t)
{
	(void)t;
}

void terminal_tick(struct terminal *t)
{
	(void)t;
}

void terminal_resize(struct terminal *t)
{
	(void)t;
}
