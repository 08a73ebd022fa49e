/* cli/setting: single settings of a configuration, read without loading it.
 *
 * The commands that only need to find the running daemon must work while a file of the configuration has a mistake, and must not
 * load modules. Reads the top level of the one file, nothing it includes. */
#ifndef NINES_CLI_SETTING_H
#define NINES_CLI_SETTING_H

#include "cli.h"

/* Appends the value of `name = value` at the top level; false when the file has none or cannot be read. */
bool setting_find(const char *file, const char *name, struct text *value);
/* The control socket: the configuration's, else the standard one. */
void setting_socket(const struct cli *, struct text *path);

#endif
