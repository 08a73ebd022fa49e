/* Claims in the keeper: whoever runs a site asks, answers the letter, publishes the code; a person
 * decides; then the monitor is his, across a restart, and nobody else follows it, until it is
 * released. */
#include "../../core/board/claim.h"
#include "../lib/subscribed.h"

#define CLAIM "claim - page=shop target=smtp owner=Acme address=192.0.2.1 mail="
#define ZETA  "claim - page=shop target=smtp owner=Zeta address=198.51.100.1 mail=zed@example.org"
#define OTHER "claim - page=other target=web owner=Acme address=192.0.2.1 mail=eve@example.org"
#define WRONG "end - wrong="

/* The key of the letter that asks whether he did. */
static void claimed(struct world *w, const char *request, char key[100])
{
	struct text letters = {0};

	ok(strstr(ask(w, request), "end - text=\"A message") != NULL, "asks: %s", text_get(&web));
	deliver_all(w, &letters);
	snprintf(key, 100, "%s", behind(&letters, "/claiming/"));
	ok(count_of(&letters, "deliver ") == 1 && !strstr(letters.at, "Acme"),
	   "one letter, without his words: %s", text_get(&letters));
	text_release(&letters);
}

static const char *act(struct world *w, const char *key, const char *what)
{
	char request[200];

	snprintf(request, sizeof request, "claim %s act=%s", key, what);
	return ask(w, request);
}

static const char *judge(struct world *w, const struct card *c, const char *words)
{
	char request[200];

	snprintf(request, sizeof request, "claim-judge %s by=ann %s", c->id, words);
	return ask(w, request);
}

static const struct card *last_claim(const struct world *w)
{
	size_t count = board_count(w->k->board, "claim");

	return count ? board_at(w->k->board, "claim", count - 1) : NULL;
}

static bool is(const struct world *w, enum claim_state state)
{
	return last_claim(w) && claim_is(last_claim(w), state);
}

static const char *owner(const struct world *w)
{
	return owner_of(w->k->board, "smtp", "ops");
}

/* The prober answers what it was asked to look for. */
static void inspected(struct world *w, const char *words)
{
	char line[300];

	snprintf(line, sizeof line, "inspected %.*s site=mx.example.org %s",
		 (int)strcspn(w->inspect, " "), w->inspect, words);
	world_say(w, END_PROBER, 1, line);
	world_settle(w);
}

/* What couriers were given since: so many letters, each of what became of the claim. */
static void heard(struct world *w, struct text *letters, int count, const char *what)
{
	text_clear(letters);
	deliver_all(w, letters);
	ok(count_of(letters, "deliver ") == count &&
		   count_of(letters, "form=claimed ") == count &&
		   (!count || strstr(letters->at, what)),
	   "%d letters, of %s: %s", count, what, text_get(letters));
}

/* Up to the code being found. */
static void verified(struct world *w, const char *request, char key[100])
{
	struct text letters = {0};

	claimed(w, request, key);
	ok(strstr(act(w, key, "confirm"), "end - text="), "yes: %s", text_get(&web));
	ok(strstr(act(w, key, "look"), "end - text="), "look: %s", text_get(&web));
	inspected(w, "method=dns found=\"the code\"");
	ok(is(w, CLAIM_VERIFIED), "found");
	heard(w, &letters, 1, "Your claim of Mail in is verified");
	ok(strstr(letters.at, key) && strstr(letters.at, "word.unsubscribe=" URL "/claiming/"),
	   "with the link that ends it: %s", text_get(&letters));
	text_release(&letters);
}

static void test_course(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100], code[KEY_TEXT], follower[100];

	confirmed(w, "email:fan@example.org", "components=smtp kinds=alerts", follower);
	confirmed(w, "email:both@example.org", "components=\"smtp\\nweb\" kinds=alerts", follower);
	confirmed(w, "email:news@example.org", "components=smtp kinds=news", follower);
	claimed(w, CLAIM "eve@example.org", key);
	ok(is(w, CLAIM_PENDING) && strstr(act(w, key, "look"), WRONG),
	   "nothing before he says yes");
	ok(strstr(act(w, key, "confirm"), "end - text=") && is(w, CLAIM_OPEN), "then it is open");
	ok(strstr(act(w, key, "confirm"), WRONG), "once");
	ok(strstr(judge(w, last_claim(w), "act=accept"), "not verified"), "nobody waves it on");
	ok(strstr(act(w, key, "look"), "end - text="), "it is looked at: %s", text_get(&web));
	claim_code(code, card_get(board_at(w->k->board, "secret", 0), "key"), last_claim(w)->id);
	ok(strstr(w->inspect, " mx.example.org ") && strstr(w->inspect, code) &&
		   strcmp(code, key) != 0,
	   "for the code, not the key: %s", w->inspect);
	ok(strstr(act(w, key, "look"), WRONG), "once at a time");
	inspected(w, "method=\"\" found=\"there is no such record\"");
	ok(is(w, CLAIM_OPEN) && strstr(card_get(last_claim(w), "found"), "no such record"),
	   "what was found is kept");
	act(w, key, "look");
	inspected(w, "method=dns found=\"the code\"");
	ok(is(w, CLAIM_VERIFIED) && !strcmp(owner(w), "ops"), "proven, and a person decides");
	heard(w, &letters, 1, "is verified");
	text_clear(&letters);
	judge(w, last_claim(w), "act=accept");
	ok(is(w, CLAIM_ACCEPTED), "accepted: %s", text_get(&web));
	ok(!strcmp(owner(w), "Acme") && !strcmp(last_claim(w)->by, "ann"), "whose it is, by whom");
	ok(strstr(w->log.at, " owner smtp owner=Acme\n") != NULL, "the record has it at once");
	deliver_all(w, &letters);
	ok(count_of(&letters, "deliver ") == 3 && count_of(&letters, "can be followed no more") &&
		   strstr(letters.at, "address=fan@") && strstr(letters.at, "address=both@") &&
		   !strstr(letters.at, "Acme"),
	   "followers hear it once, without a name: %s", text_get(&letters));
	text_clear(&letters);
	w->answer = down_for_a_while;
	w->down_from = w->now - START + 10 * SECOND;
	w->down_to = w->down_from + 600 * SECOND;
	world_run(w, w->down_from + 500 * SECOND);
	deliver_all(w, &letters);
	ok(strstr(text_get(&letters), "address=both@") && !strstr(letters.at, "address=fan@") &&
		   !strstr(letters.at, "Mail in"),
	   "and of it nothing more, only of the other: %s", text_get(&letters));
	ok(strstr(ask(w, "subscribe - page=shop to=email:new@example.org address=192.0.2.9 "
			 "components=smtp kinds=alerts"),
		  "does not let others follow"),
	   "nobody follows it anew: %s", text_get(&web));
	ok(strstr(judge(w, last_claim(w), "act=follow follow=1"), "end - text="), "unless he lets");
	ok(strstr(ask(w, "subscribe - page=shop to=email:new@example.org address=192.0.2.9 "
			 "components=smtp kinds=alerts"),
		  "end - text="),
	   "then they do: %s", text_get(&web));
	ok(strstr(judge(w, last_claim(w), "act=release said=sold"), "end - text=") &&
		   is(w, CLAIM_RELEASED) && !strcmp(owner(w), "ops"),
	   "released, it goes back");
	ok(strstr(w->log.at, " owner smtp owner=ops\n") != NULL, "the record has that, too");
	ok(strstr(judge(w, last_claim(w), "act=release"), WRONG), "once");
	text_release(&letters);
	world_free(w);
}

static void test_restart(void)
{
	struct world *w = begin(), *next;
	char key[100];

	verified(w, CLAIM "eve@example.org", key);
	late_us = 10 * SECOND;
	next = begin();
	late_us = 0;
	cards_to(w, next);
	ok(is(next, CLAIM_VERIFIED), "it is as it was");
	judge(next, last_claim(next), "act=accept owner=Other");
	ok(!strcmp(owner(next), "Other"), "for whom the person says");
	world_free(w);
	late_us = 20 * SECOND;
	w = begin();
	late_us = 0;
	cards_to(next, w);
	text_clear(&w->log);
	configure(w);
	world_settle(w);
	ok(!strcmp(owner(w), "Other") && strstr(text_get(&w->log), "owner=Other") &&
		   !strstr(w->log.at, "owner=ops"),
	   "whoever has it has it for the record, too: %s", text_get(&w->log));
	world_free(w);
	world_free(next);
}

/* Each change that he did not make himself, once, as long as he wants it. */
static void test_told(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	verified(w, CLAIM "eve@example.org", key);
	judge(w, last_claim(w), "act=accept said=\"Welcome aboard\"");
	heard(w, &letters, 1, "Your claim of Mail in is accepted");
	ok(strstr(letters.at, "Welcome aboard") != NULL, "in the words of who answered");
	judge(w, last_claim(w), "act=release said=sold");
	heard(w, &letters, 1, "Your claim of Mail in is released");
	ok(strstr(letters.at, "last letter") && !strstr(letters.at, "word.unsubscribe"),
	   "the last one");
	world_run(w, w->now - START + SECOND);
	claimed(w, CLAIM "eve@example.org", key);
	judge(w, last_claim(w), "act=refuse");
	ok(is(w, CLAIM_REFUSED), "refused before the address was confirmed");
	heard(w, &letters, 0, "");
	world_run(w, w->now - START + SECOND);
	claimed(w, CLAIM "eve@example.org", key);
	act(w, key, "confirm");
	judge(w, last_claim(w), "act=refuse said=\"not yours\"");
	heard(w, &letters, 1, "Your claim of Mail in is refused");
	ok(strstr(letters.at, "not yours") != NULL, "and why");
	text_release(&letters);
	world_free(w);
}

static void test_unwanted(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	claimed(w, CLAIM "eve@example.org", key);
	ok(strstr(act(w, key, "forget"), WRONG), "not before he says yes: %s", text_get(&web));
	act(w, key, "confirm");
	ok(strstr(act(w, key, "forget"), "end - text=") && !*card_get(last_claim(w), "to"),
	   "his address is gone: %s", text_get(&web));
	ok(strstr(act(w, key, "forget"), "end - text="), "twice is once");
	act(w, key, "look");
	inspected(w, "method=dns found=\"the code\"");
	judge(w, last_claim(w), "act=accept");
	ok(is(w, CLAIM_ACCEPTED), "the claim goes on");
	heard(w, &letters, 0, "");
	text_release(&letters);
	world_free(w);
}

/* Both are verified; one gets it. */
static void test_two(void)
{
	struct world *w = begin();
	char key[2][100], first[24];

	verified(w, CLAIM "eve@example.org", key[0]);
	snprintf(first, sizeof first, "%s", last_claim(w)->id);
	world_run(w, w->now - START + SECOND);
	verified(w, ZETA, key[1]);
	judge(w, board_find(w->k->board, "claim", first), "act=accept");
	ok(strstr(judge(w, last_claim(w), "act=accept"), "claimed already"), "nobody else gets it");
	ok(strstr(judge(w, last_claim(w), "act=refuse said=no"), "end - text=") &&
		   is(w, CLAIM_REFUSED),
	   "refused");
	ok(strstr(act(w, key[1], "withdraw"), WRONG) && strstr(act(w, key[1], "look"), WRONG),
	   "that is the end of it");
	world_free(w);
}

static void test_automatic(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	claimed(w, OTHER, key);
	act(w, key, "confirm");
	act(w, key, "look");
	ok(strstr(w->inspect, " http://web.example.org:8080 ") != NULL, "%s", w->inspect);
	inspected(w, "method=file found=\"the code\"");
	heard(w, &letters, 1, "is accepted");
	ok(is(w, CLAIM_ACCEPTED) && !*last_claim(w)->by &&
		   !strcmp(owner_of(w->k->board, "web", ""), "Acme"),
	   "no person is asked where the page says so");
	text_release(&letters);
	world_free(w);
}

static void test_time(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	claimed(w, CLAIM "eve@example.org", key);
	world_run(w, w->now - START + CLAIM_PENDING_US + MINUTE);
	ok(!board_count(w->k->board, "claim") && strstr(w->log.at, "gone=1"),
	   "never confirmed, nothing is left");
	claimed(w, CLAIM "eve@example.org", key);
	act(w, key, "confirm");
	world_run(w, w->now - START + CLAIM_OPEN_US + MINUTE);
	ok(is(w, CLAIM_EXPIRED) && !*card_get(last_claim(w), "to"), "expired, without his address");
	heard(w, &letters, 1, "Your claim of Mail in is expired");
	ok(strstr(act(w, key, "look"), WRONG), "too late");
	claimed(w, CLAIM "eve@example.org", key);
	ok(strstr(act(w, key, "withdraw"), "end - text=") && is(w, CLAIM_WITHDRAWN), "withdrawn");
	heard(w, &letters, 0, "");
	text_release(&letters);
	world_free(w);
}

static void test_limits(void)
{
	static const char *const refused[] = {
		"claim - page=nothing target=smtp owner=A mail=a@example.org",
		"claim - page=shop target=mail owner=A mail=a@example.org",
		"claim - page=shop target=nothing owner=A mail=a@example.org",
		"claim - page=other target=smtp owner=A mail=a@example.org",
		"claim - page=shop target=smtp owner=\"\" mail=a@example.org",
		"claim - page=shop target=smtp owner=\"A\\nB\" mail=a@example.org",
		"claim - page=shop target=smtp owner=A mail=\"a@example.org\\r\\nBcc: b@c.de\"",
		"claim x act=look",
		"claim - act=look",
		"claim-judge x act=accept by=ann",
	};
	struct world *w = begin();
	struct text letters = {0};
	char request[200], key[100];

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ok(strstr(ask(w, refused[i]), WRONG), "%s: %s", refused[i], text_get(&web));
	ok(!board_count(w->k->board, "claim"), "none of them is a claim");
	claimed(w, CLAIM "eve@example.org", key);
	for (int i = 0; i < 3; i++)
		ask(w, CLAIM "eve@example.org");
	deliver_all(w, &letters);
	ok(count_of(&letters, "deliver ") == 2 && board_count(w->k->board, "claim") == 1,
	   "asked again it is the same claim, and three letters a day: %s", text_get(&letters));
	for (int i = 0; i < 6; i++) {
		snprintf(request, sizeof request,
			 "claim - page=shop target=smtp owner=A address=203.0.%d.1 "
			 "mail=user%d@example.org",
			 i, i);
		ask(w, request);
	}
	ok(strstr(text_get(&web), "enough people") && board_count(w->k->board, "claim") == 5,
	   "so many of one site: %s", text_get(&web));
	act(w, key, "confirm");
	for (int i = 0; i < 20; i++) {
		ok(strstr(act(w, key, "look"), "end - text="), "look %d", i);
		inspected(w, "method=\"\" found=nothing");
	}
	ok(strstr(act(w, key, "look"), "often enough"), "twenty an hour: %s", text_get(&web));
	text_release(&letters);
	world_free(w);
}

int main(void)
{
	test_course();
	test_told();
	test_unwanted();
	test_restart();
	test_two();
	test_automatic();
	test_time();
	test_limits();
	text_release(&web);
	text_release(&mail);
	return done_testing();
}
