/* tests/unit/routes: the tables of routes, as they were linked: nothing stands twice, each path is
 * one, and what is asked for is found. The comments it prints are the list that tests/browser goes
 * by: no route is forgotten there. */
#include "../../core/web/route.h"
#include "../lib/tap.h"

static const char *const method[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "*"};

static bool is_method(const char *name)
{
	for (size_t i = 0; i < sizeof method / sizeof *method; i++)
		if (!strcmp(name, method[i]))
			return true;
	return false;
}

static size_t count(const struct route *wanted)
{
	size_t n = 0;

	for (size_t i = 0; routes[i]; i++)
		for (const struct route *r = routes[i]; r->path; r++)
			n += !strcmp(r->path, wanted->path) && !strcmp(r->method, wanted->method);
	return n;
}

static void judge(const struct route *r)
{
	const char *star = strchr(r->path, '*');

	ok(r->path[0] == '/' && (!star || !star[1]), "%s %s is a path", r->method, r->path);
	ok(is_method(r->method) && r->answer, "%s %s has a method and an answer", r->method,
	   r->path);
	ok(count(r) == 1, "%s %s stands once", r->method, r->path);
	ok(r->act < PERMIT_ACTS, "%s %s names its act", r->method, r->path);
	ok(strcmp(r->method, "GET") ? r->shows == SHOWS_REQUEST || r->shows == SHOWS_STATE_EACH
				    : r->shows != 0,
	   "%s %s is kept only where that is allowed", r->method, r->path);
	ok(r->act != PERMIT_OPEN || r->shows != SHOWS_STATE,
	   "%s %s is not kept for who is inside of a private page and outside alike", r->method,
	   r->path);
	ok(star || route_find(r->method, r->path, NULL, NULL) == r, "%s %s is found", r->method,
	   r->path);
}

int main(void)
{
	for (size_t i = 0; routes[i]; i++)
		for (const struct route *r = routes[i]; r->path; r++) {
			printf("# route %s %s act=%d live=%d\n", r->method, r->path, r->act,
			       r->is_live);
			judge(r);
		}
	return done_testing();
}
