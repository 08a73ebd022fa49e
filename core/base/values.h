/* base/values: what one probe has measured beside its steps, as it stands in a line:
 * `loss:0:%,rtt_avg:35:us,sessions:12`.
 *
 * A name, `:` and a decimal number, `:` and the unit where there is one. A name has the characters
 * of a line's key, so it ends at its colon; a unit goes on to the comma. Written by a probe's
 * result, read by whoever shows or keeps one; the text comes from another process and is not
 * trusted. */
#ifndef NINES_BASE_VALUES_H
#define NINES_BASE_VALUES_H

#include <stdbool.h>

struct values_one {
	const char *name, *text; /* text: "35 us" */
};

/* The next value of the list at *at, which moves behind it. Cuts the list where it stands, as
 * line_parse() does, so it is read once. False at its end, and whatever is malformed ends it. */
bool values_take(char **at, struct values_one *);

#endif
