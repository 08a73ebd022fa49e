/* render/svg: see svg.h. */
#include "svg.h"

#include <stdlib.h>

#include "../web/template.h"

#define PATTERN 5 /* units from one line of a hatch to the next */

static void add_number(struct text *t, int32_t hundredths)
{
	int32_t rest = abs(hundredths) % 100;

	text_printf(t, "%s%d", hundredths < 0 ? "-" : "", abs(hundredths) / 100);
	if (rest)
		text_printf(t, rest % 10 ? ".%02d" : ".%d", rest % 10 ? rest : rest / 10);
}

static void add_place(struct text *t, const char *key, int32_t hundredths)
{
	text_printf(t, " %s=\"", key);
	add_number(t, hundredths);
	text_putc(t, '"');
}

/* ---- once in a page ---- */

static void add_inks(struct text *t, bool is_dark)
{
	for (int i = 0; i < SHAPE_INKS; i++)
		text_printf(t, "--c-%s:%s;", shape_look[i].name,
			    is_dark ? shape_look[i].dark : shape_look[i].light);
}

/* Of light and dark; what is to be printed goes on behind it, up to a brace. */
static void add_colours(struct text *t)
{
	text_puts(t, ":root{");
	add_inks(t, false);
	text_puts(t, "}@media(prefers-color-scheme:dark){:root{");
	add_inks(t, true);
	text_puts(t, "}}@media print{:root{");
	add_inks(t, false);
	text_putc(t, '}');
}

static void add_classes(struct text *t)
{
	text_puts(t, ".hatches{position:absolute}svg text{unicode-bidi:plaintext}svg "
		     ".l{fill:none;stroke-linejoin:round}"
		     "svg .o{fill:none;stroke-width:.8}");
	for (int i = 0; i < SHAPE_INKS; i++)
		text_printf(t, ".f-%s{fill:var(--c-%s)}.s-%s{stroke:var(--c-%s)}",
			    shape_look[i].name, shape_look[i].name, shape_look[i].name,
			    shape_look[i].name);
}

void svg_add_style(struct text *t)
{
	add_colours(t);
	text_puts(t, "figure{break-inside:avoid}figure svg{min-width:0}}"
		     "figure{margin:1.4em 0;max-width:46em}figure .scroll{margin:0 0 .4em}"
		     "figure svg{display:block;width:100%;min-width:34em;height:auto;"
		     "font-family:system-ui,sans-serif}"
		     "figcaption{color:var(--dim);font-size:.9em;overflow-wrap:anywhere;"
		     "max-width:46em}");
	add_classes(t);
}

static const char *const hatch_drawn[HATCHES] = {
	[HATCH_RISING] = "<path class=\"l s-%s\" stroke-width=\"1.6\" "
			 "d=\"M-1,1 1,-1M0,5 5,0M4,6 6,4\"/>",
	[HATCH_FALLING] = "<path class=\"l s-%s\" stroke-width=\"1.6\" "
			  "d=\"M-1,4 1,6M0,0 5,5M4,-1 6,1\"/>",
	[HATCH_LEVEL] = "<path class=\"l s-%s\" stroke-width=\"1.6\" d=\"M0,2.5 5,2.5\"/>",
	[HATCH_UPRIGHT] = "<path class=\"l s-%s\" stroke-width=\"1.2\" d=\"M2.5,0 2.5,5\"/>",
	[HATCH_DOTS] = "<circle class=\"f-%s\" cx=\"2.5\" cy=\"2.5\" r=\"1.1\"/>",
};

static void add_definitions(struct text *t)
{
	text_puts(t, "<defs>");
	for (int i = 0; i < SHAPE_INKS; i++) {
		const char *drawn = hatch_drawn[shape_look[i].hatch];

		if (!drawn)
			continue;
		text_printf(t,
			    "<pattern id=\"h-%s\" width=\"%d\" height=\"%d\" "
			    "patternUnits=\"userSpaceOnUse\"><rect class=\"f-paper\" "
			    "width=\"%d\" height=\"%d\"/>",
			    shape_look[i].name, PATTERN, PATTERN, PATTERN, PATTERN);
		text_printf(t, drawn, shape_look[i].name);
		text_puts(t, "</pattern>");
	}
	text_puts(t, "</defs>");
}

void svg_add_patterns(struct text *t)
{
	text_puts(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\" "
		     "aria-hidden=\"true\" class=\"hatches\">");
	add_definitions(t);
	text_puts(t, "</svg>\n");
}

/* ---- shapes ---- */

static void add_fill(struct text *t, const struct shape *s)
{
	const struct shape_look *look = &shape_look[s->ink];

	if (look->hatch == HATCH_EMPTY)
		text_printf(t, " class=\"o s-%s\"", look->name);
	else if (look->hatch == HATCH_SOLID)
		text_printf(t, " class=\"f-%s\"", look->name);
	else
		text_printf(t, " class=\"s-%s\" fill=\"url(#h-%s)\" stroke-width=\".6\"",
			    look->name, look->name);
}

static void add_hint(struct text *t, const struct shape *s)
{
	if (!s->hint)
		return;
	text_puts(t, "<title>");
	html_add(t, s->hint);
	text_puts(t, "</title>");
}

static void add_rect(struct text *t, const struct shape *s)
{
	text_puts(t, "<rect");
	add_place(t, "x", s->x);
	add_place(t, "y", s->y);
	add_place(t, "width", s->w);
	add_place(t, "height", s->h);
	add_fill(t, s);
	text_putc(t, '>');
	add_hint(t, s);
	text_puts(t, "</rect>\n");
}

static void add_points(struct text *t, const struct drawing *d, const struct shape *s)
{
	text_puts(t, " points=\"");
	for (size_t i = 0; i < s->points; i++) {
		text_puts(t, i ? " " : "");
		add_number(t, d->place[s->first + i][0]);
		text_putc(t, ',');
		add_number(t, d->place[s->first + i][1]);
	}
	text_puts(t, "\"/>\n");
}

static void add_line(struct text *t, const struct drawing *d, const struct shape *s)
{
	static const char *const dash[] = {"", " stroke-dasharray=\"5 3\"",
					   " stroke-dasharray=\"1.4 2.4\""};

	text_printf(t, "<polyline class=\"l s-%s\"%s", shape_look[s->ink].name, dash[s->dash]);
	add_place(t, "stroke-width", s->size);
	add_points(t, d, s);
}

static void add_text(struct text *t, const struct shape *s)
{
	static const char *const anchor[] = {"start", "middle", "end"};

	text_puts(t, "<text");
	add_place(t, "x", s->x);
	add_place(t, "y", s->y);
	add_place(t, "font-size", s->size);
	text_printf(t, " text-anchor=\"%s\" class=\"f-%s\"%s>", anchor[s->anchor],
		    shape_look[s->ink].name, s->is_bold ? " font-weight=\"600\"" : "");
	add_hint(t, s);
	html_add(t, s->text);
	text_puts(t, "</text>\n");
}

static void add_shape(struct text *t, const struct drawing *d, const struct shape *s)
{
	switch (s->kind) {
	case SHAPE_RECT:
		add_rect(t, s);
		break;
	case SHAPE_LINE:
		add_line(t, d, s);
		break;
	case SHAPE_AREA:
		text_puts(t, "<polygon");
		add_fill(t, s);
		add_points(t, d, s);
		break;
	default:
		add_text(t, s);
	}
}

/* `role`: what it is to a screen reader, an attribute; "": nothing. */
static void open_svg(struct text *t, const struct drawing *d, const char *role)
{
	text_printf(t, "<svg xmlns=\"http://www.w3.org/2000/svg\"%s viewBox=\"0 0 ", role);
	add_number(t, d->width);
	text_putc(t, ' ');
	add_number(t, d->height);
	text_putc(t, '"');
}

static void add_size(struct text *t, const struct drawing *d)
{
	add_place(t, "width", d->width);
	add_place(t, "height", d->height);
}

void svg_add_mark(struct text *t, const struct drawing *d)
{
	open_svg(t, d, "");
	add_size(t, d);
	text_puts(t, " aria-hidden=\"true\">");
	for (size_t i = 0; i < d->shapes; i++)
		add_shape(t, d, &d->shape[i]);
	text_puts(t, "</svg>");
}

static void add_labels(struct text *t, const struct drawing *d, size_t number)
{
	text_printf(t, " aria-labelledby=\"c%zut c%zud\">\n<title id=\"c%zut\">", number, number,
		    number);
	html_add(t, d->title);
	text_printf(t, "</title>\n<desc id=\"c%zud\">", number);
	html_add(t, d->says);
	text_puts(t, "</desc>\n");
}

static void close_svg(struct text *t, const struct drawing *d)
{
	for (size_t i = 0; i < d->shapes; i++)
		add_shape(t, d, &d->shape[i]);
	text_puts(t, "</svg>\n");
}

void svg_add(struct text *t, const struct drawing *d, size_t number)
{
	open_svg(t, d, " role=\"img\"");
	if (d->is_full_size)
		add_size(t, d);
	add_labels(t, d, number);
	close_svg(t, d);
}

void svg_add_document(struct text *t, const struct drawing *d)
{
	open_svg(t, d, " role=\"img\"");
	add_size(t, d);
	add_labels(t, d, 0);
	text_puts(t, "<style>svg{font-family:system-ui,sans-serif}");
	add_colours(t);
	text_putc(t, '}');
	add_classes(t);
	text_puts(t, "</style>\n");
	add_definitions(t);
	text_putc(t, '\n');
	close_svg(t, d);
}
