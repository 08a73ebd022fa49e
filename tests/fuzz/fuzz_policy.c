/* tests/fuzz/fuzz_policy: any lines about zones, sla, maintenance and services: each is refused
 * with a reason, or taken whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/config/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

#define MOST_BYTES (1u << 20)

static size_t list_bytes(const char *const *list)
{
	size_t n = 0;

	for (; *list; list++)
		n += strlen(*list);
	return n;
}

/* Every text and list that a reader of the structure would follow. */
static size_t walk(const struct config_policies *all)
{
	size_t n = 0;

	for (const struct config_zone *z = all->zone; z; z = z->next)
		n += strlen(z->name) + z->size;
	for (const struct config_sla *s = all->sla; s; s = s->next) {
		n += strlen(s->name) + strlen(s->zone) + list_bytes(s->hours) +
		     list_bytes(s->holidays) + list_bytes(s->credits);
		if (strcmp(s->zone, "UTC") && !policy_zone(all, s->zone))
			abort();
		if (s->agreed.rules > HOURS_RULES || (!s->agreed.rules && *s->hours) ||
		    (s->closed && s->closed->days > HOLIDAYS_MOST))
			abort();
	}
	for (const struct config_maintenance *m = all->maintenance; m; m = m->next) {
		n += strlen(m->name) + list_bytes(m->services) + strlen(m->text);
		if (m->when.end_us <= m->when.start_us || (m->when.is_again && !m->when.length_us))
			abort();
	}
	for (const struct config_service *s = all->service; s; s = s->next) {
		n += strlen(s->name) + strlen(s->sla) + strlen(s->need) + list_bytes(s->members);
		if (s->needed < 1)
			abort();
	}
	return n;
}

static void feed(struct policy_reader *r, char *at, size_t size)
{
	struct text wrong = {0};
	struct line l;

	if (!line_parse(&l, at, size) && policy_take(r, &l, &wrong) == (wrong.size != 0))
		abort();
	text_release(&wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct config_policies all;
	struct policy_reader r;
	struct arena arena;
	char *copy = malloc(size + 1), *newline;

	memcpy(copy, input, size);
	copy[size] = '\0';
	arena_init(&arena, NULL, 0, MOST_BYTES);
	policy_begin(&r, &arena, &all);
	for (char *at = copy; at < copy + size; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(copy + size - at));
		if (!newline)
			break;
		feed(&r, at, (size_t)(newline - at));
	}
	if (walk(&all) > MOST_BYTES)
		abort();
	arena_release(&arena);
	free(copy);
	return 0;
}
