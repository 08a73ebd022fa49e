/* courier/delivery: see delivery.h. */
#include "delivery.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define DELIVERY_MAGIC 0x64656c69u

struct delivery {
	uint32_t magic;
	struct letter *letter;
	struct delivery_order order;
	struct check_module as_check; /* what a probe runs */
	int answer; /* of deliver(); 0: it has not come back */
};

static const char *const outcome_name[] = {[LETTER_DELIVERED] = "delivered",
					   [LETTER_TRY_LATER] = "later",
					   [LETTER_GIVE_UP] = "gave-up"};

/* "delivered" "later" "gave-up"; NULL for no outcome. */
static const char *delivery_outcome_name(int outcome)
{
	return outcome >= LETTER_DELIVERED && outcome <= LETTER_GIVE_UP ? outcome_name[outcome]
									 : NULL;
}

static void run(struct probe *p, const void *options)
{
	struct delivery *d = p->order.with;

	assert(d->magic == DELIVERY_MAGIC);
	d->letter->probe = p;
	d->answer = (int)d->order.module->deliver(d->letter, options);
}

/* A module that came too late, or whose trouble was ours, cannot know. */
static enum letter_outcome judge(const struct delivery *d, const struct probe *p)
{
	if (d->letter->is_taken)
		return LETTER_DELIVERED;
	if (p->is_refused)
		return LETTER_GIVE_UP;
	if (!delivery_outcome_name(d->answer) || p->is_late || p->verdict == VERDICT_UNKNOWN)
		return LETTER_TRY_LATER;
	if (d->answer == LETTER_DELIVERED && p->has_failed)
		return LETTER_TRY_LATER;
	return (enum letter_outcome)d->answer;
}

static void add_reason(const struct delivery *d, struct probe *p, enum letter_outcome outcome,
		       struct text *line)
{
	struct text *own = &d->letter->reason;

	if (own->size)
		probe_strike_secrets(p, own->at, own->size);
	if (own->size)
		line_add(line, "reason", text_get(own));
	else if (*p->reason && !d->letter->is_taken)
		line_add(line, "reason", p->reason);
	else if (outcome != LETTER_DELIVERED)
		line_add(line, "reason",
			 d->answer ? "the notifier gave no reason"
				   : "the notifier gave no answer");
}

static void add_outcome(const struct delivery *d, struct probe *p, const struct text *result,
			struct text *line)
{
	static const char *const but[] = {"verdict", "reason", "late_us", "expect_us", "memory",
					  NULL};
	enum letter_outcome outcome = judge(d, p);
	struct line *l = memory_new(sizeof *l);
	char *copy = memory_new(result->size + 1);

	memcpy(copy, result->at, result->size);
	line_begin(line, "outcome", letter_id(d->letter));
	line_add(line, "outcome", outcome_name[outcome]);
	add_reason(d, p, outcome, line);
	line_add_int(line, "after_us", outcome == LETTER_TRY_LATER ? d->letter->after_us : 0);
	if (!line_parse(l, copy, result->size - 1))
		line_add_words(line, l, but);
	line_end(line);
	free(copy);
	free(l);
}

static void done(struct probe *p, const struct text *result, void *with)
{
	struct delivery *d = with;
	struct delivery_order order = d->order;
	struct letter *letter = d->letter;
	struct text line = {0};

	assert(d->magic == DELIVERY_MAGIC);
	add_outcome(d, p, result, &line);
	letter->probe = NULL;
	letter->delivery = NULL;
	d->magic = 0;
	free(d);
	order.done(letter, &line, order.with);
	text_release(&line);
}

void delivery_begin(struct probe_host *h, struct letter *letter, const struct delivery_order *order)
{
	struct delivery *d = memory_new(sizeof *d);
	struct probe_order probe = {
		.module = &d->as_check,
		.options = order->options,
		.id = "1", /* a number, so that the page of blame names the letter */
		.check = letter_id(letter),
		.item = "",
		.event = "",
		.memory = "",
		.source = "",
		.address_family = order->address_family,
		.timeout_us = order->timeout_us,
		.done = done,
		.with = d,
		.wants_transcript = order->wants_transcript,
		.is_strangers = *letter_word(letter, "stranger") != '\0',
	};

	d->magic = DELIVERY_MAGIC;
	d->letter = letter;
	letter->delivery = d;
	d->order = *order;
	d->as_check = (struct check_module){.head = order->module->head, .run = run};
	probe_begin(h, &probe);
}
