/* keeper/board: see board.h. */
#include "board.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "board_again.h"

#define LINES_A_TICK 200 /* of an answer to `watch`: the probes go first */

/* A client that is told of changes. */
struct watcher {
	struct watcher *next;
	int64_t client;
	char *kind; /* "": all */
	bool is_once;
	/* its first answer: the kind and the last card that was told */
	bool is_walking;
	size_t at;
	char *id;
};

struct cards {
	struct watcher *watchers;
	struct text line; /* the version being written */
	bool is_writing, is_resumed;
	struct again *again;
};

/* Of no concern to who may only use the command line. */
static const char *const of_web[] = {"secret", "session", "token", "user"};

void cards_open(struct keeper *k)
{
	k->board = board_new();
	k->cards = memory_new(sizeof *k->cards);
	k->cards->again = again_new();
}

static void drop(struct watcher **at)
{
	struct watcher *w = *at;

	*at = w->next;
	free(w->kind);
	free(w->id);
	free(w);
}

void cards_close(struct keeper *k)
{
	while (k->cards->watchers)
		drop(&k->cards->watchers);
	again_free(k->cards->again);
	text_release(&k->cards->line);
	free(k->cards);
	board_free(k->board);
}

/* ---- who watches ---- */

static bool may_see(const struct watcher *w, const char *kind)
{
	if (*w->kind && strcmp(w->kind, kind))
		return false;
	for (size_t i = 0; i < sizeof of_web / sizeof *of_web; i++)
		if (!client_is_web(w->client) && !strcmp(of_web[i], kind))
			return false;
	return true;
}

void cards_forget_client(struct keeper *k, int64_t client)
{
	for (struct watcher **at = &k->cards->watchers; *at;) {
		if ((*at)->client == client)
			drop(at);
		else
			at = &(*at)->next;
	}
}

/* One that has missed a change must never be taken for up to date: its link is closed. */
static void push(struct keeper *k, const char *kind, const struct text *line)
{
	struct text *t;

	for (struct watcher **at = &k->cards->watchers, *w; (w = *at);) {
		t = may_see(w, kind) ? keeper_line(k, END_CLIENT, w->client) : NULL;
		if (t)
			text_add(t, line->at, line->size);
		if (t || !may_see(w, kind)) {
			at = &w->next;
			continue;
		}
		if (k->out->close)
			k->out->close(k->out->with, (struct keeper_end){END_CLIENT, w->client});
		drop(at);
	}
}

/* The next card of those that it may see, or NULL. */
static const struct card *next_card(const struct keeper *k, struct watcher *w, const char **kind)
{
	const struct card *c;

	while ((*kind = board_kind(k->board, w->at))) {
		c = may_see(w, *kind) ? board_next(k->board, *kind, w->id) : NULL;
		free(w->id);
		w->id = memory_text(c ? c->id : "");
		if (c)
			return c;
		w->at++;
	}
	return NULL;
}

/* True when the first answer is complete. It waits where the link has no room. */
static bool walk_on(struct keeper *k, struct watcher *w)
{
	const struct card *c;
	const char *kind;
	struct text *t;

	for (int lines = 0; lines < LINES_A_TICK; lines++) {
		t = keeper_line(k, END_CLIENT, w->client);
		if (!t)
			return false;
		c = next_card(k, w, &kind);
		if (!c) {
			/* the web has other questions open meanwhile */
			status_end(k, w->client, "watched", "1");
			return true;
		}
		card_write(t, "card", kind, c);
	}
	return false;
}

void cards_go_on(struct keeper *k)
{
	if (k->resume.is_awaited)
		return;
	for (struct watcher **at = &k->cards->watchers, *w; (w = *at);) {
		w->is_walking = w->is_walking && !walk_on(k, w);
		if (w->is_once && !w->is_walking)
			drop(at);
		else
			at = &w->next;
	}
}

bool cards_wait(const struct keeper *k)
{
	for (const struct watcher *w = k->cards->watchers; w && !k->resume.is_awaited; w = w->next)
		if (w->is_walking)
			return true;
	return false;
}

static void ask_watch(struct keeper *k, int64_t client, const struct line *l)
{
	struct watcher *w;

	cards_forget_client(k, client); /* asked again: the answer begins anew */
	w = memory_new(sizeof *w);
	*w = (struct watcher){.next = k->cards->watchers,
			      .client = client,
			      .kind = memory_text(line_get(l, "kind")),
			      .is_once = line_int(l, "once", 0) == 1,
			      .is_walking = true,
			      .id = memory_text("")};
	k->cards->watchers = w;
	cards_go_on(k);
}

/* ---- changes ---- */

struct text *board_begin(struct keeper *k, const char *kind, const char *id, const char *by)
{
	const struct card *old = *id ? board_find(k->board, kind, id) : NULL;
	struct text *t = &k->cards->line;
	char made[24];

	assert(!k->cards->is_writing);
	k->cards->is_writing = true;
	if (!*id)
		do /* a clock that went back may lead to one that is taken */
			keeper_stamp(k, made, sizeof made);
		while (board_find(k->board, kind, made));
	text_clear(t);
	line_begin(t, "card", *id ? id : made);
	line_add(t, "kind", kind);
	line_add_int(t, "version", old ? old->version + 1 : 1);
	line_add_int(t, "at_us", k->wall_us);
	line_add_int(t, "first_us", old ? old->first_us : k->wall_us);
	line_add(t, "by", by);
	return t;
}

static void record(struct keeper *k, const struct text *line)
{
	struct text *t = spool_begin(&k->spool);

	text_add(t, line->at, line->size - 1); /* spool_end() brings the number and the newline */
	spool_end(&k->spool);
}

/* NULL where the line is none that a card can be made of. */
static const struct line *parse(const struct text *line, struct text *copy)
{
	static struct line l; /* too large for a stack frame */

	text_add(copy, line->at, line->size - 1);
	return line->size <= CARD_BYTES && !line_parse(&l, copy->at, copy->size) ? &l : NULL;
}

const struct card *board_end(struct keeper *k)
{
	struct text *line = &k->cards->line, copy = {0};
	const struct line *l;
	const struct card *c = NULL;

	k->cards->is_writing = false;
	line_end(line);
	l = parse(line, &copy);
	if (l && board_take(k->board, l)) {
		record(k, line);
		if (line_int(l, "gone", 0) == 1)
			again_gone(k->cards->again, k, line);
		push(k, line_get(l, "kind"), line);
		c = board_find(k->board, line_get(l, "kind"), l->id);
	}
	text_release(&copy);
	return c;
}

void board_remove(struct keeper *k, const char *kind, const char *id, const char *by)
{
	line_add_int(board_begin(k, kind, id, by), "gone", 1);
	board_end(k);
}

/* ---- from the record ---- */

/* A later one of a recorder that came anew says nothing new, and might bring back what is gone. */
void cards_resume(struct keeper *k, const struct line *l)
{
	const struct card *c;
	struct text line = {0};

	if (k->cards->is_resumed || !board_take(k->board, l))
		return;
	c = board_find(k->board, line_get(l, "kind"), l->id);
	if (c) {
		card_write(&line, "card", line_get(l, "kind"), c);
		push(k, line_get(l, "kind"), &line);
	}
	text_release(&line);
}

bool cards_are_missing(const struct keeper *k)
{
	return k->resume.until_us && !k->cards->is_resumed;
}

void cards_resumed(struct keeper *k)
{
	k->cards->is_resumed = true;
}

/* ---- requests ---- */

void board_answer(struct keeper *k, int64_t client, const char *said, const char *id)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	if (!t)
		return;
	line_begin(t, "end", "-");
	if (said)
		line_add(t, "text", said);
	if (id)
		line_add(t, "id", id);
	line_end(t);
}

bool cards_ask(struct keeper *k, int64_t client, const struct line *l)
{
	const struct board_request *r = board_request;

	if (!strcmp(l->verb, "watch")) {
		ask_watch(k, client, l);
		return true;
	}
	while (r->verb && strcmp(r->verb, l->verb))
		r++;
	if (r->verb && k->resume.is_awaited)
		status_end(k, client, "wrong",
			   "what was written before is still being read: try again in a moment");
	else if (r->verb)
		r->ask(k, client, l);
	return r->verb != NULL;
}

void cards_watch(struct keeper *k)
{
	if (k->resume.is_awaited)
		return;
	again_watch(k->cards->again, k);
	/* before the first configuration what it will name would be taken for gone */
	for (size_t i = 0; k->generation && board_second[i]; i++)
		board_second[i](k);
}
