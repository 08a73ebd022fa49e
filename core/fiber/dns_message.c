/* fiber/dns_message: the pure part of dns.h: is this an answer to our question, and does it hold
 * together (RFC 1035 4.1)? */
#include <string.h>

#include "dns.h"

#define HEAD_BYTES     12
#define NAME_BYTES     255
#define FLAG_RESPONSE  0x80
#define FLAG_TRUNCATED 0x02
#define OPCODE         0x78

static unsigned get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Bytes the question's name, type and class take, 0 when they do not end inside. A question of ours
 * is never compressed. */
static size_t question_bytes(const unsigned char *at, size_t size)
{
	size_t n = 0;

	while (n < size && at[n])
		n += at[n] + 1u;
	n += 1 + 4;
	return n <= size ? n : 0;
}

bool dns_answers(const unsigned char *query, size_t query_size, const unsigned char *answer,
		 size_t size)
{
	size_t question;

	if (query_size < HEAD_BYTES || size < HEAD_BYTES)
		return false;
	question = question_bytes(query + HEAD_BYTES, query_size - HEAD_BYTES);
	if (!question || size < HEAD_BYTES + question)
		return false;
	if (get16(query) != get16(answer) || !(answer[2] & FLAG_RESPONSE) || answer[2] & OPCODE ||
	    get16(answer + 4) != 1)
		return false;
	for (size_t i = 0; i < question; i++)
		if (lower(query[HEAD_BYTES + i]) != lower(answer[HEAD_BYTES + i]))
			return false;
	return true;
}

/* Pointers may only lead backwards, each further than the one before: so no loop can be built. */
const char *dns_walk_name(const unsigned char *message, size_t size, size_t *place,
			  void (*label)(void *with, const unsigned char *, size_t), void *with)
{
	size_t at = *place, behind = 0, earliest = *place, length = 0;

	for (;;) {
		if (at >= size)
			return "a name runs over the end";
		if (!message[at])
			break;
		if ((message[at] & 0xc0) == 0xc0) {
			if (at + 1 >= size)
				return "a pointer runs over the end";
			behind = behind ? behind : at + 2;
			at = get16(message + at) & 0x3fff;
			if (at >= earliest)
				return "a pointer leads forward or in a circle";
			earliest = at;
			continue;
		}
		if (message[at] & 0xc0)
			return "a label of an unknown kind";
		length += message[at] + 1u;
		if (length >= NAME_BYTES)
			return "a name is too long";
		if (label && at + message[at] < size)
			label(with, message + at + 1, message[at]);
		at += message[at] + 1u;
	}
	*place = behind ? behind : at + 1;
	return NULL;
}

struct reader {
	const unsigned char *message;
	size_t size, at;
};

static const char *skip_name(struct reader *r)
{
	return dns_walk_name(r->message, r->size, &r->at, NULL, NULL);
}

static const char *skip_record(struct reader *r)
{
	const char *wrong = skip_name(r);
	size_t length;

	if (wrong)
		return wrong;
	if (r->size - r->at < 10)
		return "a record runs over the end";
	length = get16(r->message + r->at + 8);
	r->at += 10;
	if (r->size - r->at < length)
		return "the data of a record run over the end";
	r->at += length;
	return NULL;
}

static const char *skip_question(struct reader *r)
{
	const char *wrong = skip_name(r);

	if (wrong)
		return wrong;
	if (r->size - r->at < 4)
		return "a question runs over the end";
	r->at += 4;
	return NULL;
}

const char *dns_malformed(const unsigned char *message, size_t size)
{
	struct reader r = {.message = message, .size = size, .at = HEAD_BYTES};
	const char *wrong = NULL;
	unsigned questions, records;

	if (size < HEAD_BYTES)
		return "shorter than its header";
	questions = get16(message + 4);
	records = get16(message + 6) + get16(message + 8) + get16(message + 10);
	while (!wrong && questions--)
		wrong = skip_question(&r);
	if (message[2] & FLAG_TRUNCATED)
		return wrong;
	while (!wrong && records--)
		wrong = skip_record(&r);
	return wrong;
}
