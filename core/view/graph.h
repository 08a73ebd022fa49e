/* view/graph: the boxes of one box, laid out: layers by the longest way, a lane in each layer that
 * an arrow passes, four sweeps that put each box near what it is joined to. Used by layout.c only.
 */
#ifndef NINES_VIEW_GRAPH_H
#define NINES_VIEW_GRAPH_H

#include "layout.h"

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

/* Another box of that size; then graph_lay_out() says where each stands, and adds the arrows
 * between them to the layout, all relative to the container. */
int graph_add(struct container *, const struct node *);
void graph_lay_out(struct container *, int container);
void graph_release(struct container *);

#endif
