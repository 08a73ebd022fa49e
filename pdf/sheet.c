/* pdf/sheet: see sheet.h. */
#include "mark.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MARGIN 48.0
#define FOOTER 34.0 /* above the lower edge */

static const double colour[INKS][3] = {
	[INK_PLAIN] = {0.1, 0.12, 0.14},   [INK_GOOD] = {0.07, 0.39, 0.16},
	[INK_WARN] = {0.48, 0.3, 0},       [INK_BAD] = {0.69, 0.13, 0.11},
	[INK_DIM] = {0.35, 0.39, 0.43},    [INK_RULE] = {0.78, 0.81, 0.84},
	[INK_BAND] = {0.955, 0.965, 0.975}};

static const struct {
	const char *name;
	double width, height;
} papers[] = {{"a4", 595.28, 841.89}, {"letter", 612, 792}};

/* The date is the report's, so the same report is the same file. */
static void set_dates(cairo_surface_t *s, int64_t now_us)
{
	time_t at = (time_t)(now_us / 1000000);
	char text[96];
	struct tm t;

	gmtime_r(&at, &t);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900,
		 t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, text);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, text);
}

bool sheet_is_drawn(const struct sheet *s)
{
	return s->sheets;
}

/* White, which it is anyway: cairo adds the place of all that is drawn to one region, which takes
 * longer with each, unless what was drawn first has them all. */
static void begin_sheet(struct sheet *s)
{
	cairo_set_source_rgb(s->cairo, 1, 1, 1);
	cairo_paint(s->cairo);
}

bool sheet_open(struct sheet *s, struct setting *setting, const char *paper, const char *title,
		int64_t now_us, int sheets, cairo_write_func_t write, void *with)
{
	size_t i = 0;

	while (i < sizeof papers / sizeof *papers && strcmp(papers[i].name, paper))
		i++;
	if (i == sizeof papers / sizeof *papers)
		return false;
	*s = (struct sheet){.setting = setting,
			    .width = papers[i].width,
			    .height = papers[i].height,
			    .margin = MARGIN,
			    .sheets = sheets,
			    .title = title,
			    .number = 1};
	s->bottom = s->height - MARGIN - 12;
	s->y = MARGIN;
	s->surface = cairo_pdf_surface_create_for_stream(write, with, s->width, s->height);
	cairo_pdf_surface_restrict_to_version(s->surface, CAIRO_PDF_VERSION_1_5);
	cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_AUTHOR, "nines");
	cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_CREATOR, "nines");
	set_dates(s->surface, now_us);
	s->cairo = cairo_create(s->surface);
	if (sheet_is_drawn(s))
		begin_sheet(s);
	return true;
}

void sheet_ink(struct sheet *s, enum ink ink)
{
	cairo_set_source_rgb(s->cairo, colour[ink][0], colour[ink][1], colour[ink][2]);
}

PangoLayout *sheet_text(struct sheet *s, const char *text, struct setting_font f, double width,
			unsigned how)
{
	return setting_of(
		s->setting, s->cairo,
		&(struct setting_order){.text = text, .font = f, .width = width, .how = how});
}

double sheet_height_of(PangoLayout *l)
{
	int height;

	pango_layout_get_size(l, NULL, &height);
	return (double)height / PANGO_SCALE;
}

double sheet_width_of(PangoLayout *l)
{
	int width;

	pango_layout_get_size(l, &width, NULL);
	return (double)width / PANGO_SCALE;
}

void sheet_put(struct sheet *s, PangoLayout *l, double x, double y, enum ink ink)
{
	if (!sheet_is_drawn(s))
		return;
	sheet_ink(s, ink);
	cairo_move_to(s->cairo, x, y);
	pango_cairo_show_layout(s->cairo, l);
}

void sheet_put_line(struct sheet *s, PangoLayoutIter *at, double x, double y, enum ink ink)
{
	PangoRectangle box;

	if (!sheet_is_drawn(s))
		return;
	pango_layout_iter_get_line_extents(at, NULL, &box);
	sheet_ink(s, ink);
	cairo_move_to(s->cairo, x + (double)box.x / PANGO_SCALE,
		      y + (double)pango_layout_iter_get_baseline(at) / PANGO_SCALE);
	pango_cairo_show_layout_line(s->cairo, pango_layout_iter_get_line_readonly(at));
}

void sheet_rule(struct sheet *s, double y)
{
	if (!sheet_is_drawn(s))
		return;
	sheet_ink(s, INK_RULE);
	cairo_set_line_width(s->cairo, 0.5);
	cairo_move_to(s->cairo, s->margin, y);
	cairo_line_to(s->cairo, s->width - s->margin, y);
	cairo_stroke(s->cairo);
}

void sheet_band(struct sheet *s, double y, double height)
{
	if (!sheet_is_drawn(s))
		return;
	sheet_ink(s, INK_BAND);
	cairo_rectangle(s->cairo, s->margin, y, sheet_room(s), height);
	cairo_fill(s->cairo);
}

double sheet_room(const struct sheet *s)
{
	return s->width - 2 * s->margin;
}

static void end_sheet(struct sheet *s)
{
	static const struct setting_font font = {7.5, false};
	double y = s->height - FOOTER;
	char number[48];
	PangoLayout *l;

	snprintf(number, sizeof number, "%d of %d", s->number, s->sheets);
	sheet_rule(s, y - 4);
	l = sheet_text(s, number, font, sheet_room(s), SET_RIGHT);
	sheet_put(s, l, s->margin, y, INK_DIM);
	g_object_unref(l);
	l = sheet_text(s, s->title, font, sheet_room(s) - 60, SET_CUT);
	sheet_put(s, l, s->margin, y, INK_DIM);
	g_object_unref(l);
	cairo_show_page(s->cairo);
}

static void tell(const struct sheet *s)
{
	int percent = s->number * 100 / s->sheets;

	if (s->tells && percent > (s->number - 1) * 100 / s->sheets)
		fprintf(stderr, "progress %d\n", percent);
}

static void turn(struct sheet *s)
{
	if (sheet_is_drawn(s)) {
		end_sheet(s);
		tell(s);
		begin_sheet(s);
	}
	s->number++;
	s->y = s->margin;
	if (s->head)
		s->head(s, s->with);
}

/* ---- headings ---- */

static double height_of_held(struct sheet *s)
{
	double height = 0;

	for (size_t i = 0; i < s->helds; i++) {
		const struct sheet_heading *h = &s->held[i];
		PangoLayout *l = sheet_text(s, h->text, h->font, sheet_room(s), 0);

		height += (i || s->y > s->margin ? h->before : 0) + sheet_height_of(l) + h->after;
		g_object_unref(l);
	}
	return height;
}

static void put_heading(struct sheet *s, const struct sheet_heading *h)
{
	PangoLayout *l = sheet_text(s, h->text, h->font, sheet_room(s), 0);

	s->y += s->y > s->margin ? h->before : 0;
	mark_begin_heading(s, h, s->y);
	sheet_put(s, l, s->margin, s->y, INK_PLAIN);
	mark_end_heading(s, h);
	s->y += sheet_height_of(l) + h->after;
	g_object_unref(l);
}

static void put_held(struct sheet *s)
{
	for (size_t i = 0; i < s->helds; i++)
		put_heading(s, &s->held[i]);
	s->helds = 0;
}

void sheet_hold(struct sheet *s, const struct sheet_heading *h)
{
	if (s->helds == SHEET_HELD)
		sheet_need(s, 0);
	s->held[s->helds++] = *h;
}

void sheet_need(struct sheet *s, double height)
{
	if (s->y > s->margin && s->y + height_of_held(s) + height > s->bottom)
		turn(s);
	put_held(s);
}

bool sheet_close(struct sheet *s)
{
	bool is_fine;

	sheet_need(s, 0);
	if (sheet_is_drawn(s))
		end_sheet(s);
	is_fine = cairo_status(s->cairo) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(s->cairo);
	cairo_surface_finish(s->surface);
	is_fine = is_fine && cairo_surface_status(s->surface) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(s->surface);
	return is_fine;
}
