/* cli/listing: see listing.h. */
#include "listing.h"

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
