/* cli/screen: see screen.h. */
#include "screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define LEAST_COLUMNS 40
#define MOST_COLUMNS 400

static const char *const sequence[] = {
	[TONE_PLAIN] = "\033[0m", [TONE_GOOD] = "\033[32m",    [TONE_WARN] = "\033[33m",
	[TONE_BAD] = "\033[31m",  [TONE_UNKNOWN] = "\033[35m", [TONE_DIM] = "\033[2m",
	[TONE_BOLD] = "\033[1m",
};

static int columns_of(int fd)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	int64_t n = 80;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		n = size.ws_col;
	else if (said && !text_to_int(said, &n))
		n = 80;
	return n < LEAST_COLUMNS ? LEAST_COLUMNS : n > MOST_COLUMNS ? MOST_COLUMNS : (int)n;
}

void screen_open(struct screen *s, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	s->has_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	s->has_color = isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb");
	s->columns = columns_of(fd);
}

void screen_tone(const struct screen *s, struct text *t, enum tone tone)
{
	if (s->has_color)
		text_puts(t, sequence[tone]);
}

void screen_toned(const struct screen *s, struct text *t, enum tone tone, const char *text)
{
	screen_tone(s, t, tone);
	text_puts(t, text);
	screen_tone(s, t, TONE_PLAIN);
}

static const struct {
	const char *state;
	enum tone tone;
} tone_of[] = {{"up", TONE_GOOD},          {"ok", TONE_GOOD},  {"degraded", TONE_WARN},
	       {"unconfirmed", TONE_WARN}, {"down", TONE_BAD}, {"not-monitored", TONE_DIM},
	       {"delivered", TONE_GOOD},   {"later", TONE_WARN}, {"gave-up", TONE_BAD}};

enum tone screen_tone_of(const char *state)
{
	for (size_t i = 0; i < sizeof tone_of / sizeof *tone_of; i++)
		if (!strcmp(tone_of[i].state, state))
			return tone_of[i].tone;
	return TONE_UNKNOWN;
}

void screen_safe(const struct screen *s, struct text *t, const char *text, size_t most)
{
	size_t begin = t->size, to = begin;

	text_add_safe(t, text, strlen(text), most);
	if (s->has_utf8 || !t->at)
		return;
	/* Elsewhere bytes from 0x80 may be C1 controls: one question mark a character. */
	for (size_t i = begin; i < t->size; i++)
		if (!(t->at[i] & 0x80))
			t->at[to++] = t->at[i];
		else if ((t->at[i] & 0xc0) != 0x80)
			t->at[to++] = '?';
	t->size = to;
	t->at[to] = '\0';
}

void screen_lines(const struct screen *s, struct text *t, const char *indent, const char *lines,
		  size_t most)
{
	struct text line = {0};

	while (text_next_line(&lines, &line)) {
		text_puts(t, indent);
		screen_safe(s, t, line.at, most);
		text_putc(t, '\n');
	}
}

void screen_list(const struct screen *s, struct text *t, const char *lines, size_t most)
{
	const char *first = lines;
	struct text line = {0};

	for (; text_next_line(&lines, &line); first = NULL) {
		text_puts(t, first ? "" : ", ");
		screen_safe(s, t, line.at, most);
	}
}

int screen_width(const struct screen *s, const char *text)
{
	mbstate_t state = {0};
	size_t left = strlen(text), n;
	int columns = 0, w;
	wchar_t rune;

	if (!s->has_utf8)
		return (int)left;
	for (; left; text += n, left -= n) {
		n = mbrtowc(&rune, text, left, &state);
		if (n == 0 || n > left)
			return columns + (int)left;
		w = wcwidth(rune);
		columns += w > 0 ? w : 0;
	}
	return columns;
}

void screen_spaces(struct text *t, int n)
{
	while (n-- > 0)
		text_putc(t, ' ');
}

void screen_field(const struct screen *s, struct text *t, const char *text, int columns)
{
	struct text safe = {0};
	int room;

	screen_safe(s, &safe, text, 512);
	room = abs(columns) - screen_width(s, text_get(&safe));
	if (columns < 0)
		screen_spaces(t, room);
	text_puts(t, text_get(&safe));
	if (columns > 0)
		screen_spaces(t, room);
	text_release(&safe);
}
