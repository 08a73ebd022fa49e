/* cli/contact_list: `nines contact list` and `nines contact show NAME`: whom nines tells, by which
 * paths, when. From the configuration alone: no daemon is asked. */
#include "contact_list.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../config/config.h"
#include "../module/option.h"
#include "../web/json.h"
#include "contact.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define GAP 2

/* ---- reading ---- */

static void *alloc(struct contact_list *all, size_t size)
{
	void *got = arena_alloc(&all->arena, size);

	if (!got)
		memory_end();
	return got;
}

static const char *keep(struct contact_list *all, const char *text)
{
	size_t size = strlen(text);

	return memcpy(alloc(all, size + 1), text, size);
}

static void take_contact(struct contact_list *all, const struct line *l)
{
	struct contact_one *o = alloc(all, sizeof *o);

	*o = (struct contact_one){.name = keep(all, line_name(l)),
				  .services = keep(all, line_get(l, "services")),
				  .zone = keep(all, line_get(l, "zone")),
				  .monitor = line_int(l, "monitor", 0) != 0,
				  .last = &o->path};
	*all->last = o;
	all->last = &o->next;
}

/* Its contact is the last one. */
static void take_path(struct contact_list *all, struct contact_one *o, const struct line *l)
{
	struct contact_path *p = alloc(all, sizeof *p);
	struct text to = {0};

	text_printf(&to, "%s:%s", line_get(l, "notifier"), line_get(l, "address"));
	*p = (struct contact_path){.to = keep(all, text_get(&to)),
				   .hours = keep(all, line_get(l, "hours")),
				   .kinds = keep(all, line_get(l, "kinds")),
				   .zone = keep(all, line_get(l, "zone")),
				   .fallback = keep(all, line_get(l, "fallback")),
				   .after_us = line_int(l, "after_us", 0),
				   .repeat_us = line_int(l, "repeat_us", 0),
				   .cap = line_int(l, "cap", 0),
				   .expires_us = line_int(l, "expires_us", 0),
				   .test_us = line_int(l, "test_us", 0)};
	*o->last = p;
	o->last = &p->next;
	text_release(&to);
}

static void take_lines(struct contact_list *all, struct text *lines)
{
	struct line *l = memory_new(sizeof *l);
	struct contact_one *o = NULL;
	char *end;

	for (char *at = lines->at; at && (end = strchr(at, '\n')); at = end + 1) {
		if (line_parse(l, at, (size_t)(end - at)))
			continue;
		if (!strcmp(l->verb, "contact"))
			take_contact(all, l);
		for (o = all->first; o && o->next; o = o->next)
			continue;
		if (o && !strcmp(l->verb, "path"))
			take_path(all, o, l);
	}
	free(l);
}

static int read_lines(struct contact_list *all, struct config *c)
{
	const struct problem *p = config_problems(c);
	struct text lines = {0};

	while (p && p->is_lint)
		p = p->next;
	if (p)
		return cli_fail(EXIT_FAILED, "%s:%d: %s: 'nines config check' says what to do",
				p->file, p->line, p->text);
	all->location = keep(all, config_settings(c)->location);
	config_add_lines(c, &lines);
	take_lines(all, &lines);
	explicit_bzero(lines.at, lines.room); /* secrets stand in other lines */
	text_release(&lines);
	return EXIT_DONE;
}

int contact_list_read(const struct cli *cli, struct contact_list *all)
{
	struct config *c;
	int status;

	arena_init(&all->arena, NULL, 0, ARENA_BYTES);
	all->last = &all->first;
	c = config_read(cli->config, false);
	status = read_lines(all, c);
	config_free(c);
	return status;
}

void contact_list_release(struct contact_list *all)
{
	arena_release(&all->arena);
}

const struct contact_one *contact_list_find(const struct contact_list *all, const char *name)
{
	const char *names[256], *meant;
	const struct contact_one *o;
	size_t n = 0;

	for (o = all->first; o && strcmp(o->name, name); o = o->next)
		if (n < 256)
			names[n++] = o->name;
	meant = o ? NULL : option_nearest(name, names, n, sizeof *names);
	if (meant)
		cli_fail(EXIT_FAILED, "there is no contact '%s': did you mean '%s'?", name, meant);
	else if (!o)
		cli_fail(EXIT_FAILED, "there is no contact '%s': 'nines contact list' shows them",
			 name);
	return o;
}

/* ---- JSON ---- */

static json_t *json_path(const struct contact_path *p)
{
	json_t *j = json_object();

	json_object_set_new(j, "to", json_safe(p->to));
	json_object_set_new(j, "after_us", json_integer(p->after_us));
	json_object_set_new(j, "repeat_us", json_integer(p->repeat_us));
	json_object_set_new(j, "cap", json_integer(p->cap));
	json_object_set_new(j, "hours", json_lines(p->hours));
	json_object_set_new(j, "zone", json_safe(p->zone));
	json_object_set_new(j, "kinds", json_lines(p->kinds));
	json_object_set_new(j, "fallback", *p->fallback ? json_safe(p->fallback) : json_null());
	json_object_set_new(j, "expires_us", json_integer(p->expires_us));
	json_object_set_new(j, "test_us", json_integer(p->test_us));
	return j;
}

static json_t *json_contact(const struct contact_one *o)
{
	json_t *j = json_object(), *paths = json_array();

	for (const struct contact_path *p = o->path; p; p = p->next)
		json_array_append_new(paths, json_path(p));
	json_object_set_new(j, "name", json_safe(o->name));
	json_object_set_new(j, "services", json_lines(o->services));
	json_object_set_new(j, "monitor", json_boolean(o->monitor));
	json_object_set_new(j, "zone", json_safe(o->zone));
	json_object_set_new(j, "paths", paths);
	return j;
}

/* ---- for people ---- */

static void add_lines(const struct screen *s, struct text *t, const char *list)
{
	struct text joined = {0};

	for (; *list; list++)
		if (*list == '\n')
			text_puts(&joined, ", ");
		else
			text_putc(&joined, *list);
	screen_safe(s, t, text_get(&joined), 8192);
	text_release(&joined);
}

static void add_hears(const struct screen *s, struct text *t, const struct contact_one *o)
{
	if (*o->services)
		add_lines(s, t, o->services);
	else
		text_puts(t, "everything");
	if (o->monitor)
		text_puts(t, ", and nines itself");
}

/* 5m, 1h 30m: as a configuration has it. */
static void add_span(struct text *t, int64_t us)
{
	static const struct {
		int64_t us;
		char unit;
	} unit[] = {{INT64_C(86400000000), 'd'}, {INT64_C(3600000000), 'h'},
		    {INT64_C(60000000), 'm'},	 {INT64_C(1000000), 's'}};
	const char *gap = "";

	if (us < unit[3].us) {
		text_puts(t, us ? "less than 1s" : "0s");
		return;
	}
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
		if (us < unit[i].us)
			continue;
		text_printf(t, "%s%lld%c", gap, (long long)(us / unit[i].us), unit[i].unit);
		us %= unit[i].us;
		gap = " ";
	}
}

static void add_path(const struct screen *s, struct text *t, const struct contact_path *p,
		     int columns)
{
	screen_spaces(t, GAP);
	screen_field(s, t, p->to, columns);
	text_puts(t, "  after ");
	add_span(t, p->after_us);
	if (p->repeat_us && p->cap > 1) {
		text_puts(t, ", again every ");
		add_span(t, p->repeat_us);
		text_printf(t, ", at most %lld", (long long)p->cap);
	} else {
		text_puts(t, ", once");
	}
	text_puts(t, ", given up after ");
	add_span(t, p->expires_us);
	text_putc(t, '\n');
}

static void add_detail(const struct screen *s, struct text *t, const char *what, const char *list,
		       const char *behind)
{
	if (!*list)
		return;
	screen_spaces(t, 2 * GAP);
	text_puts(t, what);
	text_putc(t, ' ');
	add_lines(s, t, list);
	if (*behind) {
		text_puts(t, " (");
		screen_safe(s, t, behind, 64);
		text_putc(t, ')');
	}
	text_putc(t, '\n');
}

static void add_paths(const struct screen *s, struct text *t, const struct contact_one *o)
{
	struct text span = {0};
	int columns = 0, n;

	for (const struct contact_path *p = o->path; p; p = p->next) {
		n = screen_width(s, p->to);
		columns = n > columns && n <= 40 ? n : columns;
	}
	for (const struct contact_path *p = o->path; p; p = p->next) {
		add_path(s, t, p, columns);
		add_detail(s, t, "only", p->hours, p->zone);
		add_detail(s, t, "told of", p->kinds, "");
		add_detail(s, t, "when that fails:", p->fallback, "");
		text_clear(&span);
		if (p->test_us)
			add_span(&span, p->test_us);
		add_detail(s, t, "tested every", text_get(&span), "");
	}
	text_release(&span);
}

static void add_contact(const struct screen *s, struct text *t, const struct contact_one *o)
{
	screen_tone(s, t, TONE_BOLD);
	screen_safe(s, t, o->name, 256);
	screen_tone(s, t, TONE_PLAIN);
	text_puts(t, "\n  hears of ");
	add_hears(s, t, o);
	text_puts(t, "\n  reads in the zone ");
	screen_safe(s, t, o->zone, 64);
	text_putc(t, '\n');
	add_paths(s, t, o);
}

static void add_table(const struct screen *s, struct text *t, const struct contact_list *all)
{
	int columns = (int)strlen("contact"), n;

	for (const struct contact_one *o = all->first; o; o = o->next) {
		n = screen_width(s, o->name);
		columns = n > columns && n <= 40 ? n : columns;
	}
	for (const struct contact_one *o = all->first; o; o = o->next) {
		screen_field(s, t, o->name, columns);
		screen_spaces(t, GAP);
		for (const struct contact_path *p = o->path; p; p = p->next) {
			screen_safe(s, t, p->to, 256);
			text_puts(t, p->next ? ", " : "");
		}
		text_puts(t, "; hears of ");
		add_hears(s, t, o);
		text_putc(t, '\n');
	}
	if (!all->first)
		text_puts(t, "no contact: nobody is told anything\n");
}

/* ---- the commands ---- */

struct words {
	bool json;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct words, json)},
	{NULL, NULL, NULL, 0},
};

static int show_all(struct cli *cli, const struct contact_list *all, bool json)
{
	json_t *contacts = json_array();
	struct text t = {0};

	for (const struct contact_one *o = all->first; o && json; o = o->next)
		json_array_append_new(contacts, json_contact(o));
	if (json)
		json_write(&t, json_pack("{sO}", "contacts", contacts));
	else
		add_table(&cli->screen, &t, all);
	json_decref(contacts);
	return cli_print(&t, EXIT_DONE);
}

static int show_one(struct cli *cli, const struct contact_list *all, const char *name, bool json)
{
	const struct contact_one *o = contact_list_find(all, name);
	struct text t = {0};

	if (!o)
		return EXIT_FAILED;
	if (json)
		json_write(&t, json_contact(o));
	else
		add_contact(&cli->screen, &t, o);
	return cli_print(&t, EXIT_DONE);
}

static int run(struct cli *cli, int argc, char **argv, bool is_one)
{
	struct words words = {0};
	struct contact_list all = {.first = NULL};
	int status = cli_flags(cli, flag, &words, &argc, argv);

	if (status >= 0)
		return status;
	if (argc != is_one)
		return cli_wrong(is_one ? "write: nines contact show NAME"
					: "write: nines contact list");
	status = contact_list_read(cli, &all);
	if (status == EXIT_DONE)
		status = is_one ? show_one(cli, &all, argv[0], words.json)
				: show_all(cli, &all, words.json);
	contact_list_release(&all);
	return status;
}

int contact_list(struct cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, false);
}

int contact_show(struct cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, true);
}
