/* cli/store_here: what a command must know that writes to the store itself, as nobody else does.
 *
 * While ninesd runs its recorder holds the lock, and a command asks it by way of the keeper. Used
 * by import and reclassify. */
#ifndef NINES_CLI_STORE_HERE_H
#define NINES_CLI_STORE_HERE_H

#include <stdbool.h>

/* Somebody, that is a recorder, holds the lock of the store at that path. */
bool store_is_in_use(const char *store);

/* What root makes belongs to whom the folder belongs: ninesd gave up its rights. */
void store_give_to_owner(const char *store);

#endif
