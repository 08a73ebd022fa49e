/* fiber/dns_ask: probe_dns_ask() of check.h: answers as records, of the asked name alone.
 *
 * The exchange is dns.c, the texts are dns_text.c. A record counts when its owner is the asked name
 * or what that name's CNAMEs lead to (RFC 1034 4.3.2): whatever else a server adds is left out. */
#include <assert.h>
#include <string.h>

#include "../prober/probe.h"
#include "dns.h"
#include "dns_text.h"

#define RECORDS      512
#define RECORDS_ROOM 32 /* at first */
#define CNAMES       16

#define FLAG_AUTHORITATIVE 0x04 /* of the third byte */
#define FLAG_AUTHENTIC     0x20 /* of the fourth */

struct answer {
	struct probe *probe;
	const unsigned char *message;
	size_t size, room;
	struct text name, data; /* of the record at hand */
	struct probe_dns_answer *to;
	struct probe_dns_record *record;
};

static bool is_owner(struct answer *a, const struct dns_record *r, const char *name)
{
	text_clear(&a->name);
	dns_add_name(&a->name, a->message, a->size, r->name_at);
	return !strcmp(text_get(&a->name), name);
}

static const char *data_of(struct answer *a, const struct dns_record *r)
{
	text_clear(&a->data);
	dns_add_data(&a->data, a->message, a->size, r);
	return text_get(&a->data);
}

/* Where the CNAME of `name` leads, NULL when it has none. */
static const char *find_alias(struct answer *a, const char *name)
{
	struct dns_walk w;
	struct dns_record r;

	dns_walk_init(&w, a->message, a->size);
	while (w.answers && dns_walk_next(&w, &r))
		if (r.type == DNS_CNAME && is_owner(a, &r, name))
			return probe_text(a->probe, "%s", data_of(a, &r));
	return NULL;
}

static bool make_room(struct answer *a)
{
	size_t room = a->room ? a->room * 4 : RECORDS_ROOM;
	struct probe_dns_record *more;

	if (a->to->records < a->room)
		return true;
	if (a->room >= RECORDS)
		return false;
	more = probe_alloc(a->probe, room * sizeof *more);
	if (!more)
		return false;
	if (a->to->records)
		memcpy(more, a->record, a->to->records * sizeof *more);
	a->room = room;
	a->to->record = a->record = more;
	return true;
}

static bool keep(struct answer *a, const struct dns_record *r)
{
	struct probe_dns_record *kept;

	if (!make_room(a)) {
		a->to->trouble = probe_text(a->probe, "more than %d records from %s", RECORDS,
					    a->to->server);
		return false;
	}
	kept = &a->record[a->to->records++];
	kept->name = probe_text(a->probe, "%s", text_get(&a->name));
	kept->type = r->type;
	kept->ttl_s = r->ttl_s;
	kept->text = probe_text(a->probe, "%s", data_of(a, r));
	return probe_ok(a->probe);
}

/* The response code of the header, and the bits above it in the EDNS record (RFC 6891 6.1.3). */
static int rcode_of(const struct answer *a)
{
	int rcode = a->message[3] & 15;
	struct dns_walk w;
	struct dns_record r;

	dns_walk_init(&w, a->message, a->size);
	while (dns_walk_next(&w, &r))
		if (r.type == DNS_OPT)
			rcode |= (int)(r.ttl_s >> 24) << 4;
	return rcode;
}

static void take_records(struct answer *a, const char *asked, int type)
{
	struct dns_walk w;
	struct dns_record r;
	const char *name, *alias;

	text_clear(&a->name);
	dns_add_written_name(&a->name, asked);
	name = probe_text(a->probe, "%s", text_get(&a->name));
	for (int i = 0; i < CNAMES && type != DNS_CNAME && type != DNS_ANY; i++, name = alias)
		if (!(alias = find_alias(a, name)))
			break;
	dns_walk_init(&w, a->message, a->size);
	while (w.answers && dns_walk_next(&w, &r))
		if ((r.type == type || type == DNS_ANY) && is_owner(a, &r, name) && !keep(a, &r))
			return;
}

static void take_answer(struct answer *a, const struct dns_question *q)
{
	struct probe_dns_answer *to = a->to;
	const char *name;

	to->rcode = rcode_of(a);
	name = dns_rcode(to->rcode);
	to->rcode_name = name ? name : probe_text(a->probe, "RCODE%d", to->rcode);
	to->is_authoritative = a->message[2] & FLAG_AUTHORITATIVE;
	to->is_authentic = a->message[3] & FLAG_AUTHENTIC;
	take_records(a, q->name, q->type);
	probe_note(a->probe, "%s answers %s%s%s to %s", to->server, to->rcode_name,
		   to->is_authoritative ? " aa" : "", to->is_authentic ? " ad" : "", q->name);
	for (size_t i = 0; i < to->records && a->probe->order.wants_transcript; i++)
		probe_note(a->probe, "%s %lld %s", to->record[i].name,
			   (long long)to->record[i].ttl_s, to->record[i].text);
}

/* In the form that probe_dns_ask() gives; the caller's answers are all empty before. */
static bool ask_some(struct probe *p, const struct probe_dns_question *question, size_t questions,
		     int64_t wait_us, struct probe_dns_answer *answer)
{
	struct dns_question *q = probe_alloc(p, questions * sizeof *q);
	struct answer a = {.probe = p};

	for (size_t i = 0; q && i < questions; i++)
		q[i] = (struct dns_question){.server = question[i].server,
					     .name = question[i].name,
					     .type = question[i].type,
					     .no_recursion = question[i].no_recursion,
					     .wants_ad = question[i].wants_ad};
	if (!q || !dns_ask(p, q, questions, wait_us, true))
		return false;
	for (size_t i = 0; i < questions && probe_ok(p); i++) {
		answer[i].server = q[i].asked;
		answer[i].trouble = q[i].trouble ? q[i].trouble : "";
		answer[i].is_ours = q[i].is_ours;
		a.to = &answer[i];
		a.message = q[i].answer;
		a.size = q[i].size;
		a.room = 0;
		if (a.message)
			take_answer(&a, &q[i]);
		if (!wait_us && *answer[i].trouble && answer[i].is_ours)
			probe_unknown(p, "%s", answer[i].trouble);
		else if (!wait_us && *answer[i].trouble)
			probe_fail(p, "%s", answer[i].trouble);
	}
	text_release(&a.name);
	text_release(&a.data);
	return probe_ok(p);
}

bool probe_dns_ask(struct probe *p, const struct probe_dns_question *question, size_t questions,
		   int64_t wait_us, struct probe_dns_answer *answer)
{
	size_t some;

	for (size_t i = 0; i < questions; i++)
		answer[i] = (struct probe_dns_answer){.trouble = "", .server = "",
						      .rcode_name = "", .rcode = -1};
	if (!probe_may_go_on(p))
		return false;
	for (size_t i = 0; i < questions; i += some) {
		some = questions - i < DNS_AT_ONCE ? questions - i : DNS_AT_ONCE;
		if (!ask_some(p, question + i, some, wait_us, answer + i))
			return false;
	}
	return true;
}

int probe_dns_type(const char *name)
{
	return dns_type(name);
}

bool probe_dns_is_text(int type, const char *written)
{
	struct text t = {0};
	bool is_fine = dns_add_written(&t, type, written);

	text_release(&t);
	return is_fine;
}

const char *probe_dns_text(struct probe *p, int type, const char *written)
{
	struct text t = {0};
	const char *text = dns_add_written(&t, type, written) ? probe_text(p, "%s", text_get(&t))
							      : NULL;

	text_release(&t);
	return text;
}
