/* alert/flap: see flap.h. */
#include "flap.h"

#include <stdlib.h>
#include <string.h>

/* Weights 0.75 to 1.25, oldest to newest, in parts of 76: their sum is 20 * 76. */
#define OLDEST 57
#define STEP 2
#define ALL (20 * 76)

/* Bit n: the n-th newest result differs from the one before it. */
static uint32_t changes_of(const struct flap *f)
{
	return f->known ? (f->passed ^ f->passed >> 1) & ((1u << (f->known - 1)) - 1) : 0;
}

static bool take_percent(const char **at, int *percent)
{
	char *end;
	long n = strtol(*at, &end, 10);

	if (end == *at || **at == '-' || **at == '+' || n < 0 || n > 100)
		return false;
	*at = end + (*end == '%');
	*percent = (int)n;
	return true;
}

bool flap_policy_parse(struct flap_policy *policy, const char *text)
{
	struct flap_policy p = {0};

	if (!strcmp(text, "no")) {
		*policy = (struct flap_policy){true, FLAP_LOW, FLAP_HIGH};
		return true;
	}
	if (!take_percent(&text, &p.low) || *text++ != '-' || !take_percent(&text, &p.high) ||
	    *text || p.low > p.high || !p.high)
		return false;
	*policy = p;
	return true;
}

int flap_permille(const struct flap *f)
{
	int sum = 0;

	for (uint32_t rest = changes_of(f); rest; rest &= rest - 1)
		sum += OLDEST + STEP * (FLAP_RESULTS - 2 - __builtin_ctz(rest));
	return sum * 1000 / ALL;
}

int flap_changes(const struct flap *f)
{
	return __builtin_popcount(changes_of(f));
}

int64_t flap_since_us(const struct flap *f)
{
	uint32_t changes = changes_of(f);

	return changes ? f->at_us[(f->newest + 31 - __builtin_clz(changes)) % FLAP_RESULTS] : 0;
}

/* True when flapping begins or ends by what is known now. */
static bool flap_judge(struct flap *f, const struct flap_policy *p)
{
	int permille = flap_permille(f);
	bool was = f->is_on;

	if (p->is_off)
		f->is_on = false;
	else if (f->known == FLAP_RESULTS)
		f->is_on = permille >= 10 * (was ? p->low : p->high);
	return f->is_on != was;
}

bool flap_add(struct flap *f, const struct flap_policy *p, bool passed, int64_t at_us)
{
	f->newest = (uint8_t)((f->newest ? f->newest : FLAP_RESULTS) - 1);
	f->at_us[f->newest] = at_us;
	f->passed = f->passed << 1 | passed;
	f->known += f->known < FLAP_RESULTS;
	return flap_judge(f, p);
}
