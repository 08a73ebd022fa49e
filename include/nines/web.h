/* nines/web.h: what the modules http and https share, and any check that judges a page: its options
 * and its verdict.
 *
 * Include it in a check module, embed OPTIONS_WEB("http") in the option table of a struct
 * web, call web_run(), and web_is_sane() from judge(). The verdict: a complete answer came, its
 * status is one of expect-status (100-399: 1xx, 2xx and 3xx pass; 4xx, 5xx, none or any other
 * number fail), expect-body is in the body and refuse-body is not, and as JSON it says what
 * expect-json wants. After redirects the last answer is judged. */
#ifndef NINES_WEB_H
#define NINES_WEB_H

#include <nines/check.h>
#include <string.h>

struct web {
	const char *url, *host;
	int64_t port;
	const char *method, *body, *user, *password;
	const char *const *header;
	const char *expect_status, *expect_body, *refuse_body;
	const char *const *expect_json, *const *value_json;
	int64_t follow;
	struct tls_options tls;
};

/* `schemes` of the url: "http", "http|https". */
#define OPTIONS_WEB(schemes)                                                                       \
	OPTION_(struct web, url, "url", OPTION_TYPE_URL, NULL, schemes, 0, "the page to ask for"), \
		OPTION_(struct web, host, "host", OPTION_TYPE_HOST, NULL, NULL, 0,                 \
			"instead of url: its page /"),                                             \
		OPTION_(struct web, port, "port", OPTION_TYPE_INT, NULL, "1..65535", 0,            \
			"with host: TCP port"),                                                    \
		OPTION_(struct web, method, "method", OPTION_TYPE_TEXT, NULL, NULL, 0,             \
			"GET, or POST when there is a body; or any other"),                        \
		OPTION_(struct web, header, "header", OPTION_TYPE_LIST, NULL, NULL, 0,             \
			"lines 'Name: value' to send"),                                            \
		OPTION_TEXT(struct web, body, "", "text to send"),                                 \
		OPTION_TEXT(struct web, user, "", "name for basic authentication"),                \
		OPTION_SECRET(struct web, password, "password for basic authentication"),          \
		OPTION_(struct web, expect_status, "expect-status", OPTION_TYPE_TEXT, "100-399",   \
			NULL, 0, "numbers that pass: 200,204,300-399"),                            \
		OPTION_(struct web, expect_body, "expect-body", OPTION_TYPE_TEXT, "", NULL, 0,     \
			"text the page must contain"),                                             \
		OPTION_(struct web, refuse_body, "refuse-body", OPTION_TYPE_TEXT, "", NULL, 0,     \
			"text the page must not contain"),                                         \
		OPTION_(struct web, expect_json, "expect-json", OPTION_TYPE_LIST, "", NULL,        \
			OPTION_HAS_ESCAPES,                                                        \
			"what the page, JSON, must say: data.state == \"ok\""),                    \
		OPTION_(struct web, value_json, "value-json", OPTION_TYPE_LIST, "", NULL,          \
			OPTION_HAS_ESCAPES,                                                        \
			"numbers of the page, JSON, that are kept: queue = data.queue.length"),    \
		OPTION_INT(struct web, follow, 5, "0..20", "redirects to follow at most"),         \
		OPTIONS_TLS(struct web, tls)

/* A number of at most three digits at *at, or -1. */
static inline int web_number(const char **at)
{
	int number = 0, digits = 0;

	for (; **at >= '0' && **at <= '9' && digits < 4; ++*at, digits++)
		number = number * 10 + (**at - '0');
	return digits > 0 && digits < 4 ? number : -1;
}

/* Is `status` in a list such as "200,204,300-399"? -1 when the text is no such list. Pure. */
static inline int web_status_in(const char *list, int status)
{
	int low, high, found = 0;

	for (;; list++) {
		list += strspn(list, " ");
		low = high = web_number(&list);
		if (*list == '-') {
			list++;
			high = web_number(&list);
		}
		if (low < 0 || high < low)
			return -1;
		found |= status >= low && status <= high;
		list += strspn(list, " ");
		if (!*list)
			return found;
		if (*list != ',')
			return -1;
	}
}

/* Is the name in front of `written` that of another value, before it in the list or of every page?
 */
static inline bool web_value_is_taken(const char *const *list, const char *written)
{
	static const char *const own[] = {"status", "body_bytes", "certificate_days", NULL};
	size_t at = strspn(written, " \t"), size = strcspn(written + at, " \t:=");
	const char *const *other = own;

	for (; *other && (strlen(*other) != size || memcmp(*other, written + at, size)); other++)
		;
	for (; !*other && *list != written; list++) {
		size_t from = strspn(*list, " \t");

		if (strcspn(*list + from, " \t:=") == size &&
		    !memcmp(*list + from, written + at, size))
			return true;
	}
	return *other;
}

/* Of all options but what their types say; the first URL's scheme is the module's. judge() of a
 * module that has them calls it. Pure. */
static inline bool web_is_sane(const struct web *o, const char *scheme, struct check_judgement *j)
{
	size_t size = strlen(scheme);
	char why[200];
	bool is_fine = true;

	if (*o->url && (*o->host || o->port))
		is_fine = check_wrong(j, *o->host ? "host" : "port", 0,
				      "url already says host and port: leave it out");
	else if (*o->url && (strncmp(o->url, scheme, size) || strncmp(o->url + size, "://", 3)))
		is_fine = check_wrong(
			j, "url", 0, "'%.100s' does not begin with %s://", o->url, scheme);
	else if (!*o->url && !*o->host)
		is_fine = check_wrong(j, "url", 0, "neither url nor host is given");
	if (web_status_in(o->expect_status, 0) < 0)
		is_fine = check_wrong(j, "expect-status", 0, "'%.100s' is no list like 200,300-399",
				      o->expect_status);
	for (size_t i = 0; o->expect_json[i]; i++)
		if (!probe_json_is_condition(o->expect_json[i], why, sizeof why))
			is_fine = check_wrong(j, "expect-json", i, "%s", why);
	for (size_t i = 0; o->value_json[i]; i++)
		if (!probe_json_is_value(o->value_json[i], why, sizeof why))
			is_fine = check_wrong(j, "value-json", i, "%s", why);
		else if (web_value_is_taken(o->value_json, o->value_json[i]))
			is_fine = check_wrong(j, "value-json", i,
					      "there is a value of that name already: '%.60s'",
					      o->value_json[i]);
	return is_fine;
}

/* "200 OK": the status line without its version. */
static inline const char *web_status_text(struct probe *p, const struct probe_http_answer *a)
{
	const char *space = strchr(a->head, ' ');
	size_t size = space ? strcspn(space + 1, "\r\n") : 0;

	while (size && space[size] == ' ')
		size--;
	return size ? probe_text(p, "%.*s", (int)size, space + 1) : "nothing";
}

static inline bool web_has(const struct probe_http_answer *a, const char *text)
{
	return memmem(a->body, a->body_kept, text, strlen(text)) != NULL;
}

/* Values first: a condition that does not hold is told beside them. */
static inline void web_judge_json(
	struct probe *p, const struct web *o, const struct probe_http_answer *a)
{
	const struct probe_json *page;

	if (!*o->expect_json && !*o->value_json)
		return;
	if (a->body_kept < a->body_bytes)
		probe_fail(p, "too long: JSON of more than %zu bytes", a->body_kept);
	page = probe_json(p, a->body, a->body_kept);
	for (size_t i = 0; o->value_json[i] && probe_ok(p); i++)
		probe_json_value(p, page, o->value_json[i]);
	for (size_t i = 0; o->expect_json[i] && probe_ok(p); i++)
		probe_json_expect(p, page, o->expect_json[i]);
}

static inline void web_judge(
	struct probe *p, const struct web *o, const struct probe_http_answer *a)
{
	if (!web_status_in(o->expect_status, a->status))
		probe_fail_in(p, "first-byte", "wanted status %s, got '%s'", o->expect_status,
			      web_status_text(p, a));
	if (*o->expect_body && !web_has(a, o->expect_body))
		probe_fail(p, "wanted '%s' in the page, which lacks it", o->expect_body);
	if (*o->refuse_body && web_has(a, o->refuse_body))
		probe_fail(p, "'%s' is in the page", o->refuse_body);
	web_judge_json(p, o, a);
}

static inline const char *web_url(struct probe *p, const struct web *o, const char *scheme)
{
	bool is_v6 = strchr(o->host, ':') && *o->host != '[';
	const char *url;

	if (*o->url)
		return o->url;
	url = probe_text(p, is_v6 ? "%s://[%s]" : "%s://%s", scheme, o->host);
	return o->port ? probe_text(p, "%s:%lld/", url, (long long)o->port)
		       : probe_text(p, "%s/", url);
}

static inline void web_run(struct probe *p, const struct web *o, const char *scheme)
{
	struct check_judgement wrong = {.why = ""};
	struct probe_http_answer answer;
	struct probe_http request = {
		.url = web_url(p, o, scheme),
		.method = o->method,
		.header = o->header,
		.body = *o->body ? o->body : NULL,
		.user = o->user,
		.password = o->password,
		.follow = o->follow,
		.tls = o->tls,
	};

	if (!web_is_sane(o, scheme, &wrong))
		probe_unknown(p, "%s: %s", wrong.option, wrong.why);
	if (!probe_http(p, &request, &answer))
		return;
	probe_value(p, "status", answer.status, "");
	probe_value(p, "body_bytes", (double)answer.body_bytes, "B");
	web_judge(p, o, &answer);
}

#endif
