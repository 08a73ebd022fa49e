/* Feeds any bytes to the judges of DNS answers, against one ordinary query. */
#include "../../core/fiber/dns.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char query[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\3www\7example\3org\0\0\1\0\1";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, bytes, size);
	dns_answers(query, sizeof query - 1, copy, size);
	dns_malformed(copy, size);
	free(copy);
	return 0;
}
