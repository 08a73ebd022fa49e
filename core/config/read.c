/* config/read: from a file's name to judged sections and their lines. See config.h and read.h. */
#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../module/form.h"
#include "../module/load.h"
#include "../parent/address.h"
#include "cache.h"

#define INSTALLED(what) NINES_PREFIX "/lib/nines/" what

/* A value of the top level is sent on as text, so that a role may know words of its own. */
static const struct module_option setting_option[] = {
	OPTION_TEXT(struct config_settings, location, "here", "the name of this vantage point"),
	OPTION_(struct config_settings, store, "store", OPTION_TYPE_FILE, "/var/lib/nines/nines.db",
		NULL, 0, "the database file"),
	OPTION_(struct config_settings, listen, "listen", OPTION_TYPE_LIST, "127.0.0.1:9999", NULL,
		0, "ADDRESS:PORT of the page, one or several, each with tls or plain behind it"),
	OPTION_(struct config_settings, listen_certificate, "listen-certificate", OPTION_TYPE_FILE,
		"", NULL, 0, "serves the page with TLS: the certificate and its chain, PEM"),
	OPTION_(struct config_settings, listen_key, "listen-key", OPTION_TYPE_FILE, "", NULL, 0,
		"the key of listen-certificate, PEM"),
	OPTION_(struct config_settings, proxies, "proxies", OPTION_TYPE_LIST, "", NULL, 0,
		"addresses and networks of proxies that are believed about visitors"),
	OPTION_(struct config_settings, socket, "socket", OPTION_TYPE_FILE, "/run/nines/control",
		NULL, 0, "the control socket"),
	OPTION_TEXT(struct config_settings, user, "", "who the roles run as when started by root"),
	OPTION_(struct config_settings, modules, "modules", OPTION_TYPE_FILE, INSTALLED("modules"),
		NULL, 0, "folder of the check modules"),
	OPTION_(struct config_settings, notifiers, "notifiers", OPTION_TYPE_FILE,
		INSTALLED("notifiers"), NULL, 0, "folder of the notifiers"),
	OPTION_(struct config_settings, reports, "reports", OPTION_TYPE_FILE, INSTALLED("reports"),
		NULL, 0, "folder of the reports"),
	OPTION_(struct config_settings, retention_us, "retention", OPTION_TYPE_DURATION, "400d",
		"1d..36500d", 0, "how long raw results are kept"),
	OPTION_(struct config_settings, retention_days_us, "retention-days", OPTION_TYPE_DURATION,
		"1830d", "31d..36500d", 0, "how long the figures of each day are kept"),
	OPTION_(struct config_settings, retention_months_us, "retention-months",
		OPTION_TYPE_DURATION, "0s", "0s..36500d", 0,
		"how long those of each month are kept; 0: for ever"),
	OPTION_INT(struct config_settings, probers, 0, "0..64",
		   "processes that probe; 0: one a core"),
	OPTION_(struct config_settings, watchdog_us, "watchdog", OPTION_TYPE_DURATION, "30s",
		"1s..1h", 0, "a keeper that stands still so long is replaced"),
	OPTION_(struct config_settings, prober_probes, "prober-probes", OPTION_TYPE_INT, "1000000",
		"1..1000000000000", 0, "a prober is replaced after so many probes"),
	OPTION_(struct config_settings, prober_bytes, "prober-bytes", OPTION_TYPE_INT, "805306368",
		"33554432..1000000000000", 0, "or when it holds so much memory"),
	OPTION_END,
};
static const struct module_head setting_head = {.name = "top level",
						.option = setting_option,
						.options_size = sizeof(struct config_settings)};

static const struct module_option void_defaults[] = {
	OPTION_(struct config_settings, void_share, "share", OPTION_TYPE_NUMBER, "0.5", NULL, 0,
		""),
	OPTION_(struct config_settings, void_minimum, "minimum", OPTION_TYPE_INT, "20", NULL, 0,
		""),
	OPTION_(struct config_settings, void_window_us, "window", OPTION_TYPE_DURATION, "60s", NULL,
		0, ""),
	OPTION_END,
};
static const struct module_head void_head = {.name = "void", .option = void_defaults};

struct named *name_take(struct config *c, const char *name, const struct section *s,
			const char *file, int line)
{
	const char *wrong = form_name_wrong(name);
	struct named *n = map_find_text(&c->names, name);
	struct text safe = {0};

	text_add_safe(&safe, name, strlen(name), 100);
	if (wrong)
		problem_add(&c->parse, file, line, "choose another name", "the name '%s' %s",
			    text_get(&safe), wrong);
	else if (n)
		problem_add(&c->parse, file, line,
			    "rename one: checks and services share one list of names",
			    "the name '%s' is taken by %s at %s:%d", text_get(&safe), n->word,
			    n->file, n->line);
	text_release(&safe);
	if (wrong || n)
		return NULL;
	n = parse_alloc(&c->parse, sizeof *n);
	*n = (struct named){.name = parse_keep(&c->parse, name),
			    .word = s->word,
			    .file = file,
			    .line = line,
			    .section = s};
	map_put_text(&c->names, n->name, n);
	return n;
}

/* ---- the top level ---- */

static bool judge_address(struct config *c, const struct value *v, const char *entry,
			  struct address *a)
{
	if (!address_read(entry, a)) {
		problem_add(&c->parse, v->file, v->line,
			    "write 127.0.0.1:9999 or [::1]:9999, with tls or plain behind it, "
			    "several as {\"...\", \"...\"}",
			    "listen: '%.80s' is no ADDRESS:PORT", entry);
		return false;
	}
	if (a->way == ADDRESS_TLS && !*c->settings.listen_certificate)
		problem_add(&c->parse, v->file, v->line,
			    "name one with listen-certificate, its key with listen-key",
			    "listen: '%.80s' has no certificate", entry);
	return true;
}

static void judge_overlaps(struct config *c, const struct value *v, struct address *a, size_t count)
{
	address_separate(a, count);
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (address_overlap(&a[i], &a[k]))
				problem_add(&c->parse, v->file, v->line, "leave one of them out",
					    "listen: '%.80s' and '%.80s' overlap",
					    c->settings.listen[k], c->settings.listen[i]);
}

static void judge_listen(struct config *c, const struct value *v)
{
	struct address a[ADDRESS_MOST];
	const char *const *entry = c->settings.listen;
	size_t count = 0;

	if (!entry[0] || (address_is_none(entry[0]) && !entry[1]))
		return;
	for (; entry[count] && count < ADDRESS_MOST; count++)
		if (!judge_address(c, v, entry[count], &a[count]))
			return;
	if (entry[count])
		problem_add(&c->parse, v->file, v->line, "leave some out",
			    "listen: more than %d addresses", ADDRESS_MOST);
	judge_overlaps(c, v, a, count);
}

/* One without the other serves nothing. */
static void judge_keys(struct config *c, const struct value *v)
{
	const struct config_settings *s = &c->settings;
	bool is_certificate = !strcmp(v->name, "listen-certificate");

	if (*v->text && !*(is_certificate ? s->listen_key : s->listen_certificate))
		problem_add(&c->parse, v->file, v->line,
			    is_certificate ? "name its key with listen-key"
					   : "name its certificate with listen-certificate",
			    "%s stands alone", v->name);
}

static void judge_proxies(struct config *c, const struct value *v)
{
	for (const char *const *at = c->settings.proxies; at && *at; at++)
		if (!form_is_network(*at))
			problem_add(&c->parse, v->file, v->line,
				    "write 127.0.0.1, 10.0.0.0/8 or fd00::/8",
				    "proxies: '%.80s' is no address and no network", *at);
}

static void judge_settings(struct config *c, struct value *first)
{
	for (struct value *v = first; v; v = v->next) {
		if (!strcmp(v->name, "listen"))
			judge_listen(c, v);
		if (!strcmp(v->name, "listen-certificate") || !strcmp(v->name, "listen-key"))
			judge_keys(c, v);
		if (!strcmp(v->name, "proxies"))
			judge_proxies(c, v);
		if (!strcmp(v->name, "location"))
			location_judge(c, v->text, v->file, v->line);
		if (!strcmp(v->name, "location") && form_name_wrong(v->text))
			problem_add(&c->parse, v->file, v->line, "choose another name",
				    "location: '%.80s' %s", v->text, form_name_wrong(v->text));
	}
}

/* Paths in a file are relative to it. */
static void make_paths(struct config *c)
{
	const struct module_option *o;

	for (struct entry *e = c->parse.top.first; e; e = e->next) {
		o = option_find(&setting_head, e->name);
		if (o && o->type == OPTION_TYPE_FILE)
			e->value = parse_whole_path(&c->parse, e->file, e->value);
	}
}

static void read_top(struct config *c)
{
	struct text wrong = {0};

	make_paths(c);
	option_defaults(&void_head, &c->settings, &c->parse.arena, &wrong);
	values_set(c, &c->parse.top, &setting_head, &c->settings);
	judge_settings(c, values_of(c, &c->parse.top));
	map_put_text(&c->locations, c->settings.location, c);
	text_release(&wrong);
}

/* ---- sections ---- */

static void refuse_word(struct config *c, const struct section *s)
{
	const char *all[256], *nearest, *core = section_nearest(s->word);
	struct text remedy = {0}, safe = {0};
	size_t n = 0;

	if (core)
		all[n++] = core;
	for (struct descriptor *d = c->modules.first; d && n < 256; d = d->next)
		if (d->head.kind == MODULE_CHECK)
			all[n++] = d->head.name;
	nearest = option_nearest(s->word, all, n, sizeof *all);
	text_add_safe(&safe, s->word, strlen(s->word), 60);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'? ", nearest);
	text_printf(&remedy, "A check module would be '%s/%s.so'", c->settings.modules,
		    text_get(&safe));
	problem_add(&c->parse, s->file, s->line, text_get(&remedy),
		    "'%s' is neither a check module nor a section", text_get(&safe));
	text_release(&remedy);
	text_release(&safe);
}

static void read_check(struct config *c, const struct section *s)
{
	struct descriptor *d = descriptor_find(&c->modules, MODULE_CHECK, s->word);

	if (!d)
		refuse_word(c, s);
	else if (!*s->title)
		problem_add(&c->parse, s->file, s->line, "give it one",
			    "a check needs a name: %s \"NAME\" { ... }", s->word);
	else if (!d->is_known)
		problem_add(&c->parse, s->file, s->line, "mend the module or remove its checks",
			    "%s", d->refused);
	if (d && d->is_known && *s->title)
		check_read(c, d, s);
	else if (*s->title)
		name_take(c, s->title, s, s->file, s->line); /* whoever names it is not wrong too */
}

static bool is_lost(struct config *c, const struct section *s)
{
	if (!s->parent || !strcmp(s->word, "path"))
		return false;
	problem_add(&c->parse, s->file, s->line, "close the section before it",
		    "section '%s' stands inside '%s' of line %d", s->word, s->parent->word,
		    s->parent->line);
	return true;
}

static bool is_first_round(const char *word)
{
	return !strcmp(word, "location") || !strcmp(word, "sla");
}

/* What others name has to be known before them. */
static void read_sections(struct config *c)
{
	for (int round = 1; round <= 2; round++)
		for (struct section *s = c->parse.first; s; s = s->next) {
			if (is_first_round(s->word) != (round == 1) || s->is_cut || is_lost(c, s))
				continue;
			if (section_is_core(s->word))
				section_read(c, s);
			else
				read_check(c, s);
		}
	services_finish(c);
	abouts_finish(c);
	contacts_finish(c);
	delivers_finish(c);
	canned_finish(c);
	customers_finish(c);
	pages_finish(c);
	notifiers_finish(c);
}

/* ---- the whole ---- */

static struct config *open_config(const char *file)
{
	struct config *c = memory_new(sizeof *c);

	c->file = file;
	parse_init(&c->parse);
	descriptors_init(&c->modules);
	c->last_service = &c->services;
	c->last_about = &c->abouts;
	c->last_contact = &c->first_contact;
	c->last_delivery = &c->deliveries;
	c->last_page = &c->first_page;
	c->last_note = &c->notes;
	if (file)
		parse_file(&c->parse, file);
	read_top(c);
	return c;
}

struct config *config_read_settings(const char *file)
{
	return open_config(file);
}

struct config *config_read(const char *file, bool keeps_cache)
{
	struct config *c = open_config(file);

	descriptors_judge_folder(&c->modules, c->settings.modules, MODULE_CHECK);
	descriptors_judge_folder(&c->modules, c->settings.notifiers, MODULE_NOTIFIER);
	descriptors_judge_folder(&c->modules, c->settings.reports, MODULE_REPORT);
	cache_apply(&c->modules, c->settings.store);
	read_sections(c);
	modules_review(c);
	problems_sort(&c->parse);
	if (!c->parse.wrong && keeps_cache)
		cache_write(&c->modules, c->settings.store);
	return c;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	if (c->secret_lines.at)
		explicit_bzero(c->secret_lines.at, c->secret_lines.room);
	text_release(&c->location_lines);
	text_release(&c->secret_lines);
	text_release(&c->define_lines);
	text_release(&c->service_lines);
	text_release(&c->policy_lines);
	text_release(&c->notifier_lines);
	text_release(&c->channel_lines);
	free(c->channel);
	text_release(&c->contact_lines);
	text_release(&c->template_lines);
	text_release(&c->deliver_lines);
	text_release(&c->page_lines);
	text_release(&c->canned_lines);
	map_release(&c->names);
	map_release(&c->locations);
	map_release(&c->slas);
	map_release(&c->roles);
	map_release(&c->zones);
	map_release(&c->secrets);
	map_release(&c->notifiers);
	map_release(&c->contacts);
	map_release(&c->templates);
	map_release(&c->pages);
	map_release(&c->hosts);
	map_release(&c->categories);
	descriptors_release(&c->modules);
	parse_release(&c->parse);
	free(c);
}

const struct config_settings *config_settings(const struct config *c)
{
	return &c->settings;
}

const struct problem *config_problems(const struct config *c)
{
	return c->parse.problems;
}

int config_wrong(const struct config *c)
{
	return c->parse.wrong;
}

const struct descriptors *config_modules(const struct config *c)
{
	return &c->modules;
}

void config_count(const struct config *c, struct config_counts *n)
{
	*n = (struct config_counts){.checks = c->check_count,
				    .services = c->service_count,
				    .wrong = c->parse.wrong,
				    .lints = c->parse.lints};
	for (struct descriptor *d = c->modules.first; d; d = d->next)
		*(d->refused ? &n->refused : &n->modules) += 1;
}

/* ---- what others find ---- */

void config_add_lint(struct config *c, const char *name, const char *text, const char *remedy)
{
	const struct named *n = map_find_text(&c->names, name);

	lint_add(&c->parse, n ? n->file : c->file, n ? n->line : 0, remedy, "%s", text);
	problems_sort(&c->parse);
}

void config_add_setting_lint(struct config *c, const char *option, const char *text,
			     const char *remedy)
{
	const struct value *v = values_of(c, &c->parse.top);

	while (v && strcmp(v->name, option))
		v = v->next;
	lint_add(&c->parse, v ? v->file : c->file, v ? v->line : 0, remedy, "%s", text);
	problems_sort(&c->parse);
}

void config_add_note(struct config *c, const char *text, const char *remedy)
{
	struct problem *new = parse_alloc(&c->parse, sizeof *new);

	*new = (struct problem){.file = c->file,
				.text = parse_keep(&c->parse, text),
				.remedy = parse_keep(&c->parse, remedy),
				.is_lint = true};
	*c->last_note = new;
	c->last_note = &new->next;
}

const struct problem *config_notes(const struct config *c)
{
	return c->notes;
}

/* ---- lines ---- */

static void add_problems(const struct config *c, struct text *t, bool is_lint)
{
	for (const struct problem *p = c->parse.problems; p; p = p->next) {
		if (p->is_lint != is_lint)
			continue;
		line_begin(t, is_lint ? "lint" : "problem", "-");
		line_add(t, "file", p->file);
		line_add_int(t, "line", p->line);
		line_add(t, "text", p->text);
		line_add(t, "remedy", p->remedy);
		line_end(t);
	}
}

static void add_settings(struct config *c, struct text *t)
{
	struct value *given = values_of(c, &c->parse.top), *v;

	line_begin(t, "setting", "-");
	for (const struct module_option *o = setting_option; o->name; o++) {
		for (v = given; v && strcmp(v->name, o->name); v = v->next)
			;
		line_add(t, o->name, v ? v->text : o->standard);
	}
	text_printf(t, " void.share=%.6f", c->settings.void_share);
	line_add_int(t, "void.minimum", c->settings.void_minimum);
	line_add_int(t, "void.window_us", c->settings.void_window_us);
	line_end(t);
}

void config_add_lines(struct config *c, struct text *t)
{
	const struct text *part[] = {&c->location_lines, &c->secret_lines,   &c->define_lines,
				     &c->service_lines,  &c->policy_lines,   &c->notifier_lines,
				     &c->contact_lines,  &c->template_lines, &c->deliver_lines,
				     &c->page_lines,     &c->canned_lines};

	if (c->parse.wrong) {
		add_problems(c, t, false);
		return;
	}
	add_problems(c, t, true);
	add_settings(c, t);
	for (struct descriptor *d = c->modules.first; d; d = d->next)
		descriptor_add_lines(d, t);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		text_add(t, part[i]->at, part[i]->size);
}
