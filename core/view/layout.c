/* view/layout: see layout.h.
 *
 * Each box is laid out for itself, the innermost first (graph.h). All that is inside is relative to
 * the box until the end. */
#include "layout.h"

#include <stdlib.h>

#include "../base/memory.h"
#include "graph.h"

/* ---- a box and what is in it ---- */

static void shift_points(struct layout *l, size_t first, size_t end, double x, double y)
{
	for (size_t i = first; i < end; i++) {
		l->point[i][0] += x;
		l->point[i][1] += y;
	}
}

/* Everything behind `box` that stands in it, at any depth. */
static int end_of(const struct view *v, int box)
{
	int i = box + 1, at;

	for (; i < (int)v->items; i++) {
		for (at = v->item[i].parent; at > box; at = v->item[at].parent)
			continue;
		if (at != box)
			break;
	}
	return i;
}

struct span {
	size_t first, end; /* points of what is inside a node */
};

/* Its servers as rows, from y on. Returns the end of the last. */
static double place_rows(struct layout *l, const struct view *v, int box, int end, double y)
{
	for (int i = box + 1; i < end; i++) {
		if (v->item[i].parent != box || v->item[i].is_box)
			continue;
		l->place[i] = (struct layout_place){LAYOUT_PAD, y, 0, LAYOUT_ROW};
		y += LAYOUT_ROW;
	}
	return y;
}

/* Moves what the box holds to where the box stands. */
static void shift_inside(struct layout *l, const struct view *v, int box, double x, double y)
{
	int end = end_of(v, box);

	for (int i = box + 1; i < end; i++) {
		l->place[i].x += x;
		l->place[i].y += y;
	}
}

static void place_box(struct layout *, const struct view *, int box);

/* The boxes in `container` (-1: the view), from (x, y) on. Returns their width and height. */
static struct layout_place place_boxes(struct layout *l, const struct view *v, int container,
				       int end, double x, double y)
{
	struct container c = {.view = v, .into = l};
	struct span *inside = memory_new(((size_t)(end - container) + 1) * sizeof *inside);
	size_t own;

	for (int i = container + 1; i < end; i++) {
		if (v->item[i].parent != container || !v->item[i].is_box)
			continue;
		inside[c.nodes].first = l->points;
		place_box(l, v, i);
		inside[c.nodes].end = l->points;
		graph_add(&c,
			  &(struct node){
				  .item = i, .w = l->place[i].w, .h = l->place[i].h, .layer = -1});
	}
	own = l->points;
	graph_lay_out(&c, container);
	shift_points(l, own, l->points, x, y);
	for (size_t i = 0; i < c.boxes; i++) {
		const struct node *n = &c.node[i];

		l->place[n->item].x = x + n->x;
		l->place[n->item].y = y + n->y;
		shift_inside(l, v, n->item, x + n->x, y + n->y);
		shift_points(l, inside[i].first, inside[i].end, x + n->x, y + n->y);
	}
	free(inside);
	graph_release(&c);
	return (struct layout_place){x, y, c.width, c.height};
}

static void place_box(struct layout *l, const struct view *v, int box)
{
	int end = end_of(v, box);
	double y = place_rows(l, v, box, end, LAYOUT_HEAD);
	struct layout_place in = place_boxes(l, v, box, end, LAYOUT_PAD, y + 4);
	double w = in.w + 2 * LAYOUT_PAD;

	w = w > LAYOUT_BOX ? w : LAYOUT_BOX;
	for (int i = box + 1; i < end; i++)
		if (v->item[i].parent == box && !v->item[i].is_box)
			l->place[i].w = w - 2 * LAYOUT_PAD;
	l->place[box] = (struct layout_place){
		0, 0, w, (in.h > 0 ? in.y + in.h + LAYOUT_PAD : y + LAYOUT_PAD / 2)};
}

void layout_make(struct layout *l, const struct view *v)
{
	struct layout_place all;

	*l = (struct layout){0};
	l->place = memory_new((v->items + 1) * sizeof *l->place);
	all = place_boxes(l, v, -1, (int)v->items, 1, 1);
	l->width = all.w + 2;
	l->height = all.h + 2;
}

void layout_release(struct layout *l)
{
	free(l->place);
	free(l->line);
	free(l->point);
	*l = (struct layout){0};
}
