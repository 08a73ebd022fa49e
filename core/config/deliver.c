/* config/deliver: reports that are sent by themselves: sections `deliver`.
 *
 * Contacts, services and slas may stand anywhere in the files, so deliver_read() keeps what was
 * said and delivers_finish() judges it and writes the lines. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../alert/period.h"
#include "../base/log.h"
#include "../module/form.h"
#include "../parent/privilege.h"
#include "../render/page.h"
#include "read.h"

struct deliver_options {
	const char *report, *check, *service, *customer, *sla, *at, *zone, *title, *folder;
	const char *const *with, *const *contacts, *const *attach;
	int64_t every, paper;
};
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
	OPTION_CHOICE(struct deliver_options, every, "month", "day|week|month",
		      "each calendar month, week from Monday on, or day that is over"),
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

struct delivery {
	const struct section *section;
	struct deliver_options say;
	const struct descriptor *module;
	const char *zone; /* as given, of the sla, or UTC */
	struct text to; /* lines NOTIFIER:ADDRESS, tab, contact */
	struct text words; /* opt.NAME=value */
	bool is_fine, is_for_each; /* made for each contact */
	struct delivery *next;
};

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

/* A problem of one option, where it stands. */
#define WRONG(c, d, option, remedy, ...)                                                          \
	problem_add(&(c)->parse, (d)->section->file, value_line(c, (d)->section, option), remedy, \
		    __VA_ARGS__)

/* ---- the report and its options ---- */

static void judge_report(struct config *c, struct delivery *d)
{
	const char *all[128], *nearest;
	struct text remedy = {0};
	size_t n = 0;

	d->module = descriptor_find(&c->modules, MODULE_REPORT, d->say.report);
	if (d->module && d->module->is_known)
		return;
	for (const struct descriptor *m = c->modules.first; m && n < 128; m = m->next)
		if (m->head.kind == MODULE_REPORT)
			all[n++] = m->head.name;
	nearest = option_nearest(d->say.report, all, n, sizeof *all);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "'nines report' lists them");
	WRONG(c, d, "report", text_get(&remedy), "there is no report '%.60s'", d->say.report);
	d->module = NULL;
	text_release(&remedy);
}

static bool has_word(const struct delivery *d, const char *option)
{
	for (const char *const *w = d->say.with; *w; w++)
		if (!strncmp(*w, option, strlen(option)) && (*w)[strlen(option)] == '=')
			return true;
	return false;
}

static void refuse_option(struct config *c, const struct delivery *d, const char *name)
{
	const struct module_head *head = &d->module->head;
	struct text remedy = {0};
	const char *nearest;
	size_t n = 0;

	while (head->option && head->option[n].name)
		n++;
	nearest = option_nearest(name, head->option, n, sizeof *head->option);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_printf(&remedy, "`nines modules %s` lists its options", head->name);
	WRONG(c, d, "with", text_get(&remedy), "with: report '%s' has no option '%.60s'",
	      head->name, name);
	text_release(&remedy);
}

static void add_word(struct delivery *d, const char *name, const char *value)
{
	struct text key = {0};

	text_printf(&key, "opt.%s", name);
	line_add(&d->words, text_get(&key), value);
	text_release(&key);
}

static void take_word(struct config *c, struct delivery *d, void *options, const char *word)
{
	const struct module_head *head = &d->module->head;
	const char *equals = strchr(word, '='), *name;
	const struct module_option *o;
	struct text wrong = {0};

	if (!equals || equals == word) {
		WRONG(c, d, "with", "write \"incidents=50\"", "with: '%.60s' is no name=value",
		      word);
		return;
	}
	text_add(&wrong, word, (size_t)(equals - word));
	name = parse_keep(&c->parse, text_get(&wrong));
	text_clear(&wrong);
	o = option_find(head, name);
	if (!o)
		refuse_option(c, d, name);
	else if (o->flags & OPTION_IS_SECRET)
		WRONG(c, d, "with", "write it into the section report-NAME",
		      "with: '%s' is a secret", name);
	else if (!option_set(head, options, &c->parse.arena, name, equals + 1, &wrong))
		WRONG(c, d, "with", "correct the value", "with: %s", text_get(&wrong));
	else
		add_word(d, name, equals + 1);
	text_release(&wrong);
}

struct general {
	struct config *c;
	struct delivery *d;
};

static void take_general(const char *name, const char *value, void *with)
{
	const struct general *g = with;

	if (!has_word(g->d, name))
		add_word(g->d, name, value);
}

/* Those of the section report-NAME, then its own. */
static void judge_options(struct config *c, struct delivery *d)
{
	void *options = parse_alloc(&c->parse, d->module->head.options_size + 1);
	struct general general = {c, d};
	struct text word = {0}, wrong = {0};

	option_defaults(&d->module->head, options, &c->parse.arena, &wrong);
	text_printf(&word, "report-%s", d->say.report);
	config_each_option(c, text_get(&word), take_general, &general);
	for (const char *const *w = d->say.with; *w; w++)
		take_word(c, d, options, *w);
	d->is_for_each = option_find(&d->module->head, "contact") && !has_word(d, "contact");
	text_release(&word);
	text_release(&wrong);
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

/* ---- to whom, as what ---- */

struct taking {
	struct delivery *d;
	const char *contact;
	size_t paths;
};

static void take_path(const char *to, void *with)
{
	struct taking *t = with;

	text_printf(&t->d->to, "%s%s\t%s", t->d->to.size ? "\n" : "", to, t->contact);
	t->paths++;
}

static void refuse_contact(struct config *c, const struct delivery *d, const char *name)
{
	const char *nearest = contact_nearest(c, name);
	struct text remedy = {0};

	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "add contact \"NAME\" { path ... }");
	WRONG(c, d, "contacts", text_get(&remedy), "deliver '%s': there is no contact '%.60s'",
	      d->section->title, name);
	text_release(&remedy);
}

/* Of those that a pattern names only who takes reports counts. */
static void take_contacts(struct config *c, struct delivery *d, const char *name)
{
	bool is_pattern = strpbrk(name, "*?"), is_found = false;
	struct taking t = {.d = d};
	const char *one = NULL;

	while ((one = contact_next(c, one))) {
		if (is_pattern ? fnmatch(name, one, FNM_NOESCAPE) != 0 : strcmp(name, one) != 0)
			continue;
		is_found = true;
		t.contact = one;
		contact_each_report_path(c, one, take_path, &t);
	}
	if (!is_found && !c->parse.is_cut)
		refuse_contact(c, d, name);
	else if (!t.paths && !c->parse.is_cut)
		WRONG(c, d, "contacts", "give it a path by mail, or one of kinds = reports",
		      "deliver '%s': contact '%.60s' has no path that takes reports",
		      d->section->title, name);
}

static void judge_contacts(struct config *c, struct delivery *d)
{
	const char *of_customer = said(c, find_customer(c, d->say.customer), "contact");
	struct text name = {0};

	for (const char *const *one = d->say.contacts; *one; one++)
		take_contacts(c, d, *one);
	while (!*d->say.contacts && text_next_line(&of_customer, &name))
		take_contacts(c, d, parse_keep(&c->parse, name.at));
	if (!*d->say.contacts && !*d->say.folder && !d->to.size)
		problem_add(&c->parse, d->section->file, d->section->line,
			    "add contacts = {\"NAME\"}, or a folder", "deliver '%s' goes to nobody",
			    d->section->title);
}

static bool has_none(const struct delivery *d)
{
	return !strcmp(*d->say.attach, "none") && !d->say.attach[1];
}

static void judge_formats(struct config *c, const struct delivery *d)
{
	for (const char *const *name = d->say.attach; *name && !has_none(d); name++)
		if (!render_find(*name))
			WRONG(c, d, "attach", "there are pdf, html, csv, json and text; or none",
			      "attach: there is no format '%.60s'", *name);
	if (*d->say.folder && has_none(d))
		WRONG(c, d, "attach", "name a format",
		      "deliver '%s': without files there is nothing to put into its folder",
		      d->section->title);
}

static bool may_write(const struct stat *s, const struct privilege *p)
{
	mode_t bits = s->st_uid == p->uid   ? s->st_mode >> 6
		      : s->st_gid == p->gid ? s->st_mode >> 3
					    : s->st_mode;

	return (bits & 3) == 3;
}

static void judge_folder(struct config *c, struct delivery *d)
{
	const char *path = *d->say.folder
				   ? parse_whole_path(&c->parse, d->section->file, d->say.folder)
				   : NULL;
	struct privilege user;
	struct text wrong = {0};
	struct stat is;

	if (!path)
		return;
	d->say.folder = path;
	if (stat(path, &is))
		WRONG(c, d, "folder", "make it", "folder: '%s': %s", path, log_errno(errno));
	else if (!S_ISDIR(is.st_mode))
		WRONG(c, d, "folder", "name a folder", "folder: '%s' is none", path);
	else if (privilege_find(&user, c->settings.user, &wrong) &&
		 (user.is_dropped ? !may_write(&is, &user) : access(path, W_OK | X_OK) != 0))
		WRONG(c, d, "folder", "give it to that user: chown",
		      "folder: '%s' cannot be written to by the user with number %d, as who ninesd "
		      "runs",
		      path, (int)user.uid);
	text_release(&wrong);
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
	if (!has_none(d))
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
	judge_report(c, d);
	if (d->module)
		judge_options(c, d);
	judge_targets(c, d);
	judge_time(c, d);
	judge_contacts(c, d);
	judge_formats(c, d);
	judge_folder(c, d);
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
