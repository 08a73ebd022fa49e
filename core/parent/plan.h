/* parent/plan: one configuration as the loader told it, kept by the parent.
 *
 * Built line by line while a loader runs; only a plan that got its `end` and no `problem` is ever
 * used, so that a reload is all or nothing (F29). It holds the lines a keeper and the web get
 * (again after their death), what the parent itself must know, and the secrets, in locked memory
 * that no child inherits and no trace shows. Lives from a loader's `begin` until the next plan
 * takes its place. */
#ifndef NINES_PARENT_PLAN_H
#define NINES_PARENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/line.h"
#include "../base/map.h"

#define PLAN_MAGIC 0x706c616eu
#define PLAN_SECRET_BYTES (1u << 20)
#define PLAN_LINE_BYTES (512u << 20)

enum pool { POOL_GENERAL, POOL_BLOCKING, POOL_EXEC, POOLS };
extern const char *const pool_name[POOLS];

struct plan_module {
	char *name, *path, *build;
	char *refused; /* one sentence, NULL: it is good */
	char *key;     /* its place in the map: a name may stand once a kind */
	int64_t flags;
	unsigned pools; /* bit by pool: a configured check of that pool uses it */
	bool is_check;
};

/* A notifier with its options: one process delivers its letters. */
struct plan_channel {
	char *name, *line; /* line: `notifier NAME ...`, for its courier */
	const struct plan_module *module;
	enum pool pool;
};

/* What the top level of a configuration tells the parent. */
struct plan_settings {
	char *location, *store, *listen, *socket, *user, *modules, *notifiers, *reports;
	char *certificate, *key, *proxies; /* of the page; proxies: lines */
	int64_t probers;          /* of the general pool; 0: one a core */
	int64_t watchdog_us;      /* a keeper that is silent for so long is ended */
	int64_t prober_probes;    /* a prober is replaced after so many probes */
	int64_t prober_bytes;     /* or when it holds so much memory */
	int64_t retention_us, retention_days_us, retention_months_us; /* 0: for ever */
};

struct plan {
	uint32_t magic;
	int64_t generation;
	bool is_complete;
	struct text lines;    /* begin ... end, for the keeper */
	struct text figures;  /* likewise, for the web: what decides figures */
	struct text pages;    /* for the web: targets, zones and pages */
	struct text hosts;    /* modules and those of their options that name hosts, for lint.c */
	struct text orders;   /* who takes reports and which send themselves, for reporter.c */
	struct text copies;   /* `copy` lines, for copier.c */
	struct text problems, lints; /* as shown to people, a line each */
	size_t problem_count;
	struct plan_settings set;
	struct plan_module **module;
	size_t modules;
	struct plan_channel **channel;
	size_t channels;
	struct map by_name;
	unsigned pools; /* those that a configured check needs */
	char *secret;   /* locked memory with `secret` lines */
	size_t secret_bytes;
};

struct plan *plan_new(void);
void plan_free(struct plan *);

/* One line of the loader. A text when the loader cannot be believed, else NULL. */
const char *plan_take(struct plan *, const struct line *);

/* Do probers that were started for `a` also serve `b`: the same modules in the same builds, the
 * same secrets? */
bool plan_serves(const struct plan *a, const struct plan *b);

#endif
