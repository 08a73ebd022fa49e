/* nines/notifier.h: all that a notifier module may use.
 *
 * A notifier gets one letter and answers what became of it; keeping letters, retrying and falling
 * back are the host's. It runs like a check (check.h): straight-line, every wait parks only this
 * letter, failure is sticky, one deadline. The network calls of check.h work on letter_probe(). */
#ifndef NINES_NOTIFIER_H
#define NINES_NOTIFIER_H

#include <nines/check.h>

#pragma GCC visibility push(default)

enum letter_outcome {
	LETTER_DELIVERED = 1, /* the other side has said so itself */
	LETTER_TRY_LATER,     /* it may work another time */
	LETTER_GIVE_UP        /* it will never work: wrong address, refused for good */
};

enum letter_kind {
	LETTER_ALERT = 1,
	LETTER_RECOVERY,
	LETTER_CONFIRMATION,
	LETTER_REPORT,
	LETTER_TEST,
	LETTER_NOTE,   /* something to know, nothing to do */
	LETTER_SUMMARY /* many incidents in one letter */
};

struct letter;

/* A file that goes with a letter, as a report's pages do. */
struct letter_attachment {
	const char *name;  /* of the file, in UTF-8: no path, nothing that a header or terminal
			    * could be tricked with */
	const char *media; /* "application/pdf" */
	const void *bytes;
	size_t size;
};

struct notifier_module {
	struct module_head head;
	/* Delivers one letter. Failure of its probe is sticky, so falling through to `return
	 * LETTER_DELIVERED` is fine: when the probe has failed that counts as LETTER_TRY_LATER. So
	 * does whatever it returns when the probe has failed as unknown or its time was over, but
	 * behind letter_taken(). */
	enum letter_outcome (*deliver)(struct letter *, const void *options);
	/* What the section's `timeout` defaults to: NULL is 30s. */
	const char *standard_timeout;
	/* As judge() of check.h: what types and ranges of options cannot say, so that `nines config
	 * check` names file and line. `address`: that of a path of this channel, judged with its
	 * options; "": the options alone. A secret that is given reads "*". May be NULL. */
	bool (*judge)(const void *options, const char *address, struct check_judgement *);
};

#define NOTIFIER_MODULE(name_, summary_, options_, option_, deliver_, ...)            \
	MODULE_EXPORT extern const struct notifier_module module_entry;               \
	const struct notifier_module module_entry = {                                 \
		.head = {.abi = MODULE_ABI, .size = sizeof(struct notifier_module),   \
			 .kind = MODULE_NOTIFIER, .name = name_, .summary = summary_, \
			 .option = option_, .options_size = sizeof(options_)},        \
		.deliver = deliver_, __VA_ARGS__}

enum letter_kind letter_kind(const struct letter *);
/* "alert" "recovery" "confirmation" "report" "test" "note" "summary" */
const char *letter_kind_text(const struct letter *);
/* stable over retries: for Message-ID, idempotency keys */
const char *letter_id(const struct letter *);
const char *letter_to(const struct letter *);      /* the address behind "NOTIFIER:" */
const char *letter_subject(const struct letter *); /* one line */
const char *letter_text(const struct letter *);    /* plain text, lines of at most 76 columns */
const char *letter_short(const struct letter *);   /* at most 160 characters */
/* A word of the letter ("check", "state", "reason", "since", "step", ...): "" when it has none. */
const char *letter_word(const struct letter *, const char *key);
/* The letter as one JSON document; its members are one table, docs/modules.md. */
const char *letter_json(const struct letter *);
/* Which attempt this is, from 1; how much later than wanted, 0 for a first attempt in time (the
 * texts say so already). */
int letter_attempt(const struct letter *);
int64_t letter_delayed_us(const struct letter *);

/* Why it was not delivered, for the log: the first one stays, and stands instead of the probe's. */
void letter_reason(struct letter *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The other side asks not to be tried again before so long (Retry-After). */
void letter_retry_after(struct letter *, int64_t after_us);
/* The other side has said that it has the letter: LETTER_DELIVERED, whatever fails behind that (a
 * goodbye). */
void letter_taken(struct letter *);
/* The files of the letter; *count 0: there are none. Only modules with the flag MODULE_TAKES_FILES
 * get any. What could not be read is left out, and the letter's text says so. */
const struct letter_attachment *letter_attachments(const struct letter *, size_t *count);
/* What the calls of check.h want. Texts that letter_ calls return live as long as the letter. */
struct probe *letter_probe(struct letter *);

#pragma GCC visibility pop

#endif
