/* json/path: see path.h. */
#include "path.h"

#include <ctype.h>

#include "document.h"

#define ITEM_DIGITS 9

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static bool refuse(struct text *why, const char *what, const char *at)
{
	text_puts(why, what);
	text_puts(why, ", not '");
	text_add_safe(why, at, strlen(at), JSON_SHOWN_BYTES / 2);
	text_putc(why, '\'');
	return false;
}

static struct json_step *add_step(struct json_path *p, struct text *why)
{
	if (p->steps == JSON_STEPS) {
		text_printf(why, "a path has at most %d steps", JSON_STEPS);
		return NULL;
	}
	p->step[p->steps] = (struct json_step){.name = NULL};
	return &p->step[p->steps++];
}

static bool read_name(struct json_path *p, struct arena *a, const char **at, struct text *why)
{
	struct json_step *s;
	size_t size = 0;

	if (isdigit((unsigned char)**at))
		return refuse(why, "a name begins with no digit: [0] is an item, [\"0\"] a member",
			      *at);
	while (is_name_byte((*at)[size]))
		size++;
	if (!size || **at == '-')
		return refuse(why, "a path must stand here, such as data.items[0].name", *at);
	s = add_step(p, why);
	if (s)
		s->name = arena_copy(a, *at, size);
	*at += size;
	return s && s->name;
}

/* The text in quotes at *at, as JSON has it. */
static const char *read_quoted(struct arena *a, const char **at, struct text *why)
{
	const char *end = *at + 1, *name = NULL;
	json_t *text = NULL;

	while (*end && *end != '"')
		end += *end == '\\' && end[1] ? 2 : 1;
	if (*end != '"') {
		refuse(why, "a text is not closed: write [\"name\"]", *at);
		return NULL;
	}
	end++;
	if (!json_read(*at, (size_t)(end - *at), &text, why))
		name = arena_copy(a, json_string_value(text), json_string_length(text));
	json_decref(text);
	*at = end;
	return name;
}

static bool read_item(struct json_step *s, const char **at, struct text *why)
{
	bool is_behind = **at == '-';
	const char *digit = *at + is_behind;
	int64_t n = 0;
	int digits = 0;

	for (; isdigit((unsigned char)digit[digits]) && digits < ITEM_DIGITS; digits++)
		n = n * 10 + digit[digits] - '0';
	if (!digits || (is_behind && !n))
		return refuse(why, "in brackets stand a number or a name in quotes: [0], [-1] or "
			      "[\"name\"]", *at);
	s->item = is_behind ? -n : n;
	*at = digit + digits;
	return true;
}

static bool read_brackets(struct json_path *p, struct arena *a, const char **at, struct text *why)
{
	struct json_step *s = add_step(p, why);

	++*at;
	if (!s)
		return false;
	if (**at == '"')
		s->name = read_quoted(a, at, why);
	if (!s->name && (why->size || !read_item(s, at, why)))
		return false;
	if (**at != ']')
		return refuse(why, "a bracket must be closed here", *at);
	++*at;
	return true;
}

/* The last step is `.length`: a name behind a point, not one in brackets. */
static void take_length(struct json_path *p, const char *end)
{
	static const char word[] = ".length";
	size_t size = sizeof word - 1;

	if ((size_t)(end - p->written) < size || memcmp(end - size, word, size) != 0)
		return;
	p->wants_length = true;
	p->steps--;
}

bool json_path_read(struct json_path *p, struct arena *a, const char **at, struct text *why)
{
	bool is_first = true, is_fine = true;

	*p = (struct json_path){.written = *at};
	if (**at == '$') {
		++*at;
		is_first = false;
	}
	while (is_fine && (is_first || **at == '.' || **at == '[')) {
		if (**at == '[') {
			is_fine = read_brackets(p, a, at, why);
		} else {
			*at += **at == '.';
			is_fine = read_name(p, a, at, why);
		}
		if (is_fine)
			p->step[p->steps - 1].end = (size_t)(*at - p->written);
		is_first = false;
	}
	if (is_fine)
		take_length(p, *at);
	return is_fine;
}

/* "'data.items' is an empty array": how far it came, what is there. */
static json_t *say_stop(const struct json_path *p, size_t step, const json_t *value,
			const char *what, struct text *why)
{
	if (step) {
		text_putc(why, '\'');
		text_add_safe(why, p->written, p->step[step - 1].end, JSON_SHOWN_BYTES);
		text_puts(why, "' is ");
	} else {
		text_puts(why, "the document is ");
	}
	json_show(why, value);
	text_puts(why, what);
	return NULL;
}

/* A borrowed reference; NULL: there is no such. */
static json_t *next(const struct json_step *s, json_t *value)
{
	int64_t items = (int64_t)json_array_size(value),
		item = s->item < 0 ? items + s->item : s->item;

	if (s->name)
		return json_object_get(value, s->name);
	return item >= 0 && item < items ? json_array_get(value, (size_t)item) : NULL;
}

static int64_t count_characters(const json_t *text)
{
	const char *at = json_string_value(text);
	int64_t n = 0;

	for (size_t i = 0; i < json_string_length(text); i++)
		n += ((unsigned char)at[i] & 0xc0) != 0x80;
	return n;
}

static json_t *length_of(const struct json_path *p, const json_t *value, struct text *why)
{
	if (json_is_array(value))
		return json_integer((json_int_t)json_array_size(value));
	if (json_is_object(value))
		return json_integer((json_int_t)json_object_size(value));
	if (json_is_string(value))
		return json_integer(count_characters(value));
	return say_stop(p, p->steps, value, ", which has no length", why);
}

json_t *json_path_follow(const struct json_path *p, json_t *document, struct text *why)
{
	json_t *value = document, *found;

	for (size_t i = 0; i < p->steps; i++, value = found) {
		found = next(&p->step[i], value);
		if (!found)
			return say_stop(p, i, value, "", why);
	}
	return p->wants_length ? length_of(p, value, why) : json_incref(value);
}
