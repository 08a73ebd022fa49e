/* web/copies: see copies.h. */
#include "copies.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "copy_page.h"
#include "figures.h"
#include "route.h"
#include "template.h"

#define QUEUE_BYTES (64u << 20)
#define PART_BYTES  12000 /* of a file in one line: it may grow fourfold */
#define LOOK_US     20000
#define WAIT_US     3000000
#define FILES_MOST  50000

/* ---- which paths ---- */

static bool is_copied(const struct route *r)
{
	return !strcmp(r->method, "GET") && permit(NULL, r->act, "") && !r->is_live &&
	       (r->paths || !strchr(r->path, '*'));
}

/* Routes tell paths as addresses have them; here they are what they mean. */
static void add_path(struct copies *c, const char *address)
{
	struct text file = {0}, decoded = {0};
	const char *path;

	copy_page_decode(&decoded, address, strlen(address));
	path = text_get(&decoded);
	if (c->paths.size < FILES_MOST && copy_page_file(&file, path) &&
	    !map_find_text(&c->paths, path)) {
		map_put_text(&c->paths, path, c);
		text_puts(&c->names, path);
		text_putc(&c->names, '\n');
	}
	text_release(&file);
	text_release(&decoded);
}

static void add_paths(struct copies *c, const struct page *page, const struct route *r)
{
	struct text all = {0};

	if (r->paths)
		r->paths(c->site, page, &all);
	else
		text_puts(&all, r->path);
	for (char *at = all.at, *one; at && (one = strsep(&at, "\n"));)
		add_path(c, one);
	text_release(&all);
}

static void find_paths(struct copies *c, const struct page *page)
{
	map_release(&c->paths);
	text_clear(&c->names);
	for (size_t i = 0; routes[i]; i++)
		for (const struct route *r = routes[i]; r->path; r++)
			if (is_copied(r))
				add_paths(c, page, r);
	free(c->listed);
	c->listed = memory_text(page->name);
}

static void tell_paths(struct copies *c)
{
	struct text all = {0}, *t = link_line(&c->copier);

	text_add(&all, text_get(&c->names), c->names.size);
	for (char *at = all.at, *one; at && *at && (one = strsep(&at, "\n"));) {
		line_begin_name(t, "path", one);
		line_end(t);
	}
	text_release(&all);
}

/* ---- what has changed ---- */

static void add_state(struct text *t, const char *name, const char *state, int64_t since_us,
		      bool is_acknowledged, bool is_in_maintenance)
{
	text_printf(t, "%s\n%s %lld %d%d\n", name, state, (long long)since_us, is_acknowledged,
		    is_in_maintenance);
}

static void add_window(struct text *t, const struct overview_window *w)
{
	text_printf(t, "%s %lld %lld %s\n%s\n%s\n", w->id, (long long)w->from_us,
		    (long long)w->to_us, w->impact, w->services, w->text);
}

/* What visitors would call a change: states, posts, maintenance, the configuration; not how old it
 * is. */
static uint64_t signature(const struct site *s)
{
	const struct overview *o = s->overview;
	struct text t = {0};
	uint64_t hash;

	text_printf(&t, "%llu %llu %zu\n", (unsigned long long)s->catalog->generation,
		    (unsigned long long)(s->board ? board_changes(s->board, "post") : 0),
		    s->figures ? figures_progress(s->figures).known : 0);
	for (size_t i = 0; i < o->checks; i++)
		add_state(&t, o->check[i].name, o->check[i].state, o->check[i].since_us,
			  o->check[i].is_acknowledged, o->check[i].is_in_maintenance);
	for (size_t i = 0; i < o->services; i++)
		add_state(&t, o->service[i].name, o->service[i].state, o->service[i].since_us,
			  o->service[i].is_acknowledged, o->service[i].is_in_maintenance);
	for (size_t i = 0; i < o->windows; i++)
		add_window(&t, &o->window[i]);
	hash = map_hash(text_get(&t), t.size);
	text_release(&t);
	return hash;
}

static void tell_list(struct copies *c)
{
	const struct page *page;
	struct text hash = {0}, *t = link_line(&c->copier);

	feed_tell(c->feed, c->site);
	page = catalog_page(c->site->catalog, c->listing);
	text_printf(&hash, "%016llx", (unsigned long long)signature(c->site));
	if (page && !c->site->is_stale) {
		find_paths(c, page);
		line_begin_name(t, "copy", c->listing);
		line_add(t, "signature", text_get(&hash));
		line_end(t);
		tell_paths(c);
	}
	line_begin(t, "end", "-");
	if (!page)
		line_add(t, "wrong", "the web knows no such page");
	else if (c->site->is_stale)
		line_add(t, "wrong", "the keeper does not answer: the last copy stays");
	line_end(t);
	link_flush(&c->copier);
	text_release(&hash);
	free(c->listing);
	c->listing = NULL;
}

static void look(struct loop_timer *timer)
{
	struct copies *c = (struct copies *)((char *)timer - offsetof(struct copies, wait));

	if (!c->listing || !c->is_linked)
		return;
	if (feed_is_ready(c->feed) || loop_now(c->loop) >= c->give_up_us)
		tell_list(c);
	else
		loop_set(c->loop, timer, loop_now(c->loop) + LOOK_US);
}

static void list(struct copies *c, const struct line *l)
{
	free(c->listing);
	c->listing = memory_text(line_name(l));
	c->give_up_us = loop_now(c->loop) + WAIT_US;
	look(&c->wait);
}

/* ---- one file ---- */

/* Where visitors reach the live page, as a request of theirs would say it. */
struct live {
	struct text scheme, host, url;
};

static void find_live(struct live *live, const struct page *page)
{
	const char *url = page_get(page, "url"), *host = strstr(url, "://");
	size_t size = host ? strlen(host + 3) : 0;

	text_add(&live->scheme, url, host ? (size_t)(host - url) : 0);
	while (size && host[3 + size - 1] == '/')
		size--;
	if (host)
		text_add(&live->host, host + 3, size);
	text_printf(&live->url, "%s://%s", text_get(&live->scheme), text_get(&live->host));
}

static void release_live(struct live *live)
{
	text_release(&live->scheme);
	text_release(&live->host);
	text_release(&live->url);
}

static void render(struct copies *c, const struct page *page, const char *path,
		   const struct live *live, struct answer *a)
{
	const char *tail = "";
	struct text trimmed = {0};
	struct request r = {.route = route_find("GET", path, &tail, NULL),
			    .page = page,
			    .base = "",
			    .method = "GET",
			    .path = path,
			    .host = text_get(&live->host),
			    .scheme = text_get(&live->scheme),
			    .address = "",
			    .body = "",
			    .type = ""};

	text_puts(&trimmed, tail);
	if (trimmed.size && trimmed.at[trimmed.size - 1] == '/')
		trimmed.at[--trimmed.size] = '\0';
	r.tail = text_get(&trimmed);
	a->status = 404;
	if (r.route && is_copied(r.route)) {
		a->status = 0;
		template_wear(page->dress);
		r.route->answer(c->site, &r, a);
		template_wear(NULL);
		a->status = a->status ? a->status : 200;
	}
	text_release(&trimmed);
}

static bool is_html(const struct answer *a)
{
	return !a->type || !strncmp(a->type, "text/html", 9);
}

static void send_parts(struct link *k, const struct text *file)
{
	for (size_t at = 0; at < file->size; at += PART_BYTES) {
		size_t size = file->size - at < PART_BYTES ? file->size - at : PART_BYTES;
		struct text *t = link_line(k);

		line_begin(t, "part", "-");
		line_add_bytes(t, "bytes", file->at + at, size);
		line_end(t);
		link_flush(k);
	}
}

/* What is sent: the page with its links led elsewhere, and stamped unless the copier has the very
 * same, stamped not long ago. */
static void tell_file(struct copies *c, const struct line *l, const struct copy_page *p,
		      const struct answer *a)
{
	struct text led = {0}, file = {0}, hash = {0}, *t;
	bool is_same;

	if (is_html(a))
		copy_page_link(&led, text_get(&a->body), p);
	else
		text_add(&led, text_get(&a->body), a->body.size);
	text_printf(&hash, "%016llx", (unsigned long long)map_hash(text_get(&led), led.size));
	is_same = !strcmp(line_get(l, "known"), text_get(&hash));
	if (is_html(a) && !is_same)
		copy_page_stamp(&file, text_get(&led), p, line_int(l, "made_us", 0),
				line_int(l, "due_us", 0));
	else if (!is_same)
		text_add(&file, text_get(&led), led.size);
	if (a->status == 200 && !is_same)
		send_parts(&c->copier, &file);
	t = link_line(&c->copier);
	line_begin(t, "end", "-");
	line_add_int(t, "status", a->status);
	line_add(t, "hash", text_get(&hash));
	line_add_int(t, "same", is_same);
	line_add_int(t, "stamped", is_html(a));
	line_end(t);
	link_flush(&c->copier);
	text_release(&led);
	text_release(&file);
	text_release(&hash);
}

static void get(struct copies *c, const struct line *l)
{
	const char *name = line_get(l, "page");
	const struct page *page = catalog_page(c->site->catalog, name);
	struct answer a = {0};
	struct live live = {0};

	feed_tell(c->feed, c->site);
	if (page && (!c->listed || strcmp(c->listed, name) != 0))
		find_paths(c, page);
	if (page)
		find_live(&live, page);
	a.status = 404;
	if (page)
		render(c, page, line_name(l), &live, &a);
	tell_file(c, l, &(struct copy_page){line_name(l), &c->paths, text_get(&live.url), page},
		  &a);
	answer_release(&a);
	release_live(&live);
}

/* ---- the link ---- */

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct copies *c = k->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "list"))
		list(c, l);
	else if (!strcmp(l->verb, "get"))
		get(c, l);
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct copies *c = k->with;

	(void)why;
	c->is_linked = false;
	loop_stop_timer(c->loop, &c->wait);
	free(c->listing);
	c->listing = NULL;
}

void copies_init(struct copies *c, struct loop *loop, struct feed *feed, struct site *site)
{
	*c = (struct copies){.loop = loop, .feed = feed, .site = site, .wait.fire = look};
	c->copier.watch.fd = -1;
}

void copies_release(struct copies *c)
{
	if (c->is_linked)
		link_close(&c->copier, "end");
	map_release(&c->paths);
	text_release(&c->names);
	free(c->listed);
	free(c->listing);
	c->listed = c->listing = NULL;
}

void copies_link(struct copies *c, int fd)
{
	if (c->is_linked)
		link_close(&c->copier, "a new copier");
	c->copier = (struct link){.name = "copier", .take = take, .closed = closed, .with = c};
	c->is_linked = link_open(&c->copier, c->loop, fd, QUEUE_BYTES);
	if (!c->is_linked)
		close(fd);
}
