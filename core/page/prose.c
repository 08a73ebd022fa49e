/* page/prose: see prose.h. */
#include "prose.h"

#include <string.h>

#include "../web/template.h"

#define PROSE_BYTES 65536
#define LINK_BYTES  2000

static void add_text(struct text *t, const char *at, size_t size)
{
	struct text part = {0};

	text_add(&part, at, size);
	html_add(t, text_get(&part));
	text_release(&part);
}

/* How long an address goes on: not over what ends a sentence. */
static size_t link_size(const char *at, size_t most)
{
	size_t n = strncmp(at, "https://", 8) && strncmp(at, "http://", 7)
			   ? 0
			   : strcspn(at, " \t\r\n<>\"'`{}|\\^");

	n = n > most ? most : n;
	while (n && strchr(".,;:!?)]*_", at[n - 1]))
		n--;
	return n < 9 || n > LINK_BYTES ? 0 : n;
}

static void add_link(struct text *t, const char *at, size_t size)
{
	text_puts(t, "<a href=\"");
	add_text(t, at, size);
	text_puts(t, "\" rel=\"nofollow noopener\">");
	add_text(t, at, size);
	text_puts(t, "</a>");
}

/* One line, its addresses as links. */
static void add_line(struct text *t, const char *at, size_t size)
{
	size_t from = 0, n;

	for (size_t i = 0; i < size; i++) {
		n = at[i] == 'h' ? link_size(at + i, size - i) : 0;
		if (!n)
			continue;
		add_text(t, at + from, i - from);
		add_link(t, at + i, n);
		from = i + n;
		i = from - 1;
	}
	add_text(t, at + from, size - from);
}

enum block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_LIST };

static void end_block(struct text *t, enum block *open)
{
	if (*open == BLOCK_PARAGRAPH)
		text_puts(t, "</p>\n");
	else if (*open == BLOCK_LIST)
		text_puts(t, "</li>\n</ul>\n");
	*open = BLOCK_NONE;
}

static void add_heading(struct text *t, const char *at, size_t size, int level)
{
	size_t marks = strspn(at, "#");
	size_t skip = marks + strspn(at + marks, " ");

	text_printf(t, "<h%d>", level);
	add_line(t, at + skip, skip < size ? size - skip : 0);
	text_printf(t, "</h%d>\n", level);
}

static void begin(struct text *t, enum block *open, enum block wanted, const char *first,
		  const char *next)
{
	if (*open == wanted) {
		text_puts(t, next);
		return;
	}
	end_block(t, open);
	text_puts(t, first);
	*open = wanted;
}

static void add_block(struct text *t, const char *at, size_t size, int heading, enum block *open)
{
	if (heading && *at == '#' && memchr(" #", at[1], 2)) {
		end_block(t, open);
		add_heading(t, at, size, heading);
	} else if (size > 2 && (*at == '-' || *at == '*') && at[1] == ' ') {
		begin(t, open, BLOCK_LIST, "<ul>\n<li>", "</li>\n<li>");
		add_line(t, at + 2, size - 2);
	} else {
		begin(t, open, *open == BLOCK_LIST ? BLOCK_LIST : BLOCK_PARAGRAPH, "<p>",
		      *open == BLOCK_LIST ? " " : "<br>\n");
		add_line(t, at, size);
	}
}

void prose_add(struct text *t, const char *prose, int heading)
{
	const char *end = prose + strnlen(prose, PROSE_BYTES);
	enum block open = BLOCK_NONE;
	size_t size, shown;

	for (const char *at = prose; at < end; at += size + 1) {
		size = strcspn(at, "\n");
		size = at + size > end ? (size_t)(end - at) : size;
		shown = size;
		while (shown && strchr(" \t\r", at[shown - 1]))
			shown--;
		if (shown)
			add_block(t, at, shown, heading, &open);
		else
			end_block(t, &open);
	}
	end_block(t, &open);
}

static bool is_mail(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at > s && at[1] && !strpbrk(s, " \t\r\n<>\"'&?%/\\:;,()[]") &&
	       strchr(at, '.') && !strchr(at + 1, '@');
}

void prose_add_contact(struct text *t, const char *contact)
{
	if (!is_mail(contact)) {
		add_line(t, contact, strlen(contact));
		return;
	}
	text_puts(t, "<a href=\"mailto:");
	html_add(t, contact);
	text_puts(t, "\">");
	html_add(t, contact);
	text_puts(t, "</a>");
}
