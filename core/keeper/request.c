/* keeper/request: visitors ask for a monitor that is not there (features row 131): kept as cards of
 * the kind `request` for whoever administers, with the words `page what why state`(open accepted
 * refused)` said`. Nothing is probed because a stranger asked: a person decides, and writes the
 * configuration. */
#include <string.h>

#include "subscriber_inside.h"

#define WHAT_BYTES 300
#define WHY_BYTES  1000

static const struct {
	const char *word;
	size_t least, most;
	const char *wrong;
} field[] = {
	{"what", 3, WHAT_BYTES, "say which address or service is meant, in at most 300 characters"},
	{"why", 0, WHY_BYTES, "say why in at most 1,000 characters"},
};

static const char *judge(struct keeper *k, const struct line *l)
{
	size_t size;

	if (!told_page_find(k, line_get(l, "page")))
		return "there is no such page";
	for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
		size = strlen(line_get(l, field[i].word));
		if (size < field[i].least || size > field[i].most)
			return field[i].wrong;
	}
	return NULL;
}

static size_t count_open(const struct keeper *k)
{
	size_t count = 0;

	for (size_t i = 0; i < board_count(k->board, "request"); i++)
		count += !strcmp(card_get(board_at(k->board, "request", i), "state"), "open");
	return count;
}

static const char *too_many(struct keeper *k, const char *net)
{
	struct limit *limit = &k->subscribers->requests;

	if (count_open(k) >= REQUESTS_MOST)
		return "too many requests wait for an answer already: try again another day";
	if (!limit_allows(limit, net, k->now_us))
		return "your network has asked for enough today: try again tomorrow";
	limit_count(limit, net, k->now_us);
	return NULL;
}

/* One line a paragraph, without anything a terminal or a page could be tricked with. */
static void add_safe(struct text *card, const char *key, const char *value)
{
	struct text safe = {0};
	size_t n;

	for (; *value; value += n + (value[n] == '\n')) {
		n = strcspn(value, "\n");
		text_puts(&safe, safe.size ? "\n" : "");
		text_add_safe(&safe, value, n - (n && value[n - 1] == '\r'), WHY_BYTES);
	}
	line_add(card, key, text_get(&safe));
	text_release(&safe);
}

void request_ask(struct keeper *k, int64_t client, const struct line *l)
{
	const char *why = judge(k, l);
	struct text net = {0}, *t;

	limit_net(&net, line_get(l, "address"));
	if (!why)
		why = too_many(k, text_get(&net));
	text_release(&net);
	if (why) {
		status_end(k, client, "wrong", why);
		return;
	}
	t = board_begin(k, "request", "", "");
	line_add(t, "page", told_page_find(k, line_get(l, "page"))->name);
	line_add(t, "state", "open");
	add_safe(t, "what", line_get(l, "what"));
	add_safe(t, "why", line_get(l, "why"));
	board_end(k);
	board_answer(k, client, "Thank you. A person will look at it.", NULL);
}

void request_ask_close(struct keeper *k, int64_t client, const struct line *l)
{
	static const char *const but[] = {"state", "said", NULL};
	const struct card *c = board_find(k->board, "request", l->id);
	bool is_accepted = line_int(l, "accept", 0) == 1;
	struct text *t;

	if (!c) {
		status_end(k, client, "wrong", "there is no such request: nines request list");
		return;
	}
	if (strcmp(card_get(c, "state"), "open")) {
		status_end(k, client, "wrong", "it was answered already");
		return;
	}
	t = board_begin(k, "request", l->id, line_get(l, "by"));
	line_add(t, "state", is_accepted ? "accepted" : "refused");
	line_add(t, "said", line_get(l, "said"));
	card_words(t, c, but);
	board_end(k);
	board_answer(k, client, is_accepted ? "accepted: now write its check" : "refused", l->id);
}
