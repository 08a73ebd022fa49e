/* page/status: the status page, and what belongs to it: incidents, history, news. */
#ifndef NINES_PAGE_STATUS_H
#define NINES_PAGE_STATUS_H

#include "../web/route.h"

/* How everything stands. `details`: for who may look. */
void status_answer(struct answer *, const struct site *, const struct request *, bool details);
/* How everything stands as a drawing of 16 by 16: its colour and its shape. */
void status_icon(const struct site *, const struct request *, struct answer *);

/* history.c */
void history_incident(const struct site *, const struct request *, struct answer *);
void history_index(const struct site *, const struct request *, struct answer *);
void history_month(const struct site *, const struct request *, struct answer *);
void history_news(const struct site *, const struct request *, struct answer *);
void history_incident_paths(const struct site *, const struct page *, struct text *);
void history_month_paths(const struct site *, const struct page *, struct text *);

#endif
