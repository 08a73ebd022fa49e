/* tests/lib/subscribed.h: a keeper with pages that take subscribers and claims: the web that asks,
 * and couriers that deliver whatever they are given. */
#ifndef NINES_TESTS_SUBSCRIBED_H
#define NINES_TESTS_SUBSCRIBED_H

#include "../../core/keeper/board.h"
#include "../../core/keeper/subscriber.h"
#include "keeper.h"

#define CHOICE " all=1 kinds=\"incidents\\nmaintenance\\nnews\""
#define URL    "https://status.example.org"

static struct text web, mail;

static struct text *my_line(void *with, struct keeper_end to)
{
	if (to.kind == END_COURIER)
		return &mail;
	return to.kind == END_CLIENT && to.number > KEEPER_WEB ? &web : world_line(with, to);
}

static const struct keeper_out my_out = {.line = my_line};

static int at_once = 4;
static int64_t late_us; /* the next world begins so much later */

static void configure(struct world *w)
{
	static const char *const line[] = {
		"begin 1",
		"module tcp build=1",
		NULL, /* the channel email */
		"channel sms module=sms at_once=4 per_minute=6000 timeout_us=30000000",
		"channel hook module=webhook at_once=4 per_minute=6000 timeout_us=30000000",
		"channel log module=log at_once=4 per_minute=6000 timeout_us=30000000",
		"channel room module=chat at_once=4 per_minute=6000 timeout_us=30000000 "
		"opt.direct=1",
		"define smtp module=tcp every_us=60000000 recheck_us=10000000 title=\"Mail in\" "
		"site=mx.example.org owner=ops",
		"define web module=tcp every_us=60000000 recheck_us=10000000 "
		"site=http://web.example.org:8080",
		"service mail members=smtp need=1",
		"page shop title=\"The shop\" url=" URL " subscribe=\"email\\nsms\\nhook\\nroom\" "
		"audiences=\"admins\\nusers\" claims=yes",
		"page other title=Other url=https://other.example.org show=web subscribe=email "
		"claims=automatic",
		"end 1 problems=0",
	};

	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		if (line[i])
			world_tell(w, END_PARENT, "%s", line[i]);
		else
			world_tell(w, END_PARENT,
				   "channel email module=email at_once=%d per_minute=6000 "
				   "timeout_us=30000000",
				   at_once);
	world_say(w, END_PARENT, 0, "courier email number=1");
	world_say(w, END_PARENT, 0, "courier sms number=2");
	world_say(w, END_PARENT, 0, "courier hook number=3");
	world_say(w, END_PARENT, 0, "courier room number=4");
}

__attribute__((unused)) static struct world *begin(void)
{
	struct world *w = world_new();

	keeper_free(w->k);
	w->now += late_us;
	w->out = my_out;
	w->out.with = w;
	w->k = keeper_new(&w->out);
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_tell(w, END_PARENT, "recorder -");
	world_tell(w, END_PARENT, "prober 1 pool=general");
	text_clear(&mail);
	configure(w);
	world_run(w, late_us);
	return w;
}

/* The web asks; what is answered. */
__attribute__((unused)) static const char *ask(struct world *w, const char *request)
{
	text_clear(&web);
	world_say(w, END_CLIENT, KEEPER_WEB + 1, request);
	world_settle(w);
	return text_get(&web);
}

/* Takes what couriers were given: all of it is delivered. */
static void deliver_all(struct world *w, struct text *all)
{
	for (int again = 0; again < 400; again++) {
		struct text now = mail;
		const char *id;

		mail = (struct text){0};
		world_settle(w);
		text_add(all, text_get(&now), now.size);
		for (const char *at = text_get(&now); (id = strstr(at, "deliver ")); at = id + 8) {
			char answer[80];

			if (id != now.at && id[-1] != '\n')
				continue;
			snprintf(answer, sizeof answer, "outcome %.*s outcome=delivered",
				 (int)strcspn(id + 8, " "), id + 8);
			for (int courier = 1; courier <= 4; courier++)
				world_say(w, END_COURIER, courier, answer);
		}
		text_release(&now);
		world_run(w, w->now - START + SECOND);
		if (!mail.size && again > 3 && !board_count(w->k->board, "sending"))
			return;
	}
}

/* What stands behind `what` in the text, up to a `/`, blank, quote or backslash. */
__attribute__((unused)) static const char *behind(const struct text *t, const char *what)
{
	static char found[100];
	const char *at = strstr(text_get(t), what);

	snprintf(found, sizeof found, "%.*s", at ? (int)strcspn(at + strlen(what), "/ \"\\\n") : 0,
		 at ? at + strlen(what) : "");
	return found;
}

static void subscribe(struct world *w, const char *to, const char *more, struct text *letters)
{
	char request[600];

	snprintf(request, sizeof request, "subscribe - page=shop to=%s address=192.0.2.1%s%s", to,
		 *more ? " " : "", *more ? more : CHOICE);
	ok(strstr(ask(w, request), "end - text=") == web.at, "%s asks: %s", to, text_get(&web));
	text_clear(letters);
	deliver_all(w, letters);
}

/* Asks, opens the link, presses the button: the key by which it is managed. */
static void confirmed(struct world *w, const char *to, const char *more, char key[100])
{
	struct text letters = {0};
	char request[200];

	subscribe(w, to, more, &letters);
	snprintf(request, sizeof request, "subscribe-confirm %s",
		 behind(&letters, "/subscription/confirm/"));
	ok(strstr(ask(w, request), "end - text=\"You are subscribed.\"") != NULL, "yes: %s",
	   text_get(&web));
	snprintf(key, 100, "%s", behind(&web, "key="));
	text_release(&letters);
}

static void cards_to(struct world *from, struct world *to)
{
	struct text line = {0};
	const struct card *c;
	const char *kind;

	for (size_t i = 0; (kind = board_kind(from->k->board, i)); i++)
		for (size_t n = 0; (c = board_at(from->k->board, kind, n)); n++) {
			text_clear(&line);
			card_write(&line, "resume-card", kind, c);
			line.at[line.size - 1] = '\0';
			world_say(to, END_RECORDER, 0, line.at);
		}
	text_release(&line);
}

#endif
