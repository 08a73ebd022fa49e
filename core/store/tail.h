/* store/tail: the row that one commit writes: of each series with new results the bytes that its
 * open block has gained.
 *
 * Per piece: series, place of its first byte in the open block (0: a new block begins), results,
 * size, bytes. A reader that puts the pieces of a series together sees by the place whether one is
 * missing. It trusts no byte. Written by the store, read by it at its start and by readers; pure.
 */
#ifndef NINES_STORE_TAIL_H
#define NINES_STORE_TAIL_H

#include "../base/text.h"
#include "varint.h"

#define TAIL_VERSION 1

struct tail_piece {
	uint64_t series, place, results, size;
	const unsigned char *bytes;
};

static inline void tail_put(struct text *t, const struct tail_piece *p)
{
	if (!t->size)
		text_putc(t, TAIL_VERSION);
	varint_put(t, p->series);
	varint_put(t, p->place);
	varint_put(t, p->results);
	varint_put(t, p->size);
	text_add(t, p->bytes, (size_t)p->size);
}

/* *at stands at the row's first byte or behind a piece. False: the end, or damage. */
static inline bool tail_next(const unsigned char **at, const unsigned char *end, bool is_first,
			     struct tail_piece *p)
{
	if (is_first && (*at == end || *(*at)++ != TAIL_VERSION))
		return false;
	if (!varint_get(at, end, &p->series) || !varint_get(at, end, &p->place) ||
	    !varint_get(at, end, &p->results) || !varint_get(at, end, &p->size) ||
	    p->size > (uint64_t)(end - *at))
		return false;
	p->bytes = *at;
	*at += p->size;
	return true;
}

#endif
