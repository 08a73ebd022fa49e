/* modules/inbound: what another monitor says of something, by webhook (/hook/...), by mail
 * (`nines hook`) or by `nines beat`. Of several alerts the worst counts; what is resolved is up.
 * Manual: inbound.md.
 *
 * Passive: run() is called with what was said. All it knows is what it remembers: of each alert
 * that lasts the hash of its key and how bad it is, and the text of the newest of the worst. */
#include <nines/check.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LOOK_US    (INT64_C(60) * 1000000)
#define ALERTS     64 /* at a time; of more the oldest are forgotten, the mild ones first */
#define TEXT_BYTES 240
#define WORD_BYTES 64

struct inbound {
	const char *down, *degraded, *up, *text, *time;
	const char *const *warnings;
	int64_t within;
};

static const struct module_option option[] = {
	OPTION_TEXT(struct inbound, down, "",
		    "a JSON document that says so is down: 'status == \"alerting\"'"),
	OPTION_TEXT(struct inbound, degraded, "", "likewise degraded"),
	OPTION_TEXT(struct inbound, up, "",
		    "likewise up; what fits none is up where this is not given, else unknown"),
	OPTION_TEXT(struct inbound, text, "",
		    "where in the document the reason stands: 'alert.title'"),
	OPTION_TEXT(struct inbound, time, "",
		    "where in it stands when it was written (RFC 3339): one that is older than "
		    "the newest is left out"),
	OPTION_LIST(struct inbound, warnings, "",
		    "severities and states of others that are degraded, in place of warning, "
		    "info, minor, none, degraded_performance and under_maintenance; what is "
		    "neither these nor good is down"),
	OPTION_DURATION(struct inbound, within, "0", "0..400d",
			"unknown when nothing was heard for so long; 0: never"),
	OPTION_END};

enum state { UP = 'u', DEGRADED = 'g', DOWN = 'd' };

struct alert {
	uint32_t key;
	char state;
};

struct memory {
	int64_t heard_us; /* wall clock, 0: never */
	int64_t written_us; /* the newest document, by itself; 0: none said so */
	struct alert alert[ALERTS];
	size_t alerts;
	char text[TEXT_BYTES];
};

/* ---- memory ---- */

/* "HEARD,WRITTEN KEYsKEYs TEXT", keys of eight hex digits; older ones have no ",WRITTEN". Where no
 * alert lasts two spaces stand before the text, which may begin like a key. */
static void recall(const struct probe *p, struct memory *m)
{
	const char *at = probe_recall(p);
	int n = 0;

	*m = (struct memory){0};
	if (sscanf(at, "%" SCNd64 "%n,%" SCNd64 "%n", &m->heard_us, &n, &m->written_us, &n) < 1)
		return;
	for (at += n + (at[n] == ' '); m->alerts < ALERTS; m->alerts++, at += 9)
		if (strspn(at, "0123456789abcdef") < 8 || (at[8] != DEGRADED && at[8] != DOWN) ||
		    sscanf(at, "%8" SCNx32 "%c", &m->alert[m->alerts].key,
			   &m->alert[m->alerts].state) < 2)
			break;
	snprintf(m->text, sizeof m->text, "%s", *at ? at + (*at == ' ') : "");
}

static void keep(struct probe *p, const struct memory *m)
{
	char alerts[ALERTS * 9 + 1] = "";

	for (size_t i = 0; i < m->alerts; i++)
		snprintf(alerts + 9 * i, 10, "%08" PRIx32 "%c", m->alert[i].key, m->alert[i].state);
	probe_remember(p, probe_text(p, "%" PRId64 ",%" PRId64 " %s %s", m->heard_us,
				     m->written_us, alerts, m->text));
}

/* The newest of the worst, whose text is kept; NULL: none lasts. */
static const struct alert *worst(const struct memory *m)
{
	const struct alert *found = NULL;

	for (size_t i = 0; i < m->alerts; i++)
		if (!found || m->alert[i].state == DOWN || found->state != DOWN)
			found = &m->alert[i];
	return found;
}

static void forget(struct memory *m, size_t i)
{
	memmove(&m->alert[i], &m->alert[i + 1], (--m->alerts - i) * sizeof *m->alert);
}

static void make_room(struct memory *m)
{
	size_t i = 0;

	while (i < m->alerts && m->alert[i].state == DOWN)
		i++;
	if (m->alerts == ALERTS)
		forget(m, i < m->alerts ? i : 0);
}

/* FNV-1a. */
static uint32_t hash(const char *key, size_t size)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)key[i]) * 16777619u;
	return h;
}

static void set(struct memory *m, uint32_t key, char state, const char *text, size_t size)
{
	for (size_t i = 0; i < m->alerts; i++)
		if (m->alert[i].key == key) {
			if (&m->alert[i] == worst(m))
				*m->text = '\0';
			forget(m, i);
			break;
		}
	if (state == UP && m->alerts)
		return; /* the text of one that lasts stays */
	if (state != UP) {
		make_room(m);
		m->alert[m->alerts++] = (struct alert){key, state};
	}
	if (state == UP || worst(m) == &m->alert[m->alerts - 1])
		snprintf(m->text, sizeof m->text, "%.*s",
			 (int)(size < TEXT_BYTES ? size : TEXT_BYTES), text);
}

/* ---- what is said ---- */

static bool is_one(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (!strcasecmp(*list, word))
			return true;
	return false;
}

static char state_of(const struct inbound *o, const char *word)
{
	static const char *const good[] = {"up",          "ok",      "resolved",
					   "operational", "success", "completed",
					   "postmortem",  "normal",  NULL};

	static const char *const mild[] = {"warning",
					   "warn",
					   "info",
					   "minor",
					   "none",
					   "degraded",
					   "degraded_performance",
					   "under_maintenance",
					   "maintenance",
					   NULL};

	if (is_one(good, word))
		return UP;
	return is_one(*o->warnings ? o->warnings : mild, word) ? DEGRADED : DOWN;
}

/* The next word of a line into `word`; what follows it. */
static const char *take_word(const char *at, const char *end, char word[WORD_BYTES])
{
	size_t n = 0;

	while (at < end && *at == ' ')
		at++;
	for (; at < end && *at != ' '; at++)
		if (n < WORD_BYTES - 1)
			word[n++] = *at;
	word[n] = '\0';
	return at < end ? at + 1 : end;
}

/* "set KEY WORD TEXT", or "up TEXT", "degraded TEXT", "down TEXT" of what has no key. */
static bool take_line(const struct inbound *o, struct memory *m, const char *at, const char *end)
{
	static const char *const plain[] = {"up", "degraded", "down", NULL};
	char word[WORD_BYTES], key[WORD_BYTES] = "-";
	const char *rest = take_word(at, end, word);
	bool has_key = !strcmp(word, "set"), is_mild;

	if (has_key) {
		rest = take_word(rest, end, key);
		rest = take_word(rest, end, word);
	}
	if (!*word || !*key || (!has_key && !is_one(plain, word)))
		return false;
	is_mild = !has_key && !strcasecmp(word, "degraded");
	set(m, hash(key, strlen(key)), is_mild ? DEGRADED : state_of(o, word), rest,
	    (size_t)(end - rest));
	return true;
}

/* False: nothing has changed but for the lines before. */
static bool take_lines(const struct inbound *o, struct memory *m, const char *at)
{
	const char *end;

	for (; *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		if (!take_line(o, m, at, end))
			return false;
	}
	return true;
}

/* A document of any shape, by the conditions of the options. '\0': it fits none. */
static char state_of_document(struct probe *p, const struct inbound *o, const struct probe_json *j)
{
	if (*o->down && probe_json_holds(p, j, o->down))
		return DOWN;
	if (*o->degraded && probe_json_holds(p, j, o->degraded))
		return DEGRADED;
	return !*o->up || probe_json_holds(p, j, o->up) ? UP : '\0';
}

/* RFC 3339; 0: it is none. */
static int64_t time_of(const char *written)
{
	struct tm day = {0};
	const char *rest = strptime(written, "%Y-%m-%dT%H:%M:%S", &day), *zone;
	long fraction_us = 0, unit_us = 100000, offset_s;

	if (rest && *rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit_us /= 10)
			fraction_us += (*rest - '0') * unit_us;
	zone = rest ? strptime(rest, "%z", &day) : NULL;
	offset_s = day.tm_gmtoff;
	return zone && !*zone ? (timegm(&day) - offset_s) * INT64_C(1000000) + fraction_us : 0;
}

/* Mail and webhooks that could not be handed over come later, in any order. A time to come is that
 * of a clock that is wrong, and may not make all that follows old. */
static bool is_old(struct probe *p, const struct inbound *o, struct memory *m,
		   const struct probe_json *j)
{
	const char *written = *o->time ? probe_json_text(probe_json_find(p, j, "%s", o->time)) : "";
	int64_t at_us = time_of(written), now_us = probe_wall_us(p);

	at_us = at_us > now_us ? now_us : at_us;
	if (at_us && at_us < m->written_us && m->written_us <= now_us)
		return true;
	m->written_us = at_us ? at_us : m->written_us;
	return false;
}

static void take_document(struct probe *p, const struct inbound *o, struct memory *m,
			  const char *bytes)
{
	const struct probe_json *j;
	const char *text;
	char state;

	if (!*o->down && !*o->degraded)
		probe_unknown(p, "a JSON document came, and no option says what of it means down");
	j = probe_json(p, bytes, strlen(bytes));
	state = j ? state_of_document(p, o, j) : '\0';
	if (j && is_old(p, o, m, j))
		return;
	if (!state) {
		probe_unknown(p, "the document fits none of up, degraded and down");
		return;
	}
	text = *o->text ? probe_json_text(probe_json_find(p, j, "%s", o->text)) : "";
	if (probe_ok(p))
		set(m, hash("-", 1), state, text, strlen(text));
}

static void take_event(struct probe *p, const struct inbound *o, struct memory *m)
{
	const char *said = probe_event(p);

	if (!*said)
		return;
	if (!strncmp(said, "json ", 5))
		take_document(p, o, m, said + 5);
	else if (!take_lines(o, m, said))
		probe_unknown(p, "wanted up, degraded or down and a text, got '%s'",
			      probe_shown(p, said));
	if (!probe_ok(p))
		return;
	m->heard_us = probe_wall_us(p);
	keep(p, m);
}

/* ---- what is to be thought of it ---- */

static void judge(struct probe *p, const struct memory *m)
{
	const char *text = *m->text ? probe_shown(p, m->text) : "without a text";
	char state = m->alerts ? worst(m)->state : UP;

	probe_value(p, "alerts", (double)m->alerts, "");
	probe_fact(p, "heard", probe_time_text(p, "UTC", m->heard_us));
	if (*m->text)
		probe_fact(p, "said", text);
	if (state == DOWN)
		probe_fail(p, "reported down: %s", text);
	else if (state == DEGRADED)
		probe_degrade(p, "reported degraded: %s", text);
}

static void run(struct probe *p, const void *options)
{
	const struct inbound *o = options;
	struct memory m;

	recall(p, &m);
	probe_expect_within(p, LOOK_US);
	take_event(p, o, &m);
	if (!m.heard_us)
		probe_unknown(p, "not heard of yet");
	if (o->within && probe_wall_us(p) - m.heard_us > o->within)
		probe_unknown(p, "not heard of since %s", probe_time_text(p, "UTC", m.heard_us));
	judge(p, &m);
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct inbound *o = options;
	const char *const written[][2] = {
		{"down", o->down}, {"degraded", o->degraded}, {"up", o->up}};
	char why[200];

	for (size_t i = 0; i < 3; i++)
		if (*written[i][1] && !probe_json_is_condition(written[i][1], why, sizeof why))
			return check_wrong(j, written[i][0], 0, "%s", why);
	if ((*o->up || *o->text || *o->time) && !*o->down && !*o->degraded)
		return check_wrong(
			j, *o->up ? "up" : *o->text ? "text" : "time", 0,
			"give down or degraded, too: else no document ever means either");
	return true;
}

CHECK_MODULE("inbound", "takes what another monitor says by webhook or mail", struct inbound,
	     option, run, .head.flags = MODULE_IS_PASSIVE, .judge = is_sane);
