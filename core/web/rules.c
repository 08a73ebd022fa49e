/* web/rules: see rules.h. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/memory.h"

struct rules_set {
	struct arena arena;
	struct config_policies policies;
	struct policy_reader reader;
	struct text lines; /* as they came: what differs is known by them */
	struct text wrong; /* why it is not believed */
};

static struct rules_set *set_new(void)
{
	struct rules_set *s = memory_new(sizeof *s);

	arena_init(&s->arena, NULL, 0, RULES_BYTES);
	policy_begin(&s->reader, &s->arena, &s->policies);
	return s;
}

static void set_free(struct rules_set *s)
{
	if (!s)
		return;
	arena_release(&s->arena);
	text_release(&s->lines);
	text_release(&s->wrong);
	free(s);
}

void rules_release(struct rules *r)
{
	set_free(r->now);
	set_free(r->next);
	*r = (struct rules){0};
}

static void add(struct rules_set *s, const struct line *l)
{
	if (s->wrong.size)
		return;
	if (s->lines.size > RULES_BYTES) {
		text_puts(&s->wrong, "more lines than can be kept");
		return;
	}
	line_begin(&s->lines, l->verb, l->id);
	line_add_words(&s->lines, l, NULL);
	line_end(&s->lines);
	if (!policy_take(&s->reader, l, &s->wrong) && !s->wrong.size)
		text_puts(&s->wrong, "a line is broken");
}

static bool is_news(const struct rules *r)
{
	struct text said = {0};

	if (!r->next->wrong.size)
		return !r->now || strcmp(text_get(&r->now->lines), text_get(&r->next->lines));
	text_add_safe(&said, r->next->wrong.at, r->next->wrong.size, 400);
	log_say("the figures stay by the rules before: %s", text_get(&said));
	text_release(&said);
	return false;
}

bool rules_take(struct rules *r, const struct line *l)
{
	if (!strcmp(l->verb, "begin")) {
		set_free(r->next);
		r->next = set_new();
	} else if (r->next && strcmp(l->verb, "end")) {
		add(r->next, l);
	} else if (r->next) {
		if (is_news(r))
			return true;
		set_free(r->next);
		r->next = NULL;
	}
	return false;
}

void rules_change(struct rules *r)
{
	set_free(r->now);
	r->now = r->next;
	r->next = NULL;
}

const struct config_policies *rules_get(const struct rules *r)
{
	return r->now ? &r->now->policies : NULL;
}
