/* view/layout: see layout.h.
 *
 * Each box is laid out for itself, the innermost first: layers by the longest way, a lane in each
 * layer that an arrow passes, four sweeps that put each box near what it is joined to. All that is
 * inside is relative to the box until the end. */
#include "layout.h"

#include <stdlib.h>

#include "../base/memory.h"

#define GAP      26.0 /* between boxes of a layer */
#define CHANNEL  36.0 /* between layers, where arrows run */
#define LANE     10.0
#define STRAIGHT 10.0 /* of an arrow, at both its ends */
#define SWEEPS   4
#define LANES    2000 /* of one box */

/* A box of the container that is being laid out, or a lane. */
struct node {
	int item; /* -1: a lane */
	double x, y, w, h;
	int layer, order;
	double pull; /* where its neighbours would have it */
	int state; /* of the search for circles */
	int waits; /* for so many others to get their layer */
	bool is_joined;
	int from; /* of a lane: the box that its arrows leave */
	bool is_fallback;
};

/* Between two nodes of neighbouring layers, or any two before lanes are made. */
struct joint {
	int from, to;
	bool is_fallback, is_turned; /* turned: the arrow points from `to` to `from` */
	bool has_head; /* its lower end is a box */
	double x0, x1; /* where it leaves and arrives */
};

struct container {
	const struct view *view;
	struct layout *into;
	struct node *node;
	size_t nodes, node_room, boxes;
	struct joint *joint;
	size_t joints, joint_room;
	int layers;
	double *top, *bottom, *used; /* of each layer; used: by boxes, of its width */
	double width, height;
};

static int add_node(struct container *c, const struct node *new)
{
	if (c->nodes == c->node_room) {
		c->node_room = c->node_room ? 2 * c->node_room : 16;
		c->node = memory_resize(c->node, c->node_room * sizeof *c->node);
	}
	c->node[c->nodes] = *new;
	return (int)c->nodes++;
}

static void add_joint(struct container *c, const struct joint *new)
{
	if (c->joints == c->joint_room) {
		c->joint_room = c->joint_room ? 2 * c->joint_room : 16;
		c->joint = memory_resize(c->joint, c->joint_room * sizeof *c->joint);
	}
	c->joint[c->joints++] = *new;
}

/* ---- which boxes, joined how ---- */

/* The node of this container that the item is, or stands in; -1: it is elsewhere. */
static int node_of(const struct container *c, int item, int container)
{
	while (item >= 0 && c->view->item[item].parent != container)
		item = c->view->item[item].parent;
	for (size_t i = 0; item >= 0 && i < c->boxes; i++)
		if (c->node[i].item == item)
			return (int)i;
	return -1;
}

static bool is_joined(const struct container *c, int from, int to, bool is_fallback)
{
	for (size_t i = 0; i < c->joints; i++)
		if (c->joint[i].from == from && c->joint[i].to == to &&
		    c->joint[i].is_fallback == is_fallback)
			return true;
	return false;
}

static void find_joints(struct container *c, int container)
{
	for (size_t i = 0; i < c->view->arrows; i++) {
		const struct view_arrow *a = &c->view->arrow[i];
		int from = node_of(c, a->from, container), to = node_of(c, a->to, container);

		if (from < 0 || to < 0 || from == to || is_joined(c, from, to, a->is_fallback))
			continue;
		c->node[from].is_joined = c->node[to].is_joined = true;
		add_joint(c,
			  &(struct joint){.from = from, .to = to, .is_fallback = a->is_fallback});
	}
}

/* An arrow that closes a circle is laid the other way round. */
static void turn_circles(struct container *c, int node)
{
	c->node[node].state = 1;
	for (size_t i = 0; i < c->joints; i++) {
		struct joint *j = &c->joint[i];

		if (j->from != node || j->is_turned)
			continue;
		if (c->node[j->to].state == 1) {
			*j = (struct joint){.from = j->to,
					    .to = node,
					    .is_turned = true,
					    .is_fallback = j->is_fallback};
		} else if (!c->node[j->to].state) {
			turn_circles(c, j->to);
		}
	}
	c->node[node].state = 2;
}

/* ---- layers ---- */

static void set_layer(struct container *c, struct node *n, int least)
{
	while (c->used[least] > 0 && c->used[least] + n->w > LAYOUT_WIDTH)
		least++;
	n->layer = least;
	c->used[least] += n->w + GAP;
	c->layers = c->layers > least ? c->layers : least + 1;
}

/* The first box that waits for no other, -1: none is left. */
static int next_free(const struct container *c)
{
	for (size_t i = 0; i < c->boxes; i++)
		if (c->node[i].is_joined && c->node[i].layer < 0 && !c->node[i].waits)
			return (int)i;
	return -1;
}

static int below_all(const struct container *c, int node)
{
	int least = 0;

	for (size_t i = 0; i < c->joints; i++)
		if (c->joint[i].to == node && c->node[c->joint[i].from].layer >= least)
			least = c->node[c->joint[i].from].layer + 1;
	return least;
}

/* What is joined to nothing stands below. */
static void find_layers(struct container *c)
{
	int node, below;

	c->used = memory_new((2 * c->boxes + 1) * sizeof *c->used);
	for (size_t i = 0; i < c->joints; i++)
		c->node[c->joint[i].to].waits++;
	while ((node = next_free(c)) >= 0) {
		set_layer(c, &c->node[node], below_all(c, node));
		for (size_t i = 0; i < c->joints; i++)
			if (c->joint[i].from == node)
				c->node[c->joint[i].to].waits--;
	}
	below = c->layers;
	for (size_t i = 0; i < c->boxes; i++)
		if (!c->node[i].is_joined)
			set_layer(c, &c->node[i], below);
}

/* The lane of that box's arrows in that layer; they share it. */
static int find_lane(struct container *c, const struct joint *j, int layer)
{
	struct node *n;

	for (size_t i = c->boxes; i < c->nodes; i++) {
		n = &c->node[i];
		if (n->from == j->from && n->layer == layer && n->is_fallback == j->is_fallback)
			return (int)i;
	}
	return add_node(c, &(struct node){.item = -1,
					  .w = LANE,
					  .layer = layer,
					  .from = j->from,
					  .is_fallback = j->is_fallback});
}

static void make_lanes(struct container *c)
{
	size_t joints = c->joints;

	for (size_t i = 0; i < joints; i++) {
		struct joint j = c->joint[i];
		int from = j.from;

		if (c->nodes > c->boxes + LANES)
			return; /* what is left is not drawn */
		/* Turned ones have a lane each: their heads are at the upper end. */
		for (int layer = c->node[j.from].layer + 1; layer < c->node[j.to].layer; layer++) {
			struct joint part = {.from = from,
					     .is_fallback = j.is_fallback,
					     .is_turned = j.is_turned};
			struct joint key = j;

			key.from = j.is_turned ? -2 - (int)i : j.from;
			part.to = find_lane(c, &key, layer);
			if (!is_joined(c, part.from, part.to, part.is_fallback))
				add_joint(c, &part);
			from = part.to;
		}
		c->joint[i].from = from;
		c->joint[i].has_head = true;
	}
}

/* ---- order in a layer ---- */

static struct container *sorted; /* qsort() has no word for it; one layout at a time */

static int by_order(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	const struct node *m = &sorted->node[x], *n = &sorted->node[y];

	if (m->layer != n->layer)
		return m->layer < n->layer ? -1 : 1;
	if (m->pull < n->pull || m->pull > n->pull)
		return m->pull < n->pull ? -1 : 1;
	return x < y ? -1 : 1;
}

/* Each layer from left to right by the pulls; the layers centred. */
static void place_layers(struct container *c)
{
	int *list = memory_new((c->nodes + 1) * sizeof *list);
	size_t first = 0;

	for (size_t i = 0; i < c->nodes; i++)
		list[i] = (int)i;
	sorted = c;
	qsort(list, c->nodes, sizeof *list, by_order);
	for (size_t i = 0; i < c->nodes; i++) {
		struct node *n = &c->node[list[i]];
		double x = 0;

		if (i && c->node[list[i - 1]].layer == n->layer)
			x = c->node[list[i - 1]].x + c->node[list[i - 1]].w + GAP;
		n->x = x;
		c->width = x + n->w > c->width ? x + n->w : c->width;
	}
	for (size_t i = 0; i < c->nodes; i++) {
		struct node *last = &c->node[list[i]];

		if (i + 1 < c->nodes && c->node[list[i + 1]].layer == last->layer)
			continue;
		for (double shift = (c->width - last->x - last->w) / 2; first <= i; first++)
			c->node[list[first]].x += shift;
	}
	free(list);
}

static double middle(const struct node *n)
{
	return n->x + n->w / 2;
}

/* By the middle of those that it is joined to in the layer above, or below. */
static void pull(struct container *c, bool is_down)
{
	for (size_t i = 0; i < c->nodes; i++) {
		double sum = 0;
		int count = 0;

		for (size_t k = 0; k < c->joints; k++) {
			const struct joint *j = &c->joint[k];

			if ((is_down ? j->to : j->from) != (int)i)
				continue;
			sum += middle(&c->node[is_down ? j->from : j->to]);
			count++;
		}
		c->node[i].pull = count ? sum / count : middle(&c->node[i]);
	}
}

static void find_order(struct container *c)
{
	place_layers(c);
	for (int i = 0; i < SWEEPS && c->joints; i++) {
		pull(c, i % 2 == 0);
		place_layers(c);
	}
}

/* ---- heights, arrows ---- */

static void stack_layers(struct container *c)
{
	double y = 0;

	c->top = memory_new(((size_t)c->layers + 1) * sizeof *c->top);
	c->bottom = memory_new(((size_t)c->layers + 1) * sizeof *c->bottom);
	for (int layer = 0; layer < c->layers; layer++) {
		double h = 0;
		bool is_crossed = false;

		for (size_t i = 0; i < c->nodes; i++)
			if (c->node[i].layer == layer && c->node[i].h > h)
				h = c->node[i].h;
		for (size_t i = 0; i < c->joints; i++)
			is_crossed |= c->node[c->joint[i].from].layer == layer;
		for (size_t i = 0; i < c->nodes; i++)
			if (c->node[i].layer == layer)
				c->node[i].y = y;
		c->top[layer] = y;
		c->bottom[layer] = y + h;
		c->height = y + h;
		y += h + (is_crossed ? CHANNEL : GAP / 2);
	}
}

/* The i-th joint at that end of the node by where its other end is, of so many. */
static void find_port(struct container *c, size_t which, bool is_upper)
{
	struct joint *j = &c->joint[which];
	const struct node *n = &c->node[is_upper ? j->from : j->to];
	double other = middle(&c->node[is_upper ? j->to : j->from]);
	int before = 0, count = 0;

	for (size_t i = 0; i < c->joints; i++) {
		const struct joint *k = &c->joint[i];
		double its = middle(&c->node[is_upper ? k->to : k->from]);

		if ((is_upper ? k->from != j->from : k->to != j->to))
			continue;
		count++;
		before += its < other || (!(its > other) && i < which);
	}
	if (n->item < 0)
		before = 0, count = 1; /* a lane is one line */
	*(is_upper ? &j->x0 : &j->x1) = n->x + n->w * (before + 1) / (count + 1);
}

static void add_point(struct layout *l, double x, double y)
{
	if (l->points == l->point_room) {
		l->point_room = l->point_room ? 2 * l->point_room : 64;
		l->point = memory_resize(l->point, l->point_room * sizeof *l->point);
	}
	l->point[l->points][0] = x;
	l->point[l->points++][1] = y;
}

static void add_line(struct layout *l, bool is_fallback)
{
	if (l->lines == l->line_room) {
		l->line_room = l->line_room ? 2 * l->line_room : 32;
		l->line = memory_resize(l->line, l->line_room * sizeof *l->line);
	}
	l->line[l->lines++] = (struct layout_line){is_fallback, l->points, 0};
}

/* The joint that arrives in this lane; a lane has one. */
static const struct joint *above(const struct container *c, int lane)
{
	for (size_t i = 0; i < c->joints; i++)
		if (c->joint[i].to == lane)
			return &c->joint[i];
	return NULL;
}

/* From the head's box up through its lanes to where it began; turned round at the end unless the
 * arrow points that way. */
static void draw(struct container *c, const struct joint *last)
{
	struct layout *l = c->into;
	size_t first = l->points;
	bool is_turned = last->is_turned;

	add_line(l, last->is_fallback);
	for (const struct joint *j = last; j;) {
		const struct node *from = &c->node[j->from], *to = &c->node[j->to];

		add_point(l, j->x1, c->top[to->layer]);
		if (to->item >= 0)
			add_point(l, j->x1, c->top[to->layer] - STRAIGHT);
		add_point(l, j->x0, c->bottom[from->layer] + (from->item >= 0 ? STRAIGHT : 0));
		if (from->item >= 0)
			add_point(l, j->x0, from->y + from->h);
		j = from->item < 0 ? above(c, j->from) : NULL;
	}
	l->line[l->lines - 1].points = l->points - first;
	for (size_t a = first, b = l->points - 1; !is_turned && a < b; a++, b--) {
		double x = l->point[a][0], y = l->point[a][1];

		l->point[a][0] = l->point[b][0], l->point[a][1] = l->point[b][1];
		l->point[b][0] = x, l->point[b][1] = y;
	}
}

static void draw_arrows(struct container *c)
{
	for (size_t i = 0; i < c->joints; i++) {
		find_port(c, i, true);
		find_port(c, i, false);
	}
	for (size_t i = 0; i < c->joints; i++)
		if (c->joint[i].has_head)
			draw(c, &c->joint[i]);
}

/* ---- a box and what is in it ---- */

static void release(struct container *c)
{
	free(c->node);
	free(c->joint);
	free(c->top);
	free(c->bottom);
	free(c->used);
}

static void lay_out(struct container *c, int container)
{
	c->boxes = c->nodes;
	find_joints(c, container);
	for (size_t i = 0; i < c->boxes; i++)
		if (!c->node[i].state)
			turn_circles(c, (int)i);
	find_layers(c);
	make_lanes(c);
	find_order(c);
	stack_layers(c);
	draw_arrows(c);
}

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
		add_node(&c,
			 &(struct node){
				 .item = i, .w = l->place[i].w, .h = l->place[i].h, .layer = -1});
	}
	own = l->points;
	lay_out(&c, container);
	shift_points(l, own, l->points, x, y);
	for (size_t i = 0; i < c.boxes; i++) {
		const struct node *n = &c.node[i];

		l->place[n->item].x = x + n->x;
		l->place[n->item].y = y + n->y;
		shift_inside(l, v, n->item, x + n->x, y + n->y);
		shift_points(l, inside[i].first, inside[i].end, x + n->x, y + n->y);
	}
	free(inside);
	release(&c);
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
