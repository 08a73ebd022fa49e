/* config/names: lists of checks and services that a section names, patterns among them. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "read.h"

void names_add(struct config *c, struct names *list, const char *name)
{
	const char **grown;

	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->name[i], name))
			return;
	if (list->count + 1 >= list->room) {
		list->room = list->room ? 2 * list->room : 16;
		grown = parse_alloc(&c->parse, list->room * sizeof *grown);
		if (list->count)
			memcpy(grown, list->name, list->count * sizeof *grown);
		list->name = grown;
	}
	list->name[list->count++] = name;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool names_expand(struct config *c, struct names *list, const char *pattern)
{
	size_t before = list->count, at = 0;
	bool is_like = false;
	struct named *n;

	while ((n = map_next(&c->names, &at))) {
		if (n->service || fnmatch(pattern, n->name, FNM_NOESCAPE))
			continue;
		is_like = true;
		names_add(c, list, n->name);
	}
	if (list->count > before)
		qsort(list->name + before, list->count - before, sizeof *list->name, by_text);
	return is_like;
}

const char *name_nearest(struct config *c, const char *name)
{
	const char **all = memory_new((c->names.size + 1) * sizeof *all), *nearest;
	size_t n = 0, at = 0;
	struct named *found;

	while ((found = map_next(&c->names, &at)))
		all[n++] = found->name;
	nearest = n <= 2000 ? option_nearest(name, all, n, sizeof *all) : NULL;
	free(all);
	return nearest;
}

const char *names_join(struct text *into, const char *const *name, size_t count)
{
	text_clear(into);
	for (size_t i = 0; i < count && name[i]; i++)
		text_printf(into, "%s%s", i ? "\n" : "", name[i]);
	return text_get(into);
}
