/* modules/ping: ICMP echo: how many packets come back, and how fast. Manual: ping.md. */
#include <nines/check.h>

struct ping {
	const char *host;
	int64_t packets, interval, size, wait, slow_rtt;
	double max_loss;
};

static const struct module_option option[] = {
	OPTION_HOST(struct ping, host, "name or address to ping"),
	OPTION_INT(struct ping, packets, 3, "1..100", "packets to send"),
	OPTION_DURATION(struct ping, interval, "200ms", "1ms..1m", "time between two packets"),
	OPTION_INT(struct ping, size, 56, "16..65000", "bytes in a packet, without its headers"),
	OPTION_DURATION(struct ping, wait, "2s", "1ms..1m",
			"time that the last packet's reply may take"),
	OPTION_(struct ping, max_loss, "max-loss", OPTION_TYPE_NUMBER, "100", "1..100", 0,
		"down when so many percent are lost; degraded when fewer are"),
	OPTION_(struct ping, slow_rtt, "slow-rtt", OPTION_TYPE_DURATION, "0", "0..1m", 0,
		"degraded when the average reply takes longer; 0: never"),
	OPTION_END};

static void judge_loss(struct probe *p, const struct ping *o, const struct probe_ping_answer *a,
		       double loss)
{
	const char *colon = *a->trouble ? ": " : "";

	if (!a->received)
		probe_fail(p,
			   a->sent == 1 ? "no reply to %d packet%s%s"
					: "no reply to %d packets%s%s",
			   a->sent, colon, a->trouble);
	else if (loss >= o->max_loss)
		probe_fail(p, "%d of %d packets lost%s%s", a->sent - a->received, a->sent, colon,
			   a->trouble);
	else if (a->received < a->sent)
		probe_degrade(p, "%d of %d packets lost%s%s", a->sent - a->received, a->sent, colon,
			      a->trouble);
}

static void run(struct probe *p, const void *options)
{
	const struct ping *o = options;
	struct probe_ping ping = {.packets = o->packets,
				  .interval_us = o->interval,
				  .size_bytes = o->size,
				  .wait_us = o->wait};
	struct probe_ping_answer a;
	double loss;

	if (!probe_echo(p, o->host, &ping, &a))
		return;
	loss = 100.0 * (a.sent - a.received) / a.sent;
	probe_value(p, "loss", loss, "%");
	if (a.received) {
		probe_value(p, "rtt_min", (double)a.min_us, "us");
		probe_value(p, "rtt_avg", (double)a.avg_us, "us");
		probe_value(p, "rtt_max", (double)a.max_us, "us");
	}
	judge_loss(p, o, &a, loss);
	if (o->slow_rtt && a.avg_us > o->slow_rtt)
		probe_degrade(p, "slow: replies took %.1f ms, limit %.1f ms",
			      (double)a.avg_us / 1e3, (double)o->slow_rtt / 1e3);
}

CHECK_MODULE("ping", "sends ICMP echo requests and counts the replies", struct ping, option, run);
