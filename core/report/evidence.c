/* report/evidence: under every report by which command it is made again, and the head of the chain:
 * the host's words, not the module's. See host.h and docs/evidence.md. */
#include <inttypes.h>
#include <string.h>

#include "../base/clock.h"
#include "host.h"

/* For people. */
static void add_note(struct page *p, const struct read_evidence *e)
{
	struct text t = {0};

	text_printf(&t, "Evidence: a chain of %" PRId64 " link%s up to ", e->links,
		    e->links == 1 ? "" : "s");
	clock_add_utc(&t, e->at_us, 0);
	if (e->reach_us) {
		text_puts(&t, ", over all results before ");
		clock_add_utc(&t, e->reach_us, 0);
	}
	text_printf(&t, "; its head, for nines verify --head: %s", e->head);
	page_note(p, "%s", text_get(&t));
	text_release(&t);
}

/* ---- by what it was made ---- */

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;+-_/=@%"

/* As a shell reads it. */
static void add_word(struct text *t, const char *word)
{
	bool is_plain = *word && strspn(word, PLAIN) == strlen(word);

	text_puts(t, is_plain ? " " : " '");
	for (; *word; word++)
		if (*word == '\'')
			text_puts(t, "'\\''");
		else
			text_putc(t, *word);
	text_puts(t, is_plain ? "" : "'");
}

static void add_option(struct text *t, const char *option, const char *value)
{
	if (!value)
		return;
	add_word(t, option);
	add_word(t, value);
}

/* What was left to the present time is written out. */
static void add_period(struct text *t, const struct report_order *o, const struct page_period *now)
{
	struct text to = {0};

	add_option(t, "--month", o->month);
	add_option(t, "--quarter", o->quarter);
	add_option(t, "--year", o->year);
	add_option(t, "--from", o->from);
	if (now)
		clock_add_utc(&to, now->to_us, 0);
	if (o->from)
		add_option(t, "--to", o->to ? o->to : to.at);
	else if (now && !o->month && !o->quarter && !o->year)
		add_option(t, "--month", now->name);
	text_release(&to);
}

void report_add_command(struct text *t, const struct report_order *o, const struct page_period *now)
{
	text_puts(t, "nines report");
	add_word(t, o->name);
	add_period(t, o, now);
	add_option(t, "--zone", o->zone);
	add_option(t, "--check", o->check);
	add_option(t, "--service", o->service);
	add_option(t, "--customer", o->customer);
	add_option(t, "--sla", o->sla);
	add_option(t, "--need", o->need);
	add_option(t, "--interval", o->interval);
	for (int i = 0; i < o->options; i++)
		add_word(t, o->option[i]);
}

void host_add_order(const struct host *h, struct page *p)
{
	struct text t = {0};

	report_add_command(&t, h->order, &h->span->period);
	page_note(p, "Made by: %s", text_get(&t));
	page_fact(p, "made_by", NULL, page_text(text_get(&t)));
	text_release(&t);
}

/* ---- the head ---- */

void host_add_evidence(const struct host *h, struct page *p)
{
	struct read_evidence e;

	if (!h->read || !read_evidence(h->read, &e) || !e.links)
		return;
	add_note(p, &e);
	page_fact(p, "evidence_links", NULL, page_value(PAGE_INT, e.links));
	page_fact(p, "evidence_at", NULL, page_value(PAGE_TIME, e.at_us));
	page_fact(p, "evidence_reach", NULL,
		  page_value(e.reach_us ? PAGE_TIME : PAGE_NONE, e.reach_us));
	page_fact(p, "evidence_head", NULL, page_text(e.head));
}
