/* web/problem: what went wrong, for programs: application/problem+json (RFC 9457). */
#ifndef NINES_WEB_PROBLEM_H
#define NINES_WEB_PROBLEM_H

#include "route.h"

/* In place of whatever the answer's body was. */
void problem_answer(struct answer *, unsigned status, const char *detail);
/* Does whoever asks for that path (NULL: it could not be read) want problems like that? */
bool problem_is_wanted(const char *path);

#endif
