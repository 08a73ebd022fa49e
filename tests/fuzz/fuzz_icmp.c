/* Feeds any bytes to the reader of ICMP packets: first byte even IPv4, odd IPv6; bit 1: with an IP
 * header. */
#include "../../core/fiber/icmp_packet.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct icmp_reading r;
	unsigned char *copy, sum = 0;

	if (!size)
		return 0;
	copy = malloc(size); /* its own block: a step over the end is seen */
	if (!copy)
		return 0;
	memcpy(copy, bytes + 1, size - 1);
	if (icmp_read(&r, *bytes & 1 ? AF_INET6 : AF_INET, *bytes & 2, *bytes & 4, copy,
		      size - 1)) {
		for (int i = 0; r.nonce && i < ICMP_NONCE_BYTES; i++)
			sum ^= r.nonce[i];
		for (int i = 0; r.to && i < (*bytes & 1 ? 16 : 4); i++)
			sum ^= r.to[i];
		if (!r.nonce && !r.trouble)
			abort(); /* a reply always carries a nonce */
	}
	free(copy);
	return sum == 1 ? 0 : 0;
}
