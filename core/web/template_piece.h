/* web/template_piece: how a source of templates is cut into pieces. For template.c and
 * template_judge.c. */
#ifndef NINES_WEB_TEMPLATE_PIECE_H
#define NINES_WEB_TEMPLATE_PIECE_H

#include <stddef.h>

#define TEMPLATE_MARK "<!-- piece "

struct template_piece {
	const char *mark, *name, *at;
	size_t name_size, size;
};

/* The first piece at or behind `at`; returns where to look for the next, NULL: there is none. */
const char *template_next(const char *at, struct template_piece *);

#endif
