/* page/admin_post: pages that write posts: a new one, an update, a correction, publication and
 * withdrawal. The keeper judges what is asked (board/post.h); what it refuses is shown above the
 * form with all that was typed. See admin.h. */
#include "../board/post.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/claim.h"
#include "admin.h"
#include "notice.h"
#include "when.h"
#include "words.h"

#define ROWS    100
#define UPDATES 200

static const char *const heading[POST_SORTS] = {"Write an incident", "Announce maintenance",
						"Write news"};

static const char *const impact[POST_SORTS][6] = {{"none", "minor", "major", "critical", NULL},
						  {"outage", "degraded", "none", NULL},
						  {"none", NULL}};

static const char *const state[POST_SORTS][6] = {
	{"investigating", "identified", "monitoring", "resolved", "postmortem", NULL},
	{"scheduled", "in_progress", "verifying", "completed", "cancelled", NULL},
	{"published", NULL}};

static const char *const usual_impact[POST_SORTS] = {"minor", "outage", "none"};

/* ---- the list ---- */

/* "Draft, Investigating", in the words of the page; news have one state. */
static void add_standing(struct text *t, const struct post *p)
{
	say_of(t, "stage", post_stage_name[p->stage]);
	if (p->sort == POST_NEWS)
		return;
	text_puts(t, ", ");
	say_of(t, "post", p->state);
}

static void add_row(struct text *t, const struct request *r, const struct post *p)
{
	struct text when = {0}, sort = {0}, standing = {0};

	admin_add_time(&when, r, p->start_us);
	say_of(&sort, "sort", post_sort_name[p->sort]);
	add_standing(&standing, p);
	admin_add(t, "admin-post-row",
		  (const struct template_word[]){{"base", r->base},
						 {"id", p->card->id},
						 {"title", p->title},
						 {"sort", text_get(&sort)},
						 {"standing", text_get(&standing)},
						 {"when", text_get(&when)},
						 {NULL, NULL}});
	text_release(&when);
	text_release(&sort);
	text_release(&standing);
}

/* The newest first; a draft stands before what is published. */
void admin_add_posts(struct text *t, const struct site *s, const struct request *r)
{
	struct text rows = {0};
	struct post p;
	int count = 0;

	if (!permit(r->user, PERMIT_POST, ""))
		return;
	for (int is_published = 0; is_published < 2; is_published++)
		for (size_t i = board_count(s->board, "post"); i-- > 0 && count < ROWS;) {
			if (!post_read(board_at(s->board, "post", i), &p) ||
			    (p.stage != POST_DRAFT) != is_published ||
			    !admin_reaches(s, r, PERMIT_POST, p.components))
				continue;
			add_row(&rows, r, &p);
			count++;
		}
	if (count)
		admin_add(t, "admin-table",
			  (const struct template_word[]){{"one", "Title"},
							 {"two", "Stands as"},
							 {"three", "From"},
							 {"rows", text_get(&rows)},
							 {NULL, NULL}});
	text_release(&rows);
}

/* ---- words of a request to the keeper ---- */

/* False: it is none, *wrong says so. */
static bool add_moment(struct text *line, const struct request *r, const char *field,
		       const char *key, struct text *wrong)
{
	const char *value = request_field(r, field);
	int64_t at_us;

	if (!*value)
		return true;
	if (!when_take(r->page, value, &at_us, wrong))
		return false;
	line_add_int(line, key, at_us);
	return true;
}

static void add_word(struct text *line, const struct request *r, const char *key)
{
	const char *value = request_field(r, key);

	if (*value)
		line_add(line, key, value);
}

/* Browsers end lines as letters do. */
static void add_body(struct text *line, const struct request *r)
{
	struct text body = {0};

	for (const char *c = request_field(r, "body"); *c; c++)
		if (*c != '\r')
			text_putc(&body, *c);
	if (body.size)
		line_add(line, "body", body.at);
	text_release(&body);
}

static bool add_words(struct text *line, const struct request *r, struct text *wrong)
{
	static const char *const key[] = {"title", "impact", "state",  "cause",
					  "draft", "quiet",  "update", "tell"};
	struct text components = {0}, audiences = {0};

	for (size_t i = 0; i < sizeof key / sizeof *key; i++)
		add_word(line, r, key[i]);
	request_fields(r, "component", &components);
	if (components.size)
		line_add(line, "components", components.at);
	request_fields(r, "audience", &audiences);
	if (audiences.size)
		line_add(line, "audiences", audiences.at);
	text_release(&components);
	text_release(&audiences);
	add_body(line, r);
	return add_moment(line, r, "start", "start_us", wrong) &&
	       add_moment(line, r, "end", "end_us", wrong) &&
	       add_moment(line, r, "event", "event_us", wrong);
}

/* ---- a new one ---- */

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
	char *list = memory_text(names), *rest = list;
	bool is_first = true;

	for (char *name; *names && (name = strsep(&rest, "\n")); is_first = false) {
		const struct target *one = catalog_find(s->catalog, name);

		text_printf(t, "%s%s", is_first ? "" : ", ", one ? one->title : name);
	}
	free(list);
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
	bool is_one = false;
	char *rest, *at;

	request_fields(r, key, &all);
	rest = all.at;
	while (rest && (at = strsep(&rest, "\n")))
		is_one = is_one || !strcmp(at, name);
	text_release(&all);
	return is_one;
}

static bool is_line(const char *lines, const char *name)
{
	size_t size = strlen(name);

	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		if (strcspn(lines, "\n") == size && !strncmp(lines, name, size))
			return true;
	return false;
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
					  is_line(c->services, one->name));
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
		     notice_next(&at, &one);) {
			if (is_line(text_get(&all), text_get(&one)))
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
		admin_choice(t, "state", "State", "post", state[sort],
			     either(request_field(r, "state"), "investigating"));
	if (sort != POST_NEWS)
		admin_choice(
			t, "impact", "Impact", "impact", impact[sort],
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

static const char *wrong_of(const struct line *end)
{
	return !end ? "The monitor did not answer. Look whether it was saved, then try again."
		    : line_find(end, "wrong");
}

static void new_answered(const struct site *s, const struct request *r, struct answer *a,
			 const struct line *end, void *with)
{
	const char *wrong = wrong_of(end);

	(void)with;
	if (!wrong) {
		answer_see(a, "/admin/post/%s/?done=saved", line_get(end, "id"));
		return;
	}
	a->status = end ? 409 : 503;
	show_new(s, r, a, wrong);
}

/* What the form says that it concerns: nothing of another owner. */
static bool reaches_chosen(const struct site *s, const struct request *r)
{
	struct text components = {0};
	bool is_allowed;

	request_fields(r, "component", &components);
	is_allowed = admin_reaches(s, r, PERMIT_POST, text_get(&components));
	text_release(&components);
	return is_allowed;
}

void admin_take_new(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0}, wrong = {0};
	const struct canned_text *c;
	int sort = sort_of(s, r, &c);

	if (sort < 0 || !reaches_chosen(s, r)) {
		admin_not_found(a);
		return;
	}
	line_begin(&line, "post", "-");
	line_add(&line, "sort", post_sort_name[sort]);
	line_add(&line, "by", r->user->id);
	if (add_words(&line, r, &wrong)) {
		line_end(&line);
		route_ask(r, line.at, new_answered, NULL);
	} else {
		a->status = 409;
		show_new(s, r, a, text_get(&wrong));
	}
	text_release(&line);
	text_release(&wrong);
}

/* ---- one that there is ---- */

/* The post of the address, with what stands behind its id in *act. False: he may not know of it. */
static bool find_post(const struct site *s, const struct request *r, struct post *p, char id[64],
		      const char **act)
{
	size_t size = strcspn(r->tail, "/");
	const struct card *c;

	if (size >= 64)
		return false;
	memcpy(id, r->tail, size);
	id[size] = '\0';
	*act = r->tail[size] ? r->tail + size + 1 : "";
	c = board_find(s->board, "post", id);
	return c && post_read(c, p) && admin_reaches(s, r, PERMIT_POST, p->components);
}

static void add_correction(struct text *t, const struct request *r, const struct post *p,
			   const struct update *u)
{
	struct text body = {0};

	html_add_lines(&body, u->body);
	if (*request_form(r) && p->stage != POST_WITHDRAWN && !u->withdrawn_us)
		admin_add(t, "admin-correct",
			  (const struct template_word[]){{"base", r->base},
							 {"id", p->card->id},
							 {"form", request_form(r)},
							 {"update", u->card->id},
							 {"body", text_get(&body)},
							 {NULL, NULL}});
	text_release(&body);
}

static void add_update(struct text *t, const struct request *r, const struct post *p,
		       const struct update *u)
{
	struct text when = {0}, correct = {0}, body = {0}, now = {0};
	const char *withdrawn = u->withdrawn_us ? ", withdrawn" : "";

	html_add_lines(&body, u->body);
	admin_add_time(&when, r, u->event_us);
	add_correction(&correct, r, p, u);
	say_of(&now, "post", u->state);
	admin_add(t, "admin-update",
		  (const struct template_word[]){{"state", text_get(&now)},
						 {"when", text_get(&when)},
						 {"body", text_get(&body)},
						 {"author", *u->author ? u->author : "nines"},
						 {"edited", u->edited_us ? ", corrected" : ""},
						 {"withdrawn", withdrawn},
						 {"correct", text_get(&correct)},
						 {NULL, NULL}});
	text_release(&when);
	text_release(&correct);
	text_release(&body);
	text_release(&now);
}

static void add_updates(struct text *t, const struct site *s, const struct request *r,
			const struct post *p)
{
	const struct card *all[UPDATES];
	size_t count = post_updates(s->board, p->card->id, all, UPDATES);
	struct update u;

	for (size_t i = count < UPDATES ? count : UPDATES; i-- > 0;)
		if (update_read(all[i], &u))
			add_update(t, r, p, &u);
}

static void add_change_form(struct text *t, const struct request *r, const struct post *p)
{
	struct text fields = {0}, action = {0};

	text_printf(&action, "/admin/post/%s/update/", p->card->id);
	admin_choice(&fields, "state", "State", "post", state[p->sort], p->state);
	if (p->sort != POST_NEWS)
		admin_choice(&fields, "impact", "Impact", "impact", impact[p->sort], p->impact);
	admin_long(&fields, "body", "Text", request_field(r, "body"), " required");
	admin_time(&fields, r, "event", "When it happened", "now");
	admin_box(&fields, "quiet", "Tell no subscribers", "1", *request_field(r, "quiet"));
	admin_add(t, "admin-form",
		  (const struct template_word[]){
			  {"heading", p->stage == POST_DRAFT ? "Change the draft" : "Update it"},
			  {"base", r->base},
			  {"action", action.at},
			  {"form", request_form(r)},
			  {"fields", text_get(&fields)},
			  {"button", "Save"},
			  {NULL, NULL}});
	text_release(&fields);
	text_release(&action);
}

/* The form that publishes it, or that takes it off the page. */
static void add_stage_form(struct text *t, const char *piece, const struct request *r,
			   const struct post *p)
{
	admin_add(t, piece,
		  (const struct template_word[]){{"base", r->base},
						 {"id", p->card->id},
						 {"form", request_form(r)},
						 {NULL, NULL}});
}

static void add_span(struct text *t, const struct request *r, const struct post *p)
{
	admin_add_time(t, r, p->start_us);
	text_puts(t, " to ");
	if (p->end_us)
		admin_add_time(t, r, p->end_us);
	else
		text_puts(t, "now");
}

static void add_list(struct text *t, const char *lines)
{
	for (; *lines; lines++)
		text_puts(t, *lines == '\n' ? ", " : (char[]){*lines, '\0'});
	if (!t->size)
		text_puts(t, "everything");
}

static void show_post(const struct site *s, const struct request *r, struct answer *a,
		      const struct post *p, const char *wrong)
{
	struct text publish = {0}, withdraw = {0}, updates = {0}, change = {0}, time = {0},
		    list = {0}, main = {0}, standing = {0}, impact_said = {0};
	bool is_shown = p->stage != POST_WITHDRAWN && *request_form(r);

	if (is_shown) {
		if (p->stage == POST_DRAFT)
			add_stage_form(&publish, "admin-publish", r, p);
		add_change_form(&change, r, p);
		add_stage_form(&withdraw, "admin-withdraw", r, p);
	}
	add_updates(&updates, s, r, p);
	add_span(&time, r, p);
	add_standing(&standing, p);
	say_of(&impact_said, "impact", p->impact);
	add_list(&list, p->components);
	admin_add(&main, "admin-post",
		  (const struct template_word[]){{"standing", text_get(&standing)},
						 {"impact", text_get(&impact_said)},
						 {"components", list.at},
						 {"time", text_get(&time)},
						 {"author", *p->author ? p->author : "nines"},
						 {"publish", text_get(&publish)},
						 {"withdraw", text_get(&withdraw)},
						 {"updates", text_get(&updates)},
						 {"change", text_get(&change)},
						 {NULL, NULL}});
	admin_page(a, r,
		   &(struct admin_page){p->title, wrong ? NULL : admin_done(r), wrong, &main});
	text_release(&publish);
	text_release(&withdraw);
	text_release(&updates);
	text_release(&change);
	text_release(&time);
	text_release(&list);
	text_release(&main);
	text_release(&standing);
	text_release(&impact_said);
}

void admin_show_post(const struct site *s, const struct request *r, struct answer *a)
{
	struct post p;
	const char *act;
	char id[64];

	if (!find_post(s, r, &p, id, &act) || *act)
		admin_not_found(a);
	else
		show_post(s, r, a, &p, NULL);
}

static const struct {
	const char *act, *done;
} acts[] = {{"update", "saved"},
	    {"correct", "saved"},
	    {"publish", "published"},
	    {"withdraw", "withdrawn"}};

static void post_answered(const struct site *s, const struct request *r, struct answer *a,
			  const struct line *end, void *with)
{
	const char *wrong = wrong_of(end), *act;
	struct post p;
	char id[64];

	if (!wrong) {
		find_post(s, r, &p, id, &act);
		if (board_find(s->board, "post", id))
			answer_see(a, "/admin/post/%s/?done=%s", id, (const char *)with);
		else
			answer_see(a, "/admin/?done=%s", (const char *)with);
		return;
	}
	a->status = end ? 409 : 503;
	if (find_post(s, r, &p, id, &act))
		show_post(s, r, a, &p, wrong);
	else
		admin_not_found(a);
}

static void ask_post(const struct site *s, const struct request *r, struct answer *a,
		     const struct post *p, size_t act)
{
	struct text line = {0}, wrong = {0};

	line_begin(&line, "post", p->card->id);
	line_add(&line, "act", acts[act].act);
	line_add(&line, "by", r->user->id);
	if (add_words(&line, r, &wrong)) {
		line_end(&line);
		route_ask(r, line.at, post_answered, memory_text(acts[act].done));
	} else {
		a->status = 409;
		show_post(s, r, a, p, text_get(&wrong));
	}
	text_release(&line);
	text_release(&wrong);
}

void admin_take_post(const struct site *s, const struct request *r, struct answer *a)
{
	struct post p;
	const char *act;
	char id[64];
	bool is_found = find_post(s, r, &p, id, &act) && reaches_chosen(s, r);

	for (size_t i = 0; is_found && i < sizeof acts / sizeof *acts; i++)
		if (!strcmp(acts[i].act, act)) {
			ask_post(s, r, a, &p, i);
			return;
		}
	admin_not_found(a);
}
