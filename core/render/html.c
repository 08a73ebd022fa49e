/* render/html: a page as one HTML file that needs nothing beside it: no script, no font, no image.
 *
 * Light and dark by the reader's setting, black on white in print. Every text of strangers is
 * escaped and isolated (<bdi>), so that neither markup nor right-to-left writing gets out of its
 * cell (F44); the policy in the head forbids whatever might still get in. */
#include <string.h>

#include "../base/map.h"
#include "../web/template.h"
#include "draw.h"
#include "page.h"
#include "svg.h"

struct writer {
	struct text *out;
	const struct page *page;
	const struct render_order *order;
	struct map heading; /* its text to its number: the first of each */
	size_t headings, drawings; /* so far */
};

static const char style[] =
	":root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--dim:#59636e;--line:#d1d9e0;"
	"--band:#f6f8fa;--good:#116329;--warn:#7a4d00;--bad:#b1221b}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--dim:#9198a1;"
	"--line:#3d444d;--band:#151b23;--good:#4ac26b;--warn:#e0a92e;--bad:#ff7b72}}"
	"body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
	"max-width:70em;margin:2em auto;padding:0 1em}"
	"h1,h2,h3,p{overflow-wrap:anywhere}h3{font-size:1em;margin:1.4em 0 .4em}"
	"a{color:inherit;text-underline-offset:.2em}"
	"h1{font-size:1.5em;margin:0 0 .6em}h2{font-size:1.15em;margin:1.8em 0 .5em}"
	"p{max-width:46em}.scroll{overflow-x:auto;margin:1em 0}"
	"dl{display:grid;grid-template-columns:max-content auto;gap:.15em 1.2em;margin:0}"
	"dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}"
	"table{border-collapse:collapse;min-width:50%}"
	"th,td{padding:.3em .7em;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--line)}"
	"th{color:var(--dim);font-weight:600;white-space:nowrap}"
	"tbody tr:nth-child(even){background:var(--band)}"
	"td.r,th.r{text-align:right}td.r,dd{font-variant-numeric:tabular-nums}"
	"td.r,td.t{white-space:nowrap}td bdi{overflow-wrap:anywhere}"
	"td.t,td.r{overflow-wrap:normal}td.w{min-width:12em}"
	".good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad);font-weight:600}"
	".dim{color:var(--dim)}"
	/* behind all of it, to have the last word: paper does not scroll */
	"@media print{:root{--ink:#000;--paper:#fff;--dim:#444;--line:#999;--band:#fff;"
	"--good:#000;--warn:#000;--bad:#000}body{font-size:9pt;margin:0;max-width:none;padding:0}"
	".scroll{overflow:visible}table{font-size:8pt}th,td{padding:.2em .4em}"
	"th{white-space:normal}td.w{min-width:8em}a{text-decoration:none}tr{break-inside:avoid}"
	"thead{display:table-header-group}h1,h2,h3{break-after:avoid}p{orphans:3;widows:3}}";

static const char *const tone_class[] = {"", "good", "warn", "bad", "dim"};

/* A run of the same letter, in the tone of what it says. */
static void add_run(struct text *t, const struct page *p, const char *letters, size_t size)
{
	static const char *const tone[128] = {['u'] = "good", ['g'] = "warn", ['P'] = "bad",
					      ['D'] = "bad",  ['?'] = "dim",  ['m'] = "dim",
					      ['-'] = "dim"};
	struct text run = {0}, shown = {0};
	struct page_value part;

	text_add(&run, letters, size);
	part = page_bar(text_get(&run));
	page_add_shown(&shown, p, &part);
	text_printf(t, "<span class=\"%s\">%s</span>",
		    tone[*letters & 127] ? tone[*letters & 127] : "", text_get(&shown));
	text_release(&run);
	text_release(&shown);
}

/* Blocks alone: no letter of a module gets through page_add_shown(). */
static void add_bar(struct text *t, const struct page *p, const char *letters)
{
	size_t n;

	text_puts(t, "<samp role=\"img\" aria-label=\"");
	html_add(t, letters);
	text_puts(t, "\">");
	for (; *letters; letters += n) {
		for (n = 1; letters[n] == *letters;)
			n++;
		add_run(t, p, letters, n);
	}
	text_puts(t, "</samp>");
}

static void add_value(struct text *t, const struct page *p, const struct page_value *v)
{
	struct text shown = {0};

	if (v->type == PAGE_BAR) {
		add_bar(t, p, v->text);
		return;
	}
	page_add_shown(&shown, p, v);
	text_puts(t, "<bdi>");
	html_add(t, text_get(&shown));
	text_puts(t, "</bdi>");
	text_release(&shown);
}

static void add_element(struct text *t, const char *name, const char *text)
{
	text_printf(t, "<%s>", name);
	html_add(t, text);
	text_printf(t, "</%s>\n", name);
}

static const char *tone_of(const struct page_value *v)
{
	if (v->type == PAGE_NONE)
		return tone_class[PAGE_DIM];
	return v->tone < sizeof tone_class / sizeof *tone_class ? tone_class[v->tone] : "";
}

/* Numbers, times and words stay on one line, longer texts may break and are given room. */
static const char *shape_of(const struct page_column *c, const struct page_value *v)
{
	return c->flags & PAGE_RIGHT ? "r" : page_is_long(v) ? "w" : "t";
}

/* A name leads to the heading that says the same; 0: there is none. */
static size_t heading_of(const struct writer *w, const struct page_value *v)
{
	return v->type == PAGE_TEXT ? (uintptr_t)map_find_text(&w->heading, v->text) : 0;
}

static void add_cell(struct writer *w, const struct page_column *c, const struct page_value *v,
		     bool is_first)
{
	size_t heading = is_first ? heading_of(w, v) : 0;

	text_printf(w->out, "<td class=\"%s%s%s\">", shape_of(c, v), *tone_of(v) ? " " : "",
		    tone_of(v));
	if (heading)
		text_printf(w->out, "<a href=\"#s%zu\">", heading);
	add_value(w->out, w->page, v);
	text_puts(w->out, heading ? "</a></td>" : "</td>");
}

static void add_row(struct writer *w, const struct page_table *table, const struct page_row *row)
{
	bool is_first = true;

	text_puts(w->out, "<tr>");
	for (size_t i = 0; i < table->columns; i++)
		if (page_is_shown(table, &table->column[i])) {
			add_cell(w, &table->column[i], &row->cell[i], is_first);
			is_first = false;
		}
	text_puts(w->out, "</tr>\n");
}

/* A column without a label has no head: an empty one would be read out. */
static void add_label(struct text *t, const struct page_column *c)
{
	if (!*c->label) {
		text_puts(t, "<td></td>");
		return;
	}
	text_printf(t, "<th scope=\"col\"%s>", c->flags & PAGE_RIGHT ? " class=\"r\"" : "");
	html_add(t, c->label);
	text_puts(t, "</th>");
}

static void add_table(struct writer *w, const struct page_table *table)
{
	struct text *t = w->out;

	text_puts(t, "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
	for (size_t i = 0; i < table->columns; i++)
		if (page_is_shown(table, &table->column[i]))
			add_label(t, &table->column[i]);
	text_puts(t, "</tr></thead>\n<tbody>\n");
	for (const struct page_row *r = table->first; r; r = page_next_row(w->page, r)) {
		add_row(w, table, r);
		render_pour(t, w->order);
	}
	text_puts(t, "</tbody></table></div>\n");
}

/* Facts that follow each other are one list. */
static const struct page_piece *add_facts(struct text *t, const struct page *p,
					  const struct page_piece *b)
{
	text_puts(t, "<dl>\n");
	for (; b && b->kind == PIECE_FACT; b = b->next) {
		if (!b->text)
			continue;
		text_puts(t, "<dt>");
		html_add(t, b->text);
		text_printf(t, "</dt><dd class=\"%s\">", tone_of(&b->value));
		add_value(t, p, &b->value);
		text_puts(t, "</dd>\n");
	}
	text_puts(t, "</dl>\n");
	return b;
}

/* ---- charts ---- */

static bool has_charts(const struct page *p)
{
	const struct page_piece *b = p->first;

	while (b && b->kind != PIECE_CHART)
		b = b->next;
	return b;
}

/* Those that are drawn are numbered through the page. */
static void add_chart(struct writer *w, const struct page_picture *c)
{
	struct text says = {0}, *t = w->out;

	draw_says(&says, c);
	for (size_t i = 0; i < draw_parts(c); i++) {
		struct drawing d = {.says = text_get(&says)};

		draw_chart(&d, c, i);
		text_puts(t, "<figure><div class=\"scroll\" tabindex=\"0\">");
		svg_add(t, &d, ++w->drawings);
		text_puts(t, "</div>");
		if (i + 1 == draw_parts(c)) {
			text_puts(t, "<figcaption><bdi>");
			html_add(t, d.says);
			text_puts(t, "</bdi></figcaption>");
		}
		text_puts(t, "</figure>\n");
		drawing_release(&d);
	}
	text_release(&says);
}

static void add_heading(struct writer *w, const struct page_piece *b)
{
	const char *name = b->is_sub ? "h3" : "h2";

	text_printf(w->out, "<%s id=\"s%zu\">", name, ++w->headings);
	html_add(w->out, b->text);
	text_printf(w->out, "</%s>\n", name);
}

static void find_headings(struct writer *w)
{
	uintptr_t number = 0;

	for (const struct page_piece *b = w->page->first; b; b = b->next)
		if (b->kind == PIECE_HEADING) {
			number++;
			if (!map_find_text(&w->heading, b->text))
				map_put_text(&w->heading, b->text, (void *)number);
		}
}

static const struct page_piece *add_piece(struct writer *w, const struct page_piece *b)
{
	if (b->kind == PIECE_FACT) /* without a label: for programs */
		return b->text ? add_facts(w->out, w->page, b) : b->next;
	if (b->kind == PIECE_HEADING)
		add_heading(w, b);
	else if (b->kind == PIECE_NOTE)
		add_element(w->out, "p", b->text);
	else if (b->kind == PIECE_CHART)
		add_chart(w, &b->picture);
	else if (page_is_shown(&b->table, NULL))
		add_table(w, &b->table);
	return b->next;
}

bool render_html(struct text *t, const struct page *p, const struct render_order *o,
		 struct text *wrong)
{
	const char *title = p->title ? p->title : p->report;
	struct writer w = {.out = t, .page = p, .order = o};

	(void)wrong;
	text_puts(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		     "style-src 'unsafe-inline'\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
	add_element(t, "title", title);
	text_printf(t, "<style>%s", style);
	if (has_charts(p))
		svg_add_style(t);
	text_puts(t, "</style>\n</head>\n<body>\n");
	if (has_charts(p))
		svg_add_patterns(t);
	text_puts(t, "<main>\n");
	add_element(t, "h1", title);
	find_headings(&w);
	for (const struct page_piece *b = p->first; b;) {
		b = add_piece(&w, b);
		render_pour(t, o);
	}
	map_release(&w.heading);
	text_puts(t, "</main>\n</body>\n</html>\n");
	return true;
}
