/* board/post_due: what becomes of a maintenance by the time alone. See post.h. */
#include "post_inside.h"

void post_change_release(struct post_change *c)
{
	for (size_t i = 0; i < POST_TEXTS; i++)
		text_release(&c->text[i]);
}

static void go_on(struct post_change *c, const char *state, enum post_happened happened,
		  const char *body, int64_t event_us)
{
	c->post.state = state;
	c->happened = happened;
	c->has_update = true;
	c->update = (struct update){.state = state,
				    .body = body,
				    .author = "",
				    .components = "",
				    .states = "",
				    .event_us = event_us};
}

bool post_is_due(struct post_change *c, const struct card *card, int64_t now_us)
{
	struct post *p = &c->post;

	*c = (struct post_change){.is_told = false};
	if (!post_read(card, p) || p->sort != POST_MAINTENANCE || p->stage != POST_PUBLISHED ||
	    post_is_over(p))
		return false;
	c->is_told = !p->is_quiet;
	if (now_us >= p->end_us) {
		go_on(c, "completed", POST_ENDED, "The maintenance has ended.", p->end_us);
		p->over_us = now_us;
		c->is_unplanned = true;
		return true;
	}
	if (strcmp(p->state, "scheduled"))
		return false;
	if (now_us >= p->start_us) {
		go_on(c, "in_progress", POST_BEGUN, "The maintenance has begun.", p->start_us);
		return true;
	}
	if (!p->remind_us || p->reminded_us == p->start_us || now_us < p->start_us - p->remind_us)
		return false;
	p->reminded_us = p->start_us;
	c->happened = POST_REMINDED;
	return true;
}
