/* page/tree: what a page shows of checks and services: a tree of services, each with how it stands
 * and its last days; technical details only where the scene has them. Pure. */
#ifndef NINES_PAGE_TREE_H
#define NINES_PAGE_TREE_H

#include "scene.h"

#define TREE_ROWS 5000 /* more are counted, not shown */
#define TREE_FULL 300 /* rows with bars and details; the ones behind them are short */
#define TREE_EACH 40 /* rows whose bars have a text for each day; else days alike share one */

#define TREE_FAILING 5 /* names in the banner */

/* What at the top does not work as it should, and what posts say so of inside, the worst first, and
 * since when; else nothing. */
void tree_add_failing(struct text *, const struct scene *, const char *base);
/* The whole section. `base`: in front of links. */
void tree_add(struct text *, const struct scene *, const char *base);
/* "2 up, 1 down": how many checks that count the scene has in each state, worst first. */
void tree_add_counts(struct text *, const struct scene *);

#endif
