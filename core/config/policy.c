/* config/policy: see policy.h. Also the option tables of these sections, which the loader judges.
 */
#include "policy.h"

#include <string.h>
#include <sys/stat.h>

#include "../base/clock.h"
#include "read.h"

const struct module_option sla_option[] = {
	OPTION_(struct config_sla, target, "target", OPTION_TYPE_NUMBER, NULL, "0..100",
		OPTION_IS_REQUIRED, "per cent of the agreed time"),
	OPTION_TEXT(struct config_sla, zone, "UTC", "IANA time zone of its months"),
	OPTION_(struct config_sla, notice_us, "maintenance-notice", OPTION_TYPE_DURATION, "0",
		"0..366d", 0, "maintenance counts when announced so long before"),
	OPTION_(struct config_sla, allowance_us, "maintenance-allowance", OPTION_TYPE_DURATION,
		"0", "0..31d", 0, "so much of it a month"),
	OPTION_LIST(struct config_sla, hours, "", "the agreed hours: Mon-Fri 08:00-18:00"),
	OPTION_CHOICE(struct config_sla, blips, "down", "down|up",
		      "what an unconfirmed failure counts as"),
	OPTION_CHOICE(struct config_sla, unknown, "known", "known|down|up",
		      "what unknown time counts as"),
	OPTION_(struct config_sla, start, "outage-start", OPTION_TYPE_CHOICE, "first-failure",
		"first-failure|midpoint|confirmed", 0, "where an outage begins"),
	OPTION_(struct config_sla, degraded_weight, "degraded-weight", OPTION_TYPE_NUMBER, "0",
		"0..1", 0, "how much of degraded time is down"),
	OPTION_LIST(struct config_sla, credits, "", "BELOW:PERCENT, from the highest"),
	OPTION_END,
};
static const struct module_head sla_head = {
	.name = "sla", .option = sla_option, .options_size = sizeof(struct config_sla)};

const struct module_option maintenance_option[] = {
	OPTION_LIST(struct config_maintenance, services, "",
		    "checks and services; none named: all"),
	OPTION_(struct config_maintenance, start, "start", OPTION_TYPE_TEXT, NULL, NULL,
		OPTION_IS_REQUIRED, "RFC 3339 time"),
	OPTION_(struct config_maintenance, end, "end", OPTION_TYPE_TEXT, NULL, NULL,
		OPTION_IS_REQUIRED, "RFC 3339 time"),
	OPTION_TEXT(struct config_maintenance, text, "", "what people read"),
	OPTION_END,
};
static const struct module_head maintenance_head = {.name = "maintenance",
					     .option = maintenance_option,
					     .options_size = sizeof(struct config_maintenance)};

void sla_judge(struct config *c, const struct section *s, const struct config_sla *o)
{
	struct text path = {0};
	struct stat st;

	text_printf(&path, "/usr/share/zoneinfo/%s", o->zone);
	if (strcmp(o->zone, "UTC") &&
	    (strstr(o->zone, "..") || stat(text_get(&path), &st) < 0 || !S_ISREG(st.st_mode)))
		problem_add(&c->parse, s->file, s->line, "write a name such as Europe/London",
			    "zone: '%s' is no time zone of this machine", o->zone);
	if (map_find_text(&c->slas, s->title))
		problem_add(&c->parse, s->file, s->line, "rename one", "there are two slas '%s'",
			    s->title);
	map_put_text(&c->slas, s->title, (void *)s);
	text_release(&path);
}

static void judge_time(struct config *c, const struct section *s, const char *name,
		       const char *value, int64_t *us)
{
	if (!clock_parse_utc(value, us))
		problem_add(&c->parse, s->file, s->line, "write 2026-12-24T22:00:00+01:00",
			    "%s: '%.60s' is no RFC 3339 time", name, value);
}

void maintenance_judge(struct config *c, const struct section *s, struct config_maintenance *o)
{
	int wrong = c->parse.wrong;

	judge_time(c, s, "start", o->start, &o->from_us);
	judge_time(c, s, "end", o->end, &o->to_us);
	if (c->parse.wrong == wrong && o->to_us <= o->from_us)
		problem_add(&c->parse, s->file, s->line, "correct one of them",
			    "maintenance '%s' ends before it starts", s->title);
}

static void *values(struct config *c, const struct section *s, const struct module_head *head)
{
	void *options = parse_alloc(&c->parse, head->options_size);

	return values_set(c, s, head, options) ? options : NULL;
}

static void read_sla(struct config *c, const struct section *s, struct config_policies *all)
{
	struct config_sla *o = values(c, s, &sla_head), **last = &all->sla;

	if (!o)
		return;
	sla_judge(c, s, o);
	o->name = s->title;
	while (*last)
		last = &(*last)->next;
	*last = o;
}

static void read_maintenance(struct config *c, const struct section *s, struct config_policies *all)
{
	struct config_maintenance *o = values(c, s, &maintenance_head), **last = &all->maintenance;

	if (!o)
		return;
	maintenance_judge(c, s, o);
	o->name = s->title;
	while (*last)
		last = &(*last)->next;
	*last = o;
}

static void read_service(struct config *c, const struct section *s, struct config_policies *all)
{
	struct config_service *o = parse_alloc(&c->parse, sizeof *o), **last = &all->service;

	if (!service_options(c, s, o))
		return;
	while (*last)
		last = &(*last)->next;
	*last = o;
}

static const struct {
	const char *word;
	void (*read)(struct config *, const struct section *, struct config_policies *);
} section[] = {
	{"sla", read_sla}, {"maintenance", read_maintenance}, {"service", read_service}};

void config_read_policies(struct config *c, struct config_policies *all)
{
	*all = (struct config_policies){0};
	for (struct section *s = c->parse.first; s; s = s->next)
		for (size_t i = 0; i < sizeof section / sizeof *section; i++)
			if (!s->parent && *s->title && !strcmp(s->word, section[i].word))
				section[i].read(c, s, all);
	problems_sort(&c->parse);
}

void config_each_option(struct config *c, const char *word,
			void (*take)(const char *name, const char *value, void *with), void *with)
{
	for (struct section *s = c->parse.first; s; s = s->next)
		if (!s->parent && !strcmp(s->word, word))
			for (struct value *v = values_of(c, s); v; v = v->next)
				take(v->name, v->text, with);
}
