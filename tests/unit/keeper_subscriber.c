/* Subscribers in the keeper: who asks is written to once he may be, hears nothing before he has
 * said yes, then what he wanted, and nothing is left of him when he goes. */
#include "../../core/alert/outbox.h"
#include "../../core/board/post.h"
#include "../../core/keeper/subscriber_inside.h"
#include "../lib/subscribed.h"

static const struct card *post_of(struct world *w, const char *words)
{
	struct text *t = board_begin(w->k, "post", "", "ann");

	text_printf(t, " %.*s", (int)(strlen(words) - (words[strlen(words) - 1] == ' ')), words);
	return board_end(w->k);
}

static void publish(struct world *w, const char *words, bool is_warning, struct text *letters)
{
	struct post_event e = {.happened = POST_OPENED, .is_warning = is_warning};

	e.post = post_of(w, words);
	subscribers_tell(w->k, &e);
	text_clear(letters);
	deliver_all(w, letters);
}

#define INCIDENT                                                                                 \
	"sort=incident stage=published state=investigating title=\"Mail is slow\" impact=minor " \
	"start_us=1795290000000000 published_us=1795290000000000 "
#define MAINTENANCE                                                                           \
	"sort=maintenance stage=published state=scheduled title=\"New disks\" impact=outage " \
	"start_us=1795390000000000 end_us=1795393600000000 published_us=1795290000000000 "

static void test_opt_in(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100], link[100], request[200], was;
	const struct card *c;

	subscribe(w, "email:ann@example.org", "", &letters);
	ok(count_of(&letters, "deliver ") == 1 && strstr(letters.at, "The shop") &&
		   strstr(letters.at, "kind=confirmation"),
	   "one letter asks: %s", text_get(&letters));
	ok(!strstr(text_get(&letters), "Stop:"), "and has no link to end what is not begun");
	publish(w, INCIDENT, false, &mail);
	ok(!count_of(&mail, "Mail is slow"), "who has not said yes hears nothing");
	snprintf(link, sizeof link, "%s", behind(&letters, "/subscription/confirm/"));
	ok(strlen(link) == 12 + 1 + 22, "the link has 128 bits: %s", link);
	ok(!strstr(text_get(&w->log), link + 13) && strstr(w->log.at, ".**********************"),
	   "and stands in no record: there is a mask");
	c = board_at(w->k->board, "subscriber", 0);
	ok(strlen(card_get(c, "hash")) == 64 && !strstr(card_get(c, "hash"), link + 13),
	   "but its hash");
	was = link[20];
	link[20] = was == 'x' ? 'y' : 'x';
	snprintf(request, sizeof request, "subscribe-confirm %s", link);
	ok(strstr(ask(w, request), "wrong="), "another key opens nothing: %s", text_get(&web));
	link[20] = was;
	snprintf(request, sizeof request, "subscribe-confirm %s", link);
	ok(strstr(ask(w, request), "text="), "the right one does");
	snprintf(key, sizeof key, "%s", behind(&web, "key="));
	ok(strstr(ask(w, request), "wrong="), "once: %s", text_get(&web));
	publish(w, INCIDENT, false, &letters);
	ok(count_of(&letters, "deliver ") == 1 && strstr(letters.at, "Mail is slow") &&
		   strstr(letters.at, key) && !strstr(letters.at, "***"),
	   "then news come, with the link that ends them: %s", text_get(&letters));
	ok(!strstr(text_get(&w->log), key + 13), "which stands in no record either");
	snprintf(request, sizeof request, "subscriber-remove %s", key);
	ok(strstr(ask(w, request), "text="), "one click");
	ok(!board_count(w->k->board, "subscriber") && strstr(w->log.at, "gone=1"),
	   "nothing is kept");
	publish(w, INCIDENT, false, &letters);
	ok(!count_of(&letters, "deliver "), "and no more letters come");
	ok(strstr(ask(w, request), "text="), "a second click is fine");
	text_release(&letters);
	world_free(w);
}

static void test_code(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char code[100], request[300];

	subscribe(w, "\"sms:+49 171 1234567\"", "", &letters);
	ok(strstr(text_get(&letters), "address=+491711234567") && strstr(web.at, "answer=code"),
	   "a number is asked for a code");
	snprintf(code, sizeof code, "%s", behind(&letters, "say yes: "));
	ok(strlen(code) == 8 && !strstr(w->log.at, code), "of eight digits: %s", code);
	for (int i = 0; i < 4; i++)
		ok(strstr(ask(w, "subscribe-confirm - page=shop to=sms:+491711234567 code=1234 "
				 "address=198.51.100.1"),
			  "wrong="),
		   "a wrong one is refused");
	snprintf(request, sizeof request,
		 "subscribe-confirm - page=shop to=\"sms:+49 171 1234567\" code=%s "
		 "address=198.51.100.1",
		 code);
	ok(strstr(ask(w, request), "key="), "the fifth try may be right: %s", text_get(&web));
	text_release(&letters);
	world_free(w);
}

static void test_guesses(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char request[300];
	int refused = 0;

	subscribe(w, "sms:+491711234567", "", &letters);
	for (int i = 0; i < 5; i++)
		ask(w, "subscribe-confirm - page=shop to=sms:+491711234567 code=1 address=::1");
	snprintf(request, sizeof request,
		 "subscribe-confirm - page=shop to=sms:+491711234567 code=%s address=192.0.2.9",
		 behind(&letters, "say yes: "));
	ok(strstr(ask(w, request), "wrong="), "after five tries no code is right any more");
	for (int i = 0; i < 100; i++)
		refused += strstr(ask(w, "subscribe-confirm - page=shop to=sms:+4917100000 code=1 "
					 "address=192.0.2.9"),
				  "too many codes") != NULL;
	ok(refused == 81, "and a net has twenty an hour: %d of 101 were refused", refused);
	text_release(&letters);
	world_free(w);
}

static void test_expiry(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char request[300];

	subscribe(w, "email:ann@example.org", "", &letters);
	snprintf(request, sizeof request, "subscribe-confirm %s",
		 behind(&letters, "/subscription/confirm/"));
	w->now += 48 * 3600 * SECOND;
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	ok(strstr(ask(w, request), "too old"), "two days later the link is too old");
	world_run(w, w->now - START + 2 * MINUTE);
	ok(!board_count(w->k->board, "subscriber"), "and what was asked for is forgotten");
	text_release(&letters);
	world_free(w);
}

static void test_limits(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char request[300];
	int sent = 0, refused = 0;
	const char *first = NULL;

	for (int i = 0; i < 8; i++) {
		snprintf(request, sizeof request,
			 "subscribe - page=shop to=email:ann+%d@example.org "
			 "address=10.0.%d.1" CHOICE,
			 i, i);
		ask(w, request);
		first = first ? first : strdup(text_get(&web));
		ok(!strcmp(first, text_get(&web)), "the answer is always the same");
	}
	deliver_all(w, &letters);
	ok(count_of(&letters, "deliver ") == 3, "but one mailbox gets 3 a day: %d",
	   count_of(&letters, "deliver "));
	text_clear(&letters);
	for (int i = 0; i < 10000; i++) {
		snprintf(
			request, sizeof request,
			"subscribe - page=shop to=email:u%d@example.org address=10.%d.%d.%d" CHOICE,
			i, 1 + i / 2000, i / 50 % 40, i % 250);
		refused += strstr(ask(w, request), "wrong=") != NULL;
	}
	deliver_all(w, &letters);
	sent = count_of(&letters, "deliver ");
	ok(sent == 997 && refused == 9003, "10,000 ask at once: %d letters, %d refused", sent,
	   refused);
	free((void *)first);
	text_release(&letters);
	world_free(w);
}

static void test_nets(void)
{
	struct world *w = begin();
	char request[300];
	int let = 0;

	for (int i = 0; i < 30; i++) {
		snprintf(request, sizeof request,
			 "subscribe - page=shop to=email:u%d@example.org address=192.0.2.%d" CHOICE,
			 i, i);
		let += strstr(ask(w, request), "wrong=") == NULL;
	}
	ok(let == 10, "a net has 10 an hour: %d", let);
	world_free(w);
}

static void test_targets(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	confirmed(w, "email:all@example.org", "", key);
	confirmed(w, "email:mail@example.org", "components=mail kinds=\"incidents\\nmaintenance\"",
		  key);
	confirmed(w, "email:web@example.org", "components=web kinds=\"incidents\\nmaintenance\"",
		  key);
	confirmed(w, "email:warned@example.org", "all=1 kinds=maintenance maintenance=outage", key);
	publish(w, INCIDENT "components=smtp", false, &letters);
	ok(count_of(&letters, "deliver ") == 2 && strstr(letters.at, "all@") &&
		   strstr(letters.at, "mail@example") && strstr(letters.at, "Mail in"),
	   "a member concerns its service: %s", text_get(&letters));
	publish(w, MAINTENANCE "components=smtp", true, &letters);
	ok(count_of(&letters, "deliver ") == 3 && !strstr(letters.at, "address=web@"),
	   "maintenance reaches who chose components");
	publish(w, MAINTENANCE "components=web", false, &letters);
	ok(count_of(&letters, "deliver ") == 2 && !strstr(letters.at, "address=warned@"),
	   "not who wants to hear of outages alone, where there is none");
	publish(w, INCIDENT "pages=other", false, &letters);
	ok(!count_of(&letters, "deliver "), "what stands on another page concerns nobody here");
	text_release(&letters);
	world_free(w);
}

static void test_changes(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100], request[300];

	confirmed(w, "email:ann@example.org", "", key);
	snprintf(request, sizeof request, "subscriber-change %s paused=1" CHOICE, key);
	ok(strstr(ask(w, request), "text="), "paused: %s", text_get(&web));
	publish(w, INCIDENT, false, &letters);
	ok(!count_of(&letters, "deliver "), "who paused hears nothing");
	snprintf(request, sizeof request, "subscriber-change %s components=nothing kinds=news",
		 key);
	ok(strstr(ask(w, request), "there is no component"), "%s", text_get(&web));
	snprintf(request, sizeof request,
		 "subscriber-change %s components=web kinds=incidents audiences=admins", key);
	ok(strstr(ask(w, request), "text="), "and goes on with other choices");
	publish(w, INCIDENT "components=web", false, &letters);
	ok(count_of(&letters, "deliver ") == 1, "which count from then on");
	snprintf(request, sizeof request, "subscriber-change %sx all=1 kinds=news", key);
	ok(strstr(ask(w, request), "wrong="), "nobody else can");
	subscribe(w, "email:ANN@example.org", "", &letters);
	ok(count_of(&letters, "deliver ") == 1 && strstr(letters.at, "already") &&
		   strstr(letters.at, key),
	   "one who is subscribed and asks is told so in a letter, with his link");
	ok(board_count(w->k->board, "subscriber") == 1, "and nothing has changed");
	text_release(&letters);
	world_free(w);
}

/* A new keeper on the cards of the old one. */
static void test_restart(void)
{
	struct world *w = begin(), *next;
	struct text letters = {0}, cards = {0};
	const struct card *c;
	const char *kind;
	char key[100], request[300];

	confirmed(w, "email:ann@example.org", "", key);
	for (size_t i = 0; (kind = board_kind(w->k->board, i)); i++)
		for (size_t n = 0; (c = board_at(w->k->board, kind, n)); n++)
			card_write(&cards, "resume-card", kind, c);
	next = begin();
	for (char *at = cards.at, *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		world_say(next, END_RECORDER, 0, at);
	}
	publish(next, INCIDENT, false, &letters);
	ok(count_of(&letters, "deliver ") == 1 && strstr(letters.at, key),
	   "the next keeper tells him, and his link is the same");
	snprintf(request, sizeof request, "subscriber-remove %s", key);
	ask(next, request);
	ok(!board_count(next->k->board, "subscriber"), "and works");
	text_release(&letters);
	text_release(&cards);
	world_free(w);
	world_free(next);
}

static void test_refused(void)
{
	static const char *const bad[][2] = {
		{"to=email:ann", "has an @"},
		{"to=\"email:a@example.org\\nBcc: b@example.org\"", "line end"},
		{"to=log:x", "ways that this page offers"},
		{"to=nobody:x", "ways that this page offers"},
		{"to=email", "ways that this page offers"},
		{"to=hook:ftp://x/", "https://"},
		{"page=none to=email:a@example.org", "no page of this name"},
		{"page=other to=sms:+4917112345", "ways that this page offers"},
		{"page=other to=email:a@example.org components=smtp kinds=news", "no component"},
		{"to=email:a@example.org audiences=kings", "no group"},
	};
	struct world *w = begin();
	char request[400];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(request, sizeof request, "subscribe - %s%s %s%s",
			 strstr(bad[i][0], "page=") ? "" : "page=shop ", bad[i][0],
			 "address=192.0.2.1", strstr(bad[i][0], "kinds=") ? "" : CHOICE);
		ok(strstr(ask(w, request), bad[i][1]) && strstr(web.at, "wrong="), "%s: %s",
		   bad[i][0], text_get(&web));
	}
	ok(!board_count(w->k->board, "subscriber"), "none of it is kept");
	world_free(w);
}

/* An address that refuses letter after letter is of no use. */
static void test_bounces(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	confirmed(w, "email:ann@example.org", "", key);
	for (int i = 0; i < 5; i++) {
		struct post_event e = {.happened = POST_OPENED, .post = post_of(w, INCIDENT)};
		char answer[200];

		subscribers_tell(w->k, &e);
		text_clear(&mail);
		world_run(w, w->now - START + 3 * SECOND);
		snprintf(answer, sizeof answer, "outcome %s outcome=gave-up reason=\"no such box\"",
			 behind(&mail, "deliver "));
		world_say(w, END_COURIER, 1, answer);
		world_run(w, w->now - START + SECOND);
	}
	world_run(w, w->now - START + 2 * MINUTE);
	ok(!board_count(w->k->board, "subscriber"),
	   "five refused letters in a row, and it is gone");
	ok(!count_of(&w->log, "kind=trouble") && !count_of(&w->told, "switched off"),
	   "without trouble of ours being made of it");
	text_release(&letters);
	world_free(w);
}

#define MANY 10000

static void subscribe_many(struct world *w)
{
	for (int i = 0; i < MANY; i++) {
		struct text *t = board_begin(w->k, "subscriber", "", "");
		char to[60];

		snprintf(to, sizeof to, "email:u%d@example.org", i);
		line_add(t, "page", "shop");
		line_add(t, "to", to);
		line_add(t, "state", "confirmed");
		line_add(t, "all", "1");
		line_add(t, "kinds", "incidents");
		board_end(w->k);
	}
	world_settle(w);
	text_clear(&w->log);
}

/* Which net had him asked stands in his card while a limit counts it, and no longer. */
static void test_asked(void)
{
	struct world *w = begin();
	const struct card *c;
	char key[100];

	confirmed(w, "email:ann@example.org", "", key);
	ask(w, "subscribe - page=shop to=email:ann@example.org address=10.0.0.1" CHOICE);
	c = subscriber_find(w->k, "shop", "email:ann@example.org");
	ok(c && strstr(card_get(c, "asked"), " 192.0.2.0/24\n") &&
		   strstr(card_get(c, "asked"), " 10.0.0.0/24"),
	   "asked twice: %s", c ? card_get(c, "asked") : "nobody");
	world_run(w, INT64_C(23) * 3600 * SECOND);
	c = subscriber_find(w->k, "shop", "email:ann@example.org");
	ok(c && *card_get(c, "asked"), "23 hours later that counts");
	world_run(w, INT64_C(25) * 3600 * SECOND);
	c = subscriber_find(w->k, "shop", "email:ann@example.org");
	ok(c && !*card_get(c, "asked") && !strcmp(card_get(c, "state"), "confirmed") &&
		   *card_get(c, "kinds"),
	   "after a day nothing is kept of it, all else is");
	world_free(w);
}

static const char *guess(struct world *w, int number)
{
	char request[200];

	snprintf(request, sizeof request,
		 "subscribe-confirm - page=shop to=sms:+4917112345%02d code=1 address=192.0.2.7",
		 number);
	return ask(w, request);
}

static const char *request_one(struct world *w, const char *address)
{
	char request[200];

	snprintf(request, sizeof request, "request - page=shop what=ftp.example.org address=%s",
		 address);
	return ask(w, request);
}

/* What a net has guessed and asked for a keeper that comes after counts on, for as long. */
static void test_nets_go_on(void)
{
	struct world *w = begin(), *next;
	char request[200];

	for (int i = 0; i < 5; i++) {
		snprintf(request, sizeof request,
			 "subscribe - page=shop to=sms:+4917112345%02d address=10.0.0.1" CHOICE, i);
		ask(w, request);
		ok(strstr(request_one(w, "192.0.2.7"), "end - text=") != NULL, "%d is let", i);
	}
	for (int i = 0; i < 20; i++)
		ok(strstr(guess(w, i / 5), "code is wrong") != NULL, "so is guess %d", i);
	world_run(w, 600 * SECOND);
	late_us = 600 * SECOND;
	next = begin();
	late_us = 0;
	cards_to(w, next);
	ok(strstr(guess(next, 4), "too many codes") != NULL, "no guess more: %s", text_get(&web));
	ok(strstr(request_one(next, "192.0.2.8"), "enough today") != NULL, "nor a request: %s",
	   text_get(&web));
	ok(strstr(request_one(next, "10.0.0.1"), "end - text=") != NULL, "others may");
	world_run(next, 3700 * SECOND);
	ok(strstr(guess(next, 4), "code is wrong") != NULL, "an hour later it may: %s",
	   text_get(&web));
	ok(!*card_get(board_at(next->k->board, "subscriber", 0), "guessed") &&
		   *card_get(board_at(next->k->board, "request", 0), "asked"),
	   "and what was guessed is forgotten, what was asked for not yet");
	world_run(next, INT64_C(25) * 3600 * SECOND);
	ok(!*card_get(board_at(next->k->board, "request", 0), "asked") &&
		   strstr(request_one(next, "192.0.2.8"), "end - text="),
	   "a day later neither is kept: %s", text_get(&web));
	world_free(w);
	world_free(next);
}

/* Ten thousand are told in batches; an alert goes before all that wait; a keeper that comes after
 * goes on where this one stood. */
static void test_many(void)
{
	struct world *w = begin(), *next;
	struct post_event e = {.happened = POST_OPENED};
	struct text letters = {0};
	int first;

	at_once = 1000;
	next = begin();
	at_once = 4;
	subscribe_many(w);
	e.post = post_of(w, INCIDENT);
	subscribers_tell(w->k, &e);
	text_clear(&mail);
	world_run(w, w->now - START + 20 * SECOND);
	ok(count_of(&mail, "deliver ") == 3 && count_of(&w->log, " letter ") <= 400,
	   "while nobody takes them some hundred wait, and a place is free: %d under way, %d "
	   "written",
	   count_of(&mail, "deliver "), count_of(&w->log, " letter "));
	text_clear(&mail);
	world_tell(w, END_CLIENT,
		   "letter - kind=alert to=email:ops@example.org subject=Down text=x");
	world_run(w, w->now - START + SECOND / 10);
	ok(count_of(&mail, "address=ops@example.org") == 1, "an alert goes at once");
	first = count_of(&w->log, " letter ") - 1;
	cards_to(w, next);
	text_clear(&next->log);
	text_clear(&mail);
	deliver_all(next, &letters);
	ok(first + count_of(&next->log, " letter ") == MANY,
	   "each of %d was written to once, by one keeper or the next: %d and %d", MANY, first,
	   count_of(&next->log, " letter "));
	ok(!board_count(next->k->board, "sending") && !board_count(next->k->board, "sent"),
	   "and nothing is left of it");
	text_release(&letters);
	world_free(w);
	world_free(next);
}

/* How many subscribers were looked at for all that is on its way. */
static size_t looks(struct world *w)
{
	const struct card *c, *s;
	size_t all = 0, before;

	for (size_t i = 0; (c = board_at(w->k->board, "sent", i)); i++) {
		before = 0;
		while ((s = board_at(w->k->board, "subscriber", before)) &&
		       strcmp(s->id, card_get(c, "behind")) <= 0)
			before++;
		all += before;
	}
	return all;
}

/* However much there is to tell, a second's work has an end: the probes go first. */
static void test_much(void)
{
	struct world *w = begin();
	struct post_event e = {.happened = POST_OPENED};

	subscribe_many(w);
	for (int i = 0; i < 30; i++) {
		e.post = post_of(w, MAINTENANCE); /* which nobody wants to hear of */
		subscribers_tell(w->k, &e);
	}
	world_run(w, w->now - START + SECOND);
	ok(looks(w) && looks(w) <= 20000, "thirty posts: %zu looks at subscribers", looks(w));
	for (int i = 0; i < 100 && board_count(w->k->board, "sending"); i++)
		world_run(w, w->now - START + SECOND);
	ok(!board_count(w->k->board, "sending"), "and in the end all of them were told");
	world_free(w);
}

/* A keeper that knows its cards before its configuration takes nothing for gone. */
static void test_unconfigured(void)
{
	struct world *w = begin(), *next = world_new();
	struct text letters = {0};
	char key[100];

	confirmed(w, "email:soon@example.org", "components=smtp kinds=alerts", key);
	w->answer = down_for_a_while;
	w->down_from = w->now - START + 100 * SECOND;
	w->down_to = w->down_from + 1200 * SECOND;
	world_run(w, w->down_from + 300 * SECOND);
	ok(board_count(w->k->board, "outage") == 1, "an outage was told");
	keeper_free(next->k);
	next->out = my_out;
	next->out.with = next;
	next->k = keeper_new(&next->out);
	keeper_tick(next->k, next->now, next->now + next->wall_ahead);
	world_tell(next, END_PARENT, "start keeper resume=1");
	world_tell(next, END_PARENT, "recorder -");
	world_tell(next, END_PARENT, "prober 1 pool=general");
	cards_to(w, next);
	world_say(next, END_RECORDER, 0, "resumed -");
	world_run(next, 5 * SECOND);
	text_clear(&mail);
	configure(next);
	world_run(next, 100 * SECOND);
	deliver_all(next, &letters);
	ok(count_of(&letters, " number=1 ") == 1 && strstr(letters.at, "up again"),
	   "the next keeper, configured late, tells its end: %s", text_get(&letters));
	text_release(&letters);
	world_free(w);
	world_free(next);
}

static const char *flaps(struct world *w, const struct order *o)
{
	bool is_down = w->now - START > 600 * SECOND && (w->now - START) / (90 * SECOND) % 2;

	(void)o;
	return is_down ? "verdict=down reason=refused step=connect elapsed_us=900 "
			 "steps=connect:900!"
		       : always_up(w, o);
}

/* A check goes down for a while; who follows it hears of it once he wanted to, and of the end. */
static void test_follow(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	confirmed(w, "email:soon@example.org", "components=smtp kinds=alerts", key);
	confirmed(w, "email:late@example.org", "components=smtp kinds=alerts after_us=900000000",
		  key);
	confirmed(w, "email:other@example.org", "components=web kinds=incidents", key);
	w->answer = down_for_a_while;
	w->down_from = w->now - START + 100 * SECOND;
	w->down_to = w->down_from + 1200 * SECOND;
	text_clear(&mail);
	world_run(w, w->down_from + 300 * SECOND);
	deliver_all(w, &letters);
	ok(count_of(&letters, " number=1 ") == 1 && strstr(letters.at, "address=soon@") &&
		   strstr(letters.at, "Mail in is down"),
	   "at once, who wanted it so: %s", text_get(&letters));
	ok(!strstr(letters.at, "refused"), "without what the monitor saw");
	text_clear(&letters);
	world_run(w, w->down_from + 1000 * SECOND);
	deliver_all(w, &letters);
	ok(count_of(&letters, " number=1 ") == 1 && strstr(letters.at, "address=late@"),
	   "a quarter of an hour later who wanted to wait");
	text_clear(&letters);
	world_run(w, w->down_to + 200 * SECOND);
	deliver_all(w, &letters);
	ok(count_of(&letters, " number=1 ") == 2 && count_of(&letters, "up again") > 1,
	   "both hear that it is over: %s", text_get(&letters));
	ok(!board_count(w->k->board, "outage"), "nothing is left of it");
	text_release(&letters);
	world_free(w);
}

static void test_quiet(void)
{
	struct world *w = begin();
	struct text letters = {0};
	char key[100];

	confirmed(w, "email:ann@example.org", "components=smtp kinds=alerts", key);
	text_clear(&mail);
	w->answer = down_for_a_while; /* one failed probe, and its retest is fine */
	w->down_from = w->now - START + 50 * SECOND;
	w->down_to = w->down_from + 5 * SECOND;
	world_run(w, w->down_to + 300 * SECOND);
	deliver_all(w, &letters);
	ok(!count_of(&letters, " number=1 "), "a blip is told to nobody");
	w->answer = flaps;
	world_run(w, w->now - START + 7200 * SECOND);
	deliver_all(w, &letters);
	ok(count_of(&letters, " number=1 ") < 20, "nor all of what flaps: %d letters of 80 changes",
	   count_of(&letters, " number=1 "));
	text_release(&letters);
	world_free(w);
}

/* Where strangers say whom to dial, only public addresses are; our own relay always is. */
static void test_strangers(void)
{
	struct world *w = begin();
	struct text letters = {0};

	subscribe(w, "hook:https://hooks.example.org/a", "", &letters);
	ok(strstr(letters.at, "word.stranger=1") != NULL, "a stranger's webhook is marked as such");
	subscribe(w, "room:all", "", &letters);
	ok(strstr(letters.at, "word.stranger=1") != NULL,
	   "and what goes directly to where the address says, however that is written");
	subscribe(w, "email:ann@example.org", "", &letters);
	ok(!strstr(letters.at, "word.stranger"), "a mail by our relay is not");
	world_free(w);
	text_release(&letters);
}

/* A letter that waits through a restart leaves with a key that opens. */
static void test_waiting_key(void)
{
	struct world *w = begin(), *next;
	struct text letters = {0}, line = {0};
	const char *at, *end;
	char request[200];

	ask(w, "subscribe - page=shop to=email:ann@example.org address=192.0.2.1" CHOICE);
	world_settle(w);
	at = strstr(text_get(&w->log), " letter ");
	end = at ? strchr(at, '\n') : NULL;
	late_us = 10 * SECOND;
	next = begin();
	late_us = 0;
	cards_to(w, next);
	text_printf(&line, "resume-%.*s", (int)(end - at - 1), at + 1);
	text_clear(&mail);
	world_say(next, END_RECORDER, 0, line.at);
	deliver_all(next, &letters);
	snprintf(request, sizeof request, "subscribe-confirm %s",
		 behind(&letters, "/subscription/confirm/"));
	ok(strstr(ask(next, request), "You are subscribed"),
	   "the key of a letter that waited: %s %s", request, text_get(&web));
	text_release(&letters);
	text_release(&line);
	world_free(w);
	world_free(next);
}

int main(void)
{
	test_many();
	test_much();
	test_unconfigured();
	test_follow();
	test_quiet();
	test_strangers();
	test_waiting_key();
	test_opt_in();
	test_code();
	test_guesses();
	test_expiry();
	test_limits();
	test_nets();
	test_asked();
	test_nets_go_on();
	test_targets();
	test_changes();
	test_restart();
	test_refused();
	test_bounces();
	text_release(&web);
	text_release(&mail);
	return done_testing();
}
