/* keeper/alert_config: contacts, paths and what the configuration says of checks and services to
 * whom it may concern. Everything is found again by its name, so that a new configuration changes
 * nothing for who stays: what was told, what waits, what flaps. Called by configure.c in two steps:
 * alert_configure() reads the lines, alert_follow() ties them to the checks and services. */
#include <stdlib.h>
#include <string.h>

#include "../base/lines.h"
#include "../base/memory.h"
#include "alert_inside.h"

#define DEPTH 16
#define EXPIRES_MOST_US (30 * 86400 * KEEPER_SECOND)

/* ---- found again by name ---- */

static struct subject *subject_in(struct map *map, const char *name)
{
	struct subject *s = map_find_text(map, name);

	if (s)
		return s;
	s = memory_new(sizeof *s);
	s->name = memory_text(name);
	s->flap_policy = (struct flap_policy){false, FLAP_LOW, FLAP_HIGH};
	map_put_text(map, s->name, s);
	return s;
}

struct subject *subject_get(struct keeper *k, const char *name)
{
	return subject_in(&k->alerts->subjects, name);
}

struct subject *trouble_get(struct keeper *k, const char *name)
{
	struct subject *s = subject_in(&k->alerts->troubles, name);

	s->is_monitor = true;
	return s;
}

static struct contact *contact_get(struct keeper *k, const char *name)
{
	struct contact *c = map_find_text(&k->alerts->contacts, name);

	if (c)
		return c;
	c = memory_new(sizeof *c);
	c->name = memory_text(name);
	map_put_text(&k->alerts->contacts, c->name, c);
	return c;
}

static void add_route_key(struct text *t, const char *contact, const char *to)
{
	text_puts(t, contact);
	text_putc(t, '\n');
	text_puts(t, to);
}

static struct route *route_get(struct keeper *k, struct contact *c, const char *to)
{
	struct text key = {0};
	struct route *r;

	add_route_key(&key, c->name, to);
	r = map_find_text(&k->alerts->routes, key.at);
	if (!r) {
		r = memory_new(sizeof *r);
		r->entry.kind = DUE_BATCH;
		r->to = memory_text(to);
		map_put_text(&k->alerts->routes, key.at, r);
	}
	r->contact = c;
	text_release(&key);
	return r;
}

/* ---- lines ---- */

void each_name(const char *list, void (*each)(const char *name, void *with), void *with)
{
	char *copy = memory_text(list), *rest = copy, *entry;

	while ((entry = strsep(&rest, "\n")))
		if (*entry)
			each(entry, with);
	free(copy);
}

static void take_zone(struct keeper *k, const struct line *l)
{
	const struct line_word *bytes = NULL;
	struct text wrong = {0};
	struct zone *z = NULL;

	for (size_t i = 0; i < l->words && !bytes; i++)
		bytes = strcmp(l->word[i].key, "bytes") ? NULL : &l->word[i];
	if (!map_find_text(&k->alerts->zones, line_name(l)))
		z = zone_of_bytes(line_name(l), bytes ? bytes->value : "", bytes ? bytes->size : 0,
				  &wrong);
	if (z)
		map_put_text(&k->alerts->zones, line_name(l), z);
	text_release(&wrong);
}

static struct zone *zone_of(struct keeper *k, const struct line *l)
{
	return map_find_text(&k->alerts->zones, line_get(l, "zone"));
}

static void take_contact(struct keeper *k, const struct line *l)
{
	struct contact *c = contact_get(k, line_name(l));

	c->generation = k->alerts->generation;
	c->paths = 0;
	set_text_of(&c->services, line_get(l, "services"));
	c->hears_monitor = line_int(l, "monitor", !*c->services) > 0;
	c->zone = zone_of(k, l);
}

static void take_hours(const char *text, void *with)
{
	struct text wrong = {0};

	hours_add(with, text, &wrong); /* the loader has judged them */
	text_release(&wrong);
}

/* Who is told that something failed is told of its end, too. */
static void take_kind(const char *name, void *with)
{
	struct route *r = with;

	r->takes[ALERT_ALERT] |= !strcmp(name, "alerts");
	r->takes[ALERT_NOTE] |= !strcmp(name, "notes");
	r->takes_monitor |= !strcmp(name, "monitor");
}

/* None named: all. Who is told of something always hears its end. */
static void take_kinds(struct route *r, const char *kinds)
{
	for (int i = 0; i < ALERT_KINDS; i++)
		r->takes[i] = i == ALERT_NOTHING || i == ALERT_RECOVERY || !*kinds;
	r->takes_monitor = !*kinds;
	each_name(kinds, take_kind, r);
}

static int64_t within(int64_t n, int64_t least, int64_t most)
{
	return n < least ? least : n > most ? most : n;
}

static void take_rule(struct keeper *k, struct route *r, const struct line *l)
{
	int64_t month_us = EXPIRES_MOST_US;

	r->rule = (struct alert_path){
		.after_us = within(line_int(l, "after_us", ALERT_AFTER_US), 0, month_us),
		.repeat_us = within(line_int(l, "repeat_us", 0), 0, month_us),
		.cap = (int)within(line_int(l, "cap", ALERT_CAP), 1, ALERT_LETTERS / 2),
		.zone = zone_of(k, l)};
	each_name(line_get(l, "hours"), take_hours, &r->rule.hours);
	r->expires_us = within(line_int(l, "expires_us", 0), 0, EXPIRES_MOST_US);
	take_kinds(r, line_get(l, "kinds"));
	set_text_of(&r->hours_text, line_get(l, "hours"));
	set_text_of(&r->kinds_text, line_get(l, "kinds"));
	set_text_of(&r->fallback, line_get(l, "fallback"));
	test_follow(r, within(line_int(l, "test_us", 0), 0, 366 * 86400 * KEEPER_SECOND));
}

static void take_path(struct keeper *k, const struct line *l)
{
	struct contact *c = map_find_text(&k->alerts->contacts, line_name(l));
	struct alerts *a = k->alerts;
	struct text to = {0};
	struct route *r;

	if (!c || c->generation != a->generation)
		return; /* of nobody */
	text_puts(&to, line_get(l, "notifier"));
	text_putc(&to, ':');
	text_puts(&to, line_get(l, "address"));
	r = route_get(k, c, to.at);
	take_rule(k, r, l);
	text_release(&to);
	if (r->generation == a->generation)
		return; /* it stands twice: the last word counts */
	r->generation = a->generation;
	c->paths++;
	a->route = memory_resize(a->route, (a->route_count + 1) * sizeof *a->route);
	a->route[a->route_count++] = r;
}

static void take_template(struct keeper *k, const struct line *l)
{
	struct text wrong = {0};

	letter_templates_take(&k->alerts->templates, l, &wrong);
	text_release(&wrong);
}

/* What the probe goes to, as people would write it. */
static char *target_of(const struct line *l)
{
	static const char *const whole[] = {"opt.url", "opt.subject", "opt.host", "opt.name", NULL};
	struct text t = {0};

	for (int i = 0; whole[i] && !t.size; i++)
		text_puts(&t, line_get(l, whole[i]));
	if (line_find(l, "opt.host") && line_find(l, "opt.port") && !line_find(l, "opt.url"))
		text_printf(&t, ":%s", line_get(l, "opt.port"));
	return t.at;
}

static const struct {
	const char *name;
	bool is_muted, is_paused;
} standing[] = {
	{"in-service", false, false},
	{"in-preparation", true, false},
	{"out-of-cluster", true, false},
	{"retired", true, true},
	{"paused", true, true},
};

static void take_standing(struct subject *s, const char *word)
{
	s->is_muted = s->is_paused = false;
	for (size_t i = 0; i < sizeof standing / sizeof *standing; i++)
		if (!strcmp(standing[i].name, word)) {
			s->is_muted = standing[i].is_muted;
			s->is_paused = standing[i].is_paused;
		}
}

bool subject_is_out(const struct subject *s)
{
	return s && (s->is_muted || s->is_paused || s->pause.is_on);
}

static void take_subject(struct keeper *k, const struct line *l)
{
	struct subject *s = subject_get(k, line_name(l));

	s->generation = k->alerts->generation;
	set_text_of(&s->title, line_find(l, "title"));
	set_text_of(&s->owner, line_find(l, "owner"));
	set_text_of(&s->owners, line_find(l, "owners"));
	set_text_of(&s->url, line_find(l, "url"));
	set_text_of(&s->next, line_find(l, "next"));
	set_text_of(&s->parents, line_get(l, "parents"));
	free(s->target);
	s->target = target_of(l);
	take_standing(s, line_get(l, "standing"));
	s->flap_policy = (struct flap_policy){false, FLAP_LOW, FLAP_HIGH};
	flap_policy_parse(&s->flap_policy, line_get(l, "flapping"));
	burn_take(s, l);
}

static const struct {
	const char *verb;
	void (*take)(struct keeper *, const struct line *);
} table[] = {
	{"zone", take_zone},	     {"contact", take_contact},	 {"path", take_path},
	{"template", take_template}, {"define", take_subject},	 {"service", take_subject},
};

/* In the order of the table: paths want their zones. */
static void take_lines(struct keeper *k, const struct text *pending, size_t n)
{
	struct lines *r = lines_new(pending);
	const struct line *l;

	while ((l = lines_next(r, table[n].verb)))
		table[n].take(k, l);
	lines_free(r);
}

static void zones_release(struct map *zones)
{
	struct zone *z;
	size_t at = 0;

	while ((z = map_next(zones, &at)))
		zone_close(z);
	map_release(zones);
}

void alert_configure(struct keeper *k, const struct text *pending)
{
	struct alerts *a = k->alerts;
	struct subject *s;
	size_t at = 0;

	a->generation++;
	a->route_count = 0;
	a->old_zones = a->zones;
	a->zones = (struct map){0};
	letter_templates_release(&a->templates);
	a->templates = (struct letter_templates){0};
	while ((s = map_next(&a->subjects, &at))) { /* what they point to may be freed now */
		s->check = NULL;
		s->group = NULL;
	}
	for (size_t n = 0; n < sizeof table / sizeof *table; n++)
		take_lines(k, pending, n);
}

/* ---- who hears of what ---- */

static void hear_one(struct keeper *k, struct subject *s, void *with)
{
	struct contact *c = with;

	(void)k;
	if (!map_find_text(&c->heard, s->name))
		map_put_text(&c->heard, s->name, s);
}

struct hearing {
	struct keeper *k;
	struct contact *contact;
};

static void hear(const char *name, void *with)
{
	struct hearing *h = with;
	struct subject *s = map_find_text(&h->k->alerts->subjects, name);

	if (s && s->generation == h->k->alerts->generation)
		subject_each(h->k, s, hear_one, h->contact);
}

static bool contact_hears(const struct contact *c, const struct subject *s)
{
	if (s->is_monitor)
		return c->hears_monitor;
	return !*c->services || map_find_text(&c->heard, s->name);
}

bool group_is_redundant(const struct group *g)
{
	return quorum_is_redundant(g->need, g->sum);
}

/* Of the services it is in: one that cannot do without it, and is not itself one of many, makes it
 * an alert; a redundant one speaks for itself to who hears of it. */
static bool is_note(const struct contact *c, const struct subject *s, int depth)
{
	struct group *const *up = s->check ? s->check->group : s->group ? s->group->parent : NULL;
	size_t ups = s->check ? s->check->groups : s->group ? s->group->parents : 0;
	bool is_spoken_for = false;

	for (size_t i = 0; i < ups && depth; i++) {
		if (!group_is_redundant(up[i])) {
			if (!is_note(c, up[i]->subject, depth - 1))
				return false;
		} else if (!contact_hears(c, up[i]->subject) && up[i]->subject->incident) {
			return false;
		}
		is_spoken_for = true;
	}
	return is_spoken_for;
}

bool subject_is_note_for(const struct contact *c, const struct subject *s)
{
	return is_note(c, s, DEPTH);
}

bool subject_is_covered_for(const struct contact *c, const struct subject *s)
{
	struct group *const *up = s->check ? s->check->group : s->group ? s->group->parent : NULL;
	size_t ups = s->check ? s->check->groups : s->group ? s->group->parents : 0;

	for (size_t i = 0; i < ups; i++)
		if (group_is_redundant(up[i]) && up[i]->subject->incident &&
		    contact_hears(c, up[i]->subject))
			return true;
	return false;
}

/* A channel, or path, that fails does not tell of itself. */
static bool is_about_itself(const struct route *r, const struct subject *s)
{
	size_t n = strcspn(r->to, ":");
	const char *of = s->name + strlen("channel ");

	if (!s->is_monitor || test_is_about(r, s))
		return s->is_monitor;
	return !strncmp(s->name, "channel ", strlen("channel ")) &&
	       (!strcmp(of, r->to) || (!strncmp(of, r->to, n) && !of[n]));
}

void subject_find_routes(struct keeper *k, struct subject *s)
{
	struct alerts *a = k->alerts;

	s->routes = 0;
	if (a->route_count)
		s->route = memory_resize(s->route, a->route_count * sizeof *s->route);
	for (size_t i = 0; i < a->route_count; i++)
		if (contact_hears(a->route[i]->contact, s) && !is_about_itself(a->route[i], s) &&
		    (!s->is_monitor || a->route[i]->takes_monitor))
			s->route[s->routes++] = a->route[i];
}

/* ---- tied to checks and services ---- */

struct parenthood {
	struct keeper *k;
	struct subject *child;
};

static void add_subject(struct subject ***list, size_t *count, struct subject *s)
{
	*list = memory_resize(*list, (*count + 1) * sizeof **list);
	(*list)[(*count)++] = s;
}

static void add_parent(const char *name, void *with)
{
	struct parenthood *p = with;
	struct subject *parent = map_find_text(&p->k->alerts->subjects, name);

	if (!parent || parent == p->child || parent->generation != p->k->alerts->generation)
		return;
	add_subject(&p->child->parent, &p->child->parent_count, parent);
	add_subject(&parent->child, &parent->child_count, p->child);
}

/* Since when the parents pass: a new keeper does not know what was held back by them before. */
static void count_from_parents(struct subject *s)
{
	for (size_t i = 0; i < s->parent_count; i++) {
		const struct subject *p = s->parent[i];
		int64_t us = p->check ? p->check->passing_since_us
			     : p->group ? p->group->passing_since_us
					: 0;

		if (us > s->counted_us)
			s->counted_us = us;
	}
}

static void tie(struct keeper *k)
{
	for (size_t i = 0; i < k->checks; i++) {
		k->check[i]->subject = subject_get(k, k->check[i]->name);
		k->check[i]->subject->check = k->check[i];
	}
	for (size_t i = 0; i < k->groups; i++) {
		k->group[i]->subject = subject_get(k, k->group[i]->name);
		k->group[i]->subject->group = k->group[i];
	}
}

static void tie_parents(struct keeper *k)
{
	struct subject *s;
	size_t at = 0;

	while ((s = map_next(&k->alerts->subjects, &at)))
		s->parent_count = s->child_count = 0;
	for (at = 0; (s = map_next(&k->alerts->subjects, &at));)
		if (s->generation == k->alerts->generation)
			each_name(s->parents, add_parent, &(struct parenthood){k, s});
	for (at = 0; (s = map_next(&k->alerts->subjects, &at));)
		count_from_parents(s);
}

static void tie_contacts(struct keeper *k)
{
	struct contact *c;
	struct subject *s;
	size_t at = 0;

	while ((c = map_next(&k->alerts->contacts, &at))) {
		map_release(&c->heard);
		c->heard = (struct map){0};
		if (c->generation == k->alerts->generation)
			each_name(c->services, hear, &(struct hearing){k, c});
	}
	for (at = 0; (s = map_next(&k->alerts->subjects, &at));)
		subject_find_routes(k, s);
	for (at = 0; (s = map_next(&k->alerts->troubles, &at));)
		subject_find_routes(k, s);
}

/* ---- what is no longer configured ---- */

static void route_free(struct keeper *k, struct route *r)
{
	schedule_stop(&k->schedule, &r->entry);
	free(r->to);
	free(r->hours_text);
	free(r->kinds_text);
	free(r->fallback);
	free(r);
}

static void sweep_routes(struct keeper *k, bool all)
{
	struct map kept = {0};
	struct text key = {0};
	struct route *r;
	size_t at = 0;

	while ((r = map_next(&k->alerts->routes, &at))) {
		if (all || r->generation != k->alerts->generation) {
			route_free(k, r);
			continue;
		}
		text_clear(&key);
		add_route_key(&key, r->contact->name, r->to);
		map_put_text(&kept, key.at, r);
	}
	map_release(&k->alerts->routes);
	k->alerts->routes = kept;
	text_release(&key);
}

static void sweep_contacts(struct keeper *k, bool all)
{
	struct map kept = {0};
	struct contact *c;
	size_t at = 0;

	while ((c = map_next(&k->alerts->contacts, &at))) {
		if (!all && c->generation == k->alerts->generation) {
			map_put_text(&kept, c->name, c);
			continue;
		}
		map_release(&c->heard);
		free(c->name);
		free(c->services);
		free(c);
	}
	map_release(&k->alerts->contacts);
	k->alerts->contacts = kept;
}

static void subject_free(struct subject *s)
{
	standing_release(s);
	free(s->burn);
	free(s->name);
	free(s->title);
	free(s->owner);
	free(s->owners);
	free(s->url);
	free(s->next);
	free(s->target);
	free(s->parents);
	free(s->parent);
	free(s->child);
	free(s->route);
	free(s);
}

/* Names that came and went are not kept for ever. */
static void sweep_subjects(struct keeper *k)
{
	struct map kept = {0};
	struct subject *s;
	size_t at = 0;

	while ((s = map_next(&k->alerts->subjects, &at))) {
		if (s->generation == k->alerts->generation || s->alarms || s->silence.is_on ||
		    s->pause.is_on || s->maintenance)
			map_put_text(&kept, s->name, s);
		else
			subject_free(s);
	}
	map_release(&k->alerts->subjects);
	k->alerts->subjects = kept;
}

static void free_subjects(struct map *map)
{
	struct subject *s;
	size_t at = 0;

	while ((s = map_next(map, &at)))
		subject_free(s);
	map_release(map);
}

void subject_release_all(struct keeper *k)
{
	sweep_routes(k, true);
	sweep_contacts(k, true);
	free_subjects(&k->alerts->subjects);
	free_subjects(&k->alerts->troubles);
	zones_release(&k->alerts->zones);
	free(k->alerts->route);
}

/* ---- the second step ---- */

static void begin_open(struct keeper *k, struct subject *s, const struct incident *i,
		       const char *reason, const char *step)
{
	struct alarm *a;

	if (!s || i->phase == INCIDENT_NONE || s->incident)
		return;
	a = alarm_begin(k, s, ALARM_INCIDENT, i->id, i->start_us);
	set_text_of(&a->reason, reason);
	keeper_copy(a->step, sizeof a->step, step);
	if (i->phase == INCIDENT_CONFIRMED)
		a->confirmed_us = a->start_us;
	a->is_stale = s->check != NULL;
}

/* Incidents that the record brought. */
static void begin_resumed(struct keeper *k)
{
	for (size_t i = 0; i < k->checks; i++) {
		const struct check *c = k->check[i];

		begin_open(k, c->subject, &c->incident, text_get(&c->reason), c->step);
	}
	for (size_t i = 0; i < k->groups; i++)
		begin_open(k, k->group[i]->subject, &k->group[i]->incident, "", "");
}

void alert_follow(struct keeper *k)
{
	struct alarm *a;

	tie(k);
	tie_parents(k);
	tie_contacts(k);
	begin_resumed(k);
	past_incidents_begin(k);
	standing_resume(k);
	for (a = k->alerts->first; a; a = a->next) {
		alarm_follow_routes(k, a);
		alarm_touch(k, a);
	}
	past_release(k);
	sweep_routes(k, false);
	sweep_contacts(k, false);
	sweep_subjects(k);
	zones_release(&k->alerts->old_zones);
	k->alerts->old_zones = (struct map){0};
	for (size_t i = 0; i < k->checks; i++)
		standing_apply_pause(k, k->check[i]->subject);
	burn_follow(k);
}
