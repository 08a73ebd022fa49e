/* view/diagram: see diagram.h. */
#include "diagram.h"

#include "layout.h"

#define TITLE_SIZE 15
#define ROW_SIZE   13
#define DOT        6.0 /* half of a dot's width */
#define STRIPE     7.0
#define HEAD       6.0 /* of an arrow */
#define MARK       18.0

static const enum shape_ink role_ink[] = {SHAPE_A, SHAPE_B, SHAPE_E, SHAPE_D, SHAPE_F, SHAPE_G};

static enum shape_ink ink_of(int role)
{
	return role < 0 ? SHAPE_GRID
			: role_ink[(size_t)role % (sizeof role_ink / sizeof *role_ink)];
}

/* Corners of each light's shape, in halves of its width; closed ones are filled. */
#define CORNERS 12
static const struct {
	enum shape_ink ink;
	int corners;
	bool is_open;
	double at[CORNERS][2];
} dot[VIEW_LIGHTS] = {
	/* clang-format off */
	[VIEW_UP] = {SHAPE_ONLINE, 12, false,
		     {{1, 0}, {.87, .5}, {.5, .87}, {0, 1}, {-.5, .87}, {-.87, .5}, {-1, 0},
		      {-.87, -.5}, {-.5, -.87}, {0, -1}, {.5, -.87}, {.87, -.5}}},
	[VIEW_DEGRADED] = {SHAPE_UNSTEADY, 3, false, {{0, -1}, {1, .85}, {-1, .85}}},
	[VIEW_UNCONFIRMED] = {SHAPE_UNSTEADY, 4, true,
			      {{0, -1}, {1, .85}, {-1, .85}, {0, -1}}},
	/* a square that a part is missing of */
	[VIEW_PARTIAL] = {SHAPE_DOWN, 6, false,
			  {{-.9, -.9}, {0, -.9}, {0, 0}, {.9, 0}, {.9, .9}, {-.9, .9}}},
	[VIEW_DOWN] = {SHAPE_DOWN, 4, false, {{-.9, -.9}, {.9, -.9}, {.9, .9}, {-.9, .9}}},
	[VIEW_UNKNOWN] = {SHAPE_DIM, 9, true,
			  {{.9, 0}, {.64, .64}, {0, .9}, {-.64, .64}, {-.9, 0}, {-.64, -.64},
			   {0, -.9}, {.64, -.64}, {.9, 0}}},
	[VIEW_MAINTENANCE] = {SHAPE_MAINTENANCE, 5, true,
			      {{0, -1}, {1, 0}, {0, 1}, {-1, 0}, {0, -1}}},
	[VIEW_OUT] = {SHAPE_DOWN, 5, true,
		      {{-.85, -.85}, {.85, -.85}, {.85, .85}, {-.85, .85}, {-.85, -.85}}},
	/* clang-format on */
};

static void add_dot(struct drawing *d, enum view_light light, double x, double y)
{
	drawing_begin(d, dot[light].is_open ? SHAPE_LINE : SHAPE_AREA, dot[light].ink, 1.8,
		      SHAPE_SOLID);
	for (int i = 0; i < dot[light].corners; i++)
		drawing_to(d, x + DOT * dot[light].at[i][0], y + DOT * dot[light].at[i][1]);
}

/* ---- boxes ---- */

static void outline(struct drawing *d, enum shape_ink ink, double width,
		    const struct layout_place *p)
{
	drawing_begin(d, SHAPE_LINE, ink, width, SHAPE_SOLID);
	drawing_to(d, p->x, p->y);
	drawing_to(d, p->x + p->w, p->y);
	drawing_to(d, p->x + p->w, p->y + p->h);
	drawing_to(d, p->x, p->y + p->h);
	drawing_to(d, p->x, p->y);
}

/* "degraded, 1 of 2 · online 3 d 4 h", "down 5 min, 0 of 2" */
static void add_summary(struct text *t, const struct view_item *i)
{
	struct text online = {0};

	view_add_says(t, i);
	if (i->light != VIEW_OUT && i->up < i->of)
		text_printf(t, i->is_weighted ? ", weight %lld of %lld" : ", %lld of %lld",
			    (long long)i->up, (long long)i->of);
	view_add_online(&online, i);
	if (online.size)
		text_printf(t, " \xc2\xb7 %s", online.at);
	text_release(&online);
}

static void draw_letter(struct drawing *d, int role, double x, double y)
{
	const char letter[] = {view_letter(role), '\0'};

	outline(d, ink_of(role), 1.5, &(struct layout_place){x, y, MARK, MARK});
	drawing_text(d, SHAPE_INK, SHAPE_MIDDLE, x + MARK / 2, y + MARK - 4, ROW_SIZE, 0, letter);
	drawing_bold(d);
}

static void draw_box(struct drawing *d, const struct view_item *i, const struct layout_place *p)
{
	struct text summary = {0};
	double x = p->x + STRIPE + 7, room = p->w - STRIPE - 14;
	bool is_failing = i->light == VIEW_DOWN || i->light == VIEW_PARTIAL;

	drawing_rect(d, SHAPE_PAPER, p->x, p->y, p->w, p->h, NULL);
	drawing_rect(d, ink_of(i->role), p->x, p->y, STRIPE, p->h, NULL);
	outline(d, is_failing ? SHAPE_DOWN : ink_of(i->role), is_failing ? 2 : 1.2, p);
	if (i->role >= 0) {
		draw_letter(d, i->role, p->x + p->w - MARK - 5, p->y + 5);
		room -= MARK + 4;
	}
	drawing_text(d, SHAPE_INK, SHAPE_START, x, p->y + 20, TITLE_SIZE, room, i->title);
	drawing_bold(d);
	if (i->is_loose)
		return;
	add_dot(d, i->light, x + DOT, p->y + 35);
	add_summary(&summary, i);
	drawing_text(d, SHAPE_INK, SHAPE_START, x + 3 * DOT, p->y + 39, ROW_SIZE - .5,
		     p->w - STRIPE - 14 - 3 * DOT, text_get(&summary));
	text_release(&summary);
}

static void draw_server(struct drawing *d, const struct view_item *i, const struct layout_place *p)
{
	struct text right = {0};
	double x = p->x + STRIPE, wide;

	view_add_online(&right, i);
	if (!right.size)
		view_add_says(&right, i);
	wide = drawing_width(text_get(&right), ROW_SIZE - 1.5);
	add_dot(d, i->light, x + DOT, p->y + p->h / 2);
	drawing_text(d, i->light == VIEW_OUT ? SHAPE_DIM : SHAPE_INK, SHAPE_START, x + 3 * DOT,
		     p->y + p->h - 6, ROW_SIZE, p->w - STRIPE - 3 * DOT - wide - 6, i->title);
	drawing_text(d, SHAPE_DIM, SHAPE_END, p->x + p->w - 2, p->y + p->h - 6, ROW_SIZE - 1.5, 0,
		     text_get(&right));
	text_release(&right);
}

/* ---- arrows ---- */

/* Arrows arrive from above or, where they close a circle, from below. */
static void draw_head(struct drawing *d, double x, double y, bool is_downward)
{
	double back = is_downward ? -1.6 * HEAD : 1.6 * HEAD;

	drawing_begin(d, SHAPE_AREA, SHAPE_DIM, 0, SHAPE_SOLID);
	drawing_to(d, x, y);
	drawing_to(d, x - HEAD, y + back);
	drawing_to(d, x + HEAD, y + back);
}

static void draw_arrow(struct drawing *d, const struct layout *l, const struct layout_line *line)
{
	double(*at)[2] = &l->point[line->first];
	size_t last = line->points - 1;

	drawing_begin(d, SHAPE_LINE, SHAPE_DIM, 1.5,
		      line->is_fallback ? SHAPE_DASHED : SHAPE_SOLID);
	for (size_t i = 0; i <= last; i++)
		drawing_to(d, at[i][0], at[i][1]);
	draw_head(d, at[last][0], at[last][1], at[last][1] > at[last - 1][1]);
}

void diagram_draw(struct drawing *d, const struct view *v, const char *title, const char *says)
{
	struct layout l;

	layout_make(&l, v);
	*d = (struct drawing){.title = title,
			      .says = says,
			      .is_full_size = true,
			      .width = (int32_t)(l.width * 100),
			      .height = (int32_t)(l.height * 100)};
	for (size_t i = 0; i < v->items; i++)
		(v->item[i].is_box ? draw_box : draw_server)(d, &v->item[i], &l.place[i]);
	for (size_t i = 0; i < l.lines; i++)
		draw_arrow(d, &l, &l.line[i]);
	layout_release(&l);
}

static void begin_mark(struct drawing *d)
{
	*d = (struct drawing){.title = "",
			      .says = "",
			      .width = (int32_t)((MARK + 2) * 100),
			      .height = (int32_t)((MARK + 2) * 100)};
}

void diagram_draw_role(struct drawing *d, int role)
{
	begin_mark(d);
	d->width += (int32_t)((STRIPE + 2) * 100);
	drawing_rect(d, ink_of(role), 1, 1, STRIPE, MARK, NULL);
	draw_letter(d, role, STRIPE + 2, 1);
}

void diagram_draw_arrow(struct drawing *d, bool is_fallback)
{
	begin_mark(d);
	drawing_begin(d, SHAPE_LINE, SHAPE_DIM, 1.5, is_fallback ? SHAPE_DASHED : SHAPE_SOLID);
	drawing_to(d, 1 + MARK / 2, 0);
	drawing_to(d, 1 + MARK / 2, MARK);
	draw_head(d, 1 + MARK / 2, MARK + 1, true);
}

void diagram_draw_light(struct drawing *d, enum view_light light)
{
	begin_mark(d);
	add_dot(d, light, 1 + MARK / 2, 1 + MARK / 2);
}
