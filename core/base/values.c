/* base/values: see values.h. */
#include "values.h"

#include <string.h>

/* The next colon or comma, or the end. They are a few bytes away: strcspn() would take longer to
 * begin. */
static char *find(char *at)
{
	while (*at && *at != ':' && *at != ',')
		at++;
	return at;
}

bool values_take(char **at, struct values_one *v)
{
	char *number = find(*at), *colon, *end;

	if (number == *at || *number != ':')
		return false;
	*number++ = '\0';
	v->name = *at;
	v->text = number;
	colon = find(number);
	end = *colon == ':' ? strchrnul(colon, ',') : colon;
	if (*colon == ':')
		*colon = ' ';
	*at = *end ? end + 1 : end;
	*end = '\0';
	return *number != '\0';
}
