/* config/policy: what a configuration says about figures: sla, maintenance, service and customer
 * sections, the time zones that slas name, and the options of reports.
 *
 * The structure is always built from lines (docs/architecture.md), by policy_take(): commands have
 * them of the files, read again without judging a module; the web has them of the loader, by way of
 * the parent. So both mean the same. policy_take() trusts no line. Everything belongs to the arena
 * of the reader: that of the struct config, or the web's. */
#ifndef NINES_CONFIG_POLICY_H
#define NINES_CONFIG_POLICY_H

#include "../base/credits.h"
#include "../base/holidays.h"
#include "../base/hours.h"
#include "../base/line.h"
#include "../base/recur.h"
#include "../module/about.h"
#include "config.h"

/* The bytes of a zone's file, judged: who serves pages can open no file. UTC needs none. */
struct config_zone {
	const char *name;
	const void *bytes;
	size_t size;
	struct config_zone *next;
};

struct config_sla {
	const char *name;
	double target, degraded_weight;
	const char *zone;
	int64_t notice_us, allowance_us; /* of maintenance */
	/* places in the choices of the option table */
	int64_t maintenance_up, blips, unknown, start;
	const char *const *hours, *const *credits;
	const char *const *holidays; /* from a line: those of the file, too */
	const char *holidays_file;
	struct hours agreed;	/* what `hours` says */
	struct holidays *closed; /* what `holidays` says; NULL: nothing */
	struct credits refunds; /* what `credits` says */
	int64_t burn_alerts;	/* place in its choices: no, page, ticket, both */
	struct config_sla *next;
};

struct config_maintenance {
	const char *name;
	const char *const *services; /* empty: all */
	const char *start, *end, *cron, *length, *zone, *announced, *text;
	int64_t impact; /* place in its choices: none, degraded, outage */
	struct recur when; /* without its zone: who computes opens that */
	int64_t announced_us; /* 0: nobody said when */
	struct config_maintenance *next;
};

struct config_service {
	const char *name, *sla; /* "" when it has none */
	const char *const *members; /* patterns as they were written */
	const char *need;	    /* as it was written */
	int64_t needed;		    /* what that says: base/quorum.h */
	const char *const *weights; /* likewise, "NAME: N" */
	const char *role;
	const char *const *feeds, *const *fallback;
	struct about_options about;
	struct config_service *next;
};

/* What one customer is served. */
struct config_customer {
	const char *name, *sla; /* "": each by its own */
	const char *const *services; /* and checks */
	const char *const *contacts;
	struct config_customer *next;
};

struct config_policies {
	struct config_zone *zone;
	struct config_sla *sla;
	struct config_maintenance *maintenance;
	struct config_service *service;
	struct config_customer *customer;
};

struct policy_reader {
	struct arena *arena;
	struct config_policies *into;
	struct config_zone **last_zone;
	struct config_sla **last_sla;
	struct config_maintenance **last_maintenance;
	struct config_service **last_service;
	struct config_customer **last_customer;
};

/* *into becomes empty; it and the arena must stay. */
void policy_begin(struct policy_reader *, struct arena *, struct config_policies *into);
/* One line: `zone`, `sla` (behind the zone that it names), `maintenance`, `service` or `customer`;
 * any other says nothing here. False: *wrong says why and nothing was added. */
bool policy_take(struct policy_reader *, const struct line *, struct text *wrong);

/* NULL: none of that name was told. */
const struct config_zone *policy_zone(const struct config_policies *, const char *name);

/* After config_read_settings(); what is wrong in those sections is added to config_problems(). */
void config_read_policies(struct config *, struct config_policies *);

/* Calls `take` for each contact; `services`: names and patterns as they were written, a line each,
 * "": all. */
void config_each_contact(struct config *,
			 void (*take)(const char *name, const char *services, void *with),
			 void *with);
/* Calls `take` for each option of the section of that word, in order; lists joined by newlines. */
void config_each_option(struct config *, const char *word,
			void (*take)(const char *name, const char *value, void *with), void *with);

#endif
