/* modules/dnsbl: is an address, each address of a block, or a domain on one of the lists that mail
 * servers ask (RFC 5782)? A list is believed only while it passes its own test. Manual: dnsbl.md.
 */
#include <nines/check.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "list.h"

#define ADDRESSES 65536 /* what the host takes apart at most */
#define WAIT_US   5000000
#define DAY_S     86400
#define FACT_BYTES 1024 /* more of a text is not kept */
#define TYPE_A    1
#define TYPE_TXT  16
#define NXDOMAIN  3

struct dnsbl {
	const char *const *subject, *const *lists;
	const char *server;
	int64_t down_from, min_lists;
};

static const struct module_option option[] = {
	OPTION_(struct dnsbl, subject, "subject", OPTION_TYPE_LIST, NULL, NULL,
		OPTION_IS_REQUIRED | OPTION_IS_ITEMS,
		"addresses, address blocks or domains to look for"),
	OPTION_(struct dnsbl, lists, "lists", OPTION_TYPE_LIST, NULL, NULL, OPTION_IS_REQUIRED,
		"zones of the lists; behind a space a test entry of its own"),
	OPTION_TEXT(struct dnsbl, server, "", "host[:port] to ask; the system's resolver"),
	OPTION_(struct dnsbl, down_from, "down-from", OPTION_TYPE_INT, "1", "1..64", 0,
		"down when so many lists have it; degraded when fewer do"),
	OPTION_(struct dnsbl, min_lists, "min-lists", OPTION_TYPE_INT, "1", "1..64", 0,
		"unknown when fewer lists can be believed"),
	OPTION_END};

/* ---- answers ---- */

/* A listing is an address in 127/8 (RFC 5782 2.1). Lists that refuse the asker say so with
 * 127.255.255.x, or with 127.0.0.1. NULL: *trouble says why the answer tells nothing, or it is not
 * listed. */
static const char *read_answer(struct probe *p, const struct probe_dns_answer *a,
			       const char **trouble)
{
	const char *all = "", *text;

	*trouble = NULL;
	if (*a->trouble)
		*trouble = a->trouble;
	else if (a->rcode && a->rcode != NXDOMAIN)
		*trouble = probe_text(p, "answers %s", a->rcode_name);
	for (size_t i = 0; i < a->records && !*trouble && i < 16; i++) {
		text = a->record[i].text;
		if (strncmp(text, "127.", 4) != 0)
			*trouble = probe_text(p, "answers %s, which is no listing", text);
		else if (!strncmp(text, "127.255.255.", 12) || !strcmp(text, "127.0.0.1"))
			*trouble = probe_text(p, "refuses to answer us (%s)", text);
		all = probe_text(p, "%s%s%s", all, *all ? ", " : "", text);
	}
	return *trouble || !*all ? NULL : all;
}

static struct probe_dns_question question(struct probe *p, const struct dnsbl *o, const char *name,
					  const struct list *l, int type)
{
	return (struct probe_dns_question){.server = o->server,
					   .name = probe_text(p, "%s.%s", name, l->zone),
					   .type = type};
}

static void judge_test(struct probe *p, const struct round *r, struct list *l,
		       const struct probe_dns_answer *a)
{
	const char *present = read_answer(p, &a[0], &l->trouble), *trouble;

	if (l->trouble)
		return;
	if (!present)
		l->trouble = probe_text(p, "does not list its test entry '%s'", l->test);
	else if (read_answer(p, &a[1], &trouble))
		l->trouble = probe_text(p, "lists everything, '%s' too", r->absent);
	else
		l->trouble = trouble;
}

/* Each list that did not pass within the last day. */
static void test_lists(struct probe *p, const struct dnsbl *o, struct round *r)
{
	struct probe_dns_question *q = probe_alloc(p, 2 * LISTS * sizeof *q);
	struct probe_dns_answer *a = probe_alloc(p, 2 * LISTS * sizeof *a);
	struct list *tested[LISTS];
	bool is_due = r->now_s < r->tested_s || r->now_s - r->tested_s >= DAY_S;
	size_t n = 0;

	for (size_t i = 0; a && q && i < r->lists; i++) {
		struct list *l = &r->list[i];

		if (!is_due && l->kept && l->kept != KEPT_UNTESTED)
			continue;
		q[2 * n] = question(p, o, l->test, l, TYPE_A);
		q[2 * n + 1] = question(p, o, r->absent, l, TYPE_A);
		tested[n++] = l;
	}
	if (is_due)
		r->tested_s = r->now_s;
	if (n && probe_dns_ask(p, q, 2 * n, WAIT_US, a))
		for (size_t i = 0; i < n; i++)
			judge_test(p, r, tested[i], &a[2 * i]);
}

/* Asks the lists that are believed for addresses, or those that listed the subject for texts. */
static void ask_lists(struct probe *p, const struct dnsbl *o, struct round *r, int type)
{
	struct probe_dns_question q[LISTS];
	struct probe_dns_answer a[LISTS];
	struct list *asked[LISTS];
	size_t n = 0;

	for (size_t i = 0; i < r->lists; i++)
		if (type == TYPE_A ? !r->list[i].trouble : r->list[i].answer != NULL) {
			q[n] = question(p, o, r->subject, &r->list[i], type);
			asked[n++] = &r->list[i];
		}
	if (!n || !probe_dns_ask(p, q, n, WAIT_US, a))
		return;
	for (size_t i = 0; i < n; i++)
		if (type == TYPE_A)
			asked[i]->answer = read_answer(p, &a[i], &asked[i]->trouble);
		else if (a[i].records)
			asked[i]->text = a[i].record[0].text;
}

/* ---- the verdict ---- */

struct tally {
	int64_t listed, believed;
	const char *reason, *unusable, *delisted, *texts;
};

static const char *join(struct probe *p, const char *list, const char *separator, const char *more)
{
	return *list ? probe_text(p, "%s%s%s", list, separator, more) : more;
}

static void count(struct probe *p, struct tally *t, const struct round *r, const struct list *l)
{
	const char *how = !t->listed ? list_is_new(r, l) ? "newly listed by" : "listed by"
			  : list_is_new(r, l) ? "newly by" : "by";

	t->believed += !l->trouble;
	if (l->trouble)
		t->unusable = join(p, t->unusable, "; ",
				   probe_text(p, "'%s': %s", l->zone, l->trouble));
	else if (!l->answer && list_had_it(l))
		t->delisted = join(p, t->delisted, ", ", l->zone);
	if (!l->answer)
		return;
	t->reason = join(p, t->reason, ", ",
			 probe_text(p, "%s '%s' (%s)", how, l->zone, l->answer));
	if (l->text)
		t->texts = join(p, t->texts, "; ", probe_text(p, "%s: %s", l->zone, l->text));
	t->listed++;
}

static void tell(struct probe *p, const struct tally *t, const struct round *r)
{
	probe_value(p, "listed", (double)t->listed, "");
	probe_value(p, "believed", (double)t->believed, "");
	probe_value(p, "unusable", (double)((int64_t)r->lists - t->believed), "");
	if (*t->unusable)
		probe_fact(p, "unusable", t->unusable);
	if (*t->delisted)
		probe_fact(p, "delisted", t->delisted);
	if (*t->texts)
		probe_fact(p, "texts", t->texts);
}

/* Each list by name and what became of it, for reports: in facts `lists`, `lists_2`, ... since one
 * has a kilobyte at most. */
static void tell_lists(struct probe *p, const struct round *r)
{
	const char *all = "", *name = "lists";
	int number = 1;

	for (size_t i = 0; i < r->lists; i++) {
		const struct list *l = &r->list[i];
		const char *one = l->trouble  ? probe_text(p, "%s: unusable %.200s", l->zone,
							  l->trouble)
				  : l->answer ? probe_text(p, "%s: listed %.200s", l->zone,
							  l->answer)
					      : probe_text(p, "%s: absent", l->zone);

		if (*all && strlen(all) + strlen(one) + 2 > FACT_BYTES) {
			probe_fact(p, name, all);
			name = probe_text(p, "lists_%d", ++number);
			all = "";
		}
		all = join(p, all, "; ", one);
	}
	probe_fact(p, name, all);
}

static void judge(struct probe *p, const struct dnsbl *o, const struct round *r)
{
	struct tally t = {.reason = "", .unusable = "", .delisted = "", .texts = ""};

	for (size_t i = 0; i < r->lists; i++)
		count(p, &t, r, &r->list[i]);
	tell(p, &t, r);
	tell_lists(p, r);
	if (*t.reason && *t.delisted)
		t.reason = probe_text(p, "%s, no longer by %s", t.reason, t.delisted);
	if (t.listed >= o->down_from)
		probe_fail(p, "%s", t.reason);
	else if (t.listed)
		probe_degrade(p, "%s", t.reason);
	else if (t.believed < o->min_lists)
		probe_unknown(p, "%lld of %zu lists can be believed, wanted %lld%s%s",
			      (long long)t.believed, r->lists, (long long)o->min_lists,
			      *t.unusable ? ": " : "", t.unusable);
}

/* ---- what options can be ---- */

/* Addresses of a block, 1 for any other subject; 0: it is no subject. */
static int64_t count_of(const char *subject)
{
	unsigned char a[16];
	const char *slash = strchr(subject, '/');
	char address[INET6_ADDRSTRLEN], *end;
	long bits, width = strchr(subject, ':') ? 128 : 32;

	if (!slash)
		return *subject && !strpbrk(subject, " \t") &&
		       (width == 32 || inet_pton(AF_INET6, subject, a) == 1);
	bits = strtol(slash + 1, &end, 10);
	if ((size_t)(slash - subject) >= sizeof address || end == slash + 1 || *end || bits < 0 ||
	    bits > width)
		return 0;
	memcpy(address, subject, (size_t)(slash - subject));
	address[slash - subject] = '\0';
	if (inet_pton(width == 32 ? AF_INET : AF_INET6, address, a) != 1)
		return 0;
	return width - bits > 16 ? ADDRESSES + 1 : 1 << (width - bits);
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct dnsbl *o = options;
	int64_t all = 0, some;

	j->option = "subject";
	for (j->item = 0; o->subject[j->item]; j->item++, all += some) {
		some = count_of(o->subject[j->item]);
		if (some && all + some <= ADDRESSES)
			continue;
		snprintf(j->why, sizeof j->why,
			 some ? "wanted at most %d addresses"
			      : "wanted an address, an address block or a domain", ADDRESSES);
		return false;
	}
	j->option = "lists";
	for (j->item = 0; j->item < LISTS && o->lists[j->item]; j->item++)
		;
	snprintf(j->why, sizeof j->why, "wanted at most %d lists", LISTS);
	return j->item < LISTS || !o->lists[j->item];
}

static void run(struct probe *p, const void *options)
{
	const struct dnsbl *o = options;
	struct round *r = probe_alloc(p, sizeof *r);

	if (!r)
		return;
	round_name(p, r, probe_item(p), o->lists);
	round_recall(p, r);
	test_lists(p, o, r);
	ask_lists(p, o, r, TYPE_A);
	ask_lists(p, o, r, TYPE_TXT);
	if (!probe_ok(p))
		return;
	round_remember(p, r);
	judge(p, o, r);
}

CHECK_MODULE("dnsbl", "looks an address, a block or a domain up in blocking lists", struct dnsbl,
	     option, run, .standard_every = "4h", .standard_timeout = "30s",
	     .standard_every_items = "1d", .judge = is_sane);
