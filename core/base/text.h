/* base/text: a growing piece of text, and what every writer of text needs.
 *
 * A struct text is bytes with a NUL behind them; zero-initialised it is an empty text. Growth uses
 * memory.h and so never fails. The escapes for a terminal live here; each other medium (HTML, JSON,
 * CSV) escapes for itself where it is written. */
#ifndef NINES_BASE_TEXT_H
#define NINES_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *at; /* NULL while nothing was ever added */
	size_t size, room;
};

void text_release(struct text *);
void text_clear(struct text *);                    /* empty, keeps its room */
void text_grow(struct text *, size_t more);        /* what text_reserve() does when it must */
#define TEXT_INT_BYTES 24                          /* of room that a number may touch */
void text_int(struct text *, int64_t);             /* decimal */
void text_vprintf(struct text *, const char *format, va_list) __attribute__((format(printf, 2, 0)));
void text_printf(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_cut(struct text *, size_t first);        /* drops the first bytes */
const char *text_get(const struct text *);         /* never NULL */

/* The bytes as readable UTF-8 of at most `most` bytes: control characters, bidi controls, joiners
 * where no script has them, and invalid bytes become U+FFFD or \xNN ... whatever a terminal, a log
 * or a mail could be tricked with (F44). */
void text_add_safe(struct text *, const char *bytes, size_t size, size_t most);

/* "10s", "5m", "4h", "1d", "250ms", a bare number is seconds: microseconds in *us. False: no
 * duration. */
bool text_duration(const char *, int64_t *us);

/* Writes microseconds the short way: 812us, 3.2ms, 1.20s, 5m, 4h 2m, 3d 4h. */
void text_add_duration(struct text *, int64_t us);

/* An id of 12 letters and digits that sorts as the number does, below 2^60. */
#define TEXT_STAMP 13
void text_stamp(char id[TEXT_STAMP], uint64_t number);

/* A whole decimal number with optional sign, nothing behind it. False: no such number. */
bool text_to_int(const char *, int64_t *);
/* true yes on 1, false no off 0, as configurations have them. False: another word. */
bool text_to_bool(const char *, bool *);
/* The next line of *list (NULL: empty), which moves behind it. False: there is none, and `line` is
 * released; who leaves earlier releases it himself. */
bool text_next_line(const char **list, struct text *line);
/* One of the lines of `list` is `item`, exactly these bytes, or some line of `items`. */
bool text_lists(const char *list, const char *item);
bool text_lists_bytes(const char *list, const char *item, size_t size);
bool text_lists_some(const char *list, const char *items);

/* Every line of every process is written with these: they stand here to be compiled in. */

/* Room for `more` bytes and a NUL. */
static inline void text_reserve(struct text *t, size_t more)
{
	if (t->size + more >= t->room)
		text_grow(t, more);
}

static inline void text_add(struct text *t, const void *from, size_t size)
{
	text_reserve(t, size);
	if (size)
		memcpy(t->at + t->size, from, size);
	t->size += size;
	t->at[t->size] = '\0';
}

static inline void text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

static inline void text_putc(struct text *t, char c)
{
	text_add(t, &c, 1);
}

#endif
