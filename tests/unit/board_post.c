/* The rules of posts: which requests are taken, what becomes of a post, who is told; what the time
 * does to a maintenance. */
#include "../../core/board/post.h"

#include <stdlib.h>

#include "../lib/tap.h"

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)
#define NOW    INT64_C(1795290000000000)

static struct board *board;
static int64_t now;
static int64_t version;

static bool is_target(void *with, const char *name, struct text *nearest)
{
	(void)with;
	if (!strcmp(name, "Web") || !strcmp(name, "Mail, inbound"))
		return true;
	if (!strcmp(name, "Wbe"))
		text_puts(nearest, "Web");
	return false;
}

static bool is_page(void *with, const char *name, struct text *nearest)
{
	(void)with;
	if (strcmp(name, "public"))
		text_puts(nearest, "public");
	return !strcmp(name, "public");
}

static void take(struct text *t)
{
	static struct line l;

	line_end(t);
	t->at[t->size - 1] = '\0';
	if (line_parse(&l, t->at, t->size - 1) || !board_take(board, &l))
		ok(false, "a card of the test's own");
	text_clear(t);
}

static void begin(struct text *t, const char *kind, const char *id, const struct card *old)
{
	line_begin(t, "card", id);
	line_add(t, "kind", kind);
	line_add_int(t, "version", ++version);
	line_add_int(t, "at_us", now);
	line_add_int(t, "first_us", old ? old->first_us : now);
}

/* As the keeper does it. */
static void put(struct post_change *c, const char *id)
{
	struct text t = {0}, update = {0};
	bool is_gone = c->is_gone;

	text_puts(&update, id);
	text_puts(&update, "-");
	text_int(&update, version);
	if (c->has_update && !is_gone) {
		begin(&t, "update", c->update.card ? c->update.card->id : update.at,
		      c->update.card);
		c->update.post = id;
		update_write(&t, &c->update);
		take(&t);
	}
	begin(&t, "post", id, c->post.card);
	if (is_gone)
		line_add_int(&t, "gone", 1);
	else
		post_write(&t, &c->post);
	take(&t);
	text_release(&t);
	text_release(&update);
}

/* "stage state (happened)" or "! why". */
static const char *said(const struct post_change *c)
{
	static char text[300];

	snprintf(text, sizeof text, "%s %s%s%s%s%s",
		 c->is_gone ? "gone" : post_stage_name[c->post.stage], c->post.state,
		 c->is_told ? " " : "", c->is_told ? post_happened_name[c->happened] : "",
		 c->is_unplanned ? " unplan" : "", c->plan_to_us ? " plan" : "");
	return text;
}

static const char *ask(const char *id, const char *words)
{
	static char refused[400];
	static struct line l;
	struct post_world w = {.now_us = now, .is_target = is_target, .is_page = is_page};
	struct post_change c;
	struct text line = {0}, wrong = {0};
	const struct card *old = board_find(board, "post", id);
	const char *answer = refused;

	text_printf(&line, "post %s %s", old ? id : "-", words);
	while (line.at[line.size - 1] == ' ')
		line.at[--line.size] = '\0';
	if (line_parse(&l, line.at, line.size)) {
		ok(false, "a request of the test's own: %s", words);
	} else if (post_judge(&c, board, old, &l, &w, &wrong)) {
		answer = said(&c);
		put(&c, id);
		post_change_release(&c);
	} else {
		snprintf(refused, sizeof refused, "! %s", text_get(&wrong));
	}
	text_release(&line);
	text_release(&wrong);
	return answer;
}

static const char *time_word(const char *key, int64_t us)
{
	static char words[2][64];
	static int next;

	next ^= 1;
	snprintf(words[next], sizeof words[next], "%s=%lld", key, (long long)us);
	return words[next];
}

static void start(void)
{
	board_free(board);
	board = board_new();
	now = NOW;
}

/* Each row goes on from the one before; an id in a row begins anew with another post. */
static const struct {
	const char *id, *words, *wanted;
} course[] = {
	{"A", "title=Slow body=\"We look.\" components=Web", "published investigating opened"},
	{"A", "state=identified body=\"A disk.\"", "published identified updated"},
	{"A", "body=\"Still that.\" impact=critical", "published identified updated"},
	{"A", "state=postmortem body=x",
	 "! a post-mortem is told of an incident that is resolved: this one is 'identified'"},
	{"A", "state=monitoring body=\"Replaced.\"", "published monitoring updated"},
	{"A", "state=resolved body=\"All is well.\"", "published resolved ended"},
	{"A", "state=postmortem body=\"It was a disk.\" cause=hardware",
	 "published postmortem explained"},
	{"A", "state=investigating body=\"It is back.\"", "published investigating updated"},
	{"A", "act=publish", "! it is published already: update it"},
	{"A", "act=withdraw", "published investigating"}, /* replaced below */
	{"B", "title=x body=y draft=1", "draft investigating"},
	{"B", "title=better body=z impact=major", "draft investigating"},
	{"B", "act=publish state=identified", "published identified opened"},
	{"B", "act=correct title=best", "published identified"},
	{"B", "act=correct state=resolved", "! a state is changed by an update"},
	{"B", "act=correct body=x", "! which update is corrected is missing"},
	{"B", "act=nothing", "! act 'nothing' is none of update, correct, publish, withdraw"},
	{"B", "body=quietly quiet=1", "published identified"},
	{"C", "title=x body=y draft=1", "draft investigating"},
	{"C", "act=withdraw", "gone investigating"},
	{"D", "sort=news title=\"New desk\" body=\"Call us.\"", "published published opened"},
	{"D", "body=\"More of it.\"", "published published updated"},
	{"E", "title=Old body=\"It was\" start_us=1790000000000000 end_us=1790000060000000",
	 "published resolved"},
	{"F", "title=x body=y cause=self-inflicted-protective", "published investigating opened"},
};

static void test_course(void)
{
	start();
	for (size_t i = 0; i < sizeof course / sizeof *course; i++) {
		bool is_withdrawal =
			!strcmp(course[i].words, "act=withdraw") && !strcmp(course[i].id, "A");

		same(ask(course[i].id, course[i].words),
		     is_withdrawal ? "withdrawn investigating cancelled" : course[i].wanted,
		     course[i].words);
		now += MINUTE;
	}
	same(ask("A", "body=more"), "! it was withdrawn: write a new one",
	     "what was withdrawn does not go on");
	ok(!board_find(board, "post", "C"), "a draft that was withdrawn leaves nothing");
}

static const struct {
	const char *words, *wanted;
} refused[] = {
	{"title=x", "! the text is missing: say what people should know"},
	{"body=x", "! the title is missing"},
	{"title=\" \\t\" body=x", "! the title is missing"},
	{"title=\"a\\nb\" body=x",
	 "! the title holds a line end or another control character: it is one line"},
	{"title=\"a\\x1b[2J\" body=x",
	 "! the title holds a line end or another control character: it is one line"},
	{"title=x body=\" \\n\"", "! the text is missing: say what people should know"},
	{"title=x body=y sort=party", "! sort 'party' is none of incident, maintenance, news"},
	{"title=x body=y impact=outage",
	 "! impact 'outage' is none of none, minor, major, critical"},
	{"title=x body=y state=down",
	 "! state 'down' is none of investigating, identified, monitoring, resolved, postmortem"},
	{"title=x body=y components=Wbe",
	 "! there is no check or service 'Wbe': did you mean 'Web'?"},
	{"title=x body=y components=\"Web\\nOther\"",
	 "! there is no check or service 'Other': 'nines status' lists them"},
	{"title=x body=y components=\"Web\\n\\nWeb\"",
	 "! there is no check or service '': 'nines status' lists them"},
	{"title=x body=y components=Web states=\"operational\\noperational\"",
	 "! more states than components: write one state for each"},
	{"title=x body=y pages=\"public\\nprivat\"",
	 "! there is no page 'privat': did you mean 'public'?"},
	{"title=x body=y event_us=1790000000000000 until_us=1780000000000000",
	 "! the span that the update tells of ends before it begins"},
	{"title=x body=y components=Web states=fine",
	 "! state 'fine' is none of operational, degraded_performance, partial_outage, "
	 "major_outage, under_maintenance"},
	{"title=x body=y cause=ghosts",
	 "! cause 'ghosts' is none of unknown, hardware, software, network, power, provider, "
	 "capacity, attack, human-error, external, planned, self-inflicted-protective"},
	{"title=x body=y start_us=1800000000000000",
	 "! its beginning is still to come: what is planned is a maintenance"},
	{"title=x body=y event_us=1800000000000000", "! the time of the update is still to come"},
	{"title=x body=y start_us=1790000000000000 end_us=1780000000000000",
	 "! it was resolved before it began: say when it began, or another time of the end"},
	{"title=x body=y start_us=-5", "! a time is none that can be"},
	{"title=x body=y state=postmortem",
	 "! a post-mortem is told of an incident that is resolved: begin with state resolved"},
	{"title=x body=y sort=maintenance",
	 "! say when the maintenance begins and when it ends"},
	{"title=x body=y sort=maintenance start_us=1800000000000000 end_us=1800000000000000 "
	 "components=Web",
	 "! the maintenance ends before it begins"},
	{"title=x body=y sort=maintenance start_us=1800000000000000 end_us=1800000060000000",
	 "! what the maintenance is of is missing: name its components, or say that its impact is "
	 "none"},
	{"title=x body=y sort=maintenance start_us=1800000000000000 end_us=1800000060000000 "
	 "impact=none state=in_progress",
	 "! a maintenance at that time is 'scheduled', not 'in_progress'"},
};

static void test_refused(void)
{
	char *big = malloc(40000);

	start();
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		same(ask("A", refused[i].words), refused[i].wanted, refused[i].words);
	snprintf(big, 40000, "body=x title=%0*d", POST_TITLE_BYTES + 1, 1);
	same(ask("A", big), "! the title is longer than 200 bytes", "a title has an end");
	snprintf(big, 40000, "title=x body=%0*d", POST_BODY_BYTES + 1, 1);
	same(ask("A", big), "! the text is longer than 16384 bytes", "a text has one");
	ok(!board_count(board, "post") && !board_count(board, "update"),
	   "what is refused changes nothing");
	free(big);
}

static struct update update_at(const char *post, size_t i)
{
	const struct card *all[20];
	struct update u = {.body = "(none)", .state = "(none)"};

	if (i < post_updates(board, post, all, 20))
		update_read(all[i], &u);
	return u;
}

static struct post post_of(const char *id)
{
	struct post p = {.state = "(none)"};

	if (board_find(board, "post", id))
		post_read(board_find(board, "post", id), &p);
	return p;
}

static void test_times(void)
{
	char words[200];

	start();
	ask("A", "title=x body=first");
	now += HOUR;
	ask("A", "body=second state=resolved");
	snprintf(words, sizeof words, "body=between state=identified %s",
		 time_word("event_us", NOW + 10 * MINUTE));
	same(ask("A", words), "published resolved updated",
	     "what is written later of an earlier time does not change the state");
	same(update_at("A", 1).body, "between", "and stands where it belongs");
	same(update_at("A", 1).state, "identified", "with its own state");
	ok(update_at("A", 1).written_us == now, "that it was written later is kept");
	ok(post_of("A").end_us == now && post_of("A").over_us == now,
	   "it ended when that was said");
	snprintf(words, sizeof words, "title=y body=z state=resolved %s",
		 time_word("event_us", NOW - HOUR));
	same(ask("B", words),
	     "! it was resolved before it began: say when it began, or another "
	     "time of the end",
	     "resolved before it began");
	snprintf(words, sizeof words, "body=z state=resolved %s",
		 time_word("event_us", NOW - MINUTE));
	ask("C", "title=y body=z");
	same(ask("C", words),
	     "! it was resolved before it began: say when it began, or another time of the end",
	     "nor by an update");
	now += HOUR;
	ask("C", "body=x state=monitoring");
	snprintf(words, sizeof words, "body=z state=resolved %s",
		 time_word("event_us", now - MINUTE));
	same(ask("C", words), "published resolved ended",
	     "an end is an end, though something was told of later");
	ok(post_of("C").end_us == now - MINUTE, "at its own time");
}

static void test_corrections(void)
{
	const struct card *card;
	int64_t until_us;
	char words[100];

	start();
	ask("A", "title=x body=first");
	for (int i = 0; i < 3; i++) {
		now += MINUTE;
		snprintf(words, sizeof words, "act=correct update=%s body=no%d",
			 update_at("A", 0).card->id, i);
		same(ask("A", words), "published investigating", "a correction is told nobody");
	}
	card = update_at("A", 0).card;
	same(update_at("A", 0).body, "no2", "the text is the new one");
	same(update_was(card, 0, &until_us), "first", "the old one is kept");
	ok(until_us == NOW + MINUTE, "with the time until which it stood");
	same(update_was(card, 2, &until_us), "no1", "each of them");
	ok(!update_was(card, 3, &until_us) && update_at("A", 0).edited_us == now,
	   "there is no more");
	same(ask("A", "act=correct update=A-99 body=x"),
	     "! this post has no update 'A-99': 'nines post show' lists them", "of none there is");
	snprintf(words, sizeof words, "act=correct tell=1 update=%s body=told", card->id);
	same(ask("A", words), "published investigating updated",
	     "it is told where that is asked for");
}

static const char *retract(size_t i, const char *more)
{
	static char words[200];

	snprintf(words, sizeof words, "act=withdraw update=%s%s", update_at("A", i).card->id, more);
	return ask("A", words);
}

static void test_retractions(void)
{
	start();
	ask("A", "title=x body=first");
	same(retract(0, ""), "! it is the only one: withdraw the post", "one is left");
	now += MINUTE;
	ask("A", "body=second");
	now += MINUTE;
	same(retract(0, " body=x"),
	     "! an update is withdrawn without a text: what is to be said instead is another "
	     "update",
	     "no text");
	same(retract(0, ""), "published investigating", "it is told nobody");
	ok(update_at("A", 0).withdrawn_us == now && !strcmp(update_at("A", 0).body, "first"),
	   "its text is kept");
	same(retract(0, ""), "! that update was withdrawn: write another one", "not twice");
	same(retract(1, ""), "! it is the only one: withdraw the post", "what is left counts");
	ask("A", "body=wrong state=resolved");
	same(retract(2, ""),
	     "! it says that the post is 'resolved', what would be left says 'investigating': "
	     "first write an update with the state that is true",
	     "what the post is at is said by what is left");
	now += MINUTE;
	ask("A", "body=sorry state=monitoring");
	same(retract(2, " tell=1"), "published monitoring retracted", "told where that is wanted");
	same(ask("A", "act=withdraw update=A-99"),
	     "! this post has no update 'A-99': 'nines post show' lists them", "of none there is");
	ask("B", "title=x body=first draft=1");
	ok(strstr(ask("B", "act=withdraw update=B-1"), "! this post has no update"),
	   "nor of another post");
	same(ask("A", "act=withdraw"), "withdrawn monitoring cancelled", "the whole post still is");
}

static const char *maintenance(int64_t from_us, int64_t to_us, const char *more)
{
	static char words[300];

	snprintf(words, sizeof words,
		 "sort=maintenance title=Disks body=New. components=Web start_us=%lld end_us=%lld "
		 "%s",
		 (long long)from_us, (long long)to_us, more);
	return words;
}

/* Each minute what is due; as "MINUTE:happened". */
static const char *follow(const char *id, int minutes)
{
	static char text[400];
	struct post_change c;
	size_t size = 0;

	text[0] = '\0';
	for (int i = 0; i <= minutes; i++, now += MINUTE)
		while (board_find(board, "post", id) &&
		       post_is_due(&c, board_find(board, "post", id), now)) {
			size += (size_t)snprintf(text + size, sizeof text - size, "%s%d:%s%s",
						 size ? " " : "", (int)((now - NOW) / MINUTE),
						 post_happened_name[c.happened],
						 c.is_told ? "" : "(quiet)");
			put(&c, id);
		}
	return text;
}

static void test_maintenance(void)
{
	char words[200];

	start();
	same(ask("A", maintenance(NOW + 3 * HOUR, NOW + 4 * HOUR, "")),
	     "published scheduled opened plan", "a maintenance is announced and planned");
	ok(post_is_ahead(&(struct post){
		   .sort = POST_MAINTENANCE, .stage = POST_PUBLISHED, .state = "scheduled"}),
	   "it is ahead");
	same(follow("A", 300), "120:reminded 180:begun 240:ended",
	     "reminder, beginning and end come by themselves, once");
	same(post_of("A").state, "completed", "it is completed");
	ok(update_at("A", 1).event_us == NOW + 3 * HOUR &&
		   update_at("A", 2).event_us == NOW + 4 * HOUR,
	   "told of their own times");
	same(ask("A", "body=x"), "! it is over (completed): correct it, or write a new post",
	     "it is over");
	start();
	ask("A", maintenance(NOW + 3 * HOUR, NOW + 4 * HOUR, "remind_us=0 quiet=1"));
	same(follow("A", 300), "180:begun(quiet) 240:ended(quiet)", "no reminder, nobody told");
	start();
	ask("A", maintenance(NOW + 30 * MINUTE, NOW + 60 * MINUTE, ""));
	same(follow("A", 10), "", "who was told half an hour before is not reminded");
	snprintf(words, sizeof words, "body=Later. %s %s", time_word("start_us", NOW + 5 * HOUR),
		 time_word("end_us", NOW + 6 * HOUR));
	same(ask("A", words), "published scheduled rescheduled unplan plan",
	     "another date is told, and planned anew");
	same(follow("A", 400), "240:reminded 300:begun 360:ended", "and goes by that");
	start();
	ask("A", maintenance(NOW + HOUR, NOW + 3 * HOUR, ""));
	now += 2 * HOUR;
	follow("A", 1);
	snprintf(words, sizeof words, "body=Longer. %s", time_word("end_us", NOW + 4 * HOUR));
	same(ask("A", words), "published in_progress rescheduled plan",
	     "what takes longer is planned behind what was");
	snprintf(words, sizeof words, "body=Other. %s", time_word("start_us", NOW + 4 * HOUR));
	same(ask("A", words), "! the maintenance ends before it begins", "it has begun");
	same(ask("A", "impact=degraded body=Less."), "published in_progress updated unplan plan",
	     "another impact is planned from now on");
	same(ask("A", "state=verifying body=Look."), "published verifying updated", "verifying");
	same(ask("A", "state=completed body=Done."), "published completed ended unplan",
	     "what ends early frees the rest");
	start();
	ask("A", maintenance(NOW + HOUR, NOW + 3 * HOUR, ""));
	same(ask("A", "state=in_progress body=Now."), "published in_progress begun plan",
	     "what begins early plans that, too");
	start();
	ask("A", maintenance(NOW + HOUR, NOW + 3 * HOUR, ""));
	same(ask("A", "state=completed body=x"), "! from 'scheduled' it cannot become 'completed'",
	     "what has not begun does not end");
	same(ask("A", "state=cancelled body=No."), "published cancelled cancelled unplan",
	     "it is cancelled");
	same(follow("A", 300), "", "and nothing more comes of it");
	start();
	same(ask("A", maintenance(NOW - HOUR, NOW + HOUR, "")), "published in_progress opened plan",
	     "one that runs");
	same(ask("B", maintenance(NOW - 2 * HOUR, NOW - HOUR, "")), "published completed",
	     "one that is over is history");
	same(ask("C", maintenance(NOW + HOUR, NOW + 2 * HOUR, "draft=1")), "draft scheduled",
	     "a draft plans nothing");
	now += 90 * MINUTE;
	same(follow("C", 0), "", "and nothing comes of it");
	same(ask("C", "act=publish"), "published in_progress opened plan",
	     "published late it has begun");
}

/* A keeper that was off comes back at any time: nothing is told twice, nothing is left out. */
static void test_late(void)
{
	for (int minute = 0; minute < 300; minute += 7) {
		int64_t back_us;
		bool is_fine;

		start();
		ask("A", maintenance(NOW + 2 * HOUR, NOW + 3 * HOUR, ""));
		back_us = NOW + minute * MINUTE;
		now = back_us;
		follow("A", 300 - minute);
		is_fine =
			!strcmp(post_of("A").state, "completed") && update_at("A", 3).card == NULL;
		ok(is_fine, "off until minute %d: it ends completed", minute);
	}
}

static void test_claims(void)
{
	struct text t = {0};
	struct post p;

	start();
	ask("A", "title=x body=y components=\"Web\\nMail, inbound\" states=\"\\nmajor_outage\"");
	p = post_of("A");
	same(post_claim(&p, "Mail, inbound", &t), "major_outage", "a claim of a component");
	same(post_claim(&p, "Web", &t), "", "none of another");
	same(post_claim(&p, "Mail", &t), "", "nor of what it does not name");
	ok(post_is_current(&p, now), "it is current");
	text_release(&t);
}

int main(void)
{
	test_course();
	test_refused();
	test_times();
	test_corrections();
	test_retractions();
	test_maintenance();
	test_late();
	test_claims();
	board_free(board);
	return done_testing();
}
