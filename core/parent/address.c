/* parent/address: see address.h. */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"

/* Connections between two turns of a loop: whoever finds no room tries again after a second. */
#define BACKLOG 1024

static struct sockaddr_in *v4_of(const struct address *a)
{
	return (struct sockaddr_in *)(void *)&a->at;
}

static struct sockaddr_in6 *v6_of(const struct address *a)
{
	return (struct sockaddr_in6 *)(void *)&a->at;
}

static bool is_v4(const struct address *a)
{
	return a->at.ss_family == AF_INET;
}

static in_port_t port_of(const struct address *a)
{
	return is_v4(a) ? v4_of(a)->sin_port : v6_of(a)->sin6_port;
}

/* ---- reading ---- */

static bool read_way(const char *text, enum address_way *way)
{
	static const char *const word[] = {
		[ADDRESS_AS_EVER] = "", [ADDRESS_PLAIN] = "plain", [ADDRESS_TLS] = "tls"};

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (!strcmp(text, word[i])) {
			*way = (enum address_way)i;
			return true;
		}
	return false;
}

static bool read_host(const char *host, in_port_t port, struct address *a)
{
	if (!strcmp(host, "localhost"))
		host = "127.0.0.1";
	a->is_both = !*host || !strcmp(host, "*");
	if (a->is_both || inet_pton(AF_INET6, host, &v6_of(a)->sin6_addr) == 1) {
		v6_of(a)->sin6_family = AF_INET6;
		v6_of(a)->sin6_port = port;
		a->size = sizeof(struct sockaddr_in6);
		return true;
	}
	v4_of(a)->sin_family = AF_INET;
	v4_of(a)->sin_port = port;
	a->size = sizeof(struct sockaddr_in);
	return inet_pton(AF_INET, host, &v4_of(a)->sin_addr) == 1;
}

/* Cuts the blanks around it and at its first blank; returns what stands behind. */
static char *cut(char **text)
{
	char *end = *text + strlen(*text), *behind;

	while (end > *text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	*text += strspn(*text, " \t");
	behind = *text + strcspn(*text, " \t");
	if (*behind)
		*behind++ = '\0';
	return behind + strspn(behind, " \t");
}

bool address_read(const char *entry, struct address *a)
{
	char room[ADDRESS_ENTRY_BYTES] = "", *host = room, *port;
	int64_t number;
	size_t size = strlen(entry);

	*a = (struct address){.size = 0};
	if (size >= sizeof room)
		return false;
	memcpy(room, entry, size);
	if (!read_way(cut(&host), &a->way))
		return false;
	port = strrchr(host, ':');
	if (!port || !text_to_int(port + 1, &number) || number < 0 || number > 65535)
		return false;
	*port = '\0';
	if (*host == '[' && port - host > 2 && port[-1] == ']') {
		port[-1] = '\0';
		host++;
	}
	return read_host(host, htons((uint16_t)number), a);
}

bool address_is_none(const char *entry)
{
	return !*entry || !strcmp(entry, "none");
}

/* ---- several of them ---- */

static bool is_wild(const struct address *a)
{
	return is_v4(a) ? v4_of(a)->sin_addr.s_addr == htonl(INADDR_ANY)
			: IN6_IS_ADDR_UNSPECIFIED(&v6_of(a)->sin6_addr);
}

void address_separate(struct address *a, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++)
			if (!is_v4(&a[i]) && !a[i].is_both && is_wild(&a[i]) && is_v4(&a[k]) &&
			    port_of(&a[i]) == port_of(&a[k]))
				a[i].is_v6_only = true;
}

static bool is_equal(const struct address *a, const struct address *b)
{
	if (is_v4(a) != is_v4(b) || port_of(a) != port_of(b))
		return false;
	return is_v4(a) ? v4_of(a)->sin_addr.s_addr == v4_of(b)->sin_addr.s_addr
			: IN6_ARE_ADDR_EQUAL(&v6_of(a)->sin6_addr, &v6_of(b)->sin6_addr);
}

bool address_overlap(const struct address *a, const struct address *b)
{
	if (!port_of(a) || port_of(a) != port_of(b))
		return false;
	if (a->is_both || b->is_both)
		return true;
	return is_v4(a) == is_v4(b) && (is_wild(a) || is_wild(b) || is_equal(a, b));
}

bool address_is_same(const struct address *a, const struct address *b)
{
	return is_equal(a, b) && a->is_v6_only == b->is_v6_only;
}

void address_add_near(const struct address *a, struct text *t)
{
	char shown[INET6_ADDRSTRLEN] = "127.0.0.1";
	bool is_v6 = !is_v4(a) && !a->is_both;

	if (is_v6)
		inet_ntop(AF_INET6, &v6_of(a)->sin6_addr, shown, sizeof shown);
	else if (is_v4(a) && !is_wild(a))
		inet_ntop(AF_INET, &v4_of(a)->sin_addr, shown, sizeof shown);
	text_printf(t, is_v6 ? "[%s]:%u" : "%s:%u", shown, ntohs(port_of(a)));
}

/* ---- sockets ---- */

static int fail(int fd)
{
	int number = errno;

	if (fd >= 0)
		close(fd);
	errno = number;
	return -1;
}

static int bind_to(const struct address *a)
{
	int fd = socket(a->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
	    (a->is_v6_only && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes)) ||
	    bind(fd, (const struct sockaddr *)&a->at, a->size))
		return fail(fd);
	return fd;
}

int address_listen(const struct address *a)
{
	int fd = bind_to(a);

	return fd < 0 || !listen(fd, BACKLOG) ? fd : fail(fd);
}

int address_wrong(const struct address *a, bool any_port)
{
	struct address at = *a;
	int fd;

	if (any_port && is_v4(a))
		v4_of(&at)->sin_port = 0;
	else if (any_port)
		v6_of(&at)->sin6_port = 0;
	fd = bind_to(&at);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static const struct {
	int number;
	const char *why, *remedy;
} trouble[] = {
	{EADDRINUSE, "another program listens there", "end that one or choose another port"},
	{EADDRNOTAVAIL, "this machine has no such address",
	 "write one that it has, or give it to an interface"},
	{EACCES, "a port below 1024 is not for this user",
	 "start ninesd as root or with CAP_NET_BIND_SERVICE, or choose a higher port"},
	{EAFNOSUPPORT, "this machine has no IPv6", "leave it out of listen"},
};
#define TROUBLES (sizeof trouble / sizeof *trouble)

const char *address_why(int number)
{
	for (size_t i = 0; i < TROUBLES; i++)
		if (trouble[i].number == number)
			return trouble[i].why;
	return log_errno(number);
}

const char *address_remedy(int number)
{
	for (size_t i = 0; i < TROUBLES; i++)
		if (trouble[i].number == number)
			return trouble[i].remedy;
	return "choose another with listen =";
}
