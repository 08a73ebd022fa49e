/* report/child: the process that a report module runs in: opens what may be read, gives up
 * everything else, fills the page and writes the document. See report.h. */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/memory.h"
#include "../module/load.h"
#include "../module/option.h"
#include "../parent/sandbox.h"
#include "host.h"

#define GIVEN_MOST 64

struct child {
	const struct report_order *order;
	struct host host;
	struct page page;
	struct module *module;
	void *options;
	const char *given[GIVEN_MOST + 1];
	size_t givens;
	struct text wrong;
	struct spool spool;
	size_t poured;
	int out;
};

static void send(const struct child *c, const struct text *t)
{
	if (!spool_write(c->out, text_get(t), t->size))
		_exit(REPORT_FAILED);
}

/* While a document is rendered. */
static void pour(struct text *t, void *with)
{
	struct child *c = with;

	send(c, t);
	c->poured += t->size;
	text_clear(t);
	if (c->order->progress)
		progress_show(c->order->progress, "%s: %zu kB are written out", c->order->name,
			      c->poured >> 10);
}

static void end(struct child *c, enum report_result result)
{
	/* a full disk gets back what the page took: the sentence needs room, too */
	spool_close(&c->spool);
	if (result != REPORT_DONE)
		send(c, &c->wrong);
	_exit(result);
}

static void set_option(struct child *c, const char *name, const char *value)
{
	const struct module_head *head = &c->module->report->head;
	const struct module_option *o = option_find(head, name);
	const char *meant;
	size_t n = 0;

	while (head->option && head->option[n].name)
		n++;
	if (o && c->givens < GIVEN_MOST &&
	    option_set(head, c->options, &c->host.arena, name, value, &c->wrong)) {
		c->given[c->givens++] = o->name;
		return;
	}
	meant = option_nearest(name, head->option, n, sizeof *head->option);
	if (!o && meant)
		text_printf(&c->wrong, "report '%s' has no option '%s': did you mean '%s'?",
			    c->order->name, name, meant);
	else if (!o)
		text_printf(&c->wrong,
			    "report '%s' has no option '%s': see 'nines modules %s'",
			    c->order->name, name, c->order->name);
	end(c, REPORT_WRONG_ORDER);
}

static void take_option(const char *name, const char *value, void *with)
{
	set_option(with, name, value);
}

/* Those of the configuration, then those that were typed. */
static void set_options(struct child *c)
{
	const struct report_order *o = c->order;
	const struct module_head *head = &c->module->report->head;
	struct text word = {0};

	c->options = memory_new(head->options_size + 1);
	if (!option_defaults(head, c->options, &c->host.arena, &c->wrong))
		end(c, REPORT_FAILED);
	text_printf(&word, "report-%s", o->name);
	if (o->config)
		config_each_option(o->config, text_get(&word), take_option, c);
	for (int i = 0; i < o->options; i++) {
		const char *equals = strchr(o->option[i], '=');

		text_clear(&word);
		text_add(&word, o->option[i], (size_t)(equals - o->option[i]));
		set_option(c, text_get(&word), equals + 1);
	}
	if (!option_complete(head, c->options, c->given, &c->wrong))
		end(c, REPORT_WRONG_ORDER);
	text_release(&word);
}

/* Everything that is read from names, before the sandbox: what is wrong with the order is said
 * before any module runs. */
static void prepare(struct child *c)
{
	struct host *h = &c->host;

	arena_init(&h->arena, NULL, 0, HOST_BYTES);
	h->magic = HOST_MAGIC;
	h->order = c->order;
	if (!host_read_policies(h, &c->wrong) || !host_find_period(h, &c->wrong))
		end(c, REPORT_WRONG_ORDER);
	/* A report may do without the record: it is told when it asks. */
	if (!h->unreadable.size)
		h->read = read_open(c->order->store, &h->unreadable);
	if (h->read)
		read_linger(h->read, true);
	if (!h->read && h->order->now_us >= h->span->period.from_us &&
	    access(c->order->store, F_OK) < 0 && errno == ENOENT)
		text_puts(&h->unreadable, ": start ninesd, import a history, or name the database "
					  "with --store");
	if (h->read && !host_find_targets(h, &c->wrong))
		end(c, REPORT_WRONG_ORDER);
	if (!host_read_what_if(h, &c->wrong))
		end(c, REPORT_WRONG_ORDER);
}

static void open_module(struct child *c)
{
	char build[17];
	int fd = module_copy(c->order->module_path, build, &c->wrong);

	if (fd < 0)
		end(c, REPORT_FAILED);
	sandbox_enter("report");
	c->module = module_open(fd, c->order->name, MODULE_REPORT, &c->wrong);
	if (!c->module)
		end(c, REPORT_FAILED);
}

static const struct zone *find_zone(const struct page *p, const char *name)
{
	const struct host *h = p->host;

	for (size_t i = 0; i < h->spans; i++)
		if (!strcmp(zone_name(h->all_spans[i].zone), name))
			return h->all_spans[i].zone;
	return NULL;
}

static void fill(struct child *c)
{
	page_init(&c->page, c->order->name, c->host.span->zone, &c->host.span->period);
	if (c->spool.fd >= 0)
		page_spill(&c->page, &c->spool);
	c->page.host = &c->host;
	c->page.find_zone = find_zone;
	c->module->report->fill(&c->page, c->options);
	host_add_order(&c->host, &c->page);
	host_add_evidence(&c->host, &c->page);
	host_end_reading(&c->host);
	host_judge_what_if(&c->host, &c->page);
	if (!c->page.wrong.size)
		return;
	text_add(&c->wrong, c->page.wrong.at, c->page.wrong.size);
	end(c, c->page.is_wrong_order ? REPORT_WRONG_ORDER : REPORT_FAILED);
}

void report_child(const struct report_order *order, int out)
{
	struct child c = {.order = order, .out = out, .spool = {.fd = spool_file()}};
	struct render_order render = order->render;
	struct rlimit none = {0, 0};
	struct text document = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* what a module prints must not mix with the answer */
	prepare(&c);
	open_module(&c);
	set_options(&c);
	fill(&c);
	render.pour = pour;
	render.with = &c;
	if (!order->format->render(&document, &c.page, &render, &c.wrong))
		end(&c, REPORT_WRONG_ORDER);
	send(&c, &document);
	end(&c, REPORT_DONE);
	__builtin_unreachable();
}
