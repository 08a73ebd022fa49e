/* base/nearest: see nearest.h. */
#include "nearest.h"

#include <string.h>

/* Damerau-Levenshtein without memory: rows for texts of at most 40 bytes. */
static size_t distance(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b), row[3][48];

	if (m > 40 || n > 40)
		return 40;
	for (size_t j = 0; j <= n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3],
		       best;

		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			best = last[j - 1] + (a[i - 1] != b[j - 1]);
			best = last[j] + 1 < best ? last[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[m % 3][n];
}

const char *text_nearest(const char *name, const void *names, size_t count, size_t stride)
{
	size_t least = strlen(name) / 3 + 2, d;
	const char *nearest = NULL, *candidate;

	for (size_t i = 0; i < count; i++) {
		memcpy(&candidate, (const char *)names + i * stride, sizeof candidate);
		d = distance(name, candidate);
		if (d > least || 2 * d > strlen(name)) /* half of a short word is another word */
			continue;
		/* of two that are as near, the one that begins alike: htp is http, not ftp */
		if (d == least && (!nearest || *nearest == *name || *candidate != *name))
			continue;
		least = d;
		nearest = candidate;
	}
	return nearest;
}
