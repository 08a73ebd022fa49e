/* config/section: the core's own sections as tables of options.
 *
 * service, contact, template, page and the sections of notifiers have files of their own, sla and
 * maintenance share policy.c. The sections of reports are judged here in form. */
#include <string.h>

#include "../module/form.h"
#include "read.h"

struct location_options {
	const char *source;
};
static const struct module_option location_option[] = {
	OPTION_(struct location_options, source, "source", OPTION_TYPE_HOST, "", NULL, 0,
		"the local address that probes start from"),
	OPTION_END,
};

static const struct module_option void_option[] = {
	OPTION_(struct config_settings, void_share, "share", OPTION_TYPE_NUMBER, "0.5", "0.01..1",
		0, "a cycle is void when so large a share of all cycles failed"),
	OPTION_(struct config_settings, void_minimum, "minimum", OPTION_TYPE_INT, "20",
		"1..1000000", 0, "of at least so many cycles"),
	OPTION_(struct config_settings, void_window_us, "window", OPTION_TYPE_DURATION, "60s",
		"1s..1d", 0, "that ended within this time"),
	OPTION_END,
};

struct role_options {
	const char *title, *text;
};
static const struct module_option role_option[] = {
	OPTION_(struct role_options, title, "title", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,
		"what people call it; its name where none is given"),
	OPTION_TEXT(struct role_options, text, "", "what its services do, for the legend"),
	OPTION_END,
};

union options {
	struct role_options role;
	struct location_options location;
	struct config_sla sla;
	struct config_maintenance maintenance;
	struct config_customer customer;
};

void location_judge(struct config *c, const char *name, const char *file, int line)
{
	if (!strcmp(name, "import"))
		problem_add(&c->parse, file, line, "choose another name",
			    "location: 'import' is where imported results are from");
}

static void finish_location(struct config *c, const struct section *s, union options *o)
{
	if (*o->location.source && !form_is_address(o->location.source))
		problem_add(&c->parse, s->file, s->line, "write an address of this machine",
			    "source: '%s' is no address", o->location.source);
	location_judge(c, s->title, s->file, s->line);
	if (map_find_text(&c->locations, s->title))
		problem_add(&c->parse, s->file, s->line, "rename one",
			    "there are two locations '%s'", s->title);
	map_put_text(&c->locations, s->title, (void *)s);
	line_begin_name(&c->location_lines, "location", s->title);
	line_add(&c->location_lines, "source", o->location.source);
	line_end(&c->location_lines);
}

static void finish_sla(struct config *c, const struct section *s, union options *o)
{
	sla_judge(c, s, &o->sla);
	policy_add_line(c, s);
}

static void finish_maintenance(struct config *c, const struct section *s, union options *o)
{
	maintenance_judge(c, s, &o->maintenance);
	policy_add_line(c, s);
}

static void finish_customer(struct config *c, const struct section *s, union options *o)
{
	(void)o;
	policy_add_line(c, s);
}

static void finish_role(struct config *c, const struct section *s, union options *o)
{
	(void)o;
	if (map_find_text(&c->roles, s->title))
		problem_add(&c->parse, s->file, s->line, "rename one", "there are two roles '%s'",
			    s->title);
	map_put_text(&c->roles, s->title, (void *)s);
	policy_add_line(c, s);
}

enum { TITLE = 1, NO_TITLE = 2 };

static const struct core_section {
	const char *word, *parent;
	const struct module_option *option;
	size_t options_size;
	int title;
	void (*finish)(struct config *, const struct section *, union options *);
	void (*read)(struct config *, const struct section *); /* instead of all that */
} core[] = {
	{"location", NULL, location_option, sizeof(struct location_options), TITLE, finish_location,
	 NULL},
	{"void", NULL, void_option, sizeof(struct config_settings), NO_TITLE, NULL, NULL},
	{"service", NULL, NULL, 0, TITLE, NULL, service_read},
	{"sla", NULL, sla_option, sizeof(struct config_sla), TITLE, finish_sla, NULL},
	{"customer", NULL, customer_option, sizeof(struct config_customer), TITLE, finish_customer,
	 NULL},
	{"contact", NULL, NULL, 0, TITLE, NULL, contact_read},
	{"path", "contact", NULL, 0, TITLE, NULL, path_read},
	{"template", NULL, NULL, 0, TITLE, NULL, wording_read},
	{"canned", NULL, NULL, 0, TITLE, NULL, canned_read},
	{"deliver", NULL, NULL, 0, TITLE, NULL, deliver_read},
	{"maintenance", NULL, maintenance_option, sizeof(struct config_maintenance), TITLE,
	 finish_maintenance, NULL},
	{"role", NULL, role_option, sizeof(struct role_options), TITLE, finish_role, NULL},
	{"page", NULL, NULL, 0, TITLE, NULL, page_read},
};
#define CORE (sizeof core / sizeof *core)

static const struct core_section *find(const char *word)
{
	for (size_t i = 0; i < CORE; i++)
		if (!strcmp(core[i].word, word))
			return &core[i];
	return NULL;
}

bool section_is_core(const char *word)
{
	return find(word) || !strncmp(word, "notify-", 7) || !strncmp(word, "report-", 7);
}

const char *section_nearest(const char *word)
{
	return option_nearest(word, &core[0].word, CORE, sizeof *core);
}

/* The section of a report: options of its module, secrets by reference. */
static void read_report(struct config *c, const struct section *s)
{
	struct descriptor *d = descriptor_find(&c->modules, MODULE_REPORT, s->word + 7);
	struct text secret = {0};
	void *options;

	if (!d || !d->is_known) {
		problem_add(&c->parse, s->file, s->line, "put it there or remove the section",
			    "there is no report '%s': looked for '%s/%s.so'", s->word + 7,
			    c->settings.reports, s->word + 7);
		return;
	}
	options = parse_alloc(&c->parse, d->head.options_size);
	for (struct value *v = values_of(c, s); v; v = v->next) {
		const struct module_option *o = option_find(&d->head, v->name);

		if (!o)
			value_refuse_unknown(c, d, v);
		else if (!(o->flags & OPTION_IS_SECRET))
			value_set(c, &d->head, options, &c->parse.arena, v);
		else
			secret_take(c, v, &secret);
	}
	text_release(&secret);
}

static bool judge_place(struct config *c, const struct section *s, const struct core_section *k)
{
	const char *parent = s->parent ? s->parent->word : NULL;

	if (k->parent && (!parent || strcmp(parent, k->parent))) {
		problem_add(&c->parse, s->file, s->line, "move it",
			    "a section '%s' belongs into a section '%s'", s->word, k->parent);
		return false;
	}
	if (k->title == TITLE && !*s->title) {
		problem_add(&c->parse, s->file, s->line, "give it one",
			    "section '%s' needs a name: %s \"NAME\" { ... }", s->word, s->word);
		return false;
	}
	if (k->title == NO_TITLE && *s->title)
		problem_add(&c->parse, s->file, s->line, "remove it", "section '%s' takes no name",
			    s->word);
	return true;
}

void section_read(struct config *c, const struct section *s)
{
	const struct core_section *k = find(s->word);
	union options options = {.location = {0}};
	struct module_head head;

	if (!k) {
		(!strncmp(s->word, "notify-", 7) ? notifier_read : read_report)(c, s);
		return;
	}
	if (!judge_place(c, s, k))
		return;
	if (k->read) {
		k->read(c, s);
		return;
	}
	head = (struct module_head){
		.name = k->word, .option = k->option, .options_size = k->options_size};
	if (k->title == NO_TITLE)
		values_set(c, s, &head, &c->settings);
	else if (values_set(c, s, &head, &options) && k->finish)
		k->finish(c, s, &options);
}
