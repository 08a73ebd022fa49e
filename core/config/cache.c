/* config/cache: see cache.h. */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/spool.h"
#include "../module/load.h"

#define CACHE_BYTES (16 << 20)

/* Beside the store's folder, not in it: the folder is the recorder's, and root writes nothing where
 * others may. */
static void path_of(const char *store, const char *ending, struct text *path)
{
	const char *slash = strrchr(store, '/');
	size_t folder = slash && slash > store ? (size_t)(slash - store) : strlen(store);

	text_printf(path, "%.*s.modules%s", (int)folder, store, ending);
}

static bool read_cache(const char *store, struct text *into)
{
	struct text path = {0};
	struct stat st;
	ssize_t n = 1;
	int fd;

	path_of(store, "", &path);
	fd = open(text_get(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	text_release(&path);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > CACHE_BYTES ||
	    st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
		n = -1;
	while (n > 0) {
		text_reserve(into, 65536);
		n = read(fd, into->at + into->size, 65536);
		into->size += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return n == 0;
}

static void keep_head(struct descriptor *refused, const struct descriptor *good)
{
	const char *name = refused->head.name;

	refused->head = good->head;
	refused->head.name = name;
	refused->is_known = true;
	refused->standard_every = good->standard_every;
	refused->standard_timeout = good->standard_timeout;
	refused->standard_every_items = good->standard_every_items;
}

/* The file is gone: what was known of it comes from the cache. */
static void add_gone(struct descriptors *all, const struct descriptor *good)
{
	struct text lines = {0}, why = {0};
	struct descriptor *d;

	text_printf(&why, "module '%s': its file is gone: put it back or remove its checks",
		    good->path);
	descriptor_add_lines(good, &lines);
	descriptors_read(all, text_get(&lines), lines.size);
	d = descriptor_find(all, (enum module_kind)good->head.kind, good->head.name);
	if (d)
		d->refused = arena_copy(&all->arena, text_get(&why), why.size);
	text_release(&lines);
	text_release(&why);
}

/* Only of modules that were where modules are looked for today. */
static bool is_in_folder(const struct descriptors *all, const struct descriptor *d)
{
	const char *slash = strrchr(d->path, '/');

	if (!slash)
		return false;
	for (const struct descriptor *o = all->first; o; o = o->next)
		if (!strncmp(o->path, d->path, (size_t)(slash + 1 - d->path)))
			return true;
	return false;
}

static void apply(struct descriptors *all, const struct descriptor *good)
{
	struct descriptor *d =
		descriptor_find(all, (enum module_kind)good->head.kind, good->head.name);

	if (good->refused)
		return;
	if (!d && is_in_folder(all, good))
		add_gone(all, good);
	else if (d && d->refused)
		keep_head(d, good);
}

void cache_apply(struct descriptors *all, const char *store)
{
	/* heads of it live on in *all: it stays until the process ends */
	static struct descriptors cached;
	struct text text = {0};

	descriptors_init(&cached);
	if (read_cache(store, &text) && descriptors_read(&cached, text_get(&text), text.size))
		for (const struct descriptor *d = cached.first; d; d = d->next)
			apply(all, d);
	text_release(&text);
}

void cache_write(const struct descriptors *all, const char *store)
{
	struct text lines = {0}, path = {0}, new = {0};
	struct descriptor good;
	int fd;
	bool is_fine;


	for (const struct descriptor *d = all->first; d; d = d->next) {
		good = *d;
		good.refused = NULL; /* an older good head, as far as there is one */
		if (d->is_known)
			descriptor_add_lines(&good, &lines);
	}
	path_of(store, "", &path);
	path_of(store, ".new", &new);
	unlink(text_get(&new));
	fd = open(text_get(&new), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	is_fine = fd >= 0 && spool_write(fd, text_get(&lines), lines.size);
	if (fd >= 0)
		close(fd);
	/* At the very first start the store's folder is not there yet: the next reading writes it.
	 */
	if ((!is_fine || rename(text_get(&new), text_get(&path)) < 0) && errno != ENOENT)
		log_say("'%s' cannot be written: %s: a module refused later will take its checks "
			"along",
			text_get(&path), log_errno(errno));
	text_release(&lines);
	text_release(&path);
	text_release(&new);
}
