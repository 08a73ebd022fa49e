/* The availability engine against a second, naive implementation that asks second by second, and
 * tables of its rules. */
#include <stdlib.h>
#include <string.h>

#include "../lib/samples.h"
#include "../lib/tap.h"

/* ---- samples: the naive reading ---- */

/* It works, or nobody watches it. */
static bool ends_failures(size_t i)
{
	return sample[i].state == SLA_UP || sample[i].state == SLA_DEGRADED ||
	       sample[i].state == SLA_NOT_MONITORED;
}

/* Is there another failure in the same run (nothing that ends it between)? */
static bool has_company(size_t i)
{
	for (size_t k = i + 1; k < samples && !ends_failures(k); k++)
		if (sample[k].state == SLA_DOWN)
			return true;
	for (size_t k = i; k-- > 0 && !ends_failures(k);)
		if (sample[k].state == SLA_DOWN)
			return true;
	return false;
}

static enum sla_state naive_sample_state(int64_t at_s, int64_t now_s)
{
	size_t i = samples;

	while (i > 0 && sample[i - 1].at_us > at_s * S)
		i--;
	if (!i || at_s >= now_s)
		return SLA_NOT_MONITORED;
	i--;
	bool is_last = i + 1 == samples;
	bool covers =
		!is_last && sample[i + 1].at_us - sample[i].at_us <= 3 * sample[i].interval_us;

	if (sample[i].origin == SLA_EVENT) /* holds until the next, or now */
		return sample[i].state;

	if (!covers && at_s * S >= sample[i].at_us + sample[i].interval_us)
		return is_last ? SLA_NOT_MONITORED : SLA_UNKNOWN;
	if (sample[i].state == SLA_DOWN && sample[i].origin == SLA_MEASURED && !has_company(i))
		return SLA_UNCONFIRMED;
	return sample[i].state;
}

static enum sla_state line_state(const struct sla_line *l, int64_t at_s)
{
	for (size_t i = 0; i < l->spans; i++)
		if (l->span[i].from_us <= at_s * S && at_s * S < l->span[i].to_us)
			return l->span[i].state;
	return SLA_NOT_MONITORED;
}

static bool is_tidy(const struct sla_line *l)
{
	for (size_t i = 0; i < l->spans; i++) {
		if (l->span[i].from_us >= l->span[i].to_us)
			return false;
		if (i && (l->span[i].from_us != l->span[i - 1].to_us ||
			  (l->span[i].state == l->span[i - 1].state &&
			   l->span[i].cause == l->span[i - 1].cause)))
			return false;
	}
	return true;
}

static void samples_as_the_naive_reading(void)
{
	bool fine = true, tidy = true;

	for (int round = 0; round < 3000 && fine && tidy; round++) {
		struct sla_line l = {0};

		make_samples();
		int64_t end_s = sample[samples - 1].at_us / S + 60,
			now_s = below(2) ? end_s : below(end_s) + 1;
		struct sla_reading how = {.now_us = now_s * S};

		while (samples && sample[samples - 1].at_us >= now_s * S)
			samples--; /* nobody has measured in the future */
		sla_from_samples(&l, NULL, sample, samples, &how);
		for (int64_t t = 0; t < end_s && fine; t++)
			fine = line_state(&l, t) == naive_sample_state(t, now_s);
		tidy = is_tidy(&l);
		sla_line_release(&l);
	}
	ok(fine, "3,000 random sample records read as second by second");
	ok(tidy, "their spans have no gap, no overlap and no equal neighbours");
}

/* ---- runs of samples: nothing may depend on how the record is kept ---- */

static bool same_line(const struct sla_line *a, const struct sla_line *b)
{
	return a->spans == b->spans && !memcmp(a->span, b->span, a->spans * sizeof *a->span);
}

static bool same_incidents(const struct sla_incidents *a, const struct sla_incidents *b)
{
	bool fine = a->incidents == b->incidents;

	for (size_t i = 0; fine && i < a->incidents; i++)
		fine = a->incident[i].from_us == b->incident[i].from_us &&
		       a->incident[i].to_us == b->incident[i].to_us &&
		       a->incident[i].is_confirmed == b->incident[i].is_confirmed;
	return fine;
}

static void runs_as_single_samples(void)
{
	bool fine = true;

	for (int round = 0; round < 5000 && fine; round++) {
		struct sla_line single = {0}, joined = {0};
		struct sla_incidents a = {0}, b = {0};
		struct sla_samples runs = {0};
		struct sla_reading how = {(enum sla_start)below(3), INT64_MAX};

		make_samples();
		for (size_t i = 0; i < samples; i++)
			sla_samples_add(&runs, &sample[i]);
		sla_from_samples(&single, &a, sample, samples, &how);
		sla_from_samples(&joined, &b, runs.sample, runs.samples, &how);
		fine = same_line(&single, &joined) && same_incidents(&a, &b) &&
		       runs.samples <= samples;
		sla_line_release(&single);
		sla_line_release(&joined);
		free(a.incident);
		free(b.incident);
		free(runs.sample);
	}
	ok(fine, "5,000 records read the same as single samples and as runs, by every rule");
}

/* ---- sums: every second is in exactly one of them ---- */

static bool is_in(const struct sla_windows *w, int64_t at_s)
{
	for (size_t i = 0; i < w->windows; i++)
		if (w->window[i].from_us <= at_s * S && at_s * S < w->window[i].to_us)
			return true;
	return false;
}

static void some_windows(struct sla_windows *w)
{
	for (int64_t n = below(6); n > 0; n--) {
		int64_t from_s = below(300);

		sla_windows_add(w, from_s * S, (from_s + below(60)) * S);
	}
}

struct naive_sums {
	int64_t by_state[SLA_STATES], maintenance, excluded, outside;
};

static struct naive_sums naive_sum(const struct sla_line *l, int64_t from_s, int64_t to_s,
				   const struct sla_layers *over)
{
	struct naive_sums n = {{0}, 0, 0, 0};

	for (int64_t t = from_s; t < to_s; t++) {
		if (over->hours && !is_in(over->hours, t))
			n.outside += S;
		else if (over->excluded && is_in(over->excluded, t))
			n.excluded += S;
		else if (over->maintenance && is_in(over->maintenance, t))
			n.maintenance += S;
		else
			n.by_state[line_state(l, t)] += S;
	}
	return n;
}

static bool sums_agree(const struct sla_sums *s, const struct naive_sums *n)
{
	return s->up_us == n->by_state[SLA_UP] && s->degraded_us == n->by_state[SLA_DEGRADED] &&
	       s->down_us == n->by_state[SLA_DOWN] + n->by_state[SLA_UNCONFIRMED] &&
	       s->blip_us == n->by_state[SLA_UNCONFIRMED] &&
	       s->unknown_us == n->by_state[SLA_UNKNOWN] &&
	       s->not_monitored_us == n->by_state[SLA_NOT_MONITORED] &&
	       s->maintenance_us == n->maintenance && s->outside_hours_us == n->outside &&
	       s->excluded_us == n->excluded &&
	       s->up_us + s->degraded_us + s->down_us + s->unknown_us + s->not_monitored_us +
			       s->maintenance_us + s->outside_hours_us + s->excluded_us ==
		       s->span_us &&
	       s->agreed_us == s->span_us - s->not_monitored_us - s->maintenance_us -
				       s->outside_hours_us - s->excluded_us;
}

static void sums_as_the_naive_sum(void)
{
	bool fine = true, fine_in_two = true;

	for (int round = 0; round < 2000 && fine; round++) {
		struct sla_line l = {0};
		struct sla_windows hours = {0}, maintenance = {0}, excluded = {0};
		struct sla_policy policy = {0};
		struct sla_reading how = {.now_us = INT64_MAX};
		int64_t from_s = below(100), to_s = from_s + below(300);
		struct sla_layers over = {below(2) ? &hours : NULL, &excluded, &maintenance};

		make_samples();
		sla_from_samples(&l, NULL, sample, samples, &how);
		some_windows(&hours);
		some_windows(&maintenance);
		some_windows(&excluded);
		struct naive_sums n = naive_sum(&l, from_s, to_s, &over);
		sla_windows_settle(&hours);
		sla_windows_settle(&maintenance);
		sla_windows_settle(&excluded);
		struct sla_sums s = sla_sum(&l, from_s * S, to_s * S, &over, &policy);
		fine = sums_agree(&s, &n);
		int64_t cut_s = from_s + below(to_s - from_s + 1);
		struct sla_sums two = sla_sum(&l, from_s * S, cut_s * S, &over, &policy),
				rest = sla_sum(&l, cut_s * S, to_s * S, &over, &policy);
		sla_sums_add(&two, &rest, &policy);
		fine_in_two = fine_in_two && !memcmp(&two, &s, sizeof s);
		sla_line_release(&l);
		sla_windows_release(&hours);
		sla_windows_release(&maintenance);
		sla_windows_release(&excluded);
	}
	ok(fine, "2,000 random records summed under random windows as second by second");
	ok(fine_in_two, "the sums of two parts added are those of the whole");
}

static int64_t naive_length(const struct sla_windows *a, const struct sla_windows *b, bool in_both)
{
	int64_t seconds = 0;

	for (int64_t t = 30; t < 200; t++)
		seconds += is_in(a, t) && is_in(b, t) == in_both;
	return seconds * S;
}

static void lengths_of_windows(void)
{
	bool fine = true;

	for (int round = 0; round < 2000 && fine; round++) {
		struct sla_windows a = {0}, b = {0};

		some_windows(&a);
		some_windows(&b);
		sla_windows_settle(&a);
		sla_windows_settle(&b);
		int64_t both_us = naive_length(&a, &b, true), rest_us = naive_length(&a, &b, false);

		fine = sla_windows_length_us(&a, &b, 30 * S, 200 * S) == both_us &&
		       sla_windows_length_us(&a, NULL, 30 * S, 200 * S) == both_us + rest_us;
		sla_windows_subtract(&a, &b);
		fine = fine && sla_windows_length_us(&a, NULL, 30 * S, 200 * S) == rest_us &&
		       sla_windows_length_us(&a, &b, 30 * S, 200 * S) == 0;
		sla_windows_release(&a);
		sla_windows_release(&b);
	}
	ok(fine, "2,000 pairs of windows: what lies in both, and what is left without the other");
}

/* ---- reclassification ---- */

static struct sla_claim claim[6];
static size_t claims;

static void some_claims(void)
{
	claims = (size_t)below(7);
	for (size_t i = 0; i < claims; i++) {
		int64_t from_s = below(400);

		claim[i] = (struct sla_claim){from_s * S, (from_s + 1 + below(80)) * S,
					      (enum sla_as)below(SLA_AS)};
	}
}

/* The last that was said of a second; -1: nothing was. */
static int said_of(int64_t at_s)
{
	for (size_t i = claims; i-- > 0;)
		if (claim[i].from_us <= at_s * S && at_s * S < claim[i].to_us)
			return (int)claim[i].as;
	return -1;
}

static enum sla_state claimed_state(const struct sla_line *l, int64_t at_s)
{
	switch (said_of(at_s)) {
	case SLA_AS_UP:
		return SLA_UP;
	case SLA_AS_DOWN:
		return SLA_DOWN;
	case SLA_AS_DEGRADED:
		return SLA_DEGRADED;
	case SLA_AS_UNKNOWN:
		return SLA_UNKNOWN;
	default:
		return line_state(l, at_s);
	}
}

static void claims_as_second_by_second(void)
{
	bool fine = true, tidy = true, adds_up = true, restores = true;

	for (int round = 0; round < 3000 && fine && tidy && adds_up; round++) {
		struct sla_line l = {0}, over = {0};
		struct sla_pieces pieces = {0};
		struct sla_windows maintenance = {0}, excluded = {0}, any = {0};
		struct sla_policy policy = {0};
		struct sla_reading how = {.now_us = INT64_MAX};

		make_samples();
		some_claims();
		if (below(10))
			sla_from_samples(&l, NULL, sample, samples, &how);
		sla_claims_settle(&pieces, claim, claims);
		sla_reclassify(&over, &l, claim, &pieces);
		some_windows(&maintenance);
		sla_windows_settle(&maintenance);
		sla_windows_of_claims(&any, claim, &pieces, SLA_AS);
		sla_windows_subtract(&maintenance, &any);
		sla_windows_of_claims(&maintenance, claim, &pieces, SLA_AS_MAINTENANCE);
		sla_windows_of_claims(&excluded, claim, &pieces, SLA_AS_EXCLUDED);
		tidy = is_tidy(&over);
		for (int64_t t = 0; t < 500 && fine; t++)
			fine = line_state(&over, t) == claimed_state(&l, t) &&
			       is_in(&any, t) == (said_of(t) >= 0) &&
			       is_in(&excluded, t) == (said_of(t) == SLA_AS_EXCLUDED) &&
			       (said_of(t) < 0 ||
				is_in(&maintenance, t) == (said_of(t) == SLA_AS_MAINTENANCE));
		struct sla_layers layers = {NULL, &excluded, &maintenance};
		struct sla_sums s = sla_sum(&over, 20 * S, 450 * S, &layers, &policy);
		struct naive_sums n = naive_sum(&over, 20, 450, &layers);
		adds_up = sums_agree(&s, &n);
		sla_line_release(&over);
		pieces.pieces = 0;
		sla_reclassify(&over, &l, claim, &pieces);
		restores = restores && over.spans == l.spans &&
			   (!l.spans || !memcmp(over.span, l.span, l.spans * sizeof *l.span));
		sla_line_release(&l);
		sla_line_release(&over);
		sla_windows_release(&maintenance);
		sla_windows_release(&excluded);
		sla_windows_release(&any);
		free(pieces.piece);
	}
	ok(fine && tidy,
	   "3,000 records with claims over them: each second is as the last said of it");
	ok(adds_up, "and the sums still make up the span");
	ok(restores, "and without claims the line is what it was");
}

/* Not the same moment twice: an incident of no length is in no line. */
static void incidents_from_the_line(void)
{
	bool fine = true;

	for (int round = 0; round < 3000 && fine; round++) {
		struct sla_line l = {0};
		struct sla_incidents a = {0}, b = {0};
		struct sla_reading how = {.now_us = INT64_MAX};

		make_samples();
		how.start = (enum sla_start)below(3);
		sla_from_samples(&l, &a, sample, samples, &how);
		sla_incidents_of_line(&l, true, &b);
		fine = same_incidents(&a, &b);
		sla_line_release(&l);
		free(a.incident);
		free(b.incident);
	}
	ok(fine, "3,000 lines tell the same incidents as the samples they are of");
}

/* ---- groups ---- */

static enum sla_state naive_group(const struct sla_line *line, const int64_t *weight,
				  size_t members, int64_t need, int64_t at_s)
{
	int64_t up = 0, degraded = 0, silent = 0, unconfirmed = 0, present = 0;

	for (size_t i = 0; i < members; i++) {
		enum sla_state s = line_state(&line[i], at_s);

		if (s == SLA_NOT_MONITORED)
			continue; /* no member now */
		present += weight[i];
		up += s == SLA_UP ? weight[i] : 0;
		degraded += s == SLA_DEGRADED ? weight[i] : 0;
		silent += s == SLA_UNKNOWN ? weight[i] : 0;
		unconfirmed += s == SLA_UNCONFIRMED ? weight[i] : 0;
	}
	if (!present)
		return SLA_NOT_MONITORED;
	need = need < present ? need : present;
	if (up + degraded >= need)
		return up >= need ? SLA_UP : SLA_DEGRADED;
	if (up + degraded + silent >= need)
		return SLA_UNKNOWN;
	return up + degraded + silent + unconfirmed >= need ? SLA_UNCONFIRMED : SLA_DOWN;
}

/* A step that may go over one span of members goes over one change of the group's at most. */
static bool is_merged_in_steps(const struct sla_line *group, const struct sla_line *line,
			       const int64_t *weight, size_t members, int64_t need)
{
	struct sla_merge *m = sla_merge_new(members, need, 0, 400 * S);
	struct sla_line own = {0};
	size_t steps = 1;
	bool fine;

	for (size_t i = 0; i < members; i++)
		sla_merge_add(m, &line[i], weight[i]);
	for (; !sla_merge_step(m, &own, 1); steps++)
		continue;
	fine = same_line(&own, group) && steps >= group->spans;
	sla_line_release(&own);
	sla_merge_free(m);
	return fine;
}

/* Every other group has members of different weights. What they weigh together. */
static int64_t make_weights(int64_t *weight, size_t members)
{
	int64_t most = below(2) ? 1 : below(8) ? 4 : 1000000, sum = 0;

	for (size_t i = 0; i < members; i++)
		sum += weight[i] = 1 + below(most);
	return sum;
}

static void groups_as_the_naive_group(void)
{
	bool fine = true;

	for (int round = 0; round < 500 && fine; round++) {
		struct sla_line line[5] = {{0}}, group = {0};
		const struct sla_line *member[5];
		size_t members = 1 + (size_t)below(5);
		int64_t weight[5], need = 1 + below(make_weights(weight, members));
		struct sla_reading how = {.now_us = INT64_MAX};

		for (size_t i = 0; i < members; i++) {
			make_samples();
			sla_from_samples(&line[i], NULL, sample, samples, &how);
			member[i] = &line[i];
		}
		sla_group(&group, member, weight, members, need, 0, 400 * S);
		for (int64_t t = 0; t < 400 && fine; t++)
			fine = line_state(&group, t) ==
			       naive_group(line, weight, members, need, t);
		fine = fine && is_tidy(&group) &&
		       is_merged_in_steps(&group, line, weight, members, need);
		for (size_t i = 0; i < members; i++)
			sla_line_release(&line[i]);
		sla_line_release(&group);
	}
	ok(fine, "500 random groups of k of n and of weights as second by second, at once and in "
		 "steps");
}

/* A service of services, up to three deep: each node's line by the engine, and its state of every
 * second from those of its members alone. */
#define SECONDS 400

struct node {
	struct sla_line line;
	unsigned char state[SECONDS]; /* by the naive reading */
};

static enum sla_state naive_nested(struct node *const *member, const int64_t *weight,
				   size_t members, int64_t need, int64_t at_s)
{
	int64_t count[SLA_STATES] = {0}, present = 0, passing, silent;

	for (size_t i = 0; i < members; i++) {
		present += member[i]->state[at_s] != SLA_NOT_MONITORED ? weight[i] : 0;
		count[member[i]->state[at_s]] += weight[i];
	}
	need = need < present ? need : present;
	passing = count[SLA_UP] + count[SLA_DEGRADED];
	silent = count[SLA_UNKNOWN];
	if (!present)
		return SLA_NOT_MONITORED;
	if (passing >= need)
		return count[SLA_UP] >= need ? SLA_UP : SLA_DEGRADED;
	if (passing + silent >= need)
		return SLA_UNKNOWN;
	return passing + silent + count[SLA_UNCONFIRMED] >= need ? SLA_UNCONFIRMED : SLA_DOWN;
}

static struct node *new_check(void)
{
	struct node *n = calloc(1, sizeof *n);
	struct sla_reading how = {.now_us = (200 + below(300)) * S};

	make_samples();
	sla_from_samples(&n->line, NULL, sample, samples, &how);
	for (int64_t t = 0; t < SECONDS; t++)
		n->state[t] = (unsigned char)line_state(&n->line, t);
	return n;
}

static void free_node(struct node *n)
{
	sla_line_release(&n->line);
	free(n);
}

/* NULL: the two readings differ; `states`: which states a group of groups ever had. */
static struct node *new_group(int depth, unsigned *states)
{
	struct node *n = calloc(1, sizeof *n), *member[4];
	const struct sla_line *line[4];
	size_t members = 1 + (size_t)below(4);
	int64_t weight[4], need = 1 + below(make_weights(weight, members));
	bool fine = true;

	for (size_t i = 0; i < members; i++) {
		member[i] = depth && below(3) ? new_group(depth - 1, states) : new_check();
		fine = fine && member[i];
		line[i] = member[i] ? &member[i]->line : NULL;
	}
	if (fine)
		sla_group(&n->line, line, weight, members, need, 0, SECONDS * S);
	for (int64_t t = 0; t < SECONDS && fine; t++) {
		n->state[t] = (unsigned char)naive_nested(member, weight, members, need, t);
		fine = line_state(&n->line, t) == n->state[t];
		*states |= depth ? 1u << n->state[t] : 0;
	}
	fine = fine && is_tidy(&n->line);
	for (size_t i = 0; i < members; i++)
		if (member[i])
			free_node(member[i]);
	if (fine)
		return n;
	free_node(n);
	return NULL;
}

static void nested_groups(void)
{
	bool fine = true;
	unsigned states = 0;

	for (int round = 0; round < 150 && fine; round++) {
		struct node *n = new_group(2, &states);

		fine = n;
		if (n)
			free_node(n);
	}
	ok(fine, "150 random services, weighted or not, of services of checks as second by second");
	ok(states == (1u << SLA_STATES) - 1, "in which each state came up");
}

/* ---- the rules one by one: u d x ? are up, down, degraded, unknown, one sample every 10 s, read
 * at 10 * length; U D imported samples, ^ v changes to up and down ---- */

static const struct {
	const char *about, *record;
	enum sla_start start;
	int64_t down_s, blip_s, up_s, unknown_s;
	int incidents, confirmed;
	int64_t first_from_s, first_to_s; /* -1: none, still open */
} rule[] = {
	{"all is well", "uuuu", SLA_START_FIRST_FAILURE, 0, 0, 40, 0, 0, 0, -1, -1},
	{"a blip counts as down, apart", "uduu", SLA_START_FIRST_FAILURE, 10, 10, 30, 0, 1,
	 0, 10, 20},
	{"an incident from its first failure", "uddu", SLA_START_FIRST_FAILURE, 20, 0, 20, 0,
	 1, 1, 10, 30},
	{"by midpoint", "uddu", SLA_START_MIDPOINT, 20, 0, 20, 0, 1, 1, 5, 25},
	{"from its confirmation", "uddu", SLA_START_CONFIRMED, 10, 0, 30, 0, 1, 1, 20, 30},
	{"an imported failure is confirmed", "UDUU", SLA_START_FIRST_FAILURE, 10, 0, 30, 0, 1, 1,
	 10, 20},
	{"and what we measure later is a blip again", "UDUuduu", SLA_START_FIRST_FAILURE, 20, 10,
	 50, 0, 2, 1, 10, 20},
	{"an imported failure confirms ours", "udD", SLA_START_FIRST_FAILURE, 20, 0, 10, 0, 1, 1,
	 10, -1},
	{"ours belongs to the imported incident", "UDdu", SLA_START_CONFIRMED, 20, 0, 20, 0, 1, 1,
	 10, 30},
	{"a change of state holds", "^.....v.......^.", SLA_START_FIRST_FAILURE, 80, 0, 80, 0, 1, 1,
	 60, 140},
	{"no midpoint between changes of state", "^.v.^", SLA_START_MIDPOINT, 20, 0, 30, 0, 1, 1,
	 20, 40},
	{"it holds until we watch ourselves, then not", "^......u.....ud", SLA_START_FIRST_FAILURE,
	 10, 10, 90, 50, 1, 0, 140, -1},
	{"an outage goes over from the history to us", "^..v......ddu", SLA_START_FIRST_FAILURE, 90,
	 0, 40, 0, 1, 1, 30, 120},
	{"unknown between two failures decides nothing", "ud?du", SLA_START_FIRST_FAILURE,
	 20, 0, 20, 10, 1, 1, 10, 40},
	{"unknown after a failure does not confirm it", "ud?u", SLA_START_FIRST_FAILURE, 10,
	 10, 20, 10, 1, 0, 10, 30},
	{"a gap inside an incident leaves it open", "ud.....du", SLA_START_FIRST_FAILURE, 20,
	 0, 20, 50, 1, 1, 10, 80},
	{"a gap of three intervals is none", "ud..du", SLA_START_FIRST_FAILURE, 40, 0, 20, 0,
	 1, 1, 10, 50},
	{"out of service: no time of its own", "ud--u", SLA_START_FIRST_FAILURE, 10, 10, 20, 0, 1,
	 0, 10, 20},
	{"failures before and behind that do not confirm each other", "ud-du",
	 SLA_START_FIRST_FAILURE, 20, 20, 20, 0, 2, 0, 10, 20},
	{"paused: that holds", "udd_.......u", SLA_START_FIRST_FAILURE, 20, 0, 20, 0, 1, 1, 10, 30},
	{"still open at the end", "uudd", SLA_START_FIRST_FAILURE, 20, 0, 20, 0, 1, 1, 20,
	 -1},
};

static const char letter[] = "uUdDx?^v-_";
static const struct {
	enum sla_state state;
	enum sla_origin origin;
} meaning[] = {{SLA_UP, SLA_MEASURED},       {SLA_UP, SLA_IMPORTED},     {SLA_DOWN, SLA_MEASURED},
	       {SLA_DOWN, SLA_IMPORTED},     {SLA_DEGRADED, SLA_MEASURED},
	       {SLA_UNKNOWN, SLA_MEASURED},  {SLA_UP, SLA_EVENT},        {SLA_DOWN, SLA_EVENT},
	       {SLA_NOT_MONITORED, SLA_MEASURED}, {SLA_NOT_MONITORED, SLA_EVENT}};

static size_t read_record(const char *record)
{
	size_t n = 0;

	for (int64_t i = 0; record[i]; i++) {
		size_t m = strcspn(letter, (char[]){record[i], 0});

		if (record[i] != '.')
			sample[n++] = (struct sla_sample){
				i * 10 * S,       0, i * 10 * S, 10 * S, meaning[m].state,
				SLA_NO_CAUSE, meaning[m].origin};
	}
	return n;
}

static void rules(void)
{
	for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
		struct sla_line l = {0};
		struct sla_incidents list = {0};
		struct sla_policy policy = {0};
		int64_t end_us = (int64_t)strlen(rule[i].record) * 10 * S;
		struct sla_reading how = {rule[i].start, end_us};
		int confirmed = 0;

		samples = read_record(rule[i].record);
		sla_from_samples(&l, &list, sample, samples, &how);
		struct sla_sums s = sla_sum(&l, 0, end_us, &(struct sla_layers){0}, &policy);
		for (size_t k = 0; k < list.incidents; k++)
			confirmed += list.incident[k].is_confirmed;
		ok(s.down_us == rule[i].down_s * S && s.blip_us == rule[i].blip_s * S &&
			   s.up_us == rule[i].up_s * S && s.unknown_us == rule[i].unknown_s * S &&
			   (int)list.incidents == rule[i].incidents &&
			   confirmed == rule[i].confirmed,
		   "%s (down %lld)", rule[i].about, (long long)(s.down_us / S));
		if (list.incidents)
			ok(list.incident[0].from_us == rule[i].first_from_s * S &&
				   list.incident[0].to_us == (rule[i].first_to_s < 0
								      ? SLA_OPEN
								      : rule[i].first_to_s * S),
			   "%s: from when to when", rule[i].about);
		sla_line_release(&l);
		free(list.incident);
	}
}

/* ---- percentages never flatter ---- */

static const struct {
	int64_t part, whole, micro;
} percent[] = {
	{1, 1, 100000000}, {0, 5, 0},	      {999999999, 1000000000, 99999999},
	{2, 3, 66666666},  {365525, 371792, 98314380}, {1, 0, -1},
	{INT64_C(31536000000000) - 1, INT64_C(31536000000000), 99999999},
};

static void percentages(void)
{
	for (size_t i = 0; i < sizeof percent / sizeof *percent; i++)
		ok(sla_percent_micro(percent[i].part, percent[i].whole) == percent[i].micro,
		   "a percentage is truncated: %lld", (long long)percent[i].micro);
}

static void verdicts(void)
{
	struct sla_sums s = {.span_us = 1000,
			     .agreed_us = 1000,
			     .known_us = 900,
			     .unknown_us = 100,
			     .counted_down_us = 9};
	struct sla_policy apart = {.target_micro = 99000000},
			  down = {.target_micro = 99000000, .unknown = SLA_UNKNOWN_DOWN},
			  up = {.target_micro = 99200000, .unknown = SLA_UNKNOWN_UP};

	ok(sla_is_met(&s, &apart) && sla_judged_micro(&s, &apart) == 99000000,
	   "unknown apart: 891 of 900");
	ok(!sla_is_met(&s, &down) && sla_judged_micro(&s, &down) == 89100000,
	   "unknown is down: 891 of 1000");
	ok(!sla_is_met(&s, &up) && sla_judged_micro(&s, &up) == 99100000,
	   "unknown is up: 991 of 1000");
}

static void months_add_up(void)
{
	static const char *const zones[] = {"Europe/Berlin", "Australia/Lord_Howe", "UTC"};
	struct text wrong = {0};

	for (size_t i = 0; i < 3; i++) {
		struct zone *z = zone_open(zones[i], &wrong);
		int64_t sum = 0, first = zone_instant(z, (struct civil){2023, 1, 1, 0, 0, 0});
		bool fine = true;

		for (int m = 1; m <= 240; m++) {
			struct sla_line l = {0};
			struct sla_policy policy = {0};
			int64_t from = zone_instant(z, (struct civil){2023, m, 1, 0, 0, 0});
			int64_t to = zone_instant(z, (struct civil){2023, m + 1, 1, 0, 0, 0});

			sla_line_add(&l, first * S, from * S + 5, SLA_UP, SLA_NO_CAUSE);
			sla_line_add(&l, from * S + 5, to * S, SLA_DOWN, SLA_NO_CAUSE);
			struct sla_sums s =
				sla_sum(&l, from * S, to * S, &(struct sla_layers){0}, &policy);
			fine = fine && s.up_us + s.down_us == (to - from) * S && s.up_us == 5;
			sum += to - from;
			sla_line_release(&l);
		}
		ok(fine && sum == zone_instant(z, (struct civil){2043, 1, 1, 0, 0, 0}) - first,
		   "%s: 240 months add up, clock changes and leap days included", zones[i]);
		zone_close(z);
	}
	text_release(&wrong);
}

int main(void)
{
	samples_as_the_naive_reading();
	runs_as_single_samples();
	sums_as_the_naive_sum();
	lengths_of_windows();
	claims_as_second_by_second();
	incidents_from_the_line();
	groups_as_the_naive_group();
	nested_groups();
	rules();
	percentages();
	verdicts();
	months_add_up();
	return done_testing();
}
