/* courier/notifier: see notifier.h. */
#include "notifier.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/memory.h"
#include "../module/common.h"
#include "../module/option.h"

#define OPTIONS_BYTES (1u << 20)
#define TIMEOUT_US    30000000
#define SECRET_MARK   "@secret:"

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

static bool set_option(struct notifier *n, const char *name, const char *typed,
		       const struct map *secrets, struct text *wrong)
{
	const struct module_head *head = n->module->head;
	const char *value = reveal(secrets, option_find(head, name), typed);

	if (value)
		return option_set(head, n->options, &n->arena, name, value, wrong);
	text_printf(wrong, "the secret of option '%s' was not handed over", name);
	return false;
}

static bool set_options(struct notifier *n, const struct line *l, const struct map *secrets,
			struct text *wrong)
{
	const struct module_head *head = n->module->head;
	const char *given[OPTION_ENTRIES + 1];
	size_t count = 0;

	n->options = arena_alloc(&n->arena, head->options_size + 1);
	if (!n->options || !option_defaults(head, n->options, &n->arena, wrong))
		return false;
	for (size_t i = 0; i < l->words; i++) {
		const char *name = l->word[i].key + 4;

		if (strncmp(l->word[i].key, "opt.", 4) != 0)
			continue;
		if (!set_option(n, name, l->word[i].value, secrets, wrong))
			return false;
		if (count < OPTION_ENTRIES)
			given[count++] = name;
	}
	given[count] = NULL;
	return option_complete(head, n->options, given, wrong);
}

static int family_of(const char *text)
{
	for (int i = 0; common_family[i]; i++)
		if (!strcmp(common_family[i], text))
			return common_family_number[i];
	return AF_UNSPEC;
}

void notifier_open(struct notifier *n, const struct line *l, int fd, const struct map *secrets)
{
	struct text wrong = {0};

	*n = (struct notifier){.timeout_us = line_int(l, "timeout_us", TIMEOUT_US),
			       .address_family = family_of(line_get(l, "address_family"))};
	arena_init(&n->arena, NULL, 0, OPTIONS_BYTES);
	if (fd < 0)
		text_printf(&wrong, "module '%s' was not handed over", line_get(l, "module"));
	else
		n->module = module_open(fd, line_get(l, "module"), MODULE_NOTIFIER, &wrong);
	if (!n->module || !set_options(n, l, secrets, &wrong))
		n->refusal = memory_text(wrong.size ? text_get(&wrong) : "no memory for options");
	text_release(&wrong);
}

void notifier_close(struct notifier *n)
{
	arena_release(&n->arena);
	free(n->refusal);
	*n = (struct notifier){0};
}
