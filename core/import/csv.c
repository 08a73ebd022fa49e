/* import/csv: a history as comma-separated values (RFC 4180), one sample a line. See import.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "import.h"

#define COLUMNS 64
#define RESPONSE_MOST_MS 86400000.0

enum column { COLUMN_NAME, COLUMN_TIME, COLUMN_STATE, COLUMN_RESPONSE, COLUMN_KINDS };

static const struct {
	const char *name;
	enum column column;
} known[] = {{"service", COLUMN_NAME}, {"check", COLUMN_NAME},   {"ts_utc", COLUMN_TIME},
	     {"state", COLUMN_STATE},  {"response_ms", COLUMN_RESPONSE}};

static const enum sla_state accepted[] = {SLA_UP, SLA_DEGRADED, SLA_DOWN, SLA_UNKNOWN};

/* Cuts the line into fields in place; 0 when a quote is wrong. A quoted line end is not allowed: no
 * column here holds one. */
static size_t cut_fields(char *at, char **field)
{
	size_t n = 0;
	char *to;

	while (n < COLUMNS) {
		bool quoted = *at == '"';

		field[n++] = to = at += quoted;
		while (*at && (quoted ? *at != '"' || at[1] == '"' : *at != ',')) {
			at += quoted && *at == '"';
			*to++ = *at++;
		}
		if (quoted && *at++ != '"')
			return 0;
		if (*at && *at != ',')
			return 0;
		if (!*at) {
			*to = '\0';
			return n;
		}
		*to = '\0';
		at++;
	}
	return n;
}

static bool read_header(struct import *im, FILE *f, int place[COLUMN_KINDS])
{
	char *field[COLUMNS], *line = import_line(im, f);
	size_t n = line ? cut_fields(strncmp(line, "\xef\xbb\xbf", 3) ? line : line + 3, field) : 0;

	for (int c = 0; c < COLUMN_KINDS; c++)
		place[c] = -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			if (!strcmp(field[i], known[k].name))
				place[known[k].column] = (int)i;
	if ((place[COLUMN_NAME] >= 0 || im->check) && place[COLUMN_TIME] >= 0 &&
	    place[COLUMN_STATE] >= 0)
		return true;
	im->line = 1;
	import_problem(im, "the first line must name the columns service (or check), ts_utc and "
			   "state: %s",
		       place[COLUMN_NAME] < 0 ? "the first is missing; --check NAME does instead"
		       : place[COLUMN_TIME] < 0 ? "ts_utc is missing"
						: "state is missing");
	return false;
}

static bool read_state(struct import *im, const char *word, enum sla_state *state)
{
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
		if (!strcmp(word, sla_state_name[accepted[i]])) {
			*state = accepted[i];
			return true;
		}
	import_problem(im, "'%s' is no state: write up, degraded, down or unknown", word);
	return false;
}

static bool read_response(struct import *im, const char *word, int64_t *us)
{
	char *end;
	double ms;

	*us = -1;
	if (!*word)
		return true;
	ms = strtod(word, &end);
	if (end == word || *end || !(ms >= 0 && ms <= RESPONSE_MOST_MS)) {
		import_problem(im, "response_ms '%s' is no number from 0 to 86400000", word);
		return false;
	}
	*us = (int64_t)(ms * 1000 + 0.5);
	return true;
}

static void read_row(struct import *im, char *line, const int place[COLUMN_KINDS])
{
	char *field[COLUMNS];
	size_t n = cut_fields(line, field);
	enum sla_state state;
	int64_t at_us, response_us = -1;
	uint32_t target;

	for (int c = COLUMN_NAME; c <= COLUMN_STATE; c++)
		if (!n || place[c] >= (int)n) {
			import_problem(im,
				       n ? "a column is missing: the line has only %zu"
					 : "a quote is wrong",
				       n);
			return;
		}
	if (!clock_parse_utc(field[place[COLUMN_TIME]], &at_us)) {
		import_problem(im, "'%s' is no time: write it like 2026-11-21T18:00:00Z",
			       field[place[COLUMN_TIME]]);
		return;
	}
	if (!import_time(im, at_us))
		return;
	if (!read_state(im, field[place[COLUMN_STATE]], &state))
		return;
	if (place[COLUMN_RESPONSE] >= 0 && place[COLUMN_RESPONSE] < (int)n &&
	    !read_response(im, field[place[COLUMN_RESPONSE]], &response_us))
		return;
	target = import_target(im, place[COLUMN_NAME] < 0 ? im->check : field[place[COLUMN_NAME]]);
	if (target != UINT32_MAX)
		import_add(im, target, at_us, state, SLA_NO_CAUSE, response_us);
}

void import_read_csv(struct import *im, FILE *f)
{
	int place[COLUMN_KINDS];
	char *line;

	if (!read_header(im, f, place))
		return;
	while ((line = import_line(im, f)))
		if (*line)
			read_row(im, line, place);
}
