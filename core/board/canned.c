/* board/canned: see canned.h. */
#include "canned.h"

#include "../base/clock.h"
#include "post_inside.h"

enum { TITLE, BODY, COMPONENTS, STATES, NAMES }; /* the texts of a change */

#define RECENT 32 /* posts of a section that may still be about what fails */
/* What a card has room for, as a line has it: its names, which stand there twice, and a text. */
#define NAMES_WRITTEN 10000
#define BODY_WRITTEN  40000

/* ---- how much goes into a post ---- */

static size_t written(char c)
{
	return c >= ' ' && c < 0x7f ? 1 : 4;
}

/* The names that a post has so far, and whether a further one goes in. */
struct room {
	size_t names, bytes;
};

static bool is_full(const struct room *r)
{
	return r->names >= POST_ITEMS || r->bytes >= NAMES_WRITTEN;
}

static void count_name(struct room *r, const char *name, size_t size)
{
	r->bytes += r->names++ ? written('\n') : 0;
	for (size_t i = 0; i < size; i++)
		r->bytes += written(name[i]);
}

static struct room room_of(const char *names)
{
	struct room r = {0};
	size_t size;

	for (; *names; names += size + (names[size] == '\n')) {
		size = strcspn(names, "\n");
		count_name(&r, names, size);
	}
	return r;
}

struct scene {
	const struct canned *section;
	const struct canned_target *target;
	size_t targets;
	const struct board *board;
	int64_t now_us;
	struct post open; /* the one that goes on by itself; `card` NULL: there is none */
	struct room room; /* in it */
	const struct card *post[RECENT]; /* of this section, the newest first */
	size_t posts;
	const struct card *written[RECENT]; /* incidents that people told of, likewise */
	size_t writtens;
};

/* ---- which posts there are ---- */

static void find_posts(struct scene *s)
{
	struct post p;

	for (size_t i = board_count(s->board, "post"); i-- && s->posts < RECENT;) {
		const struct card *c = board_at(s->board, "post", i);

		if (!strcmp(card_get(c, "canned"), s->section->name))
			s->post[s->posts++] = c;
		else if (s->writtens < RECENT && !*card_get(c, "canned") && post_read(c, &p) &&
			 p.sort == POST_INCIDENT && p.stage == POST_PUBLISHED)
			s->written[s->writtens++] = c;
	}
}

/* It goes on, or somebody has said that this failure is over. */
static bool is_of(const struct post *p, const struct canned_target *t)
{
	return !post_is_over(p) || p->over_us >= t->since_us;
}

/* Some page shows both; no pages: all of them. */
static bool shares_page(const char *one, const char *other)
{
	return !*one || !*other || text_lists_some(one, other);
}

/* People have told of this failure where the section would. */
static bool is_written(const struct scene *s, const struct canned_target *t)
{
	struct post p;

	for (size_t i = 0; i < s->writtens; i++)
		if (post_read(s->written[i], &p) && text_lists(p.components, t->name) &&
		    is_of(&p, t) && shares_page(p.pages, s->section->pages))
			return true;
	return false;
}

/* There is a post of this failure, or somebody has said that it is over. */
static bool is_told(const struct scene *s, const struct canned_target *t)
{
	struct post p;

	for (size_t i = 0; i < s->posts; i++)
		if (post_read(s->post[i], &p) && text_lists(p.targets, t->name) && is_of(&p, t))
			return true;
	return is_written(s, t);
}

static bool is_new(const struct scene *s, const struct canned_target *t)
{
	return t->is == CANNED_FAILS && !is_full(&s->room) && !is_told(s, t);
}

static void find_open(struct scene *s)
{
	struct post p;

	for (size_t i = 0; i < s->posts; i++)
		if (post_read(s->post[i], &p) && p.is_automatic && !post_is_over(&p)) {
			s->open = p;
			s->room = room_of(p.targets);
			return;
		}
}

/* ---- texts ---- */

static void add_line(struct text *list, const char *item)
{
	text_puts(list, list->size ? "\n" : "");
	text_puts(list, item);
}

/* "Web, Shop and Mail" of those that `wants`. */
static void add_names(struct text *t, const struct scene *s,
		      bool (*wants)(const struct scene *, const struct canned_target *))
{
	const struct canned_target *last = NULL;
	size_t begin = t->size;

	for (size_t i = 0; i < s->targets; i++) {
		if (!wants(s, &s->target[i]))
			continue;
		if (last) {
			text_puts(t, t->size > begin ? ", " : "");
			text_puts(t, last->title);
		}
		last = &s->target[i];
	}
	if (last) {
		text_puts(t, t->size > begin ? " and " : "");
		text_puts(t, last->title);
	}
}

static bool is_of_open(const struct scene *s, const struct canned_target *t)
{
	return text_lists(s->open.targets, t->name);
}

static const char *const word[] = {"name", "state", "since"};

/* 2026-11-22 09:40 UTC: for people. */
static void add_minute(struct text *t, int64_t at_us)
{
	struct text utc = {0};

	clock_add_utc(&utc, at_us, 0);
	text_printf(t, "%.10s %.5s UTC", text_get(&utc), utc.size > 16 ? utc.at + 11 : "");
	text_release(&utc);
}

static void add_word(struct text *t, const struct scene *s, size_t i,
		     bool (*wants)(const struct scene *, const struct canned_target *))
{
	const char *state = "degraded";
	int64_t since_us = s->open.card ? s->open.start_us : s->now_us;

	for (size_t n = 0; n < s->targets; n++)
		if (wants(s, &s->target[n])) {
			since_us =
				s->target[n].since_us < since_us ? s->target[n].since_us : since_us;
			if (s->target[n].claim && !strcmp(s->target[n].claim, "major_outage"))
				state = "down";
		}
	if (i == 0)
		add_names(t, s, wants);
	else if (i == 1)
		text_puts(t, state);
	else
		add_minute(t, since_us);
}

/* The word between {{ and }} at `at`; its number, -1: none of ours. */
static int word_at(const char *at, size_t *size)
{
	const char *end = strstr(at, "}}");

	*size = end ? (size_t)(end - at) + 2 : 0;
	for (size_t i = 0; end && i < sizeof word / sizeof *word; i++)
		if (strlen(word[i]) + 4 == *size && !memcmp(at + 2, word[i], *size - 4))
			return (int)i;
	return -1;
}

const char *canned_wrong_word(const char *text, struct text *wrong)
{
	size_t size;

	for (const char *at = text; (at = strstr(at, "{{")); at += size ? size : 2)
		if (word_at(at, &size) < 0) {
			text_add(wrong, at, size ? size : 2);
			return at;
		}
	return NULL;
}

static void fill(struct text *t, const struct scene *s, const char *source,
		 bool (*wants)(const struct scene *, const struct canned_target *))
{
	const char *open;
	size_t size;
	int i;

	for (; (open = strstr(source, "{{")); source = open + (size ? size : 2)) {
		text_add(t, source, (size_t)(open - source));
		i = word_at(open, &size);
		if (i >= 0)
			add_word(t, s, (size_t)i, wants);
	}
	text_puts(t, source);
}

/* At most so many bytes, and so many as a line has them, cut between characters. */
static void cut(struct text *t, size_t most, size_t most_written)
{
	size_t n = 0, bytes = 0;

	for (; n < t->size && n < most && bytes < most_written; n++)
		bytes += written(t->at[n]);
	if (n == t->size)
		return;
	while (n && ((unsigned char)t->at[n] & 0xc0) == 0x80)
		n--;
	t->size = n;
	t->at[n] = '\0';
}

static void no_lines(struct text *t)
{
	for (size_t i = 0; i < t->size; i++)
		if ((unsigned char)t->at[i] < ' ' || t->at[i] == 0x7f)
			t->at[i] = ' ';
}

/* ---- changes ---- */

static void set_update(struct post_change *c, int64_t event_us)
{
	cut(&c->text[BODY], POST_BODY_BYTES, BODY_WRITTEN);
	c->has_update = true;
	c->update = (struct update){.post = "",
				    .state = c->post.state,
				    .body = text_get(&c->text[BODY]),
				    .author = "",
				    .components = "",
				    .states = "",
				    .event_us = event_us};
}

/* What it is of, and what it claims of each. */
static void set_components(struct post_change *c, const struct scene *s)
{
	const struct canned_target *t;
	struct room room = {0};

	for (size_t i = 0; i < s->targets && !is_full(&room); i++) {
		t = &s->target[i];
		if (!is_of_open(s, t) && !is_new(s, t))
			continue;
		add_line(&c->text[COMPONENTS], t->name);
		if (room.names)
			text_puts(&c->text[STATES], "\n");
		count_name(&room, t->name, strlen(t->name));
		text_puts(&c->text[STATES], t->is == CANNED_FAILS   ? t->claim
					    : t->is == CANNED_WORKS ? "operational"
								    : "");
	}
	if (!room.names)
		return; /* none of it is configured any more: it stays what it is of */
	c->post.components = c->post.targets = text_get(&c->text[COMPONENTS]);
	c->post.states = text_get(&c->text[STATES]);
}

static int64_t first_failure(const struct scene *s)
{
	int64_t first_us = s->now_us;

	for (size_t i = 0; i < s->targets; i++)
		if (is_new(s, &s->target[i]) && s->target[i].since_us < first_us)
			first_us = s->target[i].since_us;
	return first_us;
}

static void publish(struct post_change *c, const struct scene *s)
{
	c->post.stage = POST_PUBLISHED;
	c->post.published_us = s->now_us;
	c->is_told = true;
	c->happened = POST_OPENED;
}

static bool begin(struct post_change *c, const struct scene *s)
{
	int64_t since_us = first_failure(s);

	fill(&c->text[TITLE], s, s->section->title, is_new);
	no_lines(&c->text[TITLE]);
	cut(&c->text[TITLE], POST_TITLE_BYTES, BODY_WRITTEN);
	fill(&c->text[BODY], s, s->section->text, is_new);
	c->post = (struct post){.sort = POST_INCIDENT,
				.stage = POST_DRAFT,
				.state = "investigating",
				.title = text_get(&c->text[TITLE]),
				.impact = s->section->impact,
				.pages = s->section->pages,
				.cause = "",
				.author = "",
				.canned = s->section->name,
				.windows = "",
				.start_us = since_us,
				.wait_us = since_us + s->section->after_us,
				.is_automatic = true};
	set_components(c, s);
	set_update(c, since_us);
	if (s->section->post == CANNED_AUTO && s->now_us >= c->post.wait_us)
		publish(c, s);
	return true;
}

/* Something more fails: it is said, where it was said before. */
static bool add(struct post_change *c, const struct scene *s)
{
	c->post = s->open;
	set_components(c, s);
	if (c->post.stage != POST_PUBLISHED)
		return true;
	text_puts(&c->text[BODY], "Also affected: ");
	add_names(&c->text[BODY], s, is_new);
	text_puts(&c->text[BODY], ".");
	set_update(c, s->now_us);
	c->is_told = true;
	c->happened = POST_UPDATED;
	return true;
}

static bool resolve(struct post_change *c, const struct scene *s, int64_t works_us)
{
	struct post *p = &c->post;

	*p = s->open;
	c->is_gone = p->stage == POST_DRAFT && works_us < p->wait_us;
	set_components(c, s);
	fill(&c->text[BODY], s, s->section->resolve_text, is_of_open);
	p->state = "resolved";
	p->end_us = works_us > p->start_us ? works_us : p->start_us + 1;
	p->over_us = s->now_us;
	p->is_automatic = false;
	set_update(c, p->end_us);
	c->is_told = p->stage == POST_PUBLISHED;
	c->happened = POST_ENDED;
	return true;
}

/* Some of it works again, or is down where it was degraded. */
static bool restate(struct post_change *c, const struct scene *s)
{
	c->post = s->open;
	set_components(c, s);
	return strcmp(c->post.states, s->open.states) != 0;
}

/* ---- what is due ---- */

/* All of the post works again, as far as it is still configured; *works_us: since when. */
static bool is_well(const struct scene *s, int64_t *works_us)
{
	*works_us = 0;
	for (size_t i = 0; i < s->targets; i++) {
		if (!is_of_open(s, &s->target[i]))
			continue;
		if (s->target[i].is != CANNED_WORKS)
			return false;
		if (s->target[i].since_us > *works_us)
			*works_us = s->target[i].since_us;
	}
	if (!*works_us || *works_us > s->now_us)
		*works_us = s->now_us;
	return true;
}

/* A draft that waits while people have told of all that it is of. */
static bool is_superseded(const struct scene *s)
{
	if (s->open.stage != POST_DRAFT)
		return false;
	for (size_t i = 0; i < s->targets; i++)
		if (is_of_open(s, &s->target[i]) && !is_written(s, &s->target[i]))
			return false;
	return true;
}

static bool is_anything_new(const struct scene *s)
{
	for (size_t i = 0; i < s->targets; i++)
		if (is_new(s, &s->target[i]))
			return true;
	return false;
}

static bool go_on(struct post_change *c, const struct scene *s)
{
	int64_t works_us;

	if (is_superseded(s)) {
		c->post = s->open;
		c->is_gone = true;
		return true;
	}
	if (is_well(s, &works_us))
		return resolve(c, s, works_us);
	if (is_anything_new(s))
		return add(c, s);
	if (s->open.stage == POST_DRAFT && s->section->post == CANNED_AUTO &&
	    s->now_us >= s->open.wait_us) {
		const struct card *all[1];

		c->post = s->open;
		publish(c, s);
		/* what was written of the draft is what is told */
		if (post_updates(s->board, s->open.card->id, all, 1)) {
			update_read(all[0], &c->update);
			c->has_update = true;
		}
		return true;
	}
	return restate(c, s);
}

bool canned_is_due(struct post_change *c, const struct canned *section,
		   const struct canned_target *target, size_t targets, const struct board *b,
		   int64_t now_us)
{
	struct scene s = {.section = section,
			  .target = target,
			  .targets = targets,
			  .board = b,
			  .now_us = now_us,
			  .open.targets = ""};

	*c = (struct post_change){.is_told = false};
	if (section->post == CANNED_OFF)
		return false;
	find_posts(&s);
	find_open(&s);
	if (s.open.card ? go_on(c, &s) : is_anything_new(&s) && begin(c, &s))
		return true;
	post_change_release(c);
	return false;
}
