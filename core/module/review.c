/* module/review: see review.h. */
#include "review.h"

#include <stdlib.h>
#include <string.h>

#include "../base/line.h"
#include "../base/memory.h"
#include "option.h"

#define OPTIONS_BYTES (1u << 20) /* of one check */

static bool set_options(const struct module_head *head, void *options, struct arena *arena,
			const struct line *l)
{
	struct text wrong = {0};
	bool is_fine = option_defaults(head, options, arena, &wrong);
	const struct module_option *o;

	for (size_t i = 0; is_fine && i < l->words; i++) {
		o = strncmp(l->word[i].key, "opt.", 4) ? NULL
						       : option_find(head, l->word[i].key + 4);
		if (o && !(o->flags & OPTION_IS_SECRET))
			is_fine = option_set(head, options, arena, o->name, l->word[i].value,
					     &wrong);
	}
	text_release(&wrong);
	return is_fine;
}

static void add_wrong(const struct line *l, const struct check_judgement *j, struct text *lines)
{
	line_begin_name(lines, "wrong", line_name(l));
	line_add(lines, "option", j->option ? j->option : "");
	line_add_int(lines, "item", (int64_t)j->item);
	line_add(lines, "text", j->why);
	line_end(lines);
}

static void review(const struct module *m, const struct line *l, struct text *lines)
{
	struct check_judgement j = {0};
	struct arena arena;
	void *options;

	if (strcmp(line_get(l, "module"), m->name))
		return;
	arena_init(&arena, NULL, 0, OPTIONS_BYTES);
	options = arena_alloc(&arena, m->head->options_size);
	if (options && set_options(m->head, options, &arena, l) && !m->check->judge(options, &j)) {
		j.why[sizeof j.why - 1] = '\0';
		add_wrong(l, &j, lines);
	}
	arena_release(&arena);
}

void review_checks(const struct module *m, const struct text *defines, struct text *lines)
{
	char *copy = memory_new(defines->size + 1), *at = copy, *end = copy + defines->size, *stop;
	struct line *l = memory_new(sizeof *l);

	memcpy(copy, text_get(defines), defines->size);
	for (; m->check && m->check->judge && (stop = memchr(at, '\n', (size_t)(end - at)));
	     at = stop + 1)
		if (!line_parse(l, at, (size_t)(stop - at)))
			review(m, l, lines);
	free(l);
	free(copy);
}
