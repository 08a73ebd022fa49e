/* tests/fuzz/fuzz_json: any bytes as a document, and lines before it as conditions and named
 * values: what is read is judged, every refusal has a reason. The document begins behind an empty
 * line. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../core/json/condition.h"
#include "../../core/json/document.h"

#define LINES 32

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* Either something comes out, or a reason; the reason has no control characters. */
static void explain(bool is_fine, const struct text *why)
{
	if (!is_fine && !why->size)
		abort();
	for (size_t i = 0; i < why->size; i++)
		if ((unsigned char)why->at[i] < ' ')
			abort();
}

static void judge(const char *written, json_t *document, struct arena *arena)
{
	struct json_condition c;
	struct text why = {0};

	if (!json_condition_read(&c, arena, written, &why))
		explain(false, &why);
	else
		explain(json_condition_holds(&c, document, &why), &why);
	json_condition_release(&c);
	text_release(&why);
}

static void find(const char *written, json_t *document, struct arena *arena)
{
	struct json_value v;
	struct text why = {0};
	double number = 0;

	if (!json_value_read(&v, arena, written, &why))
		explain(false, &why);
	else
		explain(json_value_find(&v, document, &number, &why), &why);
	if (!isfinite(number) || strlen(v.name) >= JSON_NAME_BYTES)
		abort();
	text_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *copy = malloc(size + 1), *at = copy, *line, *bytes;
	struct text why = {0};
	struct arena arena;
	json_t *document;

	if (!copy)
		return 0;
	memcpy(copy, input, size);
	copy[size] = '\0';
	bytes = memmem(copy, size, "\n\n", 2);
	bytes = bytes ? bytes + 2 : copy + size;
	if (bytes > copy + 1 && bytes[-1] == '\n')
		bytes[-2] = '\0';
	arena_init(&arena, NULL, 0, 1 << 20);
	if (json_read(bytes, (size_t)(copy + size - bytes), &document, &why)) {
		explain(false, &why);
		document = json_object();
	}
	for (int i = 0; i < LINES && (line = strsep(&at, "\n")) && line < bytes; i++) {
		judge(line, document, &arena);
		find(line, document, &arena);
	}
	json_decref(document);
	arena_release(&arena);
	text_release(&why);
	free(copy);
	return 0;
}
