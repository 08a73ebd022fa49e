/* nines/fill.h: templates with placeholders, for what notifiers send: JSON, forms, addresses,
 * headers and plain text from one kind of data.
 *
 *     {{name}}              the value of that name, escaped for what surrounds it
 *     {{name|cut:160|code}} the same through filters: enum fill_filter, cut:CHARACTERS, bytes:BYTES
 *     {{#name}} ... {{/name}}   only where the value is not ""
 *     {{^name}} ... {{/name}}   only where it is ""
 *
 * Invariant: a value never leaves the place where it stands, whatever is in it: in JSON it stays
 * inside its string, in a form or an address inside its field, in a header inside its line. All is
 * valid UTF-8, no character is cut in two, and the only control characters are newline and tab.
 * Pure: memory is the caller's. Used by <nines/post.h> and through it by chat, sms and others. */
#ifndef NINES_FILL_H
#define NINES_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FILL_NAME_BYTES 64
#define FILL_DEEP 8 /* sections inside sections */

/* What surrounds the placeholders. */
enum fill_in { FILL_PLAIN, FILL_JSON, FILL_URL, FILL_LINE };

/* Filters. */
enum fill_filter {
	FILL_ENTITIES = 1,  /* entities: & < > are themselves in HTML and for Slack */
	FILL_CODE = 2,	    /* code: nothing can end a block between back quotes but its end */
	FILL_MARKDOWN = 4,  /* markdown: its characters are themselves */
	FILL_MENTIONS = 8,  /* mentions: '@all' calls nobody */
	FILL_ONE_LINE = 16, /* line */
	FILL_NOFORMAT = 32, /* noformat: nothing can end a {noformat} of Jira's markup */
	FILL_APART = 64,    /* apart: each line a paragraph, where one newline is none */
};

struct fill {
	/* The value of a name; NULL: there is no such name. It must stay until the text is made. */
	const char *(*find)(const void *with, const char *name);
	const void *with;
	enum fill_in in;
	/* out: like snprintf, `size` counts on when the room is too small */
	char *at;
	size_t size, room;
	const char *wrong; /* where in the template something is wrong; NULL: nothing */
};

/* A value on its way through the filters. */
struct fill_value {
	const char *at;
	size_t size;
	bool is_cut;
	unsigned filters;
};

static inline void fill_byte(struct fill *f, char c)
{
	if (f->size < f->room)
		f->at[f->size] = c;
	f->size++;
}

/* One byte of a value inside what surrounds it. */
static inline void fill_put(struct fill *f, unsigned char c)
{
	static const char digit[] = "0123456789ABCDEF";
	bool is_control = c < ' ' || c == 127;

	if (f->in == FILL_JSON && (is_control || c == '"' || c == '\\')) {
		fill_byte(f, '\\');
		if (!is_control || c == '\n' || c == '\t') {
			fill_byte(f, c == '\n' ? 'n' : c == '\t' ? 't' : (char)c);
			return;
		}
		for (const char *at = "u00"; *at; at++)
			fill_byte(f, *at);
	} else if (f->in == FILL_URL && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
					  (c >= '0' && c <= '9') || (c && strchr("-._~:", c)))) {
		fill_byte(f, '%');
	} else {
		fill_byte(f, f->in == FILL_LINE && is_control ? ' ' : (char)c);
		return;
	}
	fill_byte(f, digit[c >> 4]);
	fill_byte(f, digit[c & 15]);
}

static inline void fill_puts(struct fill *f, const char *text)
{
	while (*text)
		fill_put(f, (unsigned char)*text++);
}

/* Bytes of the UTF-8 character that begins here (RFC 3629); 0: none does. */
static inline size_t fill_utf8(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (!size || size > left || at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return size;
}

/* So many units of a text, at most `most`: bytes, or else characters as UTF-16 counts them (an
 * emoji is two): what is counted so is never too long for those who count characters. Returns the
 * bytes that fit. */
static inline size_t fill_fitting(const char *text, size_t size, size_t most, bool in_bytes)
{
	size_t used = 0, units = 0, n;

	for (; used < size; used += n) {
		n = fill_utf8(text + used, size - used);
		units += !n ? in_bytes ? 3 : 1 : in_bytes ? n : n == 4 ? 2 : 1; /* U+FFFD */
		if (!n)
			n = 1;
		if (units > most)
			break;
	}
	return used;
}

/* What is too long ends with "...". */
static inline void fill_cut(struct fill_value *v, size_t most, bool in_bytes)
{
	if (fill_fitting(v->at, v->size, most, in_bytes) == v->size)
		return;
	v->size = fill_fitting(v->at, v->size, most > 3 ? most - 3 : 0, in_bytes);
	v->is_cut = true;
}

static inline bool fill_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* True: the filters have written this character in their own way. */
static inline bool fill_instead(struct fill *f, const struct fill_value *v, size_t used)
{
	char c = v->at[used];

	if (v->filters & FILL_ENTITIES && c && strchr("&<>", c))
		fill_puts(f, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
	else if (v->filters & FILL_CODE && c == '`')
		fill_put(f, '\'');
	else if (v->filters & FILL_ONE_LINE && c == '\n')
		fill_put(f, ' ');
	else if (v->filters & FILL_APART && c == '\n')
		fill_puts(f, used && v->at[used - 1] == '\n' ? "" : "\n\n");
	else if (v->filters & FILL_MENTIONS && c == '@' &&
		 (!used || !fill_is_word(v->at[used - 1])))
		fill_puts(f, "@\xe2\x80\x8b"); /* a space of no width */
	else if (v->filters & FILL_NOFORMAT && c == '{')
		fill_puts(f, "{\xe2\x80\x8b");
	else if (c == '\r')
		fill_puts(f, used + 1 < v->size && v->at[used + 1] == '\n' ? "" : " ");
	else if (((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 127)
		fill_put(f, ' ');
	else
		return false;
	return true;
}

/* '-' and '+' make a list where a line begins with them. */
static inline bool fill_is_markdown(const struct fill_value *v, size_t used)
{
	char c = v->at[used];

	return strchr("\\`*_~|<>[]()#", c) ||
	       ((c == '-' || c == '+') && (!used || v->at[used - 1] == '\n'));
}

static inline void fill_write(struct fill *f, const struct fill_value *v)
{
	for (size_t used = 0, n; used < v->size; used += n ? n : 1) {
		n = fill_utf8(v->at + used, v->size - used);
		if (!n)
			fill_puts(f, "\xef\xbf\xbd"); /* U+FFFD */
		if (!n || fill_instead(f, v, used))
			continue;
		if (v->filters & FILL_MARKDOWN && fill_is_markdown(v, used))
			fill_put(f, '\\');
		for (size_t i = 0; i < n; i++)
			fill_put(f, (unsigned char)v->at[used + i]);
	}
	fill_puts(f, v->is_cut ? "..." : "");
}

static inline bool fill_is_named(const char *at, size_t size, const char *name)
{
	return strlen(name) == size && !memcmp(at, name, size);
}

/* A block of code ends with its last line. */
static inline void fill_end_line(struct fill_value *v)
{
	while (v->size && v->at[v->size - 1] == '\n')
		v->size--;
}

/* One filter of a placeholder. False: there is no such. */
static inline bool fill_filter(struct fill_value *v, const char *at, size_t size)
{
	static const struct {
		const char *name;
		unsigned filter;
	} known[] = {{"entities", FILL_ENTITIES}, {"code", FILL_CODE},
		     {"markdown", FILL_MARKDOWN}, {"mentions", FILL_MENTIONS},
		     {"line", FILL_ONE_LINE},	  {"noformat", FILL_NOFORMAT},
		     {"apart", FILL_APART}};
	bool in_bytes = size > 6 && !memcmp(at, "bytes:", 6);

	if (in_bytes || (size > 4 && !memcmp(at, "cut:", 4))) {
		const char *number = at + (in_bytes ? 6 : 4);
		char *end;
		unsigned long most = strtoul(number, &end, 10);

		if (*number < '0' || *number > '9' || end != at + size)
			return false;
		fill_cut(v, most, in_bytes);
		return true;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (fill_is_named(at, size, known[i].name)) {
			v->filters |= known[i].filter;
			if (v->filters & FILL_CODE)
				fill_end_line(v);
			return true;
		}
	return false;
}

/* The value of the name at `at`, of `size` bytes. False: there is no such. */
static inline bool fill_find(struct fill *f, const char *at, size_t size, struct fill_value *v)
{
	char name[FILL_NAME_BYTES];

	if (!size || size >= sizeof name)
		return false;
	memcpy(name, at, size);
	name[size] = '\0';
	*v = (struct fill_value){.at = f->find(f->with, name)};
	v->size = v->at ? strlen(v->at) : 0;
	return v->at != NULL;
}

/* "name|filter|filter", up to `end`. */
static inline bool fill_placeholder(struct fill *f, const char *at, const char *end)
{
	const char *bar = memchr(at, '|', (size_t)(end - at)), *stop;
	struct fill_value v;

	if (!fill_find(f, at, (size_t)((bar ? bar : end) - at), &v))
		return false;
	for (; bar; bar = stop < end ? stop : NULL) {
		stop = memchr(bar + 1, '|', (size_t)(end - bar - 1));
		stop = stop ? stop : end;
		if (!fill_filter(&v, bar + 1, (size_t)(stop - bar - 1)))
			return false;
	}
	fill_write(f, &v);
	return true;
}

/* The sections that are open, the innermost last. */
struct fill_sections {
	struct {
		const char *name;
		size_t size;
		bool is_hidden;
	} at[FILL_DEEP];
	size_t deep;
};

static inline bool fill_is_hidden(const struct fill_sections *s)
{
	return s->deep && s->at[s->deep - 1].is_hidden;
}

static inline bool fill_open(struct fill *f, struct fill_sections *s, const char *mark, size_t size)
{
	bool is_hidden = fill_is_hidden(s);
	struct fill_value v;

	if (s->deep == FILL_DEEP || !fill_find(f, mark + 1, size - 1, &v))
		return false;
	s->at[s->deep].name = mark + 1;
	s->at[s->deep].size = size - 1;
	s->at[s->deep++].is_hidden = is_hidden || (*mark == '#') == !v.size;
	return true;
}

static inline bool fill_close(struct fill_sections *s, const char *mark, size_t size)
{
	if (!s->deep || s->at[s->deep - 1].size != size - 1 ||
	    memcmp(s->at[s->deep - 1].name, mark + 1, size - 1) != 0)
		return false;
	s->deep--;
	return true;
}

/* What stands between {{ and }}. */
static inline bool fill_mark(struct fill *f, struct fill_sections *s, const char *mark, size_t size)
{
	if (size && (*mark == '#' || *mark == '^'))
		return fill_open(f, s, mark, size);
	if (size && *mark == '/')
		return fill_close(s, mark, size);
	return fill_is_hidden(s) || fill_placeholder(f, mark, mark + size);
}

/* Makes the text, or as much of it as there is room for; `size` says what it needs, without a NUL.
 * False: the template is wrong, `wrong` says where. */
static inline bool fill_text(struct fill *f, const char *template)
{
	struct fill_sections sections = {.deep = 0};
	const char *mark, *end;

	f->size = 0;
	for (const char *at = template;; at = end + 2) {
		mark = strstr(at, "{{");
		for (; *at && at != mark && !fill_is_hidden(&sections); at++)
			fill_byte(f, *at);
		f->wrong = mark;
		end = mark ? strstr(mark, "}}") : NULL;
		if (!end)
			break;
		if (!fill_mark(f, &sections, mark + 2, (size_t)(end - mark - 2)))
			return false;
	}
	if (!mark && sections.deep)
		f->wrong = sections.at[sections.deep - 1].name - 3;
	return !f->wrong;
}

#endif
