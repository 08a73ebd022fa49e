/* keeper/alert_trouble: what is wrong with nines itself, as incidents of their own: told once to
 * the contacts that hear of it, never as if a target had failed. Whatever lasts TROUBLE_SURE_US
 * counts. What only others see (a channel that fails) they tell by alert_trouble(). */
#include <string.h>

#include "alert_inside.h"

#define TROUBLE_SURE_US (60 * KEEPER_SECOND)
#define GRACE_US (120 * KEEPER_SECOND) /* of a new keeper, until it can tell that trouble is over */
#define RESOLVER_STALE_US (600 * KEEPER_SECOND)

static void confirm(struct keeper *k, struct alarm *a)
{
	if (a->confirmed_us || k->now_us - a->start_us < TROUBLE_SURE_US)
		return;
	a->confirmed_us = k->now_us;
	standing_tell_span(k, a, "begin");
	alarm_touch(k, a);
}

static void end(struct keeper *k, struct alarm *a)
{
	a->is_cancelled = !a->confirmed_us;
	alarm_end(k, a, k->now_us, "");
	if (a->confirmed_us)
		standing_tell_span(k, a, "end");
}

void alert_trouble(struct keeper *k, const char *name, bool is_on, const char *reason)
{
	struct subject *s = map_find_text(&k->alerts->troubles, name);
	char id[24];

	if (!is_on) {
		if (s && s->incident)
			end(k, s->incident);
		return;
	}
	if (!s) {
		s = trouble_get(k, name);
		subject_find_routes(k, s);
	}
	if (!s->incident) {
		keeper_stamp(k, id, sizeof id);
		alarm_begin(k, s, ALARM_TROUBLE, id, k->now_us);
	}
	set_text_of(&s->incident->reason, reason);
}

/* What we see ourselves; a new keeper has not seen enough. */
static void watch(struct keeper *k, const char *name, bool is_on, const char *reason)
{
	if (is_on || k->now_us - k->start_us >= GRACE_US)
		alert_trouble(k, name, is_on, reason);
}

static void watch_store(struct keeper *k)
{
	struct text why = {0};
	bool is_on = !k->recorder_is_there || k->recorder_fails;

	if (!k->recorder_is_there)
		text_puts(&why, "the recorder is gone: results wait in memory");
	else if (is_on)
		text_printf(&why, "storage is failing: %s", k->recorder_reason);
	watch(k, "store", is_on, text_get(&why));
	text_release(&why);
}

static void watch_modules(struct keeper *k)
{
	const struct module_record *m;
	struct text name = {0}, why = {0};
	size_t at = 0;

	while ((m = map_next(&k->modules, &at))) {
		text_clear(&name);
		text_clear(&why);
		text_printf(&name, "module %s", m->name);
		text_printf(&why, "module '%s' is quarantined: it ended its prober again and again",
			    m->name);
		watch(k, name.at, m->is_quarantined, why.at);
	}
	text_release(&name);
	text_release(&why);
}

static void watch_resolver(struct keeper *k)
{
	int64_t last_us = k->alerts->resolver.last_us;

	if (k->alerts->resolver.since_us && k->now_us - last_us > RESOLVER_STALE_US)
		k->alerts->resolver.since_us = 0;
	watch(k, "resolver", k->alerts->resolver.since_us != 0,
	      "the resolver is failing: names cannot be looked up, what needs them is unknown");
}

void alert_probe(struct keeper *k, enum vote vote, const char *reason, const char *steps)
{
	const char *end;

	if (vote == VOTE_UNKNOWN) {
		if (!reason || strncmp(reason, "resolver failing", 16))
			return;
		k->alerts->resolver.last_us = k->now_us;
		if (!k->alerts->resolver.since_us)
			k->alerts->resolver.since_us = k->now_us;
	} else if (k->alerts->resolver.since_us && steps && !strncmp(steps, "resolve:", 8)) {
		end = strpbrk(steps, ",!");
		if (!end || *end == ',')
			k->alerts->resolver.since_us = 0;
	}
}

void trouble_watch(struct keeper *k)
{
	struct subject *s;
	size_t at = 0;

	watch_store(k);
	watch(k, "connection", k->window.is_on,
	      "our own connection is suspected: too much fails at once");
	watch(k, "probers", !k->prober_count && k->checks, "no prober is running");
	watch_modules(k);
	watch_resolver(k);
	while ((s = map_next(&k->alerts->troubles, &at)))
		if (s->incident)
			confirm(k, s->incident);
}

/* Health says the rest by itself. */
void trouble_add(struct text *wrong, const struct keeper *k)
{
	const struct subject *s;
	size_t at = 0;

	while ((s = map_next(&k->alerts->troubles, &at))) {
		if (!s->incident || !s->incident->confirmed_us ||
		    (strcmp(s->name, "resolver") && strncmp(s->name, "channel ", 8) &&
		     strncmp(s->name, "copy ", 5)))
			continue;
		text_puts(wrong, wrong->size ? "\n" : "");
		text_puts(wrong, s->incident->reason ? s->incident->reason : s->name);
	}
}
