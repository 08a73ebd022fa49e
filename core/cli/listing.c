/* cli/listing: see listing.h. */
#include "listing.h"

#include <string.h>

#include "../web/json.h"
#include "control.h"

int listing_ask(struct listing *l, const char *socket, const char *verb,
		void (*take)(const struct line *, void *listing))
{
	struct text line = {0};
	int status;

	line_begin(&line, verb, "-");
	line_end(&line);
	status = control_ask(l->cli, &(struct control_request){socket, &line, take, l});
	text_release(&line);
	return status;
}

static void take_card(const struct line *l, void *with)
{
	if (!strcmp(l->verb, "card"))
		board_take(with, l);
}

int cards_fetch(const struct cli *cli, const char *socket, const char *kind, struct board *b)
{
	struct text line = {0};
	int status;

	line_begin(&line, "watch", "-");
	line_add(&line, "kind", kind);
	line_add_int(&line, "once", 1);
	line_end(&line);
	status = control_ask(cli, &(struct control_request){socket, &line, take_card, b});
	text_release(&line);
	return status;
}

int listing_end(struct listing *l, const char *name, const char *nothing, bool is_json, int status)
{
	if (is_json) {
		text_clear(&l->text);
		json_write(&l->text, json_pack("{sO}", name, l->all));
	} else if (!l->text.size) {
		text_puts(&l->text, nothing);
	}
	if (status == EXIT_DONE)
		status = cli_print(&l->text, status);
	text_release(&l->text);
	json_decref(l->all);
	return status;
}
