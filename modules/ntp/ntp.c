/* modules/ntp: asks a time server the way a client does (RFC 5905, mode 3) and judges what it says
 * of itself and how far its clock is from ours. Manual: ntp.md.
 *
 * Our transmit timestamp is a random number, remembered here: the answer has to bring it back, so
 * nobody who does not see our packets can answer, and nobody learns our clock. */
#include <nines/check.h>

#include <stdio.h>
#include <sys/random.h>

#define PACKET_BYTES 48
#define AGAIN_US     2000000
#define ERA_S        2208988800 /* from 1900 to 1970 */
#define MODE_CLIENT  3
#define MODE_SERVER  4
#define LEAP_ALARM   3
#define UNSYNCHRONISED 16
#define LEAST_S      0.001 /* clocks are read no finer */
#define TOO_LONG_S   3.0   /* no answer is waited for so long */

/* Where things stand in a packet (RFC 5905 7.3). */
enum { AT_STRATUM = 1, AT_DELAY = 4, AT_DISPERSION = 8, AT_REFERENCE = 12, AT_ORIGIN = 24,
       AT_RECEIVE = 32, AT_TRANSMIT = 40 };

struct ntp {
	const char *host;
	int64_t port, warn_offset, max_offset, max_stratum;
};

static const struct module_option option[] = {
	OPTION_HOST(struct ntp, host, "name or address of the time server"),
	OPTION_PORT(struct ntp, port, 123, "UDP port"),
	OPTION_(struct ntp, warn_offset, "warn-offset", OPTION_TYPE_DURATION, "100ms", "0..1d", 0,
		"degraded when its clock is further from ours; 0: never"),
	OPTION_(struct ntp, max_offset, "max-offset", OPTION_TYPE_DURATION, "1s", "0..1d", 0,
		"down when its clock is further from ours; 0: never"),
	OPTION_(struct ntp, max_stratum, "max-stratum", OPTION_TYPE_INT, "15", "1..15", 0,
		"degraded when it is further from a reference clock"),
	OPTION_END};

/* ---- times: 32 bits of seconds, 32 of their fraction; they wrap around in 2036 ---- */

static uint64_t get(const unsigned char *at, int bytes)
{
	uint64_t n = 0;

	while (bytes--)
		n = n << 8 | *at++;
	return n;
}

static uint64_t stamp_of(int64_t wall_us)
{
	uint64_t s = (uint64_t)(wall_us / 1000000 + ERA_S), us = (uint64_t)(wall_us % 1000000);

	return s << 32 | ((us << 32) / 1000000);
}

/* Differences are small: the wrap falls out of them (RFC 5905 6). */
static double seconds_between(uint64_t from, uint64_t to)
{
	return (double)(int64_t)(to - from) / 4294967296.0;
}

/* ---- the exchange ---- */

struct exchange {
	unsigned char answer[PACKET_BYTES];
	uint64_t sent, received; /* by our clock; it cannot step in between */
};

/* The packet has no room for extensions in it: more is ignored, as is what answers nothing of
 * ours. */
static bool is_answer(const unsigned char *packet, size_t size, const unsigned char *nonce)
{
	return size >= PACKET_BYTES && (packet[0] & 7) == MODE_SERVER &&
	       !memcmp(packet + AT_ORIGIN, nonce, 8);
}

static bool ask(struct probe *p, struct exchange *x)
{
	unsigned char query[PACKET_BYTES] = {4 << 3 | MODE_CLIENT};
	int64_t begin_us = probe_now_us(p), until_us = begin_us + AGAIN_US, now_us = begin_us;
	int64_t wall_us;
	size_t size;

	if (getrandom(query + AT_TRANSMIT, 8, 0) != 8)
		return probe_unknown(p, "the system gave no random bytes");
	wall_us = probe_wall_us(p);
	x->sent = stamp_of(wall_us);
	probe_send(p, query, sizeof query);
	while (probe_ok(p) && now_us < until_us) {
		size = probe_datagram(p, x->answer, sizeof x->answer, until_us - now_us);
		now_us = probe_now_us(p);
		x->received = stamp_of(wall_us + now_us - begin_us);
		if (is_answer(x->answer, size, query + AT_TRANSMIT))
			return true;
	}
	return false;
}

/* ---- the verdict ---- */

/* The reference of a server of stratum 0 is a word: a kiss-o'-death (RFC 5905 7.4). */
static const struct {
	const char *kiss, *why;
	bool is_ours;
} kiss[] = {
	{"RATE", "asks us to ask less often (kiss-o'-death 'RATE'): lengthen every", true},
	{"DENY", "denies us the time (kiss-o'-death 'DENY')", false},
	{"RSTR", "denies us the time (kiss-o'-death 'RSTR')", false},
	{"INIT", "has not found its time yet ('INIT')", false},
	{"STEP", "is just setting its clock ('STEP')", false},
};

/* What can be printed of the reference's four letters. */
static const char *word_of(struct probe *p, const unsigned char *reference)
{
	char word[5] = "";

	for (int i = 0; i < 4 && reference[i]; i++)
		word[i] = reference[i] > ' ' && reference[i] < 127 ? (char)reference[i] : '?';
	return probe_text(p, "%s", word);
}

static void judge_kiss(struct probe *p, const char *word)
{
	for (size_t i = 0; i < sizeof kiss / sizeof *kiss; i++)
		if (!strcmp(kiss[i].kiss, word)) {
			if (kiss[i].is_ours)
				probe_unknown(p, "server %s", kiss[i].why);
			else
				probe_fail(p, "server %s", kiss[i].why);
		}
	probe_fail(p, *word ? "server is not synchronised: stratum 0, '%s'"
			    : "server is not synchronised: stratum 0", word);
}

static void tell(struct probe *p, const struct exchange *x, double offset, double delay)
{
	static const char *const leap[] = {"none", "61 seconds", "59 seconds", "alarm"};
	const unsigned char *a = x->answer, *r = a + AT_REFERENCE;

	probe_value(p, "offset", offset * 1e6, "us");
	probe_value(p, "delay", delay * 1e6, "us");
	probe_value(p, "stratum", a[AT_STRATUM], "");
	probe_value(p, "root_delay", (double)get(a + AT_DELAY, 4) / 65536 * 1e6, "us");
	probe_value(p, "root_dispersion", (double)get(a + AT_DISPERSION, 4) / 65536 * 1e6, "us");
	probe_fact(p, "leap", leap[a[0] >> 6]);
	probe_fact(p, "reference", a[AT_STRATUM] < 2 ? word_of(p, r)
						      : probe_text(p, "%d.%d.%d.%d", r[0], r[1],
								   r[2], r[3]));
}

static void judge(struct probe *p, const struct ntp *o, const struct exchange *x, double offset,
		  double delay)
{
	const unsigned char *a = x->answer;
	double off = offset < 0 ? -offset : offset;
	const char *side = offset < 0 ? "behind" : "ahead of";

	if (!a[AT_STRATUM])
		judge_kiss(p, word_of(p, a + AT_REFERENCE));
	if (a[AT_STRATUM] >= UNSYNCHRONISED)
		probe_fail(p, "server is not synchronised: stratum %d", a[AT_STRATUM]);
	if (a[0] >> 6 == LEAP_ALARM)
		probe_fail(p, "server is not synchronised: leap alarm");
	if (!get(a + AT_TRANSMIT, 8) || delay < -LEAST_S || delay > TOO_LONG_S)
		probe_fail(p,
			   "server's times are nonsense: its answer took %.3f s of a %.3f s wait",
			   seconds_between(get(a + AT_RECEIVE, 8), get(a + AT_TRANSMIT, 8)),
			   seconds_between(x->sent, x->received));
	if (o->max_offset && off * 1e6 > (double)o->max_offset)
		probe_fail(p, "clock is %.3f s %s ours, limit %.3f s", off, side,
			   (double)o->max_offset / 1e6);
	if (o->warn_offset && off * 1e6 > (double)o->warn_offset)
		probe_degrade(p, "clock is %.3f s %s ours, limit %.3f s", off, side,
			      (double)o->warn_offset / 1e6);
	if (a[AT_STRATUM] > o->max_stratum)
		probe_degrade(p, "stratum is %d, wanted at most %d", a[AT_STRATUM],
			      (int)o->max_stratum);
}

static void run(struct probe *p, const void *options)
{
	const struct ntp *o = options;
	struct exchange x = {.sent = 0};
	uint64_t receive, transmit;
	double there, back;

	probe_dial_udp(p, o->host, o->port);
	probe_step(p, "query");
	while (probe_ok(p) && !ask(p, &x))
		;
	if (!probe_ok(p))
		return;
	receive = get(x.answer + AT_RECEIVE, 8);
	transmit = get(x.answer + AT_TRANSMIT, 8);
	there = seconds_between(x.sent, receive);
	back = seconds_between(x.received, transmit);
	tell(p, &x, (there + back) / 2, there - back);
	judge(p, o, &x, (there + back) / 2, there - back);
}

CHECK_MODULE("ntp", "asks a time server and compares its clock with ours", struct ntp, option, run);
