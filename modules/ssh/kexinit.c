/* modules/ssh/kexinit: see kexinit.h. */
#include "kexinit.h"

#include <string.h>

#define HEAD_BYTES   5 /* length of the packet, length of its padding */
#define COOKIE_BYTES 16
#define MSG_KEXINIT  20

static size_t number_at(const unsigned char *at)
{
	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

bool kexinit_list(const unsigned char *packet, size_t size, int number, const char **list,
		  size_t *length)
{
	size_t at = HEAD_BYTES + 1 + COOKIE_BYTES;

	if (size < at + 4 || packet[HEAD_BYTES] != MSG_KEXINIT)
		return false;
	for (;;) {
		*length = number_at(packet + at);
		at += 4;
		if (*length > size - at)
			return false;
		if (!number--)
			break;
		at += *length;
		if (size - at < 4)
			return false;
	}
	*list = (const char *)packet + at;
	return true;
}

static bool is_one_of(const char *name, size_t length, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (strlen(names[i]) == length && !memcmp(names[i], name, length))
			return true;
	return false;
}

bool kexinit_shares(const char *list, size_t length, const char *const *names, int count)
{
	for (size_t from = 0, to = 0; to <= length; to++) {
		if (to < length && list[to] != ',')
			continue;
		if (is_one_of(list + from, to - from, names, count))
			return true;
		from = to + 1;
	}
	return false;
}
