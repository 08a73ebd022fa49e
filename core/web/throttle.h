/* web/throttle: how long somebody who guesses passwords waits until his next try counts (F55).
 *
 * A network waits longer with each failure, whatever accounts it tries. An account that is tried
 * from many networks makes those wait that have failed on it before; one that has not is not held
 * up, so that nobody can lock an owner out. Which accounts exist makes no difference. Bounded: of
 * what is kept in one place the oldest goes. Pure: time is passed in. */
#ifndef NINES_WEB_THROTTLE_H
#define NINES_WEB_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_SETS            512
#define THROTTLE_WAYS            8
#define THROTTLE_NET_FREE        5 /* failures of a network that cost nothing */
#define THROTTLE_ACCOUNT_FREE    10
#define THROTTLE_NET_MOST_US     (INT64_C(900) * 1000000)
#define THROTTLE_ACCOUNT_MOST_US (INT64_C(30) * 1000000)
#define THROTTLE_FORGET_US       (INT64_C(3600) * 1000000) /* after the last failure */

struct throttle_row {
	uint64_t key; /* 0: empty */
	int64_t last_us;
	uint32_t failures;
};

/* Zero-initialise. */
struct throttle {
	struct throttle_row row[THROTTLE_SETS][THROTTLE_WAYS];
};

/* What counts as one network: an IPv4 address, the first 48 bits of an IPv6 one. */
void throttle_net(char net[64], const char *address);
/* 0: it may try now, and the try counts as failed until throttle_forgive(). Else: how long it is to
 * wait; nothing is counted. */
int64_t throttle_try(struct throttle *, const char *account, const char *net, int64_t now_us);
/* Of one that another process has left: forgets tries at times that have not been. */
void throttle_judge(struct throttle *, int64_t now_us);
/* That try was good. */
void throttle_forgive(struct throttle *, const char *account, const char *net);

#endif
