/* module/descriptor: what is known of a module without running any of it.
 *
 * Made from the lines that a judging child printed (load.h, module_judge), so it is plain data:
 * its head works with option_set() on an options struct of its own layout, which no module ever
 * sees. Whoever configures or explains a module (loader, manual) uses this; who runs one, load.h.
 * A module refused today may still have the head of an earlier, good build. */
#ifndef NINES_MODULE_DESCRIPTOR_H
#define NINES_MODULE_DESCRIPTOR_H

#include "../base/arena.h"
#include "../base/line.h"
#include "option.h"

struct descriptor {
	struct module_head head;
	const char *path, *build, *standard_every, *standard_timeout, *standard_every_items;
	const char *refused; /* one sentence; NULL: the module is good */
	bool judges;	     /* it has something to say of its checks' options */
	bool is_known;	     /* the head is that of a good module, today's or an earlier one */
	struct descriptor *next;
};

/* All that were read, in order. Zero-initialise, then descriptors_init(). */
struct descriptors {
	struct arena arena;
	struct descriptor *first, **last;
};

void descriptors_init(struct descriptors *);
void descriptors_release(struct descriptors *);

/* Takes the lines `module` and `option` of `text`. False: they are not what a judge prints. */
bool descriptors_read(struct descriptors *, const char *text, size_t size);

/* Judges every NAME.so of a folder, in the order of their names. A folder that is missing is empty.
 */
void descriptors_judge_folder(struct descriptors *, const char *folder, enum module_kind);

/* The one of that kind and name, or NULL. */
struct descriptor *descriptor_find(const struct descriptors *, enum module_kind, const char *name);

/* The lines again: what descriptors_read() takes. */
void descriptor_add_lines(const struct descriptor *, struct text *);

#endif
