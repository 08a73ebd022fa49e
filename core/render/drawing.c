/* render/drawing: see drawing.h. */
#include "drawing.h"

#include <stdlib.h>

#include "../base/memory.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define WIDEST 1e9
#define SAFE_BYTES 4000 /* of any text before it is cut: no line holds more */

const struct shape_look shape_look[SHAPE_INKS] = {
	[SHAPE_INK] = {"ink", HATCH_SOLID, "#1b1f24", "#e6edf3"},
	[SHAPE_DIM] = {"dim", HATCH_SOLID, "#59636e", "#9198a1"},
	[SHAPE_GRID] = {"grid", HATCH_SOLID, "#d1d9e0", "#3d444d"},
	[SHAPE_PAPER] = {"paper", HATCH_SOLID, "#ffffff", "#0d1117"},
	[SHAPE_NONE] = {"none", HATCH_EMPTY, "#b3bcc5", "#4b535d"},
	[SHAPE_OUTSIDE] = {"outside", HATCH_UPRIGHT, "#b3bcc5", "#4b535d"},
	[SHAPE_UNKNOWN] = {"unknown", HATCH_DOTS, "#59636e", "#9198a1"},
	[SHAPE_MAINTENANCE] = {"maintenance", HATCH_LEVEL, "#3b6fb0", "#79a8e0"},
	[SHAPE_UP] = {"up", HATCH_SOLID, "#b9dfc2", "#245c36"},
	[SHAPE_DEGRADED] = {"degraded", HATCH_RISING, "#b07500", "#e0a92e"},
	[SHAPE_DOWN] = {"down", HATCH_SOLID, "#a11a14", "#ff7b72"},
	[SHAPE_ONLINE] = {"online", HATCH_SOLID, "#14803c", "#4cc47a"},
	[SHAPE_UNSTEADY] = {"unsteady", HATCH_SOLID, "#b26a00", "#f0b04a"},
	[SHAPE_A] = {"a", HATCH_SOLID, "#2b5f9e", "#6ea8e8"},
	[SHAPE_B] = {"b", HATCH_RISING, "#a85a00", "#f0a04b"},
	[SHAPE_C] = {"c", HATCH_SOLID, "#a9c7ea", "#2f4e74"},
	[SHAPE_D] = {"d", HATCH_DOTS, "#7a3b8f", "#cf94e2"},
	[SHAPE_E] = {"e", HATCH_FALLING, "#1f7a6d", "#56c7b5"},
	[SHAPE_F] = {"f", HATCH_LEVEL, "#8a2f4f", "#ee8fb0"},
	[SHAPE_G] = {"g", HATCH_UPRIGHT, "#59636e", "#9198a1"},
};

void drawing_release(struct drawing *d)
{
	for (size_t i = 0; i < d->shapes; i++) {
		free((char *)d->shape[i].text);
		free((char *)d->shape[i].hint);
	}
	free(d->shape);
	free(d->place);
	*d = (struct drawing){0};
}

static int32_t hundredths(double units)
{
	return (int32_t)(units * 100 + (units < 0 ? -0.5 : 0.5));
}

static struct shape *add(struct drawing *d, enum shape_kind kind, enum shape_ink ink)
{
	if (d->shapes == d->room) {
		d->room = d->room ? 2 * d->room : 64;
		d->shape = memory_resize(d->shape, d->room * sizeof *d->shape);
	}
	d->shape[d->shapes] = (struct shape){.kind = kind, .ink = ink};
	return &d->shape[d->shapes++];
}

static char *copy_safe(const char *text)
{
	struct text safe = {0};

	text_add_safe(&safe, text, strlen(text), SAFE_BYTES);
	return safe.at;
}

void drawing_rect(struct drawing *d, enum shape_ink ink, double x, double y, double w, double h,
		  const char *hint)
{
	struct shape *s = add(d, SHAPE_RECT, ink);

	s->x = hundredths(x);
	s->y = hundredths(y);
	s->w = hundredths(x + w) - s->x; /* neighbours touch */
	s->h = hundredths(y + h) - s->y;
	s->hint = hint && *hint ? copy_safe(hint) : NULL;
}

void drawing_begin(struct drawing *d, enum shape_kind kind, enum shape_ink ink, double width,
		   enum shape_dash dash)
{
	struct shape *s = add(d, kind, ink);

	s->size = hundredths(width);
	s->dash = dash;
	s->first = d->places;
}

void drawing_to(struct drawing *d, double x, double y)
{
	if (d->places == d->place_room) {
		d->place_room = d->place_room ? 2 * d->place_room : 256;
		d->place = memory_resize(d->place, d->place_room * sizeof *d->place);
	}
	d->place[d->places][0] = hundredths(x);
	d->place[d->places++][1] = hundredths(y);
	d->shape[d->shapes - 1].points++;
}

void drawing_line(struct drawing *d, enum shape_ink ink, double x0, double y0, double x1, double y1)
{
	drawing_begin(d, SHAPE_LINE, ink, 1, SHAPE_SOLID);
	drawing_to(d, x0, y0);
	drawing_to(d, x1, y1);
}

/* ---- texts ---- */

/* The character at *at, which moves behind it; the text is valid UTF-8. */
static uint32_t next_rune(const char **at)
{
	const unsigned char *s = (const unsigned char *)*at;
	int more = *s < 0xc0 ? 0 : *s < 0xe0 ? 1 : *s < 0xf0 ? 2 : 3;
	uint32_t rune = more ? *s & (0x3fu >> more) : *s;

	for (s++; more && (*s & 0xc0) == 0x80; more--)
		rune = rune << 6 | (*s++ & 0x3f);
	*at = (const char *)s;
	return rune;
}

static const struct {
	uint32_t from, to;
	double width; /* of the size */
} rune_widths[] = {
	{'!', '!', 0.4},	 {'(', ')', 0.4},	  {',', '/', 0.38},
	{':', ';', 0.38},	 {'@', '@', 1.0},	  {'I', 'J', 0.38},
	{'M', 'M', 0.88},	 {'W', 'W', 1.0},	  {'%', '%', 0.95},
	{'A', 'Z', 0.76},	 {'f', 'f', 0.4},	  {'i', 'j', 0.32},
	{'l', 'l', 0.32},	 {'m', 'm', 1.0},	  {'r', 'r', 0.44},
	{'t', 't', 0.42},	 {'w', 'w', 0.84},	  {' ', ' ', 0.34},
	{' ', '~', 0.65},	 {0x300, 0x36f, 0},	  {0x591, 0x5bd, 0},
	{0x610, 0x61a, 0},	 {0x64b, 0x65f, 0},	  {0x93a, 0x94f, 0.2},
	{0x200b, 0x200f, 0},	 {0x20d0, 0x20ff, 0},	  {0xfe00, 0xfe0f, 0},
	{0x2026, 0x2026, 1.0},	 {0x1100, 0x115f, 1.0},	  {0x2e80, 0xa4cf, 1.0},
	{0xac00, 0xd7a3, 1.0},	 {0xf900, 0xfaff, 1.0},	  {0xfe20, 0xfe2f, 0},
	{0xfe30, 0xfe4f, 1.0},	 {0xff00, 0xff60, 1.0},	  {0x10000, 0x10ffff, 1.2},
	{0x80, 0x10ffff, 0.85},
};

static double rune_width(uint32_t rune)
{
	size_t i = 0;

	while (rune < rune_widths[i].from || rune > rune_widths[i].to)
		if (++i == sizeof rune_widths / sizeof *rune_widths)
			return 0;
	return rune_widths[i].width;
}

double drawing_width(const char *text, double size)
{
	double width = 0;

	while (*text)
		width += rune_width(next_rune(&text)) * size;
	return width;
}

void drawing_cut(struct text *into, const char *text, double size, double room)
{
	struct text safe = {0};
	const char *at, *end, *before;
	double width = rune_width(0x2026) * size;

	text_add_safe(&safe, text, strlen(text), SAFE_BYTES);
	at = end = text_get(&safe);
	if (drawing_width(at, size) <= room) {
		text_add(into, at, safe.size);
	} else {
		while (*at && width <= room) { /* marks stay with their letter */
			before = at;
			double more = rune_width(next_rune(&at)) * size;

			if (more > 0)
				end = before;
			width += more;
		}
		text_add(into, text_get(&safe), (size_t)(end - text_get(&safe)));
		text_puts(into, ELLIPSIS);
	}
	text_release(&safe);
}

void drawing_text(struct drawing *d, enum shape_ink ink, enum shape_anchor anchor, double x,
		  double y, double size, double room, const char *text)
{
	struct text cut = {0};
	struct shape *s;

	drawing_cut(&cut, text, size, room > 0 ? room : WIDEST);
	if (!cut.size) {
		text_release(&cut);
		return;
	}
	s = add(d, SHAPE_TEXT, ink);
	s->anchor = anchor;
	s->x = hundredths(x);
	s->y = hundredths(y);
	s->size = hundredths(size);
	s->text = cut.at;
	s->hint = strcmp(cut.at, text) ? copy_safe(text) : NULL;
}

void drawing_bold(struct drawing *d)
{
	if (d->shapes && d->shape[d->shapes - 1].kind == SHAPE_TEXT)
		d->shape[d->shapes - 1].is_bold = true;
}
