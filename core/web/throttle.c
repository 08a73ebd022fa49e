/* web/throttle: see throttle.h. */
#include "throttle.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../base/map.h"

void throttle_net(char net[64], const char *address)
{
	struct in6_addr v6;

	if (inet_pton(AF_INET6, address, &v6) != 1) {
		snprintf(net, 64, "%.60s", address);
	} else if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		inet_ntop(AF_INET, &v6.s6_addr[12], net, 64);
	} else {
		memset(&v6.s6_addr[6], 0, 10);
		inet_ntop(AF_INET6, &v6, net, 60);
		snprintf(net + strlen(net), 4, "/48");
	}
}

static uint64_t key_of(const char *kind, const char *account, const char *net)
{
	char text[512];
	int size = snprintf(text, sizeof text, "%s\n%.200s\n%.64s", kind, account, net);

	return map_key(text, (size_t)size) | 1;
}

static struct throttle_row *find(struct throttle *t, uint64_t key)
{
	struct throttle_row *row = t->row[(key >> 1) % THROTTLE_SETS];

	for (int i = 0; i < THROTTLE_WAYS; i++)
		if (row[i].key == key)
			return &row[i];
	return NULL;
}

/* Of what lies in one place the one that has rested longest; an empty one before any. */
static struct throttle_row *oldest(struct throttle *t, uint64_t key)
{
	struct throttle_row *row = t->row[(key >> 1) % THROTTLE_SETS], *at = row;

	for (int i = 1; i < THROTTLE_WAYS; i++)
		if (at->key && (!row[i].key || row[i].last_us < at->last_us))
			at = &row[i];
	return at;
}

static struct throttle_row *get(struct throttle *t, uint64_t key, int64_t now_us)
{
	struct throttle_row *r = find(t, key);

	if (r && now_us - r->last_us < THROTTLE_FORGET_US)
		return r;
	r = r ? r : oldest(t, key);
	*r = (struct throttle_row){.key = key};
	return r;
}

/* Doubles with each failure. */
static int64_t wait_of(const struct throttle_row *r, uint32_t of_them_free, int64_t most_us,
		       int64_t now_us)
{
	uint32_t over = r && r->failures > of_them_free ? r->failures - of_them_free : 0;
	int64_t wait_us = over > 20 ? most_us : over ? INT64_C(1000000) << (over - 1) : 0;
	int64_t left_us;

	if (!over)
		return 0;
	wait_us = wait_us < most_us ? wait_us : most_us;
	left_us = r->last_us + wait_us - now_us;
	return left_us > 0 ? left_us : 0;
}

static void count(struct throttle *t, uint64_t key, int64_t now_us)
{
	struct throttle_row *r = get(t, key, now_us);

	r->failures++;
	r->last_us = now_us;
}

int64_t throttle_try(struct throttle *t, const char *account, const char *net, int64_t now_us)
{
	uint64_t of_net = key_of("net", "", net), of_account = key_of("account", account, "");
	uint64_t of_both = key_of("both", account, net);
	int64_t wait_us = wait_of(find(t, of_net), THROTTLE_NET_FREE, THROTTLE_NET_MOST_US, now_us);
	int64_t account_us = find(t, of_both) ? wait_of(find(t, of_account), THROTTLE_ACCOUNT_FREE,
							THROTTLE_ACCOUNT_MOST_US, now_us)
					      : 0;

	wait_us = wait_us > account_us ? wait_us : account_us;
	if (wait_us)
		return wait_us;
	count(t, of_net, now_us);
	count(t, of_account, now_us);
	count(t, of_both, now_us);
	return 0;
}

void throttle_judge(struct throttle *t, int64_t now_us)
{
	for (int i = 0; i < THROTTLE_SETS; i++)
		for (int way = 0; way < THROTTLE_WAYS; way++)
			if (t->row[i][way].last_us < 0 || t->row[i][way].last_us > now_us)
				t->row[i][way] = (struct throttle_row){0};
}

static void undo(struct throttle_row *r)
{
	if (r && r->failures)
		r->failures--;
}

void throttle_forgive(struct throttle *t, const char *account, const char *net)
{
	struct throttle_row *both = find(t, key_of("both", account, net));

	/* Whoever has an account of his own must not get rid of his network's failures by it. */
	undo(find(t, key_of("net", "", net)));
	undo(find(t, key_of("account", account, "")));
	if (both)
		*both = (struct throttle_row){0};
}
