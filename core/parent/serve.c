/* parent/serve: how the page is served: hands the web its certificate and key, which the web could
 * not open, again whenever the files are others; tells it the trusted proxies and which sockets
 * it serves. See house.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "house.h"

#define LOOK_TICKS 5 /* seconds between two looks at the files */

static struct serve_stamp stamp_of(const char *path)
{
	struct serve_stamp stamp = {0};
	struct stat is;

	if (!stat(path, &is))
		stamp = (struct serve_stamp){is.st_ino, is.st_size, is.st_mtim.tv_sec,
					     is.st_mtim.tv_nsec};
	return stamp;
}

static bool is_same(const struct serve_stamp *a, const struct serve_stamp *b)
{
	return a->inode == b->inode && a->size == b->size && a->s == b->s && a->ns == b->ns;
}

/* A file that cannot be opened is not handed over: the web says what that means. */
static void hand_file(struct house *h, const char *path, const char *line)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		log_say("'%s' cannot be opened: %s", path, log_errno(errno));
		return;
	}
	link_send_fd(&h->role[ROLE_WEB].link, line, fd);
	close(fd);
}

void serve_tell(struct house *h)
{
	const struct plan_settings *set = &house_plan(h)->set;
	bool is_tls = *set->certificate && *set->key;
	struct text line = {0};

	if (h->role[ROLE_WEB].pid <= 0 || h->role[ROLE_WEB].is_stopping)
		return;
	if (is_tls) {
		h->certificate = stamp_of(set->certificate);
		h->key = stamp_of(set->key);
		hand_file(h, set->certificate, "fd certificate\n");
		hand_file(h, set->key, "fd key\n");
	}
	line_begin(&line, "serve", "-");
	line_add(&line, "proxies", set->proxies);
	line_add_int(&line, "tls", is_tls);
	listen_hand(h, &line, is_tls);
	line_end(&line);
	house_send(h, &h->role[ROLE_WEB], text_get(&line));
	text_release(&line);
}

/* Who renews a certificate writes two files: they are taken once both have rested for a look. */
void serve_tick(struct house *h)
{
	struct serve_stamp certificate, key;
	const struct plan_settings *set;

	if (++h->serve_ticks % LOOK_TICKS || !house_plan(h) || h->role[ROLE_WEB].pid <= 0)
		return;
	set = &house_plan(h)->set;
	if (!*set->certificate || !*set->key)
		return;
	certificate = stamp_of(set->certificate);
	key = stamp_of(set->key);
	if (is_same(&certificate, &h->certificate) && is_same(&key, &h->key))
		return;
	if (is_same(&certificate, &h->seen_certificate) && is_same(&key, &h->seen_key))
		serve_tell(h);
	h->seen_certificate = certificate;
	h->seen_key = key;
}
