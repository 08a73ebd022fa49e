/* tests/fuzz/conversation: any bytes as what the server says to one check module, over a real
 * connection.
 *
 * Linked with the module's own files once for each module that has a folder `corpus` beside it. An
 * input is one line of options, separated by tabs ("user=a\tpassword=b"), and behind it all that
 * the server says, at once, before it closes; a line "--next--" ends what the first connection says
 * and begins what the next one does. A module that sends datagrams is answered with all parts, a
 * datagram each, and silence soon ends its probe; "<--40-->" in them stands for the 8 bytes of the
 * question from byte 40 on. Every outcome is fine but a crash, a hang, a lost result or one that
 * blames us for what the server said. */
#include <nines/check.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/module/option.h"
#include "../../core/prober/probe.h"

#define CONNECTIONS 4
#define OPTIONS 16
#define OPTION_BYTES 256
#define MARK "\n--next--\n"
#define LIST_MARK '\x1f' /* between the values of a list */
#define PROBE_US       (5 * CLOCK_SECOND)
#define SILENCE_US     5000 /* no datagram is waited for so long */
#define DATAGRAM_BYTES 1472
#define DATAGRAMS      16
#define PLACE_BYTES    8 /* "<--40-->" */

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

extern const struct check_module module_entry;

static struct {
	struct loop_watch watch, datagrams;
	int port, fd[CONNECTIONS];
	bool is_asked_by_datagram; /* ever */
	size_t clients;
	const char *says, *end;
} server;

static struct probe_host host;

/* What the next client is told; the rest is kept for those who come after it. */
static size_t take_part(const char **part)
{
	const char *mark = server.end > server.says
				   ? memmem(server.says, (size_t)(server.end - server.says), MARK,
					    strlen(MARK))
				   : NULL;
	size_t size = (size_t)((mark ? mark + 1 : server.end) - server.says);

	*part = server.says;
	server.says = mark ? mark + strlen(MARK) : server.end;
	return size;
}

static void serve(struct loop_watch *w, uint32_t events)
{
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct linger at_once = {1, 0};
	const char *part;
	size_t size;

	(void)events;
	if (fd < 0 || server.clients == CONNECTIONS) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	size = take_part(&part);
	if (send(fd, part, size, MSG_NOSIGNAL) < 0)
		perror("send");
	shutdown(fd, SHUT_WR);
	server.fd[server.clients++] = fd;
}

/* Puts the question's bytes where the answer has a place for them. */
static void fill_places(char *answer, size_t size, const char *question, size_t asked)
{
	for (size_t at = 0; at + PLACE_BYTES <= size; at++) {
		const char *p = answer + at;
		size_t from = (size_t)((p[3] - '0') * 10 + (p[4] - '0'));

		if (!memcmp(p, "<--", 3) && isdigit(p[3]) && isdigit(p[4]) &&
		    !memcmp(p + 5, "-->", 3) && from + PLACE_BYTES <= asked)
			memcpy(answer + at, question + from, PLACE_BYTES);
	}
}

static void answer(struct loop_watch *w, uint32_t events)
{
	struct sockaddr_in to;
	socklen_t to_size = sizeof to;
	char question[DATAGRAM_BYTES], bytes[DATAGRAM_BYTES];
	ssize_t asked =
		recvfrom(w->fd, question, sizeof question, 0, (struct sockaddr *)&to, &to_size);
	const char *part;
	size_t size;

	(void)events;
	server.is_asked_by_datagram = true;
	for (int i = 0; asked >= 0 && i < DATAGRAMS && server.says < server.end; i++) {
		size = take_part(&part);
		size = size < sizeof bytes ? size : sizeof bytes;
		memcpy(bytes, part, size);
		fill_places(bytes, size, question, (size_t)asked);
		if (sendto(w->fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&to, to_size) < 0)
			perror("sendto");
	}
}

/* A socket of that kind on the server's port, which the first of them chooses. */
static void open_socket(int kind, struct loop_watch *watch,
			void (*ready)(struct loop_watch *, uint32_t))
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				.sin_port = htons((uint16_t)server.port)};
	socklen_t size = sizeof a;
	int fd = socket(AF_INET, kind | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
	    (kind == SOCK_STREAM && listen(fd, 16) != 0) ||
	    getsockname(fd, (struct sockaddr *)&a, &size) != 0)
		abort();
	server.port = ntohs(a.sin_port);
	watch->ready = ready;
	if (!loop_add(host.loop, watch, fd, EPOLLIN))
		abort();
}

static void open_once(void)
{
	if (host.loop)
		return;
	host = (struct probe_host){.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1};
	if (!host.loop || !probe_host_open(&host))
		abort();
	open_socket(SOCK_STREAM, &server.watch, serve);
	open_socket(SOCK_DGRAM, &server.datagrams, answer);
}

/* Sets "name=value"; a mutated line that sets nothing is no finding. */
static void set(void *options, struct arena *arena, char *word)
{
	struct text wrong = {0};
	char *equals = strchr(word, '=');

	for (char *at = word; (at = strchr(at, LIST_MARK));)
		*at = '\n';
	if (equals) {
		*equals = '\0';
		option_set(&module_entry.head, options, arena, word, equals + 1, &wrong);
	}
	text_release(&wrong);
}

/* The options of the first line, our own server behind them. Returns where that line ends. */
static size_t read_options(void *options, struct arena *arena, const uint8_t *input, size_t size)
{
	const uint8_t *newline = memchr(input, '\n', size);
	size_t used = newline ? (size_t)(newline - input) : size;
	/* What each module calls its server: none may be left to what it is by default. */
	static const char *const ours[] = {"host=127.0.0.1", "port=%d", "whois=127.0.0.1:%d",
					   "server=http://127.0.0.1:%d/"};
	char words[OPTIONS * OPTION_BYTES], one[64], *rest = words, *word;
	size_t bytes = used < sizeof words ? used : sizeof words - 1;

	memcpy(words, input, bytes);
	words[bytes] = '\0';
	while ((word = strsep(&rest, "\t")))
		set(options, arena, word);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		snprintf(one, sizeof one, ours[i], server.port);
		set(options, arena, one);
	}
	return newline ? used + 1 : size;
}

static void done(struct probe *p, const struct text *result, void *with)
{
	(void)p;
	if (result->size == 0)
		abort();
	*(bool *)with = true;
}

static void hang_up(void)
{
	for (size_t i = 0; i < server.clients; i++)
		close(server.fd[i]);
	server.clients = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct probe_order order = {.module = &module_entry,
				    .id = "1",
				    .check = "fuzz",
				    .timeout_us = PROBE_US,
				    .address_family = AF_INET};
	struct arena arena;
	struct text wrong = {0};
	bool has_ended = false;
	size_t used;

	open_once();
	arena_init(&arena, NULL, 0, 1 << 20);
	void *options = arena_alloc(&arena, module_entry.head.options_size);

	if (!option_defaults(&module_entry.head, options, &arena, &wrong))
		abort();
	used = read_options(options, &arena, input, size);
	server.says = (const char *)input + used;
	server.end = (const char *)input + size;
	if (server.is_asked_by_datagram)
		order.timeout_us = SILENCE_US;
	order.options = options;
	order.done = done;
	order.with = &has_ended;
	probe_begin(&host, &order);
	while (!has_ended)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
	hang_up();
	arena_release(&arena);
	text_release(&wrong);
	return 0;
}
