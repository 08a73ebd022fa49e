/* module/option: see option.h. */
#include "option.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cron.h"
#include "../base/nearest.h"
#include "form.h"

#define SECRET_MARK "@secret:"

/* What one value is being made into; `wrong` gets the sentence. */
struct setting {
	const struct module_option *option;
	const char *value;
	struct arena *arena;
	void *member;
	struct text *wrong;
};

/* "port: " and the value, which is hidden when it is secret. */
static bool refuse(struct setting *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool refuse(struct setting *s, const char *format, ...)
{
	va_list ap;

	text_printf(s->wrong, "%s: ", s->option->name);
	if (s->option->flags & OPTION_IS_SECRET) {
		text_puts(s->wrong, "the secret ");
	} else {
		text_putc(s->wrong, '\'');
		text_add_safe(s->wrong, s->value, strlen(s->value), 80);
		text_puts(s->wrong, "' ");
	}
	va_start(ap, format);
	text_vprintf(s->wrong, format, ap);
	va_end(ap);
	return false;
}

static bool keep_text(struct setting *s)
{
	char *copy = arena_copy(s->arena, s->value, strlen(s->value));

	if (!copy)
		return refuse(s, "needs more memory than there is");
	*(const char **)s->member = copy;
	return true;
}

static bool set_text(struct setting *s)
{
	if (s->option->flags & OPTION_IS_LINE && form_has_control(s->value))
		return refuse(s, "has a control character");
	return keep_text(s);
}

static bool set_host(struct setting *s)
{
	const char *wrong = *s->value || s->option->flags & OPTION_IS_REQUIRED
				    ? form_host_wrong(s->value)
				    : NULL;

	return wrong ? refuse(s, "%s", wrong) : keep_text(s);
}

/* Is the word of `size` bytes one of "a|b|c"? */
static bool is_choice(const char *words, const char *word, size_t size)
{
	for (size_t n; *words; words += n + (words[n] == '|')) {
		n = strcspn(words, "|");
		if (n == size && !memcmp(words, word, n))
			return true;
	}
	return false;
}

static bool refuse_scheme(struct setting *s)
{
	const char *range = s->option->range;
	struct text list = {0};

	for (size_t n; *range; range += n + (range[n] == '|')) {
		n = strcspn(range, "|");
		text_printf(&list, "%s%.*s://", list.size ? " or " : "", (int)n, range);
	}
	refuse(s, "does not begin with %s", text_get(&list));
	text_release(&list);
	return false;
}

static bool set_url(struct setting *s)
{
	const char *range = s->option->range, *wrong;

	if (!*s->value && !(s->option->flags & OPTION_IS_REQUIRED))
		return keep_text(s);
	wrong = form_url_wrong(s->value);
	if (wrong)
		return refuse(s, "%s", wrong);
	if (range && !is_choice(range, s->value, (size_t)(strstr(s->value, "://") - s->value)))
		return refuse_scheme(s);
	return keep_text(s);
}

static bool set_file(struct setting *s)
{
	return form_has_control(s->value) ? refuse(s, "has a control character") : keep_text(s);
}

static bool set_cron(struct setting *s)
{
	struct text wrong = {0};
	struct cron c;
	bool is_fine = !*s->value || cron_parse(&c, s->value, &wrong);

	is_fine = is_fine ? keep_text(s) : refuse(s, "is no crontab time: %s", text_get(&wrong));
	text_release(&wrong);
	return is_fine;
}

static bool set_zone(struct setting *s)
{
	struct text wrong = {0};
	struct zone *z = zone_open(*s->value ? s->value : "UTC", &wrong);
	bool is_fine = z ? keep_text(s) : refuse(s, "cannot be used: %s", text_get(&wrong));

	zone_close(z);
	text_release(&wrong);
	return is_fine;
}

/* The two ends of "low..high"; an end that is missing is as far as can be. */
static void split_range(const char *range, char low[32], char high[32])
{
	const char *dots = range ? strstr(range, "..") : NULL;

	low[0] = high[0] = '\0';
	if (!dots || dots - range >= 32 || strlen(dots + 2) >= 32)
		return;
	memcpy(low, range, (size_t)(dots - range));
	low[dots - range] = '\0';
	memcpy(high, dots + 2, strlen(dots + 2) + 1);
}

static bool is_within(const char *range, int64_t n, bool (*parse)(const char *, int64_t *))
{
	char low[32], high[32];
	int64_t edge;

	split_range(range, low, high);
	if (*low && parse(low, &edge) && n < edge)
		return false;
	return !(*high && parse(high, &edge) && n > edge);
}

static bool set_whole(struct setting *s, bool (*parse)(const char *, int64_t *),
		      const char *no_such)
{
	int64_t n;

	if (!parse(s->value, &n))
		return refuse(s, "%s", no_such);
	if (!is_within(s->option->range, n, parse))
		return refuse(s, "is not within %s", s->option->range);
	*(int64_t *)s->member = n;
	return true;
}

static bool set_int(struct setting *s)
{
	return set_whole(s, text_to_int, "is no whole number");
}

static bool set_duration(struct setting *s)
{
	return set_whole(s, text_duration, "is no time: write 10s, 5m, 4h, 1d or 250ms");
}

static bool to_number(const char *value, double *n)
{
	char *end;

	if (!*value || !strchr("0123456789.-", *value) || strpbrk(value, "xXpP"))
		return false;
	errno = 0;
	*n = strtod(value, &end);
	return !errno && !*end && isfinite(*n);
}

static bool set_number(struct setting *s)
{
	char low[32], high[32];
	double n, edge;

	if (!to_number(s->value, &n))
		return refuse(s, "is no number");
	split_range(s->option->range, low, high);
	if ((to_number(low, &edge) && n < edge) || (to_number(high, &edge) && n > edge))
		return refuse(s, "is not within %s", s->option->range);
	*(double *)s->member = n;
	return true;
}

static bool set_bool(struct setting *s)
{
	return text_to_bool(s->value, s->member) || refuse(s, "is neither true nor false");
}

static bool set_choice(struct setting *s)
{
	size_t size = strlen(s->value), n;
	int64_t place = 0;

	for (const char *at = s->option->range; at && *at; place++) {
		n = strcspn(at, "|");
		if (n == size && !memcmp(at, s->value, n)) {
			*(int64_t *)s->member = place;
			return true;
		}
		at += n + (at[n] == '|');
	}
	return refuse(s, "is none of %s", s->option->range ? s->option->range : "nothing");
}

static bool set_list(struct setting *s)
{
	size_t n = *s->value != '\0';
	const char **item;
	char *at;

	for (const char *p = s->value; *p; p++) {
		n += *p == '\n';
		if (form_is_control((unsigned char)*p) && *p != '\n' && *p != '\t')
			return refuse(s, "has a control character");
	}
	item = arena_alloc(s->arena, (n + 1) * sizeof *item);
	at = arena_copy(s->arena, s->value, strlen(s->value));
	if (!item || !at)
		return refuse(s, "needs more memory than there is");
	for (size_t i = 0; i < n; i++)
		item[i] = strsep(&at, "\n");
	*(const char *const **)s->member = item;
	return true;
}

static const struct {
	const char *name;
	size_t bytes, align;
	bool (*set)(struct setting *);
} type[] = {
	[OPTION_TYPE_TEXT] = {"text", sizeof(char *), _Alignof(char *), set_text},
	[OPTION_TYPE_HOST] = {"host", sizeof(char *), _Alignof(char *), set_host},
	[OPTION_TYPE_INT] = {"int", sizeof(int64_t), _Alignof(int64_t), set_int},
	[OPTION_TYPE_NUMBER] = {"number", sizeof(double), _Alignof(double), set_number},
	[OPTION_TYPE_BOOL] = {"bool", sizeof(bool), _Alignof(bool), set_bool},
	[OPTION_TYPE_DURATION] = {"duration", sizeof(int64_t), _Alignof(int64_t), set_duration},
	[OPTION_TYPE_CHOICE] = {"choice", sizeof(int64_t), _Alignof(int64_t), set_choice},
	[OPTION_TYPE_LIST] = {"list", sizeof(char **), _Alignof(char **), set_list},
	[OPTION_TYPE_URL] = {"url", sizeof(char *), _Alignof(char *), set_url},
	[OPTION_TYPE_FILE] = {"file", sizeof(char *), _Alignof(char *), set_file},
	[OPTION_TYPE_CRON] = {"cron", sizeof(char *), _Alignof(char *), set_cron},
	[OPTION_TYPE_ZONE] = {"zone", sizeof(char *), _Alignof(char *), set_zone},
};
#define TYPES (sizeof type / sizeof *type)

const char *option_type_name(uint32_t number)
{
	return number && number < TYPES ? type[number].name : NULL;
}

uint32_t option_type_of(const char *name)
{
	for (uint32_t i = 1; i < TYPES; i++)
		if (!strcmp(type[i].name, name))
			return i;
	return 0;
}

size_t option_member_bytes(uint32_t number)
{
	return number && number < TYPES ? type[number].bytes : 0;
}

const struct module_option *option_find(const struct module_head *head, const char *name)
{
	for (const struct module_option *o = head->option; o && o->name; o++)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

static bool set(const struct module_option *o, void *options, struct arena *arena,
		const char *value, struct text *wrong)
{
	struct setting s = {.option = o,
			    .value = value,
			    .arena = arena,
			    .wrong = wrong,
			    .member = (char *)options + o->offset};

	if (!option_type_name(o->type))
		return refuse(&s, "is of a type this nines does not know");
	if (strlen(value) > OPTION_VALUE_BYTES)
		return refuse(&s, "is longer than %d bytes", OPTION_VALUE_BYTES);
	return type[o->type].set(&s);
}

/* What an option without a default holds: nothing, but never NULL. */
static bool set_nothing(const struct module_option *o, void *options, struct arena *arena)
{
	void *member = (char *)options + o->offset;
	const char **none = arena_alloc(arena, sizeof *none);

	if (!none)
		return false;
	if (o->type == OPTION_TYPE_LIST)
		*(const char *const **)member = none;
	else if (type[o->type].set == set_text || type[o->type].set == set_host ||
		 type[o->type].set == set_url || type[o->type].set == set_file ||
		 type[o->type].set == set_cron || type[o->type].set == set_zone)
		*(const char **)member = "";
	return true;
}

bool option_defaults(const struct module_head *head, void *options, struct arena *arena,
		     struct text *wrong)
{
	for (const struct module_option *o = head->option; o && o->name; o++) {
		if (!option_type_name(o->type) || !set_nothing(o, options, arena)) {
			text_printf(wrong, "%s: no memory left, or a type this nines does not know",
				    o->name);
			return false;
		}
		if (o->standard && !set(o, options, arena, o->standard, wrong))
			return false;
	}
	return true;
}

static bool refuse_unknown(const struct module_head *head, const char *name, struct text *wrong)
{
	const struct module_option *o = head->option;
	const char *nearest;
	size_t n = 0;

	while (o && o[n].name)
		n++;
	nearest = n ? option_nearest(name, &o->name, n, sizeof *o) : NULL;
	text_puts(wrong, "unknown option '");
	text_add_safe(wrong, name, strlen(name), 60);
	text_printf(wrong, "' of %s '%s'", head->kind ? "module" : "section", head->name);
	if (nearest)
		text_printf(wrong, ": did you mean '%s'?", nearest);
	return false;
}

bool option_set(const struct module_head *head, void *options, struct arena *arena,
		const char *name, const char *value, struct text *wrong)
{
	const struct module_option *o = option_find(head, name);

	return o ? set(o, options, arena, value, wrong) : refuse_unknown(head, name, wrong);
}

static bool is_among(const char *name, const char *const *given)
{
	for (; given && *given; given++)
		if (!strcmp(*given, name))
			return true;
	return false;
}

bool option_complete(const struct module_head *head, const void *options, const char *const *given,
		     struct text *wrong)
{
	(void)options;
	for (const struct module_option *o = head->option; o && o->name; o++) {
		if (!(o->flags & OPTION_IS_REQUIRED) || is_among(o->name, given))
			continue;
		text_printf(wrong, "%s: %s '%s' cannot do without it (%s)", o->name,
			    head->kind ? "module" : "section", head->name, o->help ? o->help : "");
		return false;
	}
	return true;
}

const char *option_nearest(const char *name, const void *names, size_t count, size_t stride)
{
	return text_nearest(name, names, count, stride);
}

static const char *reveal(const struct map *secrets, const struct module_option *o,
			  const char *value)
{
	int64_t number;

	if (!o || !(o->flags & OPTION_IS_SECRET) ||
	    strncmp(value, SECRET_MARK, strlen(SECRET_MARK)) != 0)
		return value;
	return text_to_int(value + strlen(SECRET_MARK), &number)
		       ? map_find(secrets, (uint64_t)number)
		       : NULL;
}

bool option_read(const struct module_head *head, void *options, struct arena *arena,
		 const struct line *l, const struct map *secrets, struct text *wrong)
{
	const char *given[OPTION_ENTRIES + 1], *value;
	size_t n = 0;

	if (!option_defaults(head, options, arena, wrong))
		return false;
	for (size_t i = 0; i < l->words; i++) {
		const char *name = l->word[i].key + 4;

		if (strncmp(l->word[i].key, "opt.", 4) != 0)
			continue;
		value = reveal(secrets, option_find(head, name), l->word[i].value);
		if (!value) {
			text_printf(wrong, "the secret of option '%s' was not handed over", name);
			return false;
		}
		if (!option_set(head, options, arena, name, value, wrong))
			return false;
		if (n < OPTION_ENTRIES)
			given[n++] = name;
	}
	given[n] = NULL;
	return option_complete(head, options, given, wrong);
}
