/* fiber/dns_form: what dns_text.c (from the bytes of a message) and dns_written.c (from a person's
 * text) share to come to the same form. */
#ifndef NINES_FIBER_DNS_FORM_H
#define NINES_FIBER_DNS_FORM_H

#include "../base/text.h"

extern const char dns_escaped_in_names[], dns_escaped_in_texts[];

/* The letters of a type's fields, see dns_text.c; NULL: it has no form of its own. */
const char *dns_form(int type);
/* The byte, with a backslash when it is one of `escaped`, as \DDD when it does not print. */
void dns_add_byte(struct text *, unsigned char byte, const char *escaped);

#endif
