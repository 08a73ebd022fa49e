/* prober/probe_time: civil times for modules: when a crontab job is due, and times as text. */
#include "../base/clock.h"
#include "../base/cron.h"
#include "probe.h"

/* NULL: the probe is now unknown. */
static struct zone *open_zone(struct probe *p, const char *name)
{
	struct text wrong = {0};
	struct zone *z = zone_open(name && *name ? name : "UTC", &wrong);

	if (!z)
		probe_unknown(p, "%s", text_get(&wrong));
	text_release(&wrong);
	return z;
}

int64_t probe_next_cron(struct probe *p, const char *cron, const char *zone, int64_t after_us)
{
	struct text wrong = {0};
	struct zone *z = probe_may_go_on(p) ? open_zone(p, zone) : NULL;
	struct cron c;
	int64_t next_s = 0;

	if (z && cron_parse(&c, cron, &wrong))
		next_s = cron_next(&c, z, after_us / CLOCK_SECOND);
	else if (z)
		probe_unknown(p, "'%s' is no crontab time: %s", cron, text_get(&wrong));
	zone_close(z);
	text_release(&wrong);
	return next_s * CLOCK_SECOND;
}

const char *probe_time_text(struct probe *p, const char *zone, int64_t wall_us)
{
	struct zone *z = probe_may_go_on(p) ? open_zone(p, zone) : NULL;
	const char *name, *text = "";
	struct civil c;

	if (!z)
		return text;
	zone_offset(z, wall_us / CLOCK_SECOND, &name);
	c = zone_civil(z, wall_us / CLOCK_SECOND);
	text = probe_text(p, "%04lld-%02d-%02d %02d:%02d %s", (long long)c.year, c.month, c.day,
			  c.hour, c.minute, name);
	zone_close(z);
	return text;
}

const char *probe_duration_text(struct probe *p, int64_t us)
{
	struct text t = {0};
	const char *text;

	text_add_duration(&t, us);
	text = probe_text(p, "%s", text_get(&t));
	text_release(&t);
	return text;
}
