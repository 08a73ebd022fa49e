/* fiber/dns: one DNS query of a probe to a server of its choice (probe_dns() of check.h).
 *
 * The query is c-ares' bytes, the exchange is ours: a connected socket with a random port, a random
 * id, EDNS with 1232 bytes, TCP when the answer is truncated. Invariant (F45): an answer is
 * believed only when id and question are ours and every record lies inside the message; anything
 * else is passed over until the deadline. */
#ifndef NINES_FIBER_DNS_H
#define NINES_FIBER_DNS_H

#include <stdbool.h>
#include <stddef.h>

/* Pure. Is `answer` a response with id and question of `query` (as built, header and question
 * first)? */
bool dns_answers(const unsigned char *query, size_t query_size, const unsigned char *answer,
		 size_t size);
/* Pure. NULL when every name and record of the message lies inside it, else what is wrong. A
 * truncated message (TC) may end early. */
const char *dns_malformed(const unsigned char *message, size_t size);

#endif
