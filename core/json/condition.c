/* json/condition: see condition.h. */
#include "condition.h"

#include <ctype.h>
#include <math.h>

#include "document.h"

#define SHOWN_BYTES 200

enum operator {
	EQUAL,
	UNEQUAL,
	AT_MOST,
	AT_LEAST,
	LESS,
	MORE,
	CONTAINS,
	EXISTS,
	MISSING,
	OPERATORS
};

enum takes { TAKES_NOTHING, TAKES_ANYTHING, TAKES_ORDERED };

/* ---- values ---- */

/* Less than, equal to or greater than zero; integers as they are, 2^53 and beyond. */
static int compare_numbers(const json_t *a, const json_t *b)
{
	double x = json_number_value(a), y = json_number_value(b);
	json_int_t i = json_integer_value(a), j = json_integer_value(b);

	if (json_is_integer(a) && json_is_integer(b))
		return (i > j) - (i < j);
	return (x > y) - (x < y);
}

static int compare_texts(const json_t *a, const json_t *b)
{
	size_t m = json_string_length(a), n = json_string_length(b);
	int order = memcmp(json_string_value(a), json_string_value(b), m < n ? m : n);

	return order ? order : (m > n) - (m < n);
}

static bool is_equal(const json_t *a, const json_t *b);

static bool has_equal_members(const json_t *a, const json_t *b)
{
	const char *name;
	json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach((json_t *)a, name, value) {
		const json_t *other = json_object_get(b, name);

		if (!other || !is_equal(value, other))
			return false;
	}
	return true;
}

/* Recursive: documents are no deeper than JSON_LEVELS. */
static bool is_equal(const json_t *a, const json_t *b)
{
	size_t items = json_array_size(a);

	if (json_is_number(a) && json_is_number(b))
		return !compare_numbers(a, b);
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_string(a))
		return !compare_texts(a, b);
	if (json_is_object(a))
		return has_equal_members(a, b);
	if (items != json_array_size(b))
		return false;
	for (size_t i = 0; i < items; i++)
		if (!is_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

static bool contains(const json_t *value, const json_t *part)
{
	if (json_is_string(value) && json_is_string(part))
		return memmem(json_string_value(value), json_string_length(value),
			      json_string_value(part), json_string_length(part));
	if (json_is_object(value) && json_is_string(part))
		return json_object_get(value, json_string_value(part));
	for (size_t i = 0; i < json_array_size(value); i++)
		if (is_equal(json_array_get(value, i), part))
			return true;
	return false;
}

static bool is_same_order_kind(const json_t *a, const json_t *b)
{
	return (json_is_number(a) && json_is_number(b)) || (json_is_string(a) && json_is_string(b));
}

static int compare(const json_t *a, const json_t *b)
{
	return json_is_string(a) ? compare_texts(a, b) : compare_numbers(a, b);
}

/* ---- operators ---- */

static bool equal(const json_t *a, const json_t *b)
{
	return is_equal(a, b);
}

static bool unequal(const json_t *a, const json_t *b)
{
	return !is_equal(a, b);
}

static bool less(const json_t *a, const json_t *b)
{
	return compare(a, b) < 0;
}

static bool more(const json_t *a, const json_t *b)
{
	return compare(a, b) > 0;
}

static bool at_most(const json_t *a, const json_t *b)
{
	return compare(a, b) <= 0;
}

static bool at_least(const json_t *a, const json_t *b)
{
	return compare(a, b) >= 0;
}

/* Longer signs before those they begin with. */
static const struct {
	const char *sign;
	enum takes takes;
	bool (*holds)(const json_t *value, const json_t *literal);
} operators[OPERATORS] = {
	[EQUAL] = {"==", TAKES_ANYTHING, equal},
	[UNEQUAL] = {"!=", TAKES_ANYTHING, unequal},
	[AT_MOST] = {"<=", TAKES_ORDERED, at_most},
	[AT_LEAST] = {">=", TAKES_ORDERED, at_least},
	[LESS] = {"<", TAKES_ORDERED, less},
	[MORE] = {">", TAKES_ORDERED, more},
	[CONTAINS] = {"contains", TAKES_ANYTHING, contains},
	[EXISTS] = {"exists", TAKES_NOTHING, NULL},
	[MISSING] = {"missing", TAKES_NOTHING, NULL},
};

/* ---- reading ---- */

static bool refuse(struct text *why, const char *what, const char *at, const char *right)
{
	text_puts(why, what);
	text_puts(why, " '");
	text_add_safe(why, at, strlen(at), SHOWN_BYTES / 4);
	text_puts(why, "': ");
	text_puts(why, right);
	return false;
}

static const char *skip_spaces(const char *at)
{
	return at + strspn(at, " \t");
}

static bool read_operator(struct json_condition *c, const char **at, struct text *why)
{
	for (int i = 0; i < OPERATORS; i++) {
		size_t size = strlen(operators[i].sign);
		bool is_word = isalpha((unsigned char)*operators[i].sign);

		if (strncmp(*at, operators[i].sign, size) != 0 ||
		    (is_word && (*at)[size] && !strchr(" \t\"[{", (*at)[size])))
			continue;
		c->op = i;
		*at += size;
		return true;
	}
	return refuse(why, **at ? "no such operator" : "an operator is missing behind",
		      **at ? *at : c->written,
		      "there are == != < <= > >= contains exists missing");
}

static bool read_literal(struct json_condition *c, const char *at, struct text *why)
{
	struct text wrong = {0};
	enum takes takes = operators[c->op].takes;
	bool is_fine;

	if (takes == TAKES_NOTHING)
		return !*at || refuse(why, "nothing can follow, not", at,
				      "exists and missing take no value");
	is_fine = !json_read(at, strlen(at), &c->literal, &wrong);
	text_release(&wrong);
	if (!is_fine)
		return refuse(why, "no JSON value", at,
			      "write a text in double quotes, a number, true, false or null");
	if (takes == TAKES_ORDERED && !json_is_number(c->literal) && !json_is_string(c->literal))
		return refuse(why, "no order with", at, "< <= > >= take a number or a text");
	return true;
}

bool json_condition_read(struct json_condition *c, struct arena *a, const char *written,
			 struct text *why)
{
	const char *at = skip_spaces(written);

	*c = (struct json_condition){.written = at};
	if (!json_path_read(&c->path, a, &at, why))
		return false;
	at = skip_spaces(at);
	return read_operator(c, &at, why) && read_literal(c, skip_spaces(at), why);
}

void json_condition_release(struct json_condition *c)
{
	json_decref(c->literal);
	c->literal = NULL;
}

/* ---- judging ---- */

static void add_wanted(struct text *why, const char *written)
{
	size_t size = strlen(written);

	while (size && strchr(" \t", written[size - 1]))
		size--;
	text_puts(why, "wanted ");
	text_add_safe(why, written, size, SHOWN_BYTES);
}

static bool say_got(const struct json_condition *c, const json_t *value, struct text *why)
{
	bool is_ordered = operators[c->op].takes == TAKES_ORDERED;

	add_wanted(why, c->written);
	text_puts(why, ", got ");
	json_show(why, value);
	if (is_ordered && !is_same_order_kind(value, c->literal))
		text_puts(why, json_is_string(c->literal) ? ", which is no text"
							  : ", which is no number");
	return false;
}

static bool holds(const struct json_condition *c, const json_t *value)
{
	if (c->op == EXISTS || c->op == MISSING)
		return c->op == EXISTS;
	if (operators[c->op].takes == TAKES_ORDERED && !is_same_order_kind(value, c->literal))
		return false;
	return operators[c->op].holds(value, c->literal);
}

bool json_condition_holds(const struct json_condition *c, json_t *document, struct text *why)
{
	struct text stop = {0};
	json_t *value = json_path_follow(&c->path, document, &stop);
	bool is_fine = value ? holds(c, value) : c->op == MISSING;

	if (!is_fine && value) {
		say_got(c, value, why);
	} else if (!is_fine) {
		add_wanted(why, c->written);
		text_printf(why, ", but %s", text_get(&stop));
	}
	json_decref(value);
	text_release(&stop);
	return is_fine;
}

/* ---- values with names ---- */

static bool is_name_byte(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '_' || c == '-';
}

/* NAME or NAME:UNIT, up to a space or '='. */
static bool read_name(struct json_value *v, const char **at, struct text *why)
{
	size_t n = 0, unit = 0;
	const char *behind;

	while (is_name_byte((*at)[n]))
		n++;
	behind = *at + n;
	if (*behind == ':')
		unit = strcspn(++behind, " \t=");
	if (!n || n >= JSON_NAME_BYTES || unit >= JSON_UNIT_BYTES || (behind[-1] == ':' && !unit))
		return refuse(why, "no name of a value:", *at,
			      "write NAME = PATH or NAME:UNIT = PATH, a name of a-z 0-9 _ -");
	memcpy(v->name, *at, n);
	memcpy(v->unit, behind, unit);
	*at = skip_spaces(behind + unit);
	return true;
}

bool json_value_read(struct json_value *v, struct arena *a, const char *written, struct text *why)
{
	const char *at = skip_spaces(written);

	memset(v, 0, sizeof *v);
	if (!read_name(v, &at, why))
		return false;
	if (*at != '=')
		return refuse(why, "no '=' behind the name:", written,
			      "write NAME = PATH or NAME:UNIT = PATH, a name of a-z 0-9 _ -");
	at = skip_spaces(at + 1);
	if (!json_path_read(&v->path, a, &at, why))
		return false;
	at = skip_spaces(at);
	return !*at || refuse(why, "nothing can follow the path, not", at, "it is NAME = PATH");
}

/* A text that is wholly a JSON number is one. */
static bool to_number(const json_t *value, double *number)
{
	struct text wrong = {0};
	json_t *inner = NULL;
	bool is_fine = json_is_number(value);

	*number = json_number_value(value);
	if (json_is_string(value) && json_string_length(value) < 40 &&
	    !json_read(json_string_value(value), json_string_length(value), &inner, &wrong)) {
		is_fine = json_is_number(inner);
		*number = json_number_value(inner);
	}
	json_decref(inner);
	text_release(&wrong);
	return is_fine && isfinite(*number);
}

bool json_value_find(const struct json_value *v, json_t *document, double *number,
		     struct text *why)
{
	struct text stop = {0};
	json_t *value = json_path_follow(&v->path, document, &stop);
	bool is_fine = value && to_number(value, number);

	if (!is_fine) {
		text_puts(why, "wanted a number at ");
		text_add_safe(why, v->path.written, strlen(v->path.written), SHOWN_BYTES);
	}
	if (!is_fine && value) {
		text_puts(why, ", got ");
		json_show(why, value);
	} else if (!is_fine) {
		text_printf(why, ", but %s", text_get(&stop));
	}
	json_decref(value);
	text_release(&stop);
	return is_fine;
}
