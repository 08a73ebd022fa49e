/* tests/fuzz/fuzz_http: any bytes as what a server says and as what a user or a server names: an
 * answer, whole and cut into pieces of any size, a redirect's target, a list of numbers. However it
 * is cut, an answer comes to the same. */
#include <nines/web.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/memory.h"
#include "../../core/fiber/http.h"

#define BODY_BYTES 64

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* What a probe has, and no more. */
struct listener {
	struct probe_host host;
	struct probe probe;
	struct http_answer answer;
};

static void begin(struct listener *l, unsigned choice)
{
	static const struct check_module module = {.head.name = "fuzz"};

	*l = (struct listener){0};
	l->probe = (struct probe){.magic = PROBE_MAGIC,
				  .host = &l->host,
				  .order.module = &module,
				  .lacks = memory_lacks(),
				  .reason = ""};
	arena_init(&l->probe.arena, NULL, 0, PROBE_ARENA_BYTES);
	l->answer = (struct http_answer){.probe = &l->probe,
					 .peer = "peer",
					 .has_no_body = choice & 1,
					 .follows = choice & 2,
					 .decodes = choice & 4,
					 .body_most = BODY_BYTES};
}

static void end(struct listener *l)
{
	probe_release_deferred(&l->probe);
	arena_release(&l->probe.arena);
	text_release(&l->probe.words);
	text_release(&l->probe.numbers);
}

static void hear(struct listener *l, const char *at, size_t size, size_t piece)
{
	struct http_answer *a = &l->answer;
	char copy[256]; /* so that reading past a piece is seen */

	for (size_t n; size && a->place != HTTP_DONE && !a->fault; at += n, size -= n) {
		n = size < piece ? size : piece;
		if (n > sizeof copy)
			n = sizeof copy;
		memcpy(copy, at, n);
		http_take(a, copy, n);
	}
	http_end(a);
	if (!l->probe.has_failed && a->place != HTTP_DONE && !a->fault)
		abort();
	if (a->status > 999 || a->body.size > BODY_BYTES || a->head.size > HTTP_HEAD_BYTES)
		abort();
}

/* Bytes behind the end are seen only when they come with it. */
static bool is_about_the_end(const struct http_answer *a)
{
	return a->is_cut || (a->fault && strstr(a->fault, "longer than"));
}

static void compare(const struct http_answer *a, const struct http_answer *b)
{
	if (is_about_the_end(a) || is_about_the_end(b))
		return;
	if (a->status != b->status || !a->fault != !b->fault || a->body.size != b->body.size)
		abort();
	if (a->body.size && memcmp(a->body.at, b->body.at, a->body.size) != 0)
		abort();
}

static void judge_answer(const char *at, size_t size, unsigned choice)
{
	struct listener whole, cut;

	begin(&whole, choice);
	begin(&cut, choice);
	hear(&whole, at, size, 256);
	hear(&cut, at, size, 1 + choice % 7);
	if (!(choice & 4)) /* what has begun to be decompressed is kept, though it is broken then */
		compare(&whole.answer, &cut.answer);
	end(&whole);
	end(&cut);
}

static void judge_address(const char *text)
{
	struct http_url base, url, again;
	struct arena arena;

	arena_init(&arena, NULL, 0, 1 << 20);
	http_url_parse(&arena, &base, NULL, "http://a.test/x/y");
	if (!http_url_parse(&arena, &url, &base, text)) {
		if (!url.scheme || strncmp(url.text, "http", 4) != 0 || *url.target != '/')
			abort();
		if (http_url_parse(&arena, &again, NULL, url.text) &&
		    strlen(url.text) <= HTTP_URL_BYTES)
			abort();
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *version;
	char *copy = malloc(size + 1);

	memcpy(copy, input, size);
	copy[size] = '\0';
	http_status_line(copy, size, &version);
	web_status_in(copy, 200);
	judge_address(copy);
	for (unsigned choice = 0; choice < 8; choice++)
		judge_answer(copy, size, choice);
	free(copy);
	return 0;
}
