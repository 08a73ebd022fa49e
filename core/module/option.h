/* module/option: options declared as data become members of an options struct.
 *
 * A value is a text (from a configuration, a `check` line or the command line); the table in the
 * module's descriptor says what it may be. Texts and lists live in the arena, the struct is the
 * caller's (head->options_size zeroed bytes). Every refusal is one sentence that names the option,
 * and shows the value unless it is secret. A list is one text, its values separated by newlines.
 * The same tables and functions serve the core's own sections (config/). Used by the loader, the
 * prober, the command line; never reads files, never looks at secrets' meaning. */
#ifndef NINES_MODULE_OPTION_H
#define NINES_MODULE_OPTION_H

#include <nines/module.h>

#include "../base/arena.h"
#include "../base/line.h"
#include "../base/map.h"
#include "../base/text.h"

#define OPTION_VALUE_BYTES 32768 /* a longer value is refused */
#define OPTION_ENTRIES 200       /* of one table */

/* Gives every option its default. False: *wrong says which default does not parse. */
bool option_defaults(const struct module_head *, void *options, struct arena *, struct text *wrong);

/* Sets one option. False: *wrong says why; the member keeps what it was. */
bool option_set(const struct module_head *, void *options, struct arena *, const char *name,
		const char *value, struct text *wrong);

/* After the last option_set(): are all required options among the names in `given`
 * (NULL-terminated)? */
bool option_complete(const struct module_head *, const void *options, const char *const *given,
		     struct text *wrong);

/* All options from the words `opt.NAME` of a line, the others as they default to. "@secret:N" of an
 * option that is secret stands for text number N of `secrets`. False: *wrong says why; nothing when
 * there is no memory. */
bool option_read(const struct module_head *, void *options, struct arena *, const struct line *,
		 const struct map *secrets, struct text *wrong);

/* NULL when the table has no such option. */
const struct module_option *option_find(const struct module_head *, const char *name);

/* "text", "port range" and so on: the word for a type in manuals and lines; NULL for an unknown
 * type. */
const char *option_type_name(uint32_t type);
/* 0 when there is no such type. */
uint32_t option_type_of(const char *name);
/* Bytes of the member and what its offset must be a multiple of; 0 for an unknown type. */
size_t option_member_bytes(uint32_t type);

/* Of `count` names (`stride` bytes apart, a const char * each) the one that was probably meant, or
 * NULL. */
const char *option_nearest(const char *name, const void *names, size_t count, size_t stride);

#endif
