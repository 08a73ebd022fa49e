/* mail/fields: the header of a message or part (RFC 5322 2.2, RFC 2045 5.1). See inside.h. */
#include <ctype.h>
#include <strings.h>

#include "inside.h"

/* ---- lines ---- */

bool piece_line(struct piece *rest, struct piece *line)
{
	const char *end = rest->size ? memchr(rest->at, '\n', rest->size) : NULL;
	size_t size = end ? (size_t)(end - rest->at) : rest->size;

	if (!rest->size)
		return false;
	*line = (struct piece){rest->at, size};
	rest->at += size + (end != NULL);
	rest->size -= size + (end != NULL);
	if (size && line->at[size - 1] == '\r')
		line->size--;
	return true;
}

void piece_split(struct piece whole, struct piece *header, struct piece *body)
{
	struct piece line;

	*body = whole;
	*header = (struct piece){whole.at, 0};
	while (piece_line(body, &line) && line.size)
		header->size = (size_t)(body->at - whole.at);
}

/* ---- fields ---- */

static bool is_gap(char c)
{
	return c == ' ' || c == '\t';
}

bool field_is(struct piece line)
{
	size_t n = 0;

	while (n < line.size && line.at[n] > ' ' && line.at[n] < 0x7f && line.at[n] != ':')
		n++;
	line.size = n ? line.size : 0;
	while (n < line.size && is_gap(line.at[n]))
		n++;
	return n < line.size && line.at[n] == ':';
}

/* Where the value begins; 0: it is another field. */
static size_t value_of(struct piece line, const char *name)
{
	size_t n = strlen(name);

	if (line.size <= n || strncasecmp(line.at, name, n) != 0)
		return 0;
	while (n < line.size && is_gap(line.at[n]))
		n++;
	return n < line.size && line.at[n] == ':' ? n + 1 : 0;
}

bool field_find(struct piece header, const char *name, int n, struct text *value)
{
	struct piece line;
	bool is_it = false;
	size_t from;

	text_clear(value);
	while (piece_line(&header, &line)) {
		from = 0;
		if (!line.size || !is_gap(*line.at)) {
			if (is_it)
				break;
			from = value_of(line, name);
			is_it = from && n-- == 0;
		}
		while (from < line.size && is_gap(line.at[from]))
			from++;
		if (is_it && value->size)
			text_putc(value, ' ');
		if (is_it)
			text_add(value, line.at + from, line.size - from);
	}
	return is_it;
}

void field_first(const char *value, struct text *first)
{
	text_clear(first);
	for (; *value && !strchr("; \t", *value); value++)
		text_putc(first, (char)tolower((unsigned char)*value));
}

/* ---- parameters ---- */

/* Behind a quoted text; `into` (NULL: nobody wants it) gets what it holds. */
static const char *take_quoted(const char *at, struct text *into)
{
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		if (into)
			text_putc(into, *at);
	}
	return at + (*at == '"');
}

static const char *next_parameter(const char *at)
{
	while (*at && *at != ';')
		at = *at == '"' ? take_quoted(at, NULL) : at + 1;
	return *at ? at + 1 + strspn(at + 1, " \t") : at;
}

/* Behind the '=' of the parameter that begins there; NULL: it has another name. */
static const char *value_at(const char *at, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(at, name, n) != 0)
		return NULL;
	at += n + strspn(at + n, " \t");
	return *at == '=' ? at + 1 + strspn(at + 1, " \t") : NULL;
}

void field_parameter(const char *value, const char *name, struct text *into)
{
	const char *at = NULL;

	text_clear(into);
	while (!at && *(value = next_parameter(value)))
		at = value_at(value, name);
	if (at && *at == '"')
		take_quoted(at, into);
	else if (at)
		text_add(into, at, strcspn(at, "; \t"));
}

/* ---- addresses ---- */

/* Behind a comment, which may hold others. */
static const char *skip_comment(const char *at)
{
	int open = 0;

	do {
		open += (*at == '(') - (*at == ')');
		at += 1 + (*at == '\\' && at[1]);
	} while (open && *at);
	return at;
}

/* Without brackets all but comments is the address. A name or a list in front of a second address
 * is how one sender is made to look like another, so of two there is none. */
void field_address(const char *value, struct text *address)
{
	bool has_brackets = false, is_inside = false, is_one = true;

	text_clear(address);
	while (*value) {
		if (*value == '"' && !is_inside) {
			value = take_quoted(value, NULL);
		} else if (*value == '(') {
			value = skip_comment(value);
		} else {
			is_one &= *value != ',' && !(*value == '<' && has_brackets);
			if (*value == '<')
				text_clear(address);
			else if (!is_gap(*value) && *value != '>' && (is_inside || !has_brackets))
				text_putc(address, (char)tolower((unsigned char)*value));
			has_brackets |= *value == '<';
			is_inside = *value == '<' || (is_inside && *value != '>');
			value++;
		}
	}
	if (!is_one || !memchr(text_get(address), '@', address->size))
		text_clear(address);
}
