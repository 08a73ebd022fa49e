/* base/line: see line.h. */
#include "line.h"

#include <string.h>

/* [A-Za-z0-9_.:/@%+,*!-] */
static const bool is_bare[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
	['.'] = true,	      [':'] = true,	    ['/'] = true,	  ['@'] = true,
	['%'] = true,	      ['+'] = true,	    [','] = true,	  ['*'] = true,
	['!'] = true,	      ['-'] = true,
};

static const bool is_key[256] = {
	['0' ... '9'] = true, ['a' ... 'z'] = true, ['_'] = true, ['-'] = true, ['.'] = true,
};

/* Ends at the line's NUL if nowhere before. */
static char *take_bare(char *at)
{
	while (is_bare[(unsigned char)*at])
		at++;
	return at;
}

static int hex(int c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at `at` (behind the backslash) means, -1 when it is none; *next moves
 * on. */
static int take_escape(const char *at, const char *end, char **next)
{
	static const char name[] = "\\\"ntr", meaning[] = "\\\"\n\t\r";
	const char *found;

	if (at >= end)
		return -1;
	*next = (char *)at + 1;
	if (*at == 'x') {
		if (end - at < 3 || hex(at[1]) < 0 || hex(at[2]) < 0)
			return -1;
		*next = (char *)at + 3;
		return hex(at[1]) << 4 | hex(at[2]);
	}
	found = *at ? strchr(name, *at) : NULL;
	return found ? (unsigned char)meaning[found - name] : -1;
}

/* Unescapes in place; *next is left behind the closing quote. NULL when fine. */
static const char *take_quoted(char *at, const char *end, char **next, size_t *size)
{
	char *to = at, *from = at;
	int c;

	while (from < end && *from != '"') {
		c = (unsigned char)*from++;
		if (c < 0x20 || c >= 0x7f)
			return "a raw control byte in a value";
		if (c == '\\' && (c = take_escape(from, end, &from)) < 0)
			return "an unknown escape";
		*to++ = (char)c;
	}
	if (from >= end)
		return "a quote is not closed";
	*next = from + 1;
	*size = (size_t)(to - at);
	*to = '\0';
	return NULL;
}

static const char *take_word(struct line *l, char **at, const char *end)
{
	struct line_word *w = &l->word[l->words];
	char *p = *at;
	const char *wrong;
	size_t size;

	if (l->words == LINE_WORDS)
		return "too many words";
	w->key = p;
	while (is_key[(unsigned char)*p])
		p++;
	if (p == w->key || *p != '=')
		return "a word is no key=value";
	w->key_size = (uint16_t)(p - w->key);
	*p++ = '\0';
	w->value = p;
	w->is_bare = *p != '"';
	if (w->is_bare) {
		p = take_bare(p);
		size = (size_t)(p - w->value);
	} else {
		w->value = ++p;
		wrong = take_quoted(p, end, &p, &size);
		if (wrong)
			return wrong;
	}
	w->size = (uint32_t)size;
	l->words++;
	*at = p;
	return p < end && *p != ' ' ? "a value is not ended by a space" : NULL;
}

/* A space or the end must follow; both become the NUL of what stood before. */
static char *close_word(char *at)
{
	*at = '\0';
	return at + 1;
}

/* Bare or in quotes, never empty: names of checks are ids, and people put spaces into names. */
static const char *take_id(struct line *l, char *at, char *end, char **next)
{
	const char *wrong = NULL;
	size_t size;

	l->id = at;
	if (at < end && *at == '"') {
		l->id = ++at;
		wrong = take_quoted(at, end, next, &size);
	} else {
		*next = take_bare(at);
		size = (size_t)(*next - at);
	}
	if (wrong)
		return wrong;
	return !size || (*next < end && **next != ' ') ? "no id" : NULL;
}

const char *line_parse(struct line *l, char *at, size_t size)
{
	char *end = at + size, *p;
	const char *wrong;

	l->words = 0;
	if (size >= LINE_BYTES)
		return "too long";
	*end = '\0';
	l->verb = at;
	p = take_bare(at);
	if (p == at || p >= end || *p != ' ')
		return "no verb and id";
	wrong = take_id(l, close_word(p), end, &p);
	if (wrong)
		return wrong;
	while (p < end) {
		p = close_word(p);
		wrong = take_word(l, &p, end);
		if (wrong)
			return wrong;
	}
	*p = '\0';
	return NULL;
}

const char *line_find(const struct line *l, const char *key)
{
	for (size_t i = 0; i < l->words; i++)
		if (*l->word[i].key == *key && !strcmp(l->word[i].key, key))
			return l->word[i].value;
	return NULL;
}

const char *line_get(const struct line *l, const char *key)
{
	const char *found = line_find(l, key);

	return found ? found : "";
}

const char *line_name(const struct line *l)
{
	return strcmp(l->id, "-") ? l->id : line_get(l, "name");
}

int64_t line_int(const struct line *l, const char *key, int64_t otherwise)
{
	const char *found = line_find(l, key);
	int64_t n;

	return found && text_to_int(found, &n) ? n : otherwise;
}

int64_t line_number(const struct line *l)
{
	int64_t n;

	return text_to_int(l->id, &n) ? n : -1;
}

static bool all_bare(const char *at, size_t size)
{
	const unsigned char *c = (const unsigned char *)at;
	size_t i = 0;

	for (; i + 4 <= size; i += 4)
		if (!(is_bare[c[i]] & is_bare[c[i + 1]] & is_bare[c[i + 2]] & is_bare[c[i + 3]]))
			return false;
	for (; i < size; i++)
		if (!is_bare[c[i]])
			return false;
	return size > 0;
}

static char *add_byte(char *at, unsigned char c)
{
	static const char digit[] = "0123456789abcdef";

	if (c >= 0x20 && c < 0x7f) {
		if (c == '"' || c == '\\')
			*at++ = '\\';
		*at++ = (char)c;
		return at;
	}
	*at++ = '\\';
	if (c == '\n') {
		*at++ = 'n';
		return at;
	}
	*at++ = 'x';
	*at++ = digit[c >> 4];
	*at++ = digit[c & 15];
	return at;
}

static void add_quoted(struct text *t, const char *value, size_t size)
{
	char *at;

	text_reserve(t, 4 * size + 2);
	at = t->at + t->size;
	*at++ = '"';
	for (size_t i = 0; i < size; i++)
		at = add_byte(at, (unsigned char)value[i]);
	*at++ = '"';
	*at = '\0';
	t->size = (size_t)(at - t->at);
}

static void add_value(struct text *t, const char *value, size_t size)
{
	if (all_bare(value, size))
		text_add(t, value, size);
	else
		add_quoted(t, value, size);
}

/* ` key=`, with room for `more` bytes behind it. */
static void add_key(struct text *t, const char *key, size_t size, size_t more)
{
	char *at;

	text_reserve(t, size + 2 + more);
	at = t->at + t->size;
	*at = ' ';
	memcpy(at + 1, key, size);
	at[size + 1] = '=';
	at[size + 2] = '\0';
	t->size += size + 2;
}

void line_begin(struct text *t, const char *verb, const char *id)
{
	text_puts(t, verb);
	text_putc(t, ' ');
	if (!id || !*id)
		id = "-";
	add_value(t, id, strlen(id));
}

void line_begin_number(struct text *t, const char *verb, int64_t id)
{
	text_puts(t, verb);
	text_putc(t, ' ');
	text_int(t, id);
}

void line_begin_name(struct text *t, const char *verb, const char *name)
{
	if (all_bare(name, strlen(name)) && strcmp(name, "-")) {
		line_begin(t, verb, name);
		return;
	}
	line_begin(t, verb, "-");
	line_add(t, "name", name);
}

void line_add_sized(struct text *t, const char *key, size_t key_size, const char *value,
		    size_t size)
{
	add_key(t, key, key_size, size);
	add_value(t, value, size);
}

void line_add_int_sized(struct text *t, const char *key, size_t key_size, int64_t value)
{
	add_key(t, key, key_size, TEXT_INT_BYTES);
	text_int(t, value);
}

void line_add_list(struct text *t, const char *key, const char *const *list)
{
	struct text joined = {0};

	for (const char *const *l = list; *l; l++)
		text_printf(&joined, "%s%s", l == list ? "" : "\n", *l);
	if (joined.size)
		line_add(t, key, text_get(&joined));
	text_release(&joined);
}

void line_end(struct text *t)
{
	text_putc(t, '\n');
}

static bool is_in(const char *key, const char *const *list)
{
	for (; list && *list; list++)
		if (!strcmp(key, *list))
			return true;
	return false;
}

static void add_word(struct text *t, const struct line_word *w)
{
	add_key(t, w->key, w->key_size, w->size);
	if (w->is_bare && w->size)
		text_add(t, w->value, w->size);
	else
		add_value(t, w->value, w->size);
}

/* Where the words that stand bare and next to each other, from the first on, end. */
static const struct line_word *find_end(const struct line_word *first, const struct line_word *end)
{
	const struct line_word *w = first;

	while (w < end && w->is_bare && w->size &&
	       (w == first || w->key == w[-1].value + w[-1].size + 1))
		w++;
	return w;
}

/* They are copied in one piece; then what cut them apart is undone. */
static void add_bare(struct text *t, const struct line_word *first, const struct line_word *end)
{
	const char *from = first->key;
	char *copy;

	text_putc(t, ' ');
	text_add(t, from, (size_t)(end[-1].value + end[-1].size - from));
	copy = t->at + t->size - (end[-1].value + end[-1].size - from);
	for (const struct line_word *w = first; w < end; w++) {
		copy[w->value - from - 1] = '=';
		copy[w->value - from + w->size] = w + 1 < end ? ' ' : '\0';
	}
}

void line_add_range(struct text *t, const struct line *from, size_t first, size_t end)
{
	const struct line_word *w = from->word + first, *last = from->word + end, *next;

	for (; w < last; w = next) {
		next = find_end(w, last);
		if (next > w)
			add_bare(t, w, next);
		else
			add_word(t, next++);
	}
}

void line_add_words(struct text *t, const struct line *from, const char *const *but)
{
	for (size_t i = 0; i < from->words; i++)
		if (!is_in(from->word[i].key, but))
			add_word(t, &from->word[i]);
}
