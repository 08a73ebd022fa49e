/* module/site: which host a check is about, by its module's options: the first that is a host or a
 * URL and says something. Pure. Used by the loader, and by the prober for diagnoses. */
#ifndef NINES_MODULE_SITE_H
#define NINES_MODULE_SITE_H

#include <nines/module.h>

#include "../base/text.h"

/* Sets `into` to the host; "" where there is none. Returns its text. */
const char *site_host(const struct module_head *, const void *options, struct text *into);
/* The same, but of an http or https URL its origin: "http://shop.example.org:8080". */
const char *site_origin(const struct module_head *, const void *options, struct text *into);

#endif
