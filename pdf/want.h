/* pdf/want: out of memory the process ends at once: see want.c. */
#ifndef NINES_PDF_WANT_H
#define NINES_PDF_WANT_H

/* First of all. */
void want_end(void);

#endif
