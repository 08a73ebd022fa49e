/* base/link: see link.h. */
#include "link.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memory.h"

#define HEAD_BYTES 8
#define HAS_FD 0x80000000u
#define READ_BYTES 65536

uint32_t link_checksum(const char *at, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ size, word;

	for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
		memcpy(&word, at, sizeof word);
		sum = (sum ^ htole64(word)) * UINT64_C(0x9fb21c651e98df25);
		sum ^= sum >> 32;
	}
	if (size) {
		word = 0;
		memcpy(&word, at, size);
		sum = (sum ^ htole64(word)) * UINT64_C(0x9fb21c651e98df25);
		sum ^= sum >> 32;
	}
	return (uint32_t)sum;
}

static void put32(char *at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(n >> (8 * i));
}

static uint32_t get32(const char *at)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n |= (uint32_t)(unsigned char)at[i] << (8 * i);
	return n;
}

bool link_pair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) == 0;
}

bool link_is_open(const struct link *k)
{
	return k->watch.fd >= 0;
}

static void close_all(struct link_fd **list, size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		close((*list)[i].fd);
	free(*list);
	*list = NULL;
	*count = 0;
}

static bool keep_fd(struct link_fd **list, size_t *count, size_t at, int fd)
{
	if (*count == LINK_FDS)
		return false;
	if (!*list)
		*list = memory_new(LINK_FDS * sizeof **list);
	(*list)[(*count)++] = (struct link_fd){at, fd};
	return true;
}

static int take_first(struct link_fd *list, size_t *count)
{
	int fd = list[0].fd;

	memmove(list, list + 1, --*count * sizeof *list);
	return fd;
}

void link_forget(struct link *k)
{
	close_all(&k->out_fd, &k->out_fds);
	close_all(&k->in_fd, &k->in_fds);
	text_release(&k->out);
	text_release(&k->next);
	text_release(&k->in);
}

void link_close(struct link *k, const char *why)
{
	if (!link_is_open(k))
		return;
	loop_remove(k->loop, &k->watch);
	close(k->watch.fd);
	k->watch.fd = -1;
	link_forget(k);
	if (k->closed)
		k->closed(k, why);
}

struct text *link_line(struct link *k)
{
	return &k->next;
}

bool link_has_room(struct link *k)
{
	if (link_is_open(k) && k->out.size - k->sent + k->next.size < k->most_bytes)
		return true;
	k->dropped++;
	return false;
}

static void want_out(struct link *k, bool want)
{
	if (want == k->is_blocked)
		return;
	k->is_blocked = want;
	loop_change(k->loop, &k->watch, EPOLLIN | (want ? EPOLLOUT : 0));
}

static ssize_t send_with_fd(int to, const char *at, size_t size, int fd)
{
	union {
		char room[CMSG_SPACE(sizeof fd)];
		struct cmsghdr head;
	} control = {{0}};
	struct iovec io = {(char *)at, size};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = &control,
			   .msg_controllen = sizeof control.room};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	return sendmsg(to, &m, MSG_NOSIGNAL);
}

/* What one call to the kernel may take: up to the byte that the next descriptor belongs to. */
static ssize_t send_some(struct link *k)
{
	const char *at = k->out.at + k->sent;
	size_t size = k->out.size - k->sent;
	ssize_t n;

	if (k->out_fds && k->out_fd[0].at > k->sent && k->out_fd[0].at - k->sent < size)
		size = k->out_fd[0].at - k->sent;
	if (!k->out_fds || k->out_fd[0].at != k->sent)
		return send(k->watch.fd, at, size, MSG_NOSIGNAL);
	if (k->out_fds > 1 && k->out_fd[1].at - k->sent < size)
		size = k->out_fd[1].at - k->sent;
	n = send_with_fd(k->watch.fd, at, size, k->out_fd[0].fd);
	if (n > 0)
		close(take_first(k->out_fd, &k->out_fds));
	return n;
}

static void cut_sent(struct link *k)
{
	text_cut(&k->out, k->sent);
	for (size_t i = 0; i < k->out_fds; i++)
		k->out_fd[i].at -= k->sent;
	k->sent = 0;
}

static void push(struct link *k)
{
	ssize_t n;

	while (k->sent < k->out.size) {
		n = send_some(k);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ETOOMANYREFS) {
			/* the reading side sees the end and closes */
			close_all(&k->out_fd, &k->out_fds);
			k->sent = k->out.size;
			break;
		}
		if (n < 0)
			break;
		k->sent += (size_t)n;
	}
	if (k->sent == k->out.size || k->sent > READ_BYTES)
		cut_sent(k);
	want_out(k, k->out.size > 0);
}

/* Appends `size` bytes of whole lines as one frame. */
static void add_frame(struct link *k, const char *lines, size_t size, uint32_t flag)
{
	char head[HEAD_BYTES];

	put32(head, (uint32_t)size | flag);
	put32(head + 4, link_checksum(lines, size));
	text_add(&k->out, head, sizeof head);
	text_add(&k->out, lines, size);
}

/* Frames of at most LINK_FRAME_BYTES, cut behind a newline. */
static void frame_lines(struct link *k)
{
	const char *at = k->next.at, *end = k->next.at + k->next.size, *cut;

	while (at < end) {
		cut = end;
		if (end - at > LINK_FRAME_BYTES) {
			cut = memrchr(at, '\n', LINK_FRAME_BYTES);
			cut = cut ? cut + 1 : end;
		}
		add_frame(k, at, (size_t)(cut - at), 0);
		at = cut;
	}
	text_clear(&k->next);
}

void link_flush(struct link *k)
{
	if (!link_is_open(k)) { /* nobody will close it a second time */
		text_release(&k->next);
		return;
	}
	if (k->next.size)
		frame_lines(k);
	if (k->out.size)
		push(k);
}

bool link_send_fd(struct link *k, const char *lines, int fd)
{
	int own;

	link_flush(k);
	if (!link_is_open(k))
		return false;
	/* it may have to wait, and the caller closes its own */
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0 || !keep_fd(&k->out_fd, &k->out_fds, k->out.size, own)) {
		if (own >= 0)
			close(own);
		return false;
	}
	add_frame(k, lines, strlen(lines), HAS_FD);
	push(k);
	return true;
}

static void receive_fds(struct link *k, struct msghdr *m)
{
	int fd;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
		if (!keep_fd(&k->in_fd, &k->in_fds, 0, fd))
			close(fd);
	}
}

static ssize_t pull(struct link *k)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control;
	struct iovec io;
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = &control,
			   .msg_controllen = CMSG_LEN(sizeof(int))}; /* room for one */
	ssize_t n;

	text_reserve(&k->in, READ_BYTES);
	io = (struct iovec){k->in.at + k->in.size, READ_BYTES};
	do
		n = recvmsg(k->watch.fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		k->in.size += (size_t)n;
		receive_fds(k, &m);
	}
	return n;
}

static const char *take_lines(struct link *k, char *at, size_t size, int fd)
{
	struct line line;
	char *newline;
	const char *wrong;

	for (char *end = at + size; at < end; at = newline + 1, fd = -1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			return "a frame does not end with a line";
		wrong = line_parse(&line, at, (size_t)(newline - at));
		if (!wrong)
			wrong = k->take(k, &line, fd);
		if (wrong || !link_is_open(k))
			return wrong;
	}
	return NULL;
}

/* Bytes of the first frame, 0 when it is not yet whole, SIZE_MAX when it cannot be one. */
static size_t frame_size(const char *at, size_t size)
{
	uint32_t n;

	if (size < HEAD_BYTES)
		return 0;
	n = get32(at) & ~HAS_FD;
	if (!n || n > LINK_FRAME_BYTES + LINE_BYTES)
		return SIZE_MAX;
	return size - HEAD_BYTES < n ? 0 : HEAD_BYTES + n;
}

static const char *take_frames(struct link *k)
{
	size_t done = 0, n;
	const char *wrong = NULL;

	while (!wrong && (n = frame_size(k->in.at + done, k->in.size - done))) {
		char *at = k->in.at + done + HEAD_BYTES;
		int fd = -1;

		if (n == SIZE_MAX)
			return "a frame of impossible length";
		if (link_checksum(at, n - HEAD_BYTES) != get32(at - 4))
			return "a frame with a wrong checksum";
		if ((get32(at - HEAD_BYTES) & HAS_FD) && k->in_fds)
			fd = take_first(k->in_fd, &k->in_fds);
		wrong = take_lines(k, at, n - HEAD_BYTES, fd);
		if (!link_is_open(k))
			return NULL;
		done += n;
	}
	text_cut(&k->in, done);
	return wrong;
}

static void ready(struct loop_watch *w, uint32_t events)
{
	struct link *k = (struct link *)w;
	const char *wrong;
	ssize_t n;

	if (events & EPOLLOUT)
		push(k);
	if (!(events & ~(uint32_t)EPOLLOUT))
		return;
	n = pull(k);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		link_close(k, n ? "the connection broke" : "it ended");
		return;
	}
	wrong = take_frames(k);
	if (wrong)
		link_close(k, wrong);
}

bool link_open(struct link *k, struct loop *loop, int fd, size_t most_bytes)
{
	k->loop = loop;
	k->watch.ready = ready;
	k->most_bytes = most_bytes;
	k->out_fd = k->in_fd = NULL;
	k->out_fds = k->in_fds = 0;
	k->is_blocked = false;
	k->sent = 0;
	if (loop_add(loop, &k->watch, fd, EPOLLIN))
		return true;
	k->watch.fd = -1;
	return false;
}
