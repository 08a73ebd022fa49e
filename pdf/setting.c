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

/* A name that is broken gets no hyphen that it does not have. */
static void keep_letters(PangoLayout *l)
{
	PangoAttrList *list = pango_attr_list_new();

	pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(l, list);
	pango_attr_list_unref(list);
}

/* At the side where its width ends or, a name that runs leftward, where it begins. That is asked
 * last: a layout whose alignment changes is set once more. */
static void align(PangoLayout *l, const struct setting_order *o)
{
	bool is_right = o->how & SET_RIGHT;

	if (o->width <= 0)
		return;
	pango_layout_set_alignment(l, is_right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
	if (o->how & SET_NAME && pango_layout_get_direction(l, 0) == PANGO_DIRECTION_RTL)
		pango_layout_set_alignment(l, is_right ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
}

static PangoLayout *set(PangoContext *context, const struct setting_order *o)
{
	PangoLayout *l = pango_layout_new(context);

	choose_font(l, o->font);
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	if (o->width > 0)
		pango_layout_set_width(l, (int)(o->width * PANGO_SCALE));
	if (o->how & SET_CUT)
		pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	pango_layout_set_auto_dir(l, o->how & SET_NAME);
	pango_layout_set_text(l, o->text, -1);
	keep_letters(l);
	align(l, o);
	return l;
}

/* Letters stand where the font wants them, not on the pixels of a screen: paper has none, and
 * whoever copies a word that was pulled apart gets several. */
static PangoContext *new_context(cairo_t *cairo)
{
	PangoContext *context = pango_cairo_create_context(cairo);
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
	cairo_font_options_destroy(options);
	return context;
}

/* FNV-1a. */
static size_t place_of(const struct setting_order *o)
{
	uint64_t sum = (uint64_t)(o->width * 16) * 4 + (uint64_t)(o->font.points * 16) * 32 +
		       o->how * 4 + (o->font.is_bold ? 2 : 0);

	sum ^= UINT64_C(14695981039346656037);
	for (const char *at = o->text; *at; at++)
		sum = (sum ^ (unsigned char)*at) * UINT64_C(1099511628211);
	return (size_t)((sum ^ sum >> 32) % SETTING_KEPT);
}

static bool is_same(const struct setting_order *a, const struct setting_order *b)
{
	return a->width == b->width && a->font.points == b->font.points &&
	       a->font.is_bold == b->font.is_bold && a->how == b->how && !strcmp(a->text, b->text);
}

PangoLayout *setting_of(struct setting *s, cairo_t *cairo, const struct setting_order *o)
{
	size_t at = place_of(o);

	if (!s->context)
		s->context = new_context(cairo);
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
