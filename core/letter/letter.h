/* letter/letter: what people read when something happened: facts in, subject, text and short form
 * out.
 *
 * Pure: no clock, no file, no memory of earlier letters; the same facts give the same bytes.
 * Bounded whatever the facts say: the text has lines of at most LETTER_COLUMNS columns, escaped for
 * a line of base/line.h it is at most LETTER_TEXT_BYTES, the subject is one line, the short form is
 * one SMS. What strangers said (names, reasons, a server's banner) is made harmless (F44, F52): no
 * control character, no bidi control, no invalid UTF-8, no line of a letter that it did not have.
 * The keeper renders each letter once, when it is due; what is sent later is what was rendered. */
#ifndef NINES_LETTER_LETTER_H
#define NINES_LETTER_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/line.h"
#include "../base/text.h"
#include "../base/zone.h"

#define LETTER_COLUMNS 76
#define LETTER_TEXT_BYTES 36000
#define LETTER_SUBJECT_BYTES 200
#define LETTER_SHORT 160 /* GSM-7 characters; 70 of UTF-16 when some cannot be written in GSM-7 */
#define LETTER_ITEMS 600 /* of a summary; the text's bound may come first */

/* What a letter says. The names of templates are those of letter_form_name(). */
enum letter_form {
	LETTER_FORM_ALERT,	  /* alert: a check or a service is down */
	LETTER_FORM_RECOVERY,	  /* recovery: it is up again */
	/* note: a member of a service that is up (or was never told) is */
	LETTER_FORM_NOTE,
	LETTER_FORM_SUMMARY,	  /* summary: many at once, down and up again, a line each */
	LETTER_FORM_FLAPPING,	  /* flapping: changes too often; no alerts until it is steady */
	LETTER_FORM_STEADY,	  /* steady: flapping has ended */
	LETTER_FORM_CONFIRMATION, /* confirmation: is this address yours, do you want this */
	LETTER_FORM_TEST,	  /* test: does this path work */
	LETTER_FORM_MONITOR,	  /* monitor: trouble of nines itself, of no target */
	LETTER_FORM_MONITOR_OVER, /* monitor-over: that trouble has ended */
	LETTER_FORM_BURNING,	  /* burning: a service burns its error budget too fast */
	LETTER_FORM_BURNING_OVER, /* burning-over: that has ended */
	/* to subscribers of a page: nothing of how it is watched stands in these */
	LETTER_FORM_SUBSCRIPTION, /* subscription: did you ask to be told of this page */
	LETTER_FORM_SUBSCRIBED,	  /* subscribed: you are already; here you can change it */
	LETTER_FORM_POST,	  /* post: an incident, a maintenance, news: what was written */
	LETTER_FORM_COMPONENT,	  /* component: it went down or came back */
	/* to who asked for a monitor; nothing of what he wrote stands in these */
	LETTER_FORM_REQUESTED, /* requested: did you ask, do you want to hear the answer */
	LETTER_FORM_ANSWERED,  /* answered: it is accepted, or refused */
	LETTER_FORM_CLAIM,     /* claim: did you say that this site is yours */
	LETTER_FORM_CLAIMED,   /* claimed: it is verified, accepted, refused, expired, released */
	LETTER_FORM_UNFOLLOWED, /* unfollowed: that monitor can be followed no more */
	LETTER_FORMS
};

/* One line of a summary. */
struct letter_item {
	const char *name, *title; /* title may be NULL */
	const char *state;	  /* "down", "degraded", "up" ... */
	const char *reason;	  /* may be NULL */
	int64_t since_us;	  /* of the failure, wall clock */
	int64_t ended_us;	  /* 0: it goes on */
	const char *incident;	  /* id; may be NULL */
};

/* Everything a letter can be made of. Zero-initialise; NULL, "" and 0 mean: not known, not said.
 * All belong to the caller and are only read. Times are wall clock microseconds. Lists are names
 * joined by newlines. */
struct letter_facts {
	enum letter_form form;
	const char *contact;	  /* its reader */
	const char *to;		  /* "NOTIFIER:ADDRESS" */
	const struct zone *zone;  /* the reader's; NULL: UTC alone */
	const char *location;	  /* the vantage point's name: who says it */
	int64_t now_us;		  /* when it is written */

	const char *name, *title; /* of the check or service; title: what people call it */
	bool is_service;
	const char *module, *target;  /* "smtp", "mail.example.org:25"; of a service: NULL */
	const char *verdict;	      /* "down", "degraded", "up" */
	const char *reason, *step;    /* where it failed; a monitor's trouble has a reason only */
	const char *steps;	      /* the value `steps` of a result */
	const char *address;	      /* that was probed */
	int64_t need, up, of; /* of a service: members, or weight where they are weighted */
	bool is_weighted;
	const char *members;	      /* of a service: those that fail; of a note: its services */

	const char *incident;	/* id */
	int64_t detected_us;	/* first failure: the start of the incident */
	int64_t confirmed_us;
	int64_t passed_us;	/* last success before it */
	int64_t ended_us;	/* first success after it */
	const char *gone; /* of a recovery: why it is no longer watched; it is not up again */
	const char *diagnosis;	/* lines, as found at the incident's begin */

	int64_t number, cap;	/* this is alert 1 of at most 4 to this destination */
	int64_t next_us;	/* the next repeat, if it still fails then */
	int64_t told;		/* of a recovery: alerts that went to this destination */
	int64_t changes;	/* of flapping: state changes in the window looked at */
	double change_percent;	/* of flapping */

	const char *affected;	/* services and checks that stand or fall with it */
	const char *cause;	/* parents that fail too */
	const char *owner, *url; /* as configured */
	const char *owners; /* lines ROLE: NAME, as configured */
	const char *page;	/* address of its page */
	const char *next;	/* what to do next, as configured */
	const char *code;	/* of a confirmation: what to answer, when there is no url */
	const char *impact, *body; /* of a post: how bad it is; what was written, lines */
	const char *manage; /* to a subscriber: where to change the subscription or end it */
	const char *tail; /* that the short form ends with, whatever is cut for it */

	const struct letter_item *item; /* of a summary */
	size_t items;
	int64_t part; /* of a summary too long for one letter: 2 and up say so */
};

/* An admin's own wording; a member that is NULL leaves the built-in one. */
struct letter_template {
	char *subject, *text, *brief;
};

/* Zero-initialise. */
struct letter_templates {
	struct letter_template of[LETTER_FORMS];
};

struct letter_said {
	struct text subject, text;
	struct text brief; /* the short form */
	size_t items;	   /* so many of the facts' items are told; the next letter begins there */
};

/* Fills *said, which may hold an earlier letter; release it. `own` may be NULL. */
void letter_say(const struct letter_facts *, const struct letter_templates *own,
		struct letter_said *said);
void letter_said_release(struct letter_said *);

/* The facts as words of a line, `word.KEY=VALUE` each: what letter_word() and letter_json() of
 * include/nines/notifier.h answer from. Times as RFC 3339 in UTC, empty ones left out; the keys
 * stand in docs/modules.md. Bounded: at most 16,000 bytes. */
void letter_add_words(struct text *line, const struct letter_facts *);

/* "alert" and so on; the word `kind` of the line `letter` is letter_form_kind(): alert recovery
 * note summary confirmation test. */
const char *letter_form_name(enum letter_form);
const char *letter_form_kind(enum letter_form);
/* False: there is no such form. */
bool letter_form_find(const char *name, enum letter_form *);

/* A template is text with {{word}} in it, of the words of letter_word_name(). A line whose words
 * are all empty is left out, and a heading (`What to do:`) of which all lines up to the next blank
 * one are; longer lines are wrapped and go on below their first word. False: *line (from 1) and
 * *wrong say where and why; `word` gets the word that nobody knows, "" when something else is
 * wrong. */
#define LETTER_WORD_BYTES 40
bool letter_template_judge(const char *source, int *line, struct text *wrong,
			   char word[LETTER_WORD_BYTES]);
const char *letter_word_name(size_t place); /* of all words in turn; NULL behind the last */

/* The line `template NAME subject= text= short=` (docs/architecture.md). False: *wrong says why and
 * nothing was taken. */
bool letter_templates_take(struct letter_templates *, const struct line *, struct text *wrong);
void letter_templates_release(struct letter_templates *);

#endif
