/* page/admin_page: see admin_page.h. */
#include "admin_page.h"

#include "../web/assets.h"

void admin_add(struct text *t, const char *piece, const struct template_word *word)
{
	template_add(t, web_admin, piece, word);
}

static void add_who(struct text *t, const struct request *r)
{
	const struct template_word word[] = {{"base", r->base},
					     {"form", request_form(r)},
					     {"user", r->user ? r->user->id : ""},
					     {"role", r->user ? card_get(r->user, "role") : ""},
					     {NULL, NULL}};

	if (r->user && *request_form(r))
		admin_add(t, "admin-who", word);
}

static void add_notice(struct text *t, const struct admin_page *p)
{
	const struct template_word word[] = {{"class", p->wrong ? "wrong" : "done"},
					     {"role", p->wrong ? "alert" : "status"},
					     {"text", p->wrong ? p->wrong : p->said},
					     {NULL, NULL}};

	if (p->wrong || p->said)
		admin_add(t, "admin-notice", word);
}

void admin_page(struct answer *a, const struct request *r, const struct admin_page *p)
{
	struct text who = {0}, notice = {0};

	add_who(&who, r);
	add_notice(&notice, p);
	text_clear(&a->body);
	admin_add(&a->body, "admin",
		  (const struct template_word[]){{"title", p->title},
						 {"base", r->base},
						 {"who", text_get(&who)},
						 {"notice", text_get(&notice)},
						 {"main", p->main ? text_get(p->main) : ""},
						 {NULL, NULL}});
	a->type = NULL;
	/* else a browser hides where the form came from, and it is refused (sign.c) */
	a->referrer = "same-origin";
	text_release(&who);
	text_release(&notice);
}
