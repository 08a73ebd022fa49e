/* pdf/mark: see mark.h. */
#include "mark.h"

#include <cairo-pdf.h>
#include <stdio.h>

static const char *const heading_tag[SHEET_LEVELS + 1] = {"P", "H1", "H2", "H3"};

void mark_begin(struct sheet *s, const char *tag)
{
	if (s->sheets)
		cairo_tag_begin(s->cairo, tag, NULL);
}

void mark_end(struct sheet *s, const char *tag)
{
	if (s->sheets)
		cairo_tag_end(s->cairo, tag);
}

/* Beneath the last heading of a higher level; those of the lowest are folded away at first. */
static void add_bookmark(struct sheet *s, const struct sheet_heading *h, double y)
{
	int above = h->level > 1 ? s->bookmark[h->level - 1] : CAIRO_PDF_OUTLINE_ROOT;
	char place[96];
	int here;

	snprintf(place, sizeof place, "page=%d pos=[%d %d]", s->number, (int)s->margin, (int)y);
	here = cairo_pdf_surface_add_outline(s->surface, above, h->text, place,
					     h->level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
	for (int i = h->level; i <= SHEET_LEVELS; i++)
		s->bookmark[i] = here;
}

void mark_begin_heading(struct sheet *s, const struct sheet_heading *h, double y)
{
	char name[32];

	if (!s->sheets)
		return;
	add_bookmark(s, h, y);
	snprintf(name, sizeof name, "name='h%d'", h->number);
	cairo_tag_begin(s->cairo, heading_tag[h->level], NULL);
	cairo_tag_begin(s->cairo, CAIRO_TAG_DEST, name);
}

void mark_end_heading(struct sheet *s, const struct sheet_heading *h)
{
	mark_end(s, CAIRO_TAG_DEST);
	mark_end(s, heading_tag[h->level]);
}

void mark_begin_link(struct sheet *s, int heading)
{
	char name[32];

	if (!s->sheets || !heading)
		return;
	snprintf(name, sizeof name, "dest='h%d'", heading);
	cairo_tag_begin(s->cairo, CAIRO_TAG_LINK, name);
}

void mark_end_link(struct sheet *s, int heading)
{
	if (heading)
		mark_end(s, CAIRO_TAG_LINK);
}
