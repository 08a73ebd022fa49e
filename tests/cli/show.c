/* tests/cli/show: a check that does what it is told, to see how `nines check` shows it. No
 * network. */
#include <nines/check.h>

#include <stdio.h>
#include <string.h>

struct show {
	const char *host, *user, *password, *path, *does, *text, *hex, *item;
	int64_t port, mode;
	const char *const *lines;
};

static const struct module_option option[] = {
	OPTION_TEXT(struct show, host, "nowhere", "shown as a fact"),
	OPTION_PORT(struct show, port, 77, "shown as a value"),
	OPTION_TEXT(struct show, user, "", "shown as a fact"),
	OPTION_SECRET(struct show, password, "its length is shown"),
	OPTION_TEXT(struct show, path, "", "shown as a fact"),
	OPTION_TEXT(struct show, does, "", "what happens: fail, unknown, degrade, wait, print"),
	OPTION_TEXT(struct show, text, "", "the text it happens with"),
	OPTION_TEXT(struct show, hex, "",
		    "the same text in hexadecimal, for what no option may hold"),
	OPTION_CHOICE(struct show, mode, "none", "none|some|all", "shown as a value"),
	OPTION_(struct show, item, "item", OPTION_TYPE_TEXT, "one", NULL, OPTION_IS_ITEMS,
		"shown as a fact"),
	OPTION_LIST(struct show, lines, "", "shown joined by a bar"),
	OPTION_END,
};

static void show_lines(struct probe *p, const char *const *line)
{
	const char *all = "";

	for (; line && *line; line++)
		all = probe_text(p, "%s%s%s", all, *all ? "|" : "", *line);
	probe_fact(p, "lines", all);
}

static const char *text_of(struct probe *p, const struct show *o)
{
	size_t size = strlen(o->hex) / 2;
	char *text = probe_alloc(p, size + 1);
	unsigned byte;

	for (size_t i = 0; text && i < size && sscanf(o->hex + 2 * i, "%2x", &byte) == 1; i++)
		text[i] = (char)byte;
	return size && text ? text : o->text;
}

static void act(struct probe *p, const struct show *o, const char *text)
{
	if (!strcmp(o->does, "fail"))
		probe_fail(p, "%s", text);
	else if (!strcmp(o->does, "unknown"))
		probe_unknown(p, "%s", text);
	else if (!strcmp(o->does, "degrade"))
		probe_degrade(p, "%s", text);
	else if (!strcmp(o->does, "wait"))
		probe_sleep(p, 3600 * INT64_C(1000000));
	else if (!strcmp(o->does, "print"))
		puts(text), fflush(stdout);
}

static void run(struct probe *p, const void *options)
{
	const struct show *o = options;
	const char *text = text_of(p, o);

	probe_step(p, "connect");
	probe_sleep(p, 2000);
	probe_step(p, "banner");
	probe_note(p, "%s", text);
	probe_value(p, "certificate_days", 61, "d");
	probe_value(p, "ratio", 0.5, "%");
	probe_value(p, "port", (double)o->port, "");
	probe_value(p, "mode", (double)o->mode, "");
	probe_value(p, "password_bytes", (double)strlen(o->password), "B");
	probe_fact(p, "host", o->host);
	probe_fact(p, "item", probe_item(p));
	probe_fact(p, "user", o->user);
	probe_fact(p, "path", o->path);
	probe_fact(p, "text", text);
	show_lines(p, o->lines);
	act(p, o, text);
	probe_hop(p, 1);
	probe_step(p, "connect");
	probe_fact(p, "hop_1", "http://there/");
}

CHECK_MODULE("show", "does what it is told", struct show, option, run);
