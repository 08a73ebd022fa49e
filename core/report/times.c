/* report/times: see times.h. */
#include "times.h"

#include <string.h>

/* "connect", "connect@1" behind a redirect, "total". */
static const char *step_name(struct arena *arena, const struct read_step *s)
{
	const char *name = *s->name ? s->name : "total";

	name = s->hop ? arena_text(arena, "%s@%d", name, s->hop)
		      : arena_copy(arena, name, strlen(name));
	return name ? name : "";
}

static size_t take(struct page_times *list, struct arena *arena, const struct read_steps *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->steps; i++) {
		const struct histogram *h = &all->step[i].times;

		if (h->count)
			list[n++] = (struct page_times){.step = step_name(arena, &all->step[i]),
							.count = (int64_t)h->count,
							.p50_us = histogram_percentile(h, 500000),
							.p95_us = histogram_percentile(h, 950000),
							.p99_us = histogram_percentile(h, 990000)};
	}
	return n;
}

bool times_read(struct read *r, const struct read_target *t, struct arena *arena, int64_t from_us,
		int64_t to_us, const struct page_times **list, size_t *count, struct text *wrong)
{
	struct read_steps all = {0};
	struct page_times *made;
	bool is_fine = !t || t->kind != READ_CHECK || read_steps(r, t, NULL, from_us, to_us, &all);

	made = arena_alloc(arena, (all.steps + 1) * sizeof *made);
	*list = made;
	*count = made ? take(made, arena, &all) : 0;
	read_steps_release(&all);
	if (!is_fine)
		text_puts(wrong, read_wrong(r));
	else if (!made)
		text_puts(wrong, "the figures need more memory than a report may have");
	return is_fine && made;
}
