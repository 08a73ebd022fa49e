/* keeper/subscriber_follow: who follows a check or a service of a public page is told when it goes
 * down and when it is back (features row 130), by the same rules as contacts: an incident that is
 * confirmed, nothing while it flaps, is maintained, is silenced, fails behind a parent or because
 * of our own connection. A card `outage` for each one that was told: its end is told to those, and
 * a keeper that comes after us tells it, too. See subscriber.h. */
#include <string.h>

#include "alert_inside.h"
#include "subscriber_inside.h"

/* ---- who is followed ---- */

static void follow_lines(struct map *followed, const char *names, void *mark)
{
	char name[256];
	size_t n;

	for (; *names; names += n + (names[n] == '\n')) {
		n = strcspn(names, "\n");
		if (n >= sizeof name)
			continue;
		memcpy(name, names, n);
		name[n] = '\0';
		map_put_text(followed, name, mark);
	}
}

static void note_followed(struct keeper *k)
{
	struct subscribers *s = k->subscribers;
	uint64_t changes = board_changes(k->board, "subscriber") + 1;
	const struct card *c;

	if (s->followed_at == changes)
		return;
	s->followed_at = changes;
	map_release(&s->followed);
	for (size_t i = 0; (c = board_at(k->board, "subscriber", i)); i++)
		if (card_lists(c, "kinds", subscriber_kind_name[SUBSCRIBER_ALERTS]) &&
		    !strcmp(card_get(c, "state"), "confirmed"))
			follow_lines(&s->followed, card_get(c, "components"), s);
}

/* ---- what is told ---- */

static const struct card *outage_of(const struct keeper *k, const char *name)
{
	const struct card *c;

	for (size_t i = 0; (c = board_at(k->board, "outage", i)); i++)
		if (!strcmp(card_get(c, "name"), name))
			return c;
	return NULL;
}

static void add_pages(struct text *pages, const struct keeper *k, const char *name)
{
	const struct told_page *p;

	for (size_t at = 0; (p = map_next(&k->subscribers->pages, &at));) {
		if (!told_page_shows(k, p, name))
			continue;
		text_puts(pages, pages->size ? "\n" : "");
		text_puts(pages, p->name);
	}
}

static void send(struct keeper *k, const char *name, const char *verdict, int64_t start_us,
		 int64_t end_us, int64_t lasts_us, int64_t told_us)
{
	struct text pages = {0}, *t;

	add_pages(&pages, k, name);
	if (!pages.size)
		return; /* no page shows it any more */
	t = sending_begin(k, SUBSCRIBER_ALERTS, text_get(&pages), name);
	line_add(t, "title", title_of(k, name));
	line_add(t, "verdict", verdict);
	line_add(t, "path", "/");
	line_add_int(t, "start_us", start_us);
	line_add_int(t, "end_us", end_us);
	line_add_int(t, "lasts_us", lasts_us);
	line_add_int(t, "told_us", told_us);
	board_end(k);
	text_release(&pages);
}

/* The longest of the durations to be waited for that is over; -1: none. */
static int64_t reached_us(int64_t lasted_us)
{
	int64_t reached = -1;

	for (int i = 0; i < SUBSCRIBER_AFTERS; i++)
		if (subscriber_after_us[i] <= lasted_us)
			reached = subscriber_after_us[i];
	return reached;
}

static bool is_held(struct keeper *k, const struct alarm *a)
{
	return alarm_is_held(k, a) || subject_silence(a->subject, k->now_us) > k->now_us ||
	       (state_suspects(k) && k->now_us - a->confirmed_us < STORM_DOUBT_US);
}

static void look_at_alarm(struct keeper *k, const struct alarm *a)
{
	const char *name = a->subject->name;
	const struct card *told = outage_of(k, name);
	int64_t lasts_us = reached_us(k->now_us - a->start_us),
		told_us = told ? card_int(told, "told_us", -1) : -1,
		start_us = keeper_wall_of(k, a->start_us);
	struct text *t;

	if (lasts_us <= told_us || is_held(k, a))
		return;
	send(k, name, "down", start_us, 0, lasts_us, told_us);
	t = board_begin(k, "outage", told ? told->id : "", "");
	line_add(t, "name", name);
	line_add_int(t, "start_us", start_us);
	line_add_int(t, "told_us", lasts_us);
	board_end(k);
}

/* ---- and its end ---- */

static bool passes(const struct subject *s)
{
	return s->check ? state_passes(s->check->state) : s->group && state_passes(s->group->state);
}

static void look_at_outage(struct keeper *k, const struct card *told)
{
	const char *name = card_get(told, "name");
	const struct subject *s = map_find_text(&k->alerts->subjects, name);
	char id[24];

	keeper_copy(id, sizeof id, told->id);
	if (!s || (!s->check && !s->group)) {
		board_remove(k, "outage", id, "");
	} else if (!s->incident && !s->flapping && passes(s)) {
		send(k, name, "up again", card_int(told, "start_us", 0), k->wall_us,
		     card_int(told, "told_us", 0), -1);
		board_remove(k, "outage", id, "");
	}
}

/* ---- an owner wants it for himself alone ---- */

static bool is_refused(const struct keeper *k, const char *target)
{
	const struct card *owner = owner_find(k->board, target);

	return owner && strcmp(card_get(owner, "follow"), "on") != 0;
}

static bool wants_alerts(const char *kinds)
{
	const char *alerts = subscriber_kind_name[SUBSCRIBER_ALERTS];

	return text_lists(kinds, alerts);
}

bool follow_judge(const struct keeper *k, const struct line *l, const struct card *old,
		  struct text *wrong)
{
	const char *at = line_get(l, "components");
	struct text name = {0};

	if (!wants_alerts(line_get(l, "kinds")) || *line_get(l, "by"))
		return true;
	while (!wrong->size && text_next_line(&at, &name))
		if (is_refused(k, name.at) && !(old && card_lists(old, "components", name.at)))
			text_printf(wrong,
				    "whoever runs '%s' does not let others follow it: leave "
				    "it out",
				    title_of(k, name.at));
	text_release(&name);
	return !wrong->size;
}

/* What is left of the names without that one. */
static void add_others(struct text *t, const char *names, const char *target)
{
	size_t size = strlen(target), n;

	for (; *names; names += n + (names[n] == '\n')) {
		n = strcspn(names, "\n");
		if (n == size && !memcmp(names, target, n))
			continue;
		text_puts(t, t->size ? "\n" : "");
		text_add(t, names, n);
	}
}

/* One of whom nothing is left stays for as long as his letter may take. */
static void leave_out(struct keeper *k, const struct card *c, const char *target)
{
	static const char *const but[] = {"components", "state", "until_us", NULL};
	struct letter_facts f = {.form = LETTER_FORM_UNFOLLOWED, .title = title_of(k, target)};
	struct text left = {0}, *t;
	bool is_pending = !strcmp(card_get(c, "state"), "pending"), was_told;
	char id[24];

	keeper_copy(id, sizeof id, c->id);
	add_others(&left, card_get(c, "components"), target);
	was_told = !is_pending && (left.size || strcmp(card_get(c, "state"), "ended") != 0);
	if (is_pending && !left.size) {
		subscriber_forget(k, id, "", "it can be followed no more");
	} else {
		t = board_begin(k, "subscriber", id, c->by);
		line_add(t, "components", text_get(&left));
		line_add(t, "state", left.size ? card_get(c, "state") : "ended");
		line_add_int(t, "until_us",
			     left.size ? card_int(c, "until_us", 0)
				       : k->wall_us + SUBSCRIBER_PENDING_US);
		card_words(t, c, but);
		board_end(k);
	}
	if (was_told)
		say_to_subscriber(k, board_find(k->board, "subscriber", id), &f, NULL);
	text_release(&left);
}

void follow_end(struct keeper *k, const char *target)
{
	const struct card *c;
	char id[24] = "";

	while ((c = board_next(k->board, "subscriber", id))) {
		keeper_copy(id, sizeof id, c->id);
		if (card_lists(c, "components", target) && wants_alerts(card_get(c, "kinds")))
			leave_out(k, c, target);
	}
}

/* ---- each second ---- */

void follow_watch(struct keeper *k)
{
	const struct card *c;
	char id[24] = "";

	note_followed(k);
	for (const struct alarm *a = k->alerts->first; a && k->subscribers->followed.size;
	     a = a->next)
		if (a->kind == ALARM_INCIDENT && a->confirmed_us && !a->end_us &&
		    map_find_text(&k->subscribers->followed, a->subject->name))
			look_at_alarm(k, a);
	while ((c = board_next(k->board, "outage", id))) {
		keeper_copy(id, sizeof id, c->id);
		look_at_outage(k, c);
	}
}
