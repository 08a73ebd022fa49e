/* parent/watch: see watch.h. */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define WATCH_MAGIC 0x77617463u
#define SETTLE_US 300000
#define FOLDERS 8

struct watch {
	struct loop_watch watch; /* first */
	uint32_t magic;
	struct loop *loop;
	struct loop_timer settle;
	int folder[FOLDERS];
	size_t folders;
	void (*changed)(void *);
	void *with;
};

static bool is_module(const char *name)
{
	size_t size = strlen(name);

	return size > 3 && !strcmp(name + size - 3, ".so");
}

static void settled(struct loop_timer *t)
{
	struct watch *w = (struct watch *)((char *)t - offsetof(struct watch, settle));

	w->changed(w->with);
}

static void ready(struct loop_watch *lw, uint32_t events)
{
	struct watch *w = (struct watch *)lw;
	char room[4096] __attribute__((aligned(8)));
	const struct inotify_event *e;
	ssize_t n = read(lw->fd, room, sizeof room);

	(void)events;
	for (char *at = room; n > 0 && at < room + n; at += sizeof *e + e->len) {
		e = (const struct inotify_event *)at;
		if ((e->mask & IN_Q_OVERFLOW) || (e->len && is_module(e->name)))
			loop_set(w->loop, &w->settle, clock_mono_us() + SETTLE_US);
	}
}

struct watch *watch_new(struct loop *loop, void (*changed)(void *), void *with)
{
	struct watch *w = memory_new(sizeof *w);
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	w->magic = WATCH_MAGIC;
	w->watch.ready = ready;
	w->settle.fire = settled;
	w->loop = loop;
	w->changed = changed;
	w->with = with;
	if (fd >= 0 && loop_add(loop, &w->watch, fd, EPOLLIN))
		return w;
	if (fd >= 0)
		close(fd);
	free(w);
	return NULL;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	loop_stop_timer(w->loop, &w->settle);
	loop_remove(w->loop, &w->watch);
	close(w->watch.fd);
	free(w);
}

void watch_folders(struct watch *w, const char *const *folder, size_t folders)
{
	uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR;
	int found[FOLDERS];
	size_t n = 0;

	for (size_t i = 0; i < folders && n < FOLDERS; i++)
		if (*folder[i] && (found[n] = inotify_add_watch(w->watch.fd, folder[i], mask)) >= 0)
			n++;
	for (size_t i = 0; i < w->folders; i++) {
		bool stays = false;

		for (size_t j = 0; j < n; j++)
			stays = stays || found[j] == w->folder[i];
		if (!stays)
			inotify_rm_watch(w->watch.fd, w->folder[i]);
	}
	memcpy(w->folder, found, sizeof found);
	w->folders = n;
}
