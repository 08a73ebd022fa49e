/* module/form: what a host name, an address and a URL must look like before anything is asked to
 * reach them.
 *
 * Pure functions on text. The answer is NULL when the form is good, else why not: a constant text
 * that follows the value in a sentence ("'-x' begins with '-'"). No control character passes
 * anywhere (F52), no second spelling of an address either ("0x7f000001", "127.1": F48): one thing
 * has one form. Used by option.c and the loader. */
#ifndef NINES_MODULE_FORM_H
#define NINES_MODULE_FORM_H

#include <stdbool.h>

bool form_is_control(unsigned char);
bool form_has_control(const char *);

/* A name or a literal address without brackets; an IPv6 address may have a zone ("fe80::1%eth0").
 */
const char *form_host_wrong(const char *);
bool form_is_address(const char *);
/* An address, or one with the bits of its network: "10.0.0.0/8". */
bool form_is_network(const char *);
/* scheme://[user[:password]@]host[:port][/path]; IPv6 in brackets. */
const char *form_url_wrong(const char *);
/* What people read on a page and type on a command line: the name of a check, a service, a
 * location. */
const char *form_name_wrong(const char *);
/* Lower case, digits and '-', beginning with a letter, at most `most` bytes: names of modules and
 * options. */
bool form_is_word(const char *, unsigned most);

#endif
