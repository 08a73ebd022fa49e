/* fiber/http_engine: libcurl's multi handle on the process' loop, and the pool of easy handles.
 *
 * A prepared handle keeps all that is the same for every request; what a request adds is taken back
 * when the handle returns. Probes are woken outside libcurl, after curl_multi_info_read(). libcurl
 * is told to connect to a constant address and asks on_open() for the socket, where the judged
 * address is put in: no name is resolved, no DNS cache is searched. */
#include "http_exchange.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/map.h"
#include "../base/memory.h"
#include "../base/text.h"
#include "net.h"
#include "tls.h"

#define POOL_MOST 64 /* idle handles kept */
/* Before it a handle that is used again remembers, by a pointer to freed memory, the last header of
 * the transfer before: a server whose first header begins with a space crashes it (curl #11101). */
#define FORGETS_HEADERS 0x080100
#define READ_BYTES 4096L
#define AGENT "nines/1"

struct http_host {
	CURLM *multi;
	struct loop *loop;
	struct loop_timer timer;
	struct http_handle *idle;
	size_t idle_count;
	bool may_reuse; /* a handle that has read headers */
	struct http_exchange *ended; /* whose probes are to be woken without libcurl's word */
	struct curl_slist *nowhere;
	struct map stores; /* X509_STORE by ca-file */
};

/* ---- phases ---- */

void http_enter(struct http_exchange *x, enum http_phase phase)
{
	static const char *const step[] = {"connect", "tls", "request", "first-byte", "body"};

	while (x->phase < phase) {
		x->phase++;
		if (x->phase == HTTP_TLS && phase > HTTP_TLS)
			continue;
		probe_step(x->probe, step[x->phase]);
	}
}

/* Of a transfer that has ended; of one with a body libcurl does not tell. */
static bool was_sent(const struct http_handle *h)
{
	long size = 0;

	curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &size);
	return size > 0 && !h->exchange->ask->body;
}

/* The request is out when libcurl wants to read and no longer to write; or, on a busy machine, has
 * already met the end. */
static void note_sent(struct http_handle *h)
{
	if (h->exchange && h->exchange->phase == HTTP_REQUEST &&
		(h->is_watched ? !h->writes : was_sent(h)))
		http_enter(h->exchange, HTTP_FIRST_BYTE);
}

static int on_request(void *exchange, char *to, char *from, int to_port, int from_port)
{
	(void)to, (void)from, (void)to_port, (void)from_port;
	http_enter(exchange, HTTP_REQUEST);
	return CURL_PREREQFUNC_OK;
}

/* ---- sockets and time ---- */

static void end(struct http_exchange *x, CURLcode outcome)
{
	if (x->is_done)
		return;
	x->is_done = true;
	x->outcome = outcome;
	x->next_ended = x->handle->host->ended;
	x->handle->host->ended = x;
}

static curl_socket_t on_open(void *handle, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_exchange *x = ((struct http_handle *)handle)->exchange;
	int fd = socket(x->ask->to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)purpose;
	x->opened_us = clock_mono_us();
	if (fd < 0) {
		x->own_error = errno;
		return CURL_SOCKET_BAD;
	}
	if (!net_bind_source(x->probe, fd, x->ask->to.ss_family)) {
		close(fd);
		return CURL_SOCKET_BAD;
	}
	to->family = x->ask->to.ss_family;
	to->addrlen = x->ask->to_size;
	memcpy(&to->addr, &x->ask->to, x->ask->to_size);
	return fd;
}

static void reap(struct http_host *host)
{
	struct http_exchange *x;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(host->multi, &left))) {
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&x);
		assert(x->magic == HTTP_EXCHANGE_MAGIC);
		end(x, message->data.result);
	}
	while ((x = host->ended)) {
		host->ended = x->next_ended;
		probe_wake(x->probe);
	}
}

static void act(struct http_host *host, curl_socket_t fd, int what)
{
	int running;

	http_context_lend(true);
	curl_multi_socket_action(host->multi, fd, what, &running);
	http_context_lend(false);
}

static void on_ready(struct loop_watch *watch, uint32_t events)
{
	struct http_handle *h = (struct http_handle *)watch;
	struct http_host *host = h->host;
	int what = 0;

	if (events & (EPOLLIN | EPOLLHUP))
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		what |= CURL_CSELECT_ERR;
	act(host, watch->fd, what);
	note_sent(h);
	reap(host);
}

static void unwatch(struct http_handle *h)
{
	if (h->is_watched)
		loop_remove(h->host->loop, &h->watch);
	h->is_watched = false;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *host, void *known)
{
	struct http_exchange *x;
	struct http_handle *h;
	uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) |
		(what & CURL_POLL_OUT ? EPOLLOUT : 0);

	(void)host, (void)known;
	if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x) || !x)
		return 0;
	h = x->handle;
	if (what == CURL_POLL_REMOVE) {
		unwatch(h);
		return 0;
	}
	h->writes = what & CURL_POLL_OUT;
	if (h->is_watched ? loop_change(h->host->loop, &h->watch, events)
			  : loop_add(h->host->loop, &h->watch, fd, events)) {
		h->is_watched = x->was_watched = true;
		return 0;
	}
	x->own_error = errno;
	end(x, CURLE_COULDNT_CONNECT);
	return 0;
}

static int on_timer(CURLM *multi, long wait_ms, void *with)
{
	struct http_host *host = with;

	(void)multi;
	if (wait_ms < 0)
		loop_stop_timer(host->loop, &host->timer);
	else
		loop_set(host->loop, &host->timer, wait_ms ? clock_mono_us() + wait_ms * 1000 : 0);
	return 0;
}

static void on_time(struct loop_timer *timer)
{
	struct http_host *host = (struct http_host *)((char *)timer -
		offsetof(struct http_host, timer));

	act(host, CURL_SOCKET_TIMEOUT, 0);
	reap(host);
}

/* ---- handles ---- */

struct setting {
	CURLoption option;
	long value;
};

static const struct setting standard[] = {
	{CURLOPT_NOSIGNAL, 1}, {CURLOPT_FRESH_CONNECT, 1}, {CURLOPT_FORBID_REUSE, 1},
	{CURLOPT_DNS_CACHE_TIMEOUT, -1}, /* it holds one entry: nowhere */
	{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1}, {CURLOPT_BUFFERSIZE, READ_BYTES},
	{CURLOPT_UPLOAD_BUFFERSIZE, 16384}, {CURLOPT_SSL_SESSIONID_CACHE, 0},
	{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	{CURLOPT_CA_CACHE_TIMEOUT, 0}, /* it would keep the store of the first that came, for all */
	{CURLOPT_SSL_VERIFYPEER, 1}, /* on_tls() judges in its place */
	{CURLOPT_SSL_VERIFYHOST, 0},
	{CURLOPT_HTTP09_ALLOWED, 1}, /* http_on_body() refuses it, and says what came */
};

static void prepare(struct http_handle *h)
{
	CURL *e = h->easy;

	for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
		curl_easy_setopt(e, standard[i].option, standard[i].value);
	curl_easy_setopt(e, CURLOPT_CONNECT_TO, h->host->nowhere);
	curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_USERAGENT, AGENT);
	curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, h);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, http_on_body);
	curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, http_on_debug);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, http_on_tls);
}

static void free_handle(struct http_handle *h)
{
	curl_easy_cleanup(h->easy);
	free(h);
}

static struct http_handle *take_handle(struct http_host *host)
{
	struct http_handle *h = host->idle;

	if (h) {
		host->idle = h->next;
		host->idle_count--;
		return h;
	}
	h = memory_new(sizeof *h);
	h->host = host;
	h->watch.ready = on_ready;
	h->easy = curl_easy_init();
	if (!h->easy) {
		free(h);
		return NULL;
	}
	prepare(h);
	return h;
}

static bool is_plain(const struct http_ask *ask)
{
	return !strcmp(ask->method, "GET") && !ask->body && !ask->user && !ask->header &&
		!ask->encoding && !ask->renamed;
}

/* What the next request sets again anyway stays as it is. */
static void give_handle(struct http_handle *h, bool was_plain, bool has_headers)
{
	h->exchange = NULL;
	if (h->host->idle_count >= POOL_MOST || (has_headers && !h->host->may_reuse)) {
		free_handle(h);
		return;
	}
	if (!was_plain) {
		curl_easy_reset(h->easy);
		prepare(h);
	}
	h->next = h->host->idle;
	h->host->idle = h;
	h->host->idle_count++;
}

static void set_method(CURL *e, const struct http_ask *ask)
{
	if (!strcmp(ask->method, "HEAD")) {
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
		return;
	}
	if (ask->body || !strcmp(ask->method, "POST")) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, ask->body ? ask->body : "");
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(ask->body ? strlen(ask->body) : 0));
	}
	if (strcmp(ask->method, ask->body ? "POST" : "GET") != 0)
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, ask->method);
}

static void set_special(CURL *e, const struct http_ask *ask)
{
	set_method(e, ask);
	if (ask->user) {
		curl_easy_setopt(e, CURLOPT_USERNAME, ask->user);
		curl_easy_setopt(e, CURLOPT_PASSWORD, ask->password);
	}
	if (ask->header)
		curl_easy_setopt(e, CURLOPT_HTTPHEADER, ask->header);
	if (ask->encoding)
		curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, ask->encoding);
}

static bool load(struct http_exchange *x)
{
	CURL *e = x->handle->easy;

	x->handle->error[0] = '\0';
	if (!is_plain(x->ask))
		set_special(e, x->ask);
	curl_easy_setopt(e, CURLOPT_PRIVATE, x);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(e, CURLOPT_DEBUGDATA, x);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, x);
	curl_easy_setopt(e, CURLOPT_VERBOSE, (long)x->probe->order.wants_transcript);
	if (x->ask->renamed)
		return curl_easy_setopt(e, CURLOPT_CURLU, x->ask->renamed) == CURLE_OK;
	return curl_easy_setopt(e, CURLOPT_URL, x->ask->url) == CURLE_OK;
}

/* The connection is closed. */
static void give_context(struct http_exchange *x)
{
	if (!*x->ask->tls->client_cert && memory_lacks() == x->probe->lacks)
		http_context_give(&x->context);
	SSL_CTX_free(x->context);
	x->context = NULL;
}

/* Also on the way out of a probe that was abandoned while it waited. */
static void let_go(void *exchange)
{
	struct http_exchange *x = exchange, **at;
	struct http_handle *h = x->handle;

	if (!h)
		return;
	for (at = &h->host->ended; *at; at = &(*at)->next_ended)
		if (*at == x) {
			*at = x->next_ended;
			break;
		}
	curl_multi_remove_handle(h->host->multi, h->easy);
	unwatch(h);
	x->handle = NULL;
	give_handle(h, is_plain(x->ask), x->head_bytes > 0);
	give_context(x);
}

bool http_run(struct http_host *host, struct http_exchange *x)
{
	bool is_answered = false;

	x->magic = HTTP_EXCHANGE_MAGIC;
	x->wants_status = true;
	x->phase = HTTP_CONNECTS;
	x->handle = take_handle(host);
	if (!x->handle)
		return probe_unknown(x->probe, "no memory for another HTTP exchange");
	x->handle->exchange = x;
	probe_defer(x->probe, let_go, x);
	if (probe_ok(x->probe) && (!load(x) || curl_multi_add_handle(host->multi, x->handle->easy)))
		probe_unknown(x->probe, "no memory for another HTTP exchange");
	while (!x->is_done && probe_park(x->probe))
		;
	if (probe_ok(x->probe)) {
		curl_easy_getinfo(x->handle->easy, CURLINFO_OS_ERRNO, &x->os_error);
		is_answered = http_judge(x, x->handle->error);
	}
	let_go(x);
	return is_answered;
}

/* ---- the host ---- */

/* A file that has changed is another file; what it was stays with those who use it. */
static void name_store(struct text *name, const char *ca_file)
{
	struct stat seen = {0};

	stat(ca_file, &seen);
	text_printf(name, "%s %lld %lld %lld.%ld", ca_file, (long long)seen.st_ino,
		(long long)seen.st_size, (long long)seen.st_mtim.tv_sec, seen.st_mtim.tv_nsec);
}

static X509_STORE *make_store(const char *ca_file)
{
	X509_STORE *store = X509_STORE_new();
	uint64_t lacks = memory_lacks();

	if (store && tls_trust(store, ca_file) && memory_lacks() == lacks)
		return store;
	X509_STORE_free(store);
	return NULL;
}

X509_STORE *http_store(struct http_host *host, const char *ca_file)
{
	struct text name = {0};
	X509_STORE *store;

	if (*ca_file)
		name_store(&name, ca_file);
	store = map_find_text(&host->stores, text_get(&name));
	if (!store)
		store = make_store(ca_file);
	if (store)
		map_put_text(&host->stores, text_get(&name), store);
	text_release(&name);
	return store;
}

struct http_host *http_host_new(struct loop *loop)
{
	struct http_host *host;

	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_try, free, memory_try_resize,
		    memory_try_text, memory_try_new))
		return NULL;
	host = memory_new(sizeof *host);
	host->loop = loop;
	host->timer.fire = on_time;
	host->may_reuse = curl_version_info(CURLVERSION_NOW)->version_num >= FORGETS_HEADERS;
	host->multi = curl_multi_init();
	host->nowhere = curl_slist_append(NULL, "::127.0.0.1:");
	if (!host->multi || !host->nowhere) {
		http_host_free(host);
		return NULL;
	}
	/* OpenSSL reads its own files now */
	SSL_CTX_free(SSL_CTX_new_ex(tls_library(), NULL, TLS_client_method()));
	if (memory_lacks()) /* it never makes up for what it then missed */
		memory_end();
	curl_multi_setopt(host->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(host->multi, CURLMOPT_SOCKETDATA, host);
	curl_multi_setopt(host->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(host->multi, CURLMOPT_TIMERDATA, host);
	return host;
}

void http_host_free(struct http_host *host)
{
	struct http_handle *h;
	X509_STORE *store;
	size_t at = 0;

	if (!host)
		return;
	while ((h = host->idle)) {
		host->idle = h->next;
		free_handle(h);
	}
	loop_stop_timer(host->loop, &host->timer);
	curl_multi_cleanup(host->multi);
	curl_slist_free_all(host->nowhere);
	http_context_free_all();
	while ((store = map_next(&host->stores, &at)))
		X509_STORE_free(store);
	map_release(&host->stores);
	free(host);
	curl_global_cleanup();
}
