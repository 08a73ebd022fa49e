/* page/admin_people: who subscribed to which page, to look at and to remove; and what visitors
 * asked for, to accept or to refuse. Addresses are shortened: whoever looks over a shoulder learns
 * none. See admin.h. */
#include <string.h>

#include "../base/memory.h"
#include "admin.h"

#define ROWS 300 /* of a page; of requests */

/* "email:an…@example.org", "webhook:https://example.org/…", "sms:+49…67". */
static void add_short(struct text *t, const char *to)
{
	const char *address = strchr(to, ':') ? strchr(to, ':') + 1 : to;
	const char *at = strrchr(address, '@'), *host = strstr(address, "://");
	size_t size = strlen(address), most = size / 2, head = most < 2 ? most : 2;
	const char *tail = at ? at : address + size - head;

	if (host) {
		head = (size_t)(host - address) + 3;
		head += strcspn(address + head, "/?#") + 1;
		head = head < size ? head : size;
		tail = "";
	} else if (at && (size_t)(at - address) < 4) {
		head = at - address > 1;
	}
	while (head && ((unsigned char)address[head] & 0xc0) == 0x80)
		head--;
	text_add_safe(t, to, (size_t)(address - to) + head, 200);
	text_puts(t, "\xe2\x80\xa6");
	text_add_safe(t, tail, strlen(tail), 200);
}

/* Names, lines, on one line. */
static void add_list(struct text *t, const char *names)
{
	for (; *names; names++)
		if (*names == '\n')
			text_puts(t, ", ");
		else
			text_putc(t, *names);
}

static bool is_of(const struct card *c, const struct page *page)
{
	return !strcmp(card_get(c, "page"), page->name);
}

static void add_table(struct text *t, const char *const column[3], const struct text *rows)
{
	admin_add(t, "admin-table",
		  (const struct template_word[]){{"one", column[0]},
						 {"two", column[1]},
						 {"three", column[2]},
						 {"rows", text_get(rows)},
						 {NULL, NULL}});
}

static void add_hint(struct text *t, const char *text)
{
	admin_add(t, "admin-none", (const struct template_word[]){{"text", text}, {NULL, NULL}});
}

/* ---- subscribers ---- */

static void add_choices(struct text *t, const struct card *c)
{
	if (*card_get(c, "request")) {
		text_puts(t, "the answer to a request");
		return;
	}
	add_list(t, card_get(c, "kinds"));
	text_puts(t, " of ");
	add_list(t, card_int(c, "all", 0) == 1 ? "everything" : card_get(c, "components"));
	if (!strcmp(card_get(c, "maintenance"), "outage"))
		text_puts(t, "; maintenance only where it interrupts something");
	if (card_int(c, "after_us", 0) > 0) {
		text_puts(t, "; alerts after ");
		text_add_duration(t, card_int(c, "after_us", 0));
	}
	if (*card_get(c, "audiences")) {
		text_puts(t, "; groups: ");
		add_list(t, card_get(c, "audiences"));
	}
}

static void add_remove(struct text *t, const struct request *r, const struct card *c,
		       const char *to)
{
	if (*request_form(r))
		admin_add(t, "admin-subscriber-remove",
			  (const struct template_word[]){{"base", r->base},
							 {"form", request_form(r)},
							 {"id", c->id},
							 {"to", to},
							 {NULL, NULL}});
}

static void add_subscriber(struct text *t, const struct request *r, const struct card *c)
{
	struct text to = {0}, choices = {0}, since = {0}, form = {0};

	add_short(&to, card_get(c, "to"));
	add_choices(&choices, c);
	admin_add_time(&since, r, c->first_us);
	add_remove(&form, r, c, text_get(&to));
	admin_add(t, "admin-subscriber",
		  (const struct template_word[]){{"to", text_get(&to)},
						 {"state", card_get(c, "state")},
						 {"since", text_get(&since)},
						 {"choices", text_get(&choices)},
						 {"form", text_get(&form)},
						 {NULL, NULL}});
	text_release(&to);
	text_release(&choices);
	text_release(&since);
	text_release(&form);
}

static void add_heading(struct text *t, const char *heading)
{
	admin_add(t, "admin-heading",
		  (const struct template_word[]){{"heading", heading}, {NULL, NULL}});
}

/* Of one page, the newest first. */
static size_t add_page(struct text *t, const struct site *s, const struct request *r,
		       const struct page *page)
{
	static const char *const column[] = {"Where to", "What of", "Remove"};
	struct text rows = {0}, more = {0};
	size_t count = 0;

	for (size_t i = board_count(s->board, "subscriber"); i-- > 0;) {
		const struct card *c = board_at(s->board, "subscriber", i);

		if (is_of(c, page) && count++ < ROWS)
			add_subscriber(&rows, r, c);
	}
	if (!count)
		return 0;
	add_heading(t, *page->title ? page->title : page->name);
	add_table(t, column, &rows);
	if (count > ROWS) {
		text_printf(&more, "And %zu more: nines subscriber list --page %s", count - ROWS,
			    page->name);
		add_hint(t, text_get(&more));
	}
	text_release(&rows);
	text_release(&more);
	return count;
}

static void show_subscribers(const struct site *s, const struct request *r, struct answer *a,
			     const char *wrong)
{
	struct text main = {0};
	size_t told = 0;

	for (size_t i = 0; i < s->catalog->pages; i++)
		told += add_page(&main, s, r, &s->catalog->page[i]);
	if (!told)
		add_hint(&main, "Nobody has subscribed.");
	else if (told < board_count(s->board, "subscriber"))
		add_hint(&main, "Others belong to pages that are configured no more: nines "
				"subscriber list");
	admin_page(a, r,
		   &(struct admin_page){"Subscribers", wrong ? NULL : admin_done(r), wrong, &main});
	text_release(&main);
}

void admin_show_subscribers(const struct site *s, const struct request *r, struct answer *a)
{
	show_subscribers(s, r, a, NULL);
}

static void removed(const struct site *s, const struct request *r, struct answer *a,
		    const struct line *end, void *with)
{
	const char *wrong = admin_refusal(a, end);

	(void)with;
	if (wrong)
		show_subscribers(s, r, a, wrong);
	else
		answer_see(a, "/admin/subscribers/?done=removed");
}

void admin_remove_subscriber(const struct site *s, const struct request *r, struct answer *a)
{
	const struct card *c = board_find(s->board, "subscriber", request_field(r, "id"));
	struct text line = {0};

	if (!c) {
		admin_not_found(a);
		return;
	}
	line_begin(&line, "subscriber-delete", c->id);
	line_add(&line, "by", r->user->id);
	line_end(&line);
	route_ask(r, text_get(&line), removed, NULL);
	text_release(&line);
}

/* ---- what visitors ask for ---- */

static bool is_open(const struct card *c)
{
	return !strcmp(card_get(c, "state"), "open");
}

static void add_answer(struct text *t, const struct request *r, const struct card *c)
{
	if (is_open(c) && *request_form(r))
		admin_add(t, "admin-request-answer",
			  (const struct template_word[]){{"base", r->base},
							 {"form", request_form(r)},
							 {"id", c->id},
							 {"what", card_get(c, "what")},
							 {NULL, NULL}});
	else if (!is_open(c))
		add_hint(t, card_get(c, "said"));
}

static void add_request(struct text *t, const struct request *r, const struct card *c)
{
	struct text since = {0}, form = {0}, why = {0};

	html_add_lines(&why, card_get(c, "why"));
	admin_add_time(&since, r, c->first_us);
	add_answer(&form, r, c);
	admin_add(t, "admin-request",
		  (const struct template_word[]){{"what", card_get(c, "what")},
						 {"state", card_get(c, "state")},
						 {"page", card_get(c, "page")},
						 {"since", text_get(&since)},
						 {"why", text_get(&why)},
						 {"form", text_get(&form)},
						 {NULL, NULL}});
	text_release(&since);
	text_release(&form);
	text_release(&why);
}

/* Those that wait first, the oldest first; then what was answered, the newest first. */
static size_t add_requests(struct text *t, const struct site *s, const struct request *r)
{
	size_t all = board_count(s->board, "request"), count = 0;

	for (size_t i = 0; i < all && count < ROWS; i++)
		if (is_open(board_at(s->board, "request", i)) && ++count)
			add_request(t, r, board_at(s->board, "request", i));
	for (size_t i = all; i-- > 0 && count < ROWS;)
		if (!is_open(board_at(s->board, "request", i)) && ++count)
			add_request(t, r, board_at(s->board, "request", i));
	return count;
}

static void show_requests(const struct site *s, const struct request *r, struct answer *a,
			  const char *wrong)
{
	static const char *const column[] = {"Asked for", "Why", "Answer"};
	struct text main = {0}, rows = {0};

	if (add_requests(&rows, s, r))
		add_table(&main, column, &rows);
	else
		add_hint(&main, "No visitor has asked for anything.");
	admin_page(a, r,
		   &(struct admin_page){"Requests of visitors", wrong ? NULL : admin_done(r), wrong,
					&main});
	text_release(&main);
	text_release(&rows);
}

void admin_show_requests(const struct site *s, const struct request *r, struct answer *a)
{
	show_requests(s, r, a, NULL);
}

static void closed(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *with)
{
	const char *wrong = admin_refusal(a, end);

	if (wrong)
		show_requests(s, r, a, wrong);
	else
		answer_see(a, "/admin/requests/?done=%s", (const char *)with);
}

void admin_close_request(const struct site *s, const struct request *r, struct answer *a)
{
	const struct card *c = board_find(s->board, "request", request_field(r, "id"));
	const char *answer = request_field(r, "answer");
	bool is_accepted = !strcmp(answer, "accept");
	struct text line = {0};

	if (!c) {
		admin_not_found(a);
		return;
	}
	if (!is_accepted && strcmp(answer, "refuse") != 0) {
		answer_text(a, 400, "wanted answer=accept or answer=refuse");
		return;
	}
	line_begin(&line, "request-close", c->id);
	line_add_int(&line, "accept", is_accepted);
	line_add(&line, "said", request_field(r, "said"));
	line_add(&line, "by", r->user->id);
	line_end(&line);
	route_ask(r, text_get(&line), closed, memory_text(is_accepted ? "accepted" : "refused"));
	text_release(&line);
}

/* ---- on the overview ---- */

static void add_count(struct text *t, size_t count, const char *one, const char *many,
		      const char *none)
{
	if (count)
		text_printf(t, "%zu %s", count, count == 1 ? one : many);
	else
		text_puts(t, none);
}

void admin_add_people(struct text *t, const struct site *s, const struct request *r)
{
	struct text subscribers = {0}, requests = {0};
	size_t waiting = 0;

	if (!permit(r->user, PERMIT_SUBSCRIBERS, ""))
		return;
	for (size_t i = board_count(s->board, "request"); i-- > 0;)
		waiting += is_open(board_at(s->board, "request", i));
	add_count(&subscribers, board_count(s->board, "subscriber"), "subscription",
		  "subscriptions", "Nobody has subscribed");
	add_count(&requests, waiting, "request waits", "requests wait", "No request waits");
	admin_add(t, "admin-people",
		  (const struct template_word[]){{"base", r->base},
						 {"subscribers", text_get(&subscribers)},
						 {"requests", text_get(&requests)},
						 {NULL, NULL}});
	text_release(&subscribers);
	text_release(&requests);
}
