/* tests/fuzz/fuzz_whois: any bytes as the answer of a WHOIS server: what is read out of it is text
 * that fits, a date is a date, and a referral is a host and port and nothing else. */
#include "../../modules/domain/registration.c"
#include "../../modules/domain/when.c"

#include <stdlib.h>

#define LAST_S 253402300800 /* the year 10000 */

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct registration r = {.state = REGISTRATION_UNCLEAR};
	char *answer = malloc(size + 1);
	int64_t s;

	if (!answer)
		return 0;
	for (size_t i = 0; i < size; i++)
		answer[i] = input[i] ? (char)input[i] : ' ';
	answer[size] = '\0';
	registration_read(&r, "example.com", answer);
	if (r.expires_s < 0 || r.expires_s > LAST_S + 15 * 3600 || strpbrk(r.refer, " \t\r\n/@") ||
	    (r.state == REGISTRATION_LIMITED && !*r.said))
		abort();
	if (when_read(answer, &s) && (s <= 0 || s > LAST_S + 15 * 3600))
		abort();
	free(answer);
	return 0;
}
