/* config/contact: whom nines tells, and by which paths: sections `contact` and the `path`s in them.
 *
 * Services, checks and notifiers may stand anywhere in the files, so contact_read() and path_read()
 * keep what was said and contacts_finish() judges it and writes the lines. What a lint says here is
 * that somebody would not be told although the configuration is sound. */
#include <string.h>

#include "../base/hours.h"
#include "../module/form.h"
#include "read.h"

#define MINUTE_US (60 * INT64_C(1000000))
#define WEEK_MINUTES 10080

struct path_options {
	int64_t after, repeat, cap, expires, test;
	const char *const *hours, *const *kinds;
	const char *zone, *fallback;
};
static const struct module_option path_option[] = {
	OPTION_DURATION(struct path_options, after, "5m", "0..31d",
			"so long after the incident began"),
	OPTION_DURATION(struct path_options, repeat, "30m", "0..31d",
			"again so often; 0: told once"),
	OPTION_INT(struct path_options, cap, 4, "1..4", "alerts an incident at most"),
	OPTION_LIST(struct path_options, hours, "", "only then: Mon-Sun 22:00-07:00"),
	OPTION_LINE(struct path_options, zone, "", "time zone of the hours; the contact's"),
	OPTION_LINE(struct path_options, fallback, "",
		    "another path of the contact, told what this one cannot"),
	OPTION_DURATION(struct path_options, expires, "1d", "1m..31d",
			"a letter that was not delivered so long is given up"),
	OPTION_DURATION(struct path_options, test, "0", "0..366d",
			"a test letter so often; 0: none"),
	OPTION_LIST(struct path_options, kinds, "",
		    "what it is told of: alerts, notes, monitor, reports; none named: all"),
	OPTION_END,
};
static const struct module_head path_head = {
	.name = "path", .option = path_option, .options_size = sizeof(struct path_options)};

struct contact_options {
	const char *const *services;
	bool monitor;
	const char *zone;
};
static const struct module_option contact_option[] = {
	OPTION_LIST(struct contact_options, services, "", "checks and services; none named: all"),
	OPTION_BOOL(struct contact_options, monitor, false,
		    "hears of nines' own trouble, too; true where no services are named"),
	OPTION_LINE(struct contact_options, zone, "UTC", "time zone of its letters and hours"),
	OPTION_END,
};
static const struct module_head contact_head = {
	.name = "contact", .option = contact_option,
	.options_size = sizeof(struct contact_options)};

struct path {
	const struct section *section;
	struct path_options say;
	const char *notifier, *address;
	struct path *fallback;
	bool is_fine, takes_files;
	struct path *next;
};

struct contact {
	const struct section *section;
	struct contact_options say;
	struct names services; /* patterns expanded */
	bool is_fine;
	struct path *paths, **last_path;
	struct contact *next;
};

/* ---- reading ---- */

static bool is_given(struct config *c, const struct section *s, const char *option)
{
	for (const struct value *v = values_of(c, s); v; v = v->next)
		if (!strcmp(v->name, option))
			return true;
	return false;
}

void contact_read(struct config *c, const struct section *s)
{
	struct contact *new = parse_alloc(&c->parse, sizeof *new), *old;
	const char *wrong = form_name_wrong(s->title);

	new->section = s;
	new->last_path = &new->paths;
	new->is_fine = values_set(c, s, &contact_head, &new->say);
	old = map_find_text(&c->contacts, s->title);
	if (wrong)
		problem_add(&c->parse, s->file, s->line, "choose another name",
			    "contact: its name %s", wrong);
	else if (old)
		problem_add(&c->parse, s->file, s->line, "rename one",
			    "there are two contacts '%s'", s->title);
	else
		map_put_text(&c->contacts, s->title, new);
	if (!is_given(c, s, "monitor"))
		new->say.monitor = new->is_fine && !*new->say.services;
	*c->last_contact = new;
	c->last_contact = &new->next;
}

static struct contact *contact_of(struct config *c, const struct section *path)
{
	for (struct contact *o = c->first_contact; o; o = o->next)
		if (o->section == path->parent)
			return o;
	return NULL;
}

static void split(struct config *c, struct path *p)
{
	const struct section *s = p->section;
	const char *colon = strchr(s->title, ':');
	struct text name = {0}, safe = {0};

	text_add_safe(&safe, s->title, strlen(s->title), 200);
	if (!colon || colon == s->title || !colon[1]) {
		problem_add(&c->parse, s->file, s->line,
			    "write path \"email:ops@example.org\" { ... }",
			    "path '%s' is no NOTIFIER:ADDRESS", text_get(&safe));
	} else if (form_has_control(s->title)) {
		problem_add(&c->parse, s->file, s->line, "write the address alone",
			    "path '%s' has a control character", text_get(&safe));
	} else {
		text_add(&name, s->title, (size_t)(colon - s->title));
		p->notifier = parse_keep(&c->parse, text_get(&name));
		p->address = colon + 1;
	}
	text_release(&name);
	text_release(&safe);
}

void path_read(struct config *c, const struct section *s)
{
	struct contact *of = contact_of(c, s);
	struct path *new;

	if (!of)
		return; /* the contact itself could not be read, and that was told */
	new = parse_alloc(&c->parse, sizeof *new);
	new->section = s;
	new->is_fine = values_set(c, s, &path_head, &new->say);
	split(c, new);
	*of->last_path = new;
	of->last_path = &new->next;
}

/* ---- judging ---- */

static void judge_services(struct config *c, struct contact *o)
{
	const struct section *s = o->section;
	const char *nearest;
	struct text remedy = {0};

	for (const char *const *name = o->say.services; *name; name++) {
		if (map_find_text(&c->names, *name)) {
			names_add(c, &o->services, *name);
			continue;
		}
		if ((strpbrk(*name, "*?") && names_expand(c, &o->services, *name)) ||
		    c->parse.is_cut)
			continue;
		nearest = name_nearest(c, *name);
		text_clear(&remedy);
		if (nearest)
			text_printf(&remedy, "did you mean '%s'?", nearest);
		else
			text_puts(&remedy, "define it or leave it out");
		problem_add(&c->parse, s->file, value_line(c, s, "services"), text_get(&remedy),
			    "contact '%s': '%s' is neither a check nor a service", s->title, *name);
	}
	text_release(&remedy);
}

static struct path *find_path(struct contact *o, const char *title)
{
	struct path *p = o->paths;

	while (p && strcmp(p->section->title, title))
		p = p->next;
	return p;
}

static void judge_fallback(struct config *c, struct contact *o, struct path *p)
{
	const struct section *s = p->section;
	int line = value_line(c, s, "fallback");
	struct path *at;

	p->fallback = find_path(o, p->say.fallback);
	if (!p->fallback) {
		problem_add(&c->parse, s->file, line, "name another path of the same contact",
			    "fallback: contact '%s' has no path '%.200s'", o->section->title,
			    p->say.fallback);
		return;
	}
	for (at = p->fallback; at && at != p;)
		at = at->fallback;
	if (!at)
		return;
	problem_add(&c->parse, s->file, line, "let the last of them have none",
		    "fallback: path '%s' comes back to itself", s->title);
	p->fallback = NULL;
}

static void judge_kinds(struct config *c, const struct path *p)
{
	static const char *const known[] = {"alerts", "notes", "monitor", "reports"};
	const struct section *s = p->section;

	for (const char *const *kind = p->say.kinds; *kind; kind++) {
		size_t i = 0;

		while (i < 4 && strcmp(known[i], *kind) != 0)
			i++;
		if (i == 4)
			problem_add(&c->parse, s->file, value_line(c, s, "kinds"),
				    "there are alerts, notes, monitor and reports",
				    "kinds: there are no '%.60s'", *kind);
	}
}

static void judge_least(struct config *c, const struct section *s, const char *option, int64_t us,
			int64_t least_us, const char *least)
{
	if (!us || us >= least_us)
		return;
	problem_add(&c->parse, s->file, value_line(c, s, option), "lengthen it",
		    "%s: shorter than %s", option, least);
}

static void judge_path(struct config *c, struct contact *o, struct path *p)
{
	const struct section *s = p->section;
	const struct path *other = find_path(o, s->title);
	const struct notifier *n;

	if (!p->is_fine || !p->notifier)
		return;
	n = notifier_get(c, p->notifier, s);
	if (n)
		notifier_review(c, n, s, p->address);
	p->takes_files = n && notifier_takes_files(n);
	if (other != p)
		problem_add(&c->parse, s->file, s->line, "remove one",
			    "contact '%s' has two paths '%s'", o->section->title, s->title);
	if (!*p->say.zone)
		p->say.zone = o->say.zone;
	else
		zone_judge(c, s, p->say.zone);
	hours_judge(c, s, p->say.hours);
	judge_kinds(c, p);
	judge_least(c, s, "repeat", p->say.repeat, MINUTE_US, "1m");
	judge_least(c, s, "test", p->say.test, 60 * MINUTE_US, "1h");
	if (*p->say.fallback)
		judge_fallback(c, o, p);
}

/* ---- what is allowed, and surely not meant ---- */

static bool tells(const struct path *p, const char *kind)
{
	if (!*p->say.kinds)
		return true;
	for (const char *const *k = p->say.kinds; *k; k++)
		if (!strcmp(*k, kind))
			return true;
	return false;
}

static void mark_hours(const struct path *p, bool *minute)
{
	struct hours hours = {0};
	struct text wrong = {0};

	for (const char *const *text = p->say.hours; *text; text++)
		hours_add(&hours, *text, &wrong);
	for (size_t i = 0; i < hours.rules; i++)
		for (int day = 0; day < 7; day++)
			for (int m = hours.rule[i].from_minute;
			     hours.rule[i].days & 1u << day && m < hours.rule[i].to_minute; m++)
				minute[(day * 1440 + m) % WEEK_MINUTES] = true;
	text_release(&wrong);
}

/* When no path may be used, while all keep the hours of one zone. */
static void lint_hours(struct config *c, const struct contact *o)
{
	static const char *const name[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	const struct section *s = o->section;
	bool *minute = parse_alloc(&c->parse, WEEK_MINUTES);
	const char *zone = NULL;
	int at = 0;

	for (const struct path *p = o->paths; p; p = p->next) {
		if (!tells(p, "alerts"))
			continue;
		if (!*p->say.hours || (zone && strcmp(zone, p->say.zone)))
			return;
		zone = p->say.zone;
		mark_hours(p, minute);
	}
	while (at < WEEK_MINUTES && minute[at])
		at++;
	if (zone && at < WEEK_MINUTES)
		lint_add(&c->parse, s->file, s->line, "add a path for that time, or without hours",
			 "contact '%s' can be told nothing on %s at %02d:%02d: all its paths have "
			 "hours",
			 s->title, name[at / 1440], at / 60 % 24, at % 60);
}

static void lint_paths(struct config *c, const struct contact *o)
{
	const struct section *s = o->section;
	bool hears = false;

	if (!o->paths) {
		lint_add(&c->parse, s->file, s->line,
			 "add path \"NOTIFIER:ADDRESS\" { after = \"5m\" }",
			 "contact '%s' has no path: nobody can tell it anything", s->title);
		return;
	}
	for (const struct path *p = o->paths; p; p = p->next)
		hears |= tells(p, "alerts") || tells(p, "reports");
	if (!hears)
		lint_add(&c->parse, s->file, s->line, "add a path of kinds = alerts",
			 "contact '%s' has no path for alerts", s->title);
	lint_hours(c, o);
}

/* Trouble of nines itself, such as a channel that fails, has to reach somebody. */
static void lint_monitor(struct config *c)
{
	const struct contact *o = c->first_contact;

	while (o && !(o->say.monitor && o->paths))
		o = o->next;
	if (!c->first_contact || o)
		return;
	o = c->first_contact;
	lint_add(&c->parse, o->section->file, o->section->line, "give one of them monitor = yes",
		 "no contact hears of nines' own trouble");
}

/* ---- lines ---- */

static void add_list(struct text *t, const char *key, const char *const *list, size_t count)
{
	struct text joined = {0};

	if (count && *list)
		line_add(t, key, names_join(&joined, list, count));
	text_release(&joined);
}

static void add_path(struct config *c, const struct contact *o, const struct path *p)
{
	struct text *t = &c->contact_lines;

	line_begin_name(t, "path", o->section->title);
	line_add(t, "notifier", p->notifier);
	line_add(t, "address", p->address);
	line_add_int(t, "after_us", p->say.after);
	line_add_int(t, "repeat_us", p->say.repeat);
	line_add_int(t, "cap", p->say.cap);
	line_add_int(t, "expires_us", p->say.expires);
	line_add_int(t, "test_us", p->say.test);
	line_add(t, "zone", p->say.zone);
	add_list(t, "hours", p->say.hours, SIZE_MAX);
	add_list(t, "kinds", p->say.kinds, SIZE_MAX);
	if (p->fallback)
		line_add(t, "fallback", p->fallback->section->title);
	line_end(t);
}

static void add_contact(struct config *c, const struct contact *o)
{
	const struct section *s = o->section;
	struct text *t = &c->contact_lines;
	size_t begin = t->size;

	line_begin_name(t, "contact", s->title);
	add_list(t, "services", o->services.name, o->services.count);
	line_add_int(t, "monitor", o->say.monitor);
	line_add(t, "zone", o->say.zone);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(&c->parse, s->file, s->line, "make a service of them",
			    "contact '%s': the names of its services are longer than %d bytes "
			    "together",
			    s->title, LINE_BYTES);
	for (const struct path *p = o->paths; p; p = p->next)
		if (p->is_fine && p->notifier)
			add_path(c, o, p);
}

void contacts_finish(struct config *c)
{
	int wrong;

	for (struct contact *o = c->first_contact; o; o = o->next) {
		if (!o->is_fine)
			continue;
		wrong = c->parse.wrong;
		judge_services(c, o);
		zone_judge(c, o->section, o->say.zone);
		for (struct path *p = o->paths; p; p = p->next)
			judge_path(c, o, p);
		if (c->parse.wrong == wrong && !c->parse.is_cut)
			lint_paths(c, o);
		add_contact(c, o);
	}
	if (!c->parse.wrong)
		lint_monitor(c);
}

/* ---- who takes reports ---- */

const char *contact_next(const struct config *c, const char *after)
{
	const struct contact *o = c->first_contact;

	while (after && o && o->section->title != after)
		o = o->next;
	if (after && o)
		o = o->next;
	return o ? o->section->title : NULL;
}

const char *contact_nearest(const struct config *c, const char *name)
{
	const char *all[256], *one = NULL;
	size_t n = 0;

	while (n < 256 && (one = contact_next(c, one)))
		all[n++] = one;
	return option_nearest(name, all, n, sizeof *all);
}

void contact_each_report_path(const struct config *c, const char *contact,
			      void (*take)(const char *to, void *with), void *with)
{
	const struct contact *o = map_find_text(&c->contacts, contact);

	for (const struct path *p = o ? o->paths : NULL; p; p = p->next)
		if (p->is_fine && p->notifier && tells(p, "reports") &&
		    (*p->say.kinds || p->takes_files))
			take(p->section->title, with);
}
