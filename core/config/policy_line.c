/* config/policy_line: the option tables of sla, maintenance, service and customer sections, and
 * from a line with their words to the structure that decides figures. Reads no file. See policy.h.
 */
#include <string.h>

#include "../base/clock.h"
#include "../base/quorum.h"
#include "../base/zone.h"
#include "../module/option.h"
#include "read.h"

const struct module_option sla_option[] = {
	OPTION_(struct config_sla, target, "target", OPTION_TYPE_NUMBER, NULL, "0..100",
		OPTION_IS_REQUIRED, "per cent of the agreed time"),
	OPTION_TEXT(struct config_sla, zone, "UTC", "IANA time zone of its months and hours"),
	OPTION_(struct config_sla, notice_us, "maintenance-notice", OPTION_TYPE_DURATION, "0",
		"0..366d", 0, "maintenance counts when announced so long before"),
	OPTION_(struct config_sla, allowance_us, "maintenance-allowance", OPTION_TYPE_DURATION, "0",
		"0..31d", 0, "so much of it a month"),
	OPTION_(struct config_sla, maintenance_up, "maintenance-up", OPTION_TYPE_CHOICE,
		"left-out", "left-out|counts", 0, "what is up within maintenance"),
	OPTION_LIST(struct config_sla, hours, "", "the agreed hours: Mon-Fri 08:00-18:00"),
	OPTION_LIST(
		struct config_sla, holidays, "",
		"days without agreed hours: 2026-12-25, 12-25, \"12-24 to 01-01\"; with hours of "
		"their own: \"12-24 08:00-12:00\""),
	OPTION_(struct config_sla, holidays_file, "holidays-file", OPTION_TYPE_TEXT, "", NULL, 0,
		"more of them, one a line: DATE NAME"),
	OPTION_CHOICE(struct config_sla, blips, "down", "down|up",
		      "what an unconfirmed failure counts as"),
	OPTION_CHOICE(struct config_sla, unknown, "known", "known|down|up",
		      "what unknown time counts as"),
	OPTION_(struct config_sla, start, "outage-start", OPTION_TYPE_CHOICE, "first-failure",
		"first-failure|midpoint|confirmed", 0, "where an outage begins"),
	OPTION_(struct config_sla, degraded_weight, "degraded-weight", OPTION_TYPE_NUMBER, "0",
		"0..1", 0, "how much of degraded time is down"),
	OPTION_LIST(struct config_sla, credits, "", "BELOW:PERCENT, from the highest"),
	OPTION_(struct config_sla, burn_alerts, "burn-alerts", OPTION_TYPE_CHOICE, "no",
		"no|page|ticket|both", 0,
		"alerts when its services burn their error budget too fast"),
	OPTION_END,
};
static const struct module_head sla_head = {
	.name = "sla", .option = sla_option, .options_size = sizeof(struct config_sla)};

const struct module_option maintenance_option[] = {
	OPTION_LIST(struct config_maintenance, services, "",
		    "checks and services; none named: all"),
	OPTION_TEXT(struct config_maintenance, start, "",
		    "RFC 3339 time; of one that comes again: not before"),
	OPTION_TEXT(struct config_maintenance, end, "",
		    "RFC 3339 time; of one that comes again: not behind"),
	OPTION_TEXT(struct config_maintenance, cron, "",
		    "it begins again and again: \"0 2 * * sun\", as in crontab(5)"),
	OPTION_(struct config_maintenance, length, "for", OPTION_TYPE_TEXT, "", NULL, 0,
		"how long it lasts each time: 2h"),
	OPTION_TEXT(struct config_maintenance, zone, "UTC", "IANA time zone of cron"),
	OPTION_CHOICE(struct config_maintenance, impact, "outage", "none|degraded|outage",
		      "what its services suffer; only of an outage no alert is sent"),
	OPTION_TEXT(struct config_maintenance, announced, "",
		    "RFC 3339 time at which it was announced; without it: in time"),
	OPTION_TEXT(struct config_maintenance, text, "", "what people read"),
	OPTION_END,
};
static const struct module_head maintenance_head = {.name = "maintenance",
						    .option = maintenance_option,
						    .options_size =
							    sizeof(struct config_maintenance)};

const struct module_option service_option[] = {
	OPTION_(struct config_service, members, "members", OPTION_TYPE_LIST, NULL, NULL,
		OPTION_IS_REQUIRED, "checks and services"),
	OPTION_LINE(struct config_service, need, "1",
		    "up while at least so many members are up, or so much of their weight; all"),
	OPTION_LIST(struct config_service, weights, "",
		    "MEMBER: NUMBER, of members that weigh more than 1; patterns, too"),
	OPTION_(struct config_service, role, "role", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,
		"what it is for the house: gateway; colours its box in the infrastructure"),
	OPTION_LIST(struct config_service, feeds, "",
		    "services that it hands on to: arrows of the infrastructure"),
	OPTION_LIST(struct config_service, fallback, "",
		    "services that take over when it cannot: dashed arrows"),
	OPTION_TEXT(struct config_service, sla, "", "the policy it is measured by"),
	ABOUT_OPTIONS(struct config_service),
	OPTION_END,
};
static const struct module_head service_head = {
	.name = "service", .option = service_option, .options_size = sizeof(struct config_service)};

const struct module_option customer_option[] = {
	OPTION_(struct config_customer, services, "services", OPTION_TYPE_LIST, NULL, NULL,
		OPTION_IS_REQUIRED, "the checks and services that the customer is served"),
	OPTION_TEXT(struct config_customer, sla, "",
		    "the policy all of them are judged by; none: each by its own"),
	OPTION_(struct config_customer, contacts, "contact", OPTION_TYPE_LIST, "", NULL, 0,
		"who hears of it: contacts"),
	OPTION_END,
};
static const struct module_head customer_head = {.name = "customer",
						 .option = customer_option,
						 .options_size = sizeof(struct config_customer)};

void policy_begin(struct policy_reader *r, struct arena *arena, struct config_policies *into)
{
	*into = (struct config_policies){0};
	*r = (struct policy_reader){.arena = arena,
				    .into = into,
				    .last_zone = &into->zone,
				    .last_sla = &into->sla,
				    .last_maintenance = &into->maintenance,
				    .last_service = &into->service,
				    .last_customer = &into->customer};
}

static bool add_sla(struct policy_reader *r, const char *name, void *options, const struct line *l,
		    struct text *wrong)
{
	struct config_sla *s = options;

	(void)l;
	s->name = name;
	for (const char *const *text = s->hours; *text; text++)
		if (!hours_add(&s->agreed, *text, wrong))
			return false;
	if (*s->holidays && !(s->closed = arena_alloc(r->arena, sizeof *s->closed))) {
		text_puts(wrong, "no memory left");
		return false;
	}
	for (const char *const *text = s->holidays; *text; text++)
		if (!holidays_add(s->closed, *text, wrong))
			return false;
	for (const char *const *text = s->credits; *text; text++)
		if (!credits_add(&s->refunds, *text, wrong))
			return false;
	if (strcmp(s->zone, "UTC") && !policy_zone(r->into, s->zone)) {
		text_printf(wrong, "its zone '%.60s' was not told", s->zone);
		return false;
	}
	*r->last_sla = s;
	r->last_sla = &s->next;
	return true;
}

bool maintenance_parse(struct config_maintenance *m, const char **option, struct text *wrong)
{
	struct recur_words w = {m->start, m->end, m->cron, m->length};

	if (!recur_parse(&m->when, &w, NULL, option, wrong))
		return false;
	if (!*m->announced || clock_parse_utc(m->announced, &m->announced_us))
		return true;
	*option = "announced";
	text_printf(wrong, "'%.60s' is no RFC 3339 time", m->announced);
	return false;
}

static bool add_maintenance(struct policy_reader *r, const char *name, void *options,
			    const struct line *l, struct text *wrong)
{
	struct config_maintenance *m = options;
	const char *option;

	(void)l;
	m->name = name;
	if (!maintenance_parse(m, &option, wrong))
		return false;
	*r->last_maintenance = m;
	r->last_maintenance = &m->next;
	return true;
}

static bool add_service(struct policy_reader *r, const char *name, void *options,
			const struct line *l, struct text *wrong)
{
	struct config_service *s = options;
	const char *written = line_find(l, "written");

	s->name = name;
	if (written && !option_set(&service_head, s, r->arena, "members", written, wrong))
		return false;
	if (!quorum_need(s->need, &s->needed)) {
		text_printf(wrong, "its need '%.40s' is neither a number nor all", s->need);
		return false;
	}
	*r->last_service = s;
	r->last_service = &s->next;
	return true;
}

static bool add_customer(struct policy_reader *r, const char *name, void *options,
			 const struct line *l, struct text *wrong)
{
	struct config_customer *c = options;

	(void)l, (void)wrong;
	c->name = name;
	*r->last_customer = c;
	r->last_customer = &c->next;
	return true;
}

static const struct kind {
	const struct module_head *head;
	bool (*add)(struct policy_reader *, const char *name, void *options, const struct line *,
		    struct text *wrong);
} kind[] = {{&sla_head, add_sla},
	    {&maintenance_head, add_maintenance},
	    {&service_head, add_service},
	    {&customer_head, add_customer}};

static const struct kind *find(const char *word)
{
	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
		if (!strcmp(kind[i].head->name, word))
			return &kind[i];
	return NULL;
}

const struct module_head *policy_head(const char *word)
{
	const struct kind *k = find(word);

	return k ? k->head : NULL;
}

/* The members of a service as the keeper has them may be longer than an option may be. */
static bool set_options(const struct module_head *head, void *options, struct arena *arena,
			const struct line *l, struct text *wrong)
{
	const char *given[LINE_WORDS + 1] = {NULL};
	size_t n = 0;

	if (!option_defaults(head, options, arena, wrong))
		return false;
	for (const struct module_option *o = head->option; o->name; o++) {
		const char *value = line_find(l, o->name);

		if (!value)
			continue;
		given[n++] = o->name;
		if (!strcmp(o->name, "members") && line_find(l, "written"))
			continue;
		if (!option_set(head, options, arena, o->name, value, wrong))
			return false;
	}
	return option_complete(head, options, given, wrong);
}

const struct config_zone *policy_zone(const struct config_policies *all, const char *name)
{
	const struct config_zone *z = all->zone;

	while (z && strcmp(z->name, name))
		z = z->next;
	return z;
}

/* `zone NAME bytes=...` */
static bool take_zone(struct policy_reader *r, const struct line *l, struct text *wrong)
{
	struct config_zone *z = arena_alloc(r->arena, sizeof *z);
	const struct line_word *w = l->word;
	struct zone *judged;

	while (w < l->word + l->words && strcmp(w->key, "bytes"))
		w++;
	if (w == l->word + l->words) {
		text_puts(wrong, "a line 'zone' without its bytes");
		return false;
	}
	judged = zone_of_bytes(line_name(l), w->value, w->size, wrong);
	zone_close(judged);
	if (!judged)
		return false;
	if (z)
		*z = (struct config_zone){
			.name = arena_copy(r->arena, line_name(l), strlen(line_name(l))),
			.bytes = arena_copy(r->arena, w->value, w->size),
			.size = w->size};
	if (!z || !z->name || !z->bytes) {
		text_puts(wrong, "no memory left");
		return false;
	}
	*r->last_zone = z;
	r->last_zone = &z->next;
	return true;
}

bool policy_take(struct policy_reader *r, const struct line *l, struct text *wrong)
{
	const struct kind *k = find(l->verb);
	const char *id = line_name(l), *name;
	void *options;

	if (!strcmp(l->verb, "zone"))
		return take_zone(r, l, wrong);
	if (!k)
		return true;
	if (!*id) {
		text_printf(wrong, "a line '%s' without a name", k->head->name);
		return false;
	}
	name = arena_copy(r->arena, id, strlen(id));
	options = arena_alloc(r->arena, k->head->options_size);
	if (!name || !options) {
		text_puts(wrong, "no memory left");
		return false;
	}
	return set_options(k->head, options, r->arena, l, wrong) &&
	       k->add(r, name, options, l, wrong);
}
