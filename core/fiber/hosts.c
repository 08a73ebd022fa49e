/* fiber/hosts: see hosts.h. */
#include "hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/arena.h"
#include "../base/clock.h"
#include "../base/map.h"
#include "../base/memory.h"

#define NAME_BYTES 256
#define ARENA_BYTES (64u << 20)

/* One address of a name, in the order of the file. */
struct host {
	struct resolve_address address;
	struct host *next;
};

struct hosts {
	const char *path;
	struct map names; /* in lower case, to struct host */
	struct arena arena;
	struct stat seen;
	int64_t looked_us;
};

static bool lower(const char *name, char to[NAME_BYTES])
{
	size_t n = 0;

	for (; name[n] && n + 1 < NAME_BYTES; n++)
		to[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] + 32) : name[n];
	to[n] = '\0';
	return n > 0 && !name[n];
}

static void add(struct hosts *h, const char *name, const struct resolve_address *address)
{
	struct host *new, *last;
	char key[NAME_BYTES];

	if (!lower(name, key))
		return;
	new = arena_alloc(&h->arena, sizeof *new);
	if (!new)
		return;
	new->address = *address;
	last = map_find_text(&h->names, key);
	if (!last) {
		map_put_text(&h->names, key, new);
		return;
	}
	while (last->next)
		last = last->next;
	last->next = new;
}

static void read_line(struct hosts *h, char *line)
{
	struct resolve_address address;
	char *rest = NULL, *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, " \t\r\n", &rest);
	if (!word || !resolve_literal(word, &address))
		return;
	while ((word = strtok_r(NULL, " \t\r\n", &rest)))
		add(h, word, &address);
}

static void clear(struct hosts *h)
{
	map_release(&h->names);
	arena_release(&h->arena);
}

static void read_file(struct hosts *h)
{
	FILE *file = fopen(h->path, "re");
	char *line = NULL;
	size_t room = 0;

	clear(h);
	while (file && getline(&line, &room, file) >= 0)
		read_line(h, line);
	free(line);
	if (file)
		fclose(file);
}

static void read_when_changed(struct hosts *h)
{
	int64_t now_us = clock_mono_us();
	struct stat now = {0};

	if (h->looked_us && now_us - h->looked_us < CLOCK_SECOND)
		return;
	h->looked_us = now_us;
	if (stat(h->path, &now) != 0)
		memset(&now, 0, sizeof now);
	if (now.st_mtim.tv_sec == h->seen.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == h->seen.st_mtim.tv_nsec && now.st_ino == h->seen.st_ino &&
	    now.st_size == h->seen.st_size)
		return;
	h->seen = now;
	read_file(h);
}

struct hosts *hosts_new(const char *path)
{
	struct hosts *h = memory_new(sizeof *h);

	h->path = path;
	arena_init(&h->arena, NULL, 0, ARENA_BYTES);
	return h;
}

void hosts_free(struct hosts *h)
{
	if (!h)
		return;
	clear(h);
	free(h);
}

bool hosts_find(struct hosts *h, const char *name, int family, struct resolve_address *out)
{
	char key[NAME_BYTES];

	if (!lower(name, key))
		return false;
	read_when_changed(h);
	for (const struct host *at = map_find_text(&h->names, key); at; at = at->next)
		if (family == AF_UNSPEC || at->address.at.ss_family == family) {
			*out = at->address;
			return true;
		}
	return !strcmp(key, "localhost") &&
	       resolve_literal(family == AF_INET6 ? "::1" : "127.0.0.1", out);
}
