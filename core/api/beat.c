/* api/beat: see beat.h. */
#include "beat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"
#include "../board/address.h"

/* ---- who has which address ---- */

/* Made of the checks' names and the secret, so that a request costs no more with many checks. */
static struct table {
	uint64_t made_of, changes;
	char shared[ADDRESS_BYTES], key[ADDRESS_KEY_BYTES + 1];
	struct map by_address; /* -> struct one */
	struct one {
		struct one *next;
		char *name, *slug, *module;
	} * all;
} table;

static void forget(void)
{
	struct one *o;

	while ((o = table.all)) {
		table.all = o->next;
		free(o->name);
		free(o->slug);
		free(o->module);
		free(o);
	}
	map_release(&table.by_address);
	table = (struct table){0};
}

static void add_one(const char *key, const struct overview_check *c)
{
	struct one *o = memory_new(sizeof *o);
	struct text slug = {0};
	char address[ADDRESS_BYTES];

	address_slug(&slug, c->name);
	address_of(key, c->name, address);
	*o = (struct one){.next = table.all,
			  .name = memory_text(c->name),
			  .slug = memory_text(text_get(&slug)),
			  .module = memory_text(c->module)};
	table.all = o;
	map_put_text(&table.by_address, address, o);
	text_release(&slug);
}

static uint64_t made_of(const struct overview *o, const char *key)
{
	struct text t = {0};
	uint64_t hash;

	text_puts(&t, key);
	for (size_t i = 0; i < o->checks; i++)
		if (address_has(o->check[i].module)) {
			text_printf(&t, "\n%s\t", o->check[i].module);
			text_puts(&t, o->check[i].name);
		}
	hash = map_hash(text_get(&t), t.size);
	text_release(&t);
	return hash;
}

/* False: there is no secret yet, so nobody has an address. */
static bool prepare(const struct site *s)
{
	const char *key = address_key(s->board);
	uint64_t hash;

	if (!*key || (table.changes == s->changes && !strcmp(table.key, key)))
		return *key != '\0';
	hash = made_of(s->overview, key);
	if (hash != table.made_of) {
		forget();
		for (size_t i = 0; i < s->overview->checks; i++)
			if (address_has(s->overview->check[i].module))
				add_one(key, &s->overview->check[i]);
		address_shared(key, table.shared);
		snprintf(table.key, sizeof table.key, "%s", key);
		table.made_of = hash;
	}
	table.changes = s->changes;
	return true;
}

const char *beat_check(const struct site *s, const char *address, const char *module)
{
	const struct one *o;

	if (strlen(address) != ADDRESS_BYTES - 1 || !prepare(s))
		return NULL;
	o = map_find_text(&table.by_address, address);
	return o && !strcmp(o->module, module) ? o->name : NULL;
}

int beat_shared(const struct site *s, const char *key, const char *slug, const char **name)
{
	int found = 0;

	if (!prepare(s) || !address_is(key, table.shared))
		return -1;
	for (const struct one *o = table.all; o; o = o->next)
		if (!strcmp(o->module, "heartbeat") && !strcmp(o->slug, slug)) {
			*name = o->name;
			found++;
		}
	return found;
}

bool beat_is_named(const char *name, const char *key)
{
	struct text slug = {0};
	size_t size = strlen(key);
	bool is_its;

	address_slug(&slug, name);
	is_its = size >= slug.size && !strcmp(key + size - slug.size, text_get(&slug)) &&
		 (size == slug.size || key[size - slug.size - 1] == '_');
	text_release(&slug);
	return is_its;
}

/* ---- what is said ---- */

/* A run's name is a UUID, or anything as plain. */
static bool is_run(const char *run)
{
	size_t size = strlen(run);

	return size <= 36 && strspn(run, "0123456789abcdefABCDEFghijklmnopqrstuvwxyz_-") == size;
}

/* `took_us` -1: it is not said. What follows can be no word of ours. */
static void add_said(struct text *t, int64_t took_us, const char *said, size_t size)
{
	struct text safe = {0};

	text_printf(t, " ~%lld ", (long long)took_us);
	text_add_safe(&safe, said, size, BEAT_TEXT_BYTES);
	text_add(t, text_get(&safe), safe.size);
	text_release(&safe);
}

static const char *const word[] = {"start", "fail", "log"};

/* The word of a module's for the event of a path; `rest` goes before the text. */
static const char *word_of(const char *event, int64_t *status)
{
	*status = -1;
	if (!*event)
		return "success";
	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (!strcmp(word[i], event))
			return word[i];
	return strlen(event) <= 3 && strspn(event, "0123456789") == strlen(event) &&
			       text_to_int(event, status) && *status <= 255
		       ? "exit"
		       : NULL;
}

enum beat_wrong beat_add(struct text *t, const char *event, const char *run, const char *body,
			 size_t size)
{
	struct text said = {0};
	const char *as;
	int64_t status;

	as = word_of(event, &status);
	if (!as || !is_run(run))
		return BEAT_MALFORMED;
	text_puts(t, as);
	if (*run)
		text_printf(t, " @%s", run);
	if (status >= 0)
		text_printf(&said, "%d ", (int)status);
	text_add(&said, body, size < BEAT_TEXT_BYTES ? size : BEAT_TEXT_BYTES);
	add_said(t, -1, said.at, said.size);
	text_release(&said);
	return BEAT_FINE;
}

enum beat_wrong beat_add_push(struct text *t, const char *status, const char *said,
			      const char *ping)
{
	double ms = strtod(ping, NULL);

	if (*status && strcmp(status, "up") && strcmp(status, "down"))
		return BEAT_MALFORMED;
	text_puts(t, strcmp(status, "down") ? "success" : "fail");
	add_said(t, *ping && ms >= 0 && ms < 1e12 ? (int64_t)(ms * 1000) : -1, said, strlen(said));
	return BEAT_FINE;
}

/* As Go writes it: "1h2m3.5s", "250ms". -1: no duration. */
static int64_t go_duration(const char *at)
{
	static const struct {
		const char *unit;
		double us;
	} unit[] = {{"ms", 1e3},   {"us", 1},   {"µs", 1}, {"ns", 1e-3},
		    {"h", 3600e6}, {"m", 60e6}, {"s", 1e6}};
	double sum = 0, number;
	char *end;
	size_t i;

	for (; *at; at = end + strlen(unit[i].unit)) {
		number = strtod(at, &end);
		for (i = 0; i < sizeof unit / sizeof *unit; i++)
			if (!strncmp(end, unit[i].unit, strlen(unit[i].unit)))
				break;
		if (end == at || i == sizeof unit / sizeof *unit || !(number >= 0))
			return -1;
		sum += number * unit[i].us;
	}
	return sum < 1e15 ? (int64_t)sum : -1;
}

enum beat_wrong beat_add_external(struct text *t, const char *success, const char *said,
				  const char *duration)
{
	int64_t took_us = *duration ? go_duration(duration) : -1;

	if ((strcmp(success, "true") && strcmp(success, "false")) || (*duration && took_us < 0))
		return BEAT_MALFORMED;
	text_puts(t, *success == 't' ? "success" : "fail");
	add_said(t, took_us, said, strlen(said));
	return BEAT_FINE;
}
