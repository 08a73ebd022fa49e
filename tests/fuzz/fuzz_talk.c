/* tests/fuzz/fuzz_talk: any bytes as the list of the option talk, a line an item, and behind an
 * empty line as an answer that its words look at. */
#include <stdlib.h>

#include "../../modules/tcp/talk.c"

#define ITEMS 64

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* `listener` first: each mistake is of a place of its own, in order. */
struct heard {
	struct talk_listener listener;
	size_t items, times, last;
};

static void look(const struct talk_line *l, const char *answer, size_t size)
{
	const char *found = talk_find(answer, size, l->bytes, l->size);
	char text[16];
	double number;

	if (found && (found < answer || found + l->size > answer + size))
		abort();
	if (talk_number(l, answer, size, &number) && (!found || !isfinite(number)))
		abort();
	if (talk_text(l, answer, size, text, sizeof text) && strlen(text) >= sizeof text)
		abort();
}

static void count(struct talk_listener *l, size_t place, const char *why)
{
	struct heard *heard = (struct heard *)l;

	if (!*why || place >= heard->items || (heard->times++ && place <= heard->last))
		abort();
	heard->last = place;
}

/* Every text must lie in the room that was asked for: what the sanitizer watches. */
static void judge(const char *const *list, size_t items, const char *secret, const char *answer,
		  size_t size)
{
	struct talk_line *line = malloc(talk_list_room(list, secret));
	struct heard heard = {.listener.wrong = count, .items = items};
	int lines = line ? talk_read_list(line, list, secret, false, &heard.listener) : 0;

	if ((lines < 0) != (heard.times > 0))
		abort();
	for (int i = 0; i < lines; i++)
		look(&line[i], answer, size);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *copy = malloc(size + 1), *at = copy, *answer;
	const char *list[ITEMS + 1];
	size_t items = 0;

	if (!copy)
		return 0;
	memcpy(copy, input, size);
	copy[size] = '\0';
	answer = memmem(copy, size, "\n\n", 2);
	answer = answer ? answer + 2 : copy + size;
	if (answer > copy + 1 && answer[-1] == '\n')
		answer[-2] = '\0';
	while (items < ITEMS && at && *at)
		list[items++] = strsep(&at, "\n");
	list[items] = NULL;
	judge(list, items, "", answer, (size_t)(copy + size - answer));
	judge(list, items, "secret", answer, (size_t)(copy + size - answer));
	free(copy);
	return 0;
}
