/* tests/unit/board: cards come, change and go, in the order of their ids. */
#include "../../core/board/board.h"

#include <stdlib.h>

#include "../lib/tap.h"

static bool take(struct board *b, const char *source)
{
	char at[4096];
	static struct line l;

	snprintf(at, sizeof at, "%s", source);
	return !line_parse(&l, at, strlen(at)) && board_take(b, &l);
}

static void ids(const struct board *b, const char *wanted, const char *name)
{
	struct text t = {0};

	for (size_t i = 0; i < board_count(b, "post"); i++)
		text_printf(&t, "%s ", board_at(b, "post", i)->id);
	same(text_get(&t), wanted, name);
	text_release(&t);
}

static void come_and_go(struct board *b)
{
	ok(!board_count(b, "post") && !board_at(b, "post", 0) && !board_find(b, "post", "1"),
	   "an empty board has no card");
	ok(take(b, "card B kind=post version=1 at_us=5 by=ann title=\"two words\" "
		   "services=\"a\\nbc\""),
	   "a card is taken");
	ok(take(b, "card D kind=post version=1 at_us=6") &&
		   take(b, "card A kind=post version=1 at_us=7") &&
		   take(b, "card C kind=post version=1 at_us=8"),
	   "others, out of order");
	ids(b, "A B C D ", "cards stand in the order of their ids");
	ok(take(b, "card C kind=post version=2 at_us=9 gone=1"), "one goes");
	ok(take(b, "card X kind=post version=2 at_us=9 gone=1"), "one goes that was not known");
	ids(b, "A B D ", "it is gone");
	ok(!board_find(b, "post", "C") && board_find(b, "post", "D"), "by its id, too");
}

static void words(struct board *b)
{
	const struct card *c = board_find(b, "post", "B");
	struct text t = {0};

	same(c->by, "ann", "who wrote it");
	same(card_get(c, "title"), "two words", "a word");
	same(card_get(c, "kind"), "", "what the card says of itself is no word");
	ok(card_int(c, "title", 3) == 3 && card_int(c, "none", -1) == -1, "no number");
	ok(card_lists(c, "services", "a") && card_lists(c, "services", "bc") &&
		   !card_lists(c, "services", "b") && !card_lists(c, "services", ""),
	   "items of a list");
	card_write(&t, "card", "post", c);
	same(text_get(&t),
	     "card B kind=post version=1 at_us=5 first_us=5 by=ann title=\"two words\" "
	     "services=\"a\\nbc\"\n",
	     "a card is written as it is read");
	text_release(&t);
}

static void versions(struct board *b)
{
	uint64_t before = board_changes(b, "post"), all = board_changes(b, "");

	ok(take(b, "card B kind=post version=3 at_us=9 first_us=5 title=new"), "a newer version");
	same(card_get(board_find(b, "post", "B"), "title"), "new",
	     "takes the place of the old one");
	ok(!take(b, "card B kind=post version=2 at_us=10 title=old"), "an older one does not");
	ok(board_changes(b, "post") == before + 1 && board_changes(b, "") == all + 1,
	   "one change is counted");
	ok(take(b, "card B kind=user version=1 at_us=5") && board_changes(b, "post") == before + 1,
	   "kinds are apart");
}

static void nonsense(struct board *b)
{
	char line[64];
	size_t kinds = 0;

	ok(!take(b, "card - kind=post version=1") && !take(b, "card B version=1") &&
		   !take(b, "card B kind=post") && !take(b, "card B kind=post version=-1"),
	   "what is no card is refused");
	for (size_t i = 0; i < 2 * BOARD_KINDS; i++) {
		snprintf(line, sizeof line, "card A kind=k%zu version=1", i);
		kinds += take(b, line);
	}
	ok(kinds == BOARD_KINDS - 2, "there are only so many kinds");
}

static void order(void)
{
	struct board *b = board_new();
	char line[64];
	bool is_sorted = true;

	srand(7);
	for (size_t i = 0; i < 2000; i++) {
		snprintf(line, sizeof line, "card %06d kind=post version=1%s", rand() % 500,
			 rand() % 3 ? "" : " gone=1");
		take(b, line);
	}
	for (size_t i = 1; i < board_count(b, "post"); i++)
		is_sorted &= strcmp(board_at(b, "post", i - 1)->id, board_at(b, "post", i)->id) < 0;
	ok(is_sorted && board_count(b, "post") > 100, "2,000 changes leave the order");
	board_free(b);
}

int main(void)
{
	struct board *b = board_new();

	come_and_go(b);
	words(b);
	versions(b);
	nonsense(b);
	order();
	board_free(b);
	return done_testing();
}
