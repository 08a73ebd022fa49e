/* view/graph: see graph.h. */
#include "graph.h"

#include <stdlib.h>

#include "../base/memory.h"

#define GAP      26.0 /* between boxes of a layer */
#define CHANNEL  36.0 /* between layers, where arrows run */
#define LANE     10.0
#define STRAIGHT 10.0 /* of an arrow, at both its ends */
#define SWEEPS   4
#define LANES    2000 /* of one box */

int graph_add(struct container *c, const struct node *new)
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
	return graph_add(c, &(struct node){.item = -1,
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

/* ---- all of it ---- */

void graph_release(struct container *c)
{
	free(c->node);
	free(c->joint);
	free(c->top);
	free(c->bottom);
	free(c->used);
}

void graph_lay_out(struct container *c, int container)
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
