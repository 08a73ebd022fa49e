/* base/version: the one place that says which nines this is. */
#ifndef NINES_BASE_VERSION_H
#define NINES_BASE_VERSION_H

#ifndef NINES_VERSION
#define NINES_VERSION "0.1"
#endif

#endif
