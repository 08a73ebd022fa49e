/* page/badge: see badge.h. */
#include "badge.h"

#include <string.h>

#include "../render/drawing.h"
#include "../web/json.h"
#include "../web/template.h"

#define SIZE    11.0 /* of the letters */
#define PADDING 7 /* left and right of a text */
#define HEIGHT  20

static const struct {
	const char *hex;
	bool is_error;
} look[] = {
	[BADGE_GOOD] = {"1a7f37", false}, [BADGE_WARN] = {"8a5a00", false},
	[BADGE_BAD] = {"b3261e", true},   [BADGE_NONE] = {"57606a", false},
	[BADGE_FACT] = {"0b5cad", false},
};
#define LABEL_HEX "30363d"

struct half {
	struct text shown;
	int width;
};

static struct half half_of(const char *text)
{
	struct half h = {0};

	drawing_cut(&h.shown, text, SIZE, BADGE_LABEL);
	h.width = (int)(drawing_width(text_get(&h.shown), SIZE) + 0.5) + 2 * PADDING;
	return h;
}

static void add_half(struct text *t, const struct half *h, int x)
{
	text_printf(t, "<text x=\"%d.5\" y=\"14\">", x + h->width / 2);
	html_add(t, text_get(&h->shown));
	text_puts(t, "</text>\n");
}

static void add_spoken(struct text *t, const struct half *label, const struct half *message)
{
	html_add(t, text_get(&label->shown));
	text_puts(t, ": ");
	html_add(t, text_get(&message->shown));
}

static void add_fields(struct text *t, const struct badge *b, int left, int right)
{
	text_printf(t,
		    "<clipPath id=\"r\"><rect width=\"%d\" height=\"%d\" rx=\"%d\"/></clipPath>\n"
		    "<g clip-path=\"url(#r)\">"
		    "<rect width=\"%d\" height=\"%d\" fill=\"#" LABEL_HEX "\"/>"
		    "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%s\"/></g>\n",
		    left + right, HEIGHT, b->is_flat ? 0 : 3, left, HEIGHT, left, right, HEIGHT,
		    look[b->colour].hex);
}

void badge_svg(struct text *t, const struct badge *b)
{
	struct half label = half_of(b->label), message = half_of(b->message);

	text_printf(t,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		    "role=\"img\" aria-label=\"",
		    label.width + message.width, HEIGHT);
	add_spoken(t, &label, &message);
	text_puts(t, "\">\n<title>");
	add_spoken(t, &label, &message);
	text_puts(t, "</title>\n");
	add_fields(t, b, label.width, message.width);
	text_puts(t, "<g fill=\"#fff\" text-anchor=\"middle\" font-size=\"11\" "
		     "font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\">\n");
	add_half(t, &label, 0);
	add_half(t, &message, label.width);
	text_puts(t, "</g>\n</svg>\n");
	text_release(&label.shown);
	text_release(&message.shown);
}

void badge_json(struct text *t, const struct badge *b)
{
	struct half label = half_of(b->label), message = half_of(b->message);
	json_t *j = json_pack("{si ss ss ss ss sb si}", "schemaVersion", 1, "label",
			      text_get(&label.shown), "message", text_get(&message.shown), "color",
			      look[b->colour].hex, "labelColor", LABEL_HEX, "isError",
			      look[b->colour].is_error, "cacheSeconds", b->cache_s);

	json_write(t, j);
	text_release(&label.shown);
	text_release(&message.shown);
}
