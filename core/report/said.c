/* report/said: see said.h. */
#include "track.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

struct reading {
	struct arena *arena;
	struct said *into;
	bool is_full;
};

static const char *keep(struct reading *r, const char *text)
{
	const char *at = arena_copy(r->arena, text, strlen(text));

	r->is_full |= !at;
	return at ? at : "";
}

static bool take(const struct read_reclassification *c, void *with)
{
	struct reading *r = with;
	struct said *s = r->into;

	if (s->entries == s->room) {
		s->room = s->room ? s->room * 2 : 8;
		s->entry = memory_resize(s->entry, s->room * sizeof *s->entry);
	}
	s->entry[s->entries++] = (struct page_reclassification){
		.id = keep(r, c->id),
		.name = keep(r, c->name),
		.as = keep(r, c->as),
		.by = keep(r, c->by),
		.reason = keep(r, c->reason),
		.incident = keep(r, c->incident),
		.from_us = c->from_us,
		.to_us = c->to_us,
		.at_us = c->at_us,
		.undone_us = c->undone_us ? c->undone_us : -1,
		.undone_by = keep(r, c->undone_by),
		.undone_reason = keep(r, c->undone_reason),
	};
	return !r->is_full;
}

void said_release(struct said *s)
{
	free(s->entry);
	free(s->claim);
	free(s->entry_of);
	free(s->pieces.piece);
	*s = (struct said){0};
}

/* Of a policy by which the outage begins before its first failure. */
static int64_t begin_of(const struct sla_line *line, const struct page_reclassification *e)
{
	for (size_t i = 0; *e->incident && i < line->spans; i++) {
		const struct sla_span *s = &line->span[i];

		if (s->from_us <= e->from_us && e->from_us < s->to_us)
			return s->state == SLA_DOWN || s->state == SLA_UNCONFIRMED ? s->from_us
										   : e->from_us;
	}
	return e->from_us;
}

static enum sla_as as_of(const char *name)
{
	enum sla_as as = SLA_AS_UP;

	while (as < SLA_AS && strcmp(sla_as_name[as], name))
		as++;
	return as;
}

static void settle(struct said *s, const struct sla_line *line)
{
	s->claim = memory_new((s->entries + 1) * sizeof *s->claim);
	s->entry_of = memory_new((s->entries + 1) * sizeof *s->entry_of);
	for (size_t i = 0; i < s->entries; i++) {
		const struct page_reclassification *e = &s->entry[i];

		if (e->undone_us >= 0 || as_of(e->as) == SLA_AS)
			continue;
		s->entry_of[s->claims] = i;
		s->claim[s->claims++] =
			(struct sla_claim){begin_of(line, e), e->to_us, as_of(e->as)};
	}
	sla_claims_settle(&s->pieces, s->claim, s->claims);
}

bool said_lay(const struct figures_source *source, struct arena *arena, const char *name,
	      int64_t from_us, int64_t to_us, struct sla_line *line, struct said *s, bool *is_laid,
	      struct text *wrong)
{
	struct reading r = {arena, s, false};
	struct sla_line over = {0};

	*is_laid = false;
	if (line->spans && line->span[0].from_us < from_us)
		from_us = line->span[0].from_us;
	if (!read_reclassifications(source->read, name, from_us, to_us, take, &r) || r.is_full) {
		text_puts(wrong, r.is_full ? FIGURES_TOO_MUCH : read_wrong(source->read));
		return false;
	}
	if (!s->entries)
		return true;
	settle(s, line);
	sla_reclassify(&over, line, s->claim, &s->pieces);
	sla_line_release(line);
	*line = over;
	*is_laid = true;
	return true;
}

/* ---- telling ---- */

struct telling {
	const struct figures_order *order;
	const struct sla_windows *hours;
	struct page_reclassification *list;
	size_t count;
	struct sla_windows all; /* time that one of them is in force for */
};

static bool is_news(const struct telling *t, const struct page_reclassification *e)
{
	for (size_t i = 0; i < t->count; i++)
		if (!strcmp(t->list[i].id, e->id))
			return false;
	return e->to_us > t->order->from_us && e->from_us < t->order->to_us;
}

static int64_t length_us(const struct telling *t, const struct sla_windows *w)
{
	return sla_windows_length_us(w, t->hours, t->order->from_us, t->order->to_us);
}

static int64_t add_in_force(struct telling *t, const struct said *s, size_t entry)
{
	struct sla_windows own = {0};
	int64_t in_force_us;

	for (size_t i = 0; i < s->pieces.pieces; i++) {
		const struct sla_piece *p = &s->pieces.piece[i];

		if (s->entry_of[p->claim] != entry)
			continue;
		sla_windows_add(&own, p->from_us, p->to_us);
		sla_windows_add(&t->all, p->from_us, p->to_us);
	}
	sla_windows_settle(&own);
	in_force_us = length_us(t, &own);
	sla_windows_release(&own);
	return in_force_us;
}

/* What is left out of a member's time is left out of no other's. */
static bool matters(const struct page_reclassification *e, bool is_member)
{
	return !is_member || as_of(e->as) < SLA_AS_MAINTENANCE;
}

/* Each once, however often a member is in it. */
static void list(struct telling *t, const struct track *of, bool is_member)
{
	for (size_t i = 0; i < of->said.entries; i++) {
		if (!is_news(t, &of->said.entry[i]) || !matters(&of->said.entry[i], is_member))
			continue;
		t->list[t->count] = of->said.entry[i];
		t->list[t->count++].in_force_us = add_in_force(t, &of->said, i);
	}
	for (size_t i = 0; of->part && i < of->members; i++)
		list(t, &of->part[i], true);
}

static size_t count(const struct track *t)
{
	size_t n = t->said.entries;

	for (size_t i = 0; t->part && i < t->members; i++)
		n += count(&t->part[i]);
	return n;
}

static int by_saying(const void *a, const void *b)
{
	const struct page_reclassification *x = a, *y = b;

	return x->at_us != y->at_us ? (x->at_us < y->at_us ? -1 : 1) : strcmp(x->id, y->id);
}

static int64_t newest_us(const struct telling *t)
{
	int64_t newest_us = -1;

	for (size_t i = 0; i < t->count; i++) {
		const struct page_reclassification *e = &t->list[i];
		int64_t at_us = e->undone_us >= 0 ? e->undone_us : e->at_us;

		newest_us = at_us > newest_us ? at_us : newest_us;
	}
	return newest_us;
}

bool said_tell(const struct track *track, const struct figures_order *o,
	       const struct sla_windows *hours, struct arena *arena, struct page_figures *into)
{
	size_t most = count(track);
	struct telling t = {o, hours, NULL, 0, {0}};

	if (!most)
		return true;
	t.list = arena_alloc(arena, most * sizeof *t.list);
	if (!t.list)
		return false;
	list(&t, track, false);
	qsort(t.list, t.count, sizeof *t.list, by_saying);
	sla_windows_settle(&t.all);
	into->reclassification = t.list;
	into->reclassification_count = t.count;
	into->reclassified_us = length_us(&t, &t.all);
	into->reclassified_at_us = newest_us(&t);
	sla_windows_release(&t.all);
	return true;
}
