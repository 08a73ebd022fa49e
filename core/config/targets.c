/* config/targets: see targets.h. */
#include "targets.h"

#include <string.h>

#include "../base/log.h"

static bool unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '\\') {
			s++;
			if (!*s || !strchr("tn\\", *s))
				return false;
			*to++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : '\\';
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
	return true;
}

/* Cuts a line at its tabs; the number of cells, SIZE_MAX when there are too many. */
static size_t cut(char *at, char *cell[])
{
	size_t n = 0;

	while (at) {
		if (n == TARGETS_COLUMNS)
			return SIZE_MAX;
		cell[n++] = strsep(&at, "\t");
	}
	return n;
}

static bool is_good_header(struct parse *p, struct targets *t)
{
	if (t->columns == SIZE_MAX || strcmp(t->column[0], "name")) {
		problem_add(p, t->file, t->line,
			    "begin it with a line like name<TAB>host<TAB>every",
			    "the first column is not 'name'");
		return false;
	}
	for (size_t i = 1; i < t->columns; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(t->column[i], t->column[j])) {
				problem_add(p, t->file, t->line, "remove one",
					    "column '%s' stands twice", t->column[i]);
				return false;
			}
	return t->take_header(t->with, t);
}

static void take_row(struct parse *p, struct targets *t, char *at)
{
	size_t n = cut(at, t->cell);

	if (n != t->columns) {
		problem_add(p, t->file, t->line, "separate the cells by single tabs",
			    "%zu columns, the first line has %zu", n, t->columns);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (unescape(t->cell[i]))
			continue;
		problem_add(p, t->file, t->line, "write \\\\ for a backslash",
			    "an unknown escape in column '%s'", t->column[i]);
		return;
	}
	if (!*t->cell[0])
		problem_add(p, t->file, t->line, "name it", "the name is empty");
	else
		t->take_row(t->with, t);
}

static void take_lines(struct parse *p, struct targets *t, char *at)
{
	char *line;
	size_t n;
	bool has_header = false;

	while (at) {
		line = strsep(&at, "\n");
		t->line++;
		n = strlen(line);
		if (n && line[n - 1] == '\r')
			line[n - 1] = '\0';
		if (!*line || *line == '#')
			continue;
		if (has_header) {
			take_row(p, t, line);
			continue;
		}
		t->columns = cut(line, t->column);
		if (!is_good_header(p, t))
			return;
		has_header = true;
	}
	if (!has_header)
		problem_add(p, t->file, 0, "begin it with a line like name<TAB>host",
			    "the list is empty");
}

void targets_read(struct parse *p, struct targets *t, const char *from, int line)
{
	struct text text = {0};
	struct stat st;
	const char *wrong = parse_read_whole(t->file, &text, &st);

	t->line = 0;
	if (wrong)
		problem_add(p, from, line, "correct the path of the target list",
			    "targets: '%s': %s", t->file, wrong);
	else
		take_lines(p, t, text.at);
	text_release(&text);
}
