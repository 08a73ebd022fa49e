/* api/calendar: see calendar.h. */
#include "calendar.h"

#include <string.h>

#include "../base/clock.h"
#include "../base/zone.h"
#include "../page/planned.h"
#include "../page/words.h"
#include "syndicate.h"

#define FOLD 75 /* octets of a line, its end not counted (RFC 5545 3.1) */

#define EVENT_END "CATEGORIES:MAINTENANCE\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"

struct sheet {
	struct text *out;
	const struct calendar_view *view;
	int64_t changed_us;
};

/* A line, broken where it is too long, but in no character. */
static void put(struct text *t, const char *line)
{
	size_t left = strlen(line), room = FOLD, size;

	for (;; left -= size, line += size, room = FOLD - 1) {
		size = left < room ? left : room;
		while (size < left && size > 1 && ((unsigned char)line[size] & 0xc0) == 0x80)
			size--;
		text_add(t, line, size);
		text_puts(t, "\r\n");
		if (size == left)
			return;
		text_putc(t, ' ');
	}
}

/* Readable, and nothing of it means anything to a calendar. */
static void add_text(struct text *t, const char *text)
{
	struct text safe = {0};
	size_t size;

	for (const char *at = text; *at; at += size + (at[size] == '\n')) {
		size = strcspn(at, "\n");
		text_clear(&safe);
		text_add_safe(&safe, at, size, SIZE_MAX / 2);
		for (const char *c = text_get(&safe); *c; c++) {
			if (strchr("\\;,", *c))
				text_putc(t, '\\');
			text_putc(t, *c);
		}
		text_puts(t, at[size] ? "\\n" : "");
	}
	text_release(&safe);
}

static void put_text(struct text *t, const char *name, const char *text)
{
	struct text line = {0};

	text_printf(&line, "%s:", name);
	add_text(&line, text);
	put(t, text_get(&line));
	text_release(&line);
}

static void put_time(struct text *t, const char *name, int64_t at_us)
{
	int64_t s = at_us / CLOCK_SECOND, left = s % 86400;
	struct civil d = zone_date(s / 86400);

	text_printf(t, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, (int)d.year, d.month, d.day,
		    (int)(left / 3600), (int)(left / 60 % 60), (int)(left % 60));
}

/* Counts up with each change of the post, and with each correction of an update. */
static int64_t sequence(const struct notice *n)
{
	int64_t count = n->post.card->version - 1;

	for (size_t i = 0; i < n->updates; i++)
		count += n->update[i].card->version - 1;
	return count;
}

static void put_description(struct text *t, const struct notice *n)
{
	struct text all = {0};

	for (size_t i = n->updates; i--;) {
		text_puts(&all, n->update[i].body);
		text_puts(&all, i ? "\n\n" : "");
	}
	put_text(t, "DESCRIPTION", text_get(&all));
	text_release(&all);
}

/* `id`: of the post that has a page of its own; NULL: there is none. */
static void put_url(struct text *t, const struct sheet *s, const char *id)
{
	struct text line = {0};

	text_puts(&line, "URL:");
	text_add_safe(&line, s->view->base, strlen(s->view->base), 1000);
	text_puts(&line, "/");
	if (id)
		text_printf(&line, "incident/%s/", id);
	put(t, text_get(&line));
	text_release(&line);
}

static void put_uid(struct text *t, const struct sheet *s, const char *id)
{
	struct text line = {0};

	text_puts(&line, "UID:");
	syndicate_id(&line, s->view->site, id, true);
	put(t, text_get(&line));
	text_release(&line);
}

static void take(const struct notice *n, void *with)
{
	struct sheet *s = with;
	struct text *t = s->out;
	const struct post *p = &n->post;
	bool is_off = p->stage == POST_WITHDRAWN || !strcmp(p->state, "cancelled");

	text_puts(t, "BEGIN:VEVENT\r\n");
	put_uid(t, s, p->card->id);
	text_printf(t, "SEQUENCE:%lld\r\n", (long long)sequence(n));
	put_time(t, "DTSTAMP", n->changed_us);
	put_time(t, "LAST-MODIFIED", n->changed_us);
	put_time(t, "CREATED", p->published_us ? p->published_us : p->card->first_us);
	put_time(t, "DTSTART", p->start_us);
	if (p->end_us > p->start_us)
		put_time(t, "DTEND", p->end_us);
	text_printf(t, "STATUS:%s\r\n", is_off ? "CANCELLED" : "CONFIRMED");
	put_text(t, "SUMMARY", p->title);
	if (p->stage != POST_WITHDRAWN)
		put_description(t, n);
	put_url(t, s, p->card->id);
	text_puts(t, EVENT_END);
	if (n->changed_us > s->changed_us)
		s->changed_us = n->changed_us;
}

/* One without a post: what moves is another event, and the one before goes from the reader's. */
static void take_planned(const struct planned *p, void *with)
{
	struct sheet *s = with;
	struct text *t = s->out, title = {0};
	int64_t changed_us = p->announced_us ? p->announced_us : p->from_us;

	if (*p->title)
		text_puts(&title, p->title);
	else
		say(&title, "sort-maintenance");
	text_puts(t, "BEGIN:VEVENT\r\n");
	put_uid(t, s, p->id);
	text_puts(t, "SEQUENCE:0\r\n");
	put_time(t, "DTSTAMP", changed_us);
	put_time(t, "DTSTART", p->from_us);
	put_time(t, "DTEND", p->to_us);
	text_puts(t, "STATUS:CONFIRMED\r\n");
	put_text(t, "SUMMARY", text_get(&title));
	put_url(t, s, NULL);
	text_puts(t, EVENT_END);
	text_release(&title);
}

static bool is_recent(const struct post *p, int64_t now_us)
{
	return p->start_us && p->start_us > now_us - CALENDAR_PAST_US;
}

int64_t calendar_add(struct text *t, const struct calendar_view *v)
{
	struct sheet s = {.out = t, .view = v};

	text_puts(t, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//nines//status page//EN\r\n"
		     "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
	put_text(t, "X-WR-CALNAME", *v->page->title ? v->page->title : v->page->name);
	text_puts(t, "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n");
	notices(&(struct notice_query){.site = v->site,
				       .page = v->page,
				       .component = v->component,
				       .sorts = 1u << POST_MAINTENANCE,
				       .has_withdrawn = true,
				       .most = CALENDAR_MOST,
				       .is_wanted = is_recent},
		take, &s);
	if (planned(v->site, v->page, v->component, take_planned, &s))
		s.changed_us = 0;
	text_puts(t, "END:VCALENDAR\r\n");
	return s.changed_us;
}
