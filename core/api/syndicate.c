/* api/syndicate: see syndicate.h. */
#include "syndicate.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/map.h"
#include "../base/zone.h"
#include "../web/template.h"

const char *const syndicate_type[] = {"application/atom+xml; charset=utf-8",
				      "application/rss+xml; charset=utf-8"};

/* ---- texts ---- */

/* Text for XML, in an element or a quoted attribute: what html_add() makes, but for two characters
 * that XML does not have. */
static void xml_add(struct text *t, const char *text)
{
	struct text safe = {0};
	const char *at, *bad;

	html_add(&safe, text);
	for (at = text_get(&safe); (bad = strstr(at, "\xef\xbf")); at = bad + 3) {
		text_add(t, at, (size_t)(bad - at));
		text_puts(t, bad[2] == '\xbe' || bad[2] == '\xbf' ? "\xef\xbf\xbd" : "");
		if (bad[2] != '\xbe' && bad[2] != '\xbf')
			text_add(t, bad, 3);
	}
	text_puts(t, at);
	text_release(&safe);
}

static void element(struct text *t, const char *name, const char *text)
{
	text_printf(t, "<%s>", name);
	xml_add(t, text);
	text_printf(t, "</%s>\n", name);
}

static void time_element(struct text *t, const char *name, int64_t at_us)
{
	text_printf(t, "<%s>", name);
	clock_add_utc(t, at_us, 0);
	text_printf(t, "</%s>\n", name);
}

/* RFC 822, as RSS has it: "Sun, 22 Nov 2026 09:00:00 +0000". */
static void date_element(struct text *t, const char *name, int64_t at_us)
{
	static const char day[] = "ThuFriSatSunMonTueWed",
			  month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t s = at_us / CLOCK_SECOND, days = s / 86400, left = s % 86400;
	struct civil d = zone_date(days);

	text_printf(t, "<%s>%.3s, %02d %.3s %04d %02d:%02d:%02d +0000</%s>\n", name,
		    day + 3 * (days % 7), d.day, month + 3 * (d.month - 1), (int)d.year,
		    (int)(left / 3600), (int)(left / 60 % 60), (int)(left % 60), name);
}

void syndicate_id(struct text *t, const struct site *s, const char *name, bool is_bare)
{
	struct text both = {0};
	uint64_t high, low;

	text_printf(&both, "%s\n", s->location ? s->location : "");
	text_puts(&both, name);
	high = map_hash(both.at, both.size);
	text_puts(&both, "\n");
	low = map_hash(both.at, both.size);
	text_release(&both);
	text_printf(t, "%s%08x-%04x-8%03x-%04x-%012llx",
		    is_bare ? "" : "urn:uuid:", (unsigned)(high >> 32),
		    (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
		    (unsigned)(low >> 48 & 0x3fff) | 0x8000,
		    (unsigned long long)(low & 0xffffffffffff));
}

/* "in_progress" as people read it. */
static void add_state(struct text *t, const char *state)
{
	size_t from = t->size;

	html_add(t, state);
	for (size_t i = from; i < t->size; i++)
		if (t->at[i] == '_')
			t->at[i] = ' ';
	if (t->size > from && t->at[from] >= 'a' && t->at[from] <= 'z')
		t->at[from] = (char)(t->at[from] - 'a' + 'A');
}

/* Lines of a body as HTML. */
static void add_body(struct text *t, const char *body)
{
	struct text one = {0};
	size_t size;

	for (const char *at = body; *at; at += size + (at[size] == '\n')) {
		size = strcspn(at, "\n");
		text_clear(&one);
		text_add(&one, at, size);
		html_add(t, text_get(&one));
		text_puts(t, at[size] ? "<br>" : "");
	}
	text_release(&one);
}

static void add_span(struct text *t, const struct post *p)
{
	if (p->sort != POST_MAINTENANCE)
		return;
	text_puts(t, "<p>");
	clock_add_utc(t, p->start_us, 0);
	if (p->end_us) {
		text_puts(t, " to ");
		clock_add_utc(t, p->end_us, 0);
	}
	text_puts(t, "</p>");
}

/* All updates, the newest first, as HTML. */
static void add_content(struct text *t, const struct notice *n)
{
	add_span(t, &n->post);
	for (size_t i = n->updates; i--;) {
		text_puts(t, "<p><strong>");
		add_state(t, n->update[i].state);
		text_puts(t, "</strong> <small>");
		clock_add_utc(t, n->update[i].event_us, 0);
		text_puts(t, "</small><br>");
		add_body(t, n->update[i].body);
		text_puts(t, "</p>");
	}
}

static void add_title(struct text *t, const struct post *p)
{
	text_puts(t, p->title);
	if (p->sort == POST_INCIDENT && post_is_over(p))
		text_puts(t, " [Resolved]");
	else if (p->sort == POST_MAINTENANCE && !strcmp(p->state, "cancelled"))
		text_puts(t, " [Cancelled]");
	else if (p->sort == POST_MAINTENANCE && post_is_over(p))
		text_puts(t, " [Completed]");
}

/* ---- entries ---- */

struct feed_text {
	struct text *out;
	const struct syndicate_view *view;
	int64_t changed_us;
};

static void add_link(struct text *t, const struct feed_text *f, const struct notice *n)
{
	xml_add(t, f->view->base);
	text_printf(t, "/incident/%s/", n->post.card->id);
}

static int64_t published_us(const struct post *p)
{
	return p->published_us ? p->published_us : p->card->first_us;
}

static void add_atom(struct feed_text *f, const struct notice *n, const char *title,
		     const char *content)
{
	struct text *t = f->out;

	text_puts(t, "<entry>\n");
	element(t, "title", title);
	text_puts(t, "<id>");
	syndicate_id(t, f->view->site, n->post.card->id, false);
	text_puts(t, "</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	add_link(t, f, n);
	text_puts(t, "\"/>\n");
	time_element(t, "published", published_us(&n->post));
	time_element(t, "updated", n->changed_us);
	text_printf(t, "<category term=\"%s\"/>\n<category term=\"", post_sort_name[n->post.sort]);
	xml_add(t, n->post.state);
	text_puts(t, "\"/>\n<content type=\"html\">");
	xml_add(t, content);
	text_puts(t, "</content>\n</entry>\n");
}

static void add_rss(struct feed_text *f, const struct notice *n, const char *title,
		    const char *content)
{
	struct text *t = f->out;

	text_puts(t, "<item>\n");
	element(t, "title", title);
	text_puts(t, "<link>");
	add_link(t, f, n);
	text_puts(t, "</link>\n<guid isPermaLink=\"false\">");
	syndicate_id(t, f->view->site, n->post.card->id, false);
	text_puts(t, "</guid>\n");
	date_element(t, "pubDate", published_us(&n->post));
	time_element(t, "atom:updated", n->changed_us);
	element(t, "category", post_sort_name[n->post.sort]);
	element(t, "category", n->post.state);
	element(t, "description", content);
	text_puts(t, "</item>\n");
}

static void take(const struct notice *n, void *with)
{
	static void (*const add[])(struct feed_text *, const struct notice *, const char *,
				   const char *) = {add_atom, add_rss};
	struct feed_text *f = with;
	struct text title = {0}, content = {0};

	add_title(&title, &n->post);
	add_content(&content, n);
	add[f->view->form](f, n, text_get(&title), text_get(&content));
	if (n->changed_us > f->changed_us)
		f->changed_us = n->changed_us;
	text_release(&title);
	text_release(&content);
}

/* ---- the whole ---- */

static void add_name(struct text *t, const struct syndicate_view *v)
{
	const struct target *c = v->component ? catalog_find(v->site->catalog, v->component) : NULL;

	text_puts(t, *v->page->title ? v->page->title : v->page->name);
	if (c)
		text_printf(t, ": %s", c->title);
	else if (v->sorts == 1u << POST_NEWS)
		text_puts(t, ": news");
}

static void add_url(struct text *t, const struct syndicate_view *v, const char *path)
{
	xml_add(t, v->base);
	xml_add(t, path);
}

static void head_atom(struct text *t, const struct syndicate_view *v, const char *name,
		      int64_t changed_us)
{
	struct text id = {0};

	text_puts(t, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		     "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	element(t, "title", name);
	text_printf(&id, "%s%s", v->page->name, v->path);
	text_puts(t, "<id>");
	syndicate_id(t, v->site, text_get(&id), false);
	text_puts(t, "</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	add_url(t, v, "/");
	text_puts(t, "\"/>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	add_url(t, v, v->path);
	text_puts(t, "\"/>\n");
	time_element(t, "updated", changed_us);
	text_puts(t, "<author>");
	element(t, "name", name);
	text_puts(t, "</author>\n<generator>nines</generator>\n");
	text_release(&id);
}

static void head_rss(struct text *t, const struct syndicate_view *v, const char *name,
		     int64_t changed_us)
{
	text_puts(t, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" "
		     "xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n");
	element(t, "title", name);
	text_puts(t, "<link>");
	add_url(t, v, "/");
	text_puts(t, "</link>\n<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
	add_url(t, v, v->path);
	text_puts(t, "\"/>\n");
	element(t, "description", name);
	date_element(t, "lastBuildDate", changed_us);
	text_puts(t, "<generator>nines</generator>\n");
}

/* Of a feed without entries: the same each time it is asked for. */
static int64_t beginning(const struct site *s)
{
	int64_t started_us = 0;

	text_to_int(overview_word(s->overview, "started_us"), &started_us);
	return started_us;
}

int64_t syndicate_add(struct text *t, const struct syndicate_view *v)
{
	struct text name = {0}, entries = {0};
	struct feed_text f = {.out = &entries, .view = v};
	int64_t changed_us;

	notices(&(struct notice_query){.site = v->site,
				       .page = v->page,
				       .component = v->component,
				       .sorts = v->sorts,
				       .most = SYNDICATE_MOST},
		take, &f);
	changed_us = f.changed_us ? f.changed_us : beginning(v->site);
	add_name(&name, v);
	(v->form == SYNDICATE_ATOM ? head_atom : head_rss)(t, v, text_get(&name), changed_us);
	text_add(t, text_get(&entries), entries.size);
	text_puts(t, v->form == SYNDICATE_ATOM ? "</feed>\n" : "</channel>\n</rss>\n");
	text_release(&entries);
	text_release(&name);
	return f.changed_us;
}
