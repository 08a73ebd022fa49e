/* keeper/void: see void.h. */
#include "void.h"

#include <stdlib.h>
#include <string.h>

void void_window_init(struct void_window *v)
{
	*v = (struct void_window){.minimum = 20, .share_permille = 500, .window_us = 60000000};
}

bool void_window_share(struct void_window *v, const char *share)
{
	char *end;
	double n = strtod(share, &end);

	if (end == share || !(n > 0) || (*end && strcmp(end, "%")))
		return false;
	if (*end == '%' || n > 1)
		n /= 100;
	if (n > 1)
		return false;
	v->share_permille = (int64_t)(n * 1000 + 0.5);
	return true;
}

/* Forgets what has left the window. */
static void move_on(struct void_window *v, int64_t now_us)
{
	int64_t bucket_us = v->window_us / VOID_BUCKETS ? v->window_us / VOID_BUCKETS : 1;
	int64_t now = now_us / bucket_us;

	if (now - v->bucket >= VOID_BUCKETS || now < v->bucket) {
		memset(v->passed_in, 0, sizeof v->passed_in);
		memset(v->failed_in, 0, sizeof v->failed_in);
		v->passed = v->failed = 0;
		v->bucket = now;
	}
	while (v->bucket < now) {
		size_t i = (size_t)(++v->bucket % VOID_BUCKETS);

		v->passed -= v->passed_in[i];
		v->failed -= v->failed_in[i];
		v->passed_in[i] = v->failed_in[i] = 0;
	}
}

void void_window_add(struct void_window *v, int64_t now_us, bool failed)
{
	size_t i;

	move_on(v, now_us);
	i = (size_t)(v->bucket % VOID_BUCKETS);
	if (failed) {
		v->failed_in[i]++;
		v->failed++;
	} else {
		v->passed_in[i]++;
		v->passed++;
	}
}

bool void_window_is_near_share(struct void_window *v, int64_t now_us)
{
	move_on(v, now_us);
	return v->failed >= v->minimum / 2 &&
	       v->failed * 2000 >= v->share_permille * (v->failed + v->passed);
}

bool void_window_is_over_share(struct void_window *v, int64_t now_us)
{
	move_on(v, now_us);
	return v->failed + v->passed >= v->minimum &&
	       v->failed * 1000 >= v->share_permille * (v->failed + v->passed);
}
