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
	struct text gone; /* lines of cards that went while lines might be dropped */
};

struct again *again_new(void)
{
	struct again *a = memory_new(sizeof *a);

	a->id = memory_text("");
	return a;
}

void again_free(struct again *a)
{
	text_release(&a->gone);
	free(a->id);
	free(a);
}

static bool is_calm(const struct keeper *k)
{
	return k->recorder_is_there && !k->recorder_fails && spool_bytes(&k->spool) < CALM_BYTES;
}

void again_gone(struct again *a, const struct keeper *k, const struct text *line)
{
	if (!is_calm(k) && a->gone.size + line->size < GONE_BYTES)
		text_add(&a->gone, line->at, line->size);
}

static void record(struct keeper *k, const char *line, size_t size)
{
	struct text *t = spool_begin(&k->spool);

	text_add(t, line, size - 1); /* spool_end() brings the number and the newline */
	spool_end(&k->spool);
}

static void begin(struct again *a, struct keeper *k)
{
	const char *end;

	a->is_walking = true;
	a->began = k->spool.dropped;
	a->at = 0;
	free(a->id);
	a->id = memory_text("");
	for (const char *at = text_get(&a->gone); *at; at = end + 1) {
		end = strchr(at, '\n');
		record(k, at, (size_t)(end - at) + 1);
	}
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
		text_clear(&a->gone);
}
