/* cli/outcome: the outcome of one probe as `nines check` shows it, read from the `result` line.
 *
 * Everything in it came from a module, a server or another process: whoever prints makes it
 * safe for its medium. The forms are for people (outcome_add_text, a waterfall), for programs
 * (outcome_add_json) and for Nagios (outcome_add_nagios). */
#ifndef NINES_CLI_OUTCOME_H
#define NINES_CLI_OUTCOME_H

#include "../base/line.h"
#include "../base/steps.h"
#include "screen.h"

#define OUTCOME_WORDS 192

struct outcome_word {
	const char *name, *text; /* value: "61 d"; fact: any text */
};

struct outcome {
	const char *module, *target;
	const char *verdict, *reason, *step, *address, *transcript; /* never NULL */
	int64_t start_us, elapsed_us;
	size_t steps, values, facts;
	struct steps_one steps_at[STEPS_MOST];
	struct outcome_word value[OUTCOME_WORDS], fact[OUTCOME_WORDS];
};

/* Takes what the line says, once: pointers stay into the line, its list of values is cut. module
 * and target are the caller's to set. */
void outcome_read(struct outcome *, const struct line *);
/* 0 up, 1 degraded, 2 down, 3 unknown. */
int outcome_status(const struct outcome *);
/* The fact or value of that name, NULL. */
const char *outcome_find(const struct outcome *, const char *name);

/* `is_brief`: the verdict line alone. */
void outcome_add_text(const struct outcome *, const struct screen *, struct text *, bool is_brief);
void outcome_add_transcript(const struct outcome *, const struct screen *, struct text *);
void outcome_add_json(const struct outcome *, struct text *, bool with_transcript);
void outcome_add_nagios(const struct outcome *, struct text *);

#endif
