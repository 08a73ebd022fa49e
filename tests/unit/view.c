/* tests/unit/view: layouts of many shapes: everything inside, no box over another, no arrow through
 * a box, no text out of its box, and the same each time. */
#include "../../core/view/view.h"

#include <math.h>
#include <stdlib.h>

#include "../../core/render/svg.h"
#include "../../core/view/diagram.h"
#include "../../core/view/layout.h"
#include "../lib/tap.h"

static uint32_t seed;

static int roll(int most)
{
	seed = seed * 1664525u + 1013904223u;
	return (int)((seed >> 8) % (uint32_t)most);
}

static const char *const name[] = {"mx1",
				   "a name that is much too long for any box or row of it",
				   "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
				   "<script>alert(1)</script>",
				   "\xe2\x80\xae"
				   "evil",
				   "\xd0\x9f\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0"};

static int add(struct view *v, int parent, bool is_box, int role)
{
	return view_add(v, &(struct view_item){.name = "n",
					       .title = name[roll(6)],
					       .standing = "retired",
					       .is_box = is_box,
					       .light = (enum view_light)roll(VIEW_LIGHTS),
					       .lasts_us = INT64_C(1000000) * roll(2000000) - 1,
					       .parent = parent,
					       .role = role,
					       .up = 1,
					       .need = 1,
					       .of = 3});
}

static void grow(struct view *v, int parent, int depth)
{
	int box = add(v, parent, true, roll(8) - 1);

	for (int i = roll(5); box >= 0 && i > 0; i--)
		add(v, box, false, -1);
	for (int i = depth ? roll(4) : 0; box >= 0 && i > 0; i--)
		grow(v, box, depth - 1);
}

static void make(struct view *v, int boxes, int arrows, int depth)
{
	for (int i = 0; i < boxes; i++)
		grow(v, -1, depth);
	for (int i = 0; i < arrows; i++) {
		int from = roll((int)v->items), to = roll((int)v->items);

		if (v->item[from].is_box && v->item[to].is_box)
			view_point(v, from, to, roll(3) == 0);
	}
}

static bool is_inside(const struct layout_place *in, const struct layout_place *of)
{
	return in->x >= of->x - .01 && in->y >= of->y - .01 &&
	       in->x + in->w <= of->x + of->w + .01 && in->y + in->h <= of->y + of->h + .01;
}

static bool do_overlap(const struct layout_place *a, const struct layout_place *b)
{
	return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static int count_misplaced(const struct view *v, const struct layout *l)
{
	struct layout_place all = {0, 0, l->width, l->height};
	int wrong = 0;

	for (size_t i = 0; i < v->items; i++) {
		int p = v->item[i].parent;

		wrong += !is_inside(&l->place[i], p < 0 ? &all : &l->place[p]);
		for (size_t k = 0; k < i; k++)
			wrong += v->item[k].parent == p && do_overlap(&l->place[i], &l->place[k]);
	}
	return wrong;
}

/* Does the straight line pass through the inside of the box? By small steps. */
static bool does_cross(const double *a, const double *b, const struct layout_place *p)
{
	int steps = (int)(fabs(b[0] - a[0]) + fabs(b[1] - a[1])) + 1;

	for (int i = 0; i <= steps; i++) {
		double x = a[0] + (b[0] - a[0]) * i / steps, y = a[1] + (b[1] - a[1]) * i / steps;

		if (x > p->x + .5 && x < p->x + p->w - .5 && y > p->y + .5 && y < p->y + p->h - .5)
			return true;
	}
	return false;
}

/* An arrow stands in a container; it may only pass boxes that hold it whole. */
static int count_crossed(const struct view *v, const struct layout *l)
{
	int wrong = 0;

	for (size_t i = 0; i < l->lines; i++)
		for (size_t b = 0; b < v->items; b++) {
			const struct layout_line *line = &l->line[i];
			size_t inside = 0, crossed = 0;

			for (size_t k = 0; k < line->points; k++) {
				const double *at = l->point[line->first + k];
				struct layout_place dot = {at[0], at[1], 0, 0};

				inside += is_inside(&dot, &l->place[b]);
				crossed += k && does_cross(at - 2, at, &l->place[b]);
			}
			wrong += crossed && inside < line->points && v->item[b].is_box;
		}
	return wrong;
}

static int count_overflowing(const struct drawing *d)
{
	int wrong = 0;

	for (size_t i = 0; i < d->shapes; i++) {
		const struct shape *s = &d->shape[i];
		double w = s->kind == SHAPE_TEXT ? drawing_width(s->text, s->size / 100.) : 0;
		double left = s->x / 100. - (s->anchor == SHAPE_END      ? w
					     : s->anchor == SHAPE_MIDDLE ? w / 2
									 : 0);

		wrong += s->kind == SHAPE_TEXT &&
			 (left < 0 || left + w > d->width / 100. || s->y > d->height);
	}
	return wrong;
}

static void try(uint32_t from, int boxes, int arrows, int depth)
{
	struct view v = {0};
	struct layout l, again;
	struct drawing d;
	bool is_same;

	seed = from;
	make(&v, boxes, arrows, depth);
	layout_make(&l, &v);
	layout_make(&again, &v);
	is_same = l.points == again.points && l.width == again.width &&
		  (!l.points || !memcmp(l.point, again.point, l.points * sizeof *l.point)) &&
		  !memcmp(l.place, again.place, v.items * sizeof *l.place);
	diagram_draw(&d, &v, "t", "s");
	ok(is_same, "seed %u: %zu items, %zu arrows: the same again", from, v.items, v.arrows);
	ok(!count_misplaced(&v, &l), "seed %u: all inside, none over another", from);
	ok(!count_crossed(&v, &l), "seed %u: no arrow through a box", from);
	ok(!count_overflowing(&d), "seed %u: no text beyond the drawing", from);
	drawing_release(&d);
	layout_release(&l);
	layout_release(&again);
	view_release(&v);
}

static void bounds(void)
{
	struct view v = {0};
	struct layout l;

	for (int i = 0; i < 3000; i++)
		view_add(&v, &(struct view_item){.name = "n",
						 .title = "t",
						 .standing = "",
						 .is_box = true,
						 .parent = -1,
						 .role = -1});
	ok(v.items == VIEW_ITEMS && v.left_out == 1000, "what is beyond the bound is counted");
	for (int i = 0; i < 3000; i++)
		view_point(&v, i % 50, 50 + i % 97, false);
	ok(v.arrows == VIEW_ARROWS, "arrows are bounded");
	layout_make(&l, &v);
	ok(l.width < 4000 && l.height < 60000, "2000 boxes: %.0f x %.0f", l.width, l.height);
	layout_release(&l);
	view_release(&v);
	seed = 1;
	for (int i = 0; i < 200; i++)
		add(&v, -1, true, -1);
	for (int i = 0; i < 199; i++)
		view_point(&v, i, i + 1, false);
	layout_make(&l, &v);
	ok(!count_misplaced(&v, &l) && l.width < LAYOUT_WIDTH, "a chain of 200 boxes");
	layout_release(&l);
	view_release(&v);
}

static void words(void)
{
	static const struct {
		int64_t s;
		const char *says;
	} span[] = {{0, "0 s"},         {59, "59 s"},        {60, "1 min"},
		    {3599, "59 min"},   {3600, "1 h 0 min"}, {86399, "23 h 59 min"},
		    {86400, "1 d 0 h"}, {273600, "3 d 4 h"}, {86400 * 1000L, "1000 d 0 h"}};
	struct text t = {0};

	for (size_t i = 0; i < sizeof span / sizeof *span; i++) {
		text_clear(&t);
		view_add_span(&t, span[i].s * 1000000);
		same(text_get(&t), span[i].says, "a span");
	}
	same(view_says(&(struct view_item){.light = VIEW_OUT, .standing = "out-of-cluster"}),
	     "out of the cluster", "why it is out");
	same(view_says(&(struct view_item){.light = VIEW_OUT, .standing = "what"}),
	     "out of service", "out, nobody knows why");
	text_clear(&t);
	view_add_online(&t, &(struct view_item){.light = VIEW_DOWN, .lasts_us = 300000000});
	same(text_get(&t), "", "what is down is not online");
	view_add_says(&t, &(struct view_item){.light = VIEW_DOWN, .lasts_us = 300000000});
	same(text_get(&t), "down 5 min", "it is down for so long");
	text_clear(&t);
	view_add_says(&t, &(struct view_item){.light = VIEW_PARTIAL, .lasts_us = 300000000});
	view_add_online(&t, &(struct view_item){.light = VIEW_PARTIAL, .lasts_us = 300000000});
	same(text_get(&t), "partial outage 5 min", "some of it is, for so long");
	text_clear(&t);
	view_add_says(&t, &(struct view_item){.light = VIEW_DOWN, .lasts_us = -1});
	same(text_get(&t), "down", "nobody knows for how long");
	text_release(&t);
}

static void hostile(void)
{
	struct view v = {0};
	struct drawing d;
	struct text t = {0};

	view_add(&v, &(struct view_item){.name = "x",
					 .title = "</text><script>",
					 .standing = "",
					 .is_box = true,
					 .parent = -1,
					 .role = -1,
					 .lasts_us = -1});
	diagram_draw(&d, &v, "</title><script>", "\"><b>");
	svg_add(&t, &d, 1);
	ok(!strstr(text_get(&t), "<script") && !strstr(text_get(&t), "<b>"),
	   "names cannot leave their texts");
	drawing_release(&d);
	text_release(&t);
	view_release(&v);
}

int main(void)
{
	try(1, 0, 0, 0);
	try(2, 1, 0, 0);
	try(3, 6, 30, 0);
	try(4, 12, 400, 0);
	try(5, 8, 60, 1);
	try(6, 5, 200, 3);
	try(7, 40, 60, 0);
	try(8, 200, 300, 0);
	try(9, 20, 900, 2);
	for (uint32_t i = 10; i < 60; i++)
		try(i, 1 + (int)i % 7, 5 + (int)i, (int)i % 4);
	bounds();
	words();
	hostile();
	return done_testing();
}
