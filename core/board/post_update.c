/* board/post_update: what an update makes of a published post: which states follow which, and what
 * becomes of the time of a maintenance. See post_inside.h. */
#include "post_inside.h"

static bool judge_incident_step(struct post_change *c, const char *to, int64_t event_us,
				struct text *wrong)
{
	struct post *p = &c->post;
	bool was_over = post_is_over(p);

	if (!strcmp(to, "postmortem") && !was_over)
		return post_refuse(wrong,
				   "a post-mortem is told of an incident that is resolved: this "
				   "one is '%s'",
				   p->state);
	c->happened = !strcmp(to, "postmortem")              ? POST_EXPLAINED
		      : !strcmp(to, "resolved") && !was_over ? POST_ENDED
							     : POST_UPDATED;
	if (!strcmp(to, "resolved") && !p->end_us)
		p->end_us = event_us;
	else if (strcmp(to, "resolved") && strcmp(to, "postmortem"))
		p->end_us = 0; /* it goes on */
	return true;
}

static const struct {
	const char *from, *to;
	enum post_happened happened;
} maintenance_step[] = {
	{"scheduled", "scheduled", POST_UPDATED},   {"scheduled", "in_progress", POST_BEGUN},
	{"scheduled", "cancelled", POST_CANCELLED}, {"in_progress", "in_progress", POST_UPDATED},
	{"in_progress", "verifying", POST_UPDATED}, {"in_progress", "completed", POST_ENDED},
	{"verifying", "in_progress", POST_UPDATED}, {"verifying", "verifying", POST_UPDATED},
	{"verifying", "completed", POST_ENDED},
};

static bool judge_maintenance_step(struct post_change *c, const char *to, int64_t event_us,
				   struct text *wrong)
{
	struct post *p = &c->post;
	size_t n = sizeof maintenance_step / sizeof *maintenance_step, i = 0;

	while (i < n &&
	       (strcmp(maintenance_step[i].from, p->state) || strcmp(maintenance_step[i].to, to)))
		i++;
	if (i == n)
		return post_refuse(wrong,
				   post_is_over(p)
					   ? "it is over (%s): correct it, or write a new post"
					   : "from '%s' it cannot become '%s'",
				   p->state, to);
	c->happened = maintenance_step[i].happened;
	if (c->happened == POST_BEGUN && event_us < p->start_us) {
		post_plan(c, event_us, p->start_us);
		p->start_us = event_us;
	}
	if (c->happened == POST_ENDED && event_us < p->end_us)
		p->end_us = event_us;
	c->is_unplanned = c->happened == POST_ENDED || c->happened == POST_CANCELLED;
	return true;
}

static bool judge_step(struct post_change *c, const char *to, int64_t event_us, struct text *wrong)
{
	struct post *p = &c->post;

	if (post_judge_word("state", to, post_state_of[p->sort], wrong) < 0)
		return false;
	return p->sort == POST_NEWS ||
	       (p->sort == POST_INCIDENT ? judge_incident_step
					 : judge_maintenance_step)(c, to, event_us, wrong);
}

static bool is_same_time(const struct post *a, const struct post *b)
{
	return a->start_us == b->start_us && a->end_us == b->end_us;
}

/* A maintenance gets another time: who planned with the old one is told. */
static bool judge_dates(const struct post *p, const struct post *was, const struct line *l,
			const struct post_world *w, struct text *wrong)
{
	bool has_begun = strcmp(was->state, "scheduled") != 0;

	if (is_same_time(p, was))
		return true;
	if (has_begun && p->start_us != was->start_us)
		return post_refuse(wrong, "it has begun: only its end can be changed");
	if (p->end_us <= w->now_us)
		return post_refuse(wrong, "its new time is over already: say that it is %s",
				   has_begun ? "completed" : "cancelled");
	if (line_find(l, "state") && strcmp(line_get(l, "state"), was->state))
		return post_refuse(wrong, "its time and its state are changed by two updates");
	return true;
}

/* What was announced stays as it was announced: only what is more is planned anew. */
void post_replan(struct post_change *c, const struct post *was, const struct post_world *w)
{
	const struct post *p = &c->post;
	bool has_begun = strcmp(was->state, "scheduled") != 0,
	     is_other = strcmp(p->impact, was->impact) || strcmp(p->components, was->components);

	if (p->sort != POST_MAINTENANCE || post_is_over(p) || c->is_unplanned || c->plan_to_us ||
	    (is_same_time(p, was) && !is_other))
		return;
	c->is_unplanned = !has_begun || is_other;
	if (c->is_unplanned)
		post_plan(c, has_begun ? w->now_us : p->start_us, p->end_us);
	else if (p->end_us > was->end_us)
		post_plan(c, was->end_us, p->end_us);
	if (is_same_time(p, was))
		return;
	c->happened = POST_RESCHEDULED;
	c->post.reminded_us = p->start_us - p->remind_us <= w->now_us ? p->start_us : 0;
}

/* What was told of a later time stays what the post is at; but an end is an end, whenever that was.
 */
static bool is_latest(const struct board *b, const char *post, const char *to, int64_t event_us)
{
	const struct card *last = post_last_update(b, post, "");

	return !last || card_int(last, "event_us", last->first_us) <= event_us ||
	       !strcmp(to, "resolved") || !strcmp(to, "completed") || !strcmp(to, "cancelled");
}

bool post_judge_update(struct post_change *c, const struct board *b, const struct line *l,
		       const struct post_world *w, struct text *wrong)
{
	struct post *p = &c->post, was = *p;
	int64_t event_us = line_int(l, "event_us", w->now_us);
	const char *to = line_find(l, "state") ? line_get(l, "state") : p->state;
	bool moves = is_latest(b, p->card->id, to, event_us);

	if (p->stage == POST_DRAFT)
		return post_judge_draft(c, b, l, w, wrong);
	post_take_words(p, l);
	post_put_update(c, l, event_us);
	if (!post_judge_words(p, w, l, wrong) || !post_judge_body(c->update.body, wrong) ||
	    !post_judge_event(&c->update, w, wrong))
		return false;
	if (p->sort == POST_MAINTENANCE && !judge_dates(p, &was, l, w, wrong))
		return false;
	c->happened = POST_UPDATED;
	if (moves ? !judge_step(c, to, event_us, wrong)
		  : post_judge_word("state", to, post_state_of[p->sort], wrong) < 0)
		return false;
	post_replan(c, &was, w);
	if (!post_judge_span(p, w, wrong))
		return false;
	c->is_history = !moves && strcmp(to, p->state) != 0;
	p->state = moves ? to : p->state;
	p->over_us = !post_is_over(p) ? 0 : p->over_us ? p->over_us : w->now_us;
	c->update.state = to;
	c->is_told = line_int(l, "quiet", p->is_quiet) != 1;
	return true;
}
