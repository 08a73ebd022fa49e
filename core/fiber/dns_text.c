/* fiber/dns_text: see dns_text.h.
 *
 * The form of a type's data is a word with a letter for each field; the same letters are read here
 * from the bytes of a message and in dns_written.c from what a person wrote. */
#include "dns_text.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "dns.h"
#include "dns_form.h"

#define HEAD_BYTES 12

/* b h l: numbers of one, two, four bytes; 4 6: addresses; n: a name; w: a counted word; s: a
 * counted text in quotes; t: the rest as a text in quotes; S: counted texts to the end, joined;
 * T: a type; x: the rest in hex; B: the rest in base64. */
static const struct {
	int type;
	const char *name, *form;
} known[] = {
	{1, "A", "4"},          {2, "NS", "n"},           {DNS_CNAME, "CNAME", "n"},
	{6, "SOA", "nnlllll"},  {12, "PTR", "n"},         {13, "HINFO", "ss"},
	{15, "MX", "hn"},       {16, "TXT", "S"},         {17, "RP", "nn"},
	{18, "AFSDB", "hn"},    {28, "AAAA", "6"},        {29, "LOC", NULL},
	{33, "SRV", "hhhn"},    {35, "NAPTR", "hhsssn"},  {36, "KX", "hn"},
	{37, "CERT", "hhbB"},   {39, "DNAME", "n"},       {43, "DS", "hbbx"},
	{44, "SSHFP", "bbx"},   {46, "RRSIG", "TbblllhnB"}, {47, "NSEC", NULL},
	{48, "DNSKEY", "hbbB"}, {50, "NSEC3", NULL},      {51, "NSEC3PARAM", NULL},
	{52, "TLSA", "bbbx"},   {53, "SMIMEA", "bbbx"},   {59, "CDS", "hbbx"},
	{60, "CDNSKEY", "hbbB"}, {61, "OPENPGPKEY", "B"}, {62, "CSYNC", NULL},
	{63, "ZONEMD", "lbbx"}, {64, "SVCB", NULL},       {65, "HTTPS", NULL},
	{99, "SPF", "S"},       {DNS_ANY, "ANY", NULL},   {256, "URI", "hht"},
	{257, "CAA", "bwt"},
};

const char dns_escaped_in_names[] = " .\\\"();", dns_escaped_in_texts[] = "\\\"";

static const char *const rcode_name[] = {"NOERROR",  "FORMERR",  "SERVFAIL", "NXDOMAIN",
					 "NOTIMP",   "REFUSED",  "YXDOMAIN", "YXRRSET",
					 "NXRRSET",  "NOTAUTH",  "NOTZONE",  NULL,
					 NULL,       NULL,       NULL,       NULL,
					 "BADVERS"};

const char *dns_rcode(int rcode)
{
	size_t names = sizeof rcode_name / sizeof *rcode_name;

	return rcode >= 0 && (size_t)rcode < names ? rcode_name[rcode] : NULL;
}

int dns_type(const char *name)
{
	int64_t number;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcasecmp(known[i].name, name))
			return known[i].type;
	if (!strncasecmp(name, "TYPE", 4) && name[4] >= '0' && name[4] <= '9' &&
	    text_to_int(name + 4, &number) && number > 0 && number < 65536)
		return (int)number;
	return 0;
}

void dns_add_type(struct text *t, int type)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].type == type) {
			text_puts(t, known[i].name);
			return;
		}
	text_printf(t, "TYPE%d", type);
}

const char *dns_form(int type)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].type == type)
			return known[i].form;
	return NULL;
}

void dns_add_byte(struct text *t, unsigned char byte, const char *escaped)
{
	if (byte < ' ' || byte > '~' || (byte == ' ' && strchr(escaped, ' ')))
		text_printf(t, "\\%03d", byte);
	else if (strchr(escaped, byte))
		text_printf(t, "\\%c", byte);
	else
		text_add(t, &byte, 1);
}

static void dns_add_hex(struct text *t, const unsigned char *at, size_t size)
{
	static const char digit[] = "0123456789abcdef";
	char two[2];

	for (size_t i = 0; i < size; i++) {
		two[0] = digit[at[i] >> 4];
		two[1] = digit[at[i] & 15];
		text_add(t, two, 2);
	}
}

static void add_base64(struct text *t, const unsigned char *at, size_t size)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char four[4];
	unsigned bits;

	for (size_t i = 0; i < size; i += 3) {
		bits = (unsigned)at[i] << 16 | (i + 1 < size ? (unsigned)at[i + 1] << 8 : 0) |
		       (i + 2 < size ? at[i + 2] : 0);
		four[0] = digit[bits >> 18];
		four[1] = digit[bits >> 12 & 63];
		four[2] = i + 1 < size ? digit[bits >> 6 & 63] : '=';
		four[3] = i + 2 < size ? digit[bits & 63] : '=';
		text_add(t, four, 4);
	}
}

/* ---- the fields of a record ---- */

struct field {
	const unsigned char *message;
	size_t size, at, end; /* of the message; of the record's data that are left */
};

static uint32_t number_at(const unsigned char *at, size_t bytes)
{
	uint32_t n = 0;

	while (bytes--)
		n = n << 8 | *at++;
	return n;
}

static bool add_number(struct text *t, struct field *f, size_t bytes)
{
	if (f->end - f->at < bytes)
		return false;
	text_int(t, number_at(f->message + f->at, bytes));
	f->at += bytes;
	return true;
}

static bool add_address(struct text *t, struct field *f, int family, size_t bytes)
{
	char shown[INET6_ADDRSTRLEN];

	if (f->end - f->at < bytes)
		return false;
	text_puts(t, inet_ntop(family, f->message + f->at, shown, sizeof shown));
	f->at += bytes;
	return true;
}

static void add_label(void *with, const unsigned char *label, size_t size)
{
	struct text *t = with;

	if (t->size)
		text_puts(t, ".");
	for (size_t i = 0; i < size; i++)
		dns_add_byte(t, label[i] >= 'A' && label[i] <= 'Z' ? label[i] + 32 : label[i],
			     dns_escaped_in_names);
}

static bool add_name(struct text *t, struct field *f)
{
	struct text name = {0};
	bool is_fine = !dns_walk_name(f->message, f->size, &f->at, add_label, &name) &&
		       f->at <= f->end;

	text_puts(t, name.size ? text_get(&name) : ".");
	text_release(&name);
	return is_fine;
}

/* A length and so many bytes. A word without quotes has at least one. */
static bool add_counted(struct text *t, struct field *f, const char *quote, const char *escaped)
{
	size_t size;

	if (f->at == f->end)
		return false;
	size = f->message[f->at++];
	if (f->end - f->at < size || (!size && escaped == dns_escaped_in_names))
		return false;
	text_puts(t, quote);
	for (size_t i = 0; i < size; i++)
		dns_add_byte(t, f->message[f->at++], escaped);
	text_puts(t, quote);
	return true;
}

static bool add_joined(struct text *t, struct field *f)
{
	while (f->at < f->end)
		if (!add_counted(t, f, "", dns_escaped_in_texts))
			return false;
	return true;
}

static bool add_rest(struct text *t, struct field *f, char kind)
{
	const unsigned char *at = f->message + f->at;
	size_t size = f->end - f->at;

	f->at = f->end;
	if (kind == 'x')
		dns_add_hex(t, at, size);
	else if (kind == 'B')
		add_base64(t, at, size);
	text_puts(t, kind == 't' ? "\"" : "");
	for (size_t i = 0; kind == 't' && i < size; i++)
		dns_add_byte(t, at[i], dns_escaped_in_texts);
	text_puts(t, kind == 't' ? "\"" : "");
	return true;
}

static bool add_type(struct text *t, struct field *f)
{
	int type = f->end - f->at < 2 ? 0 : (int)number_at(f->message + f->at, 2);

	if (!type)
		return false;
	dns_add_type(t, type);
	f->at += 2;
	return true;
}

static bool add_field(struct text *t, struct field *f, char kind)
{
	switch (kind) {
	case 'b':
		return add_number(t, f, 1);
	case 'h':
		return add_number(t, f, 2);
	case 'l':
		return add_number(t, f, 4);
	case '4':
		return add_address(t, f, AF_INET, 4);
	case '6':
		return add_address(t, f, AF_INET6, 16);
	case 'n':
		return add_name(t, f);
	case 'T':
		return add_type(t, f);
	case 'w':
		return add_counted(t, f, "", dns_escaped_in_names);
	case 's':
		return add_counted(t, f, "\"", dns_escaped_in_texts);
	case 'S':
		return add_joined(t, f);
	default:
		return add_rest(t, f, kind);
	}
}

static bool add_fields(struct text *t, struct field *f, const char *form)
{
	for (size_t i = 0; form[i]; i++) {
		if (i)
			text_puts(t, " ");
		if (!add_field(t, f, form[i]))
			return false;
	}
	return f->at == f->end;
}

void dns_add_data(struct text *t, const unsigned char *message, size_t size,
		  const struct dns_record *r)
{
	size_t before = t->size, at = (size_t)(r->data - message);
	struct field f = {.message = message, .size = size, .at = at, .end = at + r->size};
	const char *form = dns_form(r->type);

	if (form && add_fields(t, &f, form))
		return;
	t->size = before;
	text_printf(t, "\\# %zu%s", r->size, r->size ? " " : "");
	dns_add_hex(t, r->data, r->size);
}

void dns_add_name(struct text *t, const unsigned char *message, size_t size, size_t at)
{
	struct field f = {.message = message, .size = size, .at = at, .end = size};

	add_name(t, &f);
}

/* ---- the records of a message ---- */

void dns_walk_init(struct dns_walk *w, const unsigned char *message, size_t size)
{
	*w = (struct dns_walk){.message = message, .size = size, .at = HEAD_BYTES};
	if (size < HEAD_BYTES)
		return;
	w->answers = number_at(message + 6, 2);
	w->records = w->answers + number_at(message + 8, 2) + number_at(message + 10, 2);
	for (unsigned n = number_at(message + 4, 2); n; n--) {
		if (dns_walk_name(message, size, &w->at, NULL, NULL) || size - w->at < 4)
			w->records = n = 1;
		w->at += 4;
	}
}

bool dns_walk_next(struct dns_walk *w, struct dns_record *r)
{
	const unsigned char *head;

	r->name_at = w->at;
	if (!w->records || w->at > w->size ||
	    dns_walk_name(w->message, w->size, &w->at, NULL, NULL) || w->size - w->at < 10)
		return false;
	head = w->message + w->at;
	r->type = (int)number_at(head, 2);
	r->ttl_s = number_at(head + 4, 4);
	r->size = number_at(head + 8, 2);
	r->data = head + 10;
	w->at += 10;
	if (w->size - w->at < r->size)
		return false;
	w->at += r->size;
	w->records--;
	w->answers -= w->answers > 0;
	return true;
}
