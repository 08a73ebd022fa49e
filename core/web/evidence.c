/* web/evidence: see evidence.h. */
#include "evidence.h"

#include <string.h>

#include "../store/read.h"

void evidence_look(struct site *s, int64_t mono_us)
{
	struct read_evidence e;
	struct text wrong = {0};
	struct read *r;

	if (!s->store || !*s->store || (s->looked_us && mono_us - s->looked_us < EVIDENCE_EVERY_US))
		return;
	s->looked_us = mono_us;
	r = read_open(s->store, &wrong);
	if (r && read_evidence(r, &e)) {
		memcpy(s->head, e.head, sizeof s->head);
		s->links = e.links;
	}
	read_close(r);
	text_release(&wrong);
}
