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
	screen_lines(&cli->screen, t, "    ", card_get(c, "what"), 1000);
	screen_lines(&cli->screen, t, "    ", card_get(c, "why"), 1000);
	screen_lines(&cli->screen, t, "    ", card_get(c, "said"), 1000);
}

static json_t *document(const struct card *c)
{
	return json_pack("{so, so, so, so, so, so, so, so}", "id", json_safe(c->id), "page",
			 json_safe(card_get(c, "page")), "state", json_safe(card_get(c, "state")),
			 "what", json_safe(card_get(c, "what")), "why",
			 json_safe(card_get(c, "why")), "said", json_safe(card_get(c, "said")),
			 "asked", json_time(c->first_us), "by", json_safe(c->by));
}

static int list(const struct cli *cli, const void *asked, char **word)
{
	const struct subscriber_asked *a = asked;
	struct listing l = {.cli = cli, .all = json_array()};
	struct board *b = board_new();
	const struct card *c;
	int status = cards_fetch(cli, a->socket, "request", b);

	(void)word;
	for (size_t i = 0; (c = board_at(b, "request", i)); i++) {
		json_array_append_new(l.all, document(c));
		add(cli, &l.text, c);
	}
	board_free(b);
	return listing_end(&l, "requests", "nobody has asked for a monitor\n", a->json, status);
}

static int end(const struct cli *cli, const void *asked, char **word)
{
	const struct subscriber_asked *a = asked;
	struct text line = {0};
	int status;

	line_begin(&line, "request-close", word[1]);
	line_add_int(&line, "accept", !strcmp(word[0], "accept"));
	line_add(&line, "said", a->said ? a->said : "");
	control_add_user(&line, a->by);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

static const struct cli_word known[] = {
	{"list", NULL, 0, list},
	{"accept", "ID", 1, end},
	{"refuse", "ID", 1, end},
	{NULL, NULL, 0, NULL},
};

int cli_visitor_request(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct subscriber_asked){0}, argc, argv);
}
