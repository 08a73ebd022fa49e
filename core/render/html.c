/* render/html: a page as one HTML file that needs nothing beside it: no script, no font, no image.
 *
 * Light and dark by the reader's setting, black on white in print. Every text of strangers is
 * escaped and isolated (<bdi>), so that neither markup nor right-to-left writing gets out of its
 * cell (F44); the policy in the head forbids whatever might still get in. */
#include <string.h>

#include "../web/template.h"
#include "draw.h"
#include "page.h"
#include "svg.h"

#define WORD_BYTES 16

static const char style[] =
	":root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--dim:#59636e;--line:#d1d9e0;"
	"--band:#f6f8fa;--good:#116329;--warn:#7a4d00;--bad:#b1221b}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--dim:#9198a1;"
	"--line:#3d444d;--band:#151b23;--good:#4ac26b;--warn:#e0a92e;--bad:#ff7b72}}"
	"@media print{:root{--ink:#000;--paper:#fff;--dim:#444;--line:#999;--band:#fff;"
	"--good:#000;--warn:#000;--bad:#000}body{font-size:9pt;margin:0;max-width:none}"
	"tr{break-inside:avoid}thead{display:table-header-group}h2{break-after:avoid}}"
	"body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
	"max-width:70em;margin:2em auto;padding:0 1em}"
	"h1,h2,p{overflow-wrap:anywhere}"
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
	".dim{color:var(--dim)}";

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
	bool is_long = v->type == PAGE_TEXT && strlen(v->text) > WORD_BYTES;

	return c->flags & PAGE_RIGHT ? "r" : is_long ? "w" : "t";
}

static void add_row(struct text *t, const struct page *p, const struct page_table *table,
		    const struct page_row *row)
{
	text_puts(t, "<tr>");
	for (size_t i = 0; i < table->columns; i++) {
		const struct page_column *c = &table->column[i];

		if (!page_is_shown(table, c))
			continue;
		text_printf(t, "<td class=\"%s%s%s\">", shape_of(c, &row->cell[i]),
			    *tone_of(&row->cell[i]) ? " " : "", tone_of(&row->cell[i]));
		add_value(t, p, &row->cell[i]);
		text_puts(t, "</td>");
	}
	text_puts(t, "</tr>\n");
}

static void add_table(struct text *t, const struct page *p, const struct page_table *table,
		      const struct render_order *o)
{
	text_puts(t, "<div class=\"scroll\"><table>\n<thead><tr>");
	for (size_t i = 0; i < table->columns; i++)
		if (page_is_shown(table, &table->column[i])) {
			text_printf(t, "<th scope=\"col\"%s>",
				    table->column[i].flags & PAGE_RIGHT ? " class=\"r\"" : "");
			html_add(t, table->column[i].label);
			text_puts(t, "</th>");
		}
	text_puts(t, "</tr></thead>\n<tbody>\n");
	for (const struct page_row *r = table->first; r; r = page_next_row(p, r)) {
		add_row(t, p, table, r);
		render_pour(t, o);
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
static void add_chart(struct text *t, const struct page_picture *c, size_t *drawn)
{
	struct text says = {0};

	draw_says(&says, c);
	for (size_t i = 0; i < draw_parts(c); i++) {
		struct drawing d = {.says = text_get(&says)};

		draw_chart(&d, c, i);
		text_puts(t, "<figure><div class=\"scroll\">");
		svg_add(t, &d, ++*drawn);
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

static const struct page_piece *add_piece(struct text *t, const struct page *p,
					  const struct page_piece *b, size_t *drawn,
					  const struct render_order *o)
{
	if (b->kind == PIECE_FACT)
		return b->text ? add_facts(t, p, b) : b->next; /* none: for programs */
	if (b->kind == PIECE_HEADING)
		add_element(t, "h2", b->text);
	else if (b->kind == PIECE_NOTE)
		add_element(t, "p", b->text);
	else if (b->kind == PIECE_CHART)
		add_chart(t, &b->picture, drawn);
	else if (page_is_shown(&b->table, NULL))
		add_table(t, p, &b->table, o);
	return b->next;
}

bool render_html(struct text *t, const struct page *p, const struct render_order *o,
		 struct text *wrong)
{
	const char *title = p->title ? p->title : p->report;
	size_t drawn = 0;

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
	add_element(t, "h1", title);
	for (const struct page_piece *b = p->first; b;) {
		b = add_piece(t, p, b, &drawn, o);
		render_pour(t, o);
	}
	text_puts(t, "</body>\n</html>\n");
	return true;
}
