/* board/subscriber: see subscriber.h. */
#include "subscriber.h"

#include <string.h>

const char *const subscriber_kind_name[SUBSCRIBER_KINDS] = {"incidents", "maintenance", "news",
							    "alerts"};

#define MINUTE_US (60 * INT64_C(1000000))
const int64_t subscriber_after_us[SUBSCRIBER_AFTERS] = {0, 5 * MINUTE_US, 15 * MINUTE_US,
							 60 * MINUTE_US};

/* ---- choices ---- */

static bool is_one_of(const char *item, size_t size, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == size && !memcmp(list[i], item, size))
			return true;
	return false;
}

/* How many lines; SIZE_MAX: one of them is empty, too long or no plain text. */
static size_t count_lines(const char *list, size_t most_bytes)
{
	size_t count = 0, n;

	for (; *list; list += n + (list[n] == '\n'), count++) {
		n = strcspn(list, "\n");
		if (!n || n > most_bytes)
			return SIZE_MAX;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)list[i] < ' ' || list[i] == 0x7f)
				return SIZE_MAX;
	}
	return count;
}

static bool judge_kinds(const char *kinds, struct text *wrong)
{
	size_t n;

	if (!*kinds)
		text_puts(wrong, "choose at least one kind of message");
	for (const char *at = kinds; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		if (is_one_of(at, n, subscriber_kind_name, SUBSCRIBER_KINDS))
			continue;
		text_puts(wrong, "there are incidents, maintenance, news and alerts, nothing else");
		return false;
	}
	return *kinds;
}

static bool judge_components(const struct line *l, struct text *wrong)
{
	size_t count = count_lines(line_get(l, "components"), 200);
	bool is_all = line_int(l, "all", 0) == 1;

	if (!is_all && !count)
		text_puts(wrong, "choose everything, or at least one component");
	else if (count > SUBSCRIBER_COMPONENTS)
		text_printf(wrong, "choose at most %d components, or everything",
			    SUBSCRIBER_COMPONENTS);
	else if (is_all && text_lists(line_get(l, "kinds"), "alerts"))
		text_puts(wrong, "alerts are of chosen components: choose some of them");
	return !wrong->size;
}

bool subscriber_choose(struct text *card, const struct line *l, struct text *wrong)
{
	bool is_all = line_int(l, "all", 0) == 1;
	const char *maintenance = line_get(l, "maintenance");
	int64_t after_us = line_int(l, "after_us", 0);
	size_t after = 0;

	if (!judge_kinds(line_get(l, "kinds"), wrong) || !judge_components(l, wrong))
		return false;
	if (count_lines(line_get(l, "audiences"), 60) > SUBSCRIBER_COMPONENTS) {
		text_puts(wrong, "there are no such groups");
		return false;
	}
	while (after < SUBSCRIBER_AFTERS && subscriber_after_us[after] != after_us)
		after++;
	if (after == SUBSCRIBER_AFTERS) {
		text_puts(wrong, "alerts come at once, or after 5, 15 or 60 minutes");
		return false;
	}
	line_add_int(card, "all", is_all);
	if (!is_all)
		line_add(card, "components", line_get(l, "components"));
	line_add(card, "kinds", line_get(l, "kinds"));
	line_add(card, "maintenance", !strcmp(maintenance, "outage") ? "outage" : "all");
	line_add(card, "audiences", line_get(l, "audiences"));
	line_add_int(card, "after_us", after_us);
	return true;
}

/* ---- who hears of what ---- */

static void copy_line(char *to, size_t room, const char *from, size_t size)
{
	size = size < room ? size : room - 1;
	memcpy(to, from, size);
	to[size] = '\0';
}

/* The chosen component itself, one of its members, or a service that it is a member of. */
static bool concerns(const char *chosen, const char *told, subscriber_is_in *is_in, void *with)
{
	char name[256];
	size_t n;

	for (; *told; told += n + (told[n] == '\n')) {
		n = strcspn(told, "\n");
		copy_line(name, sizeof name, told, n);
		if (!strcmp(name, chosen) || is_in(with, chosen, name) || is_in(with, name, chosen))
			return true;
	}
	return false;
}

static bool chose(const struct card *c, const struct subscriber_news *n, subscriber_is_in *is_in,
		  void *with)
{
	const char *chosen = card_get(c, "components");
	char name[256];
	size_t size;

	if (n->kind == SUBSCRIBER_ALERTS) /* by its own name alone: a service hears of itself */
		return text_lists_some(chosen, n->components);
	if (card_int(c, "all", 0) || !*n->components)
		return true;
	for (; *chosen; chosen += size + (chosen[size] == '\n')) {
		size = strcspn(chosen, "\n");
		copy_line(name, sizeof name, chosen, size);
		if (concerns(name, n->components, is_in, with))
			return true;
	}
	return false;
}

bool subscriber_wants(const struct card *c, const struct subscriber_news *n,
		      subscriber_is_in *is_in, void *with)
{
	const char *page = card_get(c, "page");

	if (strcmp(card_get(c, "state"), "confirmed") != 0 ||
	    !card_lists(c, "kinds", subscriber_kind_name[n->kind]))
		return false;
	if (*n->pages && !text_lists(n->pages, page))
		return false;
	if (*n->audiences && !text_lists_some(card_get(c, "audiences"), n->audiences))
		return false;
	if (n->kind == SUBSCRIBER_MAINTENANCE && !n->is_outage &&
	    !strcmp(card_get(c, "maintenance"), "outage"))
		return false;
	if (n->kind == SUBSCRIBER_ALERTS && (card_int(c, "after_us", 0) > n->lasts_us ||
					     card_int(c, "after_us", 0) <= n->told_us))
		return false;
	return chose(c, n, is_in, with);
}
