/* cli/subscriber_request: `nines request`: what visitors ask to have monitored, and the answer of a
 * person. */
#include <string.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "control.h"
#include "listing.h"
#include "subscriber.h"

static const struct cli_flag flag[] = {
	{"--text", "TEXT", "kept beside the answer, and sent to who left an address",
	 offsetof(struct subscriber_asked, said)},
	{"--by", "NAME", "who says so (default: who you are)",
	 offsetof(struct subscriber_asked, by)},
	{"--json", NULL, "the list as one JSON document", offsetof(struct subscriber_asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct subscriber_asked, socket)},
	{NULL, NULL, NULL, 0},
};

static void add_lines(const struct cli *cli, struct text *t, const char *lines)
{
	struct text one = {0};
	size_t n;

	for (const char *at = lines; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		text_clear(&one);
		text_add(&one, at, n);
		text_puts(t, "    ");
		screen_safe(&cli->screen, t, text_get(&one), 1000);
		text_putc(t, '\n');
	}
	text_release(&one);
}

static void add(const struct cli *cli, struct text *t, const struct card *c)
{
	screen_field(&cli->screen, t, c->id, 12);
	text_puts(t, "  ");
	screen_field(&cli->screen, t, card_get(c, "state"), 8);
	text_puts(t, "  ");
	clock_add_utc(t, c->first_us, 0);
	text_puts(t, "  ");
	screen_safe(&cli->screen, t, card_get(c, "page"), 60);
	text_putc(t, '\n');
	add_lines(cli, t, card_get(c, "what"));
	add_lines(cli, t, card_get(c, "why"));
	add_lines(cli, t, card_get(c, "said"));
}

static json_t *document(const struct card *c)
{
	return json_pack("{so, so, so, so, so, so, so, so}", "id", json_safe(c->id), "page",
			 json_safe(card_get(c, "page")), "state", json_safe(card_get(c, "state")),
			 "what", json_safe(card_get(c, "what")), "why",
			 json_safe(card_get(c, "why")), "said", json_safe(card_get(c, "said")),
			 "asked", json_time(c->first_us), "by", json_safe(c->by));
}

static int list(struct cli *cli, const struct subscriber_asked *a)
{
	struct listing l = {.cli = cli, .all = json_array()};
	struct board *b = board_new();
	const struct card *c;
	int status = cards_fetch(cli, a->socket, "request", b);

	for (size_t i = 0; (c = board_at(b, "request", i)); i++) {
		json_array_append_new(l.all, document(c));
		add(cli, &l.text, c);
	}
	board_free(b);
	return listing_end(&l, "requests", "nobody has asked for a monitor\n", a->json, status);
}

static int end(struct cli *cli, const struct subscriber_asked *a, const char *id, bool is_accepted)
{
	struct text line = {0};
	int status;

	line_begin(&line, "request-close", id);
	line_add_int(&line, "accept", is_accepted);
	line_add(&line, "said", a->said ? a->said : "");
	control_add_user(&line, a->by);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

int cli_visitor_request(struct cli *cli, int argc, char **argv)
{
	struct subscriber_asked a = {0};
	int status = cli_flags(cli, flag, &a, &argc, argv);
	bool is_accepted = argc && !strcmp(argv[0], "accept");

	if (status >= 0)
		return status;
	if (!argc || (argc == 1 && !strcmp(argv[0], "list")))
		return list(cli, &a);
	if (!is_accepted && strcmp(argv[0], "refuse"))
		return cli_wrong("'%.60s' is none of list, accept and refuse", argv[0]);
	if (argc != 2)
		return cli_wrong("write: nines request %s ID", argv[0]);
	return end(cli, &a, argv[1], is_accepted);
}
