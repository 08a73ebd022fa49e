/* board/board: see board.h. */
#include "board.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

struct kind {
	char *name;
	struct card **card; /* in the order of their ids */
	size_t count;
	uint64_t changes;
};

struct board {
	struct kind kind[BOARD_KINDS];
	size_t kinds;
	uint64_t changes;
};

/* What a line says of the card itself; all else are its words. */
static const char *const own[] = {"kind", "version", "at_us", "first_us", "by", "gone", "n"};

static bool is_own(const char *key)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!strcmp(own[i], key))
			return true;
	return false;
}

struct board *board_new(void)
{
	return memory_new(sizeof(struct board));
}

void board_free(struct board *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->kinds; i++) {
		for (size_t n = 0; n < b->kind[i].count; n++)
			free(b->kind[i].card[n]);
		free(b->kind[i].card);
		free(b->kind[i].name);
	}
	free(b);
}

static const struct kind *find_kind(const struct board *b, const char *name)
{
	for (size_t i = 0; i < b->kinds; i++)
		if (!strcmp(b->kind[i].name, name))
			return &b->kind[i];
	return NULL;
}

static struct kind *kind_of(struct board *b, const char *name)
{
	const struct kind *k = find_kind(b, name);

	if (k)
		return &b->kind[k - b->kind];
	if (b->kinds == BOARD_KINDS)
		return NULL;
	b->kind[b->kinds].name = memory_text(name);
	return &b->kind[b->kinds++];
}

/* Where a card of that id stands, or would. */
static size_t place(const struct kind *k, const char *id, bool *is_there)
{
	size_t low = 0, high = k->count;

	/* New ids are the last ones. */
	if (high && strcmp(k->card[high - 1]->id, id) < 0)
		low = high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(k->card[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*is_there = low < k->count && !strcmp(k->card[low]->id, id);
	return low;
}

static const char *copied(char **at, const char *text)
{
	const char *begin = *at;

	*at = stpcpy(*at, text) + 1;
	return begin;
}

/* One piece of memory: the card, its words, their texts. */
static struct card *card_of(const struct line *l)
{
	size_t words = 0, bytes = strlen(l->id) + strlen(line_get(l, "by")) + 2;
	struct card *c;
	char *at;

	for (size_t i = 0; i < l->words; i++) {
		words += !is_own(l->word[i].key);
		bytes += strlen(l->word[i].key) + strlen(l->word[i].value) + 2;
	}
	c = memory_new(sizeof *c + words * sizeof *c->word + bytes);
	at = (char *)&c->word[words];
	c->id = copied(&at, l->id);
	c->by = copied(&at, line_get(l, "by"));
	c->version = line_int(l, "version", 0);
	c->at_us = line_int(l, "at_us", 0);
	c->first_us = line_int(l, "first_us", c->at_us);
	for (size_t i = 0; i < l->words; i++) {
		if (is_own(l->word[i].key))
			continue;
		c->word[c->words].key = copied(&at, l->word[i].key);
		c->word[c->words++].value = copied(&at, l->word[i].value);
	}
	return c;
}

static void put(struct kind *k, size_t at, bool is_there, struct card *c)
{
	if (is_there) {
		free(k->card[at]);
		k->card[at] = c;
		return;
	}
	if (!(k->count & (k->count - 1))) /* doubles at powers of two */
		k->card = memory_resize(k->card, (k->count ? 2 * k->count : 1) * sizeof *k->card);
	memmove(&k->card[at + 1], &k->card[at], (k->count - at) * sizeof *k->card);
	k->card[at] = c;
	k->count++;
}

static void drop(struct kind *k, size_t at)
{
	free(k->card[at]);
	k->count--;
	memmove(&k->card[at], &k->card[at + 1], (k->count - at) * sizeof *k->card);
}

bool board_take(struct board *b, const struct line *l)
{
	const char *name = line_get(l, "kind");
	struct kind *k = *name && strcmp(l->id, "-") ? kind_of(b, name) : NULL;
	bool is_there, is_gone = line_int(l, "gone", 0) == 1;
	size_t at;

	if (!k || line_int(l, "version", 0) < 1)
		return false;
	at = place(k, l->id, &is_there);
	if (is_there && line_int(l, "version", 0) < k->card[at]->version)
		return false;
	if (!is_gone)
		put(k, at, is_there, card_of(l));
	else if (is_there)
		drop(k, at);
	k->changes++;
	b->changes++;
	return true;
}

size_t board_count(const struct board *b, const char *kind)
{
	const struct kind *k = find_kind(b, kind);

	return k ? k->count : 0;
}

const struct card *board_at(const struct board *b, const char *kind, size_t i)
{
	const struct kind *k = find_kind(b, kind);

	return k && i < k->count ? k->card[i] : NULL;
}

const struct card *board_find(const struct board *b, const char *kind, const char *id)
{
	const struct kind *k = find_kind(b, kind);
	bool is_there = false;
	size_t at = k ? place(k, id, &is_there) : 0;

	return is_there ? k->card[at] : NULL;
}

const struct card *board_next(const struct board *b, const char *kind, const char *id)
{
	const struct kind *k = find_kind(b, kind);
	bool is_there = false;
	size_t at = k ? place(k, id, &is_there) : 0;

	return k && at + is_there < k->count ? k->card[at + is_there] : NULL;
}

const char *board_kind(const struct board *b, size_t i)
{
	return i < b->kinds ? b->kind[i].name : NULL;
}

uint64_t board_changes(const struct board *b, const char *kind)
{
	const struct kind *k = find_kind(b, kind);

	return *kind ? (k ? k->changes : 0) : b->changes;
}

const char *card_get(const struct card *c, const char *key)
{
	for (size_t i = 0; i < c->words; i++)
		if (!strcmp(c->word[i].key, key))
			return c->word[i].value;
	return "";
}

int64_t card_int(const struct card *c, const char *key, int64_t otherwise)
{
	int64_t value;

	return text_to_int(card_get(c, key), &value) ? value : otherwise;
}

bool card_lists(const struct card *c, const char *key, const char *item)
{
	return text_lists(card_get(c, key), item);
}

static bool is_listed(const char *key, const char *const *list)
{
	for (; list && *list; list++)
		if (!strcmp(*list, key))
			return true;
	return false;
}

void card_words(struct text *t, const struct card *c, const char *const *but)
{
	for (size_t i = 0; i < c->words; i++)
		if (!is_listed(c->word[i].key, but))
			line_add(t, c->word[i].key, c->word[i].value);
}

void card_write(struct text *t, const char *verb, const char *kind, const struct card *c)
{
	line_begin(t, verb, c->id);
	line_add(t, "kind", kind);
	line_add_int(t, "version", c->version);
	line_add_int(t, "at_us", c->at_us);
	line_add_int(t, "first_us", c->first_us);
	line_add(t, "by", c->by);
	card_words(t, c, NULL);
	line_end(t);
}
