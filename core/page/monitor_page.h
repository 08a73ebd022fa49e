/* page/monitor_page: the page of one monitor: state, availability, days, outages, response times,
 * and the charts that belong to it. Pure; reads the site. Used by monitor_routes.c. */
#ifndef NINES_PAGE_MONITOR_PAGE_H
#define NINES_PAGE_MONITOR_PAGE_H

#include "chart.h"
#include "monitor.h"

/* A chart beside the page: /monitor/NAME/steps-24h.svg. */
struct monitor_file {
	const char *name; /* NULL ends the table */
	enum chart_kind kind;
	enum figure_course course; /* COURSES: of days */
	const char *title; /* with %s for the monitor */
};
extern const struct monitor_file monitor_file[];

void monitor_show(struct answer *, const struct site *, const struct request *,
		  const struct monitor *);
/* Appends the file. `figure` of the monitor is not NULL. */
void monitor_add_file(struct text *, const struct site *, const struct monitor *,
		      const struct monitor_file *);

#endif
