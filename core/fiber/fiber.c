/* fiber/fiber: see fiber.h.
 *
 * One mapping a fiber, from low to high: guard page, stack, spare area, struct fiber. All that a
 * small fiber touches lies in the top page or two. */
#include "fiber.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "../base/sanitizer.h"
#include "switch.h"

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_MAKE_MEM_UNDEFINED(at, size) ((void)(at), (void)(size))
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif

#if HAS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define __sanitizer_start_switch_fiber(fake, bottom, size) \
	((void)(fake), (void)(bottom), (void)(size))
#define __sanitizer_finish_switch_fiber(fake, bottom, size) \
	((void)(fake), (void)(bottom), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

#define FIBER_MAGIC 0x66696272u
#define PAGE_BYTES 4096
#define MAP_BYTES (PAGE_BYTES + FIBER_STACK_BYTES)
#define FETCHED 2560 /* bytes: a spare area, the first frames */
#define POOL_WARM 128  /* so many pooled stacks keep all their pages */
#define POOL_MOST 1024 /* more are given back to the kernel */

struct fiber {
	uint32_t magic;
	bool has_begun, has_ended;
	unsigned valgrind;
	struct switch_context context;
	void (*run)(void *);
	void *with;
	char *map, *spare;
	void *fake; /* ASan's */
	struct fiber *next, *last;
};

struct pool {
	struct fiber *first;
	size_t count;
};

static struct {
	struct switch_context loop;
	struct fiber *running;
	/* Taken from warm first: the hot path makes no system call even after a burst. */
	struct pool warm, cold;
	struct fiber *used; /* for gdb/fibers.py */
	void *fake;
	const void *loop_bottom;
	size_t loop_bytes;
} sched;

static char *stack_low(const struct fiber *f)
{
	return f->map + PAGE_BYTES;
}

static size_t stack_bytes(const struct fiber *f)
{
	return (size_t)(f->spare - stack_low(f));
}

static struct fiber *map_fiber(void)
{
	char *map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	struct fiber *f;

	if (map == MAP_FAILED)
		return NULL;
	if (mprotect(map, PAGE_BYTES, PROT_NONE) != 0) {
		munmap(map, MAP_BYTES);
		return NULL;
	}
	f = (struct fiber *)(map + MAP_BYTES - ((sizeof *f + 63) & ~(size_t)63));
	f->magic = FIBER_MAGIC;
	f->map = map;
	f->valgrind = VALGRIND_STACK_REGISTER(map + PAGE_BYTES, (char *)f);
	return f;
}

static void unmap_fiber(struct fiber *f)
{
	VALGRIND_STACK_DEREGISTER(f->valgrind);
	munmap(f->map, MAP_BYTES);
}

static void add_used(struct fiber *f)
{
	f->next = sched.used;
	f->last = NULL;
	if (f->next)
		f->next->last = f;
	sched.used = f;
}

static void remove_used(struct fiber *f)
{
	*(f->last ? &f->last->next : &sched.used) = f->next;
	if (f->next)
		f->next->last = f->last;
}

/* The next one's turn comes soon: what a small probe touches of it, below and above its head. */
static void fetch(const struct fiber *f)
{
	for (int i = -FETCHED; f && i <= (int)sizeof *f; i += 64)
		__builtin_prefetch((const char *)f + i, 1);
}

static struct fiber *take(struct pool *from)
{
	struct fiber *f = from->first;

	if (f) {
		from->first = f->next;
		from->count--;
		fetch(from->first);
	}
	return f;
}

static void give(struct pool *to, struct fiber *f)
{
	f->next = to->first;
	to->first = f;
	to->count++;
}

struct fiber *fiber_new(size_t spare_bytes)
{
	struct fiber *f = take(sched.warm.first ? &sched.warm : &sched.cold);

	if (!f)
		f = map_fiber();
	if (!f)
		return NULL;
	f->spare = (char *)(((uintptr_t)f - spare_bytes) & ~(uintptr_t)63);
	f->has_begun = f->has_ended = false;
	f->fake = NULL;
	add_used(f);
	VALGRIND_MAKE_MEM_UNDEFINED(stack_low(f), (size_t)((char *)f - stack_low(f)));
	ASAN_UNPOISON_MEMORY_REGION(stack_low(f), (size_t)((char *)f - stack_low(f)));
	return f;
}

void *fiber_spare(struct fiber *f)
{
	return f->spare;
}

void fiber_free(struct fiber *f)
{
	if (!f)
		return;
	assert(f->magic == FIBER_MAGIC && f != sched.running && (f->has_ended || !f->has_begun));
	remove_used(f);
	if (sched.warm.count < POOL_WARM) {
		give(&sched.warm, f);
	} else if (sched.cold.count < POOL_MOST) {
		madvise(stack_low(f), FIBER_STACK_BYTES - PAGE_BYTES, MADV_DONTNEED);
		give(&sched.cold, f);
	} else {
		unmap_fiber(f);
	}
}

struct fiber *fiber_running(void)
{
	return sched.running;
}

int fiber_has_ended(const struct fiber *f)
{
	return f->has_ended;
}

/* Loop to fiber; comes back when it parks or ends. */
static void switch_to(struct fiber *f)
{
	sched.running = f;
	__sanitizer_start_switch_fiber(&sched.fake, stack_low(f), stack_bytes(f));
	switch_swap(&sched.loop, &f->context);
	__sanitizer_finish_switch_fiber(sched.fake, NULL, NULL);
	sched.running = NULL;
}

void fiber_end(void)
{
	struct fiber *f = sched.running;

	assert(f && f->magic == FIBER_MAGIC);
	f->has_ended = true;
	__sanitizer_start_switch_fiber(NULL, sched.loop_bottom, sched.loop_bytes);
	switch_swap(&f->context, &sched.loop);
	__builtin_unreachable();
}

static void enter(void)
{
	struct fiber *f = sched.running;

	__sanitizer_finish_switch_fiber(NULL, &sched.loop_bottom, &sched.loop_bytes);
	f->run(f->with);
	fiber_end();
}

void fiber_start(struct fiber *f, void (*run)(void *), void *with)
{
	assert(f->magic == FIBER_MAGIC && !f->has_begun && !sched.running);
	f->has_begun = true;
	f->run = run;
	f->with = with;
	switch_prepare(&f->context, stack_low(f), stack_bytes(f), enter);
	switch_to(f);
}

void fiber_resume(struct fiber *f)
{
	assert(f->magic == FIBER_MAGIC && f->has_begun && !f->has_ended && !sched.running);
	switch_to(f);
}

void fiber_park(void)
{
	struct fiber *f = sched.running;

	assert(f && f->magic == FIBER_MAGIC);
	__sanitizer_start_switch_fiber(&f->fake, sched.loop_bottom, sched.loop_bytes);
	switch_swap(&f->context, &sched.loop);
	__sanitizer_finish_switch_fiber(f->fake, &sched.loop_bottom, &sched.loop_bytes);
}
