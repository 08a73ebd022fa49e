/* fiber/switch where there is no faster one: see switch.h. */
#ifndef __x86_64__

#include "switch.h"

void switch_prepare(struct switch_context *c, void *low, size_t bytes, void (*enter)(void))
{
	getcontext(&c->saved);
	c->saved.uc_stack.ss_sp = low;
	c->saved.uc_stack.ss_size = bytes;
	c->saved.uc_link = NULL;
	makecontext(&c->saved, enter, 0);
}

void switch_swap(struct switch_context *from, struct switch_context *to)
{
	swapcontext(&from->saved, &to->saved);
}

#endif
