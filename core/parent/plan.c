/* parent/plan: see plan.h. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <nines/module.h>

#include "../base/clock.h"
#include "../base/memory.h"

const char *const pool_name[POOLS] = {"general", "blocking", "exec"};

#define TEXT(member)     offsetof(struct plan_settings, member), SETTING_TEXT
#define INT(member)      offsetof(struct plan_settings, member), SETTING_INT
#define DURATION(member) offsetof(struct plan_settings, member), SETTING_DURATION
enum setting_type { SETTING_TEXT, SETTING_INT, SETTING_DURATION };

static const struct {
	const char *word;
	size_t offset;
	enum setting_type type;
} setting[] = {
	{"location", TEXT(location)},
	{"store", TEXT(store)},
	{"listen", TEXT(listen)},
	{"listen-certificate", TEXT(certificate)},
	{"listen-key", TEXT(key)},
	{"proxies", TEXT(proxies)},
	{"socket", TEXT(socket)},
	{"user", TEXT(user)},
	{"modules", TEXT(modules)},
	{"notifiers", TEXT(notifiers)},
	{"reports", TEXT(reports)},
	{"probers", INT(probers)},
	{"watchdog", DURATION(watchdog_us)},
	{"prober-probes", INT(prober_probes)},
	{"prober-bytes", INT(prober_bytes)},
	{"retention", DURATION(retention_us)},
	{"retention-days", DURATION(retention_days_us)},
	{"retention-months", DURATION(retention_months_us)},
};

struct plan *plan_new(void)
{
	struct plan *p = memory_new(sizeof *p);

	p->magic = PLAN_MAGIC;
	p->set = (struct plan_settings){.location = memory_text(""),
					.store = memory_text(""),
					.listen = memory_text(""),
					.certificate = memory_text(""),
					.key = memory_text(""),
					.proxies = memory_text(""),
					.socket = memory_text(""),
					.user = memory_text(""),
					.modules = memory_text(""),
					.notifiers = memory_text(""),
					.reports = memory_text(""),
					.watchdog_us = 30 * CLOCK_SECOND,
					.prober_probes = 1000000,
					.prober_bytes = INT64_C(768) << 20,
					.retention_us = 400 * 86400 * CLOCK_SECOND,
					.retention_days_us = 1830 * 86400 * CLOCK_SECOND};
	return p;
}

static void forget_secrets(struct plan *p)
{
	if (!p->secret)
		return;
	explicit_bzero(p->secret, PLAN_SECRET_BYTES);
	munmap(p->secret, PLAN_SECRET_BYTES);
	p->secret = NULL;
}

static void free_module(struct plan_module *m)
{
	free(m->name);
	free(m->path);
	free(m->build);
	free(m->refused);
	free(m->key);
	free(m);
}

static void free_channel(struct plan_channel *c)
{
	free(c->name);
	free(c->line);
	free(c);
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < sizeof setting / sizeof *setting; i++)
		if (setting[i].type == SETTING_TEXT)
			free(*(char **)((char *)&p->set + setting[i].offset));
	for (size_t i = 0; i < p->modules; i++)
		free_module(p->module[i]);
	for (size_t i = 0; i < p->channels; i++)
		free_channel(p->channel[i]);
	free(p->channel);
	free(p->module);
	map_release(&p->by_name);
	text_release(&p->lines);
	text_release(&p->figures);
	text_release(&p->pages);
	text_release(&p->copies);
	text_release(&p->hosts);
	text_release(&p->orders);
	text_release(&p->problems);
	text_release(&p->lints);
	forget_secrets(p);
	p->magic = 0;
	free(p);
}

/* `kind`: "check", "notifier", "report". */
static struct plan_module *get_module(struct plan *p, const char *kind, const char *name)
{
	struct text key = {0};
	struct plan_module *m;

	text_printf(&key, "%s %s", kind, name);
	m = map_find_text(&p->by_name, text_get(&key));
	if (m) {
		text_release(&key);
		return m;
	}
	m = memory_new(sizeof *m);
	m->name = memory_text(name);
	m->path = memory_text("");
	m->build = memory_text("");
	m->key = key.at;
	map_put_text(&p->by_name, m->key, m);
	p->module = memory_resize(p->module, (p->modules + 1) * sizeof *p->module);
	p->module[p->modules++] = m;
	return m;
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = memory_text(with);
}

static const char *take_module(struct plan *p, const struct line *l)
{
	struct plan_module *m = get_module(p, line_get(l, "kind"), l->id);
	const char *refused = line_find(l, "refused");

	replace(&m->path, line_get(l, "path"));
	replace(&m->build, line_get(l, "build"));
	m->is_check = !strcmp(line_get(l, "kind"), "check");
	m->flags = line_int(l, "flags", 0);
	if (refused)
		replace(&m->refused, refused);
	line_begin(&p->hosts, "module", l->id);
	line_add(&p->hosts, "kind", line_get(l, "kind"));
	line_end(&p->hosts);
	return NULL;
}

/* Of the module line before it. */
static const char *take_option(struct plan *p, const struct line *l)
{
	static const char *const but[] = {"help", "range", "flags", NULL};
	const char *type = line_get(l, "type");

	if (strcmp(type, "host") && strcmp(type, "url") && strcmp(l->id, "port"))
		return NULL;
	line_begin(&p->hosts, "option", l->id);
	line_add_words(&p->hosts, l, but);
	line_end(&p->hosts);
	return NULL;
}

/* What pages must know of a check or a service: no option of a module. */
static void add_target(struct plan *p, const struct line *l)
{
	static const char *const word[] = {"module",   "title",   "category", "owner",    "url",
					   "standing", "members", "parents",  "every_us", "need",
					   "role",     "feeds",   "fallback", "visit",    "owners",
					   "site", "weights"};
	struct text *t = &p->pages;

	line_begin_name(t, "target", line_name(l));
	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (line_find(l, word[i]))
			line_add(t, word[i], line_get(l, word[i]));
	line_end(t);
}

static const char *take_service(struct plan *p, const struct line *l)
{
	add_target(p, l);
	return NULL;
}

static int64_t duration_of(const struct line *l, const char *key)
{
	int64_t us = 0;

	return text_duration(line_get(l, key), &us) ? us : 0;
}

static void add_copy(struct plan *p, const struct line *l)
{
	struct text *t = &p->copies;

	line_begin_name(t, "copy", line_name(l));
	line_add(t, "folder", line_get(l, "copy"));
	line_add(t, "hook", line_get(l, "copy-hook"));
	line_add(t, "url", line_get(l, "url"));
	line_add_int(t, "every_us", duration_of(l, "copy-every"));
	line_add_int(t, "renew_us", duration_of(l, "copy-renew"));
	line_end(t);
}

static const char *take_page(struct plan *p, const struct line *l)
{
	if (!strcmp(l->verb, "page") && *line_get(l, "copy"))
		add_copy(p, l);
	line_begin(&p->pages, l->verb, l->id);
	line_add_words(&p->pages, l, NULL);
	line_end(&p->pages);
	return NULL;
}

static const char *take_define(struct plan *p, const struct line *l)
{
	add_target(p, l);
	const char *wanted = line_find(l, "pool");

	for (int i = 0; i < POOLS; i++)
		if (!strcmp(wanted ? wanted : pool_name[0], pool_name[i])) {
			p->pools |= 1u << i;
			get_module(p, "check", line_get(l, "module"))->pools |= 1u << i;
			return NULL;
		}
	return "a check of an unknown pool";
}

/* The keeper gets what it must know of a channel, never its options. */
static void add_channel(struct plan *p, const struct plan_channel *c, const struct line *l)
{
	static const char *const word[] = {"module", "at_once", "per_minute", "timeout_us",
					  "opt.direct"};
	struct text *t = &p->lines;

	line_begin_name(t, "channel", c->name);
	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (line_find(l, word[i]))
			line_add(t, word[i], line_get(l, word[i]));
	if (c->pool == POOL_BLOCKING)
		line_add_int(t, "blocks", 1);
	if (c->module->refused)
		line_add(t, "refused", c->module->refused);
	line_end(t);
}

static const char *take_notifier(struct plan *p, const struct line *l)
{
	struct plan_channel *c = memory_new(sizeof *c);
	struct text line = {0};

	line_begin_name(&line, l->verb, line_name(l));
	line_add_words(&line, l, NULL);
	line_end(&line);
	c->name = memory_text(line_name(l));
	c->line = line.at;
	c->module = get_module(p, "notifier", line_get(l, "module"));
	c->pool = c->module->flags & MODULE_BLOCKS       ? POOL_BLOCKING
		  : c->module->flags & MODULE_NEEDS_EXEC ? POOL_EXEC
							 : POOL_GENERAL;
	p->channel = memory_resize(p->channel, (p->channels + 1) * sizeof *p->channel);
	p->channel[p->channels++] = c;
	add_channel(p, c, l);
	return NULL;
}

static const char *take_order(struct plan *p, const struct line *l)
{
	line_begin(&p->orders, l->verb, l->id);
	line_add_words(&p->orders, l, NULL);
	line_end(&p->orders);
	return NULL;
}

static const char *take_setting(struct plan *p, const struct line *l)
{
	for (size_t i = 0; i < sizeof setting / sizeof *setting; i++) {
		void *member = (char *)&p->set + setting[i].offset;
		const char *value = line_find(l, setting[i].word);
		int64_t n = 0;

		if (!value)
			continue;
		if (setting[i].type == SETTING_TEXT)
			replace(member, value);
		else if (setting[i].type == SETTING_INT ? text_to_int(value, &n)
							: text_duration(value, &n))
			*(int64_t *)member = n;
	}
	return NULL;
}

/* "nines: FILE:LINE: what is wrong: remedy" */
static void add_problem(struct text *t, const struct line *l)
{
	static const char *const part[] = {"text", "remedy"};

	if (t->size > LINE_BYTES)
		return;
	text_puts(t, "nines: ");
	text_add_safe(t, line_get(l, "file"), strlen(line_get(l, "file")), 1024);
	if (line_int(l, "line", 0) > 0)
		text_printf(t, ":%ld", (long)line_int(l, "line", 0));
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		const char *text = line_get(l, part[i]);

		if (!*text)
			continue;
		text_puts(t, ": ");
		text_add_safe(t, text, strlen(text), 1024);
	}
	text_putc(t, '\n');
}

static const char *take_problem(struct plan *p, const struct line *l)
{
	p->problem_count++;
	add_problem(&p->problems, l);
	return NULL;
}

static const char *take_lint(struct plan *p, const struct line *l)
{
	add_problem(&p->lints, l);
	return NULL;
}

/* Not inherited by any child, not in any dump or swap. */
static bool make_room_for_secrets(struct plan *p)
{
	void *at = mmap(NULL, PLAN_SECRET_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return false;
	mlock(at, PLAN_SECRET_BYTES); /* refused by a small RLIMIT_MEMLOCK: the rest still holds */
	madvise(at, PLAN_SECRET_BYTES, MADV_DONTDUMP);
	madvise(at, PLAN_SECRET_BYTES, MADV_DONTFORK);
	p->secret = at;
	return true;
}

static const char *take_secret(struct plan *p, const struct line *l)
{
	struct text line = {0};
	const char *wrong = NULL;

	line_begin(&line, "secret", l->id);
	line_add_words(&line, l, NULL);
	line_end(&line);
	if (!p->secret && !make_room_for_secrets(p))
		wrong = "no memory for its secrets";
	else if (p->secret_bytes + line.size >= PLAN_SECRET_BYTES)
		wrong = "more secrets than fit into 1 MiB";
	else
		memcpy(p->secret + p->secret_bytes, line.at, line.size);
	if (!wrong)
		p->secret_bytes += line.size;
	explicit_bzero(line.at, line.size);
	text_release(&line);
	return wrong;
}

static const char *take_begin(struct plan *p, const struct line *l)
{
	p->generation = line_number(l);
	return p->generation < 0 ? "a generation without a number" : NULL;
}

static const char *take_end(struct plan *p, const struct line *l)
{
	if (line_number(l) != p->generation)
		return "an end of another generation";
	p->is_complete = true;
	return NULL;
}

/* The loader's verbs, and who is told. A secret never goes on as a line. */
static const struct {
	const char *verb;
	const char *(*take)(struct plan *, const struct line *);
	bool to_keeper, to_web;
} verb[] = {
	{"begin", take_begin, true, true},
	{"setting", take_setting, true, false},
	{"module", take_module, true, false},
	{"option", take_option, false, false},
	{"location", NULL, true, false},
	{"define", take_define, true, false},
	{"service", take_service, true, true},
	{"notifier", take_notifier, false, false},
	{"contact", take_order, true, false},
	{"path", NULL, true, false},
	{"deliver", take_order, true, false},
	{"canned", take_page, true, false},
	{"template", NULL, true, false},
	{"role", take_page, false, false},
	{"page", take_page, true, false},
	{"part", take_page, false, false},
	{"zone", take_page, true, true},
	{"sla", NULL, false, true},
	{"maintenance", NULL, true, true},
	{"customer", NULL, false, true},
	{"secret", take_secret, false, false},
	{"problem", take_problem, false, false},
	{"lint", take_lint, false, false},
	{"end", take_end, true, true},
};

static void pass_on(struct text *t, const struct line *l, const char *const *but)
{
	line_begin(t, l->verb, l->id);
	line_add_words(t, l, but);
	line_end(t);
}

const char *plan_take(struct plan *p, const struct line *l)
{
	static const char *const figures_only[] = {"sla", "written", "fallback", "visit", NULL};
	static const char *const keeper_only[] = {"target_micro", "burn", "burn_blips", NULL};

	for (size_t i = 0; i < sizeof verb / sizeof *verb; i++) {
		if (strcmp(l->verb, verb[i].verb))
			continue;
		if (p->lines.size + p->figures.size + p->pages.size > PLAN_LINE_BYTES)
			return "a configuration larger than 512 MiB";
		if (verb[i].to_keeper)
			pass_on(&p->lines, l, strcmp(l->verb, "service") ? NULL : figures_only);
		if (verb[i].to_web)
			pass_on(&p->figures, l, keeper_only);
		return verb[i].take ? verb[i].take(p, l) : NULL;
	}
	return "an unknown line of the loader";
}

static bool has_same_use(const struct plan_module *m, const struct plan *in)
{
	const struct plan_module *other = map_find_text(&in->by_name, m->key);
	unsigned pools = other ? other->pools : 0;

	return m->pools == pools && (!pools || !strcmp(m->build, other->build));
}

bool plan_serves(const struct plan *a, const struct plan *b)
{
	if (a->secret_bytes != b->secret_bytes ||
	    (a->secret && memcmp(a->secret, b->secret, a->secret_bytes)))
		return false;
	for (size_t i = 0; i < a->modules; i++)
		if (!has_same_use(a->module[i], b))
			return false;
	for (size_t i = 0; i < b->modules; i++)
		if (!has_same_use(b->module[i], a))
			return false;
	return true;
}
