/* config/prepare: see prepare.h. */
#include "prepare.h"

#include <stdlib.h>
#include <string.h>

#define SHAPE_WORDS 4096

enum token { WORD, OPEN, CLOSE, ASSIGN, PAREN_OPEN, PAREN_CLOSE, OTHER, END };

/* A token in the text read, and where its copy stands in the text written. */
struct piece {
	const char *at;
	size_t size, to, to_size;
};

struct scan {
	struct arena *arena;
	const char *at, *end;
	struct text *to;
	int line;
	size_t words;
	const char *token; /* begin of the last token */
	size_t token_bytes, token_to; /* its length, and where it stands in *to */
	struct shape *level[PREPARE_DEPTH + 1];
	int opened[PREPARE_DEPTH + 1]; /* lines */
	int depth;
};

static bool is_special(char c)
{
	return c == '\0' || strchr(" \t\n\r\"'={}()+,#*", c);
}

static void copy(struct scan *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s->line += s->at[i] == '\n';
	text_add(s->to, s->at, n);
	s->at += n;
}

/* Of a comment only its newlines stay. */
static void drop(struct scan *s, size_t n)
{
	for (; n; n--, s->at++) {
		if (*s->at != '\n')
			continue;
		s->line++;
		text_putc(s->to, '\n');
	}
}

static size_t comment_bytes(const struct scan *s)
{
	size_t left = (size_t)(s->end - s->at);
	const char *close;

	if (*s->at == '#' || (left > 1 && s->at[0] == '/' && s->at[1] == '/')) {
		close = memchr(s->at, '\n', left);
		return close ? (size_t)(close - s->at) : left;
	}
	if (left < 2 || s->at[0] != '/' || s->at[1] != '*')
		return 0;
	close = memmem(s->at + 2, left - 2, "*/", 2);
	return close ? (size_t)(close + 2 - s->at) : left;
}

static void skip(struct scan *s)
{
	size_t n;

	while (s->at < s->end) {
		n = comment_bytes(s);
		if (n)
			drop(s, n);
		else if (strchr(" \t\n\r", *s->at) && *s->at)
			copy(s, 1);
		else
			return;
	}
}

static void take_quoted(struct scan *s)
{
	char quote = *s->at;

	copy(s, 1);
	while (s->at < s->end && *s->at != quote) {
		if (*s->at == '\\' && s->at + 1 == s->end) {
			s->at++; /* libconfuse would print it */
			return;
		}
		if (*s->at == '\\')
			copy(s, 1);
		else if (*s->at == '$' && quote == '"')
			text_putc(s->to, '\\');
		copy(s, 1);
	}
	if (s->at < s->end)
		copy(s, 1);
}

/* The token just taken. */
static struct piece take_piece(const struct scan *s)
{
	return (struct piece){s->token, s->token_bytes, s->token_to, s->to->size - s->token_to};
}

static enum token take_sign(struct scan *s)
{
	static const struct {
		char sign;
		enum token token;
	} sign[] = {
		{'{', OPEN}, {'}', CLOSE}, {'=', ASSIGN}, {'(', PAREN_OPEN}, {')', PAREN_CLOSE}};
	enum token found = OTHER;

	for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
		if (sign[i].sign == *s->at)
			found = sign[i].token;
	if (*s->at == '+' && s->at + 1 < s->end && s->at[1] == '=') {
		copy(s, 1);
		found = ASSIGN;
	}
	copy(s, 1);
	return found;
}

static enum token next(struct scan *s)
{
	enum token found = WORD;

	skip(s);
	s->token = s->at;
	s->token_to = s->to->size;
	if (s->at >= s->end)
		return END;
	if (*s->at == '"' || *s->at == '\'')
		take_quoted(s);
	else if (is_special(*s->at))
		found = take_sign(s);
	else
		while (s->at < s->end && !is_special(*s->at))
			copy(s, 1);
	s->token_bytes = (size_t)(s->at - s->token);
	return found;
}

static struct shape *shape_add(struct scan *s, const char *word, size_t size, bool is_section)
{
	struct shape **place = &s->level[s->depth]->child, *w;

	for (; (w = *place); place = &w->next)
		if (w->is_section == is_section && strlen(w->word) == size &&
		    !memcmp(w->word, word, size))
			return w;
	if (s->words++ > SHAPE_WORDS)
		return NULL;
	w = arena_alloc(s->arena, sizeof *w);
	if (!w)
		return NULL;
	w->word = arena_copy(s->arena, word, size);
	w->is_section = is_section;
	*place = w->word ? w : NULL;
	return *place;
}

/* Behind a word's place in *to. */
static void mark(struct scan *s, size_t at)
{
	text_putc(s->to, PREPARE_MARK);
	memmove(s->to->at + at + 1, s->to->at + at, s->to->size - at - 1);
	s->to->at[at] = PREPARE_MARK;
}

static bool is_ours(const struct piece *word)
{
	static const char *const ours[] = {PREPARE_LINE, PREPARE_TITLE, "include"};

	if (word->at[word->size - 1] == PREPARE_MARK)
		return true;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (word->size == strlen(ours[i]) && !memcmp(word->at, ours[i], word->size))
			return true;
	return false;
}

/* A list goes to its closing brace, which never opens a section. An empty one becomes one of an
 * empty value: libconfuse tells of no value in it, and it would not count as written. */
static void skip_value(struct scan *s)
{
	enum token t = next(s);

	if (t != OPEN)
		return;
	t = next(s);
	if (t == CLOSE) {
		s->to->size--;
		text_puts(s->to, "\"\"}");
	}
	while (t != CLOSE && t != END)
		t = next(s);
}

/* Takes `size` bytes at `at` out of *to, its newlines stay where they were. */
static void lift(struct text *to, size_t at, size_t size, struct text *lifted)
{
	text_add(lifted, to->at + at, size);
	memmove(to->at + at, to->at + at + size, to->size - at - size + 1);
	to->size -= size;
}

/* A section begins: `word` and perhaps `title` stand in *to at the given places. */
static void enter(struct scan *s, const struct piece *word, const struct piece *title)
{
	struct text lifted = {0};
	struct shape *w;

	if (s->depth == PREPARE_DEPTH)
		return;
	w = shape_add(s, word->at, word->size, true);
	if (!w)
		return;
	if (title->at)
		lift(s->to, title->to, title->to_size, &lifted);
	mark(s, word->to + word->size);
	s->level[++s->depth] = w;
	text_printf(s->to, " " PREPARE_LINE "=%d ", s->depth);
	if (title->at)
		text_printf(s->to, PREPARE_TITLE "=%s ", text_get(&lifted));
	s->opened[s->depth] = s->line;
	text_release(&lifted);
}

static void leave(struct scan *s)
{
	if (s->depth)
		s->depth--;
}

/* A statement begins with the word just taken. */
static enum token take_statement(struct scan *s)
{
	struct piece word = take_piece(s), title = {NULL, 0, 0, 0};
	enum token t = next(s);

	if (t == WORD) {
		title = take_piece(s);
		t = next(s);
	}
	if (t == OPEN) {
		enter(s, &word, &title);
		return next(s);
	}
	if (t == PAREN_OPEN) {
		while (t != PAREN_CLOSE && t != END)
			t = next(s);
		return t == END ? END : next(s);
	}
	if (is_ours(&word) || word.at[0] == '"' || word.at[0] == '\'')
		mark(s, word.to + word.size); /* unknown to libconfuse, as it should be */
	else
		shape_add(s, word.at, word.size, false);
	if (t != ASSIGN || title.at)
		return t;
	skip_value(s);
	return next(s);
}

int prepare(struct arena *arena, const char *from, size_t size, struct shape *root, struct text *to)
{
	struct scan s = {.arena = arena, .at = from, .end = from + size, .to = to, .line = 1};
	enum token t;

	s.level[0] = root;
	for (t = next(&s); t != END;) {
		if (t == WORD) {
			t = take_statement(&s);
			continue;
		}
		if (t == CLOSE)
			leave(&s);
		t = next(&s);
	}
	return s.depth ? s.opened[s.depth] : 0;
}
