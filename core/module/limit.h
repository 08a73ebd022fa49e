/* module/limit: the common options `warn` and `crit`: limits on values that a probe measures.
 *
 * `NAME OP NUMBER [UNIT]`, such as "loss > 5 %", "rtt_avg > 200 ms", "certificate_days < 14". Pure.
 * Read by the loader (to name file and line), by the prober and by `nines check`; compared where a
 * module hands a value over (prober/probe_memory.c). */
#ifndef NINES_MODULE_LIMIT_H
#define NINES_MODULE_LIMIT_H

#include "../base/arena.h"
#include "../base/text.h"

#define LIMITS_MOST 32 /* warn and crit together */
#define LIMIT_NAME 64

enum limit_operator {
	LIMIT_LESS,
	LIMIT_AT_MOST,
	LIMIT_MORE,
	LIMIT_AT_LEAST,
	LIMIT_IS,
	LIMIT_IS_NOT
};

struct limit {
	char name[LIMIT_NAME], unit[16]; /* unit "": whatever the value's is */
	enum limit_operator op;
	double number;
	bool is_crit;
	const char *text; /* as written, without its name: "> 5 %" */
};

/* NULL, or what is wrong with the text (a constant). It must stay while the limit does. */
const char *limit_parse(struct limit *, const char *text);

/* Parses both lists (NULL-terminated) into the arena; a text that is wrong, or more than
 * LIMITS_MOST, is reported. */
bool limits_make(struct arena *, const char *const *warn, const char *const *crit,
		 const struct limit **list, size_t *count, struct text *wrong);

enum limit_result { LIMIT_HELD, LIMIT_CROSSED, LIMIT_OTHER_UNIT };
enum limit_result limit_judge(const struct limit *, double value, const char *unit);

#endif
