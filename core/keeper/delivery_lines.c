/* keeper/delivery_lines: the reports that send themselves as they are configured, as the record has
 * them and as people ask for them. See delivery.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/lines.h"
#include "../base/memory.h"
#include "alert.h"
#include "delivery_inside.h"

static void delivery_free(struct delivery *d)
{
	for (size_t i = 0; i < d->destinations; i++)
		free(d->to[i]);
	for (size_t i = 0; i < d->contacts; i++)
		free(d->contact[i]);
	free(d->to);
	free(d->contact);
	free(d->has);
	free(d->is_done);
	free(d->name);
	free(d->report);
	free(d->folder);
	free(d->trouble);
	zone_close(d->zone);
	free(d);
}

static void free_all(struct delivery *d)
{
	for (struct delivery *next; d; d = next) {
		next = d->next;
		delivery_free(d);
	}
}

struct deliveries *deliveries_new(void)
{
	return memory_new(sizeof(struct deliveries));
}

void deliveries_free(struct keeper *k)
{
	struct deliveries *all = k->deliveries;
	struct dealt *one;

	free_all(all->first);
	for (size_t at = 0; (one = map_next(&all->dealt, &at)); free(one)) {
		free(one->outcome);
		free(one->reason);
	}
	map_release(&all->dealt);
	map_release(&all->sent);
	free(all);
}

/* ---- the record ---- */

static void add_name_key(struct text *t, const char *name, const char *every)
{
	text_printf(t, "%s\n%s", name, every);
}

void delivery_add_key(struct text *t, const struct delivery *d, int64_t to_us, const char *to)
{
	add_name_key(t, d->name, period_every_name[d->rule.every]);
	text_printf(t, "\n%lld\n%s", (long long)to_us, to);
}

static struct dealt *dealt_get(struct deliveries *all, const char *name, const char *every,
			       bool is_made)
{
	struct text key = {0};
	struct dealt *one;

	add_name_key(&key, name, every);
	one = map_find_text(&all->dealt, text_get(&key));
	if (!one && is_made) {
		one = memory_new(sizeof *one);
		map_put_text(&all->dealt, text_get(&key), one);
	}
	text_release(&key);
	return one;
}

struct dealt *delivery_dealt(struct keeper *k, const struct delivery *d)
{
	return dealt_get(k->deliveries, d->name, period_every_name[d->rule.every], true);
}

struct period delivery_left(const struct delivery *d, int number)
{
	return period_of(&d->rule, d->dealt->left[number] - 1);
}

void delivery_add_label(struct text *t, const struct delivery *d, const struct period *p)
{
	period_add_label(t, &d->rule, p);
}

void delivery_record(struct keeper *k, const struct delivery *d, const struct period *p,
		     const char *outcome, const char *reason)
{
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "delivery", d->name);
	line_add(t, "every", period_every_name[d->rule.every]);
	line_add_int(t, "from_us", p->from_us);
	line_add_int(t, "to_us", p->to_us);
	line_add_int(t, "at_us", k->wall_us);
	line_add(t, "outcome", outcome);
	if (*reason)
		line_add(t, "reason", reason);
	spool_end(&k->spool);
}

/* Failed, and later ones were dealt with; the record tells these last. One behind all of them is
 * tried again at once. */
static void resume_left(struct keeper *k, const char *name, const char *every, int64_t to_us)
{
	struct dealt *one = dealt_get(k->deliveries, name, every, false);

	if (k->deliveries->is_told || !one || to_us > one->reported_us)
		return;
	if (one->lefts == LEFT_MOST)
		memmove(one->left, one->left + 1, (size_t)--one->lefts * sizeof *one->left);
	one->left[one->lefts++] = to_us;
}

/* A recorder that comes back tells it again, and may lag behind what we know. */
void delivery_resume(struct keeper *k, const struct line *l)
{
	const char *name = line_name(l), *every = line_get(l, "every"), *to = line_get(l, "to_key");
	int64_t to_us = line_int(l, "to_us", 0);
	struct text key = {0};
	struct dealt *one;

	if (*to) {
		add_name_key(&key, name, every);
		text_printf(&key, "\n%lld\n%s", (long long)to_us, to);
		if (!map_find_text(&k->deliveries->sent, text_get(&key)))
			map_put_text(&k->deliveries->sent, text_get(&key), k->deliveries);
		text_release(&key);
		return;
	}
	if (!strcmp(line_get(l, "outcome"), "failed")) {
		resume_left(k, name, every, to_us);
		return;
	}
	one = dealt_get(k->deliveries, name, every, true);
	if (one->reported_us >= to_us)
		return;
	one->reported_us = to_us;
	one->at_us = line_int(l, "at_us", 0);
	free(one->outcome);
	one->outcome = memory_text(line_get(l, "outcome"));
}

void delivery_resumed(struct keeper *k)
{
	struct deliveries *all = k->deliveries;

	all->is_told = true;
	for (struct delivery *d = all->first; d; d = d->next)
		if (!d->dealt)
			d->dealt = dealt_get(all, d->name, period_every_name[d->rule.every], false);
}

/* ---- the configuration ---- */

static char **split(const char *list, size_t *count)
{
	char **all = NULL;

	for (size_t n; *list; list += n + (list[n] == '\n')) {
		n = strcspn(list, "\n");
		all = memory_resize(all, (*count + 1) * sizeof *all);
		all[*count] = memory_new(n + 1);
		memcpy(all[(*count)++], list, n);
	}
	return all;
}

static void add_contact(struct delivery *d, const char *contact)
{
	for (size_t i = 0; i < d->contacts; i++)
		if (!strcmp(d->contact[i], contact))
			return;
	d->contact = memory_resize(d->contact, (d->contacts + 1) * sizeof *d->contact);
	d->contact[d->contacts++] = memory_text(contact);
}

static struct zone *open_zone(const struct text *pending, const char *name)
{
	struct lines *lines = lines_new(pending);
	struct text wrong = {0};
	struct zone *z = NULL;
	const struct line *l;

	while (!z && (l = lines_next(lines, "zone")))
		for (size_t i = 0; i < l->words && !strcmp(line_name(l), name); i++)
			if (!strcmp(l->word[i].key, "bytes"))
				z = zone_of_bytes(name, l->word[i].value, l->word[i].size, &wrong);
	if (!z)
		z = zone_open("UTC", &wrong);
	lines_free(lines);
	text_release(&wrong);
	return z;
}

static struct delivery *delivery_new(const struct text *pending, const struct line *l)
{
	struct delivery *d = memory_new(sizeof *d);

	d->name = memory_text(line_name(l));
	d->report = memory_text(line_get(l, "report"));
	d->folder = memory_text(line_get(l, "folder"));
	d->zone = open_zone(pending, line_get(l, "zone"));
	d->rule = (struct period_rule){period_every_of(line_get(l, "every")),
				       period_minute(line_get(l, "at")), d->zone};
	if (d->rule.every == PERIODS)
		d->rule.every = PERIOD_MONTH;
	d->to = split(line_get(l, "to"), &d->destinations);
	for (size_t i = 0; i < d->destinations && line_int(l, "for_each", 0); i++)
		add_contact(d, strchr(d->to[i], '\t') ? strchr(d->to[i], '\t') + 1 : "");
	if (!d->contacts)
		add_contact(d, "");
	d->has = memory_new((d->destinations + 1) * sizeof *d->has);
	d->is_done = memory_new(d->contacts * sizeof *d->is_done);
	return d;
}

static struct delivery *find(struct delivery *d, const char *name)
{
	while (d && strcmp(d->name, name) != 0)
		d = d->next;
	return d;
}

static void take_flags(bool *flag, char *const *list, size_t count, const bool *old_flag,
		       char *const *old, size_t old_count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t o = 0; o < old_count; o++)
			if (!strcmp(list[i], old[o]))
				flag[i] = old_flag[o];
}

/* What a person has asked for goes on, to those who have not got it yet. What fails fails still. */
static void take_over(struct delivery *d, struct delivery *old)
{
	if (!old || old->rule.every != d->rule.every)
		return;
	d->doubted_us = old->doubted_us;
	d->trouble = old->trouble;
	old->trouble = NULL;
	d->is_begun = old->is_begun && old->is_asked;
	d->is_asked = d->is_begun;
	d->period = old->period;
	if (!d->is_asked)
		return;
	take_flags(d->has, d->to, d->destinations, old->has, old->to, old->destinations);
	take_flags(d->is_done, d->contact, d->contacts, old->is_done, old->contact, old->contacts);
}

static bool is_whole(const struct delivery *d)
{
	for (size_t i = 0; i < d->destinations; i++)
		if (!strchr(d->to[i], '\t'))
			return false;
	return d->rule.at_minute >= 0;
}

/* What is being made is made anew, by what now holds. */
void delivery_configure(struct keeper *k, const struct text *pending)
{
	struct deliveries *all = k->deliveries;
	struct delivery *old = all->first, **last = &all->first, *d;
	struct lines *lines = lines_new(pending);
	const struct line *l;

	all->first = NULL;
	all->making = NULL;
	while ((l = lines_next(lines, "deliver"))) {
		d = delivery_new(pending, l);
		if (!is_whole(d)) {
			delivery_free(d);
			continue;
		}
		d->dealt = dealt_get(all, d->name, period_every_name[d->rule.every], false);
		take_over(d, find(old, d->name));
		*last = d;
		last = &d->next;
	}
	for (d = old; d; d = d->next)
		if (d->trouble && !find(all->first, d->name)) {
			struct text name = {0};

			text_printf(&name, "report %s", d->name);
			alert_trouble(k, text_get(&name), false, "");
			text_release(&name);
		}
	free_all(old);
	lines_free(lines);
}

/* ---- people ---- */

static void add_joined(struct text *t, const char *key, char *const *list, size_t count)
{
	struct text all = {0};

	for (size_t i = 0; i < count; i++)
		text_printf(&all, "%s%.*s", i ? "\n" : "", (int)strcspn(list[i], "\t"), list[i]);
	if (all.size)
		line_add(t, key, all.at);
	text_release(&all);
}

static void add_period(struct text *t, const struct delivery *d, const char *key,
		       const struct period *p)
{
	struct text label = {0};

	delivery_add_label(&label, d, p);
	line_add(t, key, text_get(&label));
	text_release(&label);
}

static void add_times(struct text *t, const struct keeper *k, const struct delivery *d)
{
	const struct dealt *dealt = d->dealt;
	struct period p =
		dealt ? period_next(&d->rule, dealt->reported_us) : period_of(&d->rule, k->wall_us);

	line_add_int(t, "next_us", p.due_us);
	add_period(t, d, "next", &p);
	if (!dealt)
		return;
	if (dealt->outcome && strcmp(dealt->outcome, "begun") != 0) {
		p = period_step(&d->rule, &p, -1);
		line_add(t, "outcome", dealt->outcome);
		line_add_int(t, "last_us", dealt->at_us);
		add_period(t, d, "last", &p);
	}
}

static void add_left(struct text *t, const struct delivery *d)
{
	struct text all = {0};
	struct period p;

	for (int i = 0; d->dealt && i < d->dealt->lefts; i++) {
		p = delivery_left(d, i);
		text_puts(&all, i ? "\n" : "");
		delivery_add_label(&all, d, &p);
	}
	if (all.size)
		line_add(t, "late", text_get(&all));
	text_release(&all);
}

static void add_delivery(struct text *t, const struct keeper *k, const struct delivery *d)
{
	line_begin_name(t, "delivery", d->name);
	line_add(t, "report", d->report);
	line_add(t, "every", period_every_name[d->rule.every]);
	line_add(t, "zone", zone_name(d->zone));
	if (*d->folder)
		line_add(t, "folder", d->folder);
	add_joined(t, "to", d->to, d->destinations);
	add_times(t, k, d);
	add_left(t, d);
	line_add(t, "state",
		 k->deliveries->making == d ? "making"
		 : d->trouble               ? "failing"
		 : d->is_begun              ? "due"
					    : "waiting");
	if (d->trouble) {
		line_add(t, "reason", d->trouble);
		line_add_int(t, "again_us",
			     keeper_wall_of(k, d->is_begun ? d->again_us : d->late_us));
	}
	line_end(t);
}

void delivery_ask_list(struct keeper *k, int64_t client, const struct line *l)
{
	struct text *t;

	(void)l;
	for (const struct delivery *d = k->deliveries->first; d; d = d->next) {
		t = keeper_line(k, END_CLIENT, client);
		if (!t)
			return;
		add_delivery(t, k, d);
	}
	status_end(k, client, NULL, NULL);
}

/* False: *said why. */
static bool find_period(const struct keeper *k, const struct delivery *d, const char *text,
			struct period *p, struct text *said)
{
	*p = period_of(&d->rule, k->wall_us);
	if (!*text) {
		*p = period_step(&d->rule, p, -1);
		return true;
	}
	if (!period_read(&d->rule, text, p)) {
		text_printf(said, "'%s' is no period of it: write %s", text,
			    period_form[d->rule.every]);
		return false;
	}
	if (p->to_us + PERIOD_SETTLE_US > k->wall_us)
		text_printf(said, "%s is not over", text);
	return p->to_us + PERIOD_SETTLE_US <= k->wall_us;
}

static bool ask(struct keeper *k, const struct line *l, struct text *said)
{
	struct delivery *d = find(k->deliveries->first, line_name(l));
	struct period p;

	if (!d) {
		text_printf(said, "there is no delivery '%s': 'nines deliver' lists them",
			    line_name(l));
		return false;
	}
	if (k->deliveries->making == d || (d->is_begun && d->is_asked)) {
		text_printf(said, "'%s' is being made just now", d->name);
		return false;
	}
	if (!k->deliveries->is_told || k->recorder_fails || !k->recorder_is_there) {
		text_puts(said, "the record cannot be written to: see 'nines status'");
		return false;
	}
	if (!find_period(k, d, line_get(l, "period"), &p, said))
		return false;
	delivery_take_up(d, &p);
	d->is_asked = true;
	text_printf(said, "'%s' of ", d->name);
	delivery_add_label(said, d, &p);
	text_printf(said, " is being made: for %zu destination%s", d->destinations,
		    d->destinations == 1 ? "" : "s");
	return true;
}

void delivery_ask(struct keeper *k, int64_t client, const struct line *l)
{
	struct text said = {0};
	bool is_done = ask(k, l, &said);

	status_end(k, client, is_done ? "text" : "wrong", text_get(&said));
	text_release(&said);
}
