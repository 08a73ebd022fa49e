/* cli/screen: what the terminal can show, and text made fit for it.
 *
 * Colour only on a terminal and without NO_COLOR (no-color.org); blocks and other non-ASCII
 * only where the locale is UTF-8; the width is the terminal's, else COLUMNS, else 80. Whatever
 * a server, a module or a keeper said goes through screen_safe() and nothing else (F44). Every
 * command that prints for people uses it. */
#ifndef NINES_CLI_SCREEN_H
#define NINES_CLI_SCREEN_H

#include "../base/text.h"

struct screen {
	bool has_color, has_utf8;
	int columns;
};

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_UNKNOWN, TONE_DIM, TONE_BOLD };

void screen_open(struct screen *, int fd);

/* Begins a tone; TONE_PLAIN ends it. Nothing without colour. */
void screen_tone(const struct screen *, struct text *, enum tone);
/* `text` in that tone. */
void screen_toned(const struct screen *, struct text *, enum tone, const char *text);

/* The tone of a verdict or state: "up", "degraded", "down", everything else unknown. */
enum tone screen_tone_of(const char *state);

/* Foreign text without anything a terminal obeys, at most `most` bytes. */
void screen_safe(const struct screen *, struct text *, const char *text, size_t most);
/* Each line of `lines` by itself, behind `indent`; a list on one line, with commas. */
void screen_lines(const struct screen *, struct text *, const char *indent, const char *lines,
		  size_t most);
void screen_list(const struct screen *, struct text *, const char *lines, size_t most);

/* Columns that `text` (already safe) takes. */
int screen_width(const struct screen *, const char *text);
/* Foreign text in a field of `columns`, padded at the right (left when negative), never cut. */
void screen_field(const struct screen *, struct text *, const char *text, int columns);
void screen_spaces(struct text *, int n);

#endif
