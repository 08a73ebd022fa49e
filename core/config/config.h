/* config/config: a configuration read, judged and turned into lines.
 *
 * config_read() does it all in the calling process (module judging in children of its own); it runs
 * in the short-lived loader and in `nines config check`, never in the keeper. All or nothing: with
 * any problem there are no lines. The lines are those of docs/architecture.md. */
#ifndef NINES_CONFIG_CONFIG_H
#define NINES_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "../base/text.h"
#include "../module/descriptor.h"
#include "parse.h"

/* The top level and the section `void`. Paths are absolute or relative to the working folder. */
struct config_settings {
	const char *location, *store, *socket, *user, *modules, *notifiers, *reports;
	const char *listen_certificate, *listen_key;
	const char *const *listen, *const *proxies;
	int64_t retention_us, retention_days_us, retention_months_us;
	int64_t probers; /* 0: one a core */
	int64_t watchdog_us, prober_probes, prober_bytes;
	double void_share;
	int64_t void_minimum, void_window_us;
};

struct config_counts {
	int checks, services, modules, refused, wrong, lints;
};

struct config;

/* `file` must stay. `keeps_cache`: remember the descriptors of good modules beside the store, so
 * that one refused later keeps its checks (unknown). */
struct config *config_read(const char *file, bool keeps_cache);
void config_free(struct config *);

const struct config_settings *config_settings(const struct config *);
const struct problem *config_problems(const struct config *);
const struct problem *config_notes(const struct config *);
int config_wrong(const struct config *); /* problems that are no lints */
const struct descriptors *config_modules(const struct config *);
void config_count(const struct config *, struct config_counts *);

/* Everything between `begin` and `end`; the problems alone when there are any. */
void config_add_lines(struct config *, struct text *);

/* Only the top level, no module judged: where the socket and the store are. `file` NULL: nothing is
 * said, all is as it stands without. The answer is good for
 * config_settings() and config_problems(). */
struct config *config_read_settings(const char *file);

/* The same of an option of the top level: where it stands. */
void config_add_setting_lint(struct config *, const char *option, const char *text,
			     const char *remedy);
/* Something to look at, where the check or service of that name stands ("": in the file as a
 * whole), as config_problems() has it. */
void config_add_lint(struct config *, const char *name, const char *text, const char *remedy);
/* Something that could not be told: shown, and no finding. */
void config_add_note(struct config *, const char *text, const char *remedy);

/* `nines config check`: problems to standard error, a summary to `out`; with json one document to
 * `out`. `look` (may be NULL) looks further at a configuration without problems. The exit status.
 */
int config_check(const char *file, FILE *out, bool json, void (*look)(struct config *));

/* The role `loader` (docs/architecture.md): `start loader file=PATH generation=N`, `go`. */
int loader_main(int control_fd);

#endif
