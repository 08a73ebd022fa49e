/* page/monitor: what pages of figures have in common: who is shown, its name, its state, links.
 * Pure; reads the site. */
#ifndef NINES_PAGE_MONITOR_H
#define NINES_PAGE_MONITOR_H

#include "../web/figures.h"
#include "../web/route.h"
#include "scene.h"
#include "../web/template.h"

/* One check or service as a page may show it. Texts are borrowed. */
struct monitor {
	const char *name, *title;
	const char *word,
		*class; /* how it stands (scene.h): a key of say(), and of the style sheet */
	enum level level;
	bool is_counted, is_down; /* is_down: as measured */
	int64_t since_us; /* 0: not known */
	const struct overview_check *check; /* NULL: of a service, or the keeper does not know it */
	const struct figure *figure; /* NULL: none yet */
};

/* False: it is not shown there or there is none: 404. */
bool monitor_find(const struct site *, const struct page *, const char *name, struct monitor *);
/* All that the page shows, services first. free(). */
struct monitor *monitor_list(const struct site *, const struct page *, size_t *count);

/* The page has pages of figures: it does not say `statistics = no`. */
bool monitor_has_statistics(const struct page *);
/* "/pages/shop/monitor/mail/" */
void monitor_link(struct text *, const struct request *, const char *name);
/* What readers must know of the figures: nothing, or a notice that they are not all there yet. */
void monitor_add_notice(struct text *, const struct site *, const struct request *);
/* The whole page around its main part; `at` as in frame.h, `class` colours its head. */
void monitor_add_page(struct answer *, const struct site *, const struct request *,
		      const char *title, const char *at, const char *head, const char *class,
		      const char *main);

#endif
