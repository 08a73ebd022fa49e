/* reports/blacklist: which of our addresses and domains are or were on which blocking list, since
 * when and until when, and which lists are not to be believed: of every check `dnsbl`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define FORM     300 /* of a short text: an address may be a domain */

struct options {
	int64_t back_us, rows;
};

static const struct module_option option[] = {
	OPTION_(struct options, back_us, "back", OPTION_TYPE_DURATION, "31d", "0..3660d", 0,
		"look so far before the period for when a listing began"),
	OPTION_INT(struct options, rows, 50, "1..1000000",
		   "list at most so many of anything for people; CSV and JSON have all"),
	OPTION_END,
};

/* ---- what belongs to the period ---- */

/* It reaches into the period, as far as the record says. */
static bool is_shown(const struct history *h, const struct listing *l)
{
	return l->until_us < 0 ? l->last_us >= h->from_us || l->is_asked : l->until_us > h->from_us;
}

static const char *state_of(const struct listing *l)
{
	if (l->until_us >= 0)
		return "ended";
	if (!l->address->is_watched)
		return "not looked at any more";
	return l->is_asked ? "listed" : "not asked any more";
}

static struct page_value given(const char *text)
{
	return page_text(*text ? text : NULL);
}

/* With the location where there are several. */
static struct page_value name_of(char into[FORM], const struct history *h, const struct address *a)
{
	const char *address = *a->address ? a->address : a->check;

	if (!h->has_locations)
		return page_text(address);
	snprintf(into, FORM, "%.200s (%.60s)", address, a->location);
	return page_text(into);
}

static struct page_value minute_of(struct page *p, char into[FORM], const char *before,
				   int64_t at_us)
{
	snprintf(into, FORM, "%s%s %.5s", before, page_date(p, at_us), page_clock(p, at_us));
	return page_text(into);
}

/* "1d 16h", "20h 00m": a list is asked every few hours. */
static struct page_value hours_of(char into[FORM], int64_t us)
{
	int minutes = (int)(us / 60000000);

	if (minutes < 1440)
		snprintf(into, FORM, "%dh %02dm", minutes / 60, minutes % 60);
	else
		snprintf(into, FORM, "%dd %02dh", minutes / 1440, minutes / 60 % 24);
	return page_text(into);
}

/* ---- for programs ---- */

static void add_addresses(struct page *p, const struct history *h)
{
	static const struct page_column column[] = {
		{"check", "", 0},    {"address", "", 0},   {"location", "", 0},
		{"listed", "", 0},   {"listed_by", "", 0}, {"listings", "", 0},
		{"listed_s", "", 0}, {"first", "", 0},     {"last", "", 0},
	};

	page_table(p, "addresses", column, COUNT(column), PAGE_DATA);
	for (const struct address *a = h->address; a; a = a->next) {
		page_row(p);
		page_cell(p, "check", page_text(a->check));
		page_cell(p, "address", given(a->address));
		page_cell(p, "location", given(a->location));
		page_cell(p, "listed", page_value(PAGE_BOOL, a->listed_by > 0));
		page_cell(p, "listed_by", page_value(PAGE_INT, (int64_t)a->listed_by));
		page_cell(p, "listings", page_value(PAGE_INT, a->listings));
		page_cell(p, "listed_s", page_value(PAGE_SECONDS, a->listed_us));
		page_cell(p, "first", page_value(PAGE_TIME, a->first_us));
		page_cell(p, "last", page_value(PAGE_TIME, a->last_us));
	}
}

static void add_listings(struct page *p, const struct history *h)
{
	static const struct page_column column[] = {
		{"check", "", 0},       {"address", "", 0}, {"location", "", 0},
		{"list", "", 0},        {"state", "", 0},   {"since", "", 0},
		{"since_known", "", 0}, {"until", "", 0},   {"last_seen", "", 0},
		{"listed_s", "", 0},    {"probes", "", 0},  {"answer", "", 0},
		{"text", "", 0},
	};

	page_table(p, "listings", column, COUNT(column), PAGE_DATA);
	for (const struct listing *l = h->listing; l; l = l->next) {
		if (!is_shown(h, l))
			continue;
		page_row(p);
		page_cell(p, "check", page_text(l->address->check));
		page_cell(p, "address", given(l->address->address));
		page_cell(p, "location", given(l->address->location));
		page_cell(p, "list", page_text(l->list->zone));
		page_cell(p, "state", page_text(state_of(l)));
		page_cell(p, "since", page_value(PAGE_TIME, l->since_us));
		page_cell(p, "since_known", page_value(PAGE_BOOL, l->is_since_known));
		page_cell(p, "until", page_known(PAGE_TIME, l->until_us));
		page_cell(p, "last_seen", page_value(PAGE_TIME, l->last_us));
		page_cell(p, "listed_s", page_value(PAGE_SECONDS, l->listed_us));
		page_cell(p, "probes", page_value(PAGE_INT, l->probes));
		page_cell(p, "answer", given(l->answer));
		page_cell(p, "text", given(l->text));
	}
}

static void add_lists(struct page *p, const struct history *h)
{
	static const struct page_column column[] = {
		{"check", "", 0},    {"list", "", 0},     {"asked", "", 0},
		{"listed", "", 0},   {"listings", "", 0}, {"unusable", "", 0},
		{"troubles", "", 0}, {"believed", "", 0}, {"unusable_since", "", 0},
		{"reason", "", 0},
	};

	page_table(p, "lists", column, COUNT(column), PAGE_DATA);
	for (const struct list *l = h->list; l; l = l->next) {
		if (!l->asked)
			continue;
		page_row(p);
		page_cell(p, "check", page_text(l->check));
		page_cell(p, "list", page_text(l->zone));
		page_cell(p, "asked", page_value(PAGE_INT, l->asked));
		page_cell(p, "listed", page_value(PAGE_INT, l->listed));
		page_cell(p, "listings", page_value(PAGE_INT, l->listings));
		page_cell(p, "unusable", page_value(PAGE_INT, l->unusable));
		page_cell(p, "troubles", page_value(PAGE_INT, l->troubles));
		page_cell(p, "believed", page_value(PAGE_BOOL, l->trouble_us < 0));
		page_cell(p, "unusable_since", page_known(PAGE_TIME, l->trouble_us));
		page_cell(p, "reason", given(l->trouble));
	}
}

static void add_changes(struct page *p, const struct history *h)
{
	static const struct page_column column[] = {
		{"at", "", 0},   {"check", "", 0},  {"address", "", 0}, {"location", "", 0},
		{"list", "", 0}, {"change", "", 0}, {"detail", "", 0}};

	page_table(p, "changes", column, COUNT(column), PAGE_DATA);
	for (const struct change_of *c = h->change; c; c = c->next) {
		page_row(p);
		page_cell(p, "at", page_value(PAGE_TIME, c->at_us));
		page_cell(p, "check", page_text(c->check));
		page_cell(p, "address", given(c->address ? c->address->address : ""));
		page_cell(p, "location", given(c->address ? c->address->location : ""));
		page_cell(p, "list", page_text(c->list->zone));
		page_cell(p, "change", page_text(change_word[c->change]));
		page_cell(p, "detail", given(c->detail));
	}
}

/* ---- for people: of one check ---- */

static void begin_listings(struct page *p)
{
	static const struct page_column column[] = {
		{"address", "address", 0},        {"list", "list", 0},
		{"since", "since", PAGE_RIGHT},   {"until", "until", PAGE_RIGHT},
		{"listed", "listed", PAGE_RIGHT},
	};

	page_table(p, NULL, column, COUNT(column), 0);
}

static void show_listing(struct page *p, const struct history *h, const struct listing *l)
{
	char form[FORM];

	page_row(p);
	page_cell(p, "address", name_of(form, h, l->address));
	page_cell(p, "list", page_text(l->list->zone));
	page_cell(p, "since", minute_of(p, form, l->is_since_known ? "" : "<", l->since_us));
	if (l->until_us >= 0)
		page_cell(p, "until", minute_of(p, form, "", l->until_us));
	else if (l->is_asked && l->address->is_watched)
		page_cell(p, "until", page_toned(page_text("still"), PAGE_BAD));
	else
		page_cell(p, "until", page_toned(minute_of(p, form, ">", l->last_us), PAGE_WARN));
	page_cell(p, "listed", hours_of(form, l->listed_us));
}

/* Those that last first, then by when they began. */
static int by_urgency(const void *one, const void *two)
{
	const struct listing *a = *(const struct listing *const *)one,
			     *b = *(const struct listing *const *)two;

	if ((a->until_us < 0) != (b->until_us < 0))
		return a->until_us < 0 ? -1 : 1;
	if (a->since_us != b->since_us)
		return a->since_us > b->since_us ? -1 : 1;
	return strcmp(a->address->address, b->address->address);
}

/* What lists say of their reasons, each once. */
static void show_texts(struct page *p, const struct listing *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t first = 0;

		while (list[first]->list != list[i]->list ||
		       strcmp(list[first]->text, list[i]->text))
			first++;
		if (first == i && *list[i]->text)
			page_note(p, "%s: %s", list[i]->list->zone, list[i]->text);
	}
}

static void show_listings(struct page *p, const struct history *h, const char *check, size_t most)
{
	const struct listing **list = calloc(h->listings + 1, sizeof *list);
	size_t n = 0;

	for (const struct listing *l = h->listing; l && list; l = l->next)
		if (!strcmp(l->address->check, check) && is_shown(h, l))
			list[n++] = l;
	if (n) {
		qsort(list, n, sizeof *list, by_urgency);
		begin_listings(p);
	}
	for (size_t i = 0; i < n && i < most; i++)
		show_listing(p, h, list[i]);
	if (!n)
		page_note(p, "No list that could be believed had any of it.");
	else if (n > most)
		page_note(p, "%zu more are in the JSON form.", n - most);
	show_texts(p, list, n < most ? n : most);
	free(list);
}

static void show_lists(struct page *p, const struct history *h, const char *check)
{
	static const struct page_column column[] = {
		{"list", "list", 0},
		{"asked", "asked", PAGE_RIGHT},
		{"listed", "listed", PAGE_RIGHT},
		{"unusable", "no use", PAGE_RIGHT},
		{"now", "now", 0},
		{"reason", "why it was not to be believed", 0},
	};

	page_table(p, NULL, column, COUNT(column), 0);
	for (const struct list *l = h->list; l; l = l->next) {
		if (strcmp(l->check, check) || !l->asked)
			continue;
		page_row(p);
		page_cell(p, "list", page_text(l->zone));
		page_cell(p, "asked", page_value(PAGE_INT, l->asked));
		page_cell(p, "listed", page_value(PAGE_INT, l->listed));
		page_cell(p, "unusable",
			  page_toned(page_value(PAGE_INT, l->unusable),
				     l->unusable ? PAGE_WARN : PAGE_PLAIN));
		page_cell(p, "now",
			  page_toned(page_text(l->trouble_us < 0 ? "good" : "no use"),
				     l->trouble_us < 0 ? PAGE_GOOD : PAGE_WARN));
		page_cell(p, "reason", given(l->trouble));
	}
}

/* The latest, in their order. */
static void show_changes(struct page *p, const struct history *h, const char *check, size_t most)
{
	static const struct page_column column[] = {{"at", "time", PAGE_RIGHT},
						    {"list", "list", 0},
						    {"change", "what", 0},
						    {"address", "of what", 0}};
	size_t all = 0, n = 0;
	char form[FORM];

	for (const struct change_of *c = h->change; c; c = c->next)
		all += !strcmp(c->check, check);
	if (all)
		page_table(p, NULL, column, COUNT(column), 0);
	for (const struct change_of *c = h->change; c; c = c->next) {
		if (strcmp(c->check, check) || ++n + most <= all)
			continue;
		page_row(p);
		page_cell(p, "at", minute_of(p, form, "", c->at_us));
		page_cell(p, "list", page_text(c->list->zone));
		page_cell(p, "change", page_text(change_word[c->change]));
		page_cell(p, "address",
			  c->address ? name_of(form, h, c->address) : given(c->detail));
	}
	if (all > most)
		page_note(p, "%zu earlier changes are in the JSON form.", all - most);
}

static void show_check(struct page *p, const struct history *h, const char *check, size_t most)
{
	size_t addresses = 0;

	page_heading(p, check);
	for (const struct address *a = h->address; a; a = a->next)
		addresses += !strcmp(a->check, check) && a->last_us >= h->from_us;
	if (!addresses) {
		page_note(p, "It was not looked at in this time.");
		return;
	}
	show_listings(p, h, check, most);
	show_lists(p, h, check);
	show_changes(p, h, check, most);
}

/* ---- the whole ---- */

static void add_head(struct page *p, const struct history *h, size_t checks)
{
	const struct page_period *period = page_period(p);
	size_t listed = 0, was = 0, addresses = 0, no_use = 0;
	char title[128];

	for (const struct address *a = h->address; a; a = a->next) {
		addresses += a->last_us >= h->from_us;
		listed += a->listed_by > 0;
		was += a->listed_us > 0;
	}
	for (const struct list *l = h->list; l; l = l->next)
		no_use += l->asked && l->trouble_us >= 0;
	snprintf(title, sizeof title, "Blocking lists, %.60s%s", period->name,
		 period->is_running ? " so far" : "");
	page_title(p, title);
	page_fact(p, NULL, "from", page_value(PAGE_TIME, h->from_us));
	page_fact(p, NULL, "to", page_value(PAGE_TIME, h->to_us));
	page_fact(p, "checks", "checks", page_value(PAGE_INT, (int64_t)checks));
	page_fact(p, "looked_at", "addresses and domains",
		  page_value(PAGE_INT, (int64_t)addresses));
	page_fact(p, "listed_now", period->is_running ? "listed now" : "listed at the end",
		  page_toned(page_value(PAGE_INT, (int64_t)listed), listed ? PAGE_BAD : PAGE_GOOD));
	page_fact(p, "were_listed", "listed at any time", page_value(PAGE_INT, (int64_t)was));
	page_fact(
		p, "no_use_now", "lists of no use",
		page_toned(page_value(PAGE_INT, (int64_t)no_use), no_use ? PAGE_WARN : PAGE_PLAIN));
	page_fact(p, "probes", "probes", page_value(PAGE_INT, h->probes));
	page_fact(p, "mute", NULL, page_value(PAGE_INT, h->mute));
}

static bool is_of_lists(struct page *p, size_t target, const struct page_about **about)
{
	*about = page_about(p, target);
	return *about && !strcmp((*about)->module, "dnsbl");
}

/* How many there are; -1: the report ends with the reason. */
static int64_t read_all(struct page *p, struct history *h, int64_t back_us)
{
	size_t targets = page_targets(p);
	const struct page_about *about;
	int64_t checks = 0;

	for (size_t i = 0; i < targets; i++) {
		if (!is_of_lists(p, i, &about))
			continue;
		if (!history_read(p, h, i, h->from_us - back_us)) {
			if (h->is_full)
				page_wrong_order(p, "so many addresses need more memory than there "
						    "is: name one --check, or a shorter span");
			return -1;
		}
		checks++;
	}
	return checks;
}

static void show_rules(struct page *p, const struct history *h)
{
	page_heading(p, "How to read it");
	page_note(
		p,
		"A listing lasts from the first probe that found it to the first that did not; "
		"since \"<\" a time it was there when it was first looked for, until \">\" a time "
		"nobody has asked any more. What a list says that does not answer, refuses or "
		"fails its own test is no listing and ends none. Listed: the time between a "
		"probe that found it and the next one, within this period.");
	if (h->mute)
		page_note(p,
			  "%lld of the probes are of an older nines, which did not say what each "
			  "list had: they "
			  "are left out.",
			  (long long)h->mute);
}

static void show_all(struct page *p, const struct history *h, int64_t checks, size_t most)
{
	size_t targets = page_targets(p);
	const struct page_about *about;

	if (!checks) {
		page_note(p, page_is_chosen(p)
				     ? "What was asked for does not look at blocking lists: a "
				       "check `dnsbl` does."
				     : "No check looks at blocking lists: a section `dnsbl` in the "
				       "configuration does.");
		return;
	}
	for (size_t i = 0; i < targets; i++)
		if (is_of_lists(p, i, &about))
			show_check(p, h, about->name, most);
	show_rules(p, h);
}

static void fill(struct page *p, const void *options)
{
	const struct options *o = options;
	const struct page_period *period = page_period(p);
	struct history h = {.from_us = period->from_us,
			    .to_us = period->to_us < period->now_us ? period->to_us
								    : period->now_us};
	int64_t checks = read_all(p, &h, o->back_us);

	if (checks < 0)
		return;
	add_head(p, &h, (size_t)checks);
	add_listings(p, &h);
	add_addresses(p, &h);
	add_lists(p, &h);
	add_changes(p, &h);
	show_all(p, &h, checks, (size_t)o->rows);
}

REPORT_MODULE("blacklist", "which addresses are or were on blocking lists, since when, until when",
	      struct options, option, fill);
