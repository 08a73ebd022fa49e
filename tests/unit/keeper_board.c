/* Cards in the keeper: versions, what the record hears, who is told, what the next keeper knows,
 * and who does not keep up. */
#include "../../core/keeper/board.h"
#include "../lib/keeper.h"

static int closed;

static void note_close(void *with, struct keeper_end is)
{
	(void)with;
	closed = (int)is.number;
}

static struct text *answer(struct world *w, int client)
{
	return &w->to[END_CLIENT][client];
}

static const struct card *write_card(struct world *w, const char *kind, const char *id,
				     const char *title)
{
	line_add(board_begin(w->k, kind, id, "ann"), "title", title);
	return board_end(w->k);
}

static void settle(struct world *w)
{
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_settle(w);
}

static void ask(struct world *w, int client, const char *request)
{
	text_clear(answer(w, client));
	world_say(w, END_CLIENT, client, request);
}

static void test_versions(void)
{
	struct world *w = world_new();
	const struct card *c = write_card(w, "post", "", "first");
	char id[24], line[200];

	snprintf(id, sizeof id, "%s", c->id);
	ok(strlen(id) == 12 && c->version == 1 && c->at_us == WALL && !strcmp(c->by, "ann"),
	   "a new card has an id of its own, version 1, the time and who wrote it");
	w->now += 5 * SECOND;
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	c = write_card(w, "post", id, "second");
	ok(c->version == 2 && c->first_us == WALL && c->at_us == WALL + 5 * SECOND &&
		   board_count(w->k->board, "post") == 1,
	   "the next version keeps the id and the time of the first");
	settle(w);
	snprintf(line, sizeof line,
		 "5 card %s kind=post version=2 at_us=%lld first_us=%lld by=ann title=second\n", id,
		 (long long)(WALL + 5 * SECOND), (long long)WALL);
	ok(strstr(text_get(&w->log), line) != NULL, "the record hears it: %s", text_get(&w->log));
	board_remove(w->k, "post", id, "bob");
	settle(w);
	ok(!board_count(w->k->board, "post") && count_of(&w->log, "by=bob gone=1") == 1,
	   "one that is removed is gone, and the record hears that");
	world_free(w);
}

static void test_limits(void)
{
	struct world *w = world_new();
	char *big = calloc(1, CARD_BYTES + 1);
	struct text *t;

	memset(big, 'x', CARD_BYTES - 200);
	ok(write_card(w, "post", "A", big) != NULL, "a card of nearly %d bytes is taken",
	   CARD_BYTES);
	memset(big, '\n', CARD_BYTES - 200);
	ok(!write_card(w, "post", "A", big) && board_find(w->k->board, "post", "A")->version == 1,
	   "one that is longer as a line is not, and nothing has changed");
	t = board_begin(w->k, "post", "A", "ann");
	for (int i = 0; i < LINE_WORDS; i++)
		line_add_int(t, "word", i);
	ok(!board_end(w->k), "nor one of too many words");
	settle(w);
	ok(count_of(&w->log, " card ") == 1, "the record hears of neither");
	free(big);
	world_free(w);
}

static void test_watch(void)
{
	struct world *w = world_new();

	write_card(w, "post", "A", "one");
	write_card(w, "secret", "B", "two");
	ask(w, 1, "watch -");
	ok(count_of(answer(w, 1), "card A ") == 1 && !count_of(answer(w, 1), "two") &&
		   count_of(answer(w, 1), "end - watched=1\n") == 1,
	   "a client sees posts, no secrets: %s", text_get(answer(w, 1)));
	ask(w, 2, "watch - kind=post once=1");
	ask(w, 3, "watch - kind=user");
	write_card(w, "post", "A", "three");
	write_card(w, "user", "U", "four");
	ok(count_of(answer(w, 1), "version=2 ") == 1 && !count_of(answer(w, 1), "four"),
	   "it is told of changes of what it may see");
	ok(count_of(answer(w, 2), "card A ") == 1, "one that asked once is not");
	ok(!strcmp(text_get(answer(w, 3)), "end - watched=1\n"),
	   "nor one that asked for another kind");
	board_remove(w->k, "post", "A", "");
	ok(count_of(answer(w, 1), "gone=1") == 1, "of an end, too");
	world_say(w, END_CLIENT, 1, "closed -");
	text_clear(answer(w, 1));
	write_card(w, "post", "C", "five");
	ok(!answer(w, 1)->size, "a client that has gone is not told");
	world_free(w);
}

static struct text web;

static struct text *web_line(void *with, struct keeper_end to)
{
	return to.number == KEEPER_WEB + 1 ? &web : world_line(with, to);
}

static void test_web(void)
{
	struct world *w = world_new();

	w->out.line = web_line;
	write_card(w, "secret", "A", "one");
	world_say(w, END_CLIENT, KEEPER_WEB + 1, "watch -");
	ok(count_of(&web, "card A kind=secret") == 1, "the web sees secrets: %s", text_get(&web));
	text_release(&web);
	world_free(w);
}

/* More cards than one tick tells, changed meanwhile. */
static void test_long(void)
{
	struct world *w = world_new();
	char id[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "%04d", i);
		write_card(w, "post", id, "old");
	}
	ask(w, 1, "watch -");
	ok(count_of(answer(w, 1), "title=old") == 200, "a long answer comes in pieces");
	write_card(w, "post", "0000", "new");
	write_card(w, "post", "0999", "new");
	board_remove(w->k, "post", "0199", "");
	board_remove(w->k, "post", "0200", "");
	world_run(w, SECOND);
	ok(count_of(answer(w, 1), "title=old") == 998 && count_of(answer(w, 1), "title=new") == 3 &&
		   count_of(answer(w, 1), "card ") == 1003 &&
		   count_of(answer(w, 1), "end - watched=1\n") == 1,
	   "nothing is missed, whatever changes meanwhile");
	world_free(w);
}

static void test_slow(void)
{
	struct world *w = world_new();

	w->out.close = note_close;
	ask(w, 1, "watch -");
	w->is_gone[END_CLIENT][1] = true; /* its queue is full */
	write_card(w, "post", "A", "one");
	ok(closed == 1, "who does not keep up is closed");
	w->is_gone[END_CLIENT][1] = false;
	text_clear(answer(w, 1));
	write_card(w, "post", "B", "two");
	ok(!answer(w, 1)->size, "and told nothing more, for it has missed something");
	world_free(w);
}

static void test_resume(void)
{
	struct world *w = world_new();

	world_tell(w, END_PARENT, "start keeper resume=1");
	ask(w, 1, "watch -");
	ok(!answer(w, 1)->size, "nobody is answered before the record was read");
	world_tell(w, END_RECORDER,
		   "resume-card A kind=post version=7 at_us=5 first_us=3 by=ann title=\"a b\"");
	world_tell(w, END_RECORDER, "resumed -");
	ok(board_find(w->k->board, "post", "A")->version == 7, "a card comes back");
	world_run(w, SECOND);
	ok(count_of(answer(w, 1), "card A kind=post version=7 at_us=5 first_us=3 by=ann") > 0 &&
		   count_of(answer(w, 1), "end - watched=1\n") == 1,
	   "then who asked is told: %s", text_get(answer(w, 1)));
	ok(write_card(w, "post", "A", "new")->version == 8, "its versions go on");
	board_remove(w->k, "post", "A", "");
	world_tell(w, END_RECORDER, "resume-card A kind=post version=8 at_us=5");
	ok(!board_find(w->k->board, "post", "A"),
	   "a recorder that comes anew brings nothing back that is gone");
	settle(w);
	ok(!count_of(&w->log, "card A kind=post version=7"), "what was recorded is not again");
	world_free(w);
}

static int recorded(struct world *w, const char *id, const char *what)
{
	char begin[64];
	int n = 0;

	snprintf(begin, sizeof begin, " card %s ", id);
	for (const char *at = text_get(&w->log); (at = strstr(at, begin)); at++) {
		const char *end = strchr(at, '\n'), *found = strstr(at, what);

		n += found && found < end;
	}
	return n;
}

/* The recorder is gone for so long that lines had to be dropped, cards among them. What went just
 * before was told it, and never committed. */
static void test_dropped(bool is_before)
{
	struct world *w = world_new();
	char *big = calloc(1, 40001), id[16];
	int missing = 0;

	write_card(w, "post", "gone", "x");
	write_card(w, "post", "kept", "x");
	write_card(w, "post", "back", "x");
	settle(w);
	if (is_before) {
		board_remove(w->k, "post", "gone", "");
		board_remove(w->k, "post", "back", "");
		world_run(w, w->now - START);
	}
	w->is_gone[END_RECORDER][0] = true;
	world_say(w, END_RECORDER, 0, "closed -");
	if (!is_before)
		board_remove(w->k, "post", "gone", "");
	write_card(w, "post", "back", "again");
	write_card(w, "post", "kept", "new");
	memset(big, 'x', 40000);
	for (int i = 0; i < 500; i++) {
		snprintf(id, sizeof id, "%03d", i);
		write_card(w, "update", id, big);
	}
	world_run(w, 5 * SECOND);
	ok(w->k->spool.dropped > 50, "more was written than can wait");
	w->is_gone[END_RECORDER][0] = false;
	text_clear(&w->log);
	world_say(w, END_PARENT, 0, "recorder -");
	world_run(w, 30 * SECOND);
	for (int i = 0; i < 500; i++) {
		snprintf(id, sizeof id, "%03d", i);
		missing += !recorded(w, id, "version=1");
	}
	ok(!missing && recorded(w, "kept", "title=new"),
	   "the record hears of each card once it is there again: %d missing", missing);
	ok(recorded(w, "gone", "gone=1"), "and of what is gone%s",
	   is_before ? ", since a moment before the recorder went" : "");
	ok(!recorded(w, "back", "gone=1") && recorded(w, "back", "title=again"),
	   "not of what came back");
	text_clear(&w->log);
	world_run(w, 60 * SECOND);
	ok(!count_of(&w->log, " card "), "once");
	free(big);
	world_free(w);
}

int main(void)
{
	test_versions();
	test_limits();
	test_watch();
	test_web();
	test_long();
	test_slow();
	test_resume();
	test_dropped(false);
	test_dropped(true);
	return done_testing();
}
