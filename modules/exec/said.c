/* modules/exec/said: see said.h. */
#include "said.h"

#include <stdbool.h>
#include <string.h>

/* The host does so in reasons and facts, but names of values come from here too. */
void said_strike(char *text, const char *secret)
{
	size_t size = strlen(secret);

	for (char *found = text; size && (found = strstr(found, secret)); found += size)
		memset(found, '*', size);
}

static void trim(char *text)
{
	size_t n = strlen(text);

	while (n && strchr(" \t\r\n", text[n - 1]))
		text[--n] = '\0';
}

/* TEXT | PERFDATA, then lines of more text, up to one with another '|': all behind that is
 * performance data again. */
void said_split(struct said *s, const char *output)
{
	char *text = s->text, *perfdata = s->perfdata;
	bool is_first = true, is_data = false;

	for (; *output; output++) {
		if (*output == '\n' && is_first) {
			is_first = is_data = false;
			*perfdata++ = ' ';
			text = s->more;
		} else if (*output == '|' && !is_data) {
			is_data = true;
			*perfdata++ = ' ';
		} else if (is_data) {
			*perfdata++ = *output;
		} else {
			*text++ = *output;
		}
	}
	trim(s->text);
	trim(s->more);
}

/* Not in the middle of a character. */
void said_cut(char *text, size_t most)
{
	if (strlen(text) <= most)
		return;
	while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	text[most] = '\0';
}
