/* alert/alert: see alert.h. */
#include "alert.h"

const char *const alert_kind_name[ALERT_KINDS] = {"nothing", "alert", "note", "recovery"};

/* What the letters so far amount to. */
struct tally {
	int alerts, notes, recoveries; /* but withdrawn ones */
	int64_t last_us;	       /* of the last alert: delivered, else created */
	bool is_delivered, is_flying;
	uint32_t waiting, waiting_recovery; /* bits */
};

static void count_telling(struct tally *y, const struct alert_letter *l, uint32_t bit)
{
	int64_t at_us = l->outcome == ALERT_DELIVERED ? l->ended_us : l->created_us;

	y->alerts += l->kind == ALERT_ALERT;
	y->notes += l->kind == ALERT_NOTE;
	y->is_delivered |= l->outcome == ALERT_DELIVERED;
	y->is_flying |= l->outcome == ALERT_FLYING;
	y->waiting |= l->outcome == ALERT_WAITING ? bit : 0;
	if (l->kind == ALERT_ALERT && at_us > y->last_us)
		y->last_us = at_us;
}

static struct tally count(const struct alert_letter *letter, size_t letters)
{
	struct tally y = {.last_us = INT64_MIN};

	for (size_t i = 0; i < letters && i < ALERT_LETTERS; i++) {
		if (letter[i].outcome == ALERT_WITHDRAWN)
			continue;
		if (letter[i].kind != ALERT_RECOVERY) {
			count_telling(&y, &letter[i], UINT32_C(1) << i);
			continue;
		}
		y.recoveries++;
		if (letter[i].outcome == ALERT_WAITING)
			y.waiting_recovery |= UINT32_C(1) << i;
	}
	return y;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Of an open, confirmed incident; by delays alone. */
static int64_t first_due(const struct alert_path *p, const struct alert_incident *i)
{
	int64_t due_us = later(i->start_us + p->after_us, i->confirmed_us);

	if (i->counted_us > i->start_us)
		due_us = later(due_us, i->counted_us + later(p->after_us, ALERT_SETTLE_US));
	return later(due_us, i->not_before_us);
}

static int64_t again_due(const struct alert_path *p, const struct alert_incident *i,
			 const struct tally *y)
{
	int64_t due_us = p->repeat_us > 0 ? y->last_us + p->repeat_us : ALERT_NEVER;

	if (i->again_us > y->last_us && i->again_us < due_us)
		due_us = i->again_us;
	return later(due_us, i->not_before_us);
}

static int64_t due_at(const struct alert_path *p, const struct alert_incident *i,
		      const struct tally *y)
{
	if (!i->confirmed_us || i->is_held || i->is_stopped || i->not_before_us == ALERT_NEVER)
		return ALERT_NEVER;
	if (i->is_note)
		return y->alerts + y->notes ? ALERT_NEVER : first_due(p, i);
	if (!y->alerts)
		return first_due(p, i);
	/* one that is still to be delivered says it all */
	if (y->waiting || y->is_flying || y->alerts >= p->cap || i->is_once)
		return ALERT_NEVER;
	return again_due(p, i, y);
}

static struct alert_due look_at_open(const struct alert_path *p, const struct alert_incident *i,
				     const struct tally *y, int64_t now_us, int64_t wall_ahead_us)
{
	struct alert_due d = {.next_us = due_at(p, i, y)};
	int64_t wall_us;

	if (i->is_stopped || i->not_before_us > now_us)
		d.withdraw = y->waiting;
	if (d.next_us == ALERT_NEVER)
		return d;
	wall_us = alert_hours_from(&p->hours, p->zone, later(d.next_us, now_us) + wall_ahead_us);
	d.next_us = wall_us == ALERT_NEVER ? ALERT_NEVER : wall_us - wall_ahead_us;
	if (d.next_us > now_us)
		return d;
	d.kind = i->is_note ? ALERT_NOTE : ALERT_ALERT;
	d.next_us = ALERT_NEVER; /* the letter's outcome is the next reason to look */
	return d;
}

/* Who was told hears the end, at any hour; who was not never hears of it. While the channel has not
 * answered nobody can say. */
static struct alert_due look_at_ended(const struct tally *y)
{
	struct alert_due d = {.withdraw = y->waiting, .next_us = ALERT_NEVER};

	if (y->is_delivered) {
		d.kind = y->recoveries ? ALERT_NOTHING : ALERT_RECOVERY;
		d.is_over = y->recoveries > 0;
		return d;
	}
	if (!y->is_flying)
		d.withdraw |= y->waiting_recovery;
	d.is_over = !y->is_flying;
	return d;
}

struct alert_due alert_look(const struct alert_path *p, const struct alert_incident *i,
			    const struct alert_letter *letter, size_t letters, int64_t now_us,
			    int64_t wall_ahead_us)
{
	struct tally y = count(letter, letters);

	if (i->end_us)
		return look_at_ended(&y);
	return look_at_open(p, i, &y, now_us, wall_ahead_us);
}
