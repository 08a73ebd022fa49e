/* page/admin_new: pages that write a new post, with what a section `canned` has of it. What the
 * keeper refuses is shown above the form with all that was typed. See admin.h. */
#include <string.h>

#include "../web/claim.h"
#include "admin_words.h"

static const char *const heading[POST_SORTS] = {"Write an incident", "Announce maintenance",
						"Write news"};

static const char *const usual_impact[POST_SORTS] = {"minor", "outage", "none"};

static const struct canned_text no_text = {"", "", "", "", ""};

/* "incident", or "incident/NAME" to begin with that canned text; -1: neither. */
static int sort_of(const struct site *s, const struct request *r, const struct canned_text **c)
{
	size_t size = strcspn(r->tail, "/");
	int sort = -1;

	*c = &no_text;
	for (int i = 0; i < POST_SORTS; i++)
		if (!strncmp(post_sort_name[i], r->tail, size) && !post_sort_name[i][size])
			sort = i;
	if (sort < 0 || !r->tail[size])
		return sort;
	for (size_t i = 0; sort == POST_INCIDENT && i < s->catalog->canneds; i++)
		if (!strcmp(s->catalog->canned[i].name, r->tail + size + 1)) {
			*c = &s->catalog->canned[i];
			return sort;
		}
	return -1;
}

static void add_titles(struct text *t, const struct site *s, const char *names)
{
	struct text name = {0};
	const struct target *one;

	for (bool is_first = true; text_next_line(&names, &name); is_first = false) {
		one = catalog_find(s->catalog, name.at);
		text_printf(t, "%s%s", is_first ? "" : ", ", one ? one->title : name.at);
	}
}

/* The words of a canned text as they are likely to be meant; whoever writes reads it over. */
static void add_canned(struct text *t, const struct site *s, const struct request *r,
		       const struct canned_text *c, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, "{");

		text_add(t, text, size);
		text += size;
		if (!strncmp(text, "{{name}}", 8) && (text += 8))
			add_titles(t, s, c->services);
		else if (!strncmp(text, "{{state}}", 9) && (text += 9))
			text_puts(t, "down");
		else if (!strncmp(text, "{{since}}", 9) && (text += 9))
			admin_add_time(t, r, s->now_us);
		else if (*text)
			text_putc(t, *text++);
	}
}

static void add_canned_links(struct text *t, const struct site *s, const struct request *r)
{
	size_t count = s->catalog->canneds;
	struct text links = {0};

	for (size_t i = 0; i < count; i++)
		admin_add(&links, "admin-canned-link",
			  (const struct template_word[]){{"base", r->base},
							 {"name", s->catalog->canned[i].name},
							 {"comma", i + 1 < count ? "," : ""},
							 {NULL, NULL}});
	if (count)
		admin_add(t, "admin-canned",
			  (const struct template_word[]){{"links", links.at}, {NULL, NULL}});
	text_release(&links);
}

static bool is_ticked(const struct request *r, const char *key, const char *name)
{
	struct text all = {0};
	bool is_one;

	request_fields(r, key, &all);
	is_one = text_lists(text_get(&all), name);
	text_release(&all);
	return is_one;
}

/* Services first: they are what people know. */
static void add_components(struct text *t, const struct site *s, const struct request *r,
			   const struct canned_text *c)
{
	struct text boxes = {0};

	for (int is_check = 0; is_check < 2; is_check++)
		for (size_t i = 0; i < s->catalog->targets; i++) {
			const struct target *one = &s->catalog->target[i];

			if (one->is_service == is_check ||
			    !permit(r->user, PERMIT_POST, target_owner(s, one)))
				continue;
			admin_box(&boxes, "component", one->title, one->name,
				  is_ticked(r, "component", one->name) ||
					  text_lists(c->services, one->name));
		}
	if (boxes.size)
		admin_boxes(t, "What it concerns (none: everything)", &boxes);
	text_release(&boxes);
}

/* The groups of all pages, each once. None is ticked where everybody is told. */
static void add_audiences(struct text *t, const struct site *s, const struct request *r)
{
	struct text all = {0}, boxes = {0}, one = {0};

	for (size_t i = 0; i < s->catalog->pages; i++)
		for (const char *at = page_get(&s->catalog->page[i], "audiences");
		     text_next_line(&at, &one);) {
			if (text_lists(text_get(&all), text_get(&one)))
				continue;
			text_printf(&all, "%s\n", text_get(&one));
			admin_box(&boxes, "audience", text_get(&one), text_get(&one),
				  is_ticked(r, "audience", text_get(&one)));
		}
	if (boxes.size)
		admin_boxes(t, "Which groups of subscribers are told (none: everybody)", &boxes);
	text_release(&all);
	text_release(&boxes);
	text_release(&one);
}

static const char *either(const char *value, const char *otherwise)
{
	return *value ? value : otherwise;
}

static void add_new_fields(struct text *t, const struct site *s, const struct request *r, int sort,
			   const struct canned_text *c)
{
	struct text title = {0}, body = {0};

	add_canned(&title, s, r, c, c->title);
	add_canned(&body, s, r, c, c->text);
	admin_text(t, "title", "Title", either(request_field(r, "title"), text_get(&title)),
		   " required");
	if (sort == POST_INCIDENT)
		admin_choice(t, "state", "State", "post", admin_state[sort],
			     either(request_field(r, "state"), "investigating"));
	if (sort != POST_NEWS)
		admin_choice(
			t, "impact", "Impact", "impact", admin_impact[sort],
			either(request_field(r, "impact"), either(c->impact, usual_impact[sort])));
	admin_long(t, "body", "Text", either(request_field(r, "body"), text_get(&body)),
		   " required");
	if (sort != POST_NEWS) {
		bool has_begun = sort == POST_INCIDENT;

		admin_time(t, r, "start", has_begun ? "It began" : "It begins",
			   has_begun ? "now" : NULL);
		admin_time(t, r, "end", has_begun ? "It ended" : "It ends",
			   has_begun ? "it goes on" : NULL);
	}
	add_components(t, s, r, c);
	add_audiences(t, s, r);
	admin_box(t, "draft", "Keep it as a draft", "1", *request_field(r, "draft"));
	admin_box(t, "quiet", "Tell no subscribers", "1", *request_field(r, "quiet"));
	text_release(&title);
	text_release(&body);
}

static void show_new(const struct site *s, const struct request *r, struct answer *a,
		     const char *wrong)
{
	struct text fields = {0}, main = {0}, action = {0};
	const struct canned_text *c;
	int sort = sort_of(s, r, &c);

	if (sort < 0) {
		admin_not_found(a);
		return;
	}
	text_printf(&action, "/admin/new/%s/", post_sort_name[sort]);
	if (sort == POST_INCIDENT)
		add_canned_links(&main, s, r);
	add_new_fields(&fields, s, r, sort, c);
	admin_add(&main, "admin-form-new",
		  (const struct template_word[]){{"base", r->base},
						 {"action", action.at},
						 {"form", request_form(r)},
						 {"fields", text_get(&fields)},
						 {NULL, NULL}});
	admin_page(a, r, &(struct admin_page){heading[sort], NULL, wrong, &main});
	text_release(&fields);
	text_release(&main);
	text_release(&action);
}

void admin_show_new(const struct site *s, const struct request *r, struct answer *a)
{
	show_new(s, r, a, NULL);
}

static void new_answered(const struct site *s, const struct request *r, struct answer *a,
			 const struct line *end, void *with)
{
	const char *wrong = admin_wrong_of(end);

	(void)with;
	if (!wrong) {
		answer_see(a, "/admin/post/%s/?done=saved", line_get(end, "id"));
		return;
	}
	a->status = end ? 409 : 503;
	show_new(s, r, a, wrong);
}

void admin_take_new(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0}, wrong = {0};
	const struct canned_text *c;
	int sort = sort_of(s, r, &c);

	if (sort < 0 || !admin_reaches_chosen(s, r)) {
		admin_not_found(a);
		return;
	}
	line_begin(&line, "post", "-");
	line_add(&line, "sort", post_sort_name[sort]);
	line_add(&line, "by", r->user->id);
	if (admin_add_words(&line, r, &wrong)) {
		line_end(&line);
		route_ask(r, line.at, new_answered, NULL);
	} else {
		a->status = 409;
		show_new(s, r, a, text_get(&wrong));
	}
	text_release(&line);
	text_release(&wrong);
}
