/* Connections as modules see them: lines, replies, reads, several at once, foreign descriptors. A
 * child plays the server. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/base/link.h"
#include "../../core/fiber/net.h"
#include "../../core/prober/probe.h"
#include "../lib/tap.h"

enum ending { CLOSE, RESET, STAY };

static struct probe_host host;
static int64_t port;
static char verdict[16], reason[1024];

static void take(struct probe *p, const struct text *result, void *with)
{
	(void)result;
	snprintf(verdict, sizeof verdict, "%s", verdict_name[p->verdict]);
	snprintf(reason, sizeof reason, "%s", p->reason);
	for (char *end = reason; (end = strchr(end, '\n'));)
		*end = '/'; /* TAP is lines */
	*(bool *)with = true;
}

static void run_with(void (*run)(struct probe *, const void *), const char *source)
{
	struct check_module module = {.head.name = "case", .run = run};
	bool is_done = false;
	struct probe_order o = {.module = &module,
				.id = "1",
				.done = take,
				.with = &is_done,
				.source = source,
				.timeout_us = 2000000,
				.wants_transcript = true};

	probe_begin(&host, &o);
	while (!is_done)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
}

static int open_listener(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 16) != 0)
		exit(1);
	getsockname(fd, (struct sockaddr *)&a, &size);
	port = ntohs(a.sin_port);
	return fd;
}

static void play(int listener, const char *says, size_t size, size_t chunk, enum ending ending)
{
	struct linger at_once = {.l_onoff = 1};
	int fd = accept(listener, NULL, NULL), none = 0;
	char byte;

	setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &(int){1}, sizeof none);
	for (size_t i = 0; i < size; i += chunk)
		if (send(fd, says + i, size - i < chunk ? size - i : chunk, MSG_NOSIGNAL) < 0)
			break;
	if (ending == STAY)
		while (read(fd, &byte, 1) > 0)
			;
	if (ending == RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
	_exit(0);
}

/* One server that says so and ends so; one probe. */
static void converse(void (*run)(struct probe *, const void *), const char *says, size_t size,
		     size_t chunk, enum ending ending)
{
	int listener = open_listener();
	pid_t child = fork();

	if (child == 0)
		play(listener, says, size, chunk, ending);
	run_with(run, "");
	close(listener);
	waitpid(child, NULL, 0);
}

static void reply_220(struct probe *p, const void *options)
{
	(void)options;
	probe_dial(p, "127.0.0.1", port);
	probe_step(p, "banner");
	if (probe_reply(p, 220))
		probe_degrade(p, "%s", probe_reply_text(p));
}

static void reply_class(struct probe *p, const void *options)
{
	int code;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	code = probe_reply(p, 2);
	probe_degrade(p, "%d", code);
}

static void two_lines(struct probe *p, const void *options)
{
	const char *first, *second;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	first = probe_line(p);
	second = probe_line(p);
	probe_degrade(p, "%s|%s", first, second);
}

static void read_all(struct probe *p, const void *options)
{
	char some[1000];
	size_t n, all = 0;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	while ((n = probe_read(p, some, sizeof some)))
		all += n;
	probe_degrade(p, "%zu bytes", all);
}

static void starts_tls(struct probe *p, const void *options)
{
	(void)options;
	probe_dial(p, "127.0.0.1", port);
	probe_reply(p, 220);
	probe_start_tls(p, &(struct probe_tls){.no_verify = true});
}

/* Newer than the newest that it may be: no library can offer that. */
static void offers_nothing(struct probe *p, const void *options)
{
	const char *accepted;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	accepted = probe_offer_tls(p, &(struct probe_tls){.min_version = "1.3"}, "1.1", 1000000);
	probe_degrade(p, "offered, and got '%s'", accepted);
}

static void test_offer(void)
{
	converse(offers_nothing, "", 0, 1, CLOSE);
	same(reason, "our TLS library cannot offer such old versions", "what we lack is told");
	same(verdict, "unknown", "from what the server refuses");
}

/* CVE-2011-0411: what was said in plain text before the handshake must not count behind it. */
static void test_smuggling(void)
{
	static const char says[] = "220 go ahead\r\n250 smuggled\r\n";

	converse(starts_tls, says, sizeof says - 1, sizeof says, STAY);
	same(reason, "plain text before TLS: '250 smuggled\\x0d\\x0a'",
	     "injection before TLS is refused");
}

#define LINE_100                                                                                   \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567" \
	"890123456789"
#define LINE_1000 \
	LINE_100 LINE_100 LINE_100 LINE_100 LINE_100 LINE_100 LINE_100 LINE_100 LINE_100 LINE_100
#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *name;
	void (*run)(struct probe *, const void *);
	const char *says;
	size_t size;
	enum ending ending;
	const char *verdict, *reason; /* the reason's beginning */
} conversation[] = {
	{"one line", reply_220, TEXT("220 hello\r\n"), STAY, "degraded", "hello"},
	{"a code alone", reply_220, TEXT("220\r\n"), STAY, "degraded", ""},
	{"several lines", reply_220, TEXT("220-one\r\n220-two\r\n220 three\r\n"), STAY, "degraded",
	 "one/two/three"},
	{"free lines between", reply_220, TEXT("220-one\r\n 33 two\n221 no\n220 three\n"), STAY,
	 "degraded", "one/ 33 two/221 no/three"},
	{"another code", reply_220, TEXT("554-go\r\n554 away\r\n"), STAY, "down",
	 "wanted 220, got '554 go'"},
	{"no code", reply_220, TEXT("HTTP/1.1 400 Bad\r\n"), STAY, "down",
	 "wanted 220, got 'HTTP/1.1 400 Bad'"},
	{"no code but four digits", reply_220, TEXT("2200 x\r\n"), STAY, "down",
	 "wanted 220, got '2200 x'"},
	{"a class", reply_class, TEXT("251 will forward\r\n"), STAY, "degraded", "251"},
	{"another class", reply_class, TEXT("354 go on\r\n"), STAY, "down",
	 "wanted 2xx, got '354 go on'"},
	{"an end in the reply", reply_220, TEXT("220-one\r\n22"), CLOSE, "down",
	 "connection closed by 127.0.0.1:"},
	{"a reset in the reply", reply_220, TEXT("220-one\r\n"), RESET, "down",
	 "connection reset by 127.0.0.1:"},
	{"silence", reply_220, TEXT("220-one\r\n"), STAY, "down", "timeout after 2s"},
	{"two lines", two_lines, TEXT("one\r\ntw\0o\n"), STAY, "degraded", "one|tw o"},
	{"a long line", two_lines, TEXT(LINE_1000 LINE_1000 LINE_1000 LINE_1000 "\r\nx\r\n"), STAY,
	 "degraded", LINE_100},
	{"a line too long", two_lines,
	 TEXT(LINE_1000 LINE_1000 LINE_1000 LINE_1000 LINE_100 "\r\nx\r\n"), STAY, "down",
	 "line too long: more than 4096 bytes, '0123"},
	{"everything", read_all, TEXT(LINE_1000 LINE_1000), CLOSE, "degraded", "2000 bytes"},
	{"nothing", read_all, TEXT(""), CLOSE, "degraded", "0 bytes"},
};

static void test_conversations(void)
{
	for (size_t i = 0; i < sizeof conversation / sizeof *conversation; i++)
		for (size_t chunk = 1; chunk <= 8192; chunk *= 8192) {
			converse(conversation[i].run, conversation[i].says, conversation[i].size,
				 chunk, conversation[i].ending);
			if (chunk == 1 && conversation[i].ending == RESET)
				continue; /* a reset may overtake what it follows */
			ok(!strcmp(verdict, conversation[i].verdict) &&
				   !strncmp(reason, conversation[i].reason,
					    strlen(conversation[i].reason)),
			   "%s, %zu at a time: %s '%.60s'", conversation[i].name, chunk, verdict,
			   reason);
		}
}

/* A reply of more lines than the cap, and one of more bytes. */
static void test_caps(void)
{
	struct text many = {0};

	for (int i = 0; i < 200; i++)
		text_puts(&many, "220-x\r\n");
	converse(reply_220, many.at, many.size, many.size, STAY);
	ok(!strncmp(reason, "reply too long", 14), "too many lines: %s", reason);
	text_clear(&many);
	for (int i = 0; i < 70; i++)
		text_puts(&many, "220-" LINE_1000 "\r\n");
	converse(reply_220, many.at, many.size, many.size, STAY);
	ok(!strncmp(reason, "reply too long", 14), "too many bytes: %s", reason);
	text_release(&many);
}

static void own_pair(struct probe *p, const void *options)
{
	int pair[2] = {-1, -1}, file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool is_fine = link_pair(pair);
	char byte;

	(void)options;
	is_fine = is_fine && probe_wait(p, pair[0], PROBE_WRITE) && write(pair[1], "x", 1) == 1;
	is_fine = is_fine && probe_wait(p, pair[0], PROBE_READ) && read(pair[0], &byte, 1) == 1;
	if (is_fine)
		probe_wait(p, pair[0], PROBE_READ);
	close(pair[0]);
	close(pair[1]);
	close(file);
}

static void two_at_once(struct probe *p, const void *options)
{
	int listener = open_listener(), one, two;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	one = accept(listener, NULL, NULL);
	probe_use(p, 1);
	probe_dial(p, "127.0.0.1", port);
	two = accept(listener, NULL, NULL);
	if (write(one, "one\n", 4) == 4 && write(two, "two\n", 4) == 4)
		probe_degrade(p, "%s", probe_line(p));
	ok(!probe_has_input(p), "nothing more on the second");
	probe_use(p, 0);
	ok(probe_has_input(p) && !strcmp(probe_line(p), "one"), "the first still has its line");
	ok(probe_wait(p, probe_fd(p), PROBE_WRITE), "its own descriptor can be waited for");
	probe_hangup(p);
	ok(probe_fd(p) < 0 && !probe_ok(p), "a connection hung up is none");
	close(one);
	close(two);
	close(listener);
}

/* A library waits for what probe_read() then takes, also when some of it stands there already. */
static void wait_and_read(struct probe *p, int other)
{
	char byte = 0;

	ok(write(other, "ab", 2) == 2 && probe_wait(p, probe_fd(p), PROBE_READ) &&
		   probe_read(p, &byte, 1) == 1 && byte == 'a',
	   "what was waited for is read");
	ok(probe_wait(p, probe_fd(p), PROBE_READ) && probe_read(p, &byte, 1) == 1 && byte == 'b',
	   "and the rest of it");
	close(other);
	ok(probe_wait(p, probe_fd(p), PROBE_READ) && !probe_read(p, &byte, 1) && probe_ok(p),
	   "and the end");
}

static void beside(struct probe *p, const void *options)
{
	int listener = open_listener(), one, two;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	one = accept(listener, NULL, NULL);
	probe_use(p, 1);
	ok(probe_dial_beside(p, port), "a connection beside the first");
	two = accept(listener, NULL, NULL);
	wait_and_read(p, two);
	probe_hangup(p);
	probe_use(p, 0);
	ok(write(one, "331 who\r\n", 9) == 9 && probe_reply(p, 0) == 331, "any reply is taken");
	ok(probe_want_reply(p, 3) == 331 && probe_want_reply(p, 331) == 331, "and judged later");
	ok(!probe_want_reply(p, 230) && !probe_ok(p), "or refused");
	close(one);
	close(listener);
}

/* Whoever looks whether anything has come still learns how the connection ended. */
static void look_at_reset(struct probe *p, const void *options)
{
	struct linger at_once = {.l_onoff = 1};
	int listener = open_listener(), one;
	char byte;

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	one = accept(listener, NULL, NULL);
	setsockopt(one, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(one);
	ok(!probe_has_input(p), "a reset is no input");
	probe_read(p, &byte, 1);
	close(listener);
}

static void beside_nothing(struct probe *p, const void *options)
{
	(void)options;
	probe_use(p, 1);
	probe_dial_beside(p, port);
}

static void dial_only(struct probe *p, const void *options)
{
	(void)options;
	probe_dial(p, "127.0.0.1", port);
}

static void dial_nowhere(struct probe *p, const void *options)
{
	(void)options;
	probe_dial(p, "127.0.0.1", 0);
}

static void test_others(void)
{
	int listener;

	run_with(own_pair, "");
	same(reason, "timeout after 2s",
	     "a foreign descriptor is waited for until the deadline");
	run_with(two_at_once, "");
	same(verdict, "unknown", "a connection that was not dialled is the module's fault");
	run_with(beside, "");
	same(reason, "wanted 230, got '331 who'", "a reply judged later is shown");
	run_with(look_at_reset, "");
	ok(!strncmp(reason, "connection reset by ", 20), "but told by the next read: %s", reason);
	run_with(beside_nothing, "");
	same(verdict, "unknown", "beside nothing there is no connection");
	listener = open_listener();
	run_with(dial_only, "127.0.0.2");
	same(verdict, "up", "a source address is bound");
	run_with(dial_only, "::1");
	same(verdict, "unknown", "a source of another family is unknown");
	run_with(dial_only, "192.0.2.1");
	same(verdict, "unknown", "a source that is not ours is unknown");
	run_with(dial_nowhere, "");
	same(reason, "no such port: 0", "a port is judged");
	close(listener);
}

/* What stands in the place of the connection's socket answers by an errno that no network tells. */
static void lose(struct probe *p, const void *options)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)options;
	probe_dial(p, "127.0.0.1", port);
	probe_until(p, "one", 64);
	if (probe_ok(p) && dup2(fd, probe_fd(p)) < 0)
		probe_fail(p, "no descriptor");
	close(fd);
	probe_print(p, "%s", "two");
}

static void test_own_losses(void)
{
	static const int told[] = {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH,
				   ECONNREFUSED};
	static const int own[] = {ENOBUFS, ENOMEM, EIO, EPERM, ENETDOWN, EBADF, 0};

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		ok(net_is_told(told[i]), "errno %d is told by the network", told[i]);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		ok(!net_is_told(own[i]), "errno %d is this machine's", own[i]);
	converse(lose, TEXT("one"), 3, STAY);
	same(verdict, "unknown", "a connection that this machine loses is no downtime");
	ok(strstr(reason, "this machine lost the connection to 127.0.0.1:"), "and says so: %s",
	   reason);
}

int main(void)
{
	host = (struct probe_host){.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1};
	probe_host_open(&host);
	test_conversations();
	test_caps();
	test_offer();
	test_smuggling();
	test_others();
	test_own_losses();
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
