/* board/post: cards read as posts and updates, and written. See post.h. */
#include "post.h"

#include <stdlib.h>
#include <string.h>

const char *const post_sort_name[POST_SORTS] = {"incident", "maintenance", "news"};
const char *const post_stage_name[POST_STAGES] = {"draft", "published", "withdrawn"};
const char *const post_happened_name[POST_HAPPENINGS] = {
	"opened", "updated", "rescheduled", "reminded", "begun", "ended", "cancelled", "explained",
	"retracted"};
const char *const post_cause[] = {
	"unknown",  "hardware", "software",    "network",  "power",   "provider",
	"capacity", "attack",   "human-error", "external", "planned", "self-inflicted-protective",
	NULL};

/* ---- words ---- */

static const struct {
	const char *key;
	size_t offset;
} text_word[] = {
	{"state", offsetof(struct post, state)},
	{"title", offsetof(struct post, title)},
	{"impact", offsetof(struct post, impact)},
	{"components", offsetof(struct post, components)},
	{"states", offsetof(struct post, states)},
	{"pages", offsetof(struct post, pages)},
	{"audiences", offsetof(struct post, audiences)},
	{"cause", offsetof(struct post, cause)},
	{"author", offsetof(struct post, author)},
	{"canned", offsetof(struct post, canned)},
	{"targets", offsetof(struct post, targets)},
	{"windows", offsetof(struct post, windows)},
};
#define TEXT_WORDS (sizeof text_word / sizeof *text_word)

static const struct {
	const char *key;
	size_t offset;
} time_word[] = {
	{"start_us", offsetof(struct post, start_us)},
	{"end_us", offsetof(struct post, end_us)},
	{"published_us", offsetof(struct post, published_us)},
	{"over_us", offsetof(struct post, over_us)},
	{"remind_us", offsetof(struct post, remind_us)},
	{"reminded_us", offsetof(struct post, reminded_us)},
	{"wait_us", offsetof(struct post, wait_us)},
};
#define TIME_WORDS (sizeof time_word / sizeof *time_word)

static const char **text_at(const struct post *p, size_t i)
{
	return (const char **)((char *)(uintptr_t)p + text_word[i].offset);
}

static int64_t *time_at(const struct post *p, size_t i)
{
	return (int64_t *)(void *)((char *)(uintptr_t)p + time_word[i].offset);
}

static int place_of(const char *name, const char *const *list, int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(list[i], name))
			return i;
	return -1;
}

bool post_read(const struct card *c, struct post *p)
{
	int sort = place_of(card_get(c, "sort"), post_sort_name, POST_SORTS),
	    stage = place_of(card_get(c, "stage"), post_stage_name, POST_STAGES);

	*p = (struct post){.card = c};
	for (size_t i = 0; i < TEXT_WORDS; i++)
		*text_at(p, i) = card_get(c, text_word[i].key);
	for (size_t i = 0; i < TIME_WORDS; i++)
		*time_at(p, i) = card_int(c, time_word[i].key, 0);
	p->is_quiet = card_int(c, "quiet", 0) == 1;
	p->is_automatic = card_int(c, "automatic", 0) == 1;
	p->sort = sort < 0 ? POST_SORTS : (enum post_sort)sort;
	p->stage = stage < 0 ? POST_STAGES : (enum post_stage)stage;
	return sort >= 0 && stage >= 0;
}

void post_write(struct text *t, const struct post *p)
{
	line_add(t, "sort", post_sort_name[p->sort]);
	line_add(t, "stage", post_stage_name[p->stage]);
	for (size_t i = 0; i < TEXT_WORDS; i++)
		if (*text_at(p, i) && **text_at(p, i))
			line_add(t, text_word[i].key, *text_at(p, i));
	for (size_t i = 0; i < TIME_WORDS; i++)
		if (*time_at(p, i))
			line_add_int(t, time_word[i].key, *time_at(p, i));
	if (p->is_quiet)
		line_add_int(t, "quiet", 1);
	if (p->is_automatic)
		line_add_int(t, "automatic", 1);
}

/* ---- updates ---- */

bool update_read(const struct card *c, struct update *u)
{
	*u = (struct update){.card = c,
			     .post = card_get(c, "post"),
			     .state = card_get(c, "state"),
			     .body = card_get(c, "body"),
			     .author = card_get(c, "author"),
			     .components = card_get(c, "components"),
			     .states = card_get(c, "states"),
			     .event_us = card_int(c, "event_us", c->first_us),
			     .until_us = card_int(c, "until_us", 0),
			     .written_us = c->first_us,
			     .edited_us = card_int(c, "edited_us", 0),
			     .withdrawn_us = card_int(c, "withdrawn_us", 0)};
	return *u->post && *u->state;
}

/* What a correction replaces stays, with the time until which it stood. */
static void add_corrections(struct text *t, const struct update *u)
{
	const struct card *old = u->card;

	for (size_t i = 0; old && i < old->words; i++)
		if (!strcmp(old->word[i].key, "was") || !strcmp(old->word[i].key, "was_us"))
			line_add(t, old->word[i].key, old->word[i].value);
	if (!old || !u->is_corrected || !strcmp(u->body, card_get(old, "body")))
		return;
	line_add_int(t, "was_us", u->edited_us);
	line_add(t, "was", card_get(old, "body"));
}

void update_write(struct text *t, const struct update *u)
{
	line_add(t, "post", u->post);
	line_add(t, "state", u->state);
	line_add(t, "body", u->body);
	line_add(t, "author", u->author);
	if (*u->components)
		line_add(t, "components", u->components);
	if (*u->states)
		line_add(t, "states", u->states);
	line_add_int(t, "event_us", u->event_us);
	if (u->until_us)
		line_add_int(t, "until_us", u->until_us);
	if (u->edited_us)
		line_add_int(t, "edited_us", u->edited_us);
	if (u->withdrawn_us)
		line_add_int(t, "withdrawn_us", u->withdrawn_us);
	add_corrections(t, u);
}

static int by_event(const void *a, const void *b)
{
	const struct card *x = *(const struct card *const *)a, *y = *(const struct card *const *)b;
	int64_t at = card_int(x, "event_us", x->first_us),
		other = card_int(y, "event_us", y->first_us);

	return at < other ? -1 : at > other ? 1 : strcmp(x->id, y->id);
}

size_t post_updates(const struct board *b, const char *post, const struct card **into, size_t most)
{
	const struct card *c;
	struct text prefix = {0};
	size_t n = 0;

	text_puts(&prefix, post);
	text_puts(&prefix, "-");
	for (const char *id = text_get(&prefix);
	     (c = board_next(b, "update", id)) && !strncmp(c->id, prefix.at, prefix.size);
	     id = c->id, n++)
		if (n < most)
			into[n] = c;
	qsort(into, n < most ? n : most, sizeof *into, by_event);
	text_release(&prefix);
	return n;
}

const char *update_was(const struct card *c, size_t i, int64_t *until_us)
{
	const char *body = NULL;
	int64_t at_us = 0;

	for (size_t n = 0; n < c->words; n++) {
		if (!strcmp(c->word[n].key, "was_us") && text_to_int(c->word[n].value, &at_us))
			continue;
		if (strcmp(c->word[n].key, "was") || i--)
			continue;
		body = c->word[n].value;
		break;
	}
	*until_us = body ? at_us : 0;
	return body;
}

/* ---- what it is at ---- */

bool post_is_over(const struct post *p)
{
	static const char *const last[] = {"resolved", "postmortem", "completed", "cancelled",
					   "published"};

	return p->stage == POST_WITHDRAWN ||
	       place_of(p->state, last, sizeof last / sizeof *last) >= 0;
}

bool post_is_ahead(const struct post *p)
{
	return p->sort == POST_MAINTENANCE && p->stage == POST_PUBLISHED &&
	       !strcmp(p->state, "scheduled");
}

bool post_is_current(const struct post *p, int64_t now_us)
{
	if (p->stage != POST_PUBLISHED || p->sort == POST_NEWS || post_is_over(p))
		return false;
	return !post_is_ahead(p) || p->start_us <= now_us;
}

const char *post_claim(const struct post *p, const char *component, struct text *into)
{
	const char *name = p->components, *state = p->states;
	size_t size, n, wanted = strlen(component);

	text_clear(into);
	for (; *name; name += size + (name[size] == '\n'), state += n + (state[n] == '\n')) {
		size = strcspn(name, "\n");
		n = strcspn(state, "\n");
		if (size == wanted && !memcmp(name, component, size)) {
			text_add(into, state, n);
			break;
		}
	}
	return text_get(into);
}
