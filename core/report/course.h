/* report/course: how long probes took over time, part by part: what `nines report detail` draws and
 * what pages show. */
#ifndef NINES_REPORT_COURSE_H
#define NINES_REPORT_COURSE_H

#include "figures.h"

/* Cuts [from, to) into at most so many parts at borders that people would choose (quarters of an
 * hour, midnights) by the clock of the zone. How many there are. */
size_t course_borders(const struct zone *, int64_t from_us, int64_t to_us, size_t most,
		      struct page_part *into);
/* What the record has of that part: of whole probes in *part, of the steps in *of (zero-initialise,
 * read_steps_release()). False: read_wrong() says why. */
bool course_read(struct read *, const struct read_target *, struct page_part *part,
		 struct read_steps *of);

#endif
