/* cli/subscriber_import: subscribers of a file, one a line, as CSV: a heading that names the
 * columns (address, and any of page kinds components audiences maintenance after), then a row each.
 * Lists in a cell are separated by commas or semicolons, quotes around a cell are as RFC 4180 has
 * them. Each of them is asked whether he wants it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subscriber.h"

#define COLUMNS   16
#define LINE_MOST 8192

struct row {
	char *cell[COLUMNS];
	size_t cells;
};

/* In place. False: a quote has no end, or there are too many cells. */
static bool split(struct row *r, char *at)
{
	char *to;

	r->cells = 0;
	for (;;) {
		if (r->cells == COLUMNS)
			return false;
		r->cell[r->cells++] = to = at;
		if (*at == '"') {
			for (at++; *at && (*at != '"' || at[1] == '"'); at++)
				*to++ = *at == '"' ? *++at : *at; /* two stand for one */
			if (*at++ != '"')
				return false;
			*to = '\0';
			at += strcspn(at, ",");
		} else {
			at += strcspn(at, ",");
		}
		if (!*at)
			return true;
		*at++ = '\0';
	}
}

static const struct {
	const char *name;
	size_t offset;
} column[] = {
	{"page", offsetof(struct subscriber_asked, page)},
	{"kinds", offsetof(struct subscriber_asked, kinds)},
	{"components", offsetof(struct subscriber_asked, components)},
	{"audiences", offsetof(struct subscriber_asked, audiences)},
	{"maintenance", offsetof(struct subscriber_asked, maintenance)},
	{"after", offsetof(struct subscriber_asked, after)},
};
#define KNOWN (sizeof column / sizeof *column)

static size_t find(const char *name)
{
	size_t i = 0;

	while (i < KNOWN && strcmp(column[i].name, name))
		i++;
	return i;
}

static const char *wrong_heading(const struct row *h)
{
	bool has_address = false;

	for (size_t i = 0; i < h->cells; i++) {
		has_address |= !strcmp(h->cell[i], "address");
		if (strcmp(h->cell[i], "address") && find(h->cell[i]) == KNOWN)
			return h->cell[i];
	}
	return has_address ? NULL : "";
}

/* A cell that is empty leaves what the flags say. */
static int take(const struct cli *cli, const struct subscriber_asked *flags, const struct row *h,
		const struct row *r, const char *file, int line)
{
	struct subscriber_asked a = *flags;
	const char *to = "";

	for (size_t i = 0; i < r->cells && i < h->cells; i++) {
		size_t known = find(h->cell[i]);

		if (known < KNOWN && *r->cell[i])
			*(const char **)((char *)&a + column[known].offset) = r->cell[i];
		else if (known == KNOWN)
			to = r->cell[i];
	}
	if (!strchr(to, ':'))
		return cli_fail(EXIT_FINDING,
				"%s:%d: '%.100s' is no address: write "
				"email:ann@example.org",
				file, line, to);
	if (subscriber_add(cli, &a, to, true) == EXIT_DONE)
		return EXIT_DONE;
	return cli_fail(EXIT_FINDING, "%s:%d: '%.100s' was not asked", file, line, to);
}

static int take_rows(const struct cli *cli, const struct subscriber_asked *a, const char *file,
		     FILE *f)
{
	static char heading[LINE_MOST], text[LINE_MOST]; /* too large for a stack frame */
	struct row h = {.cells = 0}, r;
	int status = EXIT_DONE, line = 0;

	while (fgets(line ? text : heading, LINE_MOST, f)) {
		char *at = line++ ? text : heading;

		at[strcspn(at, "\r\n")] = '\0';
		if (line > 1 && !*at)
			continue;
		if (!split(line > 1 ? &r : &h, at))
			status = cli_fail(EXIT_FINDING, "%s:%d: a quote has no end", file, line);
		else if (line == 1 && wrong_heading(&h))
			return cli_fail(EXIT_FINDING,
					"%s:1: the heading names the columns: address, and any of "
					"page, kinds, components, audiences, maintenance, after",
					file);
		else if (line > 1 && take(cli, a, &h, &r, file, line) != EXIT_DONE)
			status = EXIT_FINDING;
	}
	return status;
}

int subscriber_import(const struct cli *cli, const void *asked, char **word)
{
	const char *file = word[1];
	FILE *f = fopen(file, "re");
	int status;

	if (!f)
		return cli_fail(EXIT_FAILED, "cannot read '%s': %m", file);
	status = take_rows(cli, asked, file, f);
	fclose(f);
	return status;
}
