/* page/words: see words.h. */
#include "words.h"

#include <stdio.h>
#include <string.h>

#include "../web/assets.h"

struct text *word(struct words *w, const char *key)
{
	static struct text beyond;

	if (w->count == WORDS) {
		text_clear(&beyond);
		return &beyond;
	}
	w->at[w->count].key = key;
	return &w->value[w->count++];
}

void word_text(struct words *w, const char *key, const char *value)
{
	text_puts(word(w, key), value);
}

void word_int(struct words *w, const char *key, int64_t value)
{
	text_int(word(w, key), value);
}

void word_say(struct words *w, const char *key, const char *say_key)
{
	say(word(w, key), say_key);
}

void words_piece(struct text *t, const char *source, const char *piece, struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		w->at[i].value = text_get(&w->value[i]);
	w->at[w->count].key = NULL;
	template_add(t, source, piece, w->at);
	for (size_t i = 0; i < w->count; i++)
		text_release(&w->value[i]);
	*w = (struct words){.count = 0};
}

static bool say_with(struct text *t, const char *key, const char *end,
		     const struct template_word *with)
{
	char piece[80];
	bool found;

	snprintf(piece, sizeof piece, "say-%s%s", key, end);
	found = template_add(t, web_words, piece, with);
	while (t->size && t->at[t->size - 1] == '\n')
		t->at[--t->size] = '\0';
	return found;
}

void say(struct text *t, const char *key)
{
	const struct template_word none = {NULL, NULL};

	say_with(t, key, "", &none);
}

void say_count(struct text *t, const char *key, int64_t n)
{
	char number[TEXT_INT_BYTES];
	const struct template_word with[] = {{"n", number}, {NULL, NULL}};

	snprintf(number, sizeof number, "%lld", (long long)n);
	if (n != 1 || !say_with(t, key, "-one", with))
		say_with(t, key, "", with);
}

void say_of(struct text *t, const char *what, const char *which)
{
	char key[60];

	snprintf(key, sizeof key, "%s-%s", what, which);
	say(t, key);
}

void url_add(struct text *t, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		    (*at >= '0' && *at <= '9') || strchr("-._~", *at))
			text_putc(t, (char)*at);
		else
			text_printf(t, "%%%02X", *at);
}
