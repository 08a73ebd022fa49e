/* cli/secret: the value of a secret option as typed: itself, or env:NAME or file:PATH as in a
 * configuration, so that it need not stand in a list of processes. */
#ifndef NINES_CLI_SECRET_H
#define NINES_CLI_SECRET_H

#include "../base/arena.h"

/* The value, in the arena where it had to be fetched; NULL with a constant text in *wrong. */
const char *secret_value(struct arena *, const char *typed, const char **wrong);

#endif
