/* tests/unit/http_parts: the pure parts of HTTP: status lines, addresses, redirects, status lists.
 */
#include <nines/web.h>

#include "../../core/fiber/http.h"
#include "../lib/tap.h"

static struct arena arena;

static const struct {
	const char *line;
	int status; /* -1: none */
	const char *version;
} status_line[] = {
	{"HTTP/1.1 200 OK\r\n", 200, "1.1"},
	{"HTTP/1.0 404 Not Found\r\n", 404, "1.0"},
	{"HTTP/2 204\r\n", 204, "2"},
	{"HTTP/3 200 \r\n", 200, "3"},
	{"HTTP/1.1 200\r\n", 200, "1.1"},
	{"HTTP/1.1 200\n", 200, "1.1"},
	{"HTTP/1.1 200", 200, "1.1"},
	{"HTTP/1.1 999 x\r\n", 999, "1.1"},
	{"HTTP/1.1 20 x\r\n", -1, NULL},
	{"HTTP/1.1 099 x\r\n", -1, NULL},
	{"HTTP/1.1 2000 x\r\n", -1, NULL},
	{"HTTP/1.1 2x0 x\r\n", -1, NULL},
	{"HTTP/1.1  200 x\r\n", -1, NULL},
	{"HTTP/1.1 -20 x\r\n", -1, NULL},
	{"HTTP/1.1 \r\n", -1, NULL},
	{"HTTP/1.1\r\n", -1, NULL},
	{"HTTP/1.2 200 OK\r\n", -1, NULL},
	{"HTTP/9.9 200 OK\r\n", -1, NULL},
	{"http/1.1 200 OK\r\n", -1, NULL},
	{"HTTP/", -1, NULL},
	{"HTTP", -1, NULL},
	{"", -1, NULL},
};

static void test_status_lines(void)
{
	const char *version;

	for (size_t i = 0; i < sizeof status_line / sizeof *status_line; i++) {
		const char *line = status_line[i].line;
		int status = http_status_line(line, strlen(line), &version);

		ok(status == status_line[i].status &&
				(status < 0 || !strcmp(version, status_line[i].version)),
			"status line %zu is %d", i, status_line[i].status);
	}
}

static const struct {
	const char *base, *text;   /* base NULL: absolute */
	const char *is, *host;     /* NULL: refused */
	int64_t port;
} address[] = {
	{NULL, "http://a.test/", "http://a.test/", "a.test", 80},
	{NULL, "https://a.test/x?y=z", "https://a.test/x?y=z", "a.test", 443},
	{NULL, "http://a.test:8080/", "http://a.test:8080/", "a.test", 8080},
	{NULL, "http://a.test", "http://a.test/", "a.test", 80},
	{NULL, "http://joe:hush@a.test/x#part", "http://a.test/x", "a.test", 80},
	{NULL, "http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1", 80},
	{NULL, "http://127.1/", "http://127.0.0.1/", "127.0.0.1", 80},
	{NULL, "http://0x7f000001/", "http://127.0.0.1/", "127.0.0.1", 80},
	{NULL, "http://2130706433/", "http://127.0.0.1/", "127.0.0.1", 80},
	{NULL, "http://0177.0.0.1/", "http://127.0.0.1/", "127.0.0.1", 80},
	{NULL, "http://0xa9fea9fe/", "http://169.254.169.254/", "169.254.169.254", 80},
	{NULL, "http://[::1]:81/", "http://[::1]:81/", "[::1]", 81},
	{NULL, "http://a.test/a/../b", "http://a.test/b", "a.test", 80},
	{NULL, "http://a.test/a b", "http://a.test/a%20b", "a.test", 80},
	{"http://a.test/x/y", "z", "http://a.test/x/z", "a.test", 80},
	{"http://a.test/x/y", "/z", "http://a.test/z", "a.test", 80},
	{"http://a.test/x/y", "?z", "http://a.test/x/y?z", "a.test", 80},
	{"http://a.test/x/y", "//b.test/z", "http://b.test/z", "b.test", 80},
	{"https://a.test:444/x/y", "../z", "https://a.test:444/z", "a.test", 444},
	{"http://joe:hush@a.test/x", "z", "http://a.test/z", "a.test", 80},
	{"http://a.test/", "https://b.test/", "https://b.test/", "b.test", 443},
	{NULL, "HTTP://A.test/", "http://A.test/", "A.test", 80},
	{NULL, "http://a.test:/", "http://a.test/", "a.test", 80},
	{NULL, "http://a.test:0080/x#y", "http://a.test/x", "a.test", 80},
	{NULL, "http://a.test?x", "http://a.test/?x", "a.test", 80},
	{NULL, "http://a.test/?x=/../y", "http://a.test/?x=/../y", "a.test", 80},
	{NULL, "http://127.1:81/", "http://127.0.0.1:81/", "127.0.0.1", 81},
	{NULL, "http://a@b@c.test/", "http://c.test/", "c.test", 80},
	{NULL, "http://a_b.test/\xc3\xbc", "http://a_b.test/%C3%BC", "a_b.test", 80},
	{"http://a.test/x/y?q", "", "http://a.test/x/y?q", "a.test", 80},
	{"http://a.test/x/y?q", "#z", "http://a.test/x/y?q", "a.test", 80},
	{"http://a.test/x/y?q", "z?r#s", "http://a.test/x/z?r", "a.test", 80},
	{"http://a.test/x/y/", ".", "http://a.test/x/y/", "a.test", 80},
	{"http://a.test/x/y/", "..", "http://a.test/x/", "a.test", 80},
	{"http://a.test/x/y", "../../../z/./w", "http://a.test/z/w", "a.test", 80},
	{"http://a.test/x", "z/..", "http://a.test/", "a.test", 80},
	{"http://a.test/x", "...", "http://a.test/...", "a.test", 80},
	{"https://[::1]:444/x", "z", "https://[::1]:444/z", "[::1]", 444},
	{"http://a.test:81/x", "//b.test", "http://b.test/", "b.test", 80},
	{"http://a.test/x", "http:z", NULL, NULL, 0},
	{"http://a.test/x", "javascript:alert(1)", NULL, NULL, 0},
	{NULL, "http://a b.test/", NULL, NULL, 0},
	{NULL, "http://a%41.test/", NULL, NULL, 0},
	{NULL, "http://[127.0.0.1]/", NULL, NULL, 0},
	{NULL, "http://[::1]x/", NULL, NULL, 0},
	{NULL, "http://[fe80::1%25lo]/", NULL, NULL, 0},
	{NULL, "http://a.test:8o/", NULL, NULL, 0},
	{NULL, "http://a.test:-1/", NULL, NULL, 0},
	{NULL, "//a.test/", NULL, NULL, 0},
	{NULL, "h", NULL, NULL, 0},
	{"http://a.test/", "file:///etc/passwd", NULL, NULL, 0},
	{"http://a.test/", "ftp://b.test/", NULL, NULL, 0},
	{"http://a.test/", "gopher://b.test/", NULL, NULL, 0},
	{"http://a.test/", "http://b.test:0/", NULL, NULL, 0},
	{"http://a.test/", "http://b.test:65536/", NULL, NULL, 0},
	{"http://a.test/", "http://b.test:99999999999/", NULL, NULL, 0},
	{"http://a.test/", "http:///", NULL, NULL, 0},
	{"http://a.test/", "http://[::1", NULL, NULL, 0},
	{"http://a.test/", "http://a.test/\tx", NULL, NULL, 0},
	{NULL, "http://xn--b-wga.test/", "http://xn--b-wga.test/", "xn--b-wga.test", 80},
	{NULL, "http://\xc3\xbc.test/", NULL, NULL, 0},
	{"http://a.test/", "http://\xc3\xbc.test/", NULL, NULL, 0},
	{"http://a.test/", "http://0x7f\xcf\xcb/", NULL, NULL, 0},
	{NULL, "a.test", NULL, NULL, 0},
	{NULL, "", NULL, NULL, 0},
	{NULL, "http://", NULL, NULL, 0},
	{NULL, "http://a.test/\r\nX: y", NULL, NULL, 0},
};

static void test_addresses(void)
{
	for (size_t i = 0; i < sizeof address / sizeof *address; i++) {
		struct http_url base = {0}, url;
		const char *wrong;

		if (address[i].base)
			http_url_parse(&arena, &base, NULL, address[i].base);
		wrong = http_url_parse(
			&arena, &url, address[i].base ? &base : NULL, address[i].text);
		if (!address[i].is)
			ok(wrong != NULL, "address %zu is refused", i);
		else if (ok(!wrong && url.port == address[i].port, "address %zu: its port", i)) {
			same(url.text, address[i].is, "its text");
			same(url.host, address[i].host, "its host");
			ok(*url.target == '/', "its target");
		}
	}
}

static const struct {
	const char *a, *b;
	bool is_same;
} origin[] = {
	{"http://a.test/", "http://A.test/x", true},
	{"http://a.test/", "http://a.test:80/", true},
	{"https://a.test/", "https://a.test:443/", true},
	{"http://a.test/", "https://a.test/", false},
	{"http://a.test/", "http://a.test:81/", false},
	{"http://a.test/", "http://b.a.test/", false},
	{"http://a.test/", "http://a.test.evil.test/", false},
};

static void test_origins(void)
{
	for (size_t i = 0; i < sizeof origin / sizeof *origin; i++) {
		struct http_url a, b;

		http_url_parse(&arena, &a, NULL, origin[i].a);
		http_url_parse(&arena, &b, NULL, origin[i].b);
		ok(http_url_is_same_origin(&a, &b) == origin[i].is_same, "%s and %s: %s",
			origin[i].a, origin[i].b, origin[i].is_same ? "same" : "another");
	}
}

static const struct {
	int status;
	const char *method;
	bool leads;
	const char *then;
	bool has_body;
} lead[] = {
	{200, "GET", false, "GET", true},
	{300, "GET", false, "GET", true},
	{301, "GET", true, "GET", true},
	{301, "POST", true, "GET", false},
	{302, "POST", true, "GET", false},
	{302, "PUT", true, "PUT", true},
	{303, "PUT", true, "GET", false},
	{303, "HEAD", true, "HEAD", true},
	{304, "GET", false, "GET", true},
	{305, "GET", false, "GET", true},
	{306, "GET", false, "GET", true},
	{307, "POST", true, "POST", true},
	{308, "POST", true, "POST", true},
	{309, "POST", false, "POST", true},
	{404, "GET", false, "GET", true},
};

static void test_leads(void)
{
	for (size_t i = 0; i < sizeof lead / sizeof *lead; i++) {
		const char *method = lead[i].method, *body = "x";
		bool leads = http_leads_on(lead[i].status, &method, &body);

		ok(leads == lead[i].leads && !strcmp(method, lead[i].then) &&
				!!body == lead[i].has_body,
			"%d after %s", lead[i].status, lead[i].method);
	}
}

static const struct {
	const char *header;
	bool travels;
} header[] = {
	{"Accept: text/html", true},
	{"accept-language: de", true},
	{"User-Agent: x", true},
	{"Content-Type: application/json", true},
	{"Authorization: Basic x", false},
	{"Cookie: a=b", false},
	{"Host: a.test", false},
	{"X-Api-Key: 1", false},
	{"Acceptance: 1", false},
	{"Accept", true},
	{"", false},
};

static void test_headers(void)
{
	for (size_t i = 0; i < sizeof header / sizeof *header; i++)
		ok(http_header_travels(header[i].header) == header[i].travels, "'%s' %s",
			header[i].header, header[i].travels ? "travels" : "stays");
}

static const struct {
	const char *list;
	int status, is_in;
} list[] = {
	{"100-399", 100, 1},
	{"100-399", 399, 1},
	{"100-399", 400, 0},
	{"100-399", 99, 0},
	{"100-399", 0, 0},
	{"100-399", 999, 0},
	{"200", 200, 1},
	{"200", 201, 0},
	{"200,204,300-399", 204, 1},
	{"200,204,300-399", 350, 1},
	{"200,204,300-399", 203, 0},
	{" 200 , 204 ", 204, 1},
	{"900-999", 999, 1},
	{"", 200, -1},
	{",", 200, -1},
	{"200,", 200, -1},
	{"200 204", 200, -1},
	{"-200", 200, -1},
	{"200-", 200, -1},
	{"399-100", 200, -1},
	{"1000", 200, -1},
	{"2xx", 200, -1},
	{"99999999999999999999", 200, -1},
};

static void test_lists(void)
{
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		ok(web_status_in(list[i].list, list[i].status) == list[i].is_in,
			"%d in '%s': %d", list[i].status, list[i].list, list[i].is_in);
}

int main(void)
{
	arena_init(&arena, NULL, 0, 1 << 20);
	test_status_lines();
	test_addresses();
	test_origins();
	test_leads();
	test_headers();
	test_lists();
	arena_release(&arena);
	return done_testing();
}
