/* base/credits: see credits.h. */
#include "credits.h"

#include <string.h>

#define MICRO 1000000
#define PLACES 6

/* A percentage with at most six places: exact, as money is at stake. */
static bool take_percent(const char **at, int64_t *micro)
{
	int64_t n = 0, place = MICRO;
	const char *begin = *at;

	for (; **at >= '0' && **at <= '9' && n <= 1000; ++*at)
		n = n * 10 + (**at - '0');
	if (*at == begin)
		return false;
	n *= MICRO;
	if (**at == '.')
		for (++*at; **at >= '0' && **at <= '9' && place > 1; ++*at)
			n += (**at - '0') * (place /= 10);
	*micro = n;
	return n <= 100 * (int64_t)MICRO;
}

bool credits_add(struct credits *c, const char *text, struct text *wrong)
{
	int64_t below_micro, credit_micro;
	const char *at = text;

	if (!take_percent(&at, &below_micro) || *at++ != ':' ||
	    !take_percent(&at, &credit_micro) || *at) {
		text_printf(wrong, "'%.60s' is no BELOW:PERCENT", text);
		return false;
	}
	if (c->tiers == CREDITS_TIERS) {
		text_printf(wrong, "more than %d tiers", CREDITS_TIERS);
		return false;
	}
	if (c->tiers && (below_micro >= c->tier[c->tiers - 1].below_micro ||
			 credit_micro <= c->tier[c->tiers - 1].credit_micro)) {
		text_printf(wrong, "'%.60s' is not lower, with more credit, than the one before",
			    text);
		return false;
	}
	c->tier[c->tiers].below_micro = below_micro;
	c->tier[c->tiers++].credit_micro = credit_micro;
	return true;
}

int64_t credits_due(const struct credits *c, int64_t judged_micro, int64_t *below_micro)
{
	size_t i = c->tiers;

	while (i > 0 && judged_micro >= c->tier[i - 1].below_micro)
		i--;
	*below_micro = i ? c->tier[i - 1].below_micro : 0;
	return i ? c->tier[i - 1].credit_micro : 0;
}
