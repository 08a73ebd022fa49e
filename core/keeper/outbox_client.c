/* keeper/outbox_client: what clients ask of the outbox: what waits in it, and to take a letter.
 * See outbox.h. */
#include <string.h>

#include "../alert/outbox.h"
#include "outbox_inside.h"

static void add_letter(struct text *t, const struct keeper *k, const struct outbox_letter *l)
{
	const struct letter_kept *kept = l->with;

	line_begin(t, "letter", l->id);
	line_add(t, "to", outbox_way(l));
	line_add(t, "state", l->is_flying ? "flying" : l->is_allowed ? "waiting" : "held");
	line_add_int(t, "created_us", keeper_wall_of(k, l->created_us));
	line_add_int(t, "expires_us", keeper_wall_of(k, l->expires_us));
	line_add_int(t, "next_us", keeper_wall_of(k, l->next_us));
	line_add_int(t, "number", l->number);
	if (kept->is_unrecorded)
		line_add_int(t, "unrecorded", 1);
	line_end(t);
}

void outbox_add_failed(struct text *t, const struct keeper *k)
{
	const struct channel *c;
	size_t at = 0;

	while ((c = map_next(&k->letters->channels, &at)))
		text_printf(t, "%s%s %llu", t->size ? "\n" : "", c->name,
			    (unsigned long long)c->failed);
}

void outbox_ask_letters(struct keeper *k, int64_t client, const struct line *l)
{
	struct text *t;

	(void)l;
	for (const struct outbox_letter *one = outbox_first(k->letters->outbox); one;
	     one = one->next) {
		t = keeper_line(k, END_CLIENT, client);
		if (!t)
			return;
		add_letter(t, k, one);
	}
	status_end(k, client, NULL, NULL);
}

static bool is_known(const struct keeper *k, const char *to)
{
	struct text name = {0};
	bool is_there;

	text_add(&name, to, strcspn(to, ":"));
	is_there = strchr(to, ':') && map_find_text(&k->letters->channels, text_get(&name));
	text_release(&name);
	return is_there;
}

void outbox_ask_letter(struct keeper *k, int64_t client, const struct line *l)
{
	const char *kind = line_get(l, "kind"), *to = line_get(l, "to");
	struct text words = {0}, said = {0};
	struct letter_new n = {.kind = *kind ? kind : "test",
			       .contact = line_get(l, "contact"),
			       .to = to,
			       .check = line_get(l, "check"),
			       .subject = line_get(l, "subject"),
			       .text = line_get(l, "text"),
			       .brief = line_get(l, "short"),
			       .created_us = k->wall_us,
			       .words = &words};
	char id[24];

	if (!is_known(k, to)) {
		text_printf(&said, "'%s' is no address of a configured notifier", to);
		status_end(k, client, "wrong", text_get(&said));
	} else {
		for (size_t i = 0; i < l->words; i++)
			if (!strncmp(l->word[i].key, "word.", 5))
				line_add_range(&words, l, i, i + 1);
		outbox_add(k, &n, id, sizeof id);
		status_end(k, client, "letter", id);
	}
	text_release(&words);
	text_release(&said);
}
