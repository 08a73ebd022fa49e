/* keeper/item: the items of a check, expanded: addresses of a CIDR block, or texts of a list.
 *
 * Blocks are kept as ranges, so that a /16 costs what one address costs. Items are numbered from 0.
 */
#ifndef NINES_KEEPER_ITEM_H
#define NINES_KEEPER_ITEM_H

#include "../base/text.h"

#define ITEMS_MOST 65536

struct items;

/* `list` has one entry a line: an address block (192.0.2.0/24, 2001:db8::/120) or any text. NULL
 * with a reason in *wrong (a constant) when there are none or too many. */
struct items *items_new(const char *list, const char **wrong);
void items_free(struct items *);
size_t items_count(const struct items *);
void items_add(struct text *, const struct items *, size_t number);

#endif
