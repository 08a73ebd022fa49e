/* keeper/board_kinds: what each kind of card brings: its requests, and what is to be done each
 * second. See board.h. */
#include "board.h"

const struct board_request board_request[] = {{NULL, NULL}};

void (*const board_second[])(struct keeper *) = {NULL};
