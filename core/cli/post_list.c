/* cli/post_list: posts and their updates as text and as JSON. See post.h. */
#include "post.h"

#include <string.h>

#include "../base/clock.h"
#include "../board/post.h"
#include "../web/json.h"
#include "listing.h"

#define MOST_UPDATES 500

/* ---- as JSON ---- */

static json_t *components(const struct post *p)
{
	json_t *all = json_array();
	struct text name = {0}, state = {0};
	const char *names = p->components;

	while (text_next_line(&names, &name))
		json_array_append_new(all,
				      json_pack("{so, so}", "name", json_safe(name.at), "state",
						json_safe(post_claim(p, name.at, &state))));
	text_release(&state);
	return all;
}

static json_t *corrections(const struct card *c)
{
	json_t *all = json_array();
	int64_t until_us;
	const char *was;

	for (size_t i = 0; (was = update_was(c, i, &until_us)); i++)
		json_array_append_new(all, json_pack("{so, so}", "text", json_safe(was), "until",
						     json_time(until_us)));
	return all;
}

static json_t *updates(const struct board *b, const char *post)
{
	static const struct card *card[MOST_UPDATES];
	size_t n = post_updates(b, post, card, MOST_UPDATES);
	json_t *all = json_array();
	struct update u;

	for (size_t i = 0; i < n && i < MOST_UPDATES; i++) {
		update_read(card[i], &u);
		json_array_append_new(
			all, json_pack("{so, so, so, so, so, so, so, so, so, so}", "id",
				       json_safe(card[i]->id), "state", json_safe(u.state), "text",
				       json_safe(u.body), "at", json_time(u.event_us), "until",
				       json_time(u.until_us), "written", json_time(u.written_us),
				       "edited", json_time(u.edited_us), "withdrawn",
				       json_time(u.withdrawn_us), "by", json_safe(u.author),
				       "was", corrections(card[i])));
	}
	return all;
}

static json_t *document(const struct board *b, const struct post *p)
{
	json_t *j = json_pack(
		"{so, ss, ss, so, so, so, so, so, so, so, so, so, so, so, sb, so}", "id",
		json_safe(p->card->id), "sort", post_sort_name[p->sort], "stage",
		post_stage_name[p->stage], "state", json_safe(p->state), "title",
		json_safe(p->title), "impact", json_safe(p->impact), "components", components(p),
		"pages", json_lines(p->pages), "audiences", json_lines(p->audiences), "cause",
		json_safe(p->cause), "start", json_time(p->start_us), "end", json_time(p->end_us),
		"published", json_time(p->published_us), "by", json_safe(p->author), "automatic",
		(int)p->is_automatic, "updates", updates(b, p->card->id));

	return j;
}

/* ---- as text ---- */

static void add_components(const struct cli *cli, struct text *t, const struct post *p)
{
	struct text name = {0}, state = {0};
	const char *sign = "    of ", *names = p->components;

	while (text_next_line(&names, &name)) {
		text_puts(t, sign);
		screen_safe(&cli->screen, t, name.at, 200);
		if (*post_claim(p, name.at, &state))
			text_printf(t, " (%s)", state.at);
		sign = ", ";
	}
	text_puts(t, *p->components ? "\n" : "");
	text_release(&state);
}

static void add_span(struct text *t, const struct post *p)
{
	text_puts(t, ", ");
	clock_add_utc(t, p->start_us, 0);
	if (p->end_us) {
		text_puts(t, " to ");
		clock_add_utc(t, p->end_us, 0);
	}
}

static void add_post(const struct cli *cli, struct text *t, const struct post *p)
{
	text_printf(t, "%s  %s, ", p->card->id, post_sort_name[p->sort]);
	if (p->stage != POST_PUBLISHED)
		text_printf(t, "%s, ", post_stage_name[p->stage]);
	screen_safe(&cli->screen, t, p->state, 20);
	if (p->sort != POST_NEWS) {
		text_puts(t, ", impact ");
		screen_safe(&cli->screen, t, p->impact, 20);
	}
	add_span(t, p);
	text_puts(t, p->is_automatic ? ", by itself\n    " : "\n    ");
	screen_safe(&cli->screen, t, p->title, POST_TITLE_BYTES);
	text_putc(t, '\n');
	add_components(cli, t, p);
}

static void add_updates(const struct cli *cli, struct text *t, const struct board *b,
			const char *post)
{
	static const struct card *card[MOST_UPDATES];
	size_t n = post_updates(b, post, card, MOST_UPDATES);
	struct update u;
	int64_t until_us;

	for (size_t i = n < MOST_UPDATES ? n : MOST_UPDATES; i--;) {
		update_read(card[i], &u);
		text_puts(t, "\n  ");
		clock_add_utc(t, u.event_us, 0);
		if (u.until_us) {
			text_puts(t, " to ");
			clock_add_utc(t, u.until_us, 0);
		}
		text_printf(t, "  %s, update %s", u.state, card[i]->id);
		if (*u.author) {
			text_puts(t, " by ");
			screen_safe(&cli->screen, t, u.author, 200);
		}
		if (u.withdrawn_us) {
			text_puts(t, ", withdrawn ");
			clock_add_utc(t, u.withdrawn_us, 0);
		}
		text_putc(t, '\n');
		screen_lines(&cli->screen, t, "    ", u.body, POST_BODY_BYTES);
		for (size_t k = 0; update_was(card[i], k, &until_us); k++) {
			text_puts(t, "    until ");
			clock_add_utc(t, until_us, 0);
			text_puts(t, " it said:\n");
			screen_lines(&cli->screen, t, "      ", update_was(card[i], k, &until_us),
				     POST_BODY_BYTES);
		}
	}
}

/* ---- both ---- */

struct output {
	const struct cli *cli;
	struct text text;
	json_t *all;
	size_t posts;
};

static void add(struct output *o, const struct board *b, const struct card *c, bool is_whole)
{
	struct post p;

	if (!post_read(c, &p))
		return;
	o->posts++;
	json_array_append_new(o->all, document(b, &p));
	add_post(o->cli, &o->text, &p);
	if (is_whole)
		add_updates(o->cli, &o->text, b, c->id);
}

static void add_all(struct output *o, const struct post_asked *a, const struct board *b)
{
	struct post p;

	for (size_t i = board_count(b, "post"); i--;) {
		post_read(board_at(b, "post", i), &p);
		if (a->all || p.stage != POST_WITHDRAWN)
			add(o, b, p.card, false);
	}
	if (!o->posts)
		text_puts(&o->text, "there is no post\n");
}

static int print(struct output *o, const struct post_asked *a, bool is_one)
{
	json_t *one = is_one ? json_incref(json_array_get(o->all, 0)) : NULL;

	if (a->json) {
		text_clear(&o->text);
		json_write(&o->text, is_one ? one : json_pack("{sO}", "posts", o->all));
	} else {
		json_decref(one);
	}
	return cli_print(&o->text, EXIT_DONE);
}

int post_list(const struct cli *cli, const void *asked, char **word)
{
	const struct post_asked *a = asked;
	const char *id = word[0] ? word[1] : NULL;
	struct output o = {.cli = cli, .all = json_array()};
	struct board *b = board_new();
	int status = cards_fetch(cli, a->socket, "post", b);

	if (status == EXIT_DONE)
		status = cards_fetch(cli, a->socket, "update", b);
	if (status == EXIT_DONE && id && !board_find(b, "post", id))
		status = cli_fail(EXIT_FAILED, "no post has the id '%s': 'nines post' lists them",
				  id);
	if (status == EXIT_DONE) {
		if (id)
			add(&o, b, board_find(b, "post", id), true);
		else
			add_all(&o, a, b);
		status = print(&o, a, id != NULL);
	}
	text_release(&o.text);
	json_decref(o.all);
	board_free(b);
	return status;
}
