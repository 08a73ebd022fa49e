/* The judges of DNS answers (F45): ours or not, whole or malformed. */
#include "../../core/fiber/dns.h"

#include <stdlib.h>

#include "../lib/tap.h"

#define BYTES(s) (const unsigned char *)(s), sizeof(s) - 1
#define NAME     "\3www\7example\3org\0"
#define QUESTION NAME "\0\1\0\1"
#define QUERY    "\x12\x34\x01\0\0\1\0\0\0\0\0\0" QUESTION
#define HEAD     "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION
#define A_RECORD "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"

static const struct {
	const char *name;
	const unsigned char *answer;
	size_t size;
	bool is_ours;
} ours[] = {
	{"an answer", BYTES(HEAD A_RECORD), true},
	{"letters of another case",
	 BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\3wWw\7EXAMPLE\3org\0\0\1\0\1"), true},
	{"another id", BYTES("\x12\x35\x81\x80\0\1\0\0\0\0\0\0" QUESTION), false},
	{"a query", BYTES("\x12\x34\x01\x80\0\1\0\0\0\0\0\0" QUESTION), false},
	{"another operation", BYTES("\x12\x34\x91\x80\0\1\0\0\0\0\0\0" QUESTION), false},
	{"another name", BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\3wwx\7example\3org\0\0\1\0\1"),
	 false},
	{"another type", BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0" NAME "\0\2\0\1"), false},
	{"no question", BYTES("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), false},
	{"two questions", BYTES("\x12\x34\x81\x80\0\2\0\0\0\0\0\0" QUESTION QUESTION), false},
	{"half a question", BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\3www\7exam"), false},
	{"nothing", BYTES(""), false},
};

static const struct {
	const char *name;
	const unsigned char *message;
	size_t size;
	const char *wrong; /* NULL: well-formed */
} form[] = {
	{"an answer", BYTES(HEAD A_RECORD), NULL},
	{"an empty answer", BYTES("\x12\x34\x81\x83\0\1\0\0\0\0\0\0" QUESTION), NULL},
	{"truncated on purpose", BYTES("\x12\x34\x83\x80\0\1\0\1\0\0\0\0" QUESTION), NULL},
	{"shorter than a header", BYTES("\x12\x34\x81"), "shorter than its header"},
	{"a record that is missing", BYTES(HEAD), "a name runs over the end"},
	{"a pointer to itself", BYTES(HEAD "\xc0\x21\0\1\0\1\0\0\0\0\0\0"),
	 "a pointer leads forward or in a circle"},
	{"two pointers in a circle",
	 BYTES("\x12\x34\x81\x80\0\0\0\2\0\0\0\0\xc0\x18\0\1\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1\0\0\0"
	       "\0\0\0"),
	 "a pointer leads forward or in a circle"},
	{"a label before its own pointer",
	 BYTES("\x12\x34\x81\x80\0\0\0\1\0\0\0\0\1a\xc0\x0c\0\1\0\1\0\0\0\0\0\0"),
	 "a pointer leads forward or in a circle"},
	{"half a pointer", BYTES(HEAD "\xc0"), "a pointer runs over the end"},
	{"a label of 0x40",
	 BYTES(HEAD "\x41"
		    "a\0\0\1\0\1\0\0\0\0\0\0"),
	 "a label of an unknown kind"},
	{"data over the end", BYTES(HEAD "\xc0\x0c\0\1\0\1\0\0\0\x3c\xff\xff\x7f\0\0\1"),
	 "the data of a record run over the end"},
	{"half a record", BYTES(HEAD "\xc0\x0c\0\1\0"), "a record runs over the end"},
	{"65535 records announced", BYTES("\x12\x34\x81\x80\0\0\xff\xff\0\0\0\0" A_RECORD),
	 "a pointer leads forward or in a circle"},
};

static void test_long_name(void)
{
	unsigned char message[12 + 64 * 5 + 16] = {0x12, 0x34, 0x81, 0x80, 0, 1};
	const char *wrong;

	for (int i = 0; i < 5; i++)
		message[12 + 64 * i] = 63;
	wrong = dns_malformed(message, sizeof message);
	same(wrong, "a name is too long", "a name of more than 255 bytes");
}

static void test_every_length(void)
{
	static const char whole[] = HEAD A_RECORD;
	int fine = 0;

	for (size_t size = 0; size < sizeof whole; size++) {
		unsigned char *copy = malloc(size + 1);

		memcpy(copy, whole, size);
		fine += !dns_malformed(copy, size);
		dns_answers((const unsigned char *)QUERY, sizeof QUERY - 1, copy, size);
		free(copy);
	}
	ok(fine == 1, "cut at any byte but the last it is malformed (%d lengths pass)", fine);
}

int main(void)
{
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		ok(dns_answers((const unsigned char *)QUERY, sizeof QUERY - 1, ours[i].answer,
			       ours[i].size) == ours[i].is_ours,
		   "%s is %s", ours[i].name, ours[i].is_ours ? "ours" : "not ours");
	for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
		const char *wrong = dns_malformed(form[i].message, form[i].size);

		same(wrong ? wrong : "fine", form[i].wrong ? form[i].wrong : "fine", form[i].name);
	}
	test_long_name();
	test_every_length();
	return done_testing();
}
