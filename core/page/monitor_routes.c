/* page/monitor_routes: /monitor/NAME/ and its charts. What the page does not show is not there. See
 * route.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "frame.h"
#include "monitor_page.h"
#include "shown.h"

/* An SVG has its style in itself; it runs nothing and loads nothing. */
#define CHART_POLICY "default-src 'none'; style-src 'unsafe-inline'"

/* A slash, then one of the files at the end of what was asked for; the name is in front of it. */
static const struct monitor_file *find_file(const char *tail, size_t *name_bytes)
{
	const char *slash = strrchr(tail, '/');

	for (const struct monitor_file *f = monitor_file; slash && f->name; f++)
		if (!strcmp(slash + 1, f->name)) {
			*name_bytes = (size_t)(slash - tail);
			return f;
		}
	return NULL;
}

static void show_file(const struct site *s, const struct monitor *m,
		      const struct monitor_file *file, struct answer *a)
{
	monitor_add_file(&a->body, s, m, file);
	a->type = "image/svg+xml";
	a->policy = CHART_POLICY;
}

static void show(const struct site *s, const struct request *r, struct answer *a)
{
	size_t bytes = strlen(r->tail);
	const struct monitor_file *file;
	struct monitor m;
	char *name;

	if (!monitor_has_statistics(r->page)) {
		frame_none(a, s, r);
		return;
	}
	if (monitor_find(s, r->page, r->tail, &m)) {
		monitor_show(a, s, r, &m);
		return;
	}
	file = find_file(r->tail, &bytes);
	name = memory_copy(r->tail, bytes);
	if (file && monitor_find(s, r->page, name, &m) && m.figure)
		show_file(s, &m, file, a);
	else
		frame_none(a, s, r);
	free(name);
}

static void list_paths(const struct site *s, const struct page *page, struct text *paths)
{
	size_t count;
	struct monitor *list = monitor_list(s, page, &count);

	if (!monitor_has_statistics(page))
		count = 0;
	for (size_t i = 0; i < count; i++) {
		struct text name = {0};

		shown_url(&name, list[i].name);
		text_printf(paths, "/monitor/%s/\n", text_get(&name));
		for (const struct monitor_file *f = monitor_file; f->name; f++)
			text_printf(paths, "/monitor/%s/%s\n", text_get(&name), f->name);
		text_release(&name);
	}
	free(list);
}

extern const struct route monitor_routes[];
const struct route monitor_routes[] = {
	{.method = "GET",
	 .path = "/monitor/*",
	 .shows = SHOWS_STATE,
	 .answer = show,
	 .paths = list_paths},
	{0},
};
