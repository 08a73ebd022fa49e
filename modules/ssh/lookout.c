/* modules/ssh/lookout: see lookout.h. */
#include "lookout.h"

#include <string.h>

#define LENGTH_BYTES  4
#define ED25519_BYTES 32
#define KEY_NAME      "\0\0\0\x0bssh-ed25519"
#define NAME_BYTES    (sizeof KEY_NAME - 1)
#define KEY_BYTES     (NAME_BYTES + LENGTH_BYTES + ED25519_BYTES)

/* Where things stand in a packet: the kind of message, its first text, the key within that. */
enum { AT_KIND = 5, AT_HOST_KEY = 6, AT_NAME = 10, AT_KEY = AT_NAME + NAME_BYTES };
enum { MSG_NEWKEYS = 21, MSG_KEX_REPLY = 31, MSG_GROUP_REPLY = 33 };

static size_t number_at(const unsigned char *at)
{
	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

static bool is_good(const struct lookout *l)
{
	const unsigned char *h = l->head;

	if (l->have_bytes < LOOKOUT_HEAD_BYTES ||
		(h[AT_KIND] != MSG_KEX_REPLY && h[AT_KIND] != MSG_GROUP_REPLY) ||
		memcmp(h + AT_NAME, KEY_NAME, NAME_BYTES) != 0)
		return true;
	return number_at(h + AT_HOST_KEY) == KEY_BYTES && number_at(h + AT_KEY) == ED25519_BYTES;
}

/* One byte of a packet's head; its length is known with the fourth. */
static void take_head(struct lookout *l, unsigned char byte)
{
	l->head[l->have_bytes++] = byte;
	if (l->have_bytes == LENGTH_BYTES)
		l->left_bytes = number_at(l->head);
	else if (l->have_bytes > LENGTH_BYTES)
		l->left_bytes--;
}

static size_t pass(struct lookout *l, size_t size)
{
	size_t passed = size < l->left_bytes ? size : l->left_bytes;

	l->left_bytes -= passed;
	return passed;
}

bool lookout_take(struct lookout *l, const void *bytes, size_t size)
{
	const unsigned char *at = bytes, *end = at + size;

	while (at < end && !l->is_over) {
		if (l->have_bytes < LOOKOUT_HEAD_BYTES)
			take_head(l, *at++);
		else
			at += pass(l, (size_t)(end - at));
		if (!is_good(l))
			return false;
		if (l->have_bytes < LENGTH_BYTES || l->left_bytes)
			continue;
		l->is_over = l->have_bytes > AT_KIND && l->head[AT_KIND] == MSG_NEWKEYS;
		l->have_bytes = 0;
	}
	return true;
}
