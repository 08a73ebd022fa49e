/* modules/exec/perfdata: see perfdata.h. */
#include "perfdata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_end(char c)
{
	return !c || is_space(c);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A quoted label may hold anything, a quote in it is doubled; a bare one neither space nor quote.
 */
static bool take_label(const char **at, char to[PERF_LABEL])
{
	bool is_quoted = **at == '\'';
	size_t n = 0;

	*at += is_quoted;
	for (; **at; (*at)++) {
		if (is_quoted && **at == '\'' && *++*at != '\'')
			break;
		if (!is_quoted && (**at == '=' || **at == '\'' || is_space(**at)))
			break;
		if (n + 1 < PERF_LABEL)
			to[n++] = **at;
	}
	to[n] = '\0';
	return n && *(*at) == '=' && (*at)++;
}

/* [-+]digits[.digits][e[-+]digits]: what strtod() takes beyond that (hex, inf) is no number here.
 */
static bool take_number(const char **at, double *value)
{
	const char *from = *at, *end = from + (*from == '-' || *from == '+');
	bool has_digits = false;
	char number[48];

	for (bool has_point = false; is_digit(*end) || (*end == '.' && !has_point); end++) {
		has_point |= *end == '.';
		has_digits |= is_digit(*end);
	}
	if (has_digits && (*end == 'e' || *end == 'E') &&
	    (is_digit(end[1]) || ((end[1] == '-' || end[1] == '+') && is_digit(end[2]))))
		for (end += 2; is_digit(*end);)
			end++;
	if (!has_digits || (size_t)(end - from) >= sizeof number)
		return false;
	memcpy(number, from, (size_t)(end - from));
	number[end - from] = '\0';
	*value = strtod(number, NULL);
	*at = end;
	return isfinite(*value);
}

static bool take_unit(const char **at, char to[PERF_UNIT])
{
	size_t n = 0;

	for (; !is_end(**at) && **at != ';'; (*at)++) {
		if (is_digit(**at) || **at == '\'' || **at == '"' || n + 1 >= PERF_UNIT)
			return false;
		to[n++] = **at;
	}
	to[n] = '\0';
	return true;
}

static bool take_value(const char **at, struct perf *p)
{
	if (**at == 'U' && (is_end((*at)[1]) || (*at)[1] == ';')) {
		++*at;
		return true;
	}
	p->is_known = true;
	return take_number(at, &p->value) && take_unit(at, p->unit);
}

/* [@][start:][end], start ~ is minus infinity; nothing at all is no limit. */
static bool is_range(const char *at, const char *end)
{
	double number;

	at += at < end && *at == '@';
	if (at < end && *at == '~')
		return at + 1 < end && at[1] == ':' &&
		       (at + 2 == end || ((at += 2), take_number(&at, &number) && at == end));
	if (at < end && *at != ':' && !take_number(&at, &number))
		return false;
	if (at < end && *at == ':')
		at++;
	return at == end || (take_number(&at, &number) && at == end);
}

/* Limits that are none do not spoil the value before them. */
static void take_limits(const char **at, char to[PERF_LIMITS])
{
	const char *from = *at, *end = from, *field = from + 1;
	int fields = 0;
	bool is_fine = true;

	for (; !is_end(*end); end++)
		if (end > from && *end == ';') {
			is_fine &= is_range(field, end);
			field = end + 1;
			fields++;
		}
	*at = end;
	if (end - from < 2 || end - from > PERF_LIMITS - 1)
		return;
	if (is_fine && is_range(field, end) && fields < 4) {
		memcpy(to, from + 1, (size_t)(end - from - 1));
		to[end - from - 1] = '\0';
	}
}

bool perfdata_take(const char **at, struct perf *p)
{
	for (;;) {
		while (is_space(**at))
			++*at;
		if (!**at)
			return false;
		*p = (struct perf){.value = 0};
		if (take_label(at, p->label) && take_value(at, p) &&
		    (is_end(**at) || **at == ';')) {
			take_limits(at, p->limits);
			return true;
		}
		while (!is_end(**at))
			++*at;
	}
}
