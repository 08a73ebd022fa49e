/* pdf/chart: see chart.h. */
#include "chart.h"

#include <stdlib.h>
#include <string.h>

#include "../core/render/drawing.h"
#include "mark.h"

#define PITCH 5.0 /* from one line of a hatch to the next, as in SVG */

static void set_ink(cairo_t *c, int64_t ink)
{
	const char *colour = shape_look[ink].light + 1;
	unsigned long rgb = strtoul(colour, NULL, 16);

	cairo_set_source_rgb(c, (double)(rgb >> 16 & 255) / 255, (double)(rgb >> 8 & 255) / 255,
			     (double)(rgb & 255) / 255);
}

static int64_t ink_of(const struct line *l)
{
	int64_t ink = line_int(l, "ink", 0);

	return ink >= 0 && ink < SHAPE_INKS ? ink : 0;
}

static double of(const struct line *l, const char *key)
{
	return (double)line_int(l, key, 0) / 100;
}

/* ---- hatches: lines or dots within the path at hand ---- */

static void put_lines(cairo_t *c, enum shape_hatch hatch, double x0, double y0, double x1,
		      double y1)
{
	double span = y1 - y0;

	if (hatch == HATCH_LEVEL)
		for (double y = y0 + 2.5; y < y1; y += PITCH) {
			cairo_move_to(c, x0, y);
			cairo_line_to(c, x1, y);
		}
	if (hatch == HATCH_UPRIGHT)
		for (double x = x0 + 2.5; x < x1; x += PITCH) {
			cairo_move_to(c, x, y0);
			cairo_line_to(c, x, y1);
		}
	for (double x = x0 - span; (hatch == HATCH_RISING || hatch == HATCH_FALLING) && x < x1;
	     x += PITCH) {
		cairo_move_to(c, x, hatch == HATCH_RISING ? y1 : y0);
		cairo_line_to(c, x + span, hatch == HATCH_RISING ? y0 : y1);
	}
	cairo_stroke(c);
}

static void put_dots(cairo_t *c, double x0, double y0, double x1, double y1)
{
	for (double y = y0 + 2.5; y < y1; y += PITCH)
		for (double x = x0 + 2.5; x < x1; x += PITCH) {
			cairo_new_sub_path(c);
			cairo_arc(c, x, y, 1.1, 0, 6.2832);
		}
	cairo_fill(c);
}

/* Fills the path at hand and ends it. */
static void fill(cairo_t *c, int64_t ink)
{
	enum shape_hatch hatch = shape_look[ink].hatch;
	double x0, y0, x1, y1;

	set_ink(c, hatch == HATCH_SOLID ? ink : SHAPE_PAPER);
	if (hatch == HATCH_EMPTY) {
		set_ink(c, ink);
		cairo_set_line_width(c, 0.8);
		cairo_stroke(c);
		return;
	}
	cairo_fill_preserve(c);
	if (hatch == HATCH_SOLID) {
		cairo_new_path(c);
		return;
	}
	cairo_path_extents(c, &x0, &y0, &x1, &y1);
	set_ink(c, ink);
	cairo_set_line_width(c, 0.6);
	cairo_stroke_preserve(c);
	cairo_save(c);
	cairo_clip(c);
	cairo_set_line_width(c, 1.2);
	if (hatch == HATCH_DOTS)
		put_dots(c, x0, y0, x1, y1);
	else
		put_lines(c, hatch, x0, y0, x1, y1);
	cairo_restore(c);
}

/* ---- shapes ---- */

static void put_path(cairo_t *c, const struct line *l)
{
	const char *at = line_get(l, "at");
	char *end;

	cairo_new_path(c);
	while (*at) {
		double x = (double)strtol(at, &end, 10) / 100, y;

		if (end == at || *end != ',')
			return;
		at = end + 1;
		y = (double)strtol(at, &end, 10) / 100;
		if (end == at)
			return;
		cairo_line_to(c, x, y);
		at = *end == ':' ? end + 1 : end;
		if (*end && *end != ':')
			return;
	}
}

static void put_line(cairo_t *c, const struct line *l)
{
	static const double dashed[] = {5, 3}, dotted[] = {1.4, 2.4};
	int64_t dash = line_int(l, "stroke", SHAPE_SOLID);

	put_path(c, l);
	set_ink(c, ink_of(l));
	cairo_set_line_width(c, of(l, "size"));
	cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
	cairo_save(c);
	cairo_set_dash(c, dash == SHAPE_DASHED ? dashed : dotted, dash ? 2 : 0, 0);
	cairo_stroke(c);
	cairo_restore(c);
}

static void put_rect(cairo_t *c, const struct line *l)
{
	cairo_new_path(c);
	cairo_rectangle(c, of(l, "x"), of(l, "y"), of(l, "w"), of(l, "h"));
	fill(c, ink_of(l));
}

static void put_text(struct sheet *s, const struct line *l)
{
	double size = of(l, "size");
	const struct setting_font font = {size > 1 && size < 100 ? size : 1,
					  line_int(l, "bold", 0) == 1};
	int64_t anchor = line_int(l, "anchor", SHAPE_START);
	PangoLayout *text = sheet_text(s, line_get(l, "text"), font, 0, SET_NAME);
	double x = of(l, "x"), width = sheet_width_of(text);

	x -= anchor == SHAPE_END ? width : anchor == SHAPE_MIDDLE ? width / 2 : 0;
	set_ink(s->cairo, ink_of(l));
	cairo_move_to(s->cairo, x,
		      of(l, "y") - (double)pango_layout_get_baseline(text) / PANGO_SCALE);
	pango_cairo_show_layout(s->cairo, text);
	g_object_unref(text);
}

static void put_area(cairo_t *c, const struct line *l)
{
	put_path(c, l);
	cairo_close_path(c);
	fill(c, ink_of(l));
}

static void put_shape(struct sheet *s, const struct line *l)
{
	if (!strcmp(l->id, "line"))
		put_line(s->cairo, l);
	else if (!strcmp(l->id, "rect"))
		put_rect(s->cairo, l);
	else if (!strcmp(l->id, "area"))
		put_area(s->cairo, l);
	else if (!strcmp(l->id, "text"))
		put_text(s, l);
}

void chart_set(struct sheet *s, const struct line *chart, const struct line *const *shape,
	       size_t shapes)
{
	static const struct setting_font small = {8, false};
	double width = of(chart, "width"), height = of(chart, "height"),
	       most = s->bottom - s->margin - 40, scale;
	const char *says = line_get(chart, "text");
	PangoLayout *l = sheet_text(s, says, small, sheet_room(s), 0);

	if (width <= 0 || height <= 0) {
		g_object_unref(l);
		return;
	}
	scale = sheet_room(s) / width;
	scale = height * scale > most ? most / height : scale;
	s->y += s->y > s->margin && !s->helds ? 8 : 0;
	sheet_need(s, height * scale + (*says ? sheet_height_of(l) : 0) + 4);
	mark_begin(s, "Figure");
	cairo_save(s->cairo);
	cairo_translate(s->cairo, s->margin, s->y);
	cairo_scale(s->cairo, scale, scale);
	for (size_t i = 0; i < shapes && sheet_is_drawn(s); i++)
		put_shape(s, shape[i]);
	cairo_restore(s->cairo);
	mark_end(s, "Figure");
	s->y += height * scale + 2;
	mark_begin(s, "Caption");
	if (*says)
		sheet_put(s, l, s->margin, s->y, INK_DIM);
	mark_end(s, "Caption");
	s->y += *says ? sheet_height_of(l) + 8 : 0;
	g_object_unref(l);
}
