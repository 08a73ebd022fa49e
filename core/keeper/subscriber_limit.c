/* keeper/subscriber_limit: how often anybody is written to who has not said yes, and by whom (F53);
 * how often a net guesses codes (F54) or asks for monitors.
 *
 * What is counted stands as a line TIME NET in the card that it is about, NET "" where who
 * administers asked: a letter of confirmation in the word `asked` of whoever it goes to, of a
 * subscriber or a claim; a request in its own `asked`; a wrong code in `guessed` of the subscriber
 * whose code it might have been, as none but that can ever be right. A keeper that comes after us
 * counts on from there, so a restart gives nobody more. What no limit counts any more is not kept.
 * See subscriber.h. */
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

/* ---- what a keeper before us has let through ---- */

/* The note behind this one. */
static const char *behind(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

struct note {
	int64_t ago_us, at_us;
	const char *net; /* "": who administers */
};

static void count_letter(struct keeper *k, const struct card *c, const struct note *n)
{
	struct subscribers *s = k->subscribers;
	struct text box = {0};

	subscriber_mailbox(&box, card_get(c, "to"));
	limit_count(&s->letters, text_get(&box), n->at_us);
	if (n->ago_us < HOUR_US && *n->net)
		limit_count(&s->nets, n->net, n->at_us);
	s->sent += n->ago_us < HOUR_US && hour_allows(k);
	text_release(&box);
}

static void count_request(struct keeper *k, const struct card *c, const struct note *n)
{
	(void)c;
	limit_count(&k->subscribers->requests, n->net, n->at_us);
}

static void count_guess(struct keeper *k, const struct card *c, const struct note *n)
{
	(void)c;
	if (*n->net)
		limit_count(&k->subscribers->guesses, n->net, n->at_us);
}

/* What is noted in which cards, and for how long it counts. */
static const struct noted {
	const char *kind, *word;
	int64_t kept_us;
	void (*count)(struct keeper *, const struct card *, const struct note *);
} noted[] = {
	{"subscriber", "asked", DAY_US, count_letter},
	{"claim", "asked", DAY_US, count_letter},
	{"request", "asked", DAY_US, count_request},
	{"subscriber", "guessed", HOUR_US, count_guess},
};
#define NOTED (sizeof noted / sizeof *noted)

static void count_line(struct keeper *k, const struct noted *of, const struct card *c,
		       const char *line)
{
	struct text net = {0};
	char *end;
	int64_t ago_us = k->wall_us - strtoll(line, &end, 10);

	ago_us = ago_us < 0 ? 0 : ago_us; /* the clock went back */
	end += *end == ' ';
	text_add(&net, end, strcspn(end, "\n"));
	if (ago_us < of->kept_us)
		of->count(k, c, &(struct note){ago_us, k->now_us - ago_us, text_get(&net)});
	text_release(&net);
}

static void count_noted(struct keeper *k, const struct noted *of)
{
	const struct card *c;

	for (size_t i = 0; (c = board_at(k->board, of->kind, i)); i++)
		for (const char *line = card_get(c, of->word); *line; line = behind(line))
			count_line(k, of, c, line);
}

void subscriber_limits_go_on(struct keeper *k)
{
	if (k->subscribers->is_counted)
		return;
	k->subscribers->is_counted = true;
	for (size_t i = 0; i < NOTED; i++)
		count_noted(k, &noted[i]);
}

/* ---- one more ---- */

const char *subscriber_too_often(struct keeper *k, const char *net)
{
	subscriber_limits_go_on(k);
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

void subscriber_note(struct keeper *k, struct text *card, const char *word, const struct card *old,
		     const char *net)
{
	struct text notes = {0};

	for (const char *line = old ? card_get(old, word) : ""; *line; line = behind(line))
		if (k->wall_us - strtoll(line, NULL, 10) < DAY_US)
			text_printf(&notes, "%.*s\n", (int)strcspn(line, "\n"), line);
	text_printf(&notes, "%lld %s", (long long)k->wall_us, net);
	line_add(card, word, text_get(&notes));
	text_release(&notes);
}

/* The last note is no longer counted by anything. */
static bool is_stale(const struct keeper *k, const struct noted *of, const struct card *c)
{
	const char *notes = card_get(c, of->word), *last = strrchr(notes, '\n');

	return *notes &&
	       k->wall_us - strtoll(last ? last + 1 : notes, NULL, 10) >= of->kept_us;
}

static void forget_noted(struct keeper *k, const struct noted *of)
{
	const char *const but[] = {of->word, NULL};
	const struct card *c;
	char id[24] = "";

	while ((c = board_next(k->board, of->kind, id))) {
		keeper_copy(id, sizeof id, c->id);
		if (!is_stale(k, of, c))
			continue;
		card_words(board_begin(k, of->kind, id, c->by), c, but);
		board_end(k);
	}
}

void subscriber_limits_sweep(struct keeper *k)
{
	struct subscribers *s = k->subscribers;

	subscriber_limits_go_on(k);
	for (size_t i = 0; i < NOTED; i++)
		forget_noted(k, &noted[i]);
	limit_sweep(&s->letters, k->now_us);
	limit_sweep(&s->nets, k->now_us);
	limit_sweep(&s->guesses, k->now_us);
	limit_sweep(&s->requests, k->now_us);
	limit_sweep(&s->looks, k->now_us);
}
