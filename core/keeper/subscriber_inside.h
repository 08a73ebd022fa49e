/* keeper/subscriber_inside: what the files keeper/subscriber*.c share. See subscriber.h. */
#ifndef NINES_KEEPER_SUBSCRIBER_INSIDE_H
#define NINES_KEEPER_SUBSCRIBER_INSIDE_H

#include "../board/claim.h"
#include "../board/key.h"
#include "../board/limit.h"
#include "../board/subscriber.h"
#include "../letter/letter.h"
#include "board.h"
#include "outbox.h"
#include "subscriber.h"

/* F53 */
#define LETTERS_A_DAY    3 /* of confirmation to one address */
#define ASKED_AN_HOUR    10 /* by one net */
#define GUESSED_AN_HOUR  20 /* codes, by one net */
#define REQUESTS_A_DAY   5 /* by one net */
#define LETTERS_AN_HOUR  1000 /* of confirmation to everybody */
#define SUBSCRIBERS_MOST 100000
#define PENDING_MOST     20000
#define REQUESTS_MOST    1000
#define CLAIMS_MOST      1000 /* that wait, of all sites */
#define CLAIMS_A_SITE    5 /* that wait, of one; not confirmed ones: so many more */
#define LOOKS_AN_HOUR    20 /* at the site of one claim */
#define LOOKS_MOST       8 /* at a time */

/* A section `page` as the keeper must know it. */
struct told_page {
	char *name, *title, *url, *zone;
	char *show, *categories; /* lines; neither: everything */
	char *subscribe; /* notifiers, lines */
	char *audiences;
	bool takes_claims, accepts_claims; /* the latter: by itself, once they are proven */
	bool leads_home; /* webhooks of subscribers may lead into our own networks */
};

/* The keys of one that is pending: never on disk, made anew after a restart. */
struct pending_key {
	char key[KEY_TEXT], code[KEY_CODE];
};

/* A site that is looked at for a claim's code: claim_look.c. */
struct look {
	int64_t number, prober, until_us; /* number 0: free */
	char claim[24];
};

struct subscribers {
	struct map pages; /* told_page by name */
	struct map sites; /* texts, by the name of a check: what it is about, for claims */
	struct map categories; /* texts, by the name of a check or service */
	char *first; /* the page's name that stands for "" */
	struct map keys; /* pending_key by id of the card */
	struct limit letters, nets, guesses, requests, looks;
	struct look look[LOOKS_MOST];
	int64_t hour_us; /* of all letters of confirmation: this hour began */
	int64_t sent; /* in it */
	bool is_counted; /* what a keeper before us has let through */
	int64_t sweep_us;
	struct map followed; /* names of checks and services that somebody follows */
	uint64_t followed_at; /* as it was at that many changes */
};

/* ---- subscriber_limit.c ---- */

/* The net of a visitor; "" of who administers. */
void subscriber_net(struct text *net, int64_t client, const struct line *);
/* Counts a request of that net; not NULL: why it is refused, which may be told, as it says nothing
 * of the address. */
const char *subscriber_too_often(struct keeper *, const char *net);
/* One more letter to that mailbox; false: it has had its share, and nobody is told. */
bool subscriber_may_write(struct keeper *, const char *to);
/* Adds to the card that is being written that such a letter goes out (`asked`), or that a code was
 * wrong (`guessed`), beside what stands in the old one (may be NULL). */
void subscriber_note(struct keeper *, struct text *card, const char *word, const struct card *old,
		     const char *net);
/* Once the record has been read, before any limit is asked: counts what keepers before us did. */
void subscriber_limits_go_on(struct keeper *);
void subscriber_limits_sweep(struct keeper *); /* each minute */

/* ---- subscriber.c ---- */

/* Nothing is left of him, nor of what was on its way to him. */
void subscriber_forget(struct keeper *, const char *id, const char *by, const char *why);
/* Who has that address on that page; NULL: nobody. */
const struct card *subscriber_find(const struct keeper *, const char *page, const char *to);

/* There is no room for one more who has not answered. */
bool subscribers_are_full(const struct keeper *);
/* Who is asked whether he wants what the words say. */
struct pending_subscriber {
	enum letter_form form; /* of the question */
	const char *page, *to;
	const struct text *words;
	const char *net, *by;
};
/* A new one, or one that has not answered yet: what was asked for last counts, and the key before
 * no more. He is written to. */
void subscriber_write_pending(struct keeper *, const struct card *old,
			      const struct pending_subscriber *);

/* ---- request.c ---- */

/* Tells this subscriber what became of the request that he waits for, if anything did. */
void request_tell(struct keeper *, const char *subscriber);

/* ---- subscriber_page.c ---- */

struct told_page *told_page_find(const struct keeper *, const char *name); /* "": the first; NULL */
/* The page shows the check or service, or a service that it is in. */
bool told_page_shows(const struct keeper *, const struct told_page *, const char *name);
/* Some page has a group of subscribers of that name. */
bool audience_is_known(const struct keeper *, const char *name);
/* Of group.c's services; `with` is the keeper. */
bool service_has(void *with, const char *whole, const char *part);
/* The kind of notifier that a channel is: "email"; NULL: there is no such channel. */
const char *module_of(const struct keeper *, const char *to);
/* The address itself says which server is dialled. */
bool leads_anywhere(const struct keeper *, const char *to);
/* What people call a check or service. */
const char *title_of(const struct keeper *, const char *name);
/* none minor major critical: what the page shows now */
const char *page_indicator(const struct keeper *, const struct told_page *);

/* ---- subscriber_key.c ---- */

/* Of which keys are derived. */
const char *subscription_secret(struct keeper *);

/* The key of this subscription's owner. */
void manage_key(struct keeper *, char key[KEY_TEXT], const char *id);
/* Makes keys for a pending one, adds their hashes to the card that is being written. */
void pending_key_make(struct keeper *, const char *id, struct text *card);
void pending_key_forget(struct keeper *, const char *id);
/* The card that this key manages; NULL: none. */
const struct card *managed_by(struct keeper *, const char *key);

/* ---- subscriber_say.c ---- */

/* Facts of which the form and what happened are given, the rest is filled in, and off it goes.
 * `sending`: what a webhook is told of in a form of its own; NULL: only the letter. */
void say_to_subscriber(struct keeper *, const struct card *subscriber, struct letter_facts *,
		       const struct card *sending);

/* ---- subscriber_payload.c ---- */

/* What a webhook is posted, as a hosted status page's would be: new text. `manage`: where it is
 * ended. */
char *payload_of(struct keeper *, const struct card *sending, const struct told_page *,
		 const char *manage);

/* ---- subscriber_tell.c ---- */

/* Begins a card `sending`, whose words say what is told; board_end() sends it on its way. */
struct text *sending_begin(struct keeper *, enum subscriber_kind, const char *pages,
			   const char *components);
void tell_watch(struct keeper *);

/* ---- subscriber_follow.c ---- */

void follow_watch(struct keeper *);
/* May he who asks follow all that he names? False: *wrong says what not. `old`: what he follows
 * already he may keep; NULL: nothing. */
bool follow_judge(const struct keeper *, const struct line *asked, const struct card *old,
		  struct text *wrong);
/* Nobody follows that target any more; who did is told once. */
void follow_end(struct keeper *, const char *target);

/* ---- claim.c ---- */

void claims_sweep(struct keeper *); /* each minute */

/* ---- claim_judge.c ---- */

/* The target gets that owner; `by`: who decided it, "": nines itself; `said`: what he says of it.
 * NULL: done, else why not. */
const char *claim_accept(struct keeper *, const char *id, const char *owner, const char *by,
			 const char *said);

/* ---- claim_tell.c ---- */

/* Whoever asked is told how the claim stands now, by one letter to the address that he confirmed,
 * unless he wants none. To be called once for each such change. */
void claim_tell(struct keeper *, const char *id);

/* ---- claim_look.c ---- */

/* Has a prober look for the claim's code. NULL: it does, else why not. */
const char *look_begin(struct keeper *, const struct card *claim);

#endif
