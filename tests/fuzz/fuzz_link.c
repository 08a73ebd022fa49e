/* tests/fuzz/fuzz_link: any bytes on a link. The first byte chooses: even, the rest goes out raw;
 * odd, it goes out as a frame with a right length and sum, so that what is behind the sum is
 * reached. The link takes lines or closes itself, once. */
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../core/base/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

struct seen {
	struct link link;
	int lines, closed;
};

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct seen *s = k->with;

	if (fd >= 0 || !*l->verb || s->closed)
		abort();
	s->lines++;
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct seen *s = k->with;

	if (!why || s->closed++)
		abort();
}

static void send_frame(int fd, const uint8_t *at, size_t size)
{
	uint32_t head[2] = {htole32((uint32_t)size),
			    htole32(link_checksum((const char *)at, size))};

	if (send(fd, head, sizeof head, MSG_NOSIGNAL) != sizeof head ||
	    send(fd, at, size, MSG_NOSIGNAL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct seen s = {.link = {.name = "fuzz", .take = take, .closed = closed}};
	struct loop *loop;
	int fd[2];

	if (size < 2 || size > 60000)
		return 0;
	loop = loop_new();
	if (!loop || !link_pair(fd) || !link_open(&s.link, loop, fd[0], 1000))
		abort();
	s.link.with = &s;
	if (input[0] % 2)
		send_frame(fd[1], input + 1, size - 1);
	else if (send(fd[1], input + 1, size - 1, MSG_NOSIGNAL) < 0)
		abort();
	close(fd[1]);
	for (int turn = 0; turn < 10 && !s.closed; turn++)
		loop_once(loop, 0);
	if (s.closed != 1 || link_is_open(&s.link))
		abort();
	loop_free(loop);
	return 0;
}
