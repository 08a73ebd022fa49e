/* cli/run_child: see run_child.h. A check's module and a notifier's are given their options alike;
 * only what is begun with them differs. Nothing here comes back: every way ends in finish(). */
#include "run_child.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/line.h"
#include "../courier/delivery.h"
#include "../keeper/item.h"
#include "../module/common.h"
#include "../module/limit.h"
#include "../module/load.h"
#include "../module/option.h"
#include "../module/review.h"
#include "../prober/blame.h"
#include "../prober/probe.h"
#include "secret.h"

#define ARENA_BYTES (1u << 20)
#define GIVEN_MOST 256

struct child {
	const struct run_order *order;
	struct module *module;
	struct probe_host host;
	struct arena arena;
	void *options;
	const struct module_head *head, *common_head; /* of the module; of its kind */
	void *common_at;
	struct common_options common;
	struct notifier_options notifier;
	struct letter *letter;
	const struct limit *limit;
	size_t limits;
	const char *source, *item;
	const char *given[GIVEN_MOST + 1]; /* names of the module's options that were set */
	const char *value[GIVEN_MOST]; /* a list's values so far */
	size_t givens;
	bool is_done;
	struct text wrong;
	int out;
};

static void send_line(const struct child *c, const struct text *line)
{
	const char *at = text_get(line);
	ssize_t n;

	for (size_t left = line->size; left; left -= (size_t)n, at += n)
		if ((n = write(c->out, at, left)) <= 0)
			return;
}

static void finish(struct child *c)
{
	probe_host_close(&c->host);
	loop_free(c->host.loop);
	module_free(c->module);
	arena_release(&c->arena);
	text_release(&c->wrong);
	letter_free(c->letter);
	_exit(0);
}

/* The order cannot be carried out: `verb` says whose fault it is. */
static void refuse(struct child *c, const char *verb)
{
	struct text line = {0};

	line_begin(&line, verb, "-");
	line_add(&line, "verdict", "unknown");
	line_add(&line, strcmp(verb, "wrong") ? "reason" : "text", text_get(&c->wrong));
	line_end(&line);
	send_line(c, &line);
	_exit(0);
}

static void open_module(struct child *c)
{
	enum module_kind kind = c->order->letter ? MODULE_NOTIFIER : MODULE_CHECK;
	char build[17];
	int fd = module_copy(c->order->path, build, &c->wrong);

	if (fd >= 0)
		c->module = module_open(fd, c->order->module, kind, &c->wrong);
	if (!c->module)
		refuse(c, "result");
	c->head = c->module->head;
	c->common_head = kind == MODULE_CHECK ? &common_head : &notifier_head;
	c->common_at = kind == MODULE_CHECK ? (void *)&c->common : (void *)&c->notifier;
}

static void set_defaults(struct child *c)
{
	const struct check_module *m = c->module->check;
	const char *every = m ? m->standard_every : NULL, *standard;
	const char *timeout = m ? m->standard_timeout : c->module->notifier->standard_timeout;

	c->options = arena_alloc(&c->arena, c->head->options_size + 1);
	if (!option_defaults(c->head, c->options, &c->arena, &c->wrong) ||
	    !option_defaults(c->common_head, c->common_at, &c->arena, &c->wrong))
		refuse(c, "result");
	for (const struct module_option *o = c->common_head->option; o->name; o++) {
		standard = common_standard(o, every, timeout);
		if (standard && !option_set(c->common_head, c->common_at, &c->arena, o->name,
					    standard, &c->wrong))
			refuse(c, "result");
	}
}

/* Where `name` was given before, or a new place; NULL when there are too many. */
static const char **place_of(struct child *c, const char *name)
{
	size_t i = 0;

	while (i < c->givens && strcmp(c->given[i], name))
		i++;
	if (i == GIVEN_MOST)
		return NULL;
	if (i == c->givens) {
		c->given[c->givens++] = name;
		c->value[i] = NULL;
	}
	return &c->value[i];
}

/* What stands for `value`: a secret may be typed as a reference. */
static const char *fetched(struct child *c, const struct module_option *o, const char *value)
{
	const char *wrong, *found = value;

	if (o->flags & OPTION_IS_SECRET)
		found = secret_value(&c->arena, value, &wrong);
	if (!found) {
		text_printf(&c->wrong, "%s: %s", o->name, wrong);
		refuse(c, "wrong");
	}
	return found;
}

static void set_own(struct child *c, const struct module_option *o, const char *value)
{
	const char **before = place_of(c, o->name);

	if (!before) {
		text_puts(&c->wrong, "too many options");
		refuse(c, "wrong");
	}
	value = fetched(c, o, value);
	/* A list given several times has all the values. */
	if (o->type == OPTION_TYPE_LIST && *before)
		value = arena_text(&c->arena, "%s\n%s", *before, value);
	*before = value;
	if (!option_set(c->head, c->options, &c->arena, o->name, value, &c->wrong))
		refuse(c, "wrong");
}

/* The one item of a check that has items: a probe is of one. */
static void find_item(struct child *c)
{
	const struct module_option *o = c->head->option;
	const char *value = NULL, *wrong = "";
	struct text item = {0};
	struct items *all;

	while (o && o->name && !(o->flags & OPTION_IS_ITEMS))
		o++;
	if (!o || !o->name)
		return;
	for (size_t i = 0; i < c->givens; i++)
		value = strcmp(c->given[i], o->name) ? value : c->value[i];
	value = value ? value : o->standard;
	all = value ? items_new(value, &wrong) : NULL;
	if (!all || items_count(all) != 1) {
		text_printf(&c->wrong, "%s: %s", o->name,
			    all ? "it stands for several items: name one" : wrong);
		refuse(c, "wrong");
	}
	items_add(&item, all, 0);
	c->item = arena_text(&c->arena, "%s", text_get(&item));
	items_free(all);
	text_release(&item);
}

static const char *nearest(const struct child *c, const char *name)
{
	const struct module_option *own = c->head->option;
	const char *names[2 * OPTION_ENTRIES];
	size_t n = 0;

	for (const struct module_option *o = own; o && o->name && n < OPTION_ENTRIES; o++)
		names[n++] = o->name;
	for (const struct module_option *o = c->common_head->option;
	     o->name && n < 2 * OPTION_ENTRIES; o++)
		names[n++] = o->name;
	return option_nearest(name, names, n, sizeof *names);
}

static void unknown_option(struct child *c, const char *name)
{
	const char *meant = nearest(c, name), *module = c->head->name;

	if (meant)
		text_printf(&c->wrong, "module '%s' has no option '%s': did you mean '%s'?", module,
			    name, meant);
	else
		text_printf(&c->wrong, "module '%s' has no option '%s': see 'nines modules %s'",
			    module, name, module);
	refuse(c, "wrong");
}

/* A list given several times has all the values here, too. */
static void set_common(struct child *c, const struct module_option *o, const char *value)
{
	const char *const *before = NULL;
	struct text all = {0};

	if (o->type == OPTION_TYPE_LIST)
		memcpy(&before, (const char *)c->common_at + o->offset, sizeof before);
	for (; before && *before; before++)
		text_printf(&all, "%s\n", *before);
	text_puts(&all, value);
	if (!option_set(c->common_head, c->common_at, &c->arena, o->name, text_get(&all),
			&c->wrong))
		refuse(c, "wrong");
	text_release(&all);
}

static void set_option(struct child *c, const char *name, const char *value)
{
	const struct module_option *o = option_find(c->head, name);

	if (o) {
		set_own(c, o, value);
	} else if (!strcmp(name, "source") && !c->order->letter) {
		c->source = value;
	} else if (option_find(c->common_head, name)) {
		set_common(c, option_find(c->common_head, name), value);
	} else {
		unknown_option(c, name);
	}
}

/* A module without an option `host` gets the target's host as what it cannot do without. */
static const char *name_for(const struct child *c, const char *name)
{
	const struct module_head *head = c->head;

	if (strcmp(name, "host") || option_find(head, name))
		return name;
	for (const struct module_option *o = head->option; o && o->name; o++)
		if (o->flags & (OPTION_IS_REQUIRED | OPTION_IS_ITEMS))
			return o->name;
	return name;
}

/* A path goes without its slash to the option that is for it. */
static bool set_path(struct child *c, const struct target_option *given)
{
	const struct module_option *o = c->head->option;

	if (strcmp(given->name, "path"))
		return false;
	while (o && o->name && !(o->flags & OPTION_IS_PATH))
		o++;
	if (!o || !o->name)
		return false;
	set_own(c, o, given->value + (*given->value == '/'));
	return true;
}

static void set_options(struct child *c)
{
	const struct target *t = c->order->target;

	for (int i = 0; t && i < t->options; i++)
		if (!set_path(c, &t->option[i]))
			set_option(c, name_for(c, t->option[i].name), t->option[i].value);
	for (int i = 0; i < c->order->options; i++) {
		const char *word = c->order->option[i], *equals = strchr(word, '=');

		set_option(c, arena_copy(&c->arena, word, (size_t)(equals - word)), equals + 1);
	}
	c->given[c->givens] = NULL;
	if (!limits_make(&c->arena, c->common.warn, c->common.crit, &c->limit, &c->limits,
			 &c->wrong))
		refuse(c, "wrong");
	if (!option_complete(c->head, c->options, c->given, &c->wrong))
		refuse(c, "wrong");
	find_item(c);
}

/* `judgement` first: what judge() tells goes into one line. */
struct hearing {
	struct check_judgement judgement;
	struct text *wrong;
};

static void add_mistake(struct check_judgement *j)
{
	struct text *wrong = ((struct hearing *)j)->wrong;

	j->why[sizeof j->why - 1] = '\0';
	if (wrong->size)
		text_puts(wrong, "; ");
	if (j->option && *j->option)
		text_printf(wrong, "%s: ", j->option);
	text_puts(wrong, *j->why ? j->why : REVIEW_SILENT);
	*j = (struct check_judgement){.tell = add_mistake};
}

/* As the loader has it done (module/review.h): the module sees no secret. */
static void judge_options(struct child *c)
{
	const struct check_module *m = c->module->check;
	char *seen = m && m->judge ? arena_copy(&c->arena, c->options, m->head.options_size) : NULL;
	struct hearing h = {.judgement.tell = add_mistake, .wrong = &c->wrong};
	const char *none = "";

	if (!seen) /* a notifier, or it has nothing to say */
		return;
	for (const struct module_option *o = m->head.option; o && o->name; o++)
		if (o->flags & OPTION_IS_SECRET)
			memcpy(seen + o->offset, &none, sizeof none);
	if (m->judge(seen, &h.judgement))
		return;
	if (h.judgement.why[0] || !c->wrong.size)
		add_mistake(&h.judgement);
	refuse(c, "wrong");
}

static void say_begin(const struct child *c)
{
	struct text line = {0};

	line_begin(&line, "begin", "-");
	line_add_int(&line, "timeout_us", c->letter ? c->notifier.timeout : c->common.timeout);
	line_add_int(&line, "blocks", (c->head->flags & MODULE_BLOCKS) != 0);
	line_end(&line);
	send_line(c, &line);
	text_release(&line);
}

static void done(struct probe *p, const struct text *result, void *with)
{
	struct child *c = with;

	(void)p;
	send_line(c, result);
	c->is_done = true;
}

static void begin_probe(struct child *c)
{
	struct probe_order order = {
		.module = c->module->check,
		.options = c->options,
		.id = "1",
		.check = c->order->module,
		.item = c->item,
		.event = "",
		.memory = "",
		.source = c->source,
		.address_family = common_family_number[c->common.address_family],
		.timeout_us = c->common.timeout,
		.slow_us = c->common.slow,
		.limit = c->limit,
		.limits = c->limits,
		.done = done,
		.with = c,
		.wants_transcript = c->order->wants_transcript,
	};

	probe_begin(&c->host, &order);
}

static void has_gone(struct letter *letter, const struct text *outcome, void *with)
{
	struct child *c = with;

	(void)letter;
	send_line(c, outcome);
	c->is_done = true;
}

static void begin_delivery(struct child *c)
{
	struct delivery_order order = {
		.module = c->module->notifier,
		.options = c->options,
		.timeout_us = c->notifier.timeout,
		.address_family = common_family_number[c->notifier.address_family],
		.wants_transcript = c->order->wants_transcript,
		.done = has_gone,
		.with = c,
	};

	delivery_begin(&c->host, c->letter, &order);
}

static void run(struct child *c, struct blame *blame)
{
	c->host = (struct probe_host){
		.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1, .blame = blame, .may_exec = 1};
	if (!c->host.loop || !probe_host_open(&c->host)) {
		text_puts(&c->wrong, "no descriptors or memory left to run a probe");
		refuse(c, "result");
	}
	say_begin(c);
	loop_heartbeat(c->host.loop, blame_beat, blame);
	blame_beat(clock_mono_us(), blame);
	if (c->letter)
		begin_delivery(c);
	else
		begin_probe(c);
	while (!c->is_done)
		loop_once(c->host.loop, CLOCK_NEVER);
}

static struct letter *make_letter(const struct child *c)
{
	const struct run_order *order = c->order;
	struct letter *letter = letter_new(order->letter);
	int folder = !order->files ? -1 : open(order->files, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (c->module->notifier->head.flags & MODULE_TAKES_FILES)
		letter_read_files(letter, folder);
	else
		letter_say_where(letter);
	if (folder >= 0)
		close(folder);
	return letter;
}

/* What this process was born with is not the module's to write to. */
static void close_others(int out)
{
	close_range(STDERR_FILENO + 1, (unsigned)out - 1, 0);
	close_range((unsigned)out + 1, ~0U, 0);
}

void run_child(const struct run_order *order, struct blame *blame, int out)
{
	struct child c = {.order = order, .source = "", .item = "", .out = out};
	struct rlimit none = {0, 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	close_others(out);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* what a module prints must not mix with the answer */
	arena_init(&c.arena, NULL, 0, ARENA_BYTES);
	open_module(&c);
	if (order->letter)
		c.letter = make_letter(&c);
	set_defaults(&c);
	set_options(&c);
	judge_options(&c);
	run(&c, blame);
	finish(&c);
	__builtin_unreachable();
}
