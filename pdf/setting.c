/* pdf/setting: see setting.h. */
#include "setting.h"

#include <string.h>

static void choose_font(PangoLayout *l, struct setting_font f)
{
	PangoFontDescription *d = pango_font_description_new();

	pango_font_description_set_family_static(d, "DejaVu Sans, Liberation Sans, sans");
	pango_font_description_set_absolute_size(d, f.points * PANGO_SCALE);
	pango_font_description_set_weight(d, f.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(l, d);
	pango_font_description_free(d);
}

static PangoLayout *set(PangoContext *context, const struct setting_order *o)
{
	PangoLayout *l = pango_layout_new(context);

	choose_font(l, o->font);
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	if (o->width > 0)
		pango_layout_set_width(l, (int)(o->width * PANGO_SCALE));
	if (o->is_cut)
		pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	/* The side is the column's, whichever way its text runs. */
	pango_layout_set_auto_dir(l, TRUE);
	pango_layout_set_text(l, o->text, -1);
	if (o->width > 0 &&
	    o->is_right != (pango_layout_get_direction(l, 0) == PANGO_DIRECTION_RTL))
		pango_layout_set_alignment(l, PANGO_ALIGN_RIGHT);
	return l;
}

/* FNV-1a. */
static size_t place_of(const struct setting_order *o)
{
	uint64_t sum = (uint64_t)(o->width * 16) * 4 + (uint64_t)(o->font.points * 16) * 32 +
		       (o->is_right ? 1 : 0) + (o->font.is_bold ? 2 : 0);

	sum ^= UINT64_C(14695981039346656037);
	for (const char *at = o->text; *at; at++)
		sum = (sum ^ (unsigned char)*at) * UINT64_C(1099511628211);
	return (size_t)((sum ^ sum >> 32) % SETTING_KEPT);
}

static bool is_same(const struct setting_order *a, const struct setting_order *b)
{
	return a->width == b->width && a->font.points == b->font.points &&
	       a->font.is_bold == b->font.is_bold && a->is_right == b->is_right &&
	       a->is_cut == b->is_cut && !strcmp(a->text, b->text);
}

PangoLayout *setting_of(struct setting *s, cairo_t *cairo, const struct setting_order *o)
{
	size_t at = place_of(o);

	if (!s->context)
		s->context = pango_cairo_create_context(cairo);
	if (!s->kept[at].layout || !is_same(&s->kept[at].order, o)) {
		if (s->kept[at].layout)
			g_object_unref(s->kept[at].layout);
		s->kept[at].layout = set(s->context, o);
		s->kept[at].order = *o;
		s->kept[at].order.text = pango_layout_get_text(s->kept[at].layout);
	}
	return g_object_ref(s->kept[at].layout);
}

void setting_release(struct setting *s)
{
	for (size_t i = 0; i < SETTING_KEPT; i++)
		if (s->kept[i].layout)
			g_object_unref(s->kept[i].layout);
	if (s->context)
		g_object_unref(s->context);
}
