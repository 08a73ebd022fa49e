/* store/result: a `result` line of the keeper as a result of a block, and back.
 *
 * Nothing of the line is lost but what others hold: the name and the location (the block's) and the
 * lateness (start less due). What a block has no place for is a fact whose
 * name begins with a dot: .step (where no step is marked as failed), .missed, .transcript, and any
 * word of a newer prober. Lines come from another process and are not trusted. Pure. */
#ifndef NINES_STORE_RESULT_H
#define NINES_STORE_RESULT_H

#include "../base/line.h"
#include "../base/text.h"
#include "block.h"

/* Zero-initialise; result_line_release(). */
struct result_line {
	const char *name, *location;
	struct block_result result; /* its texts lie in the line and in `room` */
	struct text room;
};

/* Cuts the line's list of values. Valid until the next call or until the line goes. `now_us` labels
 * a line without times. False: no name. */
bool result_read(struct result_line *, const struct line *, int64_t now_us);
void result_line_release(struct result_line *);

/* The step that the reason belongs to, "" when there is none. */
const char *result_step(const struct block_result *);

#endif
