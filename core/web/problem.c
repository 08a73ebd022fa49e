/* web/problem: see problem.h. */
#include "problem.h"

#include <string.h>

#include "json.h"

static const struct {
	unsigned status;
	const char *title;
} known[] = {
	{400, "Bad Request"},       {401, "Unauthorized"},           {403, "Forbidden"},
	{404, "Not Found"},         {405, "Method Not Allowed"},     {409, "Conflict"},
	{413, "Content Too Large"}, {415, "Unsupported Media Type"}, {422, "Unprocessable Content"},
	{429, "Too Many Requests"}, {503, "Service Unavailable"}};

static const char *title_of(unsigned status)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].status == status)
			return known[i].title;
	return "Error";
}

void problem_answer(struct answer *a, unsigned status, const char *detail)
{
	text_clear(&a->body);
	json_write(&a->body,
		   json_pack("{ss, ss, si, so}", "type", "about:blank", "title", title_of(status),
			     "status", (int)status, "detail", json_safe(detail)));
	a->status = status;
	a->type = "application/problem+json";
}

bool problem_is_wanted(const char *path)
{
	if (!path) /* the request was none before it had one */
		return false;
	return !strncmp(path, "/api/v1/", 8) || !strncmp(path, "/v1/pages/", 10) ||
	       !strncmp(path, "/hook/", 6);
}
