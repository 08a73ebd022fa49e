/* fiber/dns_text: what a DNS record says, as a text (RFC 1035 5.1), and a text that a person wrote
 * brought into the same form, so that the two can be compared as strings.
 *
 * Pure. One table has a line for each type that is known; data of any other type, or that do not
 * fit their type, are shown as RFC 3597 5 has it: \# 4 0a000001. Names are in lower case and have
 * no final dot, texts of several pieces are joined, bytes that do not print are \DDD. Used by
 * dns_ask.c. */
#ifndef NINES_FIBER_DNS_TEXT_H
#define NINES_FIBER_DNS_TEXT_H

#include "../base/text.h"

#define DNS_CNAME 5
#define DNS_OPT   41
#define DNS_ANY   255

/* One record; `data` lies inside the message. */
struct dns_record {
	size_t name_at; /* where its owner's name begins in the message */
	int type;
	uint32_t ttl_s;
	const unsigned char *data;
	size_t size;
};

/* Walks over the records of a message that dns_malformed() has found in order. */
struct dns_walk {
	const unsigned char *message;
	size_t size, at;
	unsigned answers, records; /* of the answer section, and of all, still to come */
};

void dns_walk_init(struct dns_walk *, const unsigned char *message, size_t size);
/* False when there are no more. */
bool dns_walk_next(struct dns_walk *, struct dns_record *);

/* The number of a type by its name ("AAAA", "TYPE65"), 0 when there is none. */
int dns_type(const char *name);
/* "AAAA", "TYPE65". */
void dns_add_type(struct text *, int type);
/* "NXDOMAIN", NULL for a number without a name. */
const char *dns_rcode(int rcode);

/* The name at that place of the message. */
void dns_add_name(struct text *, const unsigned char *message, size_t size, size_t at);
/* What the record says. */
void dns_add_data(struct text *, const unsigned char *message, size_t size,
		  const struct dns_record *);
/* What a person wrote, in the form of dns_add_data(). False: it is no data of that type. */
bool dns_add_written(struct text *, int type, const char *written);
/* A name that a person wrote, in the form of dns_add_name(). */
void dns_add_written_name(struct text *, const char *written);

#endif
