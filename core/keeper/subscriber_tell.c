/* keeper/subscriber_tell: news on its way to subscribers: a card `sending` says what is told, a
 * card `sent` of the same id up to which subscriber it has been written.
 *
 * So many letters a second, and none while enough of them wait: an alert never waits behind ten
 * thousand subscribers, neither here nor in the outbox. A keeper that comes after us goes on where
 * the cards stand: nobody is left out, and at most who was written to in the last second before a
 * crash hears it twice. See subscriber.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../board/post.h"
#include "alert_inside.h"
#include "outbox_inside.h"
#include "subscriber_inside.h"

#define LETTERS_A_SECOND 100
#define LOOKS_A_SECOND   10000 /* at subscribers, of all that is on its way */
#define SHARES           10 /* so many go on at a time */
#define UNTRIED_MOST     300
#define CUT_BYTES        3000 /* of a text; as a line four times as long */
#define FOREIGN_MOST     5000 /* half of what the outbox holds */

struct text *sending_begin(struct keeper *k, enum subscriber_kind kind, const char *pages,
			   const char *components)
{
	struct text *t = board_begin(k, "sending", "", "");

	line_add(t, "kinds", subscriber_kind_name[kind]);
	line_add(t, "pages", pages);
	line_add(t, "components", components);
	return t;
}

/* ---- what is told ---- */

static enum subscriber_kind kind_of(const struct card *sending)
{
	size_t i = 0;

	while (i < SUBSCRIBER_KINDS - 1 &&
	       strcmp(subscriber_kind_name[i], card_get(sending, "kinds")) != 0)
		i++;
	return (enum subscriber_kind)i;
}

static struct subscriber_news news_of(const struct card *s)
{
	return (struct subscriber_news){
		.pages = card_get(s, "pages"),
		.kind = kind_of(s),
		.components = card_get(s, "components"),
		.audiences = card_get(s, "audiences"),
		.is_outage = card_int(s, "outage", 0) == 1,
		.lasts_us = card_int(s, "lasts_us", 0),
		.told_us = card_int(s, "told_us", -1),
	};
}

/* As people call them, and only what the reader's page shows. */
static void add_names(struct text *names, const struct keeper *k, const struct told_page *p,
		      const char *components)
{
	char name[256];
	size_t n;

	for (; *components; components += n + (components[n] == '\n')) {
		n = strcspn(components, "\n");
		if (n >= sizeof name)
			continue;
		memcpy(name, components, n);
		name[n] = '\0';
		if (p && !told_page_shows(k, p, name))
			continue;
		text_puts(names, names->size ? "\n" : "");
		text_puts(names, title_of(k, name));
	}
}

static void tell_one(struct keeper *k, const struct card *sending, const struct card *subscriber)
{
	const struct told_page *p = told_page_find(k, card_get(subscriber, "page"));
	struct text names = {0};
	bool is_alert = kind_of(sending) == SUBSCRIBER_ALERTS;
	struct letter_facts f = {
		.form = is_alert ? LETTER_FORM_COMPONENT : LETTER_FORM_POST,
		.title = card_get(sending, "title"),
		.verdict = card_get(sending, "verdict"),
		.impact = card_get(sending, "impact"),
		.body = card_get(sending, "body"),
		.detected_us = card_int(sending, "start_us", 0),
		.ended_us = card_int(sending, "end_us", 0),
		.url = card_get(sending, "path"),
		.incident = card_get(sending, "post"),
	};

	if (!is_alert)
		add_names(&names, k, p, card_get(sending, "components"));
	f.affected = names.at;
	say_to_subscriber(k, subscriber, &f, sending);
	text_release(&names);
}

/* ---- on its way ---- */

/* What may still be done in this second. */
struct left {
	int letters, looks;
};

/* *at is the subscriber that was looked at last, "" when there is no more. */
static void tell_some(struct keeper *k, const struct card *sending, char at[24], struct left *left)
{
	const struct subscriber_news news = news_of(sending);
	const struct card *c;

	for (; left->looks > 0 && left->letters > 0; left->looks--) {
		c = board_next(k->board, "subscriber", at);
		keeper_copy(at, 24, c ? c->id : "");
		if (!c)
			break;
		if (c->first_us > sending->first_us || !subscriber_wants(c, &news, service_has, k))
			continue;
		tell_one(k, sending, c);
		left->letters--;
	}
}

static void go_on(struct keeper *k, const char *id, struct left *left)
{
	const struct card *sending = board_find(k->board, "sending", id),
			  *sent = board_find(k->board, "sent", id);
	char at[24];

	keeper_copy(at, sizeof at, sent ? card_get(sent, "behind") : "");
	tell_some(k, sending, at, left);
	if (*at) {
		line_add(board_begin(k, "sent", id, ""), "behind", at);
		board_end(k);
		return;
	}
	if (sent)
		board_remove(k, "sent", id, "");
	board_remove(k, "sending", id, "");
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Those that wait share what may be written: what began first does not hold up what is short. */
void tell_watch(struct keeper *k)
{
	size_t count = board_count(k->board, "sending"), untried;
	int shares = count > SHARES ? SHARES : count ? (int)count : 1;
	struct left left = {LETTERS_A_SECOND, LOOKS_A_SECOND}, share, rest;
	const struct card *c;
	char id[24] = "";

	while (left.letters > 0 && left.looks > 0 && (c = board_next(k->board, "sending", id))) {
		if (outbox_foreign(k->letters->outbox, &untried) >= FOREIGN_MOST ||
		    untried >= UNTRIED_MOST)
			return;
		keeper_copy(id, sizeof id, c->id);
		share.letters = least(LETTERS_A_SECOND / shares, left.letters);
		share.looks = least(LOOKS_A_SECOND / shares, left.looks);
		rest = share;
		go_on(k, id, &rest);
		left.letters -= share.letters - rest.letters;
		left.looks -= share.looks - rest.looks;
	}
}

/* ---- of posts ---- */

/* The pages that it stands on; false: none. */
static bool find_pages(struct text *pages, struct keeper *k, const struct post *post)
{
	const struct told_page *p;
	char name[256];
	size_t n;

	if (*post->pages || !*post->components) {
		text_puts(pages, post->pages);
		return true;
	}
	for (size_t at = 0; (p = map_next(&k->subscribers->pages, &at));)
		for (const char *c = post->components; *c; c += n + (c[n] == '\n')) {
			n = strcspn(c, "\n");
			keeper_copy(name, n < sizeof name ? n + 1 : sizeof name, c);
			if (!told_page_shows(k, p, name))
				continue;
			text_puts(pages, pages->size ? "\n" : "");
			text_puts(pages, p->name);
			break;
		}
	return pages->size > 0;
}

/* "in progress", or what happened where the state does not say it. */
static void add_verdict(struct text *t, const struct post_event *e, const struct post *post)
{
	static const char *const said[POST_HAPPENINGS] = {
		[POST_RESCHEDULED] = "rescheduled",
		[POST_REMINDED] = "begins soon",
		[POST_CANCELLED] = "cancelled",
		[POST_RETRACTED] = "an update was withdrawn",
	};
	size_t begin = t->size;

	if (post->sort == POST_NEWS)
		return;
	text_puts(t, said[e->happened] ? said[e->happened] : post->state);
	for (size_t i = begin; i < t->size; i++)
		if (t->at[i] == '_')
			t->at[i] = ' ';
}

/* False: the card would be too long. */
static bool write_sending(struct keeper *k, const struct post_event *e, const struct post *post,
			  const struct update *u, const char *pages, const char *body)
{
	static const enum subscriber_kind kind[POST_SORTS] = {
		[POST_INCIDENT] = SUBSCRIBER_INCIDENTS,
		[POST_MAINTENANCE] = SUBSCRIBER_MAINTENANCE,
		[POST_NEWS] = SUBSCRIBER_NEWS,
	};
	struct text *t = sending_begin(k, kind[post->sort], pages, post->components), verdict = {0},
		    path = {0};
	bool is_done;

	add_verdict(&verdict, e, post);
	text_printf(&path, post->sort == POST_NEWS ? "/news/" : "/incident/%s/", e->post->id);
	line_add(t, "audiences", post->audiences);
	line_add_int(t, "outage", e->is_warning);
	line_add(t, "post", e->post->id);
	line_add(t, "happened", post_happened_name[e->happened]);
	line_add(t, "state", post->state);
	line_add(t, "title", post->title);
	line_add(t, "verdict", text_get(&verdict));
	line_add(t, "impact", post->sort == POST_NEWS ? "" : post->impact);
	line_add(t, "body", body);
	line_add(t, "update", u ? u->card->id : "");
	line_add_int(t, "event_us", u ? u->event_us : k->wall_us);
	line_add_int(t, "start_us", post->start_us);
	line_add_int(t, "end_us", post->end_us);
	line_add(t, "path", text_get(&path));
	is_done = board_end(k) != NULL;
	text_release(&verdict);
	text_release(&path);
	return is_done;
}

/* A text that does not fit beside all else is cut: the rest stands on the page. */
static void write_cut(struct keeper *k, const struct post_event *e, const struct post *post,
		      const struct update *u, const char *pages)
{
	struct text body = {0};

	text_add_safe(&body, u ? u->body : "", u ? strlen(u->body) : 0, CUT_BYTES);
	text_puts(&body, "\n[...]");
	write_sending(k, e, post, u, pages, text_get(&body));
	text_release(&body);
}

void subscribers_tell(struct keeper *k, const struct post_event *e)
{
	struct post post = {0};
	struct update u = {0};
	struct text pages = {0};

	if (post_read(e->post, &post) && (!e->update || update_read(e->update, &u)) &&
	    board_count(k->board, "subscriber") && find_pages(&pages, k, &post) &&
	    !write_sending(k, e, &post, e->update ? &u : NULL, text_get(&pages),
			   e->update ? u.body : ""))
		write_cut(k, e, &post, e->update ? &u : NULL, text_get(&pages));
	text_release(&pages);
}
