/* import/fetch: asks a server of Prometheus for the history of its blackbox probes, over its HTTP
 * API. See import.h.
 *
 * It is asked for the samples as they were scraped (a range selector), not for its reading of them
 * at points of a grid (query_range), which repeats a sample for five minutes when none follows: a
 * gap has to stay one. The time is cut into pages; a page that is too much for the server or for
 * us is halved. */
#include <curl/curl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "prometheus.h"

#define PAGE_MOST_US (INT64_C(86400) * CLOCK_SECOND)
#define PAGE_LEAST_US (60 * CLOCK_SECOND)
#define ANSWER_BYTES (16u << 20)
#define ANSWER_S 120L
#define CONNECT_S 10L
#define UNPROCESSABLE 422 /* more samples than it may load */
#define UNAVAILABLE 503   /* longer than it may take */
#define TOKEN_BYTES 4096

struct asking {
	struct import *im;
	const char *url;
	CURL *curl;
	struct text success, seconds; /* the answers */
	bool is_too_large;
};

static size_t take_bytes(char *bytes, size_t one, size_t count, void *with)
{
	struct text *answer = with;

	if (answer->size + one * count > ANSWER_BYTES)
		return CURL_WRITEFUNC_ERROR;
	text_add(answer, bytes, one * count);
	return one * count;
}

static void add_url(struct asking *a, struct text *url, const char *metric, int64_t from_us,
		    int64_t to_us)
{
	struct text query = {0};
	char *escaped;
	long long last_ms = to_us / 1000 - 1;

	text_printf(&query, "%s[%lldms]", metric, last_ms + 1 - (long long)(from_us / 1000));
	escaped = curl_easy_escape(a->curl, query.at, (int)query.size);
	text_puts(url, a->url);
	while (url->size && url->at[url->size - 1] == '/')
		url->size--;
	text_printf(url, "/api/v1/query?query=%s&time=%lld.%03lld", escaped ? escaped : "",
		    last_ms / 1000, last_ms % 1000);
	curl_free(escaped);
	text_release(&query);
}

/* What the server itself says is wrong, where it says it. */
static void tell_status(struct asking *a, long status, const struct text *answer)
{
	json_t *whole = json_loadb(text_get(answer), answer->size, 0, NULL);
	const char *said = json_string_value(json_object_get(whole, "error"));
	char *elsewhere = NULL;

	curl_easy_getinfo(a->curl, CURLINFO_REDIRECT_URL, &elsewhere);
	if (status == 401 || status == 403)
		import_problem(a->im,
			       "HTTP status %ld: put its user and password into ~/.netrc, or name "
			       "the file of its token with --token-file",
			       status);
	else if (elsewhere)
		import_problem(a->im, "HTTP status %ld: it leads to '%.*s': write that URL", status,
			       (int)strcspn(elsewhere, "?"), elsewhere);
	else
		import_problem(a->im, "HTTP status %ld%s%s", status, said ? ": " : "",
			       said ? said : "");
	json_decref(whole);
}

static bool ask(struct asking *a, const char *metric, int64_t from_us, int64_t to_us,
		struct text *answer)
{
	char why[CURL_ERROR_SIZE] = "";
	struct text url = {0};
	long status = 0;
	CURLcode code;

	text_clear(answer);
	add_url(a, &url, metric, from_us, to_us);
	curl_easy_setopt(a->curl, CURLOPT_URL, url.at);
	curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(a->curl, CURLOPT_ERRORBUFFER, why);
	code = curl_easy_perform(a->curl);
	curl_easy_setopt(a->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
	text_release(&url);
	a->is_too_large = code == CURLE_WRITE_ERROR ||
			  (code == CURLE_OK &&
			   (status == UNPROCESSABLE || status == UNAVAILABLE));
	if (a->is_too_large && to_us - from_us >= 2 * PAGE_LEAST_US)
		return false;
	if (code == CURLE_WRITE_ERROR)
		import_problem(a->im, "a minute of it is more than %u MB", ANSWER_BYTES >> 20);
	else if (code != CURLE_OK)
		import_problem(a->im, "%s", *why ? why : curl_easy_strerror(code));
	else if (status != 200)
		tell_status(a, status, answer);
	return code == CURLE_OK && status == 200;
}

static void ask_pages(struct asking *a)
{
	struct import *im = a->im;
	int64_t page_us = PAGE_MOST_US, from_us = im->from_us, to_us;
	size_t before = im->problem_count;

	while (from_us < im->to_us && im->problem_count == before) {
		to_us = im->to_us - from_us > page_us ? from_us + page_us : im->to_us;
		if (ask(a, "probe_success", from_us, to_us, &a->success) &&
		    ask(a, "probe_duration_seconds", from_us, to_us, &a->seconds)) {
			prometheus_take(im, &a->success, &a->seconds, from_us, to_us);
			from_us = to_us;
		} else if (a->is_too_large) {
			page_us = (to_us - from_us) / 2 / CLOCK_SECOND * CLOCK_SECOND;
		}
	}
}

static bool prepare(struct asking *a)
{
	a->curl = curl_easy_init();
	return a->curl &&
	       curl_easy_setopt(a->curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(a->curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(a->curl, CURLOPT_TIMEOUT, ANSWER_S) == CURLE_OK &&
	       curl_easy_setopt(a->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S) == CURLE_OK &&
	       curl_easy_setopt(a->curl, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL) == CURLE_OK &&
	       curl_easy_setopt(a->curl, CURLOPT_USERAGENT, "nines") == CURLE_OK &&
	       curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK;
}

/* A token in the words of a command is seen likewise, so it is in a file. */
static bool take_token(struct asking *a)
{
	struct import *im = a->im;
	const char *url = im->file;
	char token[TOKEN_BYTES];
	FILE *f = im->token_file ? import_open(im, im->token_file) : NULL;
	size_t n = f ? fread(token, 1, sizeof token - 1, f) : 0, size;
	bool is_fine;

	if (!im->token_file)
		return true;
	if (!f)
		return false;
	token[n] = '\0';
	size = strcspn(token, " \r\n");
	is_fine = size && size + strspn(token + size, " \r\n") == n;
	token[size] = '\0';
	for (size_t i = 0; i < size; i++)
		is_fine = is_fine && token[i] > ' ' && token[i] < 127;
	if (!is_fine)
		import_problem(im, "is no file of one token: write it alone into one line");
	else if (curl_easy_setopt(a->curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER) != CURLE_OK ||
		 curl_easy_setopt(a->curl, CURLOPT_XOAUTH2_BEARER, token) != CURLE_OK)
		is_fine = false;
	explicit_bzero(token, sizeof token);
	fclose(f);
	im->file = url;
	return is_fine;
}

/* A password in a URL is seen by everybody who lists processes, and would stand in problems. */
static bool judge_url(struct import *im, const char *url)
{
	const char *host = strstr(url, "://");

	if ((strncmp(url, "http://", 7) && strncmp(url, "https://", 8)) || !host[3]) {
		import_problem(im, "no URL: write one like http://127.0.0.1:9090");
		return false;
	}
	if (strcspn(host + 3, "@") < strcspn(host + 3, "/")) {
		im->file = "the URL";
		import_problem(im, "no user and password here: put them into ~/.netrc");
		return false;
	}
	if (strpbrk(url, "?# ")) {
		import_problem(im, "write the server's URL without a query");
		return false;
	}
	return true;
}

void import_read_prometheus(struct import *im, const char *url)
{
	struct asking a = {.im = im, .url = url};

	if (!judge_url(im, url))
		return;
	if (!prepare(&a))
		import_problem(im, "no memory to ask it");
	else if (take_token(&a))
		ask_pages(&a);
	curl_easy_cleanup(a.curl);
	text_release(&a.success);
	text_release(&a.seconds);
}
