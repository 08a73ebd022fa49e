/* store/varint: whole numbers as little-endian groups of seven bits, signed ones zigzag.
 *
 * What all packed forms of the store are made of. The reader trusts no byte: it never reads past
 * `end` and says when a number does not end. */
#ifndef NINES_STORE_VARINT_H
#define NINES_STORE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/text.h"

static inline void varint_put(struct text *t, uint64_t n)
{
	char byte[10];
	size_t size = 0;

	do
		byte[size++] = (char)((n & 127) | (n > 127 ? 128 : 0));
	while (n >>= 7);
	text_add(t, byte, size);
}

static inline void varint_put_signed(struct text *t, int64_t n)
{
	varint_put(t, (uint64_t)n << 1 ^ (uint64_t)(n >> 63));
}

static inline bool varint_get(const unsigned char **at, const unsigned char *end, uint64_t *n)
{
	*n = 0;
	for (int shift = 0; shift < 64 && *at < end; shift += 7) {
		*n |= (uint64_t)(**at & 127) << shift;
		if (!(*(*at)++ & 128))
			return true;
	}
	return false;
}

static inline bool varint_get_signed(const unsigned char **at, const unsigned char *end, int64_t *n)
{
	uint64_t word;

	if (!varint_get(at, end, &word))
		return false;
	*n = (int64_t)(word >> 1) ^ -(int64_t)(word & 1);
	return true;
}

#endif
