/* prober/prober: see prober.h. */
#include "prober.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../base/sanitizer.h"
#include "../module/site.h"
#include "../parent/sandbox.h"
#include "blame.h"
#include "check.h"
#include "diagnosis.h"
#include "inspection.h"
#include "probe.h"

#define PROBER_MAGIC  0x70726f72u
#define JOB_MAGIC     0x6a6f6220u
#define CONTROL_BYTES (1u << 20)
#define RESULTS_BYTES (64u << 20) /* queued for a keeper that does not read */
/* So many begin in one turn of the loop. Then it is looked what has come in, so that the first
 * probes of a burst are not timed by the last. */
#define BEGIN_MOST    32
/* Results wait for those of the probes beside them: for those that are due soon where all of them
 * were quick, up and on time, else only for those that run. One that is late was given to another
 * prober before: what ended that one may end this one, and its result is not to be lost again. */
#define HELD_US       5000
#define HELD_MOST_US  100000
#define LATE_US       10000
#define JOB_TEXT_BYTES 64 /* what most need */
#define JOB_SPARES 512
#define CHECK_FETCHED 256 /* bytes: the struct, the options of most modules */
#define HELD_BYTES    (32u << 10)

struct prober {
	uint32_t magic;
	struct loop *loop;
	struct loop_turn turn;
	struct loop_timer soon;  /* probes wait to begin */
	struct loop_timer held;  /* results wait for others */
	struct link control, keeper;
	struct probe_host host;
	struct map checks, secrets, modules; /* by number, by number, by name */
	bool blocks; /* pool blocking: one probe at a time */
	bool is_running; /* `go` has come */
	int64_t held_until_us; /* results go then at the latest; 0: there are none */
	struct job *running;      /* of pool blocking */
	struct job *first, *last; /* that wait to begin: by due time */
	struct job *spare;        /* for the next ones */
	size_t spares;
	int status;
};

/* One probe: the order and the texts it points to, in one piece. */
struct job {
	uint32_t magic;
	struct prober *prober;
	struct prober_check *check;
	struct job *next, *previous;
	struct diagnosis *diagnosis; /* the result is for this, not for the keeper */
	struct probe_order order;
	bool is_usual; /* it has room for JOB_TEXT_BYTES: that of any other may be */
	char texts[];
};

/* ---- results ---- */

static void refuse(struct prober *r, const char *id, int64_t due_us, const char *reason)
{
	struct text *t = link_line(&r->keeper);
	int64_t late_us = due_us ? clock_mono_us() - due_us : 0;

	line_begin(t, "result", id);
	line_add(t, "verdict", verdict_name[VERDICT_UNKNOWN]);
	line_add(t, "reason", reason);
	line_add_int(t, "start_us", clock_wall_us());
	line_add_int(t, "late_us", late_us > 0 ? late_us : 0);
	line_add_int(t, "elapsed_us", 0);
	line_end(t);
}

static bool is_good(const struct prober *r, const struct probe *p)
{
	return p->verdict == VERDICT_UP && p->start_us - p->order.due_us < LATE_US &&
	       loop_now(r->loop) - p->start_us < HELD_MOST_US;
}

/* `may_wait`: for what is due soon. */
static void hold(struct prober *r, bool may_wait)
{
	int64_t until_us = loop_now(r->loop) + (may_wait && r->first ? HELD_MOST_US : HELD_US);

	if (!r->held_until_us || until_us < r->held_until_us)
		r->held_until_us = until_us;
}

static void job_free(struct job *j)
{
	struct prober *r = j->prober;

	prober_check_leave(j->check);
	j->magic = 0;
	if (!j->is_usual || r->spares == JOB_SPARES) {
		free(j);
		return;
	}
	j->next = r->spare;
	r->spare = j;
	r->spares++;
}

static void done(struct probe *p, const struct text *result, void *with)
{
	struct job *j = with;
	struct prober *r = j->prober;

	(void)p;
	assert(j->magic == JOB_MAGIC && r->magic == PROBER_MAGIC);
	if (j->diagnosis)
		diagnosis_take_probe(j->diagnosis, result);
	else if (link_is_open(&r->keeper))
		text_add(link_line(&r->keeper), result->at, result->size);
	hold(r, is_good(r, p));
	if (r->host.blame)
		r->host.blame->probes++;
	if (r->running == j)
		r->running = NULL;
	if (j->diagnosis)
		diagnosis_go_on(j->diagnosis);
	job_free(j);
}

/* ---- probes ---- */

static const char *const job_text[] = {"source", "item", "event", "memory"};
#define JOB_TEXTS (sizeof job_text / sizeof *job_text)

static const char *keep(char **at, const char *text)
{
	size_t size;

	if (!*text)
		return "";
	size = strlen(text) + 1;
	*at += size;
	return memcpy(*at - size, text, size);
}

/* NULL: no memory. */
static struct job *job_take(struct prober *r, size_t texts)
{
	struct job *j = texts <= JOB_TEXT_BYTES ? r->spare : NULL;

	if (j) {
		r->spare = j->next;
		r->spares--;
		return j;
	}
	j = malloc(sizeof *j + (texts < JOB_TEXT_BYTES ? JOB_TEXT_BYTES : texts));
	SANITIZER_IS_HELD(j); /* by its probe */
	return j;
}

/* Looks into the check as little as can be: it begins later. */
static struct job *job_new(struct prober *r, const struct line *l, struct prober_check *c)
{
	const char *text[JOB_TEXTS];
	size_t room = strlen(l->id) + 1;
	struct job *j;
	char *at;

	for (size_t i = 0; i < JOB_TEXTS; i++) {
		text[i] = line_get(l, job_text[i]);
		room += *text[i] ? strlen(text[i]) + 1 : 0;
	}
	j = job_take(r, room);
	if (!j)
		return NULL;
	at = j->texts;
	*j = (struct job){
		.magic = JOB_MAGIC,
		.prober = r,
		.check = c,
		.is_usual = room <= JOB_TEXT_BYTES,
		.order.due_us = line_int(l, "due_us", 0),
		.order.done = done,
		.order.with = j,
		.order.wants_transcript = line_int(l, "transcript", 0) > 0,
	};
	j->order.id = keep(&at, l->id);
	j->order.source = keep(&at, text[0]);
	j->order.item = keep(&at, text[1]);
	j->order.event = keep(&at, text[2]);
	j->order.memory = keep(&at, text[3]);
	c->users++;
	return j;
}

static void complete(struct job *j)
{
	const struct prober_check *c = j->check;
	struct probe_order *o = &j->order;

	o->module = c->module;
	o->options = c->options;
	o->check = c->name;
	o->address_family = c->address_family;
	o->timeout_us = c->timeout_us;
	o->slow_us = c->slow_us;
	o->limit = c->limit;
	o->limits = c->limits;
	if (!j->diagnosis)
		return;
	o->wants_transcript = true;
	if (o->timeout_us > DIAGNOSIS_TIMEOUT_US)
		o->timeout_us = DIAGNOSIS_TIMEOUT_US;
}

/* They come almost in the order in which they are due. */
static void enqueue(struct prober *r, struct job *j)
{
	struct job *before = r->last;

	while (before && before->order.due_us > j->order.due_us)
		before = before->previous;
	j->previous = before;
	j->next = before ? before->next : r->first;
	*(before ? &before->next : &r->first) = j;
	*(j->next ? &j->next->previous : &r->last) = j;
}

static struct job *dequeue(struct prober *r)
{
	struct job *j = r->first;

	r->first = j->next;
	*(r->first ? &r->first->previous : &r->last) = NULL;
	return j;
}

static void begin(struct prober *r, struct job *j)
{
	if (j->check->refusal) {
		refuse(r, j->order.id, j->order.due_us, j->check->refusal);
		job_free(j);
		return;
	}
	complete(j);
	if (r->blocks) {
		r->running = j;
		if (r->host.blame)
			r->host.blame->patience_us = j->order.timeout_us;
	}
	probe_begin(&r->host, &j->order);
}

static void want_begin(struct prober *r)
{
	int64_t now_us = loop_now(r->loop), at_us;

	if (!r->first || r->running)
		return;
	at_us = r->first->order.due_us > now_us ? r->first->order.due_us : now_us;
	if (!r->soon.place || r->soon.at_us > at_us)
		loop_set(r->loop, &r->soon, at_us);
}

static bool is_due(const struct prober *r)
{
	return r->first && r->first->order.due_us <= loop_now(r->loop);
}

/* Its check has slept for its interval and is in no cache: it is fetched while the one before
 * begins. */
static void fetch(const struct job *j)
{
	if (!j)
		return;
	for (size_t i = 0; j->next && i < sizeof *j; i += 64)
		__builtin_prefetch((const char *)j->next + i);
	for (size_t i = 0; i < CHECK_FETCHED; i += 64)
		__builtin_prefetch((const char *)j->check + i, 1);
}

/* Of pool blocking one in a turn of the loop, so that each result leaves before the next probe
 * holds it. */
static void begin_waiting(struct loop_timer *soon)
{
	struct prober *r = (struct prober *)((char *)soon - offsetof(struct prober, soon));

	for (int most = r->blocks ? 1 : BEGIN_MOST; is_due(r) && !r->running && most; most--) {
		fetch(r->first->next);
		begin(r, dequeue(r));
	}
	want_begin(r);
}

static const char *take_probe(struct prober *r, const struct line *l)
{
	struct prober_check *c = map_find(&r->checks, (uint64_t)line_int(l, "check", -1));
	struct job *j = c ? job_new(r, l, c) : NULL;

	if (j)
		enqueue(r, j);
	else
		refuse(r, l->id, line_int(l, "due_us", 0),
		       c ? "no memory for another probe"
			 : "the prober was not told of this check");
	want_begin(r);
	return NULL;
}

/* ---- diagnoses ---- */

static void tell_diagnosis(const char *id, const struct text *report, void *with)
{
	struct prober *r = with;
	struct text *t = link_line(&r->keeper);

	if (!link_is_open(&r->keeper))
		return;
	line_begin(t, "diagnosis", id);
	line_add(t, "text", text_get(report));
	line_end(t);
	hold(r, false);
}

static struct diagnosis *diagnosis_of(struct prober *r, const struct line *l,
				      const struct prober_check *c)
{
	struct text host = {0};
	struct diagnosis_order order = {
		.id = l->id,
		.check = c->name,
		.source = line_get(l, "source"),
		.host = site_host(&c->module->head, c->options, &host),
		.address = line_get(l, "address"),
		.address_family = c->address_family,
		.done = tell_diagnosis,
		.with = r,
	};
	struct diagnosis *d = diagnosis_new(&r->host, &order);

	text_release(&host);
	return d;
}

/* The conversation once more, unless the keeper knows that it says nothing (a check of items). */
static const char *take_diagnose(struct prober *r, const struct line *l)
{
	struct prober_check *c = map_find(&r->checks, (uint64_t)line_int(l, "check", -1));
	bool probes = line_int(l, "probe", 0) > 0;
	struct diagnosis *d;
	struct job *j;

	if (!c || c->refusal)
		return NULL;
	d = diagnosis_of(r, l, c);
	j = probes ? job_new(r, l, c) : NULL;
	if (!j) {
		diagnosis_go_on(d);
		return NULL;
	}
	j->diagnosis = d;
	enqueue(r, j);
	want_begin(r);
	return NULL;
}

/* ---- claims ---- */

static void tell_inspection(const struct inspection_order *o, const char *method,
			    const struct text *found)
{
	struct prober *r = o->with;
	struct text *t = link_line(&r->keeper);

	if (!link_is_open(&r->keeper))
		return;
	line_begin(t, "inspected", o->id);
	line_add(t, "site", o->site);
	line_add(t, "method", method);
	line_add(t, "found", text_get(found));
	line_end(t);
	hold(r, false);
}

static const char *take_inspect(struct prober *r, const struct line *l)
{
	inspection_begin(&r->host,
			 &(struct inspection_order){.id = l->id,
						    .site = line_get(l, "site"),
						    .code = line_get(l, "code"),
						    .done = tell_inspection,
						    .with = r});
	return NULL;
}

/* ---- the keeper's other lines ---- */

static void forget(struct prober *r, int64_t number)
{
	struct prober_check *old = map_take(&r->checks, (uint64_t)number);

	if (old)
		prober_check_leave(old);
}

static const char *take_check(struct prober *r, const struct line *l)
{
	int64_t number = line_number(l);

	if (number < 0)
		return NULL; /* its probes will say that there is no such check */
	forget(r, number);
	map_put(&r->checks, (uint64_t)number,
		prober_check_new(l, map_find_text(&r->modules, line_get(l, "module")),
				 &r->secrets));
	return NULL;
}

static const char *take_forget(struct prober *r, const struct line *l)
{
	forget(r, line_number(l));
	return NULL;
}

struct verb {
	const char *name;
	const char *(*take)(struct prober *, const struct line *);
};

static const struct verb keeper_verb[] = {{"probe", take_probe},
					  {"diagnose", take_diagnose},
					  {"inspect", take_inspect},
					  {"check", take_check},
					  {"forget", take_forget},
					  {NULL, NULL}};

static const char *take_keeper(struct link *k, const struct line *l, int fd)
{
	struct prober *r = k->with;

	assert(r->magic == PROBER_MAGIC);
	if (fd >= 0)
		close(fd);
	for (const struct verb *v = keeper_verb; v->name; v++)
		if (!strcmp(v->name, l->verb))
			return v->take(r, l);
	return NULL; /* a newer keeper's word */
}

static void keeper_closed(struct link *k, const char *why)
{
	struct prober *r = k->with;

	(void)why;
	loop_end(r->loop);
}

/* ---- the parent's lines ---- */

static const char *take_start(struct prober *r, const struct line *l, int fd)
{
	const char *pool = line_get(l, "pool");

	if (fd >= 0)
		close(fd);
	r->blocks = !strcmp(pool, "blocking");
	r->host.may_exec = !strcmp(pool, "exec");
	return NULL;
}

static void take_module(struct prober *r, const char *name, const char *build, int fd)
{
	struct prober_module *m = map_find_text(&r->modules, name);

	if (!m) {
		m = memory_new(sizeof *m);
		m->name = memory_text(name);
		map_put_text(&r->modules, name, m);
	} else if (m->fd >= 0) {
		close(m->fd);
		free(m->build);
	}
	m->build = memory_text(build);
	m->fd = fd;
}

static void replace_fd(int *at, int fd)
{
	if (*at >= 0)
		close(*at);
	*at = fd;
}

static const char *take_fd(struct prober *r, const struct line *l, int fd)
{
	const char *build = line_get(l, "build");

	if (fd < 0)
		return "a descriptor is missing";
	if (!strncmp(l->id, "module.", 7) && !r->is_running) {
		take_module(r, l->id + 7, build, fd);
	} else if (!strcmp(l->id, "icmp4")) {
		replace_fd(&r->host.icmp4_fd, fd);
	} else if (!strcmp(l->id, "icmp6")) {
		replace_fd(&r->host.icmp6_fd, fd);
	} else if (!strcmp(l->id, "blame")) {
		r->host.blame = blame_map(fd);
		close(fd);
	} else if (!strcmp(l->id, "keeper") && !link_is_open(&r->keeper)) {
		r->keeper.name = "keeper";
		if (!link_open(&r->keeper, r->loop, fd, RESULTS_BYTES))
			return "the loop refused the keeper's link";
	} else {
		close(fd);
	}
	return NULL;
}

static const char *take_secret(struct prober *r, const struct line *l, int fd)
{
	int64_t number = line_number(l);

	if (fd >= 0)
		close(fd);
	if (number < 0)
		return NULL;
	free(map_take(&r->secrets, (uint64_t)number));
	map_put(&r->secrets, (uint64_t)number, memory_text(line_get(l, "value")));
	return NULL;
}

/* Constructors run inside: the page says whose, should they crash or hang (F20). */
static void open_module(struct prober *r, struct prober_module *m)
{
	struct text refusal = {0};

	blame_enter(r->host.blame, -1, m->name, "", "load");
	m->module = module_open(m->fd, m->name, MODULE_CHECK, &refusal);
	m->fd = -1;
	blame_leave(r->host.blame);
	if (!m->module)
		m->refusal = memory_text(text_get(&refusal));
	text_release(&refusal);
}

static const char *take_go(struct prober *r, const struct line *l, int fd)
{
	struct prober_module *m;
	struct text *answer;

	(void)l;
	if (fd >= 0)
		close(fd);
	if (r->is_running)
		return NULL;
	r->is_running = true;
	sandbox_enter(r->host.may_exec ? "prober-exec" : "prober");
	for (size_t at = 0; (m = map_next(&r->modules, &at));)
		open_module(r, m);
	answer = link_line(&r->control);
	line_begin(answer, "ready", "-");
	line_end(answer);
	return NULL;
}

static const char *take_stop(struct prober *r, const struct line *l, int fd)
{
	(void)l;
	if (fd >= 0)
		close(fd);
	loop_end(r->loop);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*take)(struct prober *, const struct line *, int fd);
} control_verb[] = {{"start", take_start}, {"fd", take_fd},     {"secret", take_secret},
		    {"go", take_go},       {"stop", take_stop}, {NULL, NULL}};

static const char *take_control(struct link *k, const struct line *l, int fd)
{
	struct prober *r = k->with;

	assert(r->magic == PROBER_MAGIC);
	for (int i = 0; control_verb[i].name; i++)
		if (!strcmp(control_verb[i].name, l->verb))
			return control_verb[i].take(r, l, fd);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void control_closed(struct link *k, const char *why)
{
	struct prober *r = k->with;

	(void)why;
	loop_end(r->loop);
}

/* ---- the process ---- */

static void go_on(struct loop_timer *t)
{
	(void)t; /* the end of the turn that it makes does the work */
}

/* A frame for each result would wake the keeper for each. */
static void give_results(struct prober *r)
{
	bool may_wait = (r->host.in_flight || r->first) && !r->blocks &&
			link_line(&r->keeper)->size < HELD_BYTES;

	if (may_wait && r->held_until_us > loop_now(r->loop)) {
		if (!r->held.place || r->held.at_us > r->held_until_us)
			loop_set(r->loop, &r->held, r->held_until_us);
		return;
	}
	r->held_until_us = 0;
	loop_stop_timer(r->loop, &r->held);
	link_flush(&r->keeper);
}

/* The last of a turn. */
static void turn_ended(struct loop_turn *t)
{
	struct prober *r = (struct prober *)((char *)t - offsetof(struct prober, turn));

	want_begin(r);
	give_results(r);
	link_flush(&r->control);
}

static void raise_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static bool open_all(struct prober *r, int control_fd)
{
	r->loop = loop_new();
	if (!r->loop)
		return false;
	r->turn.turn = turn_ended;
	r->soon.fire = begin_waiting;
	r->held.fire = go_on;
	loop_each_turn(r->loop, &r->turn); /* before all others: it runs last */
	r->control = (struct link){
		.name = "parent", .take = take_control, .closed = control_closed, .with = r};
	r->keeper = (struct link){
		.watch.fd = -1, .take = take_keeper, .closed = keeper_closed, .with = r};
	r->host.loop = r->loop;
	r->host.icmp4_fd = r->host.icmp6_fd = -1;
	return probe_host_open(&r->host) &&
	       link_open(&r->control, r->loop, control_fd, CONTROL_BYTES);
}

static void beat(int64_t busy_since_us, void *with)
{
	struct prober *r = with;

	blame_beat(busy_since_us, r->host.blame);
}

int prober_main(int control_fd)
{
	static struct prober prober; /* what is in flight at the end stays reachable */
	struct prober *r = &prober;

	log_role("prober");
	raise_descriptors();
	*r = (struct prober){.magic = PROBER_MAGIC};
	if (!open_all(r, control_fd))
		log_die(MEMORY_EXIT, "cannot start: %s", log_errno(errno));
	loop_heartbeat(r->loop, beat, r);
	loop_run(r->loop);
	return r->status;
}
