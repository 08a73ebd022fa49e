/* pdf/catalog: see catalog.h. */
#include "catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last `what` at or behind `from`; NULL: none. */
static const char *last_of(const struct text *pdf, const char *from, const char *what)
{
	const char *end = pdf->at + pdf->size, *found = NULL, *next = from;

	while ((next = memmem(next, (size_t)(end - next), what, strlen(what))))
		found = next++;
	return found;
}

/* The number behind a word at or behind `from`; 0: there is none. */
static long number_behind(const struct text *pdf, const char *from, const char *word)
{
	const char *at = from ? last_of(pdf, from, word) : NULL;

	return at ? strtol(at + strlen(word), NULL, 10) : 0;
}

/* The words of the catalog, between its brackets. */
static void add_words(struct text *into, const struct text *pdf, long root)
{
	const char *begin, *end = NULL;
	char head[64];

	snprintf(head, sizeof head, "\n%ld 0 obj\n<< /Type /Catalog", root);
	begin = last_of(pdf, pdf->at, head);
	if (begin)
		end = strstr(begin, "\n>>\nendobj");
	if (end)
		text_add(into, strstr(begin, "/Type"), (size_t)(end - strstr(begin, "/Type")));
}

struct trailer {
	long size, root, info, before;
};

static void append(struct text *pdf, const struct trailer *t, const char *words)
{
	size_t object = pdf->size, table;

	text_printf(pdf,
		    "%ld 0 obj\n<< %s\n   /Lang (en)\n   /MarkInfo << /Marked true >>\n"
		    "   /ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n",
		    t->root, words);
	table = pdf->size;
	text_printf(pdf, "xref\n%ld 1\n%010zu 00000 n \n", t->root, object);
	text_printf(pdf, "trailer\n<< /Size %ld /Root %ld 0 R /Info %ld 0 R /Prev %ld >>\n",
		    t->size, t->root, t->info, t->before);
	text_printf(pdf, "startxref\n%zu\n%%%%EOF\n", table);
}

void catalog_complete(struct text *pdf)
{
	const char *at = pdf->size ? last_of(pdf, pdf->at, "\ntrailer\n") : NULL;
	const struct trailer t = {
		.size = number_behind(pdf, at, "/Size "),
		.root = number_behind(pdf, at, "/Root "),
		.info = number_behind(pdf, at, "/Info "),
		.before = number_behind(pdf, at, "startxref\n"),
	};
	struct text words = {0};

	if (t.size && t.root && t.info && t.before)
		add_words(&words, pdf, t.root);
	if (words.size && !strstr(words.at, "/Lang"))
		append(pdf, &t, words.at);
	text_release(&words);
}
