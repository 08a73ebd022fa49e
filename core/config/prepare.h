/* config/prepare: a configuration's text as libconfuse 3.3 can read it, line by line the same.
 *
 * libconfuse has quirks that a user must not meet: comments make it miscount lines and break lists,
 * ${x} expands inside quotes (passwords!), one word cannot be an option and a section, the first
 * unknown word ends the reading, a section that is never closed goes unnoticed, and each title is
 * compared with all before it. So the text goes through here first: comments are taken out, `$` in
 * quotes is escaped, a section's word gets the mark `~`, its first entries are `line-` with its
 * depth and `title-` with its title, and all words are gathered, so that every word can be declared
 * and what is unknown is judged later, all of it at once. Syntax is still libconfuse's. */
#ifndef NINES_CONFIG_PREPARE_H
#define NINES_CONFIG_PREPARE_H

#include <stdbool.h>

#include "../base/arena.h"
#include "../base/text.h"

#define PREPARE_MARK '~'
#define PREPARE_LINE "line-"
#define PREPARE_TITLE "title-"
#define PREPARE_DEPTH 8

/* The words of one level of a file: options, and sections with their own words. */
struct shape {
	const char *word;
	bool is_section;
	struct shape *child, *next;
};

/* Writes to *to and fills *root. A section that is not closed: its line, else 0. Memory comes from
 * the arena; a file with too many different words loses some, which libconfuse then names. */
int prepare(struct arena *, const char *from, size_t size, struct shape *root, struct text *to);

#endif
