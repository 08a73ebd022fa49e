/* tests/unit/http_read: what is made of an answer, whole and cut at each of its bytes: the status,
 * the page, or why it is none. Of both, RFC 9112 has the last word; where libraries are lenient and
 * it lets them be, so are we. */
#include "../../core/fiber/http.h"

#include <stdlib.h>

#include "../../core/base/memory.h"
#include "../lib/tap.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define HEX15 "000000000000000"

static struct probe_host host;
static struct probe probe;
static struct http_answer answer;

static const struct {
	const char *raw;
	int status;	   /* 0: no good answer */
	const char *body;  /* or, of no good one, what the reason begins with */
} row[] = {
	{OK "Content-Length: 2\r\n\r\nhi", 200, "hi"},
	{OK "content-LENGTH:2 \t\r\n\r\nhi", 200, "hi"},
	{OK "Content-Length: 2\nX: y\n\nhi", 200, "hi"},
	{"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
	{"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, ""},
	{"HTTP/1.0 200 OK\r\n\r\nhi", 200, "hi"},
	{OK "\r\n", 200, ""},
	{OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
	{OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", 0, "two Content-Lengths"},
	{OK "Content-Length: 2, 2\r\n\r\nhi", 0, "malformed Content-Length '2, 2'"},
	{OK "Content-Length: +2\r\n\r\nhi", 0, "malformed Content-Length '+2'"},
	{OK "Content-Length:\r\n\r\nhi", 0, "malformed Content-Length ''"},
	{OK "Content-Length: 0x2\r\n\r\nhi", 0, "malformed Content-Length '0x2'"},
	{OK "Content-Length: 2 2\r\n\r\nhi", 0, "malformed Content-Length '2 2'"},
	{OK "Content-Length: 9999999999999999999\r\n\r\nhi", 0, "malformed Content-Length '99"},
	{OK "Content-Length: 3\r\n\r\nhi", 0, "body ended after 2 of 3 bytes"},
	/* a field over several lines */
	{OK "Content-Length:\r\n 2\r\n\r\nhi", 200, "hi"},
	{OK "Content-Length: 1\r\n 2\r\n\r\nhi", 0, "malformed Content-Length '1"},
	{OK "X: y\r\n Content-Length: 1\r\n\r\nhi", 200, "hi"},
	{OK "X: y\r\n \r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
	{OK "Transfer-Encoding:\r\n\tchunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200, "hi"},
	{OK " X: y\r\n\r\n", 0, "malformed header line ' X: y'"},
	/* lines that are none */
	{OK "X y\r\n\r\n", 0, "malformed header line 'X y'"},
	{OK ": y\r\n\r\n", 0, "malformed header line ': y'"},
	{OK "Content-Length : 2\r\n\r\nhi", 0, "malformed header line 'Content-Length : 2'"},
	{OK "X: a\rb\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
	{OK "X: y\r\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
	/* chunks */
	{CHUNKED "2\r\nhi\r\n0\r\n\r\n", 200, "hi"},
	{CHUNKED "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", 200, "hi"},
	{CHUNKED "002;a=\"b\"\r\nhi\r\n000 ; x\r\nX: y\r\n\r\n", 200, "hi"},
	{CHUNKED "2\nhi\n0\n\n", 200, "hi"},
	{CHUNKED "2 \r\nhi\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n", 200, "hi"},
	{CHUNKED "A\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789"},
	{CHUNKED HEX15 "2\r\nhi\r\n0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "-2\r\nhi\r\n0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "0x2\r\nhi\r\n0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "\r\nhi\r\n0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "2\r\nhi0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "2\r\nhi\r\r\n0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "1\r\nhi\r\n0\r\n\r\n", 0, "broken chunked body"},
	{CHUNKED "2\r\nhi\r\n", 0, "chunked body ended before its last chunk"},
	{CHUNKED "2\r\nhi\r\n0\r\n", 0, "chunked body ended before its last chunk"},
	{CHUNKED "2\r\nhi\r\n0\r\nX: y\r\n", 0, "chunked body ended before its last chunk"},
	{OK "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200,
	 "hi"},
	{OK "Transfer-Encoding: CHUNKED\r\nContent-Length: 9\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200,
	 "hi"},
	{OK "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
	{OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0,
	 "unknown Transfer-Encoding 'gzip"},
	{OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0,
	 "unknown Transfer-Encoding 'chunked'"},
	{OK "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 0,
	 "unknown Transfer-Encoding 'xchunked'"},
	/* interim answers */
	{"HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi", 200, "hi"},
	{"HTTP/1.1 103 x\r\nContent-Length: 9\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi", 200, "hi"},
	{"HTTP/1.1 103 x\r\nTransfer-Encoding: chunked\r\n\r\n" OK "\r\nhi", 200, "hi"},
	{"HTTP/1.1 102 x\r\n\r\n", 102, ""},
	{"HTTP/1.1 101 x\r\n\r\n", 101, ""},
	{"HTTP/1.1 100 x\r\n\r\nHTT", 0, "connection closed by peer in its header"},
	{"HTTP/1.1 100 x\r\n\r\nhello", 0, "wanted an HTTP answer, got 'h"},
	/* no body */
	{"HTTP/1.1 204 x\r\nContent-Length: 9\r\n\r\n", 204, ""},
	{"HTTP/1.1 304 x\r\nTransfer-Encoding: chunked\r\n\r\n", 304, ""},
	/* no answer */
	{"", 0, "connection closed by peer before its answer"},
	{"H", 0, "connection closed by peer in its header"},
	{OK, 0, "connection closed by peer in its header"},
	{OK "Content-Le", 0, "connection closed by peer in its header"},
	{"HTTP/1.2 200 OK\r\n\r\n", 0, "malformed status line: it has no HTTP version"},
	{"HTTP/1.1 099 OK\r\n\r\n", 0, "malformed status line: its number"},
	{"HTTP/1.1 2000\r\n\r\n", 0, "malformed status line: its number"},
	{"http/1.1 200 OK\r\n\r\n", 0, "wanted an HTTP answer, got 'h"},
	{"\r\n" OK "\r\n", 0, "wanted an HTTP answer, got ''"},
};

static void begin(bool decodes, size_t body_most)
{
	static const struct check_module module = {.head.name = "case"};

	probe = (struct probe){.magic = PROBE_MAGIC,
			       .host = &host,
			       .order.module = &module,
			       .lacks = memory_lacks(),
			       .reason = ""};
	arena_init(&probe.arena, NULL, 0, PROBE_ARENA_BYTES);
	answer = (struct http_answer){.probe = &probe,
				      .peer = "peer",
				      .follows = true,
				      .decodes = decodes,
				      .body_most = body_most};
}

static void end(void)
{
	probe_release_deferred(&probe);
	arena_release(&probe.arena);
}

/* Each piece in memory of its own. */
static void hear(const char *at, size_t size, size_t piece)
{
	for (size_t n; size; at += n, size -= n) {
		char *copy;

		n = size < piece ? size : piece;
		copy = malloc(n);
		memcpy(copy, at, n);
		http_take(&answer, copy, n);
		free(copy);
	}
	http_end(&answer);
}

static bool is_wanted(size_t i)
{
	const char *body = answer.body.at ? answer.body.at : "";

	if (!row[i].status)
		return answer.fault && !strncmp(answer.fault, row[i].body, strlen(row[i].body));
	return !answer.fault && answer.place == HTTP_DONE && answer.status == row[i].status &&
	       !strcmp(body, row[i].body);
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		size_t size = strlen(row[i].raw), wrong = 0;

		for (size_t piece = 1; piece <= size + 1; piece++) {
			begin(false, HTTP_BODY_BYTES);
			hear(row[i].raw, size, piece);
			if (!is_wanted(i)) {
				printf("# in pieces of %zu: %d, '%s'\n", piece, answer.status,
				       answer.fault ? answer.fault : answer.body.at);
				wrong++;
			}
			end();
		}
		ok(!wrong, "answer %zu is '%s', however it is cut", i, row[i].body);
	}
}

static void test_joined(void)
{
	const char raw[] = OK "Location: /a\r\nRetry-After:\r\n\t 9\r\nLocation: /b\r\n\r\n";

	begin(false, 10);
	hear(raw, sizeof raw - 1, 3);
	same(answer.head.at, OK "Location: /a\r\nRetry-After:  \t 9\r\nLocation: /b\r\n\r\n",
	     "a field over two lines is one line in the head that is kept");
	same(answer.location, "/a", "the first Location counts");
	end();
}

static void test_excess(void)
{
	const char raw[] = OK "Content-Length: 2\r\n\r\nhi!", none[] = "HTTP/1.1 204 x\r\n\r\nhi!";

	begin(false, 10);
	hear(raw, sizeof raw - 1, sizeof raw);
	same(answer.fault, "body longer than its Content-Length", "bytes behind the end");
	end();
	begin(false, 10);
	hear(none, sizeof none - 1, sizeof none);
	ok(!answer.fault && !answer.body_bytes, "behind an answer without a body nobody looks");
	end();
}

static void test_caps(void)
{
	char line[1024] = "X: y";

	begin(false, 3);
	hear(OK "\r\nhello", strlen(OK) + 7, 1024);
	ok(!answer.fault && answer.is_cut && answer.body.size == 3 && answer.body_bytes == 5,
	   "a body past its cap is cut, and good");
	same(answer.body.at, "hel", "what is kept of it");
	end();
	begin(false, 3);
	http_take(&answer, OK, strlen(OK));
	for (int i = 0; i < 98; i++)
		http_take(&answer, "X: y\r\n", 6);
	ok(!answer.fault, "99 lines of a head");
	http_take(&answer, "\r\n", 2);
	ok(!answer.fault && answer.has_head, "100 lines");
	end();
	begin(false, 3);
	memset(line + 3, 'y', sizeof line - 3);
	http_take(&answer, OK, strlen(OK));
	for (int i = 0; i < 63; i++)
		http_take(&answer, line, sizeof line);
	ok(!answer.fault, "a line of 63 KB");
	http_take(&answer, line, sizeof line);
	ok(answer.fault && !strncmp(answer.fault, "too long: header of more than 64 KB", 35),
	   "one of 64");
	end();
	begin(false, 3);
	http_take(&answer, CHUNKED "1;", strlen(CHUNKED "1;"));
	for (int i = 0; i < 4; i++)
		http_take(&answer, line, sizeof line);
	http_take(&answer, line, sizeof line);
	ok(answer.fault && !strncmp(answer.fault, "too long: chunk extension", 25),
	   "an extension of a chunk that is too long");
	end();
}

int main(void)
{
	test_rows();
	test_joined();
	test_excess();
	test_caps();
	return done_testing();
}
