/* web/template_judge: whether an admin's templates are such as nines can fill. See template.h.
 *
 * A piece is given the words that stand in the shipped piece of its name, those of three braces
 * made by other pieces. A word of two braces written with three would be markup of strangers. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../module/option.h"
#include "assets.h"
#include "template.h"
#include "template_piece.h"

#define NAMES 400
#define SHOWN 60 /* bytes of a name */

struct judging {
	const char *source;
	template_wrong *wrong;
	void *with;
	bool is_wrong;
};

struct braces {
	const char *at, *key;
	size_t size;
	bool is_raw;
};

static int line_at(const char *source, const char *at)
{
	int line = 1;

	for (; source < at; source++)
		line += *source == '\n';
	return line;
}

static void tell(struct judging *j, const char *at, const char *remedy, struct text *said)
{
	j->is_wrong = true;
	j->wrong(j->with, line_at(j->source, at), text_get(said), remedy);
	text_release(said);
}

/* The next {{word}} of a piece; returns where to go on, NULL: there is none. */
static const char *next_braces(const char *at, const char *end, struct braces *b)
{
	at = memmem(at, (size_t)(end - at), "{{", 2);
	if (!at)
		return NULL;
	b->at = at;
	b->is_raw = at + 2 < end && at[2] == '{';
	b->key = at + (b->is_raw ? 3 : 2);
	b->size = b->key < end ? strcspn(b->key, "}\n") : 0;
	return b->key + b->size;
}

static bool is_closed(const struct braces *b)
{
	return !strncmp(b->key + b->size, b->is_raw ? "}}}" : "}}", b->is_raw ? 3 : 2);
}

/* Every word of that piece in what is shipped; `same`: the one alike, or the same in other braces.
 */
static size_t words_of(const struct template_piece *piece, char **names,
		       const struct braces *wanted, const struct braces **alike)
{
	static struct braces found;
	struct template_piece p;
	struct braces b;
	size_t n = 0;

	*alike = NULL;
	for (size_t i = 0; web_sources[i]; i++)
		for (const char *s = web_sources[i]; (s = template_next(s, &p));) {
			if (p.name_size != piece->name_size ||
			    memcmp(p.name, piece->name, p.name_size) != 0)
				continue;
			for (const char *at = p.at; (at = next_braces(at, p.at + p.size, &b));) {
				if (b.size == wanted->size && !memcmp(b.key, wanted->key, b.size) &&
				    (!*alike || b.is_raw == wanted->is_raw)) {
					found = b;
					*alike = &found;
				}
				if (n < NAMES)
					names[n++] = memory_copy(b.key, b.size);
			}
		}
	return n;
}

static void tell_unknown(struct judging *j, const struct template_piece *p, const struct braces *b,
			 char *const *names, size_t n)
{
	char *word = memory_copy(b->key, b->size < SHOWN ? b->size : SHOWN);
	const char *nearest = option_nearest(word, names, n, sizeof *names);
	struct text said = {0}, remedy = {0};

	text_printf(&said, "piece '%.*s' is not given the word '%s'", (int)p->name_size, p->name,
		    word);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "leave it out");
	tell(j, b->at, text_get(&remedy), &said);
	text_release(&remedy);
	free(word);
}

static void judge_word(struct judging *j, const struct template_piece *p, const struct braces *b)
{
	char *names[NAMES];
	const struct braces *alike;
	size_t n = words_of(p, names, b, &alike);
	struct text said = {0};

	if (!is_closed(b)) {
		text_printf(&said, "braces are opened and not closed");
		tell(j, b->at, "write {{word}}", &said);
	} else if (!alike) {
		tell_unknown(j, p, b, names, n);
	} else if (alike->is_raw != b->is_raw) {
		text_printf(&said, "the word '%.*s' is %s", (int)b->size, b->key,
			    alike->is_raw ? "made by another piece" : "a text, to be escaped");
		tell(j, b->at, alike->is_raw ? "write three braces" : "write two braces", &said);
	}
	while (n)
		free(names[--n]);
}

static bool is_shipped(const struct template_piece *piece)
{
	struct template_piece p;

	for (size_t i = 0; web_sources[i]; i++)
		for (const char *s = web_sources[i]; (s = template_next(s, &p));)
			if (p.name_size == piece->name_size &&
			    !memcmp(p.name, piece->name, p.name_size))
				return true;
	return false;
}

static void tell_no_piece(struct judging *j, const struct template_piece *piece)
{
	char *names[NAMES], *name = memory_copy(piece->name, piece->name_size);
	struct text said = {0}, remedy = {0};
	struct template_piece p;
	const char *nearest;
	size_t n = 0;

	for (size_t i = 0; web_sources[i]; i++)
		for (const char *s = web_sources[i]; n < NAMES && (s = template_next(s, &p));)
			names[n++] = memory_copy(p.name, p.name_size);
	nearest = option_nearest(name, names, n, sizeof *names);
	text_printf(&said, "there is no piece '%.60s'", name);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "share/doc/nines/web has them all");
	tell(j, piece->mark, text_get(&remedy), &said);
	text_release(&remedy);
	while (n)
		free(names[--n]);
	free(name);
}

static bool is_blank(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at))
		at++;
	return at == end || !strncmp(at, "<!--", 4);
}

bool template_judge(const char *source, template_wrong *wrong, void *with)
{
	struct judging j = {.source = source, .wrong = wrong, .with = with};
	const char *begin = strstr(source, TEMPLATE_MARK);
	struct template_piece p;
	struct braces b;
	struct text said = {0};

	if (!is_blank(source, begin ? begin : source + strlen(source))) {
		text_puts(&said, "text in front of the first piece");
		tell(&j, source, "write <!-- piece NAME --> in front of it", &said);
	}
	for (const char *s = source; (s = template_next(s, &p));) {
		if (!is_shipped(&p))
			tell_no_piece(&j, &p);
		else
			for (const char *at = p.at; (at = next_braces(at, p.at + p.size, &b));)
				judge_word(&j, &p, &b);
	}
	return !j.is_wrong;
}
