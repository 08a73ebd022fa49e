/* modules/dnsbl/list: see list.h. */
#include "list.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define NEW_S 3600 /* so long a listing is told as new: the recheck says so, too */

/* ---- names ---- */

/* 192.0.2.1 is 1.2.0.192, an IPv6 address its 32 digits from the last to the first (RFC 5782 2.1,
 * 2.4); a domain stays as it is. */
static const char *name_of(struct probe *p, const char *subject)
{
	unsigned char a[16];
	char digits[64], *to = digits;

	if (inet_pton(AF_INET, subject, a) == 1)
		return probe_text(p, "%d.%d.%d.%d", a[3], a[2], a[1], a[0]);
	if (inet_pton(AF_INET6, subject, a) == 1) {
		for (int i = 15; i >= 0; i--)
			to += snprintf(to, 5, i ? "%x.%x." : "%x.%x", a[i] & 15, a[i] >> 4);
		return probe_text(p, "%s", digits);
	}
	if (!*subject || strpbrk(subject, "/: "))
		probe_unknown(p, "'%s' is no address, no address block and no domain", subject);
	return subject;
}

static void name_tests(struct probe *p, struct round *r, const char *subject)
{
	bool is_v6 = strchr(subject, ':'),
	     is_v4 = strspn(subject, "0123456789.") == strlen(subject);

	r->present = is_v6 ? name_of(p, "::ffff:7f00:2") : is_v4 ? "2.0.0.127" : "TEST";
	r->absent = is_v6 ? name_of(p, "::ffff:7f00:1") : is_v4 ? "1.0.0.127" : "INVALID";
	r->subject = name_of(p, subject);
}

static void name_lists(struct probe *p, struct round *r, const char *const *lists)
{
	for (; lists[r->lists] && r->lists < LISTS; r->lists++) {
		struct list *l = &r->list[r->lists];
		const char *space = strchr(lists[r->lists], ' ');

		l->zone = lists[r->lists];
		l->test = r->present;
		if (space) {
			l->zone = probe_text(p, "%.*s", (int)(space - l->zone), l->zone);
			l->test = name_of(p, space + 1);
		}
		for (const char *c = l->zone; *c; c++)
			l->sum = (l->sum ^ (unsigned char)*c) * 16777619u;
	}
	if (lists[r->lists])
		probe_unknown(p, "more than %d lists", LISTS);
}

void round_name(struct probe *p, struct round *r, const char *subject, const char *const *lists)
{
	name_tests(p, r, subject);
	name_lists(p, r, lists);
}

/* ---- memory: "TESTED CHANGED SUMn SUMl ..." ---- */

void round_recall(struct probe *p, struct round *r)
{
	const char *at = probe_recall(p);
	char *end, kept;
	unsigned sum;
	int used = 0;

	r->now_s = probe_wall_us(p) / 1000000;
	r->tested_s = strtoll(at, &end, 10);
	r->changed_s = strtoll(end, &end, 10);
	for (at = end; sscanf(at, " %8x%c%n", &sum, &kept, &used) == 2; at += used)
		for (size_t i = 0; i < r->lists; i++)
			if (r->list[i].sum == sum && strchr("nwlu", kept))
				r->list[i].kept = kept;
}

bool list_had_it(const struct list *l)
{
	return l->kept == KEPT_LISTED || l->kept == KEPT_NEW || l->kept == KEPT_UNTESTED;
}

bool list_is_new(const struct round *r, const struct list *l)
{
	return l->kept == KEPT_ABSENT || (l->kept == KEPT_NEW && r->now_s - r->changed_s < NEW_S);
}

static int letter_of(const struct round *r, const struct list *l)
{
	if (l->trouble)
		return list_had_it(l) ? KEPT_UNTESTED : KEPT_NOTHING;
	return !l->answer ? KEPT_ABSENT : list_is_new(r, l) ? KEPT_NEW : KEPT_LISTED;
}

void round_remember(struct probe *p, const struct round *r)
{
	int64_t changed_s = r->changed_s;
	const char *all = "";

	for (size_t i = 0; i < r->lists; i++) {
		const struct list *l = &r->list[i];

		if (l->answer && l->kept == KEPT_ABSENT)
			changed_s = r->now_s;
		if (letter_of(r, l))
			all = probe_text(p, "%s %08x%c", all, l->sum, letter_of(r, l));
	}
	probe_remember(p, probe_text(p, "%lld %lld%s", (long long)r->tested_s,
				     (long long)changed_s, all));
}

