/* Posts in the keeper: drafts and posts that begin by themselves, what stops them, the windows of
 * a maintenance, and keepers that end at any minute. */
#include "../../core/board/post.h"
#include "../../core/base/clock.h"
#include "../../core/keeper/board.h"
#include "../lib/keeper.h"

static const char *canned =
	"services=\"a\\nS\" state=down title=\"{{name}}: {{state}}\" "
	"text=\"Since {{since}} {{name}} fails.\" resolve=\"{{name}} is back.\" "
	"impact=major post=auto after_us=300000000";

static void configure(struct world *w, const char *words)
{
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "module tcp build=1");
	world_tell(w, END_PARENT, "define a module=tcp every_us=60000000 recheck_us=10000000");
	world_tell(w, END_PARENT,
		   "define b module=tcp every_us=60000000 recheck_us=10000000 title=\"Box B\"");
	world_tell(w, END_PARENT, "service S members=b need=1");
	if (*words)
		world_tell(w, END_PARENT, "canned c %s", words);
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_settle(w);
}

static int64_t b_from, b_to;

/* `a` as of the world, `b` in a span of its own. */
static const char *some_down(struct world *w, const struct order *o)
{
	int64_t at = w->now - START;

	if (!strcmp(o->name, "b"))
		return at >= b_from && at < b_to
			       ? "verdict=down reason=x step=connect elapsed_us=9 "
				 "steps=connect:9!"
			       : always_up(w, o);
	return down_for_a_while(w, o);
}

static struct world *begin(const char *words, int from, int to)
{
	struct world *w = world_new();

	b_from = b_to = 0;
	w->answer = some_down;
	w->down_from = from * MINUTE;
	w->down_to = to * MINUTE;
	configure(w, words);
	return w;
}

static struct post post_at(struct world *w, size_t i)
{
	struct post p = {.title = "(none)", .state = "(none)"};
	const struct card *c = board_at(w->k->board, "post", i);

	if (c)
		post_read(c, &p);
	return p;
}

/* "stage state title" of the only post; "(none)". */
static const char *at(struct world *w, int minute)
{
	static char text[300];
	struct post p;

	world_run(w, minute * MINUTE);
	p = post_at(w, 0);
	if (!p.card)
		return "(none)";
	snprintf(text, sizeof text, "%s %s %s", post_stage_name[p.stage], p.state, p.title);
	return text;
}

static struct update update_at(struct world *w, size_t i)
{
	const struct card *all[20];
	struct update u = {.body = "(none)"};

	if (post_at(w, 0).card && i < post_updates(w->k->board, post_at(w, 0).card->id, all, 20))
		update_read(all[i], &u);
	return u;
}

static void test_auto(void)
{
	struct world *w = begin(canned, 10, 30);
	struct text t = {0};
	int64_t start_us;

	same(at(w, 9), "(none)", "nothing fails, nothing is written");
	same(at(w, 12), "draft investigating a: down", "as soon as it fails there is a draft");
	start_us = post_at(w, 0).start_us;
	ok(start_us >= WALL + 10 * MINUTE && start_us < WALL + 11 * MINUTE,
	   "it began with the first failed probe");
	same(at(w, 14), "draft investigating a: down", "which waits");
	same(at(w, 16), "published investigating a: down", "and is published when it still fails");
	text_puts(&t, "Since 2026-11-21 19:50 UTC a fails.");
	same(update_at(w, 0).body, t.at, "in the words written beforehand");
	same(post_at(w, 0).components, "a", "it is of what fails");
	same(post_at(w, 0).states, "major_outage", "and says what of it");
	same(at(w, 32), "published resolved a: down", "it is resolved when it works again");
	same(update_at(w, 1).body, "a is back.", "in words written beforehand, too");
	ok(post_at(w, 0).end_us == start_us + 20 * MINUTE, "and ends when that was seen");
	same(at(w, 200), "published resolved a: down", "nothing more comes of it");
	ok(board_count(w->k->board, "post") == 1 && !update_at(w, 2).card, "nor another");
	text_release(&t);
	world_free(w);
}

static void test_short(void)
{
	struct world *w = begin(canned, 10, 13);

	same(at(w, 12), "draft investigating a: down", "a draft");
	same(at(w, 15), "(none)", "of a short failure is gone");
	ok(!board_count(w->k->board, "update"), "with all that was written");
	world_free(w);
	w = begin("services=a state=down title=x text=y resolve=z impact=major post=draft "
		  "after_us=300000000",
		  10, 30);
	same(at(w, 25), "draft investigating x", "a draft for people stays one");
	same(at(w, 32), "draft resolved x", "and knows that it is over");
	world_free(w);
	w = begin("services=a state=down title=x text=y resolve=z impact=major post=off "
		  "after_us=300000000",
		  10, 30);
	same(at(w, 25), "(none)", "nothing where nothing is wanted");
	world_free(w);
	w = begin("", 10, 30);
	same(at(w, 25), "(none)", "nor without a section");
	world_free(w);
}

/* What people do with a draft or post, and how it stands at minute 60 of a failure of 10 to 30. */
static const struct {
	const char *title, *request;
	int minute;
	const char *wanted;
	int posts;
} people[] = {
	{"a draft that is changed is not published by itself", "title=mine", 12,
	 "draft investigating mine", 1},
	{"one that is published goes on by people", "act=publish title=mine", 12,
	 "published investigating mine", 1},
	{"one that is withdrawn is not made again", "act=withdraw", 12,
	 "withdrawn investigating a: down", 1},
	{"nor a post", "act=withdraw", 20, "withdrawn investigating a: down", 1},
	{"one that is updated is not resolved by itself", "state=identified body=x", 20,
	 "published identified a: down", 1},
	{"nor made again when it was resolved while it failed", "state=resolved body=x", 20,
	 "published resolved a: down", 1},
};

static const char *request(struct world *w, const char *words)
{
	static char line[2000];

	snprintf(line, sizeof line, "post %s %s by=ann", post_at(w, 0).card->id, words);
	return world_ask(w, line);
}

static void test_people(void)
{
	for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
		struct world *w = begin(canned, 10, 30);
		const char *answer;

		world_run(w, people[i].minute * MINUTE);
		answer = request(w, people[i].request);
		ok(strstr(answer, "end - text=") != NULL, "%s: %s", people[i].request, answer);
		same(at(w, 60), people[i].wanted, people[i].title);
		ok((int)board_count(w->k->board, "post") == people[i].posts, "%s: %d posts",
		   people[i].title, people[i].posts);
		world_free(w);
	}
}

/* What people write themselves at a minute of a failure of 10 to 30, and what stands at minute 60.
 */
static const struct {
	const char *title, *request;
	int minute;
	const char *wanted;
	int posts;
} own[] = {
	{"a post that people wrote before is enough", "components=a", 11,
	 "published investigating by hand", 1},
	{"the draft that waits goes then", "components=a", 13,
	 "published investigating by hand", 1},
	{"one of another component is not", "components=b", 11, "published resolved a: down", 2},
	{"nor one that nobody sees", "draft=1 components=a", 11,
	 "published resolved a: down", 2},
	{"nor a failure's that was over before",
	 "components=a state=resolved start_us=1 end_us=2", 5,
	 "published resolved a: down", 2},
	{"what was told by itself before stays", "components=a", 20,
	 "published resolved a: down", 2},
};

static bool has_post(struct world *w, const char *wanted)
{
	char stands[300];

	for (size_t i = 0; i < board_count(w->k->board, "post"); i++) {
		struct post p = post_at(w, i);

		snprintf(stands, sizeof stands, "%s %s %s", post_stage_name[p.stage], p.state,
			 p.title);
		if (!strcmp(stands, wanted))
			return true;
	}
	return false;
}

static void test_own(void)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		struct world *w = begin(canned, 10, 30);
		const char *answer;
		char line[500];

		world_run(w, own[i].minute * MINUTE);
		snprintf(line, sizeof line,
			 "post - sort=incident title=\"by hand\" body=x by=ann %s", own[i].request);
		answer = world_ask(w, line);
		ok(strstr(answer, "end - text=") != NULL, "%s: %s", line, answer);
		at(w, 60);
		ok(has_post(w, own[i].wanted), "%s", own[i].title);
		ok((int)board_count(w->k->board, "post") == own[i].posts, "%s: %zu posts",
		   own[i].title, board_count(w->k->board, "post"));
		world_free(w);
	}
}

static void test_more(void)
{
	struct world *w = begin(canned, 10, 30);

	b_from = 20 * MINUTE;
	b_to = 40 * MINUTE;
	same(at(w, 22), "published investigating a: down", "something more fails");
	same(post_at(w, 0).components, "a\nS", "it is of both");
	same(update_at(w, 1).body, "Also affected: S.", "and says so");
	same(at(w, 35), "published investigating a: down", "one works again, the post goes on");
	same(post_at(w, 0).states, "operational\nmajor_outage", "it says which one works");
	same(at(w, 42), "published resolved a: down", "it ends with the last");
	same(update_at(w, 2).body, "a and S is back.", "of all");
	ok(board_count(w->k->board, "post") == 1, "it was one post");
	world_free(w);
}

#define FLOOD 400 /* checks, twice as many as a post may name */

/* More fails than a post has room for: it names so many, and says nothing again and again. */
static void test_flood(int width)
{
	struct world *w = world_new();
	struct text names = {0};
	const struct card *all[20];

	w->answer = down_for_a_while;
	w->down_from = 10 * MINUTE;
	w->down_to = 30 * MINUTE;
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "setting - void.share=1 void.minimum=100000");
	world_tell(w, END_PARENT, "module tcp build=1");
	for (int i = 0; i < FLOOD; i++) {
		world_tell(w, END_PARENT,
			   "define m%0*d module=tcp every_us=60000000 recheck_us=10000000", width,
			   i);
		text_printf(&names, "%sm%0*d", i ? "\\n" : "", width, i);
	}
	world_tell(w, END_PARENT,
		   "canned c services=\"%s\" state=down title=\"{{name}}\" text=\"{{name}}\" "
		   "resolve=\"{{name}}\" impact=major post=auto after_us=300000000",
		   text_get(&names));
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_settle(w);
	world_run(w, 25 * MINUTE);
	ok(board_count(w->k->board, "post") == 1 && post_at(w, 0).stage == POST_PUBLISHED,
	   "%d checks fail: there is one post", FLOOD);
	ok(post_at(w, 0).card && post_updates(w->k->board, post_at(w, 0).card->id, all, 20) <= 3,
	   "told in few words: %zu updates",
	   post_at(w, 0).card ? post_updates(w->k->board, post_at(w, 0).card->id, all, 20) : 0);
	ok(!strncmp(at(w, 40), "published resolved", 18), "and it ends with them: %s", at(w, 40));
	text_release(&names);
	world_free(w);
}

static void test_again(void)
{
	struct world *w = begin(canned, 10, 30);

	world_run(w, 60 * MINUTE);
	w->down_from = 70 * MINUTE;
	w->down_to = 90 * MINUTE;
	world_run(w, 80 * MINUTE);
	ok(board_count(w->k->board, "post") == 2 && post_at(w, 1).stage == POST_PUBLISHED,
	   "another failure is another post");
	world_free(w);
}

static void test_planned(void)
{
	struct world *w = begin(canned, 10, 30);
	struct text line = {0};

	text_puts(&line, "maintenance-add - services=a start=");
	clock_add_utc(&line, WALL + 5 * MINUTE, 0);
	text_puts(&line, " end=");
	clock_add_utc(&line, WALL + 40 * MINUTE, 0);
	world_ask(w, line.at);
	same(at(w, 60), "(none)", "what fails as planned is no incident");
	text_release(&line);
	world_free(w);
}

/* The cards and windows of a keeper, told to the next as the recorder would. */
static void hand_over(struct world *from, struct world *to)
{
	struct text t = {0};
	const char *kind;

	for (size_t i = 0; (kind = board_kind(from->k->board, i)); i++)
		for (size_t n = 0; n < board_count(from->k->board, kind); n++) {
			text_clear(&t);
			card_write(&t, "resume-card", kind, board_at(from->k->board, kind, n));
			t.at[--t.size] = '\0';
			world_say(to, END_RECORDER, 0, t.at);
		}
	text_release(&t);
}

/* The section goes from the configuration at minute 20 of a failure of 10 to 30. */
static void test_without_section(void)
{
	struct world *w = begin(canned, 10, 30);

	world_run(w, 20 * MINUTE);
	configure(w, "");
	same(at(w, 29), "published investigating a: down", "its section is gone: it stays open");
	same(at(w, 32), "published resolved a: down", "and ends when its check is up");
	same(update_at(w, 1).body, "a: works again.", "in words of nines' own");
	ok(post_at(w, 0).end_us / MINUTE == (WALL + 30 * MINUTE) / MINUTE &&
		   board_count(w->k->board, "post") == 1,
	   "in the minute in which it was up again, and nothing else begins");
	world_free(w);

	w = begin(canned, 10, 30);
	world_run(w, 20 * MINUTE);
	configure(w, "services=a title=x text=x resolve=x impact=major post=off");
	same(at(w, 32), "published resolved a: down",
	     "post = off begins nothing, and ends what is open");
	world_free(w);

	w = begin(canned, 10, 30);
	world_run(w, 12 * MINUTE);
	configure(w, "");
	same(at(w, 25), "draft investigating a: down",
	     "a draft is not published without a section");
	world_free(w);

	w = begin(canned, 10, 30);
	world_run(w, 20 * MINUTE);
	configure(w, "");
	world_run(w, 22 * MINUTE);
	configure(w, canned);
	same(at(w, 32), "published resolved a: down", "a section that comes back goes on with it");
	same(update_at(w, 1).body, "a is back.", "in its own words");
	world_free(w);
}

/* Its check goes with the section. */
static void test_without_check(void)
{
	struct world *w = begin(canned, 10, 30);

	world_run(w, 20 * MINUTE);
	world_tell(w, END_PARENT, "begin 2");
	world_tell(w, END_PARENT, "module tcp build=1");
	world_tell(w, END_PARENT, "define b module=tcp every_us=60000000 recheck_us=10000000");
	world_tell(w, END_PARENT, "end 2 problems=0");
	same(at(w, 21), "published resolved a: down", "what is watched no more ends");
	same(update_at(w, 1).body,
	     "This is no longer monitored: nothing more is told of it here.", "and says why");
	same(post_at(w, 0).components, "a", "it stays of what it was, not of everything");
	world_free(w);
}

/* The keeper dies at that minute; the next one knows the state, the incident and the cards. */
static void test_restarts(void)
{
	for (int minute = 1; minute < 40; minute++) {
		struct world *w = begin(canned, 10, 30), *next = world_new();
		bool is_down;

		world_run(w, minute * MINUTE + 7 * SECOND);
		is_down = strstr(world_incidents(w), "confirmed@") &&
			  !strstr(world_incidents(w), "closed@");
		next->now = w->now;
		next->wall_ahead = w->wall_ahead;
		next->answer = some_down;
		next->down_from = w->down_from;
		next->down_to = w->down_to;
		world_tell(next, END_PARENT, "start keeper resume=1");
		if (is_down)
			world_tell(next, END_RECORDER,
				   "resume a kind=check state=down since_us=%lld reason=x "
				   "incident=01 incident_us=%lld confirmed=1 due_us=%lld",
				   (long long)(WALL + 10 * MINUTE), (long long)(WALL + 10 * MINUTE),
				   (long long)(WALL + minute * MINUTE));
		hand_over(w, next);
		world_tell(next, END_RECORDER, "resumed -");
		configure(next, canned);
		ok(!strcmp(at(next, 90), "published resolved a: down") &&
			   board_count(next->k->board, "post") == 1 && !update_at(next, 2).card,
		   "a keeper that ends at minute %d: one post, told once and resolved: %s", minute,
		   at(next, 90));
		world_free(w);
		world_free(next);
	}
}

/* ---- maintenance ---- */

static const char *plan(int from, int to, const char *more)
{
	static char line[500];

	snprintf(line, sizeof line,
		 "post - sort=maintenance title=Disks body=New. components=a start_us=%lld "
		 "end_us=%lld by=ann %s",
		 (long long)(WALL + from * MINUTE), (long long)(WALL + to * MINUTE), more);
	return line;
}

/* What the client is told of the windows: "from-to" in minutes, those that are cancelled left out.
 */
static const char *windows(struct world *w)
{
	static char text[300];
	size_t size = 0;

	text[0] = '\0';
	for (const char *l = world_ask(w, "maintenance -"); (l = strstr(l, "window ")); l++) {
		const char *from = strstr(l, "from_us="), *to = strstr(l, "to_us=");

		size += (size_t)snprintf(text + size, sizeof text - size, "%s%d-%d",
					 size ? " " : "",
					 (int)((strtoll(from + 8, NULL, 10) - WALL) / MINUTE),
					 (int)((strtoll(to + 6, NULL, 10) - WALL) / MINUTE));
	}
	return text;
}

static void test_windows(void)
{
	struct world *w = begin("", 1000, 1000);
	char words[200];

	ok(strstr(world_ask(w, plan(120, 180, "")), "text=published id=") != NULL, "announced: %s",
	   text_get(&w->to[END_CLIENT][1]));
	same(windows(w), "120-180", "a maintenance is planned for the figures, too");
	snprintf(words, sizeof words, "body=Later. start_us=%lld end_us=%lld",
		 (long long)(WALL + 240 * MINUTE), (long long)(WALL + 300 * MINUTE));
	request(w, words);
	same(windows(w), "240-300", "it moves");
	same(at(w, 241), "published in_progress Disks", "it begins by itself");
	snprintf(words, sizeof words, "body=Longer. end_us=%lld", (long long)(WALL + 330 * MINUTE));
	request(w, words);
	same(windows(w), "300-330 240-300", "what is longer is planned behind what was announced");
	same(at(w, 331), "published completed Disks", "it ends by itself");
	world_free(w);

	w = begin("", 1000, 1000);
	world_ask(w, plan(120, 180, ""));
	request(w, "state=cancelled body=No.");
	same(windows(w), "", "a cancelled post takes its window along");
	world_free(w);

	w = begin("", 1000, 1000);
	world_ask(w, plan(120, 180, "impact=none components=\"\""));
	same(windows(w), "", "without impact nothing is planned");
	world_free(w);

	w = begin("", 1000, 1000);
	world_ask(w, plan(120, 180, "draft=1"));
	same(windows(w), "", "nor of a draft");
	same(at(w, 130), "draft scheduled Disks", "which does not begin");
	request(w, "act=publish");
	same(windows(w), "130-180", "published late, the rest is planned");
	request(w, "state=completed body=Done.");
	same(windows(w), "", "and freed when it is done");
	world_free(w);

	w = begin("", 1000, 1000);
	world_ask(w, plan(120, 180, ""));
	request(w, "act=correct components=b");
	same(windows(w), "120-180", "what it is of is corrected");
	ok(strstr(world_ask(w, "maintenance -"), " services=b ") != NULL,
	   "figures go by what it says now: %s", text_get(&w->to[END_CLIENT][1]));
	request(w, "act=correct impact=none");
	same(windows(w), "", "and by nothing where it has no impact");
	world_free(w);

	w = begin("", 1000, 1000);
	world_ask(w, plan(120, 180, ""));
	snprintf(words, sizeof words, "maintenance-cancel %s", post_at(w, 0).windows);
	world_ask(w, words);
	same(at(w, 1), "published cancelled Disks", "whoever cancels the window cancels the post");
	world_free(w);
}

/* How often subscribers were told something: a card `sending` each time (subscriber_tell.c). */
static int told(struct world *w)
{
	world_settle(w);
	return count_of(&w->log, "kind=sending version=1 ");
}

static void subscribe(struct world *w)
{
	struct text *t = board_begin(w->k, "subscriber", "", "");

	line_add(t, "to", "email:ann@example.org");
	line_add(t, "page", "status");
	board_end(w->k);
}

static void test_told(void)
{
	struct world *w = begin(canned, 10, 30);

	subscribe(w);
	world_run(w, 14 * MINUTE);
	ok(told(w) == 0, "nobody is told of a draft");
	world_run(w, 16 * MINUTE);
	ok(told(w) == 1, "subscribers are told as it is published: %d", told(w));
	world_run(w, 40 * MINUTE);
	ok(told(w) == 2, "and of its end: %d", told(w));
	world_free(w);

	w = begin("", 1000, 1000);
	subscribe(w);
	world_ask(w, plan(120, 180, ""));
	world_run(w, MINUTE);
	ok(told(w) == 1, "of a maintenance as it is announced: %d", told(w));
	world_run(w, 61 * MINUTE);
	ok(told(w) == 2, "an hour before: %d", told(w));
	world_run(w, 121 * MINUTE);
	ok(told(w) == 3, "as it begins: %d", told(w));
	world_run(w, 200 * MINUTE);
	ok(told(w) == 4, "and as it ends: %d", told(w));
	request(w, "act=correct title=Disks2");
	world_run(w, 201 * MINUTE);
	ok(told(w) == 4 && !strcmp(post_at(w, 0).title, "Disks2"), "not of a correction");
	world_ask(w, "post - title=x body=y quiet=1");
	world_ask(w, "post - title=x body=y start_us=1795200000000000 end_us=1795203600000000");
	world_ask(w, "post - title=x body=y draft=1");
	world_run(w, 202 * MINUTE);
	ok(told(w) == 4 && board_count(w->k->board, "post") == 4,
	   "nor quietly, of history, of drafts");
	world_free(w);
}

static void test_refused(void)
{
	struct world *w = begin("", 1000, 1000);

	ok(strstr(world_ask(w, "post 77 body=x"), "wrong=\"no post has this id") != NULL,
	   "an unknown id");
	ok(strstr(world_ask(w, "post - title=x body=y components=SS"), "did you mean 'S'?") != NULL,
	   "a name that is misspelt");
	world_ask(w, "post - title=x body=y components=S");
	ok(post_at(w, 0).card != NULL, "a service is a component");
	ok(strstr(request(w, "pages=statsu body=z"), "did you mean 'status'") &&
		   strstr(request(w, "pages=status body=z"), "text=updated"),
	   "without a section there is one page");
	ok(strstr(request(w, "components=a body=z quiet=1"), "text=\"changed, nobody is told\""),
	   "told nobody");
	world_free(w);
}

/* Many corrections of a long text come to an end before the card does. */
static void test_long(void)
{
	struct world *w = begin("", 1000, 1000);
	char *body = calloc(1, 20000), *line = calloc(1, 60000);
	struct text t = {0};
	int taken = 0;

	memset(body, 'x', 12000);
	snprintf(line, 60000, "post - title=x body=%s by=ann", body);
	world_say(w, END_CLIENT, 1, line);
	for (int i = 0; i < 8; i++) {
		body[0] = (char)('a' + i);
		snprintf(line, 60000, "post %s act=correct update=%s body=%s by=ann",
			 post_at(w, 0).card->id, update_at(w, 0).card->id, body);
		text_clear(&w->to[END_CLIENT][1]);
		world_say(w, END_CLIENT, 1, line);
		taken += strstr(text_get(&w->to[END_CLIENT][1]), "text=") != NULL;
	}
	ok(taken == 3 && strstr(text_get(&w->to[END_CLIENT][1]), "too long") != NULL,
	   "corrections that would not fit are refused, none is lost: %d", taken);
	ok(update_at(w, 0).body[0] == 'c', "what was taken stands");
	subscribe(w);
	memset(body, '\r', 10000); /* as a line four times as long */
	body[0] = 'x';
	body[10000] = '\0';
	text_clear(&t);
	text_puts(&t, "post - title=y by=ann");
	line_add(&t, "body", body);
	text_puts(&t, " components=\"a");
	for (int i = 0; i < 2000; i++)
		text_puts(&t, "\\na");
	text_puts(&t, "\"");
	text_clear(&w->to[END_CLIENT][1]);
	world_say(w, END_CLIENT, 1, t.at);
	ok(strstr(text_get(&w->to[END_CLIENT][1]), "more than 200 components") != NULL,
	   "components have an end");
	text_clear(&t);
	text_puts(&t, "post - title=y by=ann");
	line_add(&t, "body", body);
	text_clear(&w->to[END_CLIENT][1]);
	world_say(w, END_CLIENT, 1, t.at);
	world_run(w, MINUTE);
	ok(told(w) == 1, "a text as long as can be is told: %s", text_get(&w->to[END_CLIENT][1]));
	memset(body, '\r', 12080);
	body[0] = 'x';
	body[12080] = '\0';
	text_clear(&t);
	text_puts(&t, "post - by=ann title=\"");
	for (int n = 0; n < 100; n++)
		text_puts(&t, "\\xd0\\xb4");
	text_puts(&t, "\"");
	line_add(&t, "body", body);
	text_clear(&w->to[END_CLIENT][1]);
	world_say(w, END_CLIENT, 1, t.at);
	world_run(w, 2 * MINUTE);
	ok(told(w) == 2 && count_of(&w->log, "[...]") == 1, "one too long for that is cut: %.60s",
	   text_get(&w->to[END_CLIENT][1]));
	text_release(&t);
	free(body);
	free(line);
	world_free(w);
}

/* ---- whatever is asked ---- */

static const char *const any[] = {
	"sort=maintenance",
	"sort=news",
	"sort=incident",
	"title=x",
	"title=\"\"",
	"body=y",
	"body=\"\"",
	"components=a",
	"components=S",
	"components=b",
	"components=zz",
	"components=\"a\\nS\\nb\"",
	"states=operational",
	"impact=none",
	"impact=outage",
	"impact=major",
	"state=resolved",
	"state=identified",
	"state=completed",
	"state=in_progress",
	"state=cancelled",
	"state=postmortem",
	"state=scheduled",
	"state=published",
	"draft=1",
	"quiet=1",
	"act=publish",
	"act=withdraw",
	"act=correct",
	"act=update",
	"tell=1",
	"remind_us=60000000",
	"start_us=0",
	"end_us=-1",
	"event_us=1",
	"cause=attack",
	"pages=status",
	"update=x",
};

static void add_random(struct text *t, struct world *w)
{
	int kind = rand() % 8;
	int64_t at_us = w->now + w->wall_ahead + (rand() % 400 - 100) * MINUTE;

	if (kind == 0)
		text_printf(t, " start_us=%lld", (long long)at_us);
	else if (kind == 1)
		text_printf(t, " end_us=%lld", (long long)at_us);
	else if (kind == 2)
		text_printf(t, " event_us=%lld", (long long)at_us);
	else
		text_printf(t, " %s", any[(size_t)rand() % (sizeof any / sizeof *any)]);
}

static bool is_sound(struct world *w)
{
	const struct card *c;
	struct post p;

	for (size_t i = 0; (c = board_at(w->k->board, "post", i)); i++) {
		const struct card *all[4];
		struct update u;
		size_t n = post_updates(w->k->board, c->id, all, 4);

		if (!post_read(c, &p) || !*p.title || !*p.state || !n)
			return false;
		for (size_t k = 0; k < n && k < 4; k++)
			if (!update_read(all[k], &u) || !*u.body || strcmp(u.post, c->id) != 0)
				return false;
		if (p.sort == POST_MAINTENANCE && post_is_ahead(&p) && strcmp(p.impact, "none") &&
		    !*p.windows)
			return false;
		if (p.end_us && p.end_us <= p.start_us)
			return false;
	}
	return true;
}

static void test_random(void)
{
	struct world *w = begin(canned, 10, 30);
	struct text t = {0};
	int unsound = 0, taken = 0;

	srand(11);
	for (int i = 0; i < 1000; i++) {
		size_t posts = board_count(w->k->board, "post");
		bool is_new = !posts || rand() % 5 == 0;

		text_clear(&t);
		text_printf(&t, "post %s by=ann",
			    is_new ? "-"
				   : board_at(w->k->board, "post", (size_t)rand() % posts)->id);
		if (is_new && rand() % 2)
			text_puts(&t, " title=x body=y components=a");
		if (!is_new && rand() % 2)
			text_puts(&t, " body=z");
		for (int n = rand() % 5; n--;)
			add_random(&t, w);
		taken += strstr(world_ask(w, t.at), " text=") != NULL;
		if (rand() % 4 == 0)
			world_run(w, w->now - START + (rand() % 30) * MINUTE);
		unsound += !is_sound(w);
	}
	ok(!unsound && taken > 100, "1,000 requests at random, %d taken: every post stays sound",
	   taken);
	text_release(&t);
	world_free(w);
}

int main(void)
{
	test_random();
	test_auto();
	test_short();
	test_people();
	test_own();
	test_more();
	test_flood(3);
	test_flood(100);
	test_again();
	test_planned();
	test_restarts();
	test_without_section();
	test_without_check();
	test_windows();
	test_told();
	test_refused();
	test_long();
	return done_testing();
}
