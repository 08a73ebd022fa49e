/* tests/fuzz/fuzz_http: any bytes as what a server says and as what a user or a server names:
 * status line, header lines, body, redirect target, list of numbers. */
#include <nines/web.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/fiber/http_exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* As libcurl gives it: line by line, then the rest in one piece. */
static void hear(struct http_exchange *x, char *at, size_t size)
{
	char *end;

	while (size && !x->has_head) {
		end = memchr(at, '\n', size);
		if (!end || http_on_header(at, 1, (size_t)(end + 1 - at), x) == 0)
			break;
		size -= (size_t)(end + 1 - at);
		at = end + 1;
	}
	if (size)
		http_on_body(at, 1, size, x);
}

static void judge_answer(char *at, size_t size)
{
	struct probe_host host = {0};
	static const struct check_module module = {.head.name = "fuzz"};
	struct probe p = {
		.magic = PROBE_MAGIC, .host = &host, .order.module = &module, .reason = ""};
	struct tls_options tls = {0};
	struct http_ask ask = {.tls = &tls, .body_most = 64, .follows = true};
	struct http_handle handle = {.easy = curl_easy_init()};
	struct http_exchange x = {
		.probe = &p, .ask = &ask, .handle = &handle, .wants_status = true};

	arena_init(&p.arena, NULL, 0, PROBE_ARENA_BYTES);
	hear(&x, at, size);
	if (x.status > 999 || x.body.size > ask.body_most || x.head.size > HTTP_HEAD_BYTES)
		abort();
	arena_release(&p.arena);
	curl_easy_cleanup(handle.easy);
}

static void judge_address(const char *text)
{
	struct http_url base, url;

	http_url_parse(&base, NULL, "http://a.test/x/y");
	if (!http_url_parse(&url, &base, text) &&
	    (!url.scheme || strncmp(url.text, "http", 4) != 0))
		abort();
	http_url_release(&url);
	http_url_release(&base);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *version;
	char *copy = malloc(size + 1);

	memcpy(copy, input, size);
	copy[size] = '\0';
	http_status_line((const char *)input, size, &version);
	web_status_in(copy, 200);
	judge_address(copy);
	judge_answer(copy, size);
	free(copy);
	return 0;
}
