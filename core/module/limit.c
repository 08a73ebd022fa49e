/* module/limit: see limit.h. */
#include "limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *sign;
	enum limit_operator op;
} sign[] = {{"<=", LIMIT_AT_MOST}, {">=", LIMIT_AT_LEAST}, {"!=", LIMIT_IS_NOT},
	    {"<", LIMIT_LESS},	   {">", LIMIT_MORE},	   {"=", LIMIT_IS}};

/* Units of one family can be compared with one another. */
static const struct {
	const char *unit;
	int family;
	double factor;
} scale[] = {{"us", 1, 1},	 {"ms", 1, 1e3},  {"s", 1, 1e6},     {"m", 1, 60e6},
	     {"h", 1, 3600e6},	 {"d", 1, 86400e6}, {"B", 2, 1},     {"KB", 2, 1e3},
	     {"MB", 2, 1e6},	 {"GB", 2, 1e9},  {"TB", 2, 1e12},   {"KiB", 2, 1024},
	     {"MiB", 2, 1048576}, {"GiB", 2, 1073741824.0}};
#define SCALES (sizeof scale / sizeof *scale)

static size_t find_scale(const char *unit)
{
	size_t i = 0;

	while (i < SCALES && strcmp(scale[i].unit, unit))
		i++;
	return i;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

static const char *take_name(struct limit *l, const char **at)
{
	size_t n = strcspn(*at, " \t<>=!");

	if (!n || n >= sizeof l->name)
		return "does not begin with the name of a value: write \"loss > 5 %\"";
	memcpy(l->name, *at, n);
	*at = skip_blanks(*at + n);
	return NULL;
}

static const char *take_sign(struct limit *l, const char **at)
{
	l->text = *at;
	for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
		if (!strncmp(*at, sign[i].sign, strlen(sign[i].sign))) {
			l->op = sign[i].op;
			*at = skip_blanks(*at + strlen(sign[i].sign));
			return NULL;
		}
	return "has none of < <= > >= = != behind the name: write \"loss > 5 %\"";
}

static const char *take_number(struct limit *l, const char **at)
{
	char *end;

	if (!**at || !strchr("0123456789.-", **at))
		return "has no number to compare with: write \"loss > 5 %\"";
	l->number = strtod(*at, &end);
	if (end == *at || !isfinite(l->number) || (**at == '0' && ((*at)[1] | 32) == 'x'))
		return "has no number to compare with: write \"loss > 5 %\"";
	*at = skip_blanks(end);
	return NULL;
}

static const char *take_unit(struct limit *l, const char *at)
{
	size_t n = strcspn(at, " \t");

	if (n >= sizeof l->unit || *skip_blanks(at + n))
		return "has something behind its unit: write \"loss > 5 %\"";
	memcpy(l->unit, at, n);
	return NULL;
}

const char *limit_parse(struct limit *l, const char *text)
{
	const char *at = skip_blanks(text), *wrong;

	*l = (struct limit){.text = text};
	wrong = take_name(l, &at);
	wrong = wrong ? wrong : take_sign(l, &at);
	wrong = wrong ? wrong : take_number(l, &at);
	return wrong ? wrong : take_unit(l, at);
}

static bool refuse(struct text *wrong, const char *option, const char *text, const char *why)
{
	text_printf(wrong, "%s: '", option);
	text_add_safe(wrong, text, strlen(text), 80);
	text_printf(wrong, "' %s", why);
	return false;
}

static bool add(struct limit *into, size_t *count, const char *const *list, bool is_crit,
		struct text *wrong)
{
	const char *option = is_crit ? "crit" : "warn", *why;

	for (; list && *list; list++) {
		if (*count == LIMITS_MOST)
			return refuse(wrong, option, *list, "is one too many: 32 at most");
		why = limit_parse(&into[*count], *list);
		if (why)
			return refuse(wrong, option, *list, why);
		into[(*count)++].is_crit = is_crit;
	}
	return true;
}

bool limits_make(struct arena *arena, const char *const *warn, const char *const *crit,
		 const struct limit **list, size_t *count, struct text *wrong)
{
	struct limit *into;

	*list = NULL;
	*count = 0;
	if ((!warn || !*warn) && (!crit || !*crit))
		return true;
	into = arena_alloc(arena, LIMITS_MOST * sizeof *into);
	if (!into) {
		text_puts(wrong, "no memory for the limits");
		return false;
	}
	*list = into;
	return add(into, count, crit, true, wrong) && add(into, count, warn, false, wrong);
}

static bool is_crossed(enum limit_operator op, double value, double number)
{
	switch (op) {
	case LIMIT_LESS: return value < number;
	case LIMIT_AT_MOST: return value <= number;
	case LIMIT_MORE: return value > number;
	case LIMIT_AT_LEAST: return value >= number;
	case LIMIT_IS: return value == number;
	case LIMIT_IS_NOT: return value != number;
	}
	return false;
}

enum limit_result limit_judge(const struct limit *l, double value, const char *unit)
{
	size_t own = find_scale(l->unit), its = find_scale(unit ? unit : "");
	double number = l->number;

	if (*l->unit && strcmp(l->unit, unit ? unit : "")) {
		if (own == SCALES || its == SCALES || scale[own].family != scale[its].family)
			return LIMIT_OTHER_UNIT;
		number = number * scale[own].factor / scale[its].factor;
	}
	return is_crossed(l->op, value, number) ? LIMIT_CROSSED : LIMIT_HELD;
}
