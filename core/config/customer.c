/* config/customer: sections `customer`: what one customer is served, by which sla, and who hears of
 * it. What they name may stand anywhere in the files, so they are judged when all of it is known.
 * See read.h; core/report/customer.c makes the verdict. */
#include <string.h>

#include "read.h"

/* The value of that option; "" when it is not given. */
static const struct value *value_of(struct config *c, const struct section *s, const char *option)
{
	const struct value *v = values_of(c, s);

	while (v && strcmp(v->name, option))
		v = v->next;
	return v;
}

/* Calls `judge` for each line of a list. */
static void each(struct config *c, const struct section *s, const struct value *v,
		 void (*judge)(struct config *, const struct section *, const struct value *,
			       const char *name))
{
	const char *names = v ? v->text : NULL;
	struct text name = {0};

	while (text_next_line(&names, &name))
		judge(c, s, v, name.at);
}

static void judge_service(struct config *c, const struct section *s, const struct value *v,
			  const char *name)
{
	const char *meant;
	struct text remedy = {0};

	if (map_find_text(&c->names, name))
		return;
	meant = name_nearest(c, name);
	text_printf(&remedy, meant ? "did you mean '%s'?" : "define it or name another", meant);
	problem_add(&c->parse, v->file, v->line, text_get(&remedy),
		    "customer '%s': there is no check or service '%.60s'", s->title, name);
	text_release(&remedy);
}

static void judge_contact(struct config *c, const struct section *s, const struct value *v,
			  const char *name)
{
	if (!map_find_text(&c->contacts, name))
		problem_add(&c->parse, v->file, v->line, "add contact \"NAME\" { ... }",
			    "customer '%s': there is no contact '%.60s'", s->title, name);
}

static void judge(struct config *c, const struct section *s)
{
	const struct value *sla = value_of(c, s, "sla");

	each(c, s, value_of(c, s, "services"), judge_service);
	each(c, s, value_of(c, s, "contact"), judge_contact);
	if (sla && *sla->text && !map_find_text(&c->slas, sla->text))
		problem_add(&c->parse, sla->file, sla->line, "add sla \"NAME\" { target = 99.9 }",
			    "customer '%s': there is no sla '%.60s'", s->title, sla->text);
}

void customers_finish(struct config *c)
{
	if (c->parse.is_cut)
		return; /* what they name may stand in what was not read */
	for (const struct section *s = c->parse.first; s; s = s->next)
		if (!s->parent && !strcmp(s->word, "customer"))
			judge(c, s);
}
