/* parent/listen: the sockets of the page: opened here, with the parent's rights, and handed to the
 * web; those of other addresses come and go with the configuration. See house.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "address.h"
#include "house.h"

#define AGAIN_TICKS 5 /* seconds until an address that could not be had is tried again */

/* The web knows it by its number, which no other ever has. */
struct listener {
	struct address address;
	char *entry;
	int64_t number;
	int fd; /* -1: it cannot be had */
	bool is_handed; /* to the web that runs */
};

static size_t count_lines(const char *text)
{
	size_t lines = *text != '\0';

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* The addresses that are configured, separate, none of them open. */
static size_t read_entries(const char *entries, struct listener **into)
{
	struct address *address = memory_new((count_lines(entries) + 1) * sizeof *address);
	struct listener *list = memory_new((count_lines(entries) + 1) * sizeof *list);
	char *text = memory_text(entries), *left = text, *entry;
	size_t count = 0;

	while ((entry = strsep(&left, "\n")))
		if (!address_is_none(entry) && address_read(entry, &address[count]))
			list[count++] = (struct listener){.entry = memory_text(entry), .fd = -1};
	address_separate(address, count);
	for (size_t i = 0; i < count; i++)
		list[i].address = address[i];
	free(text);
	free(address);
	*into = list;
	return count;
}

/* What stays the same keeps its socket, and so its connections. */
static void keep_open(struct house *h, struct listener *l)
{
	for (size_t i = 0; i < h->listeners; i++) {
		struct listener *old = &h->listener[i];

		if (old->fd < 0 || !address_is_same(&old->address, &l->address))
			continue;
		l->fd = old->fd;
		l->number = old->number;
		l->is_handed = old->is_handed;
		old->fd = -1;
		return;
	}
}

/* Shut down, it listens nowhere any more, though the web may hold it for a moment longer: what
 * comes next can have the port. */
static void close_all(struct listener *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].fd >= 0) {
			shutdown(list[i].fd, SHUT_RDWR);
			close(list[i].fd);
		}
		free(list[i].entry);
	}
	free(list);
}

static bool open_one(struct house *h, struct listener *l)
{
	l->fd = address_listen(&l->address);
	if (l->fd < 0)
		return false;
	l->number = ++h->next_listener;
	l->is_handed = false;
	return true;
}

static void follow(struct house *h, const char *entries)
{
	struct listener *list;
	size_t count = read_entries(entries, &list);

	for (size_t i = 0; i < count; i++)
		keep_open(h, &list[i]);
	close_all(h->listener, h->listeners);
	h->listener = list;
	h->listeners = count;
	for (size_t i = 0; i < count; i++)
		if (list[i].fd < 0 && !open_one(h, &list[i])) {
			int number = errno;

			log_say("cannot listen on '%s': %s: %s", list[i].entry, address_why(number),
				address_remedy(number));
		}
}

bool listen_is_open(const struct house *h)
{
	for (size_t i = 0; i < h->listeners; i++)
		if (h->listener[i].fd >= 0)
			return true;
	return false;
}

bool listen_open(struct house *h)
{
	follow(h, h->next->set.listen);
	return listen_is_open(h) || !h->listeners;
}

void listen_follow(struct house *h)
{
	follow(h, h->plan->set.listen);
	if (!h->listeners)
		child_stop(&h->role[ROLE_WEB], loop_now(h->loop), GRACE_US);
}

void listen_tick(struct house *h)
{
	bool is_new = false;

	if (++h->listen_ticks % AGAIN_TICKS || h->is_ending)
		return;
	for (size_t i = 0; i < h->listeners; i++)
		is_new = (h->listener[i].fd < 0 && open_one(h, &h->listener[i])) || is_new;
	if (is_new)
		serve_tell(h);
}

void listen_forget_web(struct house *h)
{
	for (size_t i = 0; i < h->listeners; i++)
		h->listener[i].is_handed = false;
}

static void hand(struct house *h, struct listener *l)
{
	struct text line = {0};

	line_begin(&line, "fd", "listen");
	line_add_int(&line, "number", l->number);
	line_end(&line);
	l->is_handed = link_send_fd(&h->role[ROLE_WEB].link, text_get(&line), l->fd);
	text_release(&line);
}

void listen_hand(struct house *h, struct text *words, bool has_certificate)
{
	struct text list = {0};

	for (size_t i = 0; i < h->listeners; i++) {
		struct listener *l = &h->listener[i];
		bool is_tls = has_certificate && l->address.way != ADDRESS_PLAIN;

		if (l->fd >= 0 && !l->is_handed)
			hand(h, l);
		if (l->fd >= 0 && l->is_handed)
			text_printf(&list, "%s%lld%s", list.size ? "\n" : "", (long long)l->number,
				    is_tls ? " tls" : "");
	}
	line_add(words, "listen", text_get(&list));
	text_release(&list);
}

void listen_close(struct house *h)
{
	close_all(h->listener, h->listeners);
	h->listener = NULL;
	h->listeners = 0;
}
