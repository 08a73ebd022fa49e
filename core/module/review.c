/* module/review: see review.h. */
#include "review.h"

#include <stdlib.h>
#include <string.h>

#include "../base/line.h"
#include "../base/memory.h"
#include "option.h"

#define OPTIONS_BYTES (1u << 20) /* of one check */

static bool set_options(const struct module *m, void *options, struct arena *arena,
			const struct line *l)
{
	const struct module_head *head = m->head;
	struct text wrong = {0};
	bool is_fine = option_defaults(head, options, arena, &wrong);
	const struct module_option *o;

	for (size_t i = 0; is_fine && i < l->words; i++) {
		o = strncmp(l->word[i].key, "opt.", 4) ? NULL
						       : option_find(head, l->word[i].key + 4);
		if (o && !(o->flags & OPTION_IS_SECRET))
			is_fine = option_set(head, options, arena, o->name, l->word[i].value,
					     &wrong);
		else if (o && m->notifier && *l->word[i].value)
			is_fine = option_set(head, options, arena, o->name, "*", &wrong);
	}
	text_release(&wrong);
	return is_fine;
}

/* What a check's judge() is told by: `judgement` first, what it tells goes to `lines`. */
struct hearing {
	struct check_judgement judgement;
	const struct line *define;
	struct text *lines;
};

static void add_wrong(struct check_judgement *j)
{
	struct hearing *h = (struct hearing *)j;

	j->why[sizeof j->why - 1] = '\0';
	line_begin_name(h->lines, "wrong", line_name(h->define));
	line_add(h->lines, "option", j->option ? j->option : "");
	line_add_int(h->lines, "item", (int64_t)j->item);
	line_add(h->lines, "text", *j->why ? j->why : REVIEW_SILENT);
	line_end(h->lines);
	*j = (struct check_judgement){.tell = add_wrong};
}

static bool can_judge(const struct module *m)
{
	return (m->check && m->check->judge) || (m->notifier && m->notifier->judge);
}

static bool judge(const struct module *m, const void *options, const struct line *l,
		  struct check_judgement *j)
{
	return m->check ? m->check->judge(options, j)
			: m->notifier->judge(options, line_get(l, "address"), j);
}

static void review(const struct module *m, const struct line *l, struct text *lines)
{
	struct hearing h = {.judgement.tell = add_wrong, .define = l, .lines = lines};
	size_t before = lines->size;
	struct arena arena;
	void *options;

	if (strcmp(line_get(l, "module"), m->name))
		return;
	arena_init(&arena, NULL, 0, OPTIONS_BYTES);
	options = arena_alloc(&arena, m->head->options_size);
	if (options && set_options(m, options, &arena, l) && !judge(m, options, l, &h.judgement) &&
	    (h.judgement.why[0] || lines->size == before))
		add_wrong(&h.judgement);
	arena_release(&arena);
}

void review_checks(const struct module *m, const struct text *defines, struct text *lines)
{
	char *copy = memory_new(defines->size + 1), *at = copy, *end = copy + defines->size, *stop;
	struct line *l = memory_new(sizeof *l);

	memcpy(copy, text_get(defines), defines->size);
	for (; can_judge(m) && (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1)
		if (!line_parse(l, at, (size_t)(stop - at)))
			review(m, l, lines);
	free(l);
	free(copy);
}
