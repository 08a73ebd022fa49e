/* config/policy: see policy.h. From sections to lines, and what their forms do not say. */
#include "policy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../base/zone.h"
#include "read.h"

/* Once for all that name it. */
static void add_zone_line(struct config *c, const struct section *s, const struct zone *z)
{
	struct text *t = &c->policy_lines;
	size_t begin = t->size, size;
	const void *bytes = zone_bytes(z, &size);

	if (!size || map_find_text(&c->zones, zone_name(z)))
		return;
	map_put_text(&c->zones, zone_name(z), (void *)s);
	line_begin_name(t, "zone", zone_name(z));
	line_add_bytes(t, "bytes", bytes, size);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(&c->parse, s->file, s->line, "reinstall the package tzdata",
			    "zone: the file of '%s' is too large", zone_name(z));
}

void zone_judge(struct config *c, const struct section *s, const char *name)
{
	struct text wrong = {0};
	struct zone *z = zone_open(name, &wrong);

	if (z)
		add_zone_line(c, s, z);
	else
		problem_add(&c->parse, s->file, value_line(c, s, "zone"),
			    "write a name such as Europe/London",
			    "zone: '%s' is no time zone of this machine", name);
	zone_close(z);
	text_release(&wrong);
}

void hours_judge(struct config *c, const struct section *s, const char *const *text)
{
	struct hours all = {0};
	struct text wrong = {0};

	for (; *text && hours_add(&all, *text, &wrong); text++)
		continue;
	if (*text)
		problem_add(&c->parse, s->file, value_line(c, s, "hours"), HOURS_REMEDY,
			    "hours: %s", text_get(&wrong));
	text_release(&wrong);
}

/* Calls `take` for each line of the section's file of holidays that says something. False: it
 * cannot be read, *why says why. */
static bool each_holiday(struct config *c, const struct section *s, const char *path,
			 void (*take)(struct config *, const char *file, int line, const char *text,
				      void *with),
			 void *with, const char **why)
{
	const char *file = parse_path(&c->parse, s->file, path);
	struct text whole = {0};
	struct stat is;
	char *at, *text;

	*why = parse_read_whole(file, &whole, &is);
	at = whole.at;
	for (int line = 1; !*why && at; line++) {
		text = strsep(&at, "\n");
		text += strspn(text, " \t");
		text[strcspn(text, "#\r")] = '\0';
		if (*text)
			take(c, file, line, text, with);
	}
	text_release(&whole);
	return !*why;
}

static void judge_holiday(struct config *c, const char *file, int line, const char *text,
			  void *with)
{
	struct text wrong = {0};

	if (!strncmp(text, "BEGIN:VCALENDAR", 15))
		text_puts(&wrong, "an iCalendar file is no list of holidays");
	else
		holidays_add(with, text, &wrong);
	if (wrong.size)
		problem_add(&c->parse, file, line,
			    "write a line DATE NAME for each: 2026-12-25 "
			    "Christmas Day",
			    "holidays: %s", text_get(&wrong));
	text_release(&wrong);
}

static void judge_holidays(struct config *c, const struct section *s, const struct config_sla *o)
{
	struct holidays *all = memory_new(sizeof *all);
	const char *const *text = o->holidays, *why;
	struct text wrong = {0};

	for (; *text && holidays_add(all, *text, &wrong); text++)
		continue;
	if (*text)
		problem_add(&c->parse, s->file, value_line(c, s, "holidays"), HOLIDAYS_REMEDY,
			    "holidays: %s", text_get(&wrong));
	if (*o->holidays_file && !each_holiday(c, s, o->holidays_file, judge_holiday, all, &why))
		problem_add(&c->parse, s->file, value_line(c, s, "holidays-file"),
			    "correct the path of the file", "holidays-file: '%s': %s",
			    o->holidays_file, why);
	text_release(&wrong);
	free(all);
}

static void judge_credits(struct config *c, const struct section *s, const char *const *text)
{
	struct credits all = {0};
	struct text wrong = {0};

	while (*text && credits_add(&all, *text, &wrong))
		text++;
	if (*text)
		problem_add(&c->parse, s->file, value_line(c, s, "credits"), CREDITS_REMEDY,
			    "credits: %s", text_get(&wrong));
	text_release(&wrong);
}

void sla_judge(struct config *c, const struct section *s, const struct config_sla *o)
{
	zone_judge(c, s, o->zone);
	hours_judge(c, s, o->hours);
	judge_holidays(c, s, o);
	judge_credits(c, s, o->credits);
	if (map_find_text(&c->slas, s->title))
		problem_add(&c->parse, s->file, s->line, "rename one", "there are two slas '%s'",
			    s->title);
	map_put_text(&c->slas, s->title, (void *)s);
}

void maintenance_judge(struct config *c, const struct section *s, struct config_maintenance *o)
{
	struct text wrong = {0};
	const char *option;

	zone_judge(c, s, o->zone);
	if (!maintenance_parse(o, &option, &wrong))
		problem_add(&c->parse, s->file, value_line(c, s, option),
			    "write start and end, or cron, for and zone",
			    "maintenance '%s': %s: %s", s->title, option, text_get(&wrong));
	text_release(&wrong);
}

static void keep_holiday(struct config *c, const char *file, int line, const char *text, void *with)
{
	struct text *all = with;

	(void)c, (void)file, (void)line;
	text_puts(all, all->size ? "\n" : "");
	text_puts(all, text);
}

/* Those of the file among them: who computes figures may not be able to open it. */
static void add_holidays(struct config *c, const struct section *s)
{
	struct text all = {0};
	const char *why;

	for (const struct value *v = values_of(c, s); v; v = v->next)
		if (!strcmp(v->name, "holidays"))
			keep_holiday(c, NULL, 0, v->text, &all);
		else if (!strcmp(v->name, "holidays-file") && *v->text)
			each_holiday(c, s, v->text, keep_holiday, &all, &why);
	if (all.size)
		line_add(&c->policy_lines, "holidays", text_get(&all));
	text_release(&all);
}

void policy_add_line(struct config *c, const struct section *s)
{
	struct text *t = &c->policy_lines;
	size_t begin = t->size;

	line_begin_name(t, s->word, s->title);
	for (const struct value *v = values_of(c, s); v; v = v->next)
		if (strncmp(v->name, "holidays", 8))
			line_add(t, v->name, v->text);
	add_holidays(c, s);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(&c->parse, s->file, s->line, "shorten it",
			    "%s '%s' is longer than %d bytes", s->word, s->title, LINE_BYTES);
}

static void read_section(struct config *c, const struct section *s)
{
	union {
		struct config_sla sla;
		struct config_maintenance maintenance;
		struct config_service service;
		struct config_customer customer;
	} o;

	memset(&o, 0, sizeof o);
	if (!values_set(c, s, policy_head(s->word), &o))
		return;
	if (!strcmp(s->word, "sla"))
		sla_judge(c, s, &o.sla);
	else if (!strcmp(s->word, "maintenance"))
		maintenance_judge(c, s, &o.maintenance);
	policy_add_line(c, s);
}

/* What is wrong in a line was wrong in its section and is told there. */
static void take_lines(struct config *c, struct config_policies *all)
{
	struct policy_reader r;
	struct text wrong = {0};
	struct line l;
	char *newline;

	policy_begin(&r, &c->parse.arena, all);
	for (char *at = c->policy_lines.at; at && *at; at = newline + 1) {
		newline = strchr(at, '\n');
		if (!line_parse(&l, at, (size_t)(newline - at)))
			policy_take(&r, &l, &wrong);
	}
	text_clear(&c->policy_lines);
	text_release(&wrong);
}

void config_read_policies(struct config *c, struct config_policies *all)
{
	for (struct section *s = c->parse.first; s; s = s->next)
		if (!s->parent && *s->title && policy_head(s->word))
			read_section(c, s);
	take_lines(c, all);
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

void config_each_contact(struct config *c,
			 void (*take)(const char *name, const char *services, void *with),
			 void *with)
{
	for (struct section *s = c->parse.first; s; s = s->next) {
		const char *services = "";

		if (s->parent || strcmp(s->word, "contact"))
			continue;
		for (struct value *v = values_of(c, s); v; v = v->next)
			if (!strcmp(v->name, "services"))
				services = v->text;
		take(s->title, services, with);
	}
}
