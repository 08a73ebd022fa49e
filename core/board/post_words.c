/* board/post_words: which words a post may have, and what is said of those that it may not. See
 * post_inside.h. */
#include <stdarg.h>

#include "post_inside.h"

#define FUTURE_US  (60 * INT64_C(1000000)) /* clocks differ */
#define ITEM_BYTES 255

bool post_refuse(struct text *wrong, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_clear(wrong);
	text_vprintf(wrong, format, ap);
	va_end(ap);
	return false;
}

/* ---- which words there are ---- */

static const char *const incident_state[] = {"investigating", "identified", "monitoring",
					     "resolved",      "postmortem", NULL};
static const char *const maintenance_state[] = {"scheduled", "in_progress", "verifying",
						"completed", "cancelled",   NULL};
static const char *const news_state[] = {"published", NULL};
const char *const *const post_state_of[POST_SORTS] = {incident_state, maintenance_state,
						      news_state};
static const char *const incident_impact[] = {"none", "minor", "major", "critical", NULL};
static const char *const maintenance_impact[] = {"none", "degraded", "outage", NULL};
static const char *const news_impact[] = {"none", NULL};
static const char *const *const impact_of[POST_SORTS] = {incident_impact, maintenance_impact,
							 news_impact};
static const char *const claim[] = {"operational",  "degraded_performance", "partial_outage",
				    "major_outage", "under_maintenance",    NULL};

/* Its place among the words, -1: it is none of them, and *wrong says which there are. */
int post_judge_word(const char *what, const char *word, const char *const *list, struct text *wrong)
{
	for (int i = 0; list[i]; i++)
		if (!strcmp(list[i], word))
			return i;
	post_refuse(wrong, "%s '%.60s' is none of ", what, word);
	for (int i = 0; list[i]; i++)
		text_printf(wrong, "%s%s", i ? ", " : "", list[i]);
	return -1;
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
}

/* ---- lists ---- */

/* What a list names. */
struct named {
	const char *what, *plural, *lister;
	bool (*is_known)(void *with, const char *name, struct text *nearest);
};

static bool judge_item(const char *at, size_t size, const struct named *n,
		       const struct post_world *w, struct text *wrong)
{
	struct text name = {0}, nearest = {0};
	bool is_fine = size && size <= ITEM_BYTES;

	text_add(&name, at, size < ITEM_BYTES ? size : ITEM_BYTES);
	is_fine = is_fine && n->is_known(w->with, name.at, &nearest);
	if (!is_fine && nearest.size)
		post_refuse(wrong, "there is no %s '%s': did you mean '%s'?", n->what, name.at,
			    nearest.at);
	else if (!is_fine)
		post_refuse(wrong, "there is no %s '%s': %s", n->what, name.at, n->lister);
	text_release(&name);
	text_release(&nearest);
	return is_fine;
}

static bool judge_items(const char *list, const struct named *named, const struct post_world *w,
			struct text *wrong)
{
	size_t size, n = 0;

	for (const char *at = list; *at; at += size + (at[size] == '\n')) {
		size = strcspn(at, "\n");
		if (!judge_item(at, size, named, w, wrong))
			return false;
		if (++n > POST_ITEMS)
			return post_refuse(wrong, "more than %d %s", POST_ITEMS, named->plural);
	}
	return true;
}

static bool judge_lists(const struct post *p, const struct post_world *w, const struct line *l,
			struct text *wrong)
{
	const struct named component = {"check or service", "components: name a service of them",
					"'nines status' lists them", w->is_target},
			   page = {"page", "pages", "the configuration has other ones", w->is_page},
			   audience = {"group of subscribers", "audiences: name fewer of them",
				       "'audiences' of a page names them", w->is_audience};

	/* What was one once may be configured no more: only new words are judged. */
	return (!line_find(l, "components") || judge_items(p->components, &component, w, wrong)) &&
	       (!line_find(l, "pages") || judge_items(p->pages, &page, w, wrong)) &&
	       (!line_find(l, "audiences") || judge_items(p->audiences, &audience, w, wrong));
}

static size_t lines_of(const char *list)
{
	size_t n = *list != '\0';

	for (; *list; list++)
		n += *list == '\n';
	return n;
}

static bool judge_states(const struct post *p, struct text *wrong)
{
	const char *states = p->states;
	struct text state = {0};
	bool is_fine = true;

	if (lines_of(p->states) > lines_of(p->components))
		return post_refuse(wrong, "more states than components: write one state for each");
	while (is_fine && text_next_line(&states, &state))
		is_fine = !state.size || post_judge_word("state", state.at, claim, wrong) >= 0;
	text_release(&state);
	return is_fine;
}

/* ---- texts ---- */

static bool judge_title(const char *title, struct text *wrong)
{
	if (is_blank(title))
		return post_refuse(wrong, "the title is missing");
	if (strlen(title) > POST_TITLE_BYTES)
		return post_refuse(wrong, "the title is longer than %d bytes", POST_TITLE_BYTES);
	for (const char *at = title; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return post_refuse(wrong, "the title holds a line end or another control "
						  "character: it is one line");
	return true;
}

bool post_judge_body(const char *body, struct text *wrong)
{
	if (is_blank(body))
		return post_refuse(wrong, "the text is missing: say what people should know");
	if (strlen(body) > POST_BODY_BYTES)
		return post_refuse(wrong, "the text is longer than %d bytes", POST_BODY_BYTES);
	return true;
}

bool post_judge_event(const struct update *u, const struct post_world *w, struct text *wrong)
{
	if (u->event_us <= 0)
		return post_refuse(wrong, "the time of the update is none that can be");
	if (u->event_us > w->now_us + FUTURE_US)
		return post_refuse(wrong, "the time of the update is still to come");
	if (u->until_us && u->until_us <= u->event_us)
		return post_refuse(wrong, "the span that the update tells of ends before it "
					  "begins");
	return true;
}

/* ---- the words that a request may change ---- */

void post_take_text(const struct line *l, const char *key, const char **into)
{
	const char *value = line_find(l, key);

	if (value)
		*into = value;
}

void post_take_words(struct post *p, const struct line *l)
{
	bool names_others = line_find(l, "components") != NULL;

	post_take_text(l, "title", &p->title);
	post_take_text(l, "impact", &p->impact);
	post_take_text(l, "components", &p->components);
	if (names_others)
		p->states = "";
	post_take_text(l, "states", &p->states);
	post_take_text(l, "pages", &p->pages);
	post_take_text(l, "audiences", &p->audiences);
	post_take_text(l, "cause", &p->cause);
	p->start_us = line_int(l, "start_us", p->start_us);
	p->end_us = line_int(l, "end_us", p->end_us);
	p->remind_us = line_int(l, "remind_us", p->remind_us);
}

bool post_judge_span(const struct post *p, const struct post_world *w, struct text *wrong)
{
	if (p->sort == POST_MAINTENANCE && (!p->start_us || !p->end_us))
		return post_refuse(wrong, "say when the maintenance begins and when it ends");
	if (p->end_us && p->end_us <= p->start_us)
		return post_refuse(wrong,
				   p->sort == POST_MAINTENANCE
					   ? "the maintenance ends before it begins"
					   : "it was resolved before it began: say when it began, "
					     "or another time of the end");
	if (p->sort == POST_INCIDENT && p->start_us > w->now_us + FUTURE_US)
		return post_refuse(wrong, "its beginning is still to come: what is planned is a "
					  "maintenance");
	if (p->start_us < 0 || p->end_us < 0 || p->remind_us < 0)
		return post_refuse(wrong, "a time is none that can be");
	return true;
}

static bool judge_reach(const struct post *p, struct text *wrong)
{
	if (p->sort == POST_MAINTENANCE && strcmp(p->impact, "none") && !*p->components)
		return post_refuse(wrong,
				   "what the maintenance is of is missing: name its components, "
				   "or say that its impact is none");
	return true;
}

bool post_judge_words(const struct post *p, const struct post_world *w, const struct line *l,
		      struct text *wrong)
{
	if (!judge_title(p->title, wrong) ||
	    post_judge_word("impact", p->impact, impact_of[p->sort], wrong) < 0 ||
	    (*p->cause && post_judge_word("cause", p->cause, post_cause, wrong) < 0))
		return false;
	if (!judge_lists(p, w, l, wrong))
		return false;
	return judge_states(p, wrong) && post_judge_span(p, w, wrong) && judge_reach(p, wrong);
}
