/* web/json: texts of strangers as JSON, and a document written out. jansson does the work. */
#ifndef NINES_WEB_JSON_H
#define NINES_WEB_JSON_H

#include <jansson.h>

#include "../base/steps.h"
#include "../base/text.h"

/* Valid UTF-8 whatever the bytes are; newlines and tabs stay, other control characters do not.
 * New reference. */
json_t *json_safe(const char *text);
/* Of texts joined by newlines an array, each as json_safe() makes it. New reference. */
json_t *json_lines(const char *list);
/* RFC 3339 UTC with microseconds; null for 0. New reference. */
json_t *json_time(int64_t wall_us);
/* A number: an integer where it is one. New reference. */
json_t *json_number(double);
/* The list of a probe's steps, as every document has it. New reference. */
json_t *json_steps(const struct steps_one *, size_t count);
/* Appends the document and a newline; gives the reference up. */
void json_write(struct text *, json_t *document);

#endif
