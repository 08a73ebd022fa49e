/* keeper/subscriber_limit: how often anybody is written to who has not said yes, and by whom (F53).
 *
 * A letter of confirmation stands in the card of whoever it goes to, of a subscriber or a claim, as
 * a line of the word `asked`: TIME NET, "" where who administers asked. A keeper that comes after
 * us counts those of the last day from there, so a restart gives nobody more. After a day nothing
 * of it is kept. See subscriber.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "subscriber_inside.h"

#define HOUR_US (3600 * KEEPER_SECOND)
#define DAY_US  (24 * HOUR_US)

void subscriber_net(struct text *net, int64_t client, const struct line *l)
{
	if (client_is_web(client) && !*line_get(l, "by"))
		limit_net(net, line_get(l, "address"));
}

static bool hour_allows(struct keeper *k)
{
	struct subscribers *s = k->subscribers;

	if (k->now_us - s->hour_us >= HOUR_US || !s->hour_us) {
		s->hour_us = k->now_us ? k->now_us : 1;
		s->sent = 0;
	}
	return s->sent < LETTERS_AN_HOUR;
}

/* ---- what a keeper before us has sent ---- */

/* The line of `asked` behind this one. */
static const char *behind(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static void count_letter(struct keeper *k, const char *box, const char *line)
{
	struct subscribers *s = k->subscribers;
	struct text net = {0};
	char *end;
	int64_t ago_us = k->wall_us - strtoll(line, &end, 10), at_us;

	ago_us = ago_us < 0 ? 0 : ago_us; /* the clock went back */
	at_us = k->now_us - ago_us;
	end += *end == ' ';
	text_add(&net, end, strcspn(end, "\n"));
	if (ago_us < DAY_US)
		limit_count(&s->letters, box, at_us);
	if (ago_us < HOUR_US && net.size)
		limit_count(&s->nets, net.at, at_us);
	s->sent += ago_us < HOUR_US && hour_allows(k);
	text_release(&net);
}

static const char *const asked_kind[] = {"subscriber", "claim"};
#define ASKED_KINDS (sizeof asked_kind / sizeof *asked_kind)

static void count_letters(struct keeper *k, const char *kind)
{
	struct text box = {0};
	const struct card *c;

	for (size_t i = 0; (c = board_at(k->board, kind, i)); i++) {
		text_clear(&box);
		subscriber_mailbox(&box, card_get(c, "to"));
		for (const char *line = card_get(c, "asked"); *line; line = behind(line))
			count_letter(k, text_get(&box), line);
	}
	text_release(&box);
}

/* Once the record has been read, before anybody asks. */
static void count_before(struct keeper *k)
{
	if (k->subscribers->is_counted)
		return;
	k->subscribers->is_counted = true;
	for (size_t i = 0; i < ASKED_KINDS; i++)
		count_letters(k, asked_kind[i]);
}

/* ---- one more ---- */

const char *subscriber_too_often(struct keeper *k, const char *net)
{
	count_before(k);
	if (*net && !limit_allows(&k->subscribers->nets, net, k->now_us))
		return "your network has asked too often: try again in an hour";
	if (!hour_allows(k))
		return "too many people are asking just now: try again in an hour";
	if (*net)
		limit_count(&k->subscribers->nets, net, k->now_us);
	return NULL;
}

bool subscriber_may_write(struct keeper *k, const char *to)
{
	struct subscribers *s = k->subscribers;
	struct text box = {0};
	bool may;

	subscriber_mailbox(&box, to);
	may = limit_allows(&s->letters, text_get(&box), k->now_us);
	if (may) {
		limit_count(&s->letters, text_get(&box), k->now_us);
		s->sent++;
	}
	text_release(&box);
	return may;
}

void subscriber_note_letter(struct keeper *k, struct text *card, const struct card *old,
			    const char *net)
{
	struct text asked = {0};

	for (const char *line = old ? card_get(old, "asked") : ""; *line; line = behind(line))
		if (k->wall_us - strtoll(line, NULL, 10) < DAY_US)
			text_printf(&asked, "%.*s\n", (int)strcspn(line, "\n"), line);
	text_printf(&asked, "%lld %s", (long long)k->wall_us, net);
	line_add(card, "asked", text_get(&asked));
	text_release(&asked);
}

/* The last of its letters of confirmation is no longer counted by anything. */
static bool is_stale(const struct keeper *k, const struct card *c)
{
	const char *asked = card_get(c, "asked"), *last = strrchr(asked, '\n');

	return *asked && k->wall_us - strtoll(last ? last + 1 : asked, NULL, 10) >= DAY_US;
}

static void forget_letters(struct keeper *k, const char *kind)
{
	static const char *const but[] = {"asked", NULL};
	const struct card *c;
	char id[24] = "";

	while ((c = board_next(k->board, kind, id))) {
		keeper_copy(id, sizeof id, c->id);
		if (!is_stale(k, c))
			continue;
		card_words(board_begin(k, kind, id, c->by), c, but);
		board_end(k);
	}
}

void subscriber_limits_sweep(struct keeper *k)
{
	struct subscribers *s = k->subscribers;

	count_before(k);
	for (size_t i = 0; i < ASKED_KINDS; i++)
		forget_letters(k, asked_kind[i]);
	limit_sweep(&s->letters, k->now_us);
	limit_sweep(&s->nets, k->now_us);
	limit_sweep(&s->guesses, k->now_us);
	limit_sweep(&s->requests, k->now_us);
	limit_sweep(&s->looks, k->now_us);
}
