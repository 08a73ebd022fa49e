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

static bool set_options(struct notifier *n, const struct line *l, const struct map *secrets,
			struct text *wrong)
{
	const struct module_head *head = n->module->head;

	n->options = arena_alloc(&n->arena, head->options_size + 1);
	return n->options && option_read(head, n->options, &n->arena, l, secrets, wrong);
}

void notifier_open(struct notifier *n, const struct line *l, int fd, const struct map *secrets)
{
	struct text wrong = {0};

	*n = (struct notifier){.timeout_us = line_int(l, "timeout_us", TIMEOUT_US),
			       .address_family = common_family_of(line_get(l, "address_family"))};
	arena_init(&n->arena, NULL, 0, OPTIONS_BYTES);
	if (fd < 0)
		text_printf(&wrong, "module '%s' was not handed over", line_get(l, "module"));
	else
		n->module = module_open(fd, line_get(l, "module"), MODULE_NOTIFIER, &wrong);
	if (!n->module || !set_options(n, l, secrets, &wrong))
		n->refusal = memory_text(wrong.size ? text_get(&wrong) : "no memory for options");
	text_release(&wrong);
}
