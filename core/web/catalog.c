/* web/catalog: see catalog.h. */
#include "catalog.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../base/arena.h"
#include "../base/log.h"
#include "../base/map.h"
#include "../base/memory.h"
#include "../base/quorum.h"
#include "../base/zone.h"
#include "proxy.h"
#include "template.h"

#define PAGES 1000
#define DEPTH 1000 /* of services in services */

/* A file as its parts come. */
struct growing {
	struct text bytes;
	char *key, *type;
	size_t page;
};

struct catalog_set {
	struct catalog catalog;
	struct arena arena;
	struct text lines; /* as they came: what differs is known by them */
	struct text wrong; /* why it is not believed */
	struct target *target;
	struct page *page;
	struct canned_text *canned;
	struct role *role;
	struct zone **zone;
	struct growing *file;
	size_t rooms, zones, files;
	struct map place; /* name -> 1 + place of the target */
};

static struct catalog_set *set_new(void)
{
	struct catalog_set *s = memory_new(sizeof *s);

	arena_init(&s->arena, NULL, 0, CATALOG_BYTES);
	return s;
}

static void set_free(struct catalog_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->catalog.pages; i++)
		template_dress_free((struct template_dress *)s->page[i].dress);
	for (size_t i = 0; i < s->zones; i++)
		zone_close(s->zone[i]);
	for (size_t i = 0; i < s->files; i++) {
		text_release(&s->file[i].bytes);
		free(s->file[i].key);
		free(s->file[i].type);
	}
	free(s->file);
	free(s->zone);
	free(s->target);
	free(s->page);
	free(s->canned);
	free(s->role);
	map_release(&s->place);
	arena_release(&s->arena);
	text_release(&s->lines);
	text_release(&s->wrong);
	free(s);
}

/* ---- lines ---- */

static const char *keep(struct catalog_set *s, const char *text)
{
	const char *kept = *text ? arena_copy(&s->arena, text, strlen(text)) : "";

	if (!kept)
		text_puts(&s->wrong, "more than can be kept");
	return kept ? kept : "";
}

static void take_target(struct catalog_set *s, const struct line *l)
{
	const char *title = line_get(l, "title"), *standing = line_get(l, "standing");
	size_t n = s->catalog.targets++;
	struct target *t;
	int64_t need;

	if (n == s->rooms) {
		s->rooms = s->rooms ? 2 * s->rooms : 64;
		s->target = memory_resize(s->target, s->rooms * sizeof *s->target);
	}
	t = &s->target[n];
	*t = (struct target){.name = keep(s, line_name(l)),
			     .module = keep(s, line_get(l, "module")),
			     .category = keep(s, line_get(l, "category")),
			     .configured_owner = keep(s, line_get(l, "owner")),
			     .url = keep(s, line_get(l, "url")),
			     .site = keep(s, line_get(l, "site")),
			     .standing = *standing ? keep(s, standing) : "in-service",
			     .members = keep(s, line_get(l, "members")),
			     .parents = keep(s, line_get(l, "parents")),
			     .weights = keep(s, line_get(l, "weights")),
			     .role = keep(s, line_get(l, "role")),
			     .feeds = keep(s, line_get(l, "feeds")),
			     .fallback = keep(s, line_get(l, "fallback")),
			     .visit = keep(s, line_get(l, "visit")),
			     .every_us = line_int(l, "every_us", 0),
			     .need = quorum_need(line_get(l, "need"), &need) ? need : 0};
	t->title = *title ? keep(s, title) : t->name;
	t->is_service = !*t->module;
	if (t->is_service)
		t->module = "service";
	map_put_text(&s->place, t->name, (void *)(uintptr_t)(n + 1));
}

static void take_page(struct catalog_set *s, const struct line *l)
{
	struct page *p;

	if (s->catalog.pages == PAGES) {
		text_puts(&s->wrong, "more than 1,000 pages");
		return;
	}
	s->page = memory_resize(s->page, (s->catalog.pages + 1) * sizeof *s->page);
	p = &s->page[s->catalog.pages++];
	*p = (struct page){.name = keep(s, line_name(l)), .title = keep(s, line_get(l, "title"))};
	for (size_t i = 0; i < l->words && p->words < 64; i++) {
		if (!strcmp(l->word[i].key, "name") || !strcmp(l->word[i].key, "title"))
			continue;
		p->word[p->words][0] = keep(s, l->word[i].key);
		p->word[p->words++][1] = keep(s, l->word[i].value);
	}
}

static void take_role(struct catalog_set *s, const struct line *l)
{
	const char *title = line_get(l, "title");
	struct role *r;

	s->role = memory_resize(s->role, (s->catalog.roles + 1) * sizeof *s->role);
	r = &s->role[s->catalog.roles++];
	*r = (struct role){.name = keep(s, line_name(l)), .text = keep(s, line_get(l, "text"))};
	r->title = *title ? keep(s, title) : r->name;
}

/* Of the page line before it. */
static void take_part(struct catalog_set *s, const struct line *l)
{
	const char *key = line_get(l, "key");
	const struct line_word *w = NULL;
	struct growing *f = s->files ? &s->file[s->files - 1] : NULL;

	for (size_t i = 0; i < l->words && !w; i++)
		w = strcmp(l->word[i].key, "bytes") ? NULL : &l->word[i];
	if (!w || !s->catalog.pages || strcmp(s->page[s->catalog.pages - 1].name, line_name(l))) {
		text_puts(&s->wrong, "a part of a file that belongs to no page");
		return;
	}
	if (!f || strcmp(f->key, key) || f->page != s->catalog.pages - 1) {
		s->file = memory_resize(s->file, (s->files + 1) * sizeof *s->file);
		f = &s->file[s->files++];
		*f = (struct growing){.key = memory_text(key),
				      .type = memory_text(line_get(l, "type")),
				      .page = s->catalog.pages - 1};
	}
	text_add(&f->bytes, w->value, w->size);
}

static void take_zone(struct catalog_set *s, const struct line *l)
{
	for (size_t i = 0; i < l->words; i++) {
		struct zone *z;

		if (strcmp(l->word[i].key, "bytes"))
			continue;
		z = zone_of_bytes(line_name(l), l->word[i].value, l->word[i].size, &s->wrong);
		if (!z)
			return;
		s->zone = memory_resize(s->zone, (s->zones + 1) * sizeof *s->zone);
		s->zone[s->zones++] = z;
	}
}

static void take_canned(struct catalog_set *s, const struct line *l)
{
	size_t n = s->catalog.canneds++;

	s->canned = memory_resize(s->canned, (n + 1) * sizeof *s->canned);
	s->canned[n] = (struct canned_text){.name = keep(s, line_name(l)),
					    .title = keep(s, line_get(l, "title")),
					    .text = keep(s, line_get(l, "text")),
					    .impact = keep(s, line_get(l, "impact")),
					    .services = keep(s, line_get(l, "services"))};
}

static const struct {
	const char *verb;
	void (*take)(struct catalog_set *, const struct line *);
} verb[] = {{"target", take_target}, {"role", take_role}, {"page", take_page},
	    {"part", take_part},     {"zone", take_zone}, {"canned", take_canned}};

static void add(struct catalog_set *s, const struct line *l)
{
	if (s->wrong.size)
		return;
	if (s->lines.size > CATALOG_BYTES) {
		text_puts(&s->wrong, "more lines than can be kept");
		return;
	}
	line_begin(&s->lines, l->verb, l->id);
	line_add_words(&s->lines, l, NULL);
	line_end(&s->lines);
	for (size_t i = 0; i < sizeof verb / sizeof *verb; i++)
		if (!strcmp(l->verb, verb[i].verb))
			verb[i].take(s, l);
}

/* ---- a whole set ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct target *const *)a)->name,
		      (*(const struct target *const *)b)->name);
}

static void sort(struct catalog_set *s)
{
	const struct target **sorted =
		arena_alloc(&s->arena, (s->catalog.targets + 1) * sizeof *sorted);

	if (!sorted)
		return;
	for (size_t i = 0; i < s->catalog.targets; i++)
		sorted[i] = &s->target[i];
	qsort(sorted, s->catalog.targets, sizeof *sorted, by_name);
	s->catalog.by_name = sorted;
}

/* The target and all that it is made of. */
static void show(struct catalog_set *s, unsigned char *shown, size_t place, int depth)
{
	const char *members = s->target[place].members;
	struct text name = {0};
	size_t member;

	if (shown[place] || depth > DEPTH)
		return;
	shown[place] = 1;
	while (text_next_line(&members, &name)) {
		member = (size_t)(uintptr_t)map_find_text(&s->place, name.at);
		if (member)
			show(s, shown, member - 1, depth + 1);
	}
}

static void show_like(struct catalog_set *s, unsigned char *shown, const char *pattern)
{
	size_t place = (size_t)(uintptr_t)map_find_text(&s->place, pattern);

	if (place) {
		show(s, shown, place - 1, 0);
		return;
	}
	if (!strpbrk(pattern, "*?"))
		return;
	for (size_t i = 0; i < s->catalog.targets; i++)
		if (!fnmatch(pattern, s->target[i].name, FNM_NOESCAPE))
			show(s, shown, i, 0);
}

static void show_category(struct catalog_set *s, unsigned char *shown, const char *category)
{
	for (size_t i = 0; i < s->catalog.targets; i++)
		if (!strcmp(s->target[i].category, category))
			show(s, shown, i, 0);
}

static void choose(struct catalog_set *s, struct page *p)
{
	const char *show_list = page_get(p, "show"), *categories = page_get(p, "categories");
	struct text item = {0};
	unsigned char *shown;

	if (!*show_list && !*categories)
		return;
	p->shown = shown = arena_alloc(&s->arena, s->catalog.targets + 1);
	if (!shown) {
		text_puts(&s->wrong, "more than can be kept");
		return;
	}
	while (text_next_line(&show_list, &item))
		show_like(s, shown, item.at);
	while (text_next_line(&categories, &item))
		show_category(s, shown, item.at);
}

/* ---- private pages ---- */

static bool is_private(const struct page *p)
{
	return *page_get(p, "visitors") || *page_get(p, "password") || page_is(p, "sign-in") ||
	       *page_get(p, "sso-header");
}

/* A network that cannot be read lets nobody in. */
static const struct proxies *visitors_of(struct catalog_set *s, const struct page *p)
{
	struct proxies *all = arena_alloc(&s->arena, sizeof *all);
	const char *nets = page_get(p, "visitors");
	struct text item = {0};

	while (all && text_next_line(&nets, &item))
		proxy_add(all, item.at);
	return all;
}

static void close_page(struct catalog_set *s, struct page *p)
{
	static const char *const same[] = {"language", "password", "sign-in"};
	struct page *door;

	if (!is_private(p))
		return;
	door = arena_alloc(&s->arena, sizeof *door);
	p->visitors = visitors_of(s, p);
	if (!door || !p->visitors ||
	    !(door->shown = arena_alloc(&s->arena, s->catalog.targets + 1))) {
		text_puts(&s->wrong, "more than can be kept");
		return;
	}
	door->name = p->name;
	door->title = "Private page";
	door->visitors = p->visitors;
	p->door = door->door = door;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		door->word[door->words][0] = same[i];
		door->word[door->words++][1] = page_get(p, same[i]);
	}
}

static void find_zone(struct catalog_set *s, struct page *p)
{
	for (size_t i = 0; i < s->zones; i++)
		if (!strcmp(zone_name(s->zone[i]), page_get(p, "zone")))
			p->zone = s->zone[i];
}

static void dress(struct catalog_set *s)
{
	for (size_t i = 0; i < s->files; i++) {
		const struct growing *f = &s->file[i];
		struct page *p = &s->page[f->page];

		if (p->files == sizeof p->file / sizeof *p->file)
			continue;
		p->file[p->files++] = (struct page_file){.key = f->key,
							 .type = f->type,
							 .bytes = text_get(&f->bytes),
							 .size = f->bytes.size};
		if (!strcmp(f->key, "templates") && !p->dress)
			p->dress = template_dress_new(text_get(&f->bytes));
	}
}

/* Without a section one page shows all there is. */
static void add_standard_page(struct catalog_set *s)
{
	s->page = memory_new(sizeof *s->page);
	*s->page = (struct page){.name = "status", .title = "", .words = 2};
	s->page->word[0][0] = "details";
	s->page->word[0][1] = "yes";
	s->page->word[1][0] = "statistics";
	s->page->word[1][1] = "yes";
	s->catalog.pages = 1;
}

static void complete(struct catalog_set *s)
{
	if (!s->catalog.pages)
		add_standard_page(s);
	sort(s);
	for (size_t i = 0; i < s->catalog.pages; i++) {
		choose(s, &s->page[i]);
		find_zone(s, &s->page[i]);
		close_page(s, &s->page[i]);
	}
	dress(s);
	if (!s->catalog.by_name)
		text_puts(&s->wrong, "more than can be kept");
	s->catalog.target = s->target;
	s->catalog.page = s->page;
	s->catalog.canned = s->canned;
	s->catalog.role = s->role;
}

void catalog_release(struct catalog_book *b)
{
	set_free(b->now);
	set_free(b->next);
	*b = (struct catalog_book){0};
}

static bool is_news(const struct catalog_book *b)
{
	struct text said = {0};

	if (!b->next->wrong.size)
		return !b->now || strcmp(text_get(&b->now->lines), text_get(&b->next->lines));
	text_add_safe(&said, b->next->wrong.at, b->next->wrong.size, 400);
	log_say("pages stay as they were configured before: %s", text_get(&said));
	text_release(&said);
	return false;
}

bool catalog_take(struct catalog_book *b, const struct line *l)
{
	if (!strcmp(l->verb, "pages")) {
		set_free(b->next);
		b->next = set_new();
	} else if (b->next && !strcmp(l->verb, "pages-end")) {
		complete(b->next);
		if (is_news(b))
			return true;
		set_free(b->next);
		b->next = NULL;
	} else if (b->next) {
		add(b->next, l);
	}
	return false;
}

void catalog_change(struct catalog_book *b)
{
	set_free(b->now);
	b->now = b->next;
	b->next = NULL;
	b->now->catalog.generation = ++b->generations;
}

const struct catalog *catalog_get(const struct catalog_book *b)
{
	static struct catalog_set *nothing;

	if (b->now)
		return &b->now->catalog;
	if (!nothing) {
		nothing = set_new();
		complete(nothing);
	}
	return &nothing->catalog;
}

/* ---- questions ---- */

const struct target *catalog_find(const struct catalog *c, const char *name)
{
	struct target key = {.name = name};
	const struct target *wanted = &key, *const * found;

	found = c->targets ? bsearch(&wanted, c->by_name, c->targets, sizeof *c->by_name, by_name)
			   : NULL;
	return found ? *found : NULL;
}

const struct page *catalog_page(const struct catalog *c, const char *name)
{
	for (size_t i = 0; i < c->pages; i++)
		if (!strcmp(c->page[i].name, name))
			return &c->page[i];
	return NULL;
}

const char *page_get(const struct page *p, const char *key)
{
	for (size_t i = 0; i < p->words; i++)
		if (!strcmp(p->word[i][0], key))
			return p->word[i][1];
	return "";
}

bool page_is(const struct page *p, const char *key)
{
	return !strcmp(page_get(p, key), "yes");
}

const struct page_file *page_file(const struct page *p, const char *key)
{
	for (size_t i = 0; i < p->files; i++)
		if (!strcmp(p->file[i].key, key))
			return &p->file[i];
	return NULL;
}

bool page_shows(const struct catalog *c, const struct page *p, const char *name)
{
	const struct target *t;

	if (!p->shown)
		return true;
	t = catalog_find(c, name);
	return t && p->shown[t - c->target];
}

static size_t count_shown(const struct catalog *c, const struct page *p, const char *names,
			  size_t *all)
{
	struct text name = {0};
	size_t n = 0;

	*all = 0;
	while (text_next_line(&names, &name)) {
		n += page_shows(c, p, name.at);
		*all += 1;
	}
	return n;
}

bool page_shows_all(const struct catalog *c, const struct page *p, const char *names)
{
	size_t all, n = count_shown(c, p, names, &all);

	return n && n == all;
}

bool page_shows_any(const struct catalog *c, const struct page *p, const char *names)
{
	size_t all, n = count_shown(c, p, names, &all);

	return n || !all;
}
