/* render/axis: where a chart has its ticks and what stands beside them.
 *
 * Time has ticks that people would choose (hours, midnights, Mondays, firsts) by the clock of a
 * zone, whatever it does to the length of a day; values have 1, 2, 5 and what time is counted in.
 * There are never more than fit side by side. A percentage is truncated, never rounded up. Pure. */
#ifndef NINES_RENDER_AXIS_H
#define NINES_RENDER_AXIS_H

#include <nines/report.h>

#include "../base/text.h"
#include "../base/zone.h"

#define AXIS_TICKS 64

struct axis_tick {
	int64_t at;
	char label[24];
};

/* Of time or values from `from` to `to`, over so many units of length with texts of that size. */
struct axis {
	int64_t from, to;
	bool is_log; /* of values greater than 0: equal lengths are equal factors */
	struct axis_tick tick[AXIS_TICKS];
	size_t ticks;
};

void axis_of_time(struct axis *, const struct zone *, int64_t from_us, int64_t to_us, double length,
		  double size);
/* From the least to the greatest, both inside; 0 belongs to it unless it is of percentages or
 * logarithmic. */
void axis_of_values(struct axis *, enum page_type, int64_t least, int64_t most, bool is_log,
		    int most_ticks);
/* Where a value stands: 0 at `from`, 1 at `to`; what is beyond is put on the edge. */
double axis_place(const struct axis *, int64_t value);

/* "3 Aug 14:30" of an instant: as exact as the axis needs it. */
void axis_add_instant(struct text *, const struct zone *, int64_t at_us, bool with_clock);
/* A value in a few characters: "250ms", "2h 30m", "99.987 %", "1200". */
void axis_add_value(struct text *, enum page_type, int64_t value);

#endif
