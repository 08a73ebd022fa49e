/* web/how: see how.h. */
#include "how.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"

static void forget(char **pem)
{
	if (*pem)
		explicit_bzero(*pem, strlen(*pem));
	free(*pem);
	*pem = NULL;
}

void how_init(struct how_told *t)
{
	*t = (struct how_told){.now.keys = {"", ""}};
}

void how_drop(struct how_told *t)
{
	forget(&t->next_certificate);
	forget(&t->next_key);
}

void how_release(struct how_told *t)
{
	how_drop(t);
	forget(&t->certificate);
	forget(&t->key);
}

/* NULL: it cannot be read, or is too large to be PEM. */
static char *read_whole(int fd)
{
	char *text = memory_new(HOW_BYTES + 1);
	size_t size = 0;
	ssize_t got;

	while (size <= HOW_BYTES &&
	       (got = pread(fd, text + size, HOW_BYTES + 1 - size, (off_t)size)) > 0)
		size += (size_t)got;
	if (!size || size > HOW_BYTES) {
		explicit_bzero(text, size);
		free(text);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

void how_take_file(struct how_told *t, const char *name, int fd)
{
	char **into = strcmp(name, "key") ? &t->next_certificate : &t->next_key;

	forget(into);
	*into = read_whole(fd);
	close(fd);
}

static void add_proxies(struct proxies *p, const char *lines)
{
	char text[PROXY_ADDRESS_BYTES * 2];

	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		snprintf(text, sizeof text, "%.*s", (int)strcspn(lines, "\n"), lines);
		if (!proxy_add(p, text))
			log_say("proxies: '%s' is left out: it is no address or one too many",
				text);
	}
}

const char *how_take(struct how_told *t, const struct line *l, struct how *next)
{
	bool is_tls = line_int(l, "tls", 0) == 1;

	*next = (struct how){.keys = {"", ""}};
	add_proxies(&next->proxies, line_get(l, "proxies"));
	if (is_tls && (!t->next_certificate || !t->next_key))
		return "the certificate or its key cannot be read";
	if (is_tls)
		next->keys = (struct door_keys){t->next_certificate, t->next_key};
	return NULL;
}

void how_keep(struct how_told *t, const struct how *next)
{
	forget(&t->certificate);
	forget(&t->key);
	t->certificate = t->next_certificate;
	t->key = t->next_key;
	t->next_certificate = t->next_key = NULL;
	t->now = *next;
}
