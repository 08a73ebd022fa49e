/* config/deliver: reports that are sent by themselves: sections `deliver`.
 *
 * Contacts, services and slas may stand anywhere in the files, so deliver_read() keeps what was
 * said and delivers_finish() judges it and writes the lines. */
#include <string.h>

#include "../alert/period.h"
#include "../module/form.h"
#include "deliver.h"

static const struct module_option deliver_option[] = {
	OPTION_(struct deliver_options, report, "report", OPTION_TYPE_TEXT, NULL, NULL,
		OPTION_IS_REQUIRED, "which report: sla, digest, ..."),
	OPTION_LINE(struct deliver_options, check, "", "of this check alone"),
	OPTION_LINE(struct deliver_options, service, "", "of this service alone"),
	OPTION_LINE(struct deliver_options, customer, "", "of what this customer is served"),
	OPTION_LINE(struct deliver_options, sla, "",
		    "of the services of that sla and their members, judged by it"),
	OPTION_LIST(struct deliver_options, with, "",
		    "options of the report, as name=value: \"incidents=50\""),
	OPTION_CHOICE(struct deliver_options, every, "month", "day|week|month|quarter|year",
		      "each calendar month (quarter, year, day, week from Monday on) that is over"),
	OPTION_LINE(struct deliver_options, at, "06:00", "on the day behind it, at this time"),
	OPTION_LINE(struct deliver_options, zone, "",
		    "time zone of all that; without it the sla's, else UTC"),
	OPTION_LIST(
		struct deliver_options, contacts, "",
		"to each of their paths that takes reports; patterns such as * count; without it "
		"those of the customer"),
	OPTION_LIST(struct deliver_options, attach, "pdf",
		    "files: pdf, html, csv, json, text; none: the text alone"),
	OPTION_LINE(struct deliver_options, folder, "", "and the same files into this folder"),
	OPTION_CHOICE(struct deliver_options, paper, "a4", "a4|letter", "of the PDF"),
	OPTION_LINE(struct deliver_options, title, "",
		    "what its letters are called; without it the section's name"),
	OPTION_END,
};
static const struct module_head deliver_head = {.name = "deliver",
						.option = deliver_option,
						.options_size = sizeof(struct deliver_options)};

void deliver_read(struct config *c, const struct section *s)
{
	struct delivery *new = parse_alloc(&c->parse, sizeof *new);
	const char *wrong = form_name_wrong(s->title);

	new->section = s;
	new->is_fine = values_set(c, s, &deliver_head, &new->say);
	if (wrong)
		problem_add(&c->parse, s->file, s->line, "choose another name",
			    "deliver: its name %s", wrong);
	for (const struct delivery *d = c->deliveries; d; d = d->next)
		if (!strcmp(d->section->title, s->title))
			problem_add(&c->parse, s->file, s->line, "rename one",
				    "there are two deliveries '%s'", s->title);
	*c->last_delivery = new;
	c->last_delivery = &new->next;
}

/* ---- of what ---- */

static const struct section *find_customer(const struct config *c, const char *name)
{
	for (const struct section *s = c->parse.first; s; s = s->next)
		if (!s->parent && !strcmp(s->word, "customer") && !strcmp(s->title, name))
			return s;
	return NULL;
}

static void judge_targets(struct config *c, const struct delivery *d)
{
	const struct deliver_options *o = &d->say;
	const char *const named[] = {"check", o->check, "service", o->service};
	const struct named *n;

	if (!!*o->check + !!*o->service + !!*o->customer + !!*o->sla > 1)
		problem_add(&c->parse, d->section->file, d->section->line, "leave one of them",
			    "deliver '%s': check, service, customer and sla exclude each other",
			    d->section->title);
	for (size_t i = 0; i < 4; i += 2) {
		if (!*named[i + 1] || c->parse.is_cut)
			continue;
		n = map_find_text(&c->names, named[i + 1]);
		if (!n || !!n->service != !!i)
			WRONG(c, d, named[i], "define it or name another",
			      "deliver '%s': there is no %s '%.60s'", d->section->title, named[i],
			      named[i + 1]);
	}
	if (*o->customer && !find_customer(c, o->customer) && !c->parse.is_cut)
		WRONG(c, d, "customer", "add customer \"NAME\" { services = ... }",
		      "deliver '%s': there is no customer '%.60s'", d->section->title, o->customer);
	if (*o->sla && !map_find_text(&c->slas, o->sla) && !c->parse.is_cut)
		WRONG(c, d, "sla", "add sla \"NAME\" { target = 99.9 }",
		      "deliver '%s': there is no sla '%.60s'", d->section->title, o->sla);
}

/* ---- when ---- */

/* What a section says of one option; "" when it does not. */
static const char *said(struct config *c, const struct section *s, const char *option)
{
	for (const struct value *v = s ? values_of(c, s) : NULL; v; v = v->next)
		if (!strcmp(v->name, option))
			return v->text;
	return "";
}

static const char *zone_of_sla(struct config *c, const char *sla)
{
	const char *zone = said(c, map_find_text(&c->slas, sla), "zone");

	return *zone ? zone : "UTC";
}

/* That of all slas, NULL when they have several. */
static const char *zone_of_all(struct config *c)
{
	const char *zone = NULL, *own;

	for (const struct section *s = c->parse.first; s; s = s->next) {
		if (strcmp(s->word, "sla"))
			continue;
		own = zone_of_sla(c, s->title);
		if (zone && strcmp(zone, own))
			return NULL;
		zone = own;
	}
	return zone ? zone : "UTC";
}

/* NULL: there are several. */
static const char *zone_of(struct config *c, const struct deliver_options *o)
{
	const struct named *service = map_find_text(&c->names, o->service);
	const char *sla = said(c, find_customer(c, o->customer), "sla");

	if (*o->zone)
		return o->zone;
	if (*o->check)
		return "UTC";
	if (*o->service)
		return zone_of_sla(c, said(c, service ? service->section : NULL, "sla"));
	if (*o->sla || *sla)
		return zone_of_sla(c, *o->sla ? o->sla : sla);
	return zone_of_all(c);
}

static void judge_time(struct config *c, struct delivery *d)
{
	const struct deliver_options *o = &d->say;

	if (period_minute(o->at) < 0)
		WRONG(c, d, "at", "write 06:00", "at: '%.60s' is no time of the day", o->at);
	if (*o->zone)
		zone_judge(c, d->section, o->zone);
	d->zone = zone_of(c, o);
	if (d->zone)
		return;
	problem_add(&c->parse, d->section->file, d->section->line,
		    "add zone = \"Europe/London\", or name an sla",
		    "deliver '%s': the slas have several time zones", d->section->title);
	d->zone = "UTC";
}

/* ---- lines ---- */

static void add_if(struct text *t, const char *key, const char *value)
{
	if (*value)
		line_add(t, key, value);
}

static void add_line(struct config *c, const struct delivery *d)
{
	const struct deliver_options *o = &d->say;
	struct text *t = &c->deliver_lines;
	size_t begin = t->size;

	line_begin_name(t, "deliver", d->section->title);
	line_add(t, "report", o->report);
	line_add(t, "path", d->module->path);
	line_add(t, "every", period_every_name[o->every]);
	line_add(t, "at", o->at);
	line_add(t, "zone", d->zone);
	if (*o->zone)
		line_add_int(t, "zoned", 1);
	if (d->is_for_each)
		line_add_int(t, "for_each", 1);
	add_if(t, "check", o->check);
	add_if(t, "service", o->service);
	add_if(t, "customer", o->customer);
	add_if(t, "sla", o->sla);
	add_if(t, "folder", o->folder);
	line_add(t, "title", *o->title ? o->title : d->section->title);
	line_add(t, "paper", o->paper ? "letter" : "a4");
	if (!deliver_is_bare(d))
		line_add_list(t, "attach", o->attach);
	add_if(t, "to", text_get(&d->to));
	text_add(t, d->words.at, d->words.size);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(&c->parse, d->section->file, d->section->line, "name fewer contacts",
			    "deliver '%s' is longer than %d bytes", d->section->title, LINE_BYTES);
}

static void judge(struct config *c, struct delivery *d)
{
	deliver_judge_report(c, d);
	if (d->module)
		deliver_judge_options(c, d);
	judge_targets(c, d);
	judge_time(c, d);
	deliver_judge_contacts(c, d, said(c, find_customer(c, d->say.customer), "contact"));
	deliver_judge_formats(c, d);
	deliver_judge_folder(c, d);
	if (!*c->settings.store)
		problem_add(&c->parse, d->section->file, d->section->line, "set store",
			    "deliver '%s': without a store there are no figures",
			    d->section->title);
	if (d->module)
		add_line(c, d);
}

void delivers_finish(struct config *c)
{
	for (struct delivery *d = c->deliveries; d; d = d->next) {
		if (d->is_fine)
			judge(c, d);
		text_release(&d->to);
		text_release(&d->words);
	}
}
