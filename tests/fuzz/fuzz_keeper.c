/* tests/fuzz/fuzz_keeper: any lines from any end, at any time: the keeper goes on and leaks
 * nothing. The first letter of a line says whose it is (b prober, p parent, r recorder, c client, l
 * its loop, m courier), a digit behind it lets 10^n us pass first. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/line.h"
#include "../../core/keeper/keeper.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static struct text out[6];
static const char letter[] = "bprclm";

static struct text *line_for(void *with, struct keeper_end to)
{
	(void)with;
	if (out[to.kind].size > 1 << 20)
		text_clear(&out[to.kind]);
	return to.number % 7 == 6 ? NULL : &out[to.kind];
}

static int64_t later(int64_t now, char digit)
{
	int64_t us = 1;

	for (; digit > '0' && digit <= '9'; digit--)
		us *= 10;
	return now + us;
}

static void feed(struct keeper *k, int64_t now, char *at, size_t size)
{
	const char *kind = at[0] ? strchr(letter, at[0]) : NULL;
	struct line l;

	if (kind && size > 2 && !line_parse(&l, at + 2, size - 2))
		keeper_take(k, now, now * 2,
			    (struct keeper_end){(enum keeper_end_kind)(kind - letter), 1}, &l);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct keeper_out to = {.line = line_for};
	struct keeper *k = keeper_new(&to);
	char *copy = malloc(size + 1), *newline;
	int64_t now = 1000000;

	memcpy(copy, input, size);
	copy[size] = '\0';
	keeper_tick(k, now, now);
	for (char *at = copy; at < copy + size; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(copy + size - at));
		if (!newline)
			break;
		if (newline - at > 2)
			now = later(now, at[1]);
		feed(k, now, at, (size_t)(newline - at));
		keeper_tick(k, now, now * 2);
	}
	keeper_free(k);
	free(copy);
	for (int i = 0; i < 5; i++)
		text_release(&out[i]);
	return 0;
}
