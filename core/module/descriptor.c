/* module/descriptor: see descriptor.h. */
#include "descriptor.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "load.h"

#define MEMBER_BYTES sizeof(int64_t) /* no member needs more */

void descriptors_init(struct descriptors *all)
{
	arena_init(&all->arena, NULL, 0, 64 << 20);
	all->first = NULL;
	all->last = &all->first;
}

void descriptors_release(struct descriptors *all)
{
	arena_release(&all->arena);
	descriptors_init(all);
}

/* NULL stays NULL: an option without a default is another thing than one with an empty one. */
static const char *keep(struct descriptors *all, const char *value)
{
	const char *copy = value ? arena_copy(&all->arena, value, strlen(value)) : NULL;

	return value && !copy ? "" : copy;
}

static struct descriptor *add(struct descriptors *all, const struct line *l)
{
	struct descriptor *d = arena_alloc(&all->arena, sizeof *d);
	struct module_option *table;

	table = arena_alloc(&all->arena, (OPTION_ENTRIES + 1) * sizeof *table);
	if (!d || !table)
		return NULL;
	d->head = (struct module_head){
		.abi = MODULE_ABI,
		.size = sizeof d->head,
		.kind = module_kind_of(line_get(l, "kind")),
		.flags = (uint32_t)line_int(l, "flags", 0),
		.name = keep(all, line_name(l)),
		.summary = keep(all, line_get(l, "summary")),
		.option = table,
	};
	d->path = keep(all, line_get(l, "path"));
	d->build = keep(all, line_get(l, "build"));
	d->standard_every = keep(all, line_find(l, "standard_every"));
	d->standard_timeout = keep(all, line_find(l, "standard_timeout"));
	d->standard_every_items = keep(all, line_find(l, "standard_every_items"));
	d->refused = keep(all, line_find(l, "refused"));
	d->judges = line_int(l, "judges", 0) > 0;
	d->is_known = line_find(l, "summary") != NULL;
	*all->last = d;
	all->last = &d->next;
	return d;
}

static bool add_option(struct descriptors *all, struct descriptor *d, const struct line *l)
{
	size_t n = d->head.options_size / MEMBER_BYTES;
	struct module_option *o = (struct module_option *)d->head.option + n;

	if (n == OPTION_ENTRIES || !option_type_of(line_get(l, "type")))
		return false;
	*o = (struct module_option){
		.name = keep(all, line_name(l)),
		.standard = keep(all, line_find(l, "default")),
		.range = keep(all, line_find(l, "range")),
		.help = keep(all, line_get(l, "help")),
		.type = option_type_of(line_get(l, "type")),
		.flags = (uint32_t)line_int(l, "flags", 0),
		.offset = n * MEMBER_BYTES,
	};
	d->head.options_size += MEMBER_BYTES;
	return true;
}

static bool take(struct descriptors *all, struct descriptor **open, char *at, size_t size)
{
	struct line l;

	if (line_parse(&l, at, size))
		return false;
	if (!strcmp(l.verb, "module"))
		return (*open = add(all, &l)) != NULL;
	return !strcmp(l.verb, "option") && *open && add_option(all, *open, &l);
}

bool descriptors_read(struct descriptors *all, const char *text, size_t size)
{
	char *copy = memory_new(size + 1), *at = copy, *newline;
	struct descriptor *open = NULL;
	bool is_fine = true;

	memcpy(copy, text, size);
	for (; is_fine && (newline = memchr(at, '\n', size - (size_t)(at - copy)));
	     at = newline + 1)
		is_fine = take(all, &open, at, (size_t)(newline - at));
	free(copy);
	return is_fine;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_module(const struct dirent *d)
{
	char name[64];

	return module_name_of(d->d_name, name);
}

void descriptors_judge_folder(struct descriptors *all, const char *folder, enum module_kind kind)
{
	struct text path = {0}, lines = {0};
	struct dirent **found = NULL;
	int n = scandir(folder, &found, is_module, by_name);

	for (int i = 0; i < n; i++) {
		text_clear(&path);
		text_clear(&lines);
		text_printf(&path, "%s/%s", folder, found[i]->d_name);
		module_judge(text_get(&path), kind, &lines);
		descriptors_read(all, text_get(&lines), lines.size);
		free(found[i]);
	}
	free(found);
	text_release(&path);
	text_release(&lines);
}

struct descriptor *descriptor_find(const struct descriptors *all, enum module_kind kind,
				   const char *name)
{
	for (struct descriptor *d = all->first; d; d = d->next)
		if (d->head.kind == (uint32_t)kind && !strcmp(d->head.name, name))
			return d;
	return NULL;
}

static void add_if(struct text *t, const char *key, const char *value)
{
	if (value)
		line_add(t, key, value);
}

void descriptor_add_lines(const struct descriptor *d, struct text *t)
{
	line_begin(t, "module", d->head.name);
	line_add(t, "kind", module_kind_name(d->head.kind));
	if (d->is_known)
		line_add_int(t, "flags", d->head.flags);
	if (d->is_known)
		line_add(t, "summary", d->head.summary);
	line_add(t, "path", d->path);
	line_add(t, "build", d->build);
	add_if(t, "standard_every", d->standard_every);
	add_if(t, "standard_timeout", d->standard_timeout);
	add_if(t, "standard_every_items", d->standard_every_items);
	if (d->judges)
		line_add_int(t, "judges", 1);
	add_if(t, "refused", d->refused);
	line_end(t);
	for (const struct module_option *o = d->head.option; o && o->name; o++) {
		line_begin(t, "option", o->name);
		line_add(t, "module", d->head.name);
		line_add(t, "type", option_type_name(o->type));
		line_add_int(t, "flags", o->flags);
		add_if(t, "default", o->standard);
		add_if(t, "range", o->range);
		line_add(t, "help", o->help ? o->help : "");
		line_end(t);
	}
}
