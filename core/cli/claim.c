/* cli/claim: `nines claim`: who says that a monitored site is his, and the answer of a person. */
#include <string.h>

#include "../base/clock.h"
#include "../web/claim.h"
#include "../web/json.h"
#include "control.h"
#include "listing.h"
#include "subscriber.h"

struct asked {
	struct subscriber_asked of;
	const char *owner;
};

static const struct cli_flag flag[] = {
	{"--owner", "OWNER", "accept: whose it is from then on (default: whom he named)",
	 offsetof(struct asked, owner)},
	{"--text", "TEXT", "kept beside the answer, and shown to who had asked",
	 offsetof(struct asked, of.said)},
	{"--by", "NAME", "who says so (default: who you are)", offsetof(struct asked, of.by)},
	{"--json", NULL, "one JSON document", offsetof(struct asked, of.json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, of.socket)},
	{NULL, NULL, NULL, 0},
};

/* Claims, and the owners that came of them. */
static int fetch(const struct cli *cli, const struct asked *a, struct board *b)
{
	int status = cards_fetch(cli, a->of.socket, "claim", b);

	return status ? status : cards_fetch(cli, a->of.socket, "owner", b);
}

static void add_row(const struct cli *cli, struct text *t, const struct card *c)
{
	static const struct {
		const char *key;
		size_t width;
	} column[] = {{"state", 9}, {"target", 24}, {"owner", 24}};

	screen_field(&cli->screen, t, c->id, 12);
	for (size_t i = 0; i < sizeof column / sizeof *column; i++) {
		text_puts(t, "  ");
		screen_field(&cli->screen, t, card_get(c, column[i].key), column[i].width);
	}
	text_puts(t, "  ");
	screen_safe(&cli->screen, t, card_get(c, "to"), 300);
	text_putc(t, '\n');
}

static int list(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct listing l = {.cli = cli, .all = json_array()};
	struct board *b = board_new();
	const struct card *c;
	int status = fetch(cli, a, b);

	(void)word;
	for (size_t i = 0; (c = board_at(b, "claim", i)); i++) {
		json_array_append_new(l.all, claim_json(b, c));
		add_row(cli, &l.text, c);
	}
	board_free(b);
	return listing_end(&l, "claims", "nobody has claimed a site\n", a->of.json, status);
}

/* ---- one ---- */

static void add_time(struct text *t, const char *what, int64_t wall_us)
{
	if (!wall_us)
		return;
	text_printf(t, "    %s ", what);
	clock_add_utc(t, wall_us, 0);
	text_putc(t, '\n');
}

static void add_text(const struct cli *cli, struct text *t, const char *what, const char *said)
{
	struct text indent = {0};

	text_printf(&indent, "    %s ", what);
	screen_lines(&cli->screen, t, indent.at, said, 1000);
	text_release(&indent);
}

static void add_one(const struct cli *cli, struct text *t, const struct board *b,
		    const struct card *c)
{
	const struct card *owner = owner_find(b, card_get(c, "target"));

	add_row(cli, t, c);
	add_text(cli, t, "page", card_get(c, "page"));
	add_text(cli, t, "site", card_get(c, "site"));
	add_time(t, "asked", c->first_us);
	add_time(t, "open until", card_int(c, "until_us", 0));
	add_time(t, "last looked at", card_int(c, "checked_us", 0));
	add_text(cli, t, "found", card_get(c, "found"));
	add_time(t, "judged", card_int(c, "judged_us", 0));
	add_text(cli, t, "judged by", card_get(c, "judged_by"));
	add_text(cli, t, "said", card_get(c, "said"));
	if (owner && !strcmp(card_get(owner, "claim"), c->id))
		add_text(cli, t, "others may follow it:", card_get(owner, "follow"));
}

static int show(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct board *b = board_new();
	struct text t = {0};
	int status = fetch(cli, a, b);
	const struct card *c = board_find(b, "claim", word[1]);

	if (!status && !c)
		status = cli_fail(EXIT_FINDING, "there is no claim '%.60s': nines claim list",
				  word[1]);
	if (!status && a->of.json)
		json_write(&t, claim_json(b, c));
	else if (!status)
		add_one(cli, &t, b, c);
	if (!status)
		status = cli_print(&t, status);
	board_free(b);
	text_release(&t);
	return status;
}

/* ---- to judge ---- */

static int judge(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct text line = {0};
	int status;

	line_begin(&line, "claim-judge", word[1]);
	line_add(&line, "act", word[0]);
	if (a->owner)
		line_add(&line, "owner", a->owner);
	if (word[2])
		line_add_int(&line, "follow", !strcmp(word[2], "on"));
	line_add(&line, "said", a->of.said ? a->of.said : "");
	control_add_user(&line, a->of.by);
	line_end(&line);
	status = control_say(cli, a->of.socket, &line);
	text_release(&line);
	return status;
}

static int follow(const struct cli *cli, const void *asked, char **word)
{
	if (strcmp(word[2], "on") && strcmp(word[2], "off"))
		return cli_wrong("'%.20s' is neither on nor off", word[2]);
	return judge(cli, asked, word);
}

static const struct cli_word known[] = {
	{"list", NULL, 0, list},
	{"show", "ID", 1, show},
	{"accept", "ID", 1, judge},
	{"refuse", "ID", 1, judge},
	{"release", "ID", 1, judge},
	{"follow", "ID on|off", 2, follow},
	{NULL, NULL, 0, NULL},
};

int cli_claim(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct asked){.owner = NULL}, argc, argv);
}
