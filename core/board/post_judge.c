/* board/post_judge: what becomes of a post by a request: a new one, an update, a correction, its
 * publication, its withdrawal. See post.h; the words of a request: docs/architecture.md. */
#include "post_inside.h"

#define MOST_UPDATES 500

/* ---- a new one ---- */

static const char *first_state(const struct post *p, int64_t now_us)
{
	if (p->sort == POST_NEWS)
		return "published";
	if (p->sort == POST_INCIDENT)
		return p->end_us ? "resolved" : "investigating";
	return p->start_us > now_us ? "scheduled"
	       : p->end_us > now_us ? "in_progress"
				    : "completed";
}

/* What is over, or takes nothing down, has no window. */
void post_plan(struct post_change *c, int64_t from_us, int64_t to_us)
{
	const struct post *p = &c->post;

	if (post_is_over(p) || !strcmp(p->impact, "none") || !*p->components)
		return;
	c->plan_from_us = from_us;
	c->plan_to_us = to_us;
}

/* Told as it is published; what is over already is history. */
static void publish(struct post_change *c, const struct post_world *w)
{
	struct post *p = &c->post;

	p->stage = POST_PUBLISHED;
	p->published_us = w->now_us;
	p->is_quiet = p->is_quiet || (post_is_over(p) && p->sort != POST_NEWS);
	c->is_told = !p->is_quiet;
	c->happened = POST_OPENED;
	if (p->sort == POST_MAINTENANCE)
		post_plan(c, p->start_us, p->end_us);
	if (p->start_us - p->remind_us <= w->now_us)
		p->reminded_us = p->start_us; /* they have just been told */
}

static bool judge_sort(struct post *p, const struct line *l, struct text *wrong)
{
	static const char *const sort[] = {"incident", "maintenance", "news", NULL};
	const char *word = *line_get(l, "sort") ? line_get(l, "sort") : "incident";
	int at = post_judge_word("sort", word, sort, wrong);

	p->sort = at < 0 ? POST_INCIDENT : (enum post_sort)at;
	return at >= 0;
}

static void preset(struct post *p, const struct line *l, const struct post_world *w)
{
	static const char *const impact[POST_SORTS] = {"minor", "outage", "none"};

	p->state = p->title = p->components = p->states = p->pages = p->cause = "";
	p->audiences = "";
	p->canned = p->targets = p->windows = "";
	p->author = line_get(l, "by");
	p->impact = impact[p->sort];
	p->start_us = p->sort == POST_MAINTENANCE ? 0 : w->now_us;
	p->remind_us = p->sort == POST_MAINTENANCE ? POST_REMIND_US : 0;
	p->is_quiet = line_int(l, "quiet", 0) == 1;
}

/* A state that can be the first one said. */
static bool judge_first_state(struct post *p, const struct line *l, const struct post_world *w,
			      struct text *wrong)
{
	const char *asked = line_get(l, "state"), *fits = first_state(p, w->now_us);

	p->state = *asked ? asked : fits;
	if (post_judge_word("state", p->state, post_state_of[p->sort], wrong) < 0)
		return false;
	if (!strcmp(p->state, "postmortem"))
		return post_refuse(wrong, "a post-mortem is told of an incident that is resolved: "
					  "begin with state resolved");
	if (p->sort == POST_MAINTENANCE && strcmp(p->state, fits))
		return post_refuse(wrong, "a maintenance at that time is '%s', not '%s'", fits,
				   p->state);
	if (p->sort == POST_INCIDENT && p->end_us && strcmp(p->state, "resolved"))
		return post_refuse(wrong, "an incident with an end is resolved, not '%s'",
				   p->state);
	return true;
}

void post_put_update(struct post_change *c, const struct line *l, int64_t event_us)
{
	c->has_update = true;
	c->update = (struct update){.post = "",
				    .state = c->post.state,
				    .body = line_get(l, "body"),
				    .author = line_get(l, "by"),
				    .components = line_get(l, "components"),
				    .states = line_get(l, "states"),
				    .event_us = event_us,
				    .until_us = line_int(l, "until_us", 0)};
}

static bool judge_new(struct post_change *c, const struct line *l, const struct post_world *w,
		      struct text *wrong)
{
	struct post *p = &c->post;
	int64_t event_us;

	if (!judge_sort(p, l, wrong))
		return false;
	preset(p, l, w);
	post_take_words(p, l);
	if (!post_judge_words(p, w, l, wrong) || !judge_first_state(p, l, w, wrong) ||
	    !post_judge_body(line_get(l, "body"), wrong))
		return false;
	/* told of history at its own time, so that it stands where it belongs */
	event_us = line_int(l, "event_us",
			    p->sort == POST_INCIDENT && p->start_us < w->now_us ? p->start_us
										: w->now_us);
	if (p->sort == POST_INCIDENT && !strcmp(p->state, "resolved") && !p->end_us)
		p->end_us = line_int(l, "event_us", w->now_us);
	if (!strcmp(p->state, "resolved") && !line_find(l, "event_us"))
		event_us = p->end_us;
	post_put_update(c, l, event_us);
	if (!post_judge_event(&c->update, w, wrong) || !post_judge_span(p, w, wrong))
		return false;
	p->over_us = post_is_over(p) ? w->now_us : 0;
	if (line_int(l, "draft", 0) != 1)
		publish(c, w);
	return true;
}

/* ---- a draft ---- */

const struct card *post_last_update(const struct board *b, const char *post, const char *but)
{
	const struct card *all[MOST_UPDATES];
	size_t n = post_updates(b, post, all, MOST_UPDATES);

	n = n < MOST_UPDATES ? n : MOST_UPDATES;
	while (n && (card_int(all[n - 1], "withdrawn_us", 0) || !strcmp(all[n - 1]->id, but)))
		n--;
	return n ? all[n - 1] : NULL;
}

/* A draft is written anew: nobody has read it. */
bool post_judge_draft(struct post_change *c, const struct board *b, const struct line *l,
		      const struct post_world *w, struct text *wrong)
{
	const struct card *card = post_last_update(b, c->post.card->id, "");
	struct post *p = &c->post;

	post_take_words(p, l);
	post_take_text(l, "state", &p->state);
	if (!post_judge_words(p, w, l, wrong) || !judge_first_state(p, l, w, wrong))
		return false;
	if (!strcmp(p->state, "resolved") && !p->end_us)
		p->end_us = line_int(l, "event_us", w->now_us);
	p->over_us = post_is_over(p) ? w->now_us : 0;
	post_put_update(c, l, w->now_us);
	if (card)
		update_read(card, &c->update);
	post_take_text(l, "body", &c->update.body);
	post_take_text(l, "components", &c->update.components);
	post_take_text(l, "states", &c->update.states);
	c->update.event_us = line_int(l, "event_us", c->update.event_us);
	c->update.until_us = line_int(l, "until_us", c->update.until_us);
	c->update.state = p->state;
	return post_judge_body(c->update.body, wrong) && post_judge_event(&c->update, w, wrong) &&
	       post_judge_span(p, w, wrong);
}

static bool judge_publish(struct post_change *c, const struct board *b, const struct line *l,
			  const struct post_world *w, struct text *wrong)
{
	if (c->post.stage != POST_DRAFT)
		return post_refuse(wrong, "it is published already: update it");
	/* a maintenance whose time has come meanwhile is at another state */
	if (c->post.sort == POST_MAINTENANCE && !line_find(l, "state")) {
		struct post p = c->post;

		post_take_words(&p, l);
		c->post.state = first_state(&p, w->now_us);
	}
	if (!post_judge_draft(c, b, l, w, wrong))
		return false;
	publish(c, w);
	return true;
}

/* ---- a correction ---- */

/* The update that the request names; NULL: there is none to be changed. */
static const struct card *find_update(const struct post_change *c, const struct board *b,
				      const struct line *l, struct text *wrong)
{
	const struct card *card = board_find(b, "update", line_get(l, "update"));

	if (!card || strcmp(card_get(card, "post"), c->post.card->id))
		post_refuse(wrong,
			    "this post has no update '%.60s': 'nines post show' lists them",
			    line_get(l, "update"));
	else if (card_int(card, "withdrawn_us", 0))
		post_refuse(wrong, "that update was withdrawn: write another one");
	else
		return card;
	return NULL;
}

static bool judge_correct_update(struct post_change *c, const struct board *b, const struct line *l,
				 const struct post_world *w, struct text *wrong)
{
	const struct card *card = find_update(c, b, l, wrong);
	int64_t until_us;

	if (!card)
		return false;
	if (update_was(card, POST_CORRECTIONS - 1, &until_us))
		return post_refuse(wrong, "it was corrected %d times: write an update",
				   POST_CORRECTIONS);
	update_read(card, &c->update);
	post_take_text(l, "body", &c->update.body);
	c->update.event_us = line_int(l, "event_us", c->update.event_us);
	c->update.until_us = line_int(l, "until_us", c->update.until_us);
	c->update.edited_us = w->now_us;
	c->update.is_corrected = true;
	c->has_update = true;
	c->happened = POST_UPDATED;
	c->is_told = line_int(l, "tell", 0) == 1 && !c->post.is_quiet;
	return post_judge_body(c->update.body, wrong) && post_judge_event(&c->update, w, wrong);
}

static bool judge_correct(struct post_change *c, const struct board *b, const struct line *l,
			  const struct post_world *w, struct text *wrong)
{
	struct post *p = &c->post, was = *p;

	if (p->stage == POST_DRAFT)
		return post_judge_draft(c, b, l, w, wrong);
	post_take_words(p, l);
	if (p->sort == POST_MAINTENANCE && !post_is_over(p) &&
	    (p->start_us != was.start_us || p->end_us != was.end_us))
		return post_refuse(wrong,
				   "the time of a maintenance is changed by an update: people "
				   "who planned with it are told");
	if (line_find(l, "state"))
		return post_refuse(wrong, "a state is changed by an update");
	if (p->sort == POST_INCIDENT && p->end_us && !post_is_over(p))
		return post_refuse(wrong, "it goes on: resolve it by an update");
	if (!post_judge_words(p, w, l, wrong))
		return false;
	post_replan(c, &was, w);
	if (*line_get(l, "update"))
		return judge_correct_update(c, b, l, w, wrong);
	if (line_find(l, "body"))
		return post_refuse(wrong, "which update is corrected is missing");
	return true;
}

/* ---- a withdrawal ---- */

/* One update: what the post is at stays, so what is left must say it. */
static bool judge_withdraw_update(struct post_change *c, const struct board *b,
				  const struct line *l, const struct post_world *w,
				  struct text *wrong)
{
	const struct card *card = find_update(c, b, l, wrong), *last;

	if (!card)
		return false;
	if (c->post.stage == POST_DRAFT)
		return post_refuse(wrong, "nobody has read it: change the draft by an update");
	if (*line_get(l, "body"))
		return post_refuse(wrong, "an update is withdrawn without a text: what is to be "
					  "said instead is another update");
	last = post_last_update(b, c->post.card->id, card->id);
	if (!last)
		return post_refuse(wrong, "it is the only one: withdraw the post");
	if (strcmp(card_get(last, "state"), c->post.state))
		return post_refuse(wrong,
				   "it says that the post is '%s', what would be left says '%s': "
				   "first write an update with the state that is true",
				   c->post.state, card_get(last, "state"));
	update_read(card, &c->update);
	c->update.withdrawn_us = w->now_us;
	c->has_update = true;
	c->happened = POST_RETRACTED;
	c->is_told = line_int(l, "tell", 0) == 1 && !c->post.is_quiet;
	return true;
}

/* A draft that nines made stays as one that was withdrawn, or it would be made again. */
static bool judge_withdraw(struct post_change *c, const struct board *b, const struct line *l,
			   const struct post_world *w, struct text *wrong)
{
	struct post *p = &c->post;
	bool was_over = post_is_over(p);

	if (*line_get(l, "update"))
		return judge_withdraw_update(c, b, l, w, wrong);
	c->is_gone = p->stage == POST_DRAFT && !*p->canned;
	c->is_told = p->stage == POST_PUBLISHED && !p->is_quiet && !was_over;
	c->happened = POST_CANCELLED;
	c->is_unplanned = p->sort == POST_MAINTENANCE && !was_over;
	p->stage = POST_WITHDRAWN;
	p->over_us = w->now_us;
	if (*line_get(l, "body")) {
		post_put_update(c, l, w->now_us);
		return post_judge_body(c->update.body, wrong);
	}
	return true;
}

/* ---- requests ---- */

static const struct {
	const char *act;
	bool (*judge)(struct post_change *, const struct board *, const struct line *,
		      const struct post_world *, struct text *wrong);
} act[] = {{"update", post_judge_update},
	   {"correct", judge_correct},
	   {"publish", judge_publish},
	   {"withdraw", judge_withdraw}};

bool post_judge(struct post_change *c, const struct board *b, const struct card *old,
		const struct line *l, const struct post_world *w, struct text *wrong)
{
	const char *asked = *line_get(l, "act") ? line_get(l, "act") : "update";

	*c = (struct post_change){.is_told = false};
	if (!old)
		return judge_new(c, l, w, wrong);
	if (!post_read(old, &c->post) || c->post.stage == POST_WITHDRAWN)
		return post_refuse(wrong, "it was withdrawn: write a new one");
	c->post.is_automatic = false; /* somebody has taken it over */
	for (size_t i = 0; i < sizeof act / sizeof *act; i++)
		if (!strcmp(act[i].act, asked))
			return act[i].judge(c, b, l, w, wrong);
	return post_refuse(wrong, "act '%.60s' is none of update, correct, publish, withdraw",
			   asked);
}
