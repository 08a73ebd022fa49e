/* config/policy: what a configuration says about figures: sla, maintenance and service sections,
 * and the options of reports.
 *
 * For whoever computes figures outside the daemon: read again from the files, without judging a
 * module. Everything belongs to the struct config it came from. Called by the commands that show
 * availability. */
#ifndef NINES_CONFIG_POLICY_H
#define NINES_CONFIG_POLICY_H

#include "config.h"

struct config_sla {
	const char *name;
	double target, degraded_weight;
	const char *zone;
	int64_t notice_us, allowance_us; /* of maintenance */
	int64_t blips, unknown, start;   /* places in the choices of the option table */
	const char *const *hours, *const *credits;
	struct config_sla *next;
};

struct config_maintenance {
	const char *name;
	const char *const *services; /* empty: all */
	const char *start, *end, *text;
	int64_t from_us, to_us;
	struct config_maintenance *next;
};

struct config_service {
	const char *name, *sla; /* "" when it has none */
	const char *const *members; /* patterns as they were written */
	int64_t need;
	struct config_service *next;
};

struct config_policies {
	struct config_sla *sla;
	struct config_maintenance *maintenance;
	struct config_service *service;
};

/* After config_read_settings(); what is wrong in those sections is added to config_problems(). */
void config_read_policies(struct config *, struct config_policies *);

/* Calls `take` for each option of the section of that word, in order; lists joined by newlines. */
void config_each_option(struct config *, const char *word,
			void (*take)(const char *name, const char *value, void *with), void *with);

#endif
