/* base/values: see values.h. */
#include "values.h"

#include <string.h>

bool values_take(char **at, struct values_one *v)
{
	char *number, *colon, *end;

	number = *at + strcspn(*at, ":,");
	if (number == *at || *number != ':')
		return false;
	*number++ = '\0';
	v->name = *at;
	v->text = number;
	colon = number + strcspn(number, ":,");
	end = *colon == ':' ? strchrnul(colon, ',') : colon;
	if (*colon == ':')
		*colon = ' ';
	*at = *end ? end + 1 : end;
	*end = '\0';
	return *number != '\0';
}
