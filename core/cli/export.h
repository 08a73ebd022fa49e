/* cli/export: one result as a line of JSON or of CSV.
 *
 * The names are a contract (docs/man/nines.1). Texts of strangers come out as valid UTF-8 without
 * control characters, and no cell of CSV is taken for a formula. Pure. */
#ifndef NINES_CLI_EXPORT_H
#define NINES_CLI_EXPORT_H

#include "../store/read.h"

void export_add_json(struct text *, const struct read_result *);
void export_begin_csv(struct text *);
void export_add_csv(struct text *, const struct read_result *);

#endif
