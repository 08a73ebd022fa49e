/* modules/heartbeat: a dead man's switch. A job says `nines beat NAME` when it has run; the check
 * is down when it fails, does not end, or is not heard of in time. Manual: heartbeat.md.
 *
 * Passive: run() is called with what the job said, and without a word at least once a minute. All
 * it knows is what it remembers, so that it judges the same after a restart. */
#include <nines/check.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND        INT64_C(1000000)
#define LOOK_US       (60 * SECOND)
#define LOOK_LEAST_US (SECOND / 10)
#define EARLY_US      (5 * SECOND) /* the job's clock may be so far ahead of ours */
#define TEXT_BYTES    400
#define RUNS          8
#define RUN_BYTES     12 /* of the name of a run: the beginning of a random id is enough */

struct heartbeat {
	int64_t period, grace, max_run;
	const char *cron, *zone;
};

static const struct module_option option[] = {
	OPTION_DURATION(struct heartbeat, period, "0", "0..400d",
			"the job is heard of at least so often; or give cron"),
	OPTION_(struct heartbeat, cron, "cron", OPTION_TYPE_CRON, "", NULL, 0,
		"when the job starts, as in crontab(5): '0 3 * * mon-fri'"),
	OPTION_(struct heartbeat, zone, "zone", OPTION_TYPE_ZONE, "UTC", NULL, 0,
		"whose clock cron means"),
	OPTION_DURATION(struct heartbeat, grace, "5m", "0..31d", "how much later it may be"),
	OPTION_(struct heartbeat, max_run, "max-run", OPTION_TYPE_DURATION, "0", "0..31d", 0,
		"down when a job that said start does not end within; 0: any time"),
	OPTION_END};

/* A run that has not ended. */
struct one_run {
	char name[RUN_BYTES + 1]; /* "": the job gives its runs no names */
	int64_t started_us;
};

/* What is remembered; all times wall clock, 0: never. */
struct job {
	int64_t ended_us, started_us; /* started_us: of the oldest run that has not ended */
	int64_t run_us; /* of the last run that said when it started; -1: none */
	int failed;
	char text[TEXT_BYTES]; /* with the last end */
	struct one_run run[RUNS];
	size_t runs;
};

/* What the job says: `start @RUN ~MICROSECONDS TEXT`, all but the first where given. */
struct said {
	char run[RUN_BYTES + 1];
	int64_t took_us; /* -1: it does not say */
	const char *text;
};

/* "@NAME=STARTED;NAME=STARTED TEXT"; of older ones the text alone. */
static void recall_runs(struct job *j, const char *at)
{
	struct one_run *one = j->run;
	int end;

	for (at += *at == '@'; j->runs < RUNS; at += end) {
		end = 0;
		if (*at == '=' && sscanf(at, "=%" SCNd64 ";%n", &one->started_us, &end) == 1 && end)
			*one->name = '\0';
		else if (sscanf(at, "%12[^= ;]=%" SCNd64 ";%n", one->name, &one->started_us, &end) <
				 2 ||
			 !end)
			break;
		one = &j->run[++j->runs];
	}
	snprintf(j->text, sizeof j->text, "%s", at + (*at == ' '));
}

static void recall(const struct probe *p, struct job *j)
{
	const char *memory = probe_recall(p);
	int rest = 0;

	*j = (struct job){.run_us = -1};
	if (sscanf(memory, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %d %n", &j->ended_us,
		   &j->started_us, &j->run_us, &j->failed, &rest) < 4)
		*j = (struct job){.run_us = -1};
	else if (memory[rest] == '@')
		recall_runs(j, memory + rest);
	else
		snprintf(j->text, sizeof j->text, "%s", memory + rest);
	if (j->started_us && !j->runs)
		j->run[j->runs++] = (struct one_run){.started_us = j->started_us};
}

static void keep(struct probe *p, const struct job *j)
{
	const char *runs = "@";

	for (size_t i = 0; i < j->runs; i++)
		runs = probe_text(p, "%s%s=%" PRId64 ";", runs, j->run[i].name,
				  j->run[i].started_us);
	probe_remember(p, probe_text(p, "%" PRId64 " %" PRId64 " %" PRId64 " %d %s %s", j->ended_us,
				     j->started_us, j->run_us, j->failed, runs, j->text));
}

/* ---- what the job says ---- */

static void forget_run(struct job *j, size_t i)
{
	memmove(&j->run[i], &j->run[i + 1], (--j->runs - i) * sizeof *j->run);
}

/* They stand in the order of their starts. */
static void set_started(struct job *j)
{
	j->started_us = j->runs ? j->run[0].started_us : 0;
}

/* Ends the run of that name; an end without a name ends them all. Since when it ran, 0: it did not
 * say. */
static int64_t take_run(struct job *j, const char *name)
{
	int64_t started_us = 0;

	for (size_t i = 0; i < j->runs && !started_us; i++)
		if (!*name || !strcmp(j->run[i].name, name)) {
			started_us = j->run[i].started_us;
			forget_run(j, i);
		}
	if (!*name)
		j->runs = 0;
	set_started(j);
	return started_us;
}

static void end(struct probe *p, struct job *j, const struct said *s, const char *text, int failed)
{
	int64_t started_us = take_run(j, s->run);

	j->ended_us = probe_wall_us(p);
	j->run_us = started_us ? j->ended_us - started_us : s->took_us;
	j->failed = failed;
	snprintf(j->text, sizeof j->text, "%s", text);
}

static void start(struct probe *p, struct job *j, const struct said *s)
{
	take_run(j, s->run);
	if (j->runs == RUNS)
		forget_run(j, 0);
	j->run[j->runs] = (struct one_run){.started_us = probe_wall_us(p)};
	snprintf(j->run[j->runs++].name, RUN_BYTES + 1, "%s", s->run);
	set_started(j);
}

static void succeed(struct probe *p, struct job *j, const struct said *s)
{
	end(p, j, s, s->text, 0);
}

static void fail(struct probe *p, struct job *j, const struct said *s)
{
	end(p, j, s, s->text, 1);
}

/* exit STATUS [TEXT] */
static void leave(struct probe *p, struct job *j, const struct said *s)
{
	char *rest;
	long status = strtol(s->text, &rest, 10);

	if (rest == s->text || status < 0 || status > 255) {
		probe_unknown(p, "wanted an exit status, got '%s'", probe_shown(p, s->text));
		return;
	}
	rest += *rest == ' ';
	end(p, j, s, probe_text(p, "exit status %ld%s%s", status, *rest ? ": " : "", rest),
	    status != 0);
}

/* A word for people: it says nothing of how the job fares. */
static void note(struct probe *p, struct job *j, const struct said *s)
{
	(void)p;
	if (!j->failed)
		snprintf(j->text, sizeof j->text, "%s", s->text);
}

static const struct {
	const char *word;
	void (*take)(struct probe *, struct job *, const struct said *);
} event[] = {{"beat", succeed}, {"success", succeed}, {"start", start},
	     {"fail", fail},    {"exit", leave},      {"log", note}};

static void read_said(struct said *s, const char *at)
{
	int end = 0;

	*s = (struct said){.took_us = -1};
	if (sscanf(at, " @%12[^ =;]", s->run) == 1)
		sscanf(at, " @%*[^ ]%n", &end);
	at += end;
	end = 0;
	if (sscanf(at, " ~%" SCNd64 "%n", &s->took_us, &end) == 1)
		at += end;
	s->text = at + (*at == ' ');
}

/* What it does not understand changes nothing. */
static void take_event(struct probe *p, struct job *j)
{
	const char *heard = probe_event(p);
	size_t n = strcspn(heard, " ");
	struct said said;

	for (size_t i = 0; n && i < sizeof event / sizeof *event; i++)
		if (strlen(event[i].word) == n && !strncmp(event[i].word, heard, n)) {
			read_said(&said, heard + n);
			event[i].take(p, j, &said);
			keep(p, j);
			return;
		}
	if (n)
		probe_unknown(p, "wanted start, success, fail, exit or log, got '%s'",
			      probe_shown(p, heard));
}

/* ---- what is to be thought of it ---- */

/* By when it must be heard of again. */
static int64_t deadline(struct probe *p, const struct heartbeat *o, const struct job *j)
{
	int64_t heard_us = j->started_us > j->ended_us ? j->started_us : j->ended_us;

	if (j->started_us && o->max_run)
		return j->started_us + o->max_run;
	if (o->period)
		return heard_us + o->period + o->grace;
	return probe_next_cron(p, o->cron, o->zone, heard_us + EARLY_US) + o->grace;
}

static void judge(struct probe *p, const struct heartbeat *o, const struct job *j, int64_t by_us)
{
	bool is_late = probe_wall_us(p) > by_us;

	if (j->run_us >= 0)
		probe_value(p, "run_time", (double)j->run_us / SECOND, "s");
	if (j->ended_us)
		probe_fact(p, "last_end", probe_time_text(p, o->zone, j->ended_us));
	if (j->started_us)
		probe_fact(p, "running_since", probe_time_text(p, o->zone, j->started_us));
	if (*j->text && !j->failed)
		probe_fact(p, "said", probe_shown(p, j->text));
	probe_fact(p, "wanted_by", probe_time_text(p, o->zone, by_us));
	if (is_late && j->started_us && o->max_run)
		probe_fail(p, "started at %s, not ended within %s",
			   probe_time_text(p, o->zone, j->started_us),
			   probe_duration_text(p, o->max_run));
	else if (j->failed)
		probe_fail(p, *j->text ? "failed at %s: %s" : "failed at %s",
			   probe_time_text(p, o->zone, j->ended_us), probe_shown(p, j->text));
	else if (is_late)
		probe_fail(p, "not heard of since %s, wanted by %s",
			   probe_time_text(p, o->zone, j->started_us ? j->started_us : j->ended_us),
			   probe_time_text(p, o->zone, by_us));
}

static void run(struct probe *p, const void *options)
{
	const struct heartbeat *o = options;
	struct job job;
	int64_t by_us, left_us;

	recall(p, &job);
	probe_expect_within(p, LOOK_US);
	if (!o->period == !*o->cron)
		probe_unknown(p, "give either period or cron");
	take_event(p, &job);
	if (!job.ended_us && !job.started_us)
		probe_unknown(p, "not heard of yet");
	by_us = deadline(p, o, &job);
	left_us = by_us - probe_wall_us(p);
	if (left_us >= 0 && left_us < LOOK_US)
		probe_expect_within(p, left_us > LOOK_LEAST_US ? left_us : LOOK_LEAST_US);
	judge(p, o, &job, by_us);
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct heartbeat *o = options;

	if (!o->period != !*o->cron)
		return true;
	j->option = "period";
	snprintf(j->why, sizeof j->why, "give either period or cron");
	return false;
}

CHECK_MODULE("heartbeat", "waits for a job to say that it has run", struct heartbeat, option, run,
	     .head.flags = MODULE_IS_PASSIVE, .judge = is_sane);
