/* report/evidence: the head of the chain under every report: the host's word, not the module's. See
 * host.h and docs/evidence.md. */
#include <inttypes.h>

#include "../base/clock.h"
#include "host.h"

/* For people. */
static void add_note(struct page *p, const struct read_evidence *e)
{
	struct text t = {0};

	text_printf(&t, "Evidence: a chain of %" PRId64 " link%s up to ", e->links,
		    e->links == 1 ? "" : "s");
	clock_add_utc(&t, e->at_us, 0);
	if (e->reach_us) {
		text_puts(&t, ", over all results before ");
		clock_add_utc(&t, e->reach_us, 0);
	}
	text_printf(&t, "; its head, for nines verify --head: %s", e->head);
	page_note(p, "%s", text_get(&t));
	text_release(&t);
}

void host_add_evidence(const struct host *h, struct page *p)
{
	struct read_evidence e;

	if (!h->read || !read_evidence(h->read, &e) || !e.links)
		return;
	add_note(p, &e);
	page_fact(p, "evidence_links", NULL, page_value(PAGE_INT, e.links));
	page_fact(p, "evidence_at", NULL, page_value(PAGE_TIME, e.at_us));
	page_fact(p, "evidence_reach", NULL,
		  page_value(e.reach_us ? PAGE_TIME : PAGE_NONE, e.reach_us));
	page_fact(p, "evidence_head", NULL, page_text(e.head));
}
