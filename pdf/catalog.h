/* pdf/catalog: what cairo 1.16 leaves out of a document's catalog: in which language it is written,
 * that its parts are marked, and that a window of it is called by its title. */
#ifndef NINES_PDF_CATALOG_H
#define NINES_PDF_CATALOG_H

#include "../core/base/text.h"

/* Appends the catalog anew, as an update (ISO 32000-1, 7.5.6). A file whose catalog is packed, as
 * later cairos write it, stays as it is: they say it themselves. */
void catalog_complete(struct text *pdf);

#endif
