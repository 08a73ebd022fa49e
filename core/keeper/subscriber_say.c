/* keeper/subscriber_say: one letter to one subscriber: whose it is, where he changes or ends what
 * he gets, and off to the outbox. Keys stand in it as masks (subscriber_key.c). */
#include <stdlib.h>
#include <string.h>

#include "alert_inside.h"
#include "subscriber_inside.h"

#define EXPIRES_US (24 * 3600 * KEEPER_SECOND)

static void add_base(struct text *t, const struct told_page *p)
{
	size_t size = p ? strlen(p->url) : 0;

	while (size && p->url[size - 1] == '/')
		size--;
	text_add(t, p ? p->url : "", size);
}

/* "https://status.example.org/subscription/ID.****" and what follows. */
static void add_link(struct text *t, const struct told_page *p, const char *in, const char *id)
{
	char mask[KEY_TEXT];

	key_mask(mask, id);
	add_base(t, p);
	text_printf(t, "%s%s/", in, mask);
}

static void add_payload(struct keeper *k, struct text *words, const struct card *sending,
			const struct told_page *p, const struct letter_facts *f)
{
	const char *module = module_of(k, f->to);
	char *payload;

	if (!sending || !p || !module || strcmp(module, "webhook"))
		return;
	payload = payload_of(k, sending, p, f->manage);
	line_add(words, "word.payload", payload);
	free(payload);
}

static void hand_over(struct keeper *k, const struct card *c, const struct letter_facts *f,
		      const struct told_page *p, const struct card *sending)
{
	struct letter_said said = {.items = 0};
	struct text words = {0};
	char id[24];
	struct text contact = {0};
	struct letter_new new = {
		.kind = letter_form_kind(f->form),
		.to = f->to,
		.created_us = k->wall_us,
		.expires_us = k->wall_us + EXPIRES_US,
		.words = &words,
		.subscription = c->id,
	};

	text_printf(&contact, "subscriber %s", c->id); /* the record forgets its letters by it */
	new.contact = text_get(&contact);
	letter_say(f, &k->alerts->templates, &said);
	letter_add_words(&words, f);
	if (leads_anywhere(k, f->to) && (!p || !p->leads_home))
		line_add(&words, "word.stranger", "1");
	add_payload(k, &words, sending, p, f);
	new.subject = text_get(&said.subject);
	new.text = text_get(&said.text);
	new.brief = text_get(&said.brief);
	outbox_add(k, &new, id, sizeof id);
	letter_said_release(&said);
	text_release(&words);
	text_release(&contact);
}

void say_to_subscriber(struct keeper *k, const struct card *c, struct letter_facts *f,
		       const struct card *sending)
{
	const struct told_page *p = told_page_find(k, card_get(c, "page"));
	const char *module = module_of(k, card_get(c, "to"));
	bool asks = f->form == LETTER_FORM_SUBSCRIPTION || f->form == LETTER_FORM_REQUESTED,
	     claims = f->form == LETTER_FORM_CLAIM || f->form == LETTER_FORM_CLAIMED,
	     is_managed = f->form == LETTER_FORM_CLAIMED
				  ? claim_goes_on(c)
				  : !asks && !claims && f->form != LETTER_FORM_ANSWERED,
	     types = asks && module && subscriber_types_code(module);
	struct text manage = {0}, url = {0}, tail = {0};

	add_link(&manage, p, claims ? "/claiming/" : "/subscription/", c->id);
	if (asks && types) {
		add_base(&url, p);
		text_puts(&url, "/subscribe/code/");
	} else if (asks) {
		add_link(&url, p, "/subscription/confirm/", c->id);
	} else if (claims) {
		add_link(&url, p, "/claiming/", c->id);
	} else if (f->url) {
		add_base(&url, p);
		text_puts(&url, f->url);
	}
	text_printf(&tail, "Stop: %s", text_get(&manage));
	f->contact = p ? p->title : card_get(c, "page");
	f->zone = p ? map_find_text(&k->alerts->zones, p->zone) : NULL;
	f->to = card_get(c, "to");
	f->location = k->own_location;
	f->now_us = k->wall_us;
	f->url = url.at;
	f->code = types ? KEY_CODE_MASK : NULL;
	f->manage = is_managed ? manage.at : NULL;
	f->tail = is_managed ? tail.at : NULL;
	hand_over(k, c, f, p, sending);
	text_release(&manage);
	text_release(&url);
	text_release(&tail);
}
