/* notifiers/sms/gsm: what fits into one message: 160 characters of the GSM 7-bit alphabet (3GPP TS
 * 23.038 6.2.1), or 70 of UCS-2 when one of them is not in it. Pure. */
#ifndef NINES_SMS_GSM_H
#define NINES_SMS_GSM_H

#include <stdbool.h>
#include <stddef.h>

#define GSM_MOST 160
#define GSM_UCS2_MOST 70
#define GSM_BYTES (4 * GSM_MOST + 1) /* what any cut text needs */

/* Is all of it in the alphabet? */
bool gsm_has(const char *text);
/* Writes what of the text fits into one message into `cut`, at least GSM_BYTES; what is too long
 * ends with "...". `only`: what is not in the alphabet becomes '?', so that 160 always fit. True:
 * it is UCS-2. */
bool gsm_cut(const char *text, bool only, char *cut);

#endif
