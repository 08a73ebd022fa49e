/* import/nagios: the logs of Nagios and its relatives: hard states, scheduled downtime, restarts.
 * See import.h.
 *
 * A host is the target `host`, a service `host/service`. Only HARD states are kept; a state holds
 * until the next. Lines of other kinds are passed over; a line that begins like one of ours and is
 * broken is passed over too, as every tool that reads these logs does (a crash of Nagios leaves
 * half lines). */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "import.h"

#define FIELDS 6

struct reading {
	struct import *im;
	int64_t at_us;
	char *field[FIELDS];
	size_t fields;
};

static const struct {
	const char *name;
	enum sla_state state;
} state_word[] = {
	{"UP", SLA_UP},
	{"OK", SLA_UP},
	{"DOWN", SLA_DOWN},
	{"UNREACHABLE", SLA_DOWN},
	{"WARNING", SLA_DEGRADED},
	{"CRITICAL", SLA_DOWN},
	{"UNKNOWN", SLA_UNKNOWN},
};

static bool find_state(const char *word, enum sla_state *state)
{
	for (size_t i = 0; i < sizeof state_word / sizeof *state_word; i++)
		if (!strcmp(word, state_word[i].name)) {
			*state = state_word[i].state;
			return true;
		}
	return false;
}

static uint32_t host_target(struct reading *r)
{
	return import_target(r->im, r->field[0]);
}

static uint32_t service_target(struct reading *r)
{
	struct text name = {0};
	uint32_t target;

	text_printf(&name, "%s/%s", r->field[0], r->field[1]);
	target = import_target(r->im, text_get(&name));
	text_release(&name);
	return target;
}

/* `first` is the field of the state; behind it stand HARD or SOFT. */
static void keep_state(struct reading *r, uint32_t (*target_of)(struct reading *), size_t first)
{
	enum sla_state state;
	uint32_t target;

	if (r->fields < first + 2 || strcmp(r->field[first + 1], "HARD") ||
	    !find_state(r->field[first], &state))
		return;
	target = target_of(r);
	if (target != UINT32_MAX)
		import_add(r->im, target, r->at_us, state, SLA_NO_CAUSE, -1);
}

static void keep_downtime(struct reading *r, uint32_t (*target_of)(struct reading *), size_t first)
{
	uint32_t target;

	if (r->fields <= first || (target = target_of(r)) == UINT32_MAX)
		return;
	import_edge(r->im, target, r->at_us, !strcmp(r->field[first], "STARTED"));
}

static void host_state(struct reading *r)
{
	keep_state(r, host_target, 1);
}

static void service_state(struct reading *r)
{
	keep_state(r, service_target, 2);
}

static void host_downtime(struct reading *r)
{
	keep_downtime(r, host_target, 1);
}

static void service_downtime(struct reading *r)
{
	keep_downtime(r, service_target, 2);
}

static const struct {
	const char *name;
	void (*take)(struct reading *);
} entry[] = {
	{"HOST ALERT: ", host_state},
	{"CURRENT HOST STATE: ", host_state},
	{"INITIAL HOST STATE: ", host_state},
	{"SERVICE ALERT: ", service_state},
	{"CURRENT SERVICE STATE: ", service_state},
	{"INITIAL SERVICE STATE: ", service_state},
	{"HOST DOWNTIME ALERT: ", host_downtime},
	{"SERVICE DOWNTIME ALERT: ", service_downtime},
};

/* What says that the monitor itself stopped or started. */
static const struct {
	const char *text;
	bool is_start;
} program[] = {
	{" starting... ", true},     {"PROGRAM_RESTART", true}, {"PROGRAM_START", true},
	{"shutting down", false},    {"Bailing out", false},    {"Successfully shutdown", false},
	{"PROGRAM_SHUTDOWN", false},
};

static void cut_at_semicolons(struct reading *r, char *at)
{
	for (r->fields = 0; at && r->fields < FIELDS; r->fields++) {
		r->field[r->fields] = at;
		at = strchr(at, ';');
		if (at)
			*at++ = '\0';
	}
}

/* "[1262894050] TEXT": the text, or NULL. */
static char *take_time(char *line, int64_t *at_us)
{
	char *end;
	long long s;

	if (*line != '[')
		return NULL;
	s = strtoll(line + 1, &end, 10);
	if (end == line + 1 || end[0] != ']' || end[1] != ' ' || s < 0 || s > INT64_C(253402300799))
		return NULL;
	*at_us = s * CLOCK_SECOND;
	return end + 2;
}

static void keep_program(struct import *im, const char *text, int64_t at_us)
{
	for (size_t i = 0; i < sizeof program / sizeof *program; i++)
		if (strstr(text, program[i].text)) {
			import_run(im, at_us, program[i].is_start);
			return;
		}
}

static void read_line(struct import *im, char *line)
{
	struct reading r = {.im = im};
	char *text = take_time(line, &r.at_us);

	if (!text || !import_time(im, r.at_us))
		return;
	for (size_t i = 0; i < sizeof entry / sizeof *entry; i++) {
		size_t n = strlen(entry[i].name);

		if (!strncmp(text, entry[i].name, n)) {
			cut_at_semicolons(&r, text + n);
			entry[i].take(&r);
			return;
		}
	}
	keep_program(im, text, r.at_us);
}

static uint32_t host_of(const struct import *im, const char *service)
{
	const char *slash = strchr(service, '/');
	uint32_t host = UINT32_MAX;
	struct text name = {0};
	void *known;

	if (!slash)
		return host;
	text_add(&name, service, (size_t)(slash - service));
	known = map_find_text(&im->by_name, name.at);
	if (known)
		host = (uint32_t)((uintptr_t)known - 1);
	text_release(&name);
	return host;
}

/* A host's scheduled downtime is its services' too. Windows are in order of target. */
void import_finish_nagios(struct import *im)
{
	size_t own = im->windows, *first = memory_new((im->targets + 1) * sizeof *first);

	for (size_t w = own; w--;)
		first[im->window[w].target] = w + 1;
	for (uint32_t t = 0; t < im->targets; t++) {
		uint32_t host = host_of(im, im->target[t].name);

		if (host == UINT32_MAX || !first[host])
			continue;
		for (size_t w = first[host] - 1; w < own && im->window[w].target == host; w++)
			import_add_window(im, t, im->window[w].from_us, im->window[w].to_us);
	}
	free(first);
}

void import_read_nagios(struct import *im, FILE *f)
{
	char *line;

	while ((line = import_line(im, f)))
		read_line(im, line);
}
