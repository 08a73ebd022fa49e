/* cli/status: `nines status`: every check and service and the monitor's own health, worst
 * first. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../config/policy.h"
#include "../report/uptime.h"
#include "../web/json.h"
#include "../web/overview.h"
#include "cli.h"
#include "control.h"

#define GAP 2
#define AGO_COLUMNS 9
#define STATE_COLUMNS 13 /* not-monitored */
#define UPTIME_COLUMNS 10 /* 100.000000 */

struct status {
	bool json;
	const char *socket;
	struct overview overview;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct status, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct status, socket)},
	{NULL, NULL, NULL, 0},
};

/* What is worst stands on top. */
static const char *const order[] = {"down",    "unconfirmed",   "degraded",
				    "unknown", "not-monitored", "up"};
#define STATES (sizeof order / sizeof *order)

static size_t rank(const char *state)
{
	size_t i = 0;

	while (i < STATES && strcmp(order[i], state))
		i++;
	return i == STATES ? 3 : i;
}

static int worst_first(const void *a, const void *b)
{
	const struct overview_check *x = a, *y = b;
	size_t m = rank(x->state), n = rank(y->state);

	return m != n ? (m < n ? -1 : 1) : strcmp(x->name, y->name);
}

static void add_ago(struct text *t, int64_t us, int columns)
{
	struct text shown = {0};

	if (us < CLOCK_SECOND)
		text_puts(&shown, "now");
	else
		text_add_duration(&shown, us < 60 * CLOCK_SECOND ? us - us % CLOCK_SECOND : us);
	if (us >= CLOCK_SECOND && us < 60 * CLOCK_SECOND) { /* whole seconds: 12s, not 12.00s */
		text_clear(&shown);
		text_printf(&shown, "%ds", (int)(us / CLOCK_SECOND));
	}
	text_puts(t, text_get(&shown));
	screen_spaces(t, columns - (int)shown.size);
	text_release(&shown);
}

/* From column `at` on; what does not fit goes on below. */
static void add_steps(const struct screen *s, struct text *t, const struct overview_check *c,
		      int at)
{
	struct text one = {0};

	screen_tone(s, t, TONE_DIM);
	for (size_t i = 0; i < c->steps; i++) {
		text_clear(&one);
		screen_safe(s, &one, c->steps_at[i].name, STEPS_NAME);
		text_putc(&one, ' ');
		text_add_duration(&one, c->steps_at[i].to_us - c->steps_at[i].from_us);
		at += (i ? GAP : 0) + screen_width(s, one.at);
		if (i && at > s->columns) {
			text_putc(t, '\n');
			screen_spaces(t, STATE_COLUMNS + 1 + GAP);
			at = STATE_COLUMNS + 1 + GAP + screen_width(s, one.at);
		} else {
			screen_spaces(t, i ? GAP : 0);
		}
		text_puts(t, one.at);
	}
	screen_tone(s, t, TONE_PLAIN);
	text_release(&one);
}

static void add_uptime(const struct screen *s, struct text *t, int64_t micro)
{
	struct text shown = {0};

	uptime_add(&shown, micro);
	screen_field(s, t, shown.size ? text_get(&shown) : "-", -UPTIME_COLUMNS);
	screen_spaces(t, GAP);
	text_release(&shown);
}

/* What people said of it, on a line of its own. */
static void add_said(struct text *t, const struct overview_check *c)
{
	if (!c->is_acknowledged && !c->is_flapping && !c->silenced_until_us)
		return;
	screen_spaces(t, STATE_COLUMNS + 1);
	text_puts(t, c->is_flapping ? "flapping " : "");
	text_puts(t, c->is_acknowledged ? "acknowledged " : "");
	if (c->silenced_until_us) {
		text_puts(t, "silenced until ");
		clock_add_utc(t, c->silenced_until_us, 0);
	} else {
		t->size--;
	}
	text_putc(t, '\n');
}

static void add_check(const struct screen *s, struct text *t, const struct overview_check *c,
		      int columns, int64_t now)
{
	bool is_up = !strcmp(c->state, "up");

	screen_tone(s, t, screen_tone_of(c->state));
	screen_field(s, t, c->state, STATE_COLUMNS);
	screen_tone(s, t, TONE_PLAIN);
	text_putc(t, ' ');
	screen_field(s, t, c->name, columns);
	screen_spaces(t, GAP);
	add_uptime(s, t, c->uptime_micro);
	add_ago(t, c->since_us ? now - c->since_us : 0, AGO_COLUMNS);
	text_putc(t, ' ');
	if (c->next_us)
		add_ago(t, c->next_us > now ? c->next_us - now : 0, AGO_COLUMNS);
	else
		screen_spaces(t, AGO_COLUMNS);
	text_putc(t, ' ');
	add_steps(s, t, c, STATE_COLUMNS + 1 + columns + GAP + UPTIME_COLUMNS + GAP +
			       2 * (AGO_COLUMNS + 1));
	text_putc(t, '\n');
	if (c->intense_until_us) {
		screen_spaces(t, STATE_COLUMNS + 1);
		text_puts(t, "intensified: every ");
		add_ago(t, c->interval_us, 0);
		text_puts(t, " until ");
		clock_add_utc(t, c->intense_until_us, 0);
		text_putc(t, '\n');
	}
	add_said(t, c);
	if (is_up || !*c->reason)
		return;
	screen_spaces(t, STATE_COLUMNS + 1);
	screen_tone(s, t, screen_tone_of(c->state));
	screen_safe(s, t, c->step, STEPS_NAME);
	text_puts(t, *c->step ? ": " : "");
	screen_safe(s, t, c->reason, 1000);
	screen_tone(s, t, TONE_PLAIN);
	text_putc(t, '\n');
}

static void add_checks(const struct cli *cli, struct text *t, struct overview *o, int64_t now)
{
	int columns = (int)strlen("check"), n;

	if (o->checks)
		qsort(o->check, o->checks, sizeof *o->check, worst_first);
	for (size_t i = 0; i < o->checks; i++) {
		n = screen_width(&cli->screen, o->check[i].name);
		columns = n > columns && n <= 40 ? n : columns;
	}
	screen_tone(&cli->screen, t, TONE_DIM);
	text_puts(t, "state         ");
	screen_field(&cli->screen, t, "check", columns);
	text_puts(t, "     month %  since     next      last probe");
	screen_tone(&cli->screen, t, TONE_PLAIN);
	text_putc(t, '\n');
	for (size_t i = 0; i < o->checks; i++)
		if (!cli->is_quiet || strcmp(o->check[i].state, "up"))
			add_check(&cli->screen, t, &o->check[i], columns, now);
}

static void add_burning(const struct screen *s, struct text *t, const struct overview_service *v,
			int64_t now)
{
	if (!*v->burning)
		return;
	screen_spaces(t, STATE_COLUMNS + 1);
	screen_tone(s, t, TONE_BAD);
	text_puts(t, "burning its error budget: a ");
	screen_safe(s, t, v->burning, 16);
	screen_tone(s, t, TONE_PLAIN);
	text_puts(t, ", since ");
	add_ago(t, now - v->burning_since_us, 0);
	text_putc(t, '\n');
}

static void add_services(const struct cli *cli, struct text *t, const struct overview *o,
			 int64_t now)
{
	if (o->services)
		text_putc(t, '\n');
	for (size_t i = 0; i < o->services; i++) {
		const struct overview_service *v = &o->service[i];

		screen_tone(&cli->screen, t, screen_tone_of(v->state));
		screen_field(&cli->screen, t, v->state, STATE_COLUMNS);
		screen_tone(&cli->screen, t, TONE_PLAIN);
		text_puts(t, " service ");
		screen_safe(&cli->screen, t, v->name, 256);
		if (v->of)
			text_printf(t, "  %lld of weight %lld up, needs %lld, since ",
				    (long long)v->up, (long long)v->of, (long long)v->need);
		else
			text_printf(t, "  %lld up, needs %lld, since ", (long long)v->up,
				    (long long)v->need);
		add_ago(t, v->since_us ? now - v->since_us : 0, 0);
		if (v->uptime_micro >= 0)
			text_puts(t, ", this month ");
		uptime_add(t, v->uptime_micro);
		text_puts(t, v->uptime_micro >= 0 ? " %\n" : "\n");
		add_burning(&cli->screen, t, v, now);
	}
}

/* How a word of the monitor's health reads: "up 8s", "3 slots missed". A detail is for -v; a word
 * that is not here is shown as it came, `key value`. */
static const struct phrase {
	const char *key, *before, *one, *many, *fine; /* fine: the value that says nothing */
	bool is_detail;
} phrase[] = {
	{"uptime_us", "up ", "", "", "", false},
	{"results_minute", "", " result a minute", " results a minute", "", false},
	{"late_us", "starts ", " late (p99)", " late (p99)", "0", false},
	{"missed", "", " slot missed", " slots missed", "0", false},
	{"void", "", " void cycle", " void cycles", "0", false},
	{"diagnoses_left_out", "", " diagnosis left out", " diagnoses left out", "0", false},
	{"prober_deaths", "", " prober died", " probers died", "0", false},
	{"quarantined", "quarantined: ", "", "", "", false},
	{"recorder", "recorder ", "", "", "ok", false},
	{"dropped", "", " result dropped", " results dropped", "0", false},
	{"version", "version ", "", "", "", true},
	{"location", "location ", "", "", "", true},
	{"started_us", "since ", "", "", "", true},
	{"checks", "", " check", " checks", "", true},
	{"services", "", " service", " services", "", true},
	{"probers", "", " prober", " probers", "", true},
	{"in_flight", "", " probe in flight", " probes in flight", "", true},
	{"waiting", "", " probe waiting", " probes waiting", "", true},
	{"results", "", " result since the start", " results since the start", "", true},
	{"queue", "", " line for the recorder", " lines for the recorder", "", true},
	{"cpu_us", "", " of CPU", " of CPU", "", true},
	{"memory_bytes", "", " byte of memory", " bytes of memory", "", true},
	{"ignored", "", " line ignored", " lines ignored", "", true},
};

static const struct phrase *phrase_for(const struct overview_word *w)
{
	static const struct phrase further = {"", "", "", "", "0", false};

	for (size_t i = 0; i < sizeof phrase / sizeof *phrase; i++)
		if (!strcmp(phrase[i].key, w->key))
			return &phrase[i];
	return &further;
}

static void add_value(const struct screen *s, struct text *t, const struct overview_word *w)
{
	size_t n = strlen(w->key);
	int64_t us;

	if (n < 3 || strcmp(w->key + n - 3, "_us") || !text_to_int(w->value, &us))
		screen_list(s, t, w->value, 200);
	else if (!strcmp(w->key, "started_us"))
		clock_add_utc(t, us, 0);
	else if (!strcmp(w->key, "uptime_us"))
		add_ago(t, us, 0);
	else
		text_add_duration(t, us);
}

static void add_word(const struct screen *s, struct text *t, const struct overview_word *w)
{
	const struct phrase *p = phrase_for(w);

	if (*p->key) {
		text_puts(t, p->before);
	} else {
		screen_safe(s, t, w->key, 64);
		text_putc(t, ' ');
	}
	add_value(s, t, w);
	text_puts(t, !strcmp(w->value, "1") ? p->one : p->many);
}

/* What says nothing is left out, unless one wants to see it all. */
static bool is_worth(const struct cli *cli, const struct overview_word *w)
{
	const struct phrase *p = phrase_for(w);

	return *w->value && (cli->is_verbose || (!p->is_detail && strcmp(w->value, p->fine)));
}

/* The words stand on lines that fit the screen. */
static void add_words(const struct cli *cli, struct text *t, const struct overview *o)
{
	struct text one = {0};
	int at = STATE_COLUMNS + 1 + (int)strlen("monitor");
	const char *gap = " ";

	for (size_t i = 0; i < o->words; i++) {
		if (!is_worth(cli, &o->word[i]))
			continue;
		text_clear(&one);
		add_word(&cli->screen, &one, &o->word[i]);
		at += (int)strlen(gap) + screen_width(&cli->screen, text_get(&one));
		if (at >= cli->screen.columns) {
			text_puts(t, *gap == ',' ? ",\n" : "\n");
			screen_spaces(t, STATE_COLUMNS + 1);
			at = STATE_COLUMNS + 1 + screen_width(&cli->screen, text_get(&one));
		} else {
			text_puts(t, gap);
		}
		text_puts(t, text_get(&one));
		gap = ", ";
	}
	text_release(&one);
}

static void add_health(const struct cli *cli, struct text *t, const struct overview *o)
{
	const struct screen *s = &cli->screen;

	text_putc(t, '\n');
	screen_tone(s, t, o->is_ok ? TONE_GOOD : TONE_BAD);
	screen_field(s, t, o->is_ok ? "ok" : "trouble", STATE_COLUMNS);
	screen_tone(s, t, TONE_PLAIN);
	text_puts(t, " monitor");
	add_words(cli, t, o);
	text_putc(t, '\n');
	for (const char *at = o->trouble ? o->trouble : ""; *at;) {
		size_t n = strcspn(at, "\n");

		screen_spaces(t, STATE_COLUMNS + 1);
		text_add_safe(t, at, n, 1000);
		text_putc(t, '\n');
		at += n + (at[n] == '\n');
	}
}

static void take(const struct line *l, void *with)
{
	overview_take(with, l, clock_wall_us());
}

/* From the record, by the slas of the configuration; where it cannot be read nothing is shown. */
static void add_month(const struct cli *cli, struct overview *o)
{
	struct config *c = config_read_settings(cli->config);
	struct config_policies policies;
	struct text wrong = {0};
	struct uptime *u;

	config_read_policies(c, &policies);
	u = uptime_open(config_settings(c)->store, &policies, clock_wall_us(), &wrong);
	for (size_t i = 0; u && i < o->checks; i++)
		o->check[i].uptime_micro = uptime_known_micro(u, o->check[i].name);
	for (size_t i = 0; u && i < o->services; i++)
		o->service[i].uptime_micro = uptime_known_micro(u, o->service[i].name);
	uptime_close(u);
	config_free(c);
	text_release(&wrong);
}

static int show(const struct cli *cli, struct status *s)
{
	struct text t = {0};

	if (s->json) {
		json_write(&t, overview_json(&s->overview));
	} else {
		add_checks(cli, &t, &s->overview, s->overview.at_us);
		add_services(cli, &t, &s->overview, s->overview.at_us);
		add_health(cli, &t, &s->overview);
	}
	return cli_print(&t, EXIT_DONE);
}

int cli_status(struct cli *cli, int argc, char **argv)
{
	struct status s = {0};
	struct text line = {0};
	int status = cli_flags(cli, flag, &s, &argc, argv);

	if (status >= 0)
		return status;
	if (argc)
		return cli_wrong("'%s' is too much: nines status takes no words", argv[0]);
	line_begin(&line, "status", "-");
	line_end(&line);
	status = control_ask(cli, &(struct control_request){s.socket, &line, take, &s.overview});
	if (status == EXIT_DONE)
		add_month(cli, &s.overview);
	if (status == EXIT_DONE)
		status = show(cli, &s);
	overview_release(&s.overview);
	text_release(&line);
	return status;
}
