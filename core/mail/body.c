/* mail/body: the text of a message: its own, or that of the first part that is text to be read;
 * text/plain before text/html (RFC 2046 5.1). See inside.h. */
#include <strings.h>

#include "inside.h"

struct part {
	struct piece header, body;
};

struct found {
	struct part plain, html;
	bool is_too_deep;
};

static void get_type(struct piece header, struct text *value, struct text *type)
{
	field_find(header, "Content-Type", 0, value);
	field_first(text_get(value), type);
}

static bool is_file(struct piece header)
{
	struct text value = {0}, first = {0};
	bool is_one;

	field_find(header, "Content-Disposition", 0, &value);
	field_first(text_get(&value), &first);
	is_one = !strcmp(text_get(&first), "attachment");
	text_release(&value);
	text_release(&first);
	return is_one;
}

/* ---- parts ---- */

enum boundary { BOUNDARY_NONE, BOUNDARY_NEXT, BOUNDARY_END };

static enum boundary boundary_of(struct piece line, const struct text *boundary)
{
	size_t n = boundary->size + 2;
	bool is_end;

	if (line.size < n || memcmp(line.at, "--", 2) != 0 ||
	    memcmp(line.at + 2, text_get(boundary), boundary->size) != 0)
		return BOUNDARY_NONE;
	is_end = line.size >= n + 2 && !memcmp(line.at + n, "--", 2);
	for (n += is_end ? 2 : 0; n < line.size; n++)
		if (!strchr(" \t\r", line.at[n]) || !line.at[n])
			return BOUNDARY_NONE;
	return is_end ? BOUNDARY_END : BOUNDARY_NEXT;
}

static void look(struct found *, struct part, int level);

/* A last part without its end ends with the message. */
static void look_inside(struct found *f, struct piece body, const struct text *boundary, int level)
{
	struct piece line, one = {NULL, 0};
	enum boundary met = BOUNDARY_NONE;
	struct part part;

	while (met != BOUNDARY_END && !f->is_too_deep) {
		const char *before = body.at;
		bool is_over = !piece_line(&body, &line);

		met = is_over ? BOUNDARY_END : boundary_of(line, boundary);
		if (met != BOUNDARY_NONE && one.at) {
			one.size = (size_t)(before - one.at);
			piece_split(one, &part.header, &part.body);
			look(f, part, level);
		}
		if (met == BOUNDARY_NEXT)
			one.at = body.at;
	}
}

static void look(struct found *f, struct part p, int level)
{
	struct text value = {0}, type = {0}, boundary = {0};

	get_type(p.header, &value, &type);
	field_parameter(text_get(&value), "boundary", &boundary);
	f->is_too_deep |= level > MAIL_LEVELS;
	if (!strncmp(text_get(&type), "multipart/", 10)) {
		if (boundary.size && !f->is_too_deep)
			look_inside(f, p.body, &boundary, level + 1);
	} else if (!is_file(p.header)) {
		if ((!type.size || !strcmp(type.at, "text/plain")) && !f->plain.body.at)
			f->plain = p;
		else if (!strcmp(text_get(&type), "text/html") && !f->html.body.at)
			f->html = p;
	}
	text_release(&value);
	text_release(&type);
	text_release(&boundary);
}

/* ---- their text ---- */

static void decode(const struct part *p, struct text *into)
{
	struct text value = {0}, word = {0}, bytes = {0};

	field_find(p->header, "Content-Transfer-Encoding", 0, &value);
	field_first(text_get(&value), &word);
	decode_transfer(&bytes, text_get(&word), p->body);
	field_find(p->header, "Content-Type", 0, &value);
	field_parameter(text_get(&value), "charset", &word);
	decode_charset(into, text_get(&word), text_get(&bytes), bytes.size);
	text_release(&value);
	text_release(&word);
	text_release(&bytes);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Line by line, without what is around each and without those that are empty. */
static void add_lines(struct text *t, const struct text *raw)
{
	struct piece rest = {text_get(raw), raw->size}, line;
	struct text plain = {0};

	while (piece_line(&rest, &line) && t->size < MAIL_TEXT_BYTES) {
		while (line.size && is_blank(*line.at))
			line.at++, line.size--;
		while (line.size && is_blank(line.at[line.size - 1]))
			line.size--;
		text_clear(&plain);
		for (size_t i = 0; i < line.size; i++)
			text_putc(&plain, line.at[i] == '\t' ? ' ' : line.at[i]);
		if (t->size && line.size)
			text_putc(t, '\n');
		text_add_safe(t, text_get(&plain), plain.size, MAIL_TEXT_BYTES - t->size);
	}
	text_release(&plain);
}

bool body_read(struct piece header, struct piece body, struct text *t)
{
	struct found f = {0};
	struct text raw = {0}, words = {0};

	look(&f, (struct part){header, body}, 0);
	if (f.plain.body.at && !f.is_too_deep) {
		decode(&f.plain, &raw);
		add_lines(t, &raw);
	}
	if (!t->size && f.html.body.at && !f.is_too_deep) {
		text_clear(&raw);
		decode(&f.html, &raw);
		html_add_text(&words, text_get(&raw), raw.size);
		add_lines(t, &words);
	}
	text_release(&raw);
	text_release(&words);
	return !f.is_too_deep;
}

bool body_whole(struct piece header, struct piece body, struct text *t)
{
	struct found f = {0};
	bool is_found;

	look(&f, (struct part){header, body}, 0);
	is_found = f.plain.body.at && !f.is_too_deep;
	if (is_found)
		decode(&f.plain, t);
	return is_found;
}
