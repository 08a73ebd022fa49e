/* pdf/leaks: what the leak checker need not tell of this program: memory of others.
 *
 * Fontconfig and pango keep what they know of fonts until the process ends, and free it for nobody
 * who uses them as they are meant to be; cairo 1.16 loses a few bytes for each font of a CJK script
 * that it embeds. They have no symbols, so their libraries are named: what we forget to give back
 * to them goes untold, too; everything else of ours is looked for. Compiled in only with
 * AddressSanitizer. */
#include "../core/base/sanitizer.h"

#if HAS_SANITIZER
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\nleak:libcairo\n";
}

/* Nor how often it did: standard error is for what went wrong. */
__attribute__((visibility("default"))) const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif
