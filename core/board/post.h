/* board/post: posts of status pages, incidents, maintenance and news: what a card of the kind
 * `post` and one of the kind `update` say, which states follow which, and what becomes due by
 * itself. Pure: the keeper's post.c changes cards, pages and the API read them.
 *
 * A post has a card of its own; what was told, update by update, stands in cards of the kind
 * `update` whose ids begin with the post's. A correction keeps what was there before. All texts are
 * plain: whoever shows them makes them safe for its medium. */
#ifndef NINES_BOARD_POST_H
#define NINES_BOARD_POST_H

#include "board.h"
#include "post_event.h"

#define POST_TITLE_BYTES 200
#define POST_BODY_BYTES  16384
#define POST_ITEMS       200 /* components, pages */
#define POST_REMIND_US   (INT64_C(3600) * 1000000) /* before a maintenance, unless it says else */
#define POST_TEXTS       5
#define POST_CORRECTIONS 20 /* of one update */

enum post_sort { POST_INCIDENT, POST_MAINTENANCE, POST_NEWS, POST_SORTS };
extern const char *const post_sort_name[POST_SORTS]; /* incident maintenance news */

/* Who sees it: nobody but who writes; the pages; nobody any more. */
enum post_stage { POST_DRAFT, POST_PUBLISHED, POST_WITHDRAWN, POST_STAGES };
extern const char *const post_stage_name[POST_STAGES]; /* draft published withdrawn */

/* A card of the kind `post`, read. Texts are the card's, "" where there is none; times are wall
 * clock, 0 where there is none. Lists are lines. */
struct post {
	const struct card *card; /* NULL: of one that is being made */
	enum post_sort sort;
	enum post_stage stage;
	/* incident: investigating identified monitoring resolved postmortem; maintenance: scheduled
	 * in_progress verifying completed cancelled; news: published */
	const char *state;
	const char *title;
	const char *impact; /* none minor major critical; maintenance: none degraded outage */
	const char *components; /* names of checks and services; none: of everything */
	/* what the post claims of each of them, in their order: operational degraded_performance
	 * partial_outage major_outage under_maintenance, or an empty line; "": of none */
	const char *states;
	const char *pages; /* names; none: each page that shows a component */
	const char *audiences; /* groups of subscribers who are told; none: everybody */
	const char *cause; /* a class: post_cause[] */
	const char *author; /* who began it; "": nines itself */
	int64_t start_us; /* it began, or is to begin; of news: when it is from */
	int64_t end_us; /* it ended, or is to end; 0: it goes on */
	int64_t published_us; /* for the first time */
	int64_t over_us; /* when it was said to be over, or was withdrawn */
	int64_t remind_us; /* so long before the beginning; 0: not at all */
	int64_t reminded_us; /* of the beginning at that time */
	bool is_quiet; /* nobody is told: it is history */
	/* of one that nines began by itself: the section `canned`, what fails, until when it waits
	 * to be published; it goes on by itself until somebody changes it */
	bool is_automatic;
	const char *canned, *targets;
	int64_t wait_us;
	const char *windows; /* the planned maintenance that figures go by (keeper/window.h): ids */
};

/* A card of the kind `update`, read. */
struct update {
	const struct card *card;
	const char *post; /* its id */
	const char *state; /* of the post from then on */
	const char *body;
	const char *author;
	const char *components, *states; /* where it told something new of them */
	int64_t event_us; /* when it happened: what it is sorted by and shown with */
	int64_t until_us; /* of a span that it tells of its end; 0: it tells of a moment */
	int64_t written_us, edited_us; /* edited_us 0: never */
	int64_t withdrawn_us; /* who wrote it takes it back: visitors see it no more; 0: not */
	bool is_corrected; /* to be written: what the card says stays beside it */
};

extern const char *const post_cause[]; /* ends with NULL; "self-inflicted-protective" is one */

/* ---- reading ---- */

/* False: the card is none that could be shown. */
bool post_read(const struct card *, struct post *);
bool update_read(const struct card *, struct update *);
/* The updates of a post by the time that they tell of, the oldest first, withdrawn ones, too; how
 * many there are, of which at most `most` are in *into. */
size_t post_updates(const struct board *, const char *post, const struct card **into, size_t most);
/* The i-th text that a correction replaced, the oldest first, and until when it stood; NULL: there
 * are not so many. */
const char *update_was(const struct card *, size_t i, int64_t *until_us);

/* Published and not over: shown at the top of the page. A maintenance: it has begun. */
bool post_is_current(const struct post *, int64_t now_us);
/* A published maintenance that is still to come. */
bool post_is_ahead(const struct post *);
/* Resolved, completed, cancelled, or withdrawn. News: always. */
bool post_is_over(const struct post *);
/* What it claims of that component now: a word of `states`; "": nothing. */
const char *post_claim(const struct post *, const char *component, struct text *into);

/* ---- writing ---- */

/* Adds the words of a card. */
void post_write(struct text *, const struct post *);
void update_write(struct text *, const struct update *);

/* What is known of the world that a request is judged in. */
struct post_world {
	int64_t now_us;
	/* Is it the name of a check or a service? If not, the nearest one into *nearest, or
	 * nothing.
	 */
	bool (*is_target)(void *with, const char *name, struct text *nearest);
	bool (*is_page)(void *with, const char *name, struct text *nearest);
	bool (*is_audience)(void *with, const char *name, struct text *nearest);
	void *with;
};

/* What becomes of a request or of the time. */
struct post_change {
	struct post
		post; /* as it will be; texts are borrowed of the card, the request and `text` */
	bool is_gone; /* it leaves nothing */
	bool has_update; /* an update is written, or corrected */
	struct update update; /* `card`: the one that is corrected; NULL: a new one */
	bool is_history; /* of an earlier time: the post's state stays that of the later one */
	bool is_told; /* subscribers are told that this has happened */
	enum post_happened happened;
	/* a maintenance: its windows are withdrawn, or end; one of that span is planned, to_us 0:
	 * none */
	bool is_unplanned;
	int64_t plan_from_us, plan_to_us;
	struct text text[POST_TEXTS]; /* what was made for it */
};
void post_change_release(struct post_change *);

/* `post - sort= title= ...` or `post ID act= ...`: docs/architecture.md. `old`: the card of that
 * id. False: *wrong says why, one sentence. */
bool post_judge(struct post_change *, const struct board *, const struct card *old,
		const struct line *request, const struct post_world *, struct text *wrong);
/* What is due at `now_us` of a post by itself: the reminder, the beginning and the end of a
 * maintenance. False: nothing. */
bool post_is_due(struct post_change *, const struct card *, int64_t now_us);

#endif
