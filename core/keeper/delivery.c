/* keeper/delivery: see delivery.h. What is due, made and sent. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert.h"
#include "delivery_inside.h"
#include "outbox.h"

#define MINUTE_US  (60 * KEEPER_SECOND)
#define EXPIRES_US (7 * 1440 * MINUTE_US) /* a report may be late, but not lost */

static void set(char **to, const char *text)
{
	free(*to);
	*to = text ? memory_text(text) : NULL;
}

/* ---- trouble ---- */

static int64_t delay_us(int tries)
{
	static const int minutes[] = {1, 2, 5, 10, 20, 40, 60};
	int most = sizeof minutes / sizeof *minutes - 1;

	return minutes[tries < most ? tries : most] * MINUTE_US;
}

static void tell_trouble(struct keeper *k, const char *kind, const char *name, bool is_on,
			 const char *said)
{
	struct text t = {0};

	text_printf(&t, "%s %s", kind, name);
	alert_trouble(k, text_get(&t), is_on, said);
	text_release(&t);
}

static void fail(struct keeper *k, struct delivery *d, const char *reason)
{
	struct text said = {0};

	d->again_us = k->now_us + delay_us(d->tries++);
	text_printf(&said, "report '%s' of ", d->name);
	delivery_add_label(&said, d, &d->period);
	text_printf(&said, " %s: %s", d->has_letters ? "was sent, but not filed" : "was not made",
		    reason);
	if (!d->trouble || strcmp(d->trouble, reason) != 0)
		keeper_say(k, text_get(&said));
	set(&d->trouble, reason);
	delivery_record(k, d, &d->period, "failed", reason);
	tell_trouble(k, "report", d->name, true, text_get(&said));
	text_release(&said);
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

static void begin(struct delivery *d, const struct period *p, bool is_asked)
{
	d->period = *p;
	d->is_begun = true;
	d->is_asked = is_asked;
	d->has_letters = false;
	d->at = 0;
	d->mark = 0;
	d->tries = 0;
	d->again_us = 0;
}

static void end(struct keeper *k, struct delivery *d)
{
	struct period next = next_of(d);

	if (!d->is_asked || next.to_us == d->period.to_us)
		deal(k, d, &d->period, "done");
	d->is_begun = false;
	set(&d->trouble, NULL);
	tell_trouble(k, "report", d->name, false, "");
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
	if (d->is_begun)
		return;
	skip(k, d);
	p = next_of(d);
	if (p.due_us <= k->wall_us)
		begin(d, &p, false);
}

/* ---- having it made ---- */

static bool is_sent(const struct keeper *k, const struct delivery *d, const char *to)
{
	struct text key = {0};
	bool is_there;

	delivery_add_key(&key, d, d->period.to_us, to);
	is_there = !d->is_asked && map_find_text(&k->deliveries->sent, text_get(&key));
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
	for (size_t i = 0; i < d->destinations; i++)
		if (is_for(d, d->to[i]) && !is_sent(k, d, d->to[i]))
			return true;
	return *d->folder != '\0';
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
	while (d->at < d->contacts && !d->has_letters && !is_wanted(k, d))
		d->at++;
	if (d->at >= d->contacts) {
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

	for (size_t i = 0; i < d->destinations && !d->has_letters; i++) {
		if (!is_for(d, d->to[i]) || is_sent(k, d, d->to[i]))
			continue;
		send(k, d, made, d->to[i]);
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
		fail(k, d, line_get(l, "wrong"));
		return;
	}
	say_made(k, d, l, send_all(k, d, l));
	d->has_letters = true;
	if (line_find(l, "folder_wrong")) {
		fail(k, d, line_get(l, "folder_wrong"));
		return;
	}
	d->at++;
	d->has_letters = false;
	if (d->at >= d->contacts)
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
