/* base/quorum: see quorum.h. */
#include "quorum.h"

#include <fnmatch.h>
#include <string.h>

#include "text.h"

bool quorum_need(const char *written, int64_t *need)
{
	if (strcmp(written, "all") == 0) {
		*need = QUORUM_ALL;
		return true;
	}
	return text_to_int(written, need) && *need >= 1 && *need <= QUORUM_MOST;
}

/* Names may have colons: the last one ends the name. */
const char *quorum_entry(const char *entry, size_t *name_size, int64_t *weight)
{
	const char *colon = strrchr(entry, ':'), *number;
	size_t size = colon ? (size_t)(colon - entry) : 0;

	while (size && entry[size - 1] == ' ')
		size--;
	if (!size)
		return "is not NAME: NUMBER";
	*name_size = size;
	number = colon + 1 + strspn(colon + 1, " ");
	if (!text_to_int(number, weight))
		return "has no whole number behind its name";
	return *weight >= 1 && *weight <= QUORUM_MOST ? NULL : "weighs less than 1 or too much";
}

int64_t quorum_weight(const char *weights, const char *member)
{
	int64_t found = 1, weight;
	bool is_found = false, is_own = false;
	struct text entry = {0};
	size_t size;

	while (!is_own && text_next_line(&weights, &entry)) {
		if (!entry.size || quorum_entry(entry.at, &size, &weight))
			continue;
		entry.at[size] = '\0';
		is_own = !strcmp(entry.at, member);
		if (is_own || (!is_found && strpbrk(entry.at, "*?") &&
			       !fnmatch(entry.at, member, FNM_NOESCAPE))) {
			found = weight;
			is_found = true;
		}
	}
	text_release(&entry);
	return found;
}

struct quorum_sum quorum_sum(const char *weights, const char *members)
{
	struct quorum_sum sum = {0};
	struct text name = {0};

	while (text_next_line(&members, &name)) {
		int64_t weight = *weights ? quorum_weight(weights, name.at) : 1;

		sum.all += weight;
		if (!sum.least || weight < sum.least)
			sum.least = weight;
	}
	return sum;
}

bool quorum_is_redundant(int64_t need, struct quorum_sum sum)
{
	return need <= sum.all - sum.least;
}
