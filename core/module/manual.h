/* module/manual: a module's manual: the prose of its NAME.md.
 *
 * Looked for beside the .so (authors outside the tree), in the source tree that the .so was built
 * in (build/modules/NAME.so -> modules/NAME/NAME.md) and where `make install` puts it. The table of
 * options is not in it: that comes from the descriptor. Called by `nines modules NAME`. */
#ifndef NINES_MODULE_MANUAL_H
#define NINES_MODULE_MANUAL_H

#include "descriptor.h"

#define MANUAL_BYTES 65536

/* False when there is none. */
bool manual_read(const struct descriptor *, struct text *prose);

#endif
