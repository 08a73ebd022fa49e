/* report/makeup: what a service was made of over the period, for the report to tell: how much of it
 * had to be up, and of whom. Part of figures.c's answer; changes no figure. */
#include <inttypes.h>

#include "figures_inside.h"

#define NAMES_BYTES 600

static const char *names_of(struct figures_question *q, const struct track_makeup *m)
{
	struct text t = {0};
	const char *kept;
	size_t i = 0;

	for (; i < m->members && t.size < NAMES_BYTES; i++) {
		text_puts(&t, i ? ", " : "");
		text_puts(&t, q->track.member[m->place[i]]);
		if (m->weight && m->weight[i] != 1)
			text_printf(&t, " (%" PRId64 ")", m->weight[i]);
	}
	if (i < m->members)
		text_printf(&t, " and %zu more", m->members - i);
	kept = figures_keep(q, text_get(&t));
	text_release(&t);
	return kept;
}

static const char *say(struct figures_question *q, const struct page_makeup *m)
{
	struct text t = {0};
	const char *kept;

	if (m->members == 1)
		text_puts(&t, "its member is up");
	else if (m->need == m->weight)
		text_printf(&t, "all %" PRId64 " members are up", m->members);
	else if (m->is_weighted)
		text_printf(&t,
			    "members that weigh at least %" PRId64 " of %" PRId64 " are up",
			    m->need, m->weight);
	else
		text_printf(&t, "at least %" PRId64 " of %" PRId64 " members %s up", m->need,
			    m->weight, m->need == 1 ? "is" : "are");
	kept = figures_keep(q, text_get(&t));
	text_release(&t);
	return kept;
}

static struct page_makeup makeup_of(struct figures_question *q, const struct track_makeup *m)
{
	struct page_makeup is = {.from_us = m->from_us, .to_us = m->to_us,
				 .members = (int64_t)m->members, .names = names_of(q, m)};

	if (is.from_us < q->order.from_us)
		is.from_us = q->order.from_us;
	if (is.to_us > q->order.to_us)
		is.to_us = q->order.to_us;
	for (size_t i = 0; i < m->members; i++) {
		is.weight += m->weight ? m->weight[i] : 1;
		is.is_weighted |= m->weight && m->weight[i] != 1;
	}
	is.need = m->need < is.weight ? m->need : is.weight;
	is.says = say(q, &is);
	return is;
}

bool figures_tell_makeups(struct figures_question *q)
{
	const struct track *t = &q->track;
	struct page_makeup *list = figures_room(q, t->makeups, sizeof *list);

	for (size_t i = 0; list && i < t->makeups; i++)
		if (t->makeup[i].to_us > q->order.from_us && t->makeup[i].from_us < q->order.to_us)
			list[q->into->makeup_count++] = makeup_of(q, &t->makeup[i]);
	q->into->makeup = list;
	return list;
}
