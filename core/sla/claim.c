/* sla/claim: reclassification: what somebody said afterwards of spans of time, laid over a line.
 * See sla.h. The line that was measured stays as it is: every figure can be had without claims,
 * too. */
#include "sla.h"

#include <stdlib.h>

#include "../base/memory.h"

const char *const sla_as_name[SLA_AS] = {"up",      "down",        "degraded",
					 "unknown", "maintenance", "excluded"};

/* The state that a kind of claim puts into the line; the others lie over it. */
static bool is_state(enum sla_as as, enum sla_state *state)
{
	static const enum sla_state of[] = {
		[SLA_AS_UP] = SLA_UP,
		[SLA_AS_DOWN] = SLA_DOWN,
		[SLA_AS_DEGRADED] = SLA_DEGRADED,
		[SLA_AS_UNKNOWN] = SLA_UNKNOWN,
	};

	if (as >= sizeof of / sizeof *of)
		return false;
	*state = of[as];
	return true;
}

static int by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The last that speaks of the moment; `claims`: none does. */
static size_t in_force(const struct sla_claim *claim, size_t claims, int64_t at_us)
{
	for (size_t i = claims; i-- > 0;)
		if (claim[i].from_us <= at_us && at_us < claim[i].to_us)
			return i;
	return claims;
}

static void add_piece(struct sla_pieces *p, int64_t from_us, int64_t to_us, size_t claim)
{
	struct sla_piece *last = p->pieces ? &p->piece[p->pieces - 1] : NULL;

	if (last && last->claim == claim && last->to_us == from_us) {
		last->to_us = to_us;
		return;
	}
	if (p->pieces == p->room) {
		p->room = p->room ? p->room * 2 : 8;
		p->piece = memory_resize(p->piece, p->room * sizeof *p->piece);
	}
	p->piece[p->pieces++] = (struct sla_piece){from_us, to_us, claim};
}

void sla_claims_settle(struct sla_pieces *into, const struct sla_claim *claim, size_t claims)
{
	int64_t *border = memory_new((2 * claims + 1) * sizeof *border);
	size_t borders = 0;

	for (size_t i = 0; i < claims; i++) {
		border[borders++] = claim[i].from_us;
		border[borders++] = claim[i].to_us;
	}
	qsort(border, borders, sizeof *border, by_time);
	for (size_t i = 1; i < borders; i++) {
		size_t of = in_force(claim, claims, border[i - 1]);

		if (border[i - 1] < border[i] && of < claims)
			add_piece(into, border[i - 1], border[i], of);
	}
	free(border);
}

void sla_reclassify(struct sla_line *into, const struct sla_line *line,
		    const struct sla_claim *claim, const struct sla_pieces *p)
{
	int64_t at_us = line->spans ? line->span[0].from_us : INT64_MAX, end_us = at_us;
	enum sla_state state;

	if (line->spans)
		end_us = line->span[line->spans - 1].to_us;
	for (size_t i = 0; i < p->pieces; i++) {
		const struct sla_piece *x = &p->piece[i];

		if (!is_state(claim[x->claim].as, &state))
			continue;
		sla_line_cut(into, line, at_us, x->from_us);
		sla_line_add(into, x->from_us, x->to_us, state,
			     state == SLA_UNKNOWN ? SLA_RECLASSIFIED : SLA_NO_CAUSE);
		at_us = x->to_us;
	}
	sla_line_cut(into, line, at_us, end_us);
}

void sla_windows_of_claims(struct sla_windows *into, const struct sla_claim *claim,
			   const struct sla_pieces *p, enum sla_as as)
{
	for (size_t i = 0; i < p->pieces; i++)
		if (as == SLA_AS || claim[p->piece[i].claim].as == as)
			sla_windows_add(into, p->piece[i].from_us, p->piece[i].to_us);
	sla_windows_settle(into);
}
