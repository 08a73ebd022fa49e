/* module/site: see site.h. */
#include "site.h"

#include <string.h>

/* From behind a user up to the path: the host and its port. */
static const char *authority(const char *url, size_t *size)
{
	const char *at = strstr(url, "://"), *user, *end;

	at = at ? at + 3 : url;
	end = at + strcspn(at, "/?#");
	user = memrchr(at, '@', (size_t)(end - at));
	at = user ? user + 1 : at;
	*size = (size_t)(end - at);
	return at;
}

static void add_host(struct text *into, const char *url)
{
	size_t size, n;
	const char *at = authority(url, &size);

	n = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":");
	text_add(into, at, n < size ? n : size);
}

static void add_origin(struct text *into, const char *url)
{
	bool is_web = !strncmp(url, "http://", 7) || !strncmp(url, "https://", 8);
	size_t size;
	const char *at = authority(url, &size);

	if (!is_web) {
		add_host(into, url);
		return;
	}
	text_add(into, url, strcspn(url, ":") + 3);
	text_add(into, at, size);
}

static const char *find(const struct module_head *h, const void *options, struct text *into,
			void (*add)(struct text *, const char *url))
{
	const char *value;

	text_clear(into);
	for (const struct module_option *o = h->option; o && o->name && !into->size; o++) {
		if (o->type != OPTION_TYPE_HOST && o->type != OPTION_TYPE_URL)
			continue;
		memcpy(&value, (const char *)options + o->offset, sizeof value);
		if (value && o->type == OPTION_TYPE_URL)
			add(into, value);
		else if (value)
			text_puts(into, value);
	}
	return text_get(into);
}

const char *site_host(const struct module_head *h, const void *options, struct text *into)
{
	return find(h, options, into, add_host);
}

const char *site_origin(const struct module_head *h, const void *options, struct text *into)
{
	return find(h, options, into, add_origin);
}
