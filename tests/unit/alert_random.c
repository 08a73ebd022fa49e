/* Random incidents against a slow oracle that goes through every minute of the past for each minute
 * it decides: the same letters. And whatever happens: never more than the cap, never a recovery
 * without an alert, never one before the delay, and an engine that begins anew at any moment from
 * the letters on record goes on in the same way. SEED chooses the luck. */
#include <stdlib.h>

#include "../../core/alert/alert.h"
#include "../lib/tap.h"

#define MINUTE (60 * INT64_C(1000000))
#define SPAN 400 /* minutes of one story */
#define ROUNDS 4000
#define MIDNIGHT (20000 * INT64_C(1440)) /* minute 0 of every story, UTC */

struct story {
	int start, confirmed, end; /* minutes; confirmed, end: SPAN if never */
	int after, repeat, cap;
	int from, to; /* hours, minutes of the day; the same: always */
	bool is_held[SPAN], is_acked[SPAN], is_note[SPAN], is_quiet[SPAN], counts_anew[SPAN];
	int fate[SPAN]; /* of a letter created then: 0 delivered, 1 lost, 2.. that many minutes */
};

struct letters {
	char kind[SPAN]; /* a n r, or 0 */
	int minute[64], ended[64], count;
	char of[64];
	bool is_withdrawn[64];
	int withdrawn_at[64];
};

static uint64_t seed;

static int luck(int most)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((seed >> 33) % (uint64_t)most);
}

static void spans(bool *of, int most, int longest)
{
	for (int n = luck(most + 1); n > 0; n--)
		for (int at = luck(SPAN), left = 1 + luck(longest); at < SPAN && left--; at++)
			of[at] = true;
}

static struct story *story_new(void)
{
	struct story *s = calloc(1, sizeof *s);
	static const int after[] = {0, 1, 5, 30}, repeat[] = {0, 1, 7, 30};

	s->start = luck(30);
	s->confirmed = luck(10) ? s->start + luck(4) : SPAN;
	s->end = luck(5) ? s->start + 1 + luck(300) : SPAN;
	s->after = after[luck(4)];
	s->repeat = repeat[luck(4)];
	s->cap = luck(3) ? 4 : 1 + luck(6);
	if (!luck(3)) {
		s->from = luck(400);
		s->to = s->from + 1 + luck(300);
	}
	if (luck(2))
		spans(s->is_held, 3, 80);
	if (luck(2))
		spans(s->is_quiet, 3, 80);
	if (!luck(3))
		spans(s->is_note, 2, 200);
	if (!luck(4))
		for (int at = luck(SPAN); at < SPAN; at++)
			s->is_acked[at] = true;
	for (int at = 1; at < SPAN; at++)
		s->counts_anew[at] = s->is_held[at - 1] && !s->is_held[at] && luck(2);
	for (int at = 0; at < SPAN; at++)
		s->fate[at] = luck(3) ? 0 : luck(2) ? 1 : 2 + luck(60);
	return s;
}

/* ---- the oracle: every minute anew from the beginning ---- */

static bool is_open_hour(const struct story *s, int minute)
{
	return s->from == s->to || (minute >= s->from && minute < s->to) ||
	       (minute - 1440 >= s->from && minute - 1440 < s->to);
}

static bool has_arrived(const struct story *s, const struct letters *l, int i, int now)
{
	int fate = s->fate[l->minute[i]];

	return !l->is_withdrawn[i] && fate != 1 && l->minute[i] + (fate ? fate : 0) <= now;
}

static bool waits(const struct story *s, const struct letters *l, int i, int now)
{
	return !l->is_withdrawn[i] && s->fate[l->minute[i]] != 1 && !has_arrived(s, l, i, now);
}

static int last_true(const bool *of, int now)
{
	while (now >= 0 && !of[now])
		now--;
	return now;
}

/* Minute at which the last silence before or at `now` was over, or a large one while it lasts. */
static int silence_end(const struct story *s, int now)
{
	int last = last_true(s->is_quiet, now);

	return last < 0 ? -1 : last + 1;
}

static bool delay_is_over(const struct story *s, int now)
{
	int anew = last_true(s->counts_anew, now), delay = s->after;

	if (now < s->start + s->after)
		return false;
	if (anew > s->start && now < anew + (delay > 1 ? delay : 1))
		return false;
	return true;
}

static char oracle_open(const struct story *s, const struct letters *l, int now)
{
	int alerts = 0, notes = 0, last = -1, wait = 0, silence = silence_end(s, now);

	for (int i = 0; i < l->count; i++) {
		int at = has_arrived(s, l, i, now) ? l->ended[i] : l->minute[i];

		if (l->is_withdrawn[i])
			continue;
		alerts += l->of[i] == 'a';
		notes += l->of[i] == 'n';
		wait += waits(s, l, i, now);
		if (l->of[i] == 'a' && at > last)
			last = at;
	}
	if (now < s->confirmed || s->is_held[now] || s->is_acked[now] || s->is_quiet[now] ||
	    !is_open_hour(s, now))
		return 0;
	if (s->is_note[now])
		return !alerts && !notes && delay_is_over(s, now) ? 'n' : 0;
	if (!alerts)
		return delay_is_over(s, now) ? 'a' : 0;
	if (wait || alerts >= s->cap)
		return 0;
	if (s->repeat && now >= last + s->repeat)
		return 'a';
	return silence > last && now >= silence ? 'a' : 0;
}

static char oracle_ended(const struct story *s, const struct letters *l, int now)
{
	bool told = false, recovered = false;

	for (int i = 0; i < l->count; i++) {
		recovered |= l->of[i] == 'r';
		told |= l->of[i] != 'r' && has_arrived(s, l, i, now);
	}
	return told && !recovered ? 'r' : 0;
}

static void add(const struct story *s, struct letters *l, char kind, int now)
{
	l->of[l->count] = kind;
	l->minute[l->count] = now;
	l->ended[l->count] = now + (s->fate[now] > 1 ? s->fate[now] : 0);
	l->count++;
}

static void withdraw(const struct story *s, struct letters *l, int now)
{
	for (int i = 0; i < l->count; i++)
		if (l->of[i] != 'r' && waits(s, l, i, now)) {
			l->is_withdrawn[i] = true;
			l->withdrawn_at[i] = now;
		}
}

static void oracle(const struct story *s, struct letters *l)
{
	char kind;

	for (int now = s->start; now < SPAN; now++) {
		bool has_ended = now >= s->end;

		if (has_ended || s->is_acked[now] || s->is_quiet[now])
			withdraw(s, l, now);
		kind = has_ended ? oracle_ended(s, l, now) : oracle_open(s, l, now);
		if (kind)
			add(s, l, kind, now);
	}
}

/* ---- the engine ---- */

static struct alert_incident incident_at(const struct story *s, int now)
{
	struct alert_incident i = {.start_us = (s->start + 1) * MINUTE};
	int silence = silence_end(s, now), anew = last_true(s->counts_anew, now);

	if (now >= s->confirmed)
		i.confirmed_us = (s->confirmed + 1) * MINUTE;
	if (now >= s->end)
		i.end_us = (s->end + 1) * MINUTE;
	if (s->is_quiet[now])
		for (silence = now; silence < SPAN && s->is_quiet[silence];)
			silence++;
	if (silence >= 0)
		i.not_before_us = i.again_us = (silence + 1) * MINUTE;
	if (anew >= 0)
		i.counted_us = (anew + 1) * MINUTE;
	i.is_held = s->is_held[now];
	i.is_stopped = s->is_acked[now];
	i.is_note = s->is_note[now];
	return i;
}

/* The record, as a new engine would find it. */
static size_t record(const struct story *s, const struct letters *l, int now,
		     struct alert_letter *letter)
{
	for (int i = 0; i < l->count; i++) {
		letter[i] = (struct alert_letter){l->of[i] == 'a'   ? ALERT_ALERT
						  : l->of[i] == 'n' ? ALERT_NOTE
								    : ALERT_RECOVERY,
						  l->is_withdrawn[i]          ? ALERT_WITHDRAWN
						  : has_arrived(s, l, i, now) ? ALERT_DELIVERED
						  : waits(s, l, i, now)       ? ALERT_WAITING
									      : ALERT_LOST,
						  (l->minute[i] + 1) * MINUTE,
						  (l->ended[i] + 1) * MINUTE};
	}
	return (size_t)l->count;
}

/* Something happens at this minute that is a reason to look. */
static bool is_event(const struct story *s, const struct letters *l, int now)
{
	int before = now ? now - 1 : 0;

	if (now == s->start || now == s->confirmed || now == s->end || s->counts_anew[now] ||
	    s->is_held[now] != s->is_held[before] || s->is_acked[now] != s->is_acked[before] ||
	    s->is_note[now] != s->is_note[before] || s->is_quiet[now] != s->is_quiet[before])
		return true;
	for (int i = 0; i < l->count; i++)
		if (l->ended[i] == now)
			return true;
	return false;
}

static int look(const struct story *s, const struct alert_path *p, struct letters *l, int now)
{
	struct alert_letter letter[64];
	struct alert_incident i = incident_at(s, now);
	size_t letters = record(s, l, now, letter);
	int64_t ahead_us = (MIDNIGHT - 1) * MINUTE;
	struct alert_due d =
		alert_look(p, &i, letter, letters, (now + 1) * MINUTE, ahead_us);

	for (int n = 0; n < l->count; n++)
		if (d.withdraw >> n & 1) {
			l->is_withdrawn[n] = true;
			l->withdrawn_at[n] = now;
		}
	if (d.kind != ALERT_NOTHING)
		add(s, l, " anr"[d.kind], now);
	if (d.withdraw || d.kind != ALERT_NOTHING)
		return now; /* once more */
	return d.next_us == ALERT_NEVER ? SPAN : (int)(d.next_us / MINUTE) - 1;
}

static void engine(const struct story *s, struct letters *l)
{
	struct alert_path p = {.after_us = s->after * MINUTE, .repeat_us = s->repeat * MINUTE,
			       .cap = s->cap};
	int next = SPAN;

	if (s->from != s->to) {
		p.hours.rules = 1;
		p.hours.rule[0] = (struct hours_rule){127, s->from, s->to};
	}
	for (int now = s->start; now < SPAN; now++)
		if (now >= next || is_event(s, l, now))
			while ((next = look(s, &p, l, now)) == now)
				;
}

static bool are_same(const struct letters *a, const struct letters *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (a->of[i] != b->of[i] || a->minute[i] != b->minute[i] ||
		    a->is_withdrawn[i] != b->is_withdrawn[i] ||
		    (a->is_withdrawn[i] && a->withdrawn_at[i] != b->withdrawn_at[i]))
			return false;
	return true;
}

static bool is_sound(const struct story *s, const struct letters *l)
{
	int alerts = 0, recoveries = 0, told = 0;

	for (int i = 0; i < l->count; i++) {
		alerts += l->of[i] == 'a' && !l->is_withdrawn[i];
		told += l->of[i] != 'r' && has_arrived(s, l, i, l->minute[l->count - 1]);
		recoveries += l->of[i] == 'r';
		if (l->of[i] != 'r' &&
		    (l->minute[i] < s->start + s->after || l->minute[i] >= s->end))
			return false;
	}
	return alerts <= s->cap && recoveries <= (told > 0);
}

static void show(const char *who, const struct letters *l)
{
	printf("# %s:", who);
	for (int i = 0; i < l->count; i++) {
		printf(" %c%d", l->of[i], l->minute[i]);
		if (l->is_withdrawn[i])
			printf("w%d", l->withdrawn_at[i]);
	}
	printf("\n");
}

static bool test_one(uint64_t with, long *letters)
{
	struct letters wanted = {0}, got = {0};
	struct story *s;
	bool is_fine;

	seed = with;
	s = story_new();
	oracle(s, &wanted);
	engine(s, &got);
	is_fine = are_same(&wanted, &got) && is_sound(s, &got);
	*letters += got.count;
	if (!is_fine) {
		printf("# SEED=%llu: %d/%d/%d from %d confirmed %d until %d, hours %d-%d\n",
		       (unsigned long long)with, s->after, s->repeat, s->cap, s->start,
		       s->confirmed, s->end, s->from, s->to);
		show("wanted", &wanted);
		show("   got", &got);
	}
	free(s);
	return is_fine;
}

int main(void)
{
	const char *given = getenv("SEED");
	uint64_t first = given ? strtoull(given, NULL, 10) : 1;
	long letters = 0, wrong = 0;

	for (uint64_t n = 0; n < (given ? 1 : ROUNDS) && wrong < 5; n++)
		wrong += !test_one(first + n, &letters);
	ok(!wrong, "%d random incidents get the letters that the oracle wants", ROUNDS);
	ok(given || letters > ROUNDS, "and there were letters: %ld", letters);
	return done_testing();
}
