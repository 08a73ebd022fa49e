/* keeper/board_again: see board_again.h. */
#include "board_again.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../board/board.h"

#define CALM_BYTES     ((size_t)1 << 20) /* so little waits for a recorder that keeps up */
#define GONE_BYTES     ((size_t)4 << 20)
#define CARDS_A_SECOND 500

struct again {
	uint64_t dropped; /* lines, when all cards were last known to be recorded */
	uint64_t began; /* lines dropped when the walk began */
	bool is_walking;
	size_t at; /* its kind, and the last card told of it */
	char *id;
	/* Lines of cards that went, in two ages, until the record is known to have them: what waits
	 * uncommitted now may be dropped later, when the recorder is gone. */
	struct gone {
		struct text lines;
		int64_t until; /* the number of the last one */
	} gone, fresh;
};

struct again *again_new(void)
{
	struct again *a = memory_new(sizeof *a);

	a->id = memory_text("");
	return a;
}

void again_free(struct again *a)
{
	text_release(&a->gone.lines);
	text_release(&a->fresh.lines);
	free(a->id);
	free(a);
}

static bool is_calm(const struct keeper *k)
{
	return k->recorder_is_there && !k->recorder_fails && spool_bytes(&k->spool) < CALM_BYTES;
}

void again_gone(struct again *a, const struct keeper *k, const struct text *line)
{
	if (a->gone.lines.size + a->fresh.lines.size + line->size < GONE_BYTES)
		text_add(&a->fresh.lines, line->at, line->size);
	a->fresh.until = k->spool.next_number - 1;
}

static bool is_recorded(const struct keeper *k, const struct gone *g)
{
	return k->spool.next_number - (int64_t)k->spool.count > g->until;
}

/* Nothing was dropped: what the recorder has committed is on record. */
static void settle(struct again *a, const struct keeper *k)
{
	struct gone settled = a->gone;

	if (!is_recorded(k, &settled))
		return;
	text_clear(&settled.lines);
	a->gone = a->fresh;
	a->fresh = settled;
}

static void record(struct keeper *k, const char *line, size_t size)
{
	struct text *t = spool_begin(&k->spool);

	text_add(t, line, size - 1); /* spool_end() brings the number and the newline */
	spool_end(&k->spool);
}

/* One that was made anew meanwhile is not: the walk tells of it. */
static bool is_gone(const struct keeper *k, const char *line, size_t size)
{
	static struct line l; /* too large for a stack frame */
	struct text copy = {0};
	bool is_one;

	text_add(&copy, line, size);
	is_one = !line_parse(&l, copy.at, copy.size) &&
		 !board_find(k->board, line_get(&l, "kind"), l.id);
	text_release(&copy);
	return is_one;
}

static void begin(struct again *a, struct keeper *k)
{
	const char *end;

	a->is_walking = true;
	a->began = k->spool.dropped;
	a->at = 0;
	free(a->id);
	a->id = memory_text("");
	text_add(&a->gone.lines, text_get(&a->fresh.lines), a->fresh.lines.size);
	text_clear(&a->fresh.lines);
	for (const char *at = text_get(&a->gone.lines); *at; at = end + 1) {
		end = strchr(at, '\n');
		if (is_gone(k, at, (size_t)(end - at)))
			record(k, at, (size_t)(end - at) + 1);
	}
	a->gone.until = k->spool.next_number - 1;
}

/* The next card of all, or NULL. */
static const struct card *next_card(struct again *a, const struct keeper *k, const char **kind)
{
	const struct card *c;

	while ((*kind = board_kind(k->board, a->at))) {
		c = board_next(k->board, *kind, a->id);
		free(a->id);
		a->id = memory_text(c ? c->id : "");
		if (c)
			return c;
		a->at++;
	}
	return NULL;
}

static void walk_on(struct again *a, struct keeper *k)
{
	struct text line = {0};
	const struct card *c = NULL;
	const char *kind;

	for (int i = 0; i < CARDS_A_SECOND && is_calm(k) && (c = next_card(a, k, &kind)); i++) {
		text_clear(&line);
		card_write(&line, "card", kind, c);
		record(k, line.at, line.size);
	}
	a->is_walking = board_kind(k->board, a->at) != NULL;
	if (!a->is_walking)
		a->dropped = a->began;
	text_release(&line);
}

void again_watch(struct again *a, struct keeper *k)
{
	if (!is_calm(k))
		return;
	if (a->is_walking)
		walk_on(a, k);
	else if (k->spool.dropped != a->dropped)
		begin(a, k);
	else
		settle(a, k);
}
