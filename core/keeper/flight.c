/* keeper/flight: the probes handed out or waiting to be, by the id that a prober answers with. Ids
 * count up and most probes end in the order in which they began, so the table is a ring: the next
 * answer's flight stands beside the one of the last. An id whose place is taken is left out. */
#include <stdlib.h>

#include "../base/memory.h"
#include "alert.h"

#define ROOM 256 /* a power of two, as all that follow */

static struct flight **place(const struct flight_ring *r, int64_t id)
{
	return &r->at[(size_t)id & (r->room - 1)];
}

static void widen(struct flight_ring *r)
{
	struct flight_ring old = *r;

	r->room = old.room ? old.room * 2 : ROOM;
	r->at = memory_new(r->room * sizeof(struct flight *));
	for (size_t i = 0; i < old.room; i++)
		if (old.at[i])
			*place(r, old.at[i]->id) = old.at[i];
	free(old.at);
}

void flight_number(struct flight_ring *r, struct flight *f)
{
	if (r->count * 2 >= r->room)
		widen(r);
	while (*place(r, ++r->last))
		;
	f->id = r->last;
	*place(r, f->id) = f;
	r->count++;
}

struct flight *flight_find(const struct flight_ring *r, int64_t id)
{
	struct flight *f = id > 0 && r->room ? *place(r, id) : NULL;

	return f && f->id == id ? f : NULL;
}

void flight_forget(struct flight_ring *r, struct flight *f)
{
	*place(r, f->id) = NULL;
	r->count--;
	f->id = 0;
}

static void fetch(const void *at, size_t size)
{
	for (size_t i = 0; i < size; i += 64)
		__builtin_prefetch((const char *)at + i, 1);
}

/* Each thing is fetched a result after the one that points to it. */
void flight_fetch(const struct flight_ring *r, int64_t id)
{
	const struct flight *f = *place(r, id + 4);

	if (f)
		fetch(f, sizeof *f);
	if ((f = flight_find(r, id + 3)))
		fetch(f->cycle, sizeof *f->cycle);
	if ((f = flight_find(r, id + 2)))
		fetch(f->cycle->check, sizeof *f->cycle->check);
	if (!(f = flight_find(r, id + 1)))
		return;
	__builtin_prefetch(f->cycle->check->name);
	__builtin_prefetch(f->cycle->check->last_steps.at, 1);
	alert_fetch(f->cycle->check);
}
