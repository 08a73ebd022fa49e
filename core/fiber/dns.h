/* fiber/dns: DNS queries of a probe to servers of its choice (probe_dns() of check.h; dns_ask.c has
 * probe_dns_ask()).
 *
 * The query is c-ares' bytes, the exchange is ours: a connected socket with a random port, a random
 * id, EDNS with 1232 bytes, TCP when the answer is truncated. Invariant (F45): an answer is
 * believed only when id and question are ours and every record lies inside the message; anything
 * else is passed over until the deadline. */
#ifndef NINES_FIBER_DNS_H
#define NINES_FIBER_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe;

#define DNS_AT_ONCE 64

/* A question, and what became of it. */
struct dns_question {
	const char *server, *name; /* as probe_dns() takes them */
	int type;
	bool no_recursion, wants_ad;

	const char *asked;   /* "127.0.0.1:53", "ns.example.org (192.0.2.1:53)" */
	const char *trouble; /* NULL: `answer`, in the probe's memory, is one */
	bool is_ours;        /* the trouble is our own */
	const unsigned char *answer;
	size_t size;
};

/* Asks all of them at once (at most DNS_AT_ONCE), until all have an answer or trouble; `wait_us`
 * after which silence is trouble, 0: the deadline. Steps `resolve` for servers given by name, and
 * `query`, when `opens_steps`. False only when the probe has failed: a server has no address, or
 * the questions cannot be put. */
bool dns_ask(struct probe *, struct dns_question *, size_t questions, int64_t wait_us,
	     bool opens_steps);

/* The name servers of this machine, "192.0.2.53" or "127.0.0.1:5353", in the order of
 * /etc/resolv.conf, at most `most`; a question to "" goes to the first. Never none. */
#define DNS_SERVER_BYTES 256
size_t dns_system_servers(char server[][DNS_SERVER_BYTES], size_t most);

/* Pure. Is `answer` a response with id and question of `query` (as built, header and question
 * first)? */
bool dns_answers(const unsigned char *query, size_t query_size, const unsigned char *answer,
		 size_t size);
/* Pure. NULL when every name and record of the message lies inside it, else what is wrong. A
 * truncated message (TC) may end early. */
const char *dns_malformed(const unsigned char *message, size_t size);
/* Pure. Moves *at behind the name there, giving each of its labels to `label` (may be NULL). NULL,
 * else what is wrong with it. */
const char *dns_walk_name(const unsigned char *message, size_t size, size_t *at,
			  void (*label)(void *with, const unsigned char *, size_t), void *with);

#endif
