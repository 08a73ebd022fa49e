/* keeper/delivery: see delivery.h. What is due, made and sent. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "alert.h"
#include "delivery_inside.h"
#include "outbox.h"

#define MINUTE_US  (60 * KEEPER_SECOND)
#define EXPIRES_US (7 * 1440 * MINUTE_US) /* a report may be late, but not lost */
#define DOUBT_US   (1440 * MINUTE_US)

static void set(char **to, const char *text)
{
	free(*to);
	*to = text ? memory_text(text) : NULL;
}

/* ---- the period at hand ---- */

static struct period next_of(const struct delivery *d)
{
	return period_next(&d->rule, d->dealt->reported_us);
}

static void deal(struct keeper *k, struct delivery *d, const struct period *p, const char *outcome)
{
	delivery_record(k, d, p, outcome, "");
	d->dealt->reported_us = p->to_us;
	d->dealt->at_us = k->wall_us;
	set(&d->dealt->outcome, outcome);
	set(&d->dealt->reason, NULL);
}

void delivery_take_up(struct delivery *d, const struct period *p)
{
	d->period = *p;
	d->is_begun = true;
	d->is_asked = d->is_late = d->has_failed = false;
	memset(d->has, 0, d->destinations * sizeof *d->has);
	memset(d->is_done, 0, d->contacts * sizeof *d->is_done);
	d->at = 0;
	d->mark = 0;
	d->tries = 0;
	d->again_us = 0;
}

/* ---- those that were left ---- */

/* LEFT_MOST: it is none of them. */
static int find_left(const struct delivery *d, int64_t to_us)
{
	int i = 0;

	while (i < d->dealt->lefts && d->dealt->left[i] != to_us)
		i++;
	return i < d->dealt->lefts ? i : LEFT_MOST;
}

static bool take_left(struct delivery *d, int64_t to_us)
{
	struct dealt *all = d->dealt;
	int at = find_left(d, to_us);

	if (at == LEFT_MOST)
		return false;
	all->lefts--;
	memmove(&all->left[at], &all->left[at + 1],
		(size_t)(all->lefts - at) * sizeof all->left[0]);
	return true;
}

static void give_up_left(struct keeper *k, struct delivery *d)
{
	struct period p = delivery_left(d, 0);
	struct text said = {0};

	text_printf(&said, "report '%s' of ", d->name);
	delivery_add_label(&said, d, &p);
	text_printf(&said, " is given up: %s", d->trouble ? d->trouble : "it is too old");
	keeper_say(k, text_get(&said));
	delivery_record(k, d, &p, "skipped", d->trouble ? d->trouble : "");
	take_left(d, d->dealt->left[0]);
	text_release(&said);
}

static void add_left(struct keeper *k, struct delivery *d, int64_t to_us)
{
	while (d->dealt->lefts >= period_missed_most[d->rule.every])
		give_up_left(k, d);
	d->dealt->left[d->dealt->lefts++] = to_us;
}

/* The next one is due while this one fails: it goes first. */
static void leave(struct keeper *k, struct delivery *d)
{
	d->is_begun = false;
	if (d->is_asked || d->is_late)
		return;
	add_left(k, d, d->period.to_us);
	d->dealt->reported_us = d->period.to_us;
}

static bool is_overtaken(const struct keeper *k, const struct delivery *d)
{
	bool is_extra = d->is_asked || d->is_late;
	struct period next = is_extra ? next_of(d) : period_next(&d->rule, d->period.to_us);

	return d->has_failed && next.due_us <= k->wall_us;
}

static void begin_late(struct keeper *k, struct delivery *d)
{
	struct period p;

	if (!d->dealt->lefts || k->now_us < d->late_us)
		return;
	p = delivery_left(d, 0);
	delivery_take_up(d, &p);
	d->is_late = true;
}

/* ---- trouble ---- */

static void tell_trouble(struct keeper *k, const char *kind, const char *name, bool is_on,
			 const char *said)
{
	struct text t = {0};

	text_printf(&t, "%s %s", kind, name);
	alert_trouble(k, text_get(&t), is_on, said);
	text_release(&t);
}

/* The first, second ... attempt; where it is made for several, of each of those that lack it. */
static int64_t delay_us(int tries)
{
	static const int minutes[] = {1, 2, 5, 10, 20, 40, 60};
	int most = sizeof minutes / sizeof *minutes - 1;

	return minutes[tries < most ? tries : most] * MINUTE_US;
}

static int contacts_lacking(const struct delivery *d)
{
	int n = 0;

	for (size_t i = 0; i < d->contacts; i++)
		n += !d->is_done[i];
	return n ? n : 1;
}

/* Others go before it is tried again: other contacts, other periods. */
static void put_off(struct keeper *k, struct delivery *d)
{
	int64_t to_us = d->period.to_us;

	d->has_failed = true;
	d->at++;
	d->again_us = k->now_us + delay_us(d->tries++ / contacts_lacking(d));
	if (!d->is_late || d->tries < contacts_lacking(d))
		return;
	d->late_us = k->now_us + delay_us(d->late_tries++);
	d->is_begun = false;
	if (take_left(d, to_us))
		add_left(k, d, to_us);
}

/* What a person asks for once more counts as it did before. */
static bool is_open(const struct delivery *d)
{
	struct period next = next_of(d);

	return !d->is_asked || next.to_us == d->period.to_us ||
	       find_left(d, d->period.to_us) != LEFT_MOST;
}

static void fail(struct keeper *k, struct delivery *d, const char *what, const char *reason)
{
	struct text said = {0};

	text_printf(&said, "report '%s' of ", d->name);
	delivery_add_label(&said, d, &d->period);
	text_printf(&said, " %s: %s", what, reason);
	if (!d->trouble || strcmp(d->trouble, reason) != 0)
		keeper_say(k, text_get(&said));
	set(&d->trouble, reason);
	if (is_open(d))
		delivery_record(k, d, &d->period, "failed", reason);
	tell_trouble(k, "report", d->name, true, text_get(&said));
	put_off(k, d);
	text_release(&said);
}

/* ---- what is due ---- */

/* Only the newest of those that were missed are made up for. */
static void skip(struct keeper *k, struct delivery *d)
{
	struct period last = period_last_due(&d->rule, k->wall_us), next;
	struct text said = {0};

	for (int i = 0; i < period_missed_most[d->rule.every]; i++)
		last = period_step(&d->rule, &last, -1);
	next = next_of(d);
	if (next.to_us > last.to_us)
		return;
	text_printf(&said, "report '%s' was missed too often: from ", d->name);
	delivery_add_label(&said, d, &next);
	text_puts(&said, " to ");
	delivery_add_label(&said, d, &last);
	text_puts(&said, " none is made up for");
	keeper_say(k, text_get(&said));
	deal(k, d, &last, "skipped");
	text_release(&said);
}

static void end(struct keeper *k, struct delivery *d)
{
	bool was_left = take_left(d, d->period.to_us);
	struct period next = next_of(d);

	if (was_left)
		delivery_record(k, d, &d->period, "done", "");
	else if (!d->is_asked || next.to_us == d->period.to_us)
		deal(k, d, &d->period, "done");
	d->is_begun = false;
	d->late_us = d->late_tries = 0;
	if (d->dealt->lefts)
		return;
	set(&d->trouble, NULL);
	tell_trouble(k, "report", d->name, false, "");
}

static void begin_again(struct keeper *k, struct delivery *d)
{
	int64_t since_us = k->wall_us - (k->now_us - d->doubted_us);
	struct period last = period_last_due(&d->rule, since_us);
	struct text said = {0};

	text_printf(&said, "report '%s' was dealt with until ", d->name);
	clock_add_utc(&said, d->dealt->reported_us, 0);
	text_puts(&said, ", which has not come: the clock was wrong; it goes on behind ");
	delivery_add_label(&said, d, &last);
	keeper_say(k, text_get(&said));
	deal(k, d, &last, "begun");
	d->dealt->lefts = 0;
	d->is_begun = d->is_begun && d->is_asked;
	text_release(&said);
}

/* Whose clock was years ahead for a minute would be without reports for years. A clock that is
 * behind may be the wrong one, too (of a machine that forgets the time): so not at once. What was
 * sent is never sent again. */
static void doubt_clock(struct keeper *k, struct delivery *d)
{
	struct period now = period_of(&d->rule, k->wall_us);

	if (d->dealt->reported_us <= now.to_us)
		d->doubted_us = 0;
	else if (!d->doubted_us)
		d->doubted_us = k->now_us;
	else if (k->now_us - d->doubted_us >= DOUBT_US)
		begin_again(k, d);
}

/* A new one begins with what is due from now on. */
static void look(struct keeper *k, struct delivery *d)
{
	struct period p;

	if (!d->dealt) {
		p = period_last_due(&d->rule, k->wall_us);
		d->dealt = delivery_dealt(k, d);
		deal(k, d, &p, "begun");
	}
	doubt_clock(k, d);
	if (d->is_begun && is_overtaken(k, d))
		leave(k, d);
	if (d->is_begun)
		return;
	skip(k, d);
	p = next_of(d);
	if (p.due_us <= k->wall_us)
		delivery_take_up(d, &p);
	else
		begin_late(k, d);
}

/* ---- having it made ---- */

static bool is_sent(const struct keeper *k, const struct delivery *d, size_t destination)
{
	struct text key = {0};
	bool is_there;

	if (d->is_asked)
		return d->has[destination];
	delivery_add_key(&key, d, d->period.to_us, d->to[destination]);
	is_there = map_find_text(&k->deliveries->sent, text_get(&key)) != NULL;
	text_release(&key);
	return is_there;
}

static bool is_for(const struct delivery *d, const char *to)
{
	const char *contact = d->contact[d->at];

	return !*contact || !strcmp(strchr(to, '\t') + 1, contact);
}

static bool is_wanted(const struct keeper *k, const struct delivery *d)
{
	if (d->is_done[d->at])
		return false;
	for (size_t i = 0; i < d->destinations; i++)
		if (is_for(d, d->to[i]) && !is_sent(k, d, i))
			return true;
	return *d->folder != '\0';
}

/* False: each has what it wants. */
static bool find_contact(const struct keeper *k, struct delivery *d)
{
	for (size_t i = 0; i < d->contacts; i++, d->at++) {
		d->at %= d->contacts;
		if (is_wanted(k, d))
			return true;
		d->is_done[d->at] = true;
	}
	return false;
}

/* All that the keeper knew when the report became due is on disk. */
static bool is_recorded(const struct keeper *k, int64_t number)
{
	return k->spool.next_number - (int64_t)k->spool.count > number;
}

static void make(struct keeper *k, struct delivery *d)
{
	struct text *t = keeper_line(k, END_PARENT, 0), label = {0};

	if (!t)
		return;
	delivery_add_label(&label, d, &d->period);
	k->deliveries->making = d;
	line_begin_number(t, "make", ++k->deliveries->number);
	line_add(t, "name", d->name);
	line_add_int(t, "from_us", d->period.from_us);
	line_add_int(t, "to_us", d->period.to_us);
	line_add(t, "label", text_get(&label));
	text_clear(&label);
	period_add_date(&label, &d->rule, d->period.from_us);
	line_add(t, "first", text_get(&label));
	text_clear(&label);
	period_add_date(&label, &d->rule, d->period.to_us);
	line_add(t, "behind", text_get(&label));
	line_add_int(t, "now_us", d->period.to_us + PERIOD_SETTLE_US);
	if (*d->contact[d->at])
		line_add(t, "contact", d->contact[d->at]);
	line_end(t);
	text_release(&label);
}

static void go_on(struct keeper *k, struct delivery *d)
{
	if (!find_contact(k, d)) {
		end(k, d);
		return;
	}
	if (!d->mark)
		d->mark = k->spool.next_number - 1;
	if (k->now_us >= d->again_us && is_recorded(k, d->mark))
		make(k, d);
}

void delivery_watch(struct keeper *k)
{
	struct deliveries *all = k->deliveries;

	if (!all->is_told || !k->recorder_is_there || k->recorder_fails || !k->applied)
		return;
	for (struct delivery *d = all->first; d && !all->making; d = d->next) {
		look(k, d);
		if (d->is_begun)
			go_on(k, d);
	}
}

/* ---- what was made ---- */

static void add_words(struct text *t, const struct delivery *d, const struct line *made,
		      const char *to)
{
	static const char *const word[] = {"where", "from", "to", "period"};
	struct text key = {0};

	line_add(t, "word.delivery", d->name);
	line_add(t, "word.report", d->report);
	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		text_clear(&key);
		text_printf(&key, "word.%s", word[i]);
		if (*line_get(made, word[i]))
			line_add(t, text_get(&key), line_get(made, word[i]));
	}
	if (*line_get(made, "files"))
		line_add(t, "files", line_get(made, "files"));
	line_add(t, "delivery", d->name); /* the record keeps by these what has gone where */
	line_add(t, "every", period_every_name[d->rule.every]);
	line_add_int(t, "from_us", d->period.from_us);
	line_add_int(t, "to_us", d->period.to_us);
	line_add(t, "to_key", to);
	text_release(&key);
}

static void send(struct keeper *k, struct delivery *d, const struct line *made, const char *to)
{
	const char *tab = strchr(to, '\t');
	struct text words = {0}, key = {0}, address = {0};
	struct letter_new n = {.kind = "report",
			       .contact = tab + 1,
			       .subject = line_get(made, "subject"),
			       .text = line_get(made, "text"),
			       .brief = line_get(made, "short"),
			       .created_us = k->wall_us,
			       .expires_us = k->wall_us + EXPIRES_US,
			       .words = &words};
	char id[24];

	text_add(&address, to, (size_t)(tab - to));
	n.to = text_get(&address);
	add_words(&words, d, made, to);
	line_add(&words, "word.contact", n.contact);
	outbox_add(k, &n, id, sizeof id);
	delivery_add_key(&key, d, d->period.to_us, to);
	if (!map_find_text(&k->deliveries->sent, text_get(&key)))
		map_put_text(&k->deliveries->sent, text_get(&key), k->deliveries);
	text_release(&words);
	text_release(&key);
	text_release(&address);
}

static size_t send_all(struct keeper *k, struct delivery *d, const struct line *made)
{
	size_t n = 0;

	for (size_t i = 0; i < d->destinations; i++) {
		if (!is_for(d, d->to[i]) || is_sent(k, d, i))
			continue;
		send(k, d, made, d->to[i]);
		d->has[i] = true;
		n++;
	}
	return n;
}

static void say_made(struct keeper *k, const struct delivery *d, const struct line *made,
		     size_t letters)
{
	struct text said = {0};

	text_printf(&said, "report '%s' of ", d->name);
	delivery_add_label(&said, d, &d->period);
	if (*d->contact[d->at])
		text_printf(&said, " for '%s'", d->contact[d->at]);
	text_puts(&said, " was made in ");
	text_add_duration(&said, line_int(made, "elapsed_us", 0));
	text_printf(&said, ": %zu letter%s", letters, letters == 1 ? "" : "s");
	if (*line_get(made, "said"))
		text_printf(&said, "; %s", line_get(made, "said"));
	keeper_say(k, text_get(&said));
	text_release(&said);
}

void delivery_take_made(struct keeper *k, const struct line *l)
{
	struct delivery *d = k->deliveries->making;

	if (!d || line_number(l) != k->deliveries->number)
		return;
	k->deliveries->making = NULL;
	if (line_find(l, "wrong")) {
		fail(k, d, "was not made", line_get(l, "wrong"));
		return;
	}
	say_made(k, d, l, send_all(k, d, l));
	if (line_find(l, "folder_wrong")) {
		fail(k, d, "was sent, but not filed", line_get(l, "folder_wrong"));
		return;
	}
	d->is_done[d->at] = true;
	if (!find_contact(k, d))
		end(k, d);
}

void delivery_letter_ended(struct keeper *k, const struct text *words, enum outbox_outcome outcome,
			   const char *to, const char *reason)
{
	bool is_lost = outcome == OUTBOX_GAVE_UP || outcome == OUTBOX_EXPIRED;
	struct text copy = {0}, said = {0}, name = {0};
	struct line *l;

	if (!strstr(text_get(words), " delivery=") || (!is_lost && outcome != OUTBOX_DELIVERED))
		return;
	l = memory_new(sizeof *l);
	text_printf(&copy, "letter -%s", text_get(words));
	if (!line_parse(l, copy.at, copy.size)) {
		text_printf(&said, "report '%s' of %s did not reach %s: %s",
			    line_get(l, "delivery"), line_get(l, "word.period"), to, reason);
		text_printf(&name, "%s to %.*s", line_get(l, "delivery"),
			    (int)strcspn(line_get(l, "to_key"), "\t"), line_get(l, "to_key"));
		tell_trouble(k, "letters of report", text_get(&name), is_lost, text_get(&said));
		if (is_lost)
			keeper_say(k, text_get(&said));
	}
	free(l);
	text_release(&copy);
	text_release(&said);
	text_release(&name);
}
