/* modules/exec/said: what a plugin said, taken apart: its first line, further lines, performance
 * data. Pure; foreign text. */
#ifndef NINES_EXEC_SAID_H
#define NINES_EXEC_SAID_H

#include <stddef.h>

/* Each zeroed, with room for the whole output and two bytes more. */
struct said {
	char *text, *more, *perfdata;
};

void said_split(struct said *, const char *output);
/* Puts stars in place of the secret; "" is none. */
void said_strike(char *text, const char *secret);
/* To `most` bytes, but not in the middle of a character. */
void said_cut(char *text, size_t most);

#endif
