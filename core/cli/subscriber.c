/* cli/subscriber: `nines subscriber`: who subscribed to pages, and whom an admin adds: he is asked
 * like anybody else. Addresses are shown, keys and codes never. */
#include "subscriber.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "control.h"
#include "listing.h"

static const struct cli_flag flag[] = {
	{"--page", "NAME", "of that page (default: the first one)",
	 offsetof(struct subscriber_asked, page)},
	{"--kinds", "KIND,...", "incidents maintenance news alerts (default: all but alerts)",
	 offsetof(struct subscriber_asked, kinds)},
	{"--components", "NAME,...", "of these alone (default: everything on the page)",
	 offsetof(struct subscriber_asked, components)},
	{"--audiences", "GROUP,...", "groups of the page that he belongs to",
	 offsetof(struct subscriber_asked, audiences)},
	{"--after", "TIME", "alerts once it lasts so long: 5m, 15m or 1h (default: at once)",
	 offsetof(struct subscriber_asked, after)},
	{"--maintenance", "WHICH", "all (default) or outage: only such as interrupts something",
	 offsetof(struct subscriber_asked, maintenance)},
	{"--by", "NAME", "who says so (default: who you are)",
	 offsetof(struct subscriber_asked, by)},
	{"--json", NULL, "as one JSON document", offsetof(struct subscriber_asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct subscriber_asked, socket)},
	{NULL, NULL, NULL, 0},
};

/* ---- the list ---- */

static json_t *document(const struct card *c)
{
	return json_pack(
		"{so, so, so, so, sb, so, so, so, so, so, so, so}", "id", json_safe(c->id), "page",
		json_safe(card_get(c, "page")), "to", json_safe(card_get(c, "to")), "state",
		json_safe(card_get(c, "state")), "all", (int)(card_int(c, "all", 0) == 1),
		"components", json_lines(card_get(c, "components")), "kinds",
		json_lines(card_get(c, "kinds")), "maintenance",
		json_safe(card_get(c, "maintenance")), "audiences",
		json_lines(card_get(c, "audiences")), "since", json_time(c->first_us), "refused",
		json_integer(card_int(c, "refused", 0)), "by", json_safe(c->by));
}

static void add_row(const struct cli *cli, struct text *t, const struct card *c)
{
	screen_field(&cli->screen, t, c->id, 12);
	text_puts(t, "  ");
	screen_field(&cli->screen, t, card_get(c, "state"), 9);
	text_puts(t, "  ");
	screen_field(&cli->screen, t, card_get(c, "page"), 12);
	text_puts(t, "  ");
	screen_field(&cli->screen, t, card_get(c, "to"), 36);
	text_puts(t, "  ");
	if (*card_get(c, "request")) {
		text_printf(t, "the answer to request %s\n", card_get(c, "request"));
		return;
	}
	screen_list(&cli->screen, t, card_get(c, "kinds"), 200);
	text_puts(t, " of ");
	screen_list(&cli->screen, t,
		    card_int(c, "all", 0) ? "everything" : card_get(c, "components"), 200);
	text_putc(t, '\n');
}

static bool is_asked(const struct subscriber_asked *a, const struct card *c)
{
	return !a->page || !strcmp(a->page, card_get(c, "page"));
}

static int list(const struct cli *cli, const void *asked, char **word)
{
	const struct subscriber_asked *a = asked;
	struct listing l = {.cli = cli, .all = json_array()};
	struct board *b = board_new();
	const struct card *c;
	int status = cards_fetch(cli, a->socket, "subscriber", b);

	(void)word;
	for (size_t i = 0; (c = board_at(b, "subscriber", i)); i++) {
		if (!is_asked(a, c))
			continue;
		json_array_append_new(l.all, document(c));
		add_row(cli, &l.text, c);
	}
	board_free(b);
	return listing_end(&l, "subscribers", "nobody has subscribed\n", a->json, status);
}

/* ---- one ---- */

static void add_one(const struct cli *cli, struct text *t, const struct card *c)
{
	add_row(cli, t, c);
	text_puts(t, "    since ");
	clock_add_utc(t, c->first_us, 0);
	text_printf(t, ", maintenance: %s, alerts after ", card_get(c, "maintenance"));
	text_add_duration(t, card_int(c, "after_us", 0));
	text_printf(t, ", %lld letters refused in a row\n", (long long)card_int(c, "refused", 0));
	if (*card_get(c, "audiences")) {
		text_puts(t, "    groups: ");
		screen_list(&cli->screen, t, card_get(c, "audiences"), 200);
		text_putc(t, '\n');
	}
	if (*c->by) {
		text_puts(t, "    added by ");
		screen_safe(&cli->screen, t, c->by, 100);
		text_putc(t, '\n');
	}
}

static int show(const struct cli *cli, const void *asked, char **word)
{
	const struct subscriber_asked *a = asked;
	struct board *b = board_new();
	struct text t = {0};
	const struct card *c;
	int status = cards_fetch(cli, a->socket, "subscriber", b);

	c = board_find(b, "subscriber", word[1]);
	if (status == EXIT_DONE && !c)
		status = cli_fail(EXIT_FINDING,
				  "there is no such subscriber: nines subscriber list");
	if (status == EXIT_DONE && a->json)
		json_write(&t, document(c));
	else if (status == EXIT_DONE)
		add_one(cli, &t, c);
	if (status == EXIT_DONE)
		status = cli_print(&t, status);
	text_release(&t);
	board_free(b);
	return status;
}

static int take_away(const struct cli *cli, const void *asked, char **word)
{
	const struct subscriber_asked *a = asked;
	struct text line = {0};
	int status;

	line_begin(&line, "subscriber-delete", word[1]);
	control_add_user(&line, a->by);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

/* ---- another one ---- */

/* "a,b c" as lines. */
static void add_lines(struct text *line, const char *key, const char *list)
{
	struct text lines = {0};
	size_t n;

	for (const char *at = list; *at; at += n) {
		at += strspn(at, ", ;");
		n = strcspn(at, ",;");
		while (n && at[n - 1] == ' ')
			n--;
		if (!n)
			break;
		text_puts(&lines, lines.size ? "\n" : "");
		text_add(&lines, at, n);
	}
	line_add(line, key, text_get(&lines));
	text_release(&lines);
}

int subscriber_add(const struct cli *cli, const struct subscriber_asked *a, const char *to,
		   bool is_quiet)
{
	struct text line = {0};
	int64_t after_us = 0;
	int status;

	if (a->after && !text_duration(a->after, &after_us))
		return cli_wrong("--after '%.60s' is no time: write 5m, 15m or 1h", a->after);
	line_begin(&line, "subscribe", "-");
	line_add(&line, "page", a->page ? a->page : "");
	line_add(&line, "to", to);
	line_add_int(&line, "all", !a->components || !*a->components);
	if (a->components && *a->components)
		add_lines(&line, "components", a->components);
	add_lines(&line, "kinds", a->kinds && *a->kinds ? a->kinds : "incidents,maintenance,news");
	add_lines(&line, "audiences", a->audiences ? a->audiences : "");
	line_add(&line, "maintenance", a->maintenance ? a->maintenance : "all");
	line_add_int(&line, "after_us", after_us);
	control_add_user(&line, a->by);
	line_end(&line);
	status = is_quiet ? control_ask(cli,
					&(struct control_request){a->socket, &line, NULL, NULL})
			  : control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

static int add(const struct cli *cli, const void *asked, char **word)
{
	if (!strchr(word[1], ':'))
		return cli_wrong("'%.100s' is no address: write email:ann@example.org", word[1]);
	return subscriber_add(cli, asked, word[1], false);
}

static const struct cli_word known[] = {
	{"list", NULL, 0, list},
	{"show", "ID", 1, show},
	{"add", "NOTIFIER:ADDRESS", 1, add},
	{"remove", "ID", 1, take_away},
	{"import", "FILE", 1, subscriber_import},
	{NULL, NULL, 0, NULL},
};

int cli_subscriber(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct subscriber_asked){0}, argc, argv);
}
