/* page/words: pieces with their words gathered one by one, and the words of nines' own that pages
 * say, each a piece of web/words.html, so that an admin can say them in another language. */
#ifndef NINES_PAGE_WORDS_H
#define NINES_PAGE_WORDS_H

#include "../base/text.h"
#include "../web/template.h"

#define WORDS 32 /* of one piece */

/* Zero-initialise; texts belong to it until words_piece(). */
struct words {
	struct template_word at[WORDS + 1];
	struct text value[WORDS];
	size_t count;
};

/* A new word, to be written. At most WORDS of them. */
struct text *word(struct words *, const char *key);
void word_text(struct words *, const char *key, const char *value);
void word_int(struct words *, const char *key, int64_t value);
/* What is said by that key, as say() does. */
void word_say(struct words *, const char *key, const char *say_key);
/* Appends the piece with these words and releases them: empty again. */
void words_piece(struct text *, const char *source, const char *piece, struct words *);

/* Appends the piece "say-KEY" of web/words.html, a text; nothing where there is none. */
void say(struct text *, const char *key);
/* The same with one word {{n}}: "3 parts". One is the piece "say-KEY-one" where there is one. */
void say_count(struct text *, const char *key, int64_t n);
/* say() by a key of two parts: "post", "resolved". */
void say_of(struct text *, const char *what, const char *which);

/* Appends `text` as one segment of a path: percents for what cannot stand there. */
void url_add(struct text *, const char *text);

#endif
