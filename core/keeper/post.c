/* keeper/post: see post.h. */
#include "post.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/nearest.h"
#include "../board/post.h"
#include "board.h"
#include "post_inside.h"
#include "subscriber_inside.h"
#include "window.h"

#define CHANGES_A_SECOND 100 /* of what is due; the rest a second later */

/* ---- the world that a request is judged in ---- */

static bool is_target(void *with, const char *name, struct text *nearest)
{
	const struct keeper *k = with;
	const char *found = NULL;

	if (map_find_text(&k->checks_by_name, name) || map_find_text(&k->groups_by_name, name))
		return true;
	for (size_t i = 0; i < k->groups && !found; i++)
		found = text_nearest(name, &k->group[i]->name, 1, 0);
	for (size_t i = 0; i < k->checks && !found; i++)
		found = text_nearest(name, &k->check[i]->name, 1, 0);
	if (found)
		text_add_safe(nearest, found, strlen(found), 200);
	return false;
}

static bool is_page(void *with, const char *name, struct text *nearest)
{
	const struct keeper *k = with;
	const struct told_page *p;
	const char *found = NULL;
	size_t at = 0;

	while (!found && (p = map_next(&k->subscribers->pages, &at)))
		found = text_nearest(name, &p->name, 1, 0);
	if (found)
		text_puts(nearest, found);
	return told_page_find(k, name) != NULL;
}

static bool is_audience(void *with, const char *name, struct text *nearest)
{
	(void)nearest;
	return audience_is_known(with, name);
}

/* ---- the window that figures go by ---- */

static void add_time(struct text *t, const char *key, int64_t wall_us)
{
	struct text at = {0};

	clock_add_utc(&at, wall_us, 6);
	line_add(t, key, text_get(&at));
	text_release(&at);
}

/* *id: of the new window. False: *wrong. */
static bool plan(struct keeper *k, const struct post_change *c, struct text *id, struct text *wrong)
{
	static struct line l; /* too large for a stack frame */
	struct text t = {0};
	bool is_done;

	line_begin(&t, "maintenance-add", "-");
	line_add(&t, "services", c->post.components);
	add_time(&t, "start", c->plan_from_us);
	add_time(&t, "end", c->plan_to_us);
	line_add(&t, "impact", c->post.impact);
	line_add(&t, "text", c->post.title);
	line_add(&t, "by", c->post.author);
	is_done = !line_parse(&l, t.at, t.size) && window_add(k, &l, id);
	if (!is_done)
		text_puts(wrong, text_get(id));
	text_release(&t);
	return is_done;
}

static void unplan(struct keeper *k, const char *ids)
{
	struct text id = {0}, said = {0};

	while (text_next_line(&ids, &id))
		window_cancel(k, id.at, &said); /* one that has ended stays */
	text_release(&said);
}

/* The old ones go when the new one stands. */
static bool replan(struct keeper *k, struct post_change *c, struct text *ids, struct text *wrong)
{
	struct text id = {0};
	bool is_done = !c->plan_to_us || plan(k, c, &id, wrong);

	if (is_done && c->is_unplanned)
		unplan(k, c->post.windows);
	if (is_done && c->plan_to_us) {
		if (!c->is_unplanned && *c->post.windows)
			text_printf(ids, "%s\n", c->post.windows);
		text_puts(ids, text_get(&id));
		c->post.windows = text_get(ids);
	}
	text_release(&id);
	return is_done;
}

/* ---- applying ---- */

#define OWN_BYTES   512 /* what a card says of itself */
#define OTHER_BYTES 16384 /* what subscribers are told beside the words of a post */

static bool is_short(void (*write)(struct text *, const void *), const void *what, size_t most)
{
	struct text t = {0};
	bool is_fine;

	write(&t, what);
	is_fine = t.size < most;
	text_release(&t);
	return is_fine;
}

static void write_post(struct text *t, const void *post)
{
	post_write(t, post);
}

static void write_update(struct text *t, const void *update)
{
	update_write(t, update);
}

static bool judge_size(const struct post_change *c, struct text *wrong)
{
	if (!is_short(write_post, &c->post, CARD_BYTES - OTHER_BYTES))
		text_puts(wrong, "the post is too long: name fewer components, a service that "
				 "they belong to");
	else if (c->has_update && !is_short(write_update, &c->update, CARD_BYTES - OWN_BYTES))
		text_printf(wrong,
			    "the text is too long with what was corrected before: all of it may "
			    "have %d bytes as a line",
			    CARD_BYTES);
	return !wrong->size;
}

static void put_update(struct keeper *k, const char *post, struct update *u, const char *by)
{
	struct text id = {0};
	char stamp[24];

	if (!u->card) {
		keeper_stamp(k, stamp, sizeof stamp);
		text_printf(&id, "%s-%s", post, stamp);
	}
	u->post = post;
	write_update(board_begin(k, "update", u->card ? u->card->id : text_get(&id), by), u);
	u->card = board_end(k);
	text_release(&id);
}

static void remove_all(struct keeper *k, const char *post, const char *by)
{
	const struct card *update[1];

	while (post_updates(k->board, post, update, 1))
		board_remove(k, "update", update[0]->id, by);
	board_remove(k, "post", post, by);
}

static void tell(struct keeper *k, const struct post_change *c, const struct card *post)
{
	struct post p;
	struct post_event e = {.happened = c->happened,
			       .post = post,
			       .update = c->has_update && !c->update.withdrawn_us
						 ? c->update.card
						 : NULL};

	if (!c->is_told || !post || !post_read(post, &p))
		return;
	e.is_warning = p.sort != POST_MAINTENANCE || !strcmp(p.impact, "outage");
	subscribers_tell(k, &e);
}

/* The texts of a change may be those of the card that it replaces. */
static void put(struct keeper *k, struct post_change *c, const char *id, const char *by)
{
	const struct card *post;

	if (c->has_update)
		put_update(k, id, &c->update, by);
	write_post(board_begin(k, "post", id, by), &c->post);
	post = board_end(k);
	tell(k, c, post);
}

static bool apply(struct keeper *k, struct post_change *c, const char *by, struct text *id,
		  struct text *wrong)
{
	struct text window = {0};
	char stamp[24];
	bool is_done = judge_size(c, wrong) && replan(k, c, &window, wrong);

	if (c->post.card)
		text_puts(id, c->post.card->id);
	else
		keeper_stamp(k, stamp, sizeof stamp), text_puts(id, stamp);
	if (is_done && c->is_gone)
		remove_all(k, text_get(id), by);
	else if (is_done)
		put(k, c, text_get(id), by);
	text_release(&window);
	return is_done;
}

/* ---- requests ---- */

static const char *said_of(const struct post_change *c, bool was_draft)
{
	if (c->is_gone)
		return "removed";
	if (c->post.stage == POST_WITHDRAWN)
		return "withdrawn";
	if (c->update.withdrawn_us)
		return c->is_told ? "that update is withdrawn"
				  : "that update is withdrawn, nobody is told";
	if (c->post.stage == POST_DRAFT)
		return "kept as a draft";
	if (was_draft || !c->post.card)
		return c->is_told ? "published" : "published, nobody is told";
	if (c->is_history)
		return "updated; its state stays what was told of a later time";
	return c->is_told ? "updated" : "changed, nobody is told";
}

void posts_ask(struct keeper *k, int64_t client, const struct line *l)
{
	struct post_world world = {
		.now_us = k->wall_us, .is_target = is_target, .is_page = is_page,
		.is_audience = is_audience, .with = k};
	bool is_new = !strcmp(l->id, "-");
	const struct card *old = is_new ? NULL : board_find(k->board, "post", l->id);
	struct text wrong = {0}, id = {0};
	struct post_change c = {.is_told = false};
	bool was_draft = old && !strcmp(card_get(old, "stage"), "draft");

	if (!is_new && !old)
		text_puts(&wrong, "no post has this id: 'nines post' lists them");
	else if (post_judge(&c, k->board, old, l, &world, &wrong) &&
		 apply(k, &c, line_get(l, "by"), &id, &wrong))
		board_answer(k, client, said_of(&c, was_draft), text_get(&id));
	if (wrong.size)
		status_end(k, client, "wrong", wrong.at);
	post_change_release(&c);
	text_release(&wrong);
	text_release(&id);
}

/* ---- what is due ---- */

static bool apply_due(struct keeper *k, struct post_change *c)
{
	struct text wrong = {0}, id = {0};
	bool is_done = apply(k, c, "", &id, &wrong);

	if (!is_done)
		keeper_say(k, text_get(&wrong));
	post_change_release(c);
	text_release(&wrong);
	text_release(&id);
	return is_done;
}

/* Its window was cancelled by `nines maintenance cancel`. */
static bool is_unplanned(struct keeper *k, struct post_change *c, const struct card *card)
{
	struct post *p = &c->post;

	*c = (struct post_change){.is_told = false};
	if (!post_read(card, p) || !post_is_ahead(p) || !*p->windows || k->wall_us >= p->start_us ||
	    window_is_planned(k, p->windows))
		return false;
	p->state = "cancelled";
	p->over_us = k->wall_us;
	c->has_update = true;
	c->update = (struct update){.state = p->state,
				    .body = "The maintenance will not take place.",
				    .author = "",
				    .components = "",
				    .states = "",
				    .event_us = k->wall_us};
	c->is_told = !p->is_quiet;
	c->happened = POST_CANCELLED;
	return true;
}

/* Posts are changed while they are gone through: by id. */
static void watch_maintenance(struct keeper *k)
{
	struct post_change c;
	const struct card *card;
	struct text id = {0};
	int changes = 0;

	text_puts(&id, "");
	while ((card = board_next(k->board, "post", id.at)) && changes < CHANGES_A_SECOND) {
		text_clear(&id);
		text_puts(&id, card->id);
		if (!strcmp(card_get(card, "sort"), "maintenance") &&
		    (is_unplanned(k, &c, card) || post_is_due(&c, card, k->wall_us)))
			changes += apply_due(k, &c);
	}
	text_release(&id);
}

void posts_watch(struct keeper *k)
{
	struct post_change c;

	watch_maintenance(k);
	for (int i = 0; i < CHANGES_A_SECOND && canned_next(k, &c); i++)
		if (!apply_due(k, &c))
			break;
}
