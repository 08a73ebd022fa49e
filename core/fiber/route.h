/* fiber/route: by which routers a target is reached: echo requests with a growing limit of hops.
 *
 * For the diagnosis of an incident (prober/diagnosis.c), not for modules: what it finds are notes
 * of the probe's transcript, a line a hop. Bounded: ROUTE_HOPS hops, groups of ROUTE_GROUP at once,
 * ROUTE_WAIT_US for each group, an end after two silent groups. */
#ifndef NINES_FIBER_ROUTE_H
#define NINES_FIBER_ROUTE_H

#include <stdbool.h>

struct probe;

#define ROUTE_HOPS 24
#define ROUTE_GROUP 6
#define ROUTE_WAIT_US 1000000

/* `address` is numeric. False when the probe has failed. */
bool route_trace(struct probe *, const char *address);

#endif
