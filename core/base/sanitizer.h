/* base/sanitizer: whether AddressSanitizer is compiled in; gcc and clang say it differently.
 *
 * Only fibers, whose stacks it must be told of, and what hides a process from it may ask. */
#ifndef NINES_BASE_SANITIZER_H
#define NINES_BASE_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_SANITIZER 0
#endif

/* Held by memory that the leak checker does not look through, until the process ends. */
#if HAS_SANITIZER
#include <sanitizer/lsan_interface.h>
#define SANITIZER_IS_HELD(p) __lsan_ignore_object(p)
#else
#define SANITIZER_IS_HELD(p) ((void)(p))
#endif

#endif
