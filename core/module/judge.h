/* module/judge: is a descriptor sane?
 *
 * Looks only at `size` bytes of it and at what its pointers lead to; a descriptor whose pointers
 * lead nowhere crashes whoever judges, which is why module_judge() does so in a child. The answer
 * is empty or a sentence without the path: load.c adds it. */
#ifndef NINES_MODULE_JUDGE_H
#define NINES_MODULE_JUDGE_H

#include "load.h"

/* Copies the descriptor into m->copy and sets m->head, m->check ... False: *why says what is wrong
 * and the remedy. */
bool judge_descriptor(struct module *, const void *descriptor, enum module_kind, struct text *why);

#endif
