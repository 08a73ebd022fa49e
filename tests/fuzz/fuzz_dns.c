/* Feeds any bytes to the judges of DNS answers, against one ordinary query, and shows each record
 * of those that hold together. What is shown must read back as itself, and any bytes may stand
 * where a person writes a record. */
#include "../../core/fiber/dns.h"
#include "../../core/fiber/dns_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char query[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\3www\7example\3org\0\0\1\0\1";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void show(const unsigned char *message, size_t size, const struct dns_record *r)
{
	struct text shown = {0}, again = {0};

	dns_add_name(&shown, message, size, r->name_at);
	text_clear(&shown);
	dns_add_data(&shown, message, size, r);
	if (!dns_add_written(&again, r->type, text_get(&shown)) ||
	    strcmp(text_get(&shown), text_get(&again)) != 0)
		abort();
	text_release(&shown);
	text_release(&again);
}

/* The first two bytes as a type, the rest as a text. */
static void read_written(const unsigned char *bytes, size_t size)
{
	char *written = strndup((const char *)bytes + 2, size - 2);
	int type = bytes[0] << 8 | bytes[1];
	struct text once = {0}, twice = {0};

	if (written && dns_add_written(&once, type, written) &&
	    (!dns_add_written(&twice, type, text_get(&once)) ||
	     strcmp(text_get(&once), text_get(&twice)) != 0))
		abort();
	text_release(&once);
	text_release(&twice);
	free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct dns_walk walk;
	struct dns_record record;

	if (!copy)
		return 0;
	memcpy(copy, bytes, size);
	dns_answers(query, sizeof query - 1, copy, size);
	dns_walk_init(&walk, copy, size);
	if (!dns_malformed(copy, size))
		while (dns_walk_next(&walk, &record))
			show(copy, size, &record);
	if (size > 2)
		read_written(copy, size);
	free(copy);
	return 0;
}
