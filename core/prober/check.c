/* prober/check: see check.h. */
#include "check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/memory.h"
#include "../module/common.h"
#include "../module/limit.h"
#include "../module/option.h"

#define OPTIONS_BYTES (1u << 20) /* of one check */
#define TIMEOUT_US    10000000

/* What the options will take: texts and lists, rounded up to the arena's sixteen. */
static size_t guess_bytes(const struct line *l, const struct module_head *head)
{
	size_t bytes = head->options_size + 64;

	for (const struct module_option *o = head->option; o->name; o++)
		bytes += (o->standard ? strlen(o->standard) : 0) + 32;
	for (size_t i = 0; i < l->words; i++)
		if (!strncmp(l->word[i].key, "opt.", 4))
			bytes += l->word[i].size * 2 + 64;
	return bytes;
}

/* Why the module cannot be used for this check, as a new text; NULL: it can. */
static char *judge_module(const struct line *l, const struct prober_module *m)
{
	const char *name = line_get(l, "module"), *build = line_get(l, "build");
	struct text t = {0};

	if (m && m->module && (!*build || !strcmp(build, m->build)))
		return NULL;
	text_puts(&t, "module '");
	text_add_safe(&t, name, strlen(name), 64);
	text_puts(&t, "' is not loaded: ");
	text_puts(&t, !m          ? "this prober was not given it"
		      : m->module ? "it was replaced by another build"
				  : m->refusal);
	return t.at;
}

/* A list of the line, NULL-terminated; its texts are the arena's. */
static const char *const *list_of(struct prober_check *c, const struct line *l, const char *key)
{
	const char *value = line_get(l, key);
	char *at = arena_copy(&c->arena, value, strlen(value));
	const char **list = arena_alloc(&c->arena, (LIMITS_MOST + 2) * sizeof *list);

	for (size_t i = 0; at && *at && list && i <= LIMITS_MOST; i++)
		list[i] = strsep(&at, "\n");
	return list;
}

static bool set_limits(struct prober_check *c, const struct line *l, struct text *wrong)
{
	if (!line_find(l, "warn") && !line_find(l, "crit"))
		return true;
	return limits_make(&c->arena, list_of(c, l, "warn"), list_of(c, l, "crit"), &c->limit,
			   &c->limits, wrong);
}

struct prober_check *prober_check_new(const struct line *l, const struct prober_module *m,
				      const struct map *secrets)
{
	char *refusal = judge_module(l, m);
	const struct module_head *head = refusal ? NULL : m->module->head;
	const char *name = line_get(l, "name");
	size_t room = strlen(name) + 32 + (head ? guess_bytes(l, head) : 0);
	struct prober_check *c = memory_new(sizeof *c + room);
	struct text wrong = {0};

	c->magic = PROBER_CHECK_MAGIC;
	c->users = 1;
	c->refusal = refusal;
	c->timeout_us = line_int(l, "timeout_us", TIMEOUT_US);
	c->slow_us = line_int(l, "slow_us", 0);
	c->address_family = common_family_of(line_get(l, "address_family"));
	arena_init(&c->arena, c + 1, room, OPTIONS_BYTES);
	c->name = arena_copy(&c->arena, name, strlen(name)); /* there is room for it */
	if (refusal)
		return c;
	c->module = m->module->check;
	c->options = arena_alloc(&c->arena, head->options_size);
	if (!c->options)
		text_puts(&wrong, "no memory for the options");
	else if (option_read(&c->module->head, c->options, &c->arena, l, secrets, &wrong) &&
		 set_limits(c, l, &wrong))
		return c;
	c->refusal = memory_text(text_get(&wrong));
	text_release(&wrong);
	return c;
}

void prober_check_leave(struct prober_check *c)
{
	assert(c->magic == PROBER_CHECK_MAGIC && c->users);
	if (--c->users)
		return;
	c->magic = 0;
	arena_release(&c->arena);
	free(c->refusal);
	free(c);
}
