/* base/line: the one text format that processes of nines speak to each other.
 *
 *     verb id key=value key="value with \"escapes\" \\ \n \x07"
 *
 * A verb, an id (`-` for none; in quotes where it needs them), then words in any order; a key may
 * stand several times. A value made of [A-Za-z0-9_.:/@%+,*!-] stands bare, any other in quotes;
 * bytes other than printable ASCII are written \xNN, so a line is printable ASCII whatever a
 * foreign server said. The same lines are the trace (--trace), the golden files of tests and the
 * replay input. The parser trusts nobody (F25): it works inside the given bytes, allocates nothing
 * and is fuzzed. */
#ifndef NINES_BASE_LINE_H
#define NINES_BASE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define LINE_BYTES 65536 /* a longer line is refused */
#define LINE_WORDS 320 /* struct line stays small enough for a stack */

struct line_word {
	const char *key, *value; /* value is NUL-terminated; `size` counts NULs inside */
	uint32_t size;
	uint16_t key_size;
	bool is_bare; /* it was read without quotes, so it can be written so */
};

struct line {
	const char *verb, *id;
	size_t words;
	struct line_word word[LINE_WORDS];
};

/* Parses `size` bytes (no newline) in place: *line points into them. NULL when well-formed, else
 * what is wrong (a constant text). at[size] must be writable: it becomes NUL. */
const char *line_parse(struct line *, char *at, size_t size);

/* The first value of `key`, or NULL (find) / "" (get). */
const char *line_find(const struct line *, const char *key);
const char *line_get(const struct line *, const char *key);

/* The id, or the word `name` where the id is `-`. */
const char *line_name(const struct line *);

/* The first value of `key` as a number; `otherwise` when it is missing or none. */
int64_t line_int(const struct line *, const char *key, int64_t otherwise);

/* The id as a number, -1 when it is none. */
int64_t line_number(const struct line *);

/* Writing. line_begin() ... words ... line_end(): appends one line with its newline. */
void line_begin(struct text *, const char *verb, const char *id);
void line_begin_number(struct text *, const char *verb, int64_t id);
/* For names people chose ("Mail, inbound"): one that cannot stand bare travels as `verb -
 * name="..."`. */
void line_begin_name(struct text *, const char *verb, const char *name);
void line_add_sized(struct text *, const char *key, size_t key_size, const char *value,
		    size_t size);
void line_add_int_sized(struct text *, const char *key, size_t key_size, int64_t value);
/* Texts joined by newlines; no word where there are none. */
void line_add_list(struct text *, const char *key, const char *const *list);
void line_end(struct text *);

/* The words `first` to `end` - 1 of a line that was parsed. */
void line_add_range(struct text *, const struct line *from, size_t first, size_t end);
/* Copies all words of `from` except those whose key is in the NULL-terminated list `but` (may be
 * NULL). */
void line_add_words(struct text *, const struct line *from, const char *const *but);

/* Most keys are constants: their size is known when this is compiled. */

static inline void line_add_bytes(struct text *t, const char *key, const char *value, size_t size)
{
	line_add_sized(t, key, strlen(key), value, size);
}

static inline void line_add(struct text *t, const char *key, const char *value)
{
	line_add_sized(t, key, strlen(key), value ? value : "", value ? strlen(value) : 0);
}

static inline void line_add_int(struct text *t, const char *key, int64_t value)
{
	line_add_int_sized(t, key, strlen(key), value);
}

#endif
