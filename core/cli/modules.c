/* cli/modules: `nines modules [NAME]`: what is installed, what was refused and why, the options
 * of one. Each module is judged in a child; none of its code runs here. */
#include <stdlib.h>
#include <string.h>

#include "../module/descriptor.h"
#include "../module/common.h"
#include "../module/load.h"
#include "../module/manual.h"
#include "../web/json.h"
#include "cli.h"
#include "find.h"

struct modules {
	bool json;
	struct find_list found;
	struct descriptors known;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct modules, json)},
	{NULL, NULL, NULL, 0},
};

static void judge(struct modules *m, const struct find_module *one)
{
	struct text lines = {0};

	module_judge(one->path, (enum module_kind)one->kind, &lines);
	descriptors_read(&m->known, text_get(&lines), lines.size);
	text_release(&lines);
}

static bool is_other_kind(const struct descriptor *d)
{
	return d->refused && strstr(d->refused, "put it into the folder of its kind");
}

/* Judged as several kinds, the one that it is. */
static const struct descriptor *known(const struct modules *m, const struct find_module *one)
{
	const struct descriptor *found = NULL;

	for (const struct descriptor *d = m->known.first; d; d = d->next)
		if (d->path && !strcmp(d->path, one->path) &&
		    (!found || (is_other_kind(found) && !is_other_kind(d))))
			found = d;
	return found;
}

static const char *refused(const struct descriptor *d)
{
	return !d ? "the module could not be judged" : d->refused;
}

static json_t *option_json(const struct module_option *o)
{
	json_t *j = json_object();
	const char *type = option_type_name(o->type);

	json_object_set_new(j, "name", json_safe(o->name));
	json_object_set_new(j, "type", json_safe(type ? type : ""));
	json_object_set_new(j, "default", o->standard ? json_safe(o->standard) : json_null());
	json_object_set_new(j, "range", o->range ? json_safe(o->range) : json_null());
	json_object_set_new(j, "required", json_boolean(o->flags & OPTION_IS_REQUIRED));
	json_object_set_new(j, "secret", json_boolean(o->flags & OPTION_IS_SECRET));
	json_object_set_new(j, "help", json_safe(o->help ? o->help : ""));
	return j;
}

static json_t *manual_json(const struct descriptor *d)
{
	struct text prose = {0};
	json_t *j = d && manual_read(d, &prose) ? json_safe(text_get(&prose)) : json_null();

	text_release(&prose);
	return j;
}

static json_t *module_json(const struct find_module *one, const struct descriptor *d,
			   bool with_options)
{
	json_t *j = json_object(), *options;

	json_object_set_new(j, "name", json_safe(one->name));
	json_object_set_new(j, "kind", json_safe(module_kind_name((uint32_t)one->kind)));
	json_object_set_new(j, "summary", json_safe(d && d->head.summary ? d->head.summary : ""));
	json_object_set_new(j, "path", json_safe(one->path));
	json_object_set_new(j, "refused", refused(d) ? json_safe(refused(d)) : json_null());
	if (!with_options)
		return j;
	options = json_array();
	for (const struct module_option *o = d ? d->head.option : NULL; o && o->name; o++)
		json_array_append_new(options, option_json(o));
	json_object_set_new(j, "options", options);
	json_object_set_new(j, "manual", manual_json(d));
	return j;
}

static void add_refusal(const struct screen *s, struct text *t, const char *why)
{
	screen_tone(s, t, TONE_BAD);
	screen_safe(s, t, why, 1000);
	screen_tone(s, t, TONE_PLAIN);
	text_putc(t, '\n');
}

static void add_list(const struct modules *m, const struct cli *cli, struct text *t)
{
	const struct screen *s = &cli->screen;

	for (size_t i = 0; i < m->found.count; i++) {
		const struct find_module *one = &m->found.at[i];
		const struct descriptor *d = known(m, one);

		screen_field(s, t, module_kind_name((uint32_t)one->kind), 9);
		screen_field(s, t, one->name, 14);
		text_putc(t, ' ');
		if (refused(d)) {
			add_refusal(s, t, refused(d));
			continue;
		}
		screen_safe(s, t, d->head.summary, 300);
		if (cli->is_verbose) {
			text_puts(t, "  ");
			screen_safe(s, t, one->path, 4096);
		}
		text_putc(t, '\n');
	}
}

static int list(struct modules *m, const struct cli *cli)
{
	struct text t = {0};
	json_t *all;

	for (size_t i = 0; i < m->found.count; i++)
		judge(m, &m->found.at[i]);
	if (!m->found.count)
		return cli_fail(EXIT_FAILED, "no modules in '%s' or beside this program: "
			"name a folder with NINES_MODULES", NINES_PREFIX "/lib/nines");
	if (!m->json) {
		add_list(m, cli, &t);
		return cli_print(&t, EXIT_DONE);
	}
	all = json_array();
	for (size_t i = 0; i < m->found.count; i++)
		json_array_append_new(
			all, module_json(&m->found.at[i], known(m, &m->found.at[i]), false));
	json_write(&t, json_pack("{so}", "modules", all));
	return cli_print(&t, EXIT_DONE);
}

/* "int 1..65535, default 80". */
static void add_kind(struct text *t, const struct module_option *o)
{
	const char *type = option_type_name(o->type);

	text_puts(t, o->type == OPTION_TYPE_CHOICE && o->range ? o->range : type ? type : "?");
	if (o->range && o->type != OPTION_TYPE_CHOICE)
		text_printf(t, " %s", o->range);
	if (o->flags & OPTION_IS_REQUIRED)
		text_puts(t, ", required");
	else if (o->standard && *o->standard)
		text_printf(t, ", default %s", o->standard);
	if (o->flags & OPTION_IS_SECRET)
		text_puts(t, ", secret");
}

static void add_option(const struct screen *s, struct text *t, const struct module_option *o)
{
	struct text kind = {0};

	add_kind(&kind, o);
	text_puts(t, "    ");
	screen_field(s, t, o->name, 16);
	text_putc(t, ' ');
	screen_safe(s, t, o->help ? o->help : "", 500);
	text_puts(t, " (");
	screen_safe(s, t, text_get(&kind), 500);
	text_puts(t, ")\n");
	text_release(&kind);
}

static void add_common(const struct screen *s, struct text *t, const struct descriptor *d)
{
	const struct module_head *head =
		d->head.kind == MODULE_CHECK ? &common_head : &notifier_head;
	struct module_option own;

	text_printf(t, "\n  of every %s:\n", head->name);
	for (const struct module_option *o = head->option; o->name; o++) {
		own = *o;
		own.standard = common_standard(o, d->standard_every, d->standard_timeout);
		add_option(s, t, &own);
	}
}

/* Line by line: what makes a text safe takes newlines for control characters. */
static void add_prose(const struct screen *s, struct text *t, const struct descriptor *d)
{
	struct text prose = {0};
	const char *at, *end;

	if (manual_read(d, &prose))
		text_putc(t, '\n');
	at = text_get(&prose);
	if (!strncmp(at, "# ", 2)) { /* the name stands on top already */
		at = strchrnul(at, '\n');
		at += strspn(at, "\n");
	}
	for (; *at; at = *end ? end + 1 : end) {
		char line[1024];

		end = strchrnul(at, '\n');
		snprintf(line, sizeof line, "%.*s", (int)(end - at), at);
		screen_safe(s, t, line, sizeof line);
		text_putc(t, '\n');
	}
	text_release(&prose);
}

static void add_manual(const struct find_module *one, const struct descriptor *d,
		       const struct screen *s, struct text *t)
{
	screen_toned(s, t, TONE_BOLD, one->name);
	text_puts(t, "  ");
	screen_safe(s, t, d->head.summary ? d->head.summary : "", 300);
	text_printf(t, "\n\n");
	for (const struct module_option *o = d->head.option; o && o->name; o++)
		add_option(s, t, o);
	if (d->head.kind != MODULE_REPORT)
		add_common(s, t, d);
	add_prose(s, t, d);
}

/* A path, as in `nines check ./banner.so`, stands for a module of whatever kind it is. */
static const struct find_module *find_path(const char *path, struct find_module *at)
{
	at->path = (char *)(uintptr_t)path; /* nobody writes to it or frees it */
	at->kind = MODULE_CHECK;
	return module_name_of(path, at->name) ? at : NULL;
}

static void judge_as_any(struct modules *m, const struct find_module *one)
{
	struct find_module as = *one;

	for (as.kind = MODULE_NOTIFIER; as.kind <= MODULE_REPORT; as.kind++)
		judge(m, &as);
}

static int show(struct modules *m, const struct cli *cli, const char *name)
{
	const char *meant = NULL;
	struct find_module given;
	const struct find_module *one = strchr(name, '/') ? find_path(name, &given)
							  : find_named(&m->found, name, &meant);
	const struct descriptor *d;
	struct text t = {0};

	if (!one)
		return meant ? cli_wrong("unknown module '%s': did you mean '%s'?", name, meant)
			     : cli_wrong("unknown module '%s': 'nines modules' lists them", name);
	judge(m, one);
	d = known(m, one);
	if (one == &given && refused(d)) {
		judge_as_any(m, one);
		d = known(m, one);
		given.kind = d && !d->refused ? (int)d->head.kind : MODULE_CHECK;
	}
	if (m->json) {
		json_write(&t, module_json(one, d, true));
		return cli_print(&t, refused(d) ? EXIT_FAILED : EXIT_DONE);
	}
	if (refused(d))
		return cli_fail(EXIT_FAILED, "%s", refused(d));
	add_manual(one, d, &cli->screen, &t);
	return cli_print(&t, EXIT_DONE);
}

int cli_modules(struct cli *cli, int argc, char **argv)
{
	struct modules m = {0};
	int status = cli_flags(cli, flag, &m, &argc, argv);

	if (status >= 0)
		return status;
	if (argc > 1)
		return cli_wrong("'%s' is too much: nines modules %s", argv[1],
				 cli->command->arguments);
	descriptors_init(&m.known);
	find_modules(cli, 0, &m.found);
	status = argc ? show(&m, cli, argv[0]) : list(&m, cli);
	descriptors_release(&m.known);
	find_release(&m.found);
	return status;
}
