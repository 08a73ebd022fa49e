/* page/admin_post: the list of posts, and the pages of one that there is: an update, a correction,
 * publication and withdrawal. The keeper judges what is asked (board/post.h); what it refuses is
 * shown above the form with all that was typed. See admin.h. */
#include <string.h>

#include "../base/memory.h"
#include "admin_words.h"
#include "words.h"

#define ROWS    100
#define UPDATES 200

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

/* ---- one of them ---- */

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
	admin_choice(&fields, "state", "State", "post", admin_state[p->sort], p->state);
	if (p->sort != POST_NEWS)
		admin_choice(&fields, "impact", "Impact", "impact", admin_impact[p->sort],
			     p->impact);
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
	const char *wrong = admin_wrong_of(end), *act;
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
	if (admin_add_words(&line, r, &wrong)) {
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
	bool is_found = find_post(s, r, &p, id, &act) && admin_reaches_chosen(s, r);

	for (size_t i = 0; is_found && i < sizeof acts / sizeof *acts; i++)
		if (!strcmp(acts[i].act, act)) {
			ask_post(s, r, a, &p, i);
			return;
		}
	admin_not_found(a);
}
