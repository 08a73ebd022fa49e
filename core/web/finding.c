/* web/finding: see finding.h. */
#include "finding.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../store/read.h"

#define PATIENCE_US (120 * CLOCK_SECOND) /* a diagnosis is there by then, or there will be none */

static void forget(struct findings *f)
{
	size_t at = 0;
	char *text;

	while ((text = map_next(&f->known, &at)))
		free(text);
	map_release(&f->known);
	f->known = (struct map){0};
}

void findings_start(struct findings *f, const char *store)
{
	forget(f);
	free(f->store);
	f->store = *store ? memory_text(store) : NULL;
}

void findings_release(struct findings *f)
{
	forget(f);
	free(f->store);
	f->store = NULL;
}

/* NULL: it may still come. */
static const char *look(struct findings *f, struct read *r, const struct overview_check *c)
{
	struct text text = {0};
	bool is_over = clock_wall_us() - c->incident_us > PATIENCE_US;
	const char *kept = NULL;
	int64_t at_us;

	if (read_diagnosis(r, c->incident, &at_us, &text) || is_over) {
		kept = memory_text(text_get(&text));
		map_put_text(&f->known, c->incident, (void *)(uintptr_t)kept);
	}
	text_release(&text);
	return kept;
}

void findings_put(struct findings *f, struct overview *o)
{
	struct text wrong = {0};
	struct read *r = NULL;
	size_t shown = 0;

	if (f->known.size > FINDINGS)
		forget(f);
	for (size_t i = 0; f->store && i < o->checks && shown < FINDINGS_SHOWN; i++) {
		struct overview_check *c = &o->check[i];

		if (!*c->incident)
			continue;
		shown++;
		c->finding = map_find_text(&f->known, c->incident);
		if (c->finding)
			continue;
		r = r ? r : read_open(f->store, &wrong);
		if (!r)
			break;
		c->finding = look(f, r, c);
	}
	read_close(r);
	text_release(&wrong);
}
