/* report/host: what the child of a report knows: targets, their policies, the figures so far.
 *
 * Stands behind struct page as `host`; <nines/report.h>'s readers of figures are here. Used by
 * child.c only. */
#ifndef NINES_REPORT_HOST_H
#define NINES_REPORT_HOST_H

#include "figures.h"
#include "report.h"

#define HOST_MAGIC 0x72686f73u
#define HOST_BYTES (1u << 30) /* of figures */

/* The report's time as a zone has it: each sla's month is that of its own zone. */
struct host_span {
	struct zone *zone;
	struct page_period period;
};

struct host_target {
	const char *name;
	const struct figures_policy *policy;
	const struct host_span *span;
	struct page_figures *figures; /* once computed */
	bool is_heard;                /* of by `listener` */
};

struct host {
	uint32_t magic;
	const struct report_order *order;
	struct arena arena;
	struct read *read;
	struct figures_source source;
	struct figures_policy standard, *policy; /* `policy`: of each sla in its order */
	size_t policies;
	struct host_span *all_spans; /* one of each zone */
	size_t spans;
	const char *only_zone;        /* of every target, NULL: of each its policy's */
	const struct host_span *span; /* the document's: what all targets share, else UTC's */
	struct host_target *target;
	size_t targets, target_room;
	const char *listener; /* the contact that was asked for last, NULL: none */
	char *method;
	struct page_what_if what_if; /* as it was typed, where `has_what_if` */
	struct figures_what_if supposed;
	bool has_what_if, knows_what_if; /* knows: the module has asked */
	struct text unreadable; /* why there are no targets */
};

/* Zero-initialise. policy.c, period.c, target.c: false: *wrong says what of the order is wrong. */
bool host_read_policies(struct host *, struct text *wrong);
bool host_find_period(struct host *, struct text *wrong);
bool host_find_targets(struct host *, struct text *wrong);
/* Once the targets are known. */
bool host_read_what_if(struct host *, struct text *wrong);
/* Once the page is filled: a report that supposes nothing must not look as if it did. */
void host_judge_what_if(const struct host *, struct page *);
/* Behind all that the module has filled: the command that makes it again; where the chain of
 * evidence stands. */
void host_add_order(const struct host *, struct page *);
void host_add_evidence(const struct host *, struct page *);
void host_release(struct host *);
/* Once the page is filled: no snapshot of the record outlasts that. */
void host_end_reading(struct host *);
/* That the target of this number is read now. */
void host_tell(const struct host *, size_t number);

/* The bytes that came with the configuration go first: not everybody can open files. NULL: *wrong
 * says why. */
struct zone *host_open_zone(const struct host *, const char *name, struct text *wrong);

/* What figures by a policy are about. */
const struct host_span *host_span_of(const struct host *, const struct figures_policy *);
/* Its figures, without what only reports show. Borrows from the target. */
struct figures_order host_order(const struct host_target *);
/* A service is what the configuration says now, all else what the record was told last (NULL: it
 * knows nothing of it). Texts are borrowed. */
void host_about(const struct host *, const char *name, const struct read_target *,
		struct page_about *);
/* Once the targets are known: the document is in the zone that all of them have. */
void host_settle_span(struct host *);
/* customer.c: of the customer that the order names. False: *wrong says what of it is wrong. */
bool customer_judge(const struct host *, struct text *wrong);
/* NULL: none was asked for, or the customer has none. */
const struct figures_policy *customer_policy(const struct host *);
/* NULL at the end; only when one was asked for. */
const char *const *customer_services(const struct host *);

/* The sla of that name, NULL when there is none. */
const struct figures_policy *host_policy(const struct host *, const char *name);

#endif
