/* page/subscribe: what the pages for subscribers are made of: the form of choices, the ways to
 * reach somebody, what was said of the last try. Their routes: subscribe_routes.c (to begin) and
 * subscription_routes.c (whoever has the link of a letter). Whatever is decided the keeper decides:
 * keeper/subscriber.h. */
#ifndef NINES_PAGE_SUBSCRIBE_H
#define NINES_PAGE_SUBSCRIBE_H

#include "../web/route.h"
#include "words.h"

/* How the form stands: as it came, as a card has it, or as it is at first. */
struct choices {
	bool is_all, is_outage_only;
	const char *components, *kinds, *audiences; /* lines */
	int64_t after_us;
};

/* Of a form that was sent; `lists` holds its texts. */
struct choices choices_of_request(const struct request *, struct text lists[3]);
struct choices choices_of_card(const struct card *);
void choices_add(struct text *, const struct site *, const struct request *,
		 const struct choices *);
/* As words of a request to the keeper. */
void choices_ask(struct text *line, const struct choices *);

/* <option> for each channel of the page; returns how many. */
size_t channels_add(struct text *, const struct page *, const char *chosen);
/* One of them sends mail. */
bool channels_have_mail(const struct page *);
/* What the first one wants to be told. */
const char *channels_hint(const struct page *);
/* "email:" and the address of a form, one line. */
void channel_to(struct text *, const struct request *);

/* A paragraph of what was said, wrong or not; nothing for NULL. */
void said_add(struct text *, const char *said, bool is_wrong);
/* A page of a title and a sentence. */
void said_answer(struct answer *, const struct site *, const struct request *, unsigned status,
		 const char *title, const char *text);
/* The whole page of a piece, with the frame; nobody keeps it. */
void subscribe_answer(struct answer *, const struct site *, const struct request *,
		      const char *title, const struct text *body, unsigned status);

/* The page lets who runs a site claim its monitor: claim_routes.c. */
bool claim_is_offered(const struct page *);

/* What the keeper says of a request; NULL: it did. */
const char *keeper_refusal(const struct line *end);

#endif
