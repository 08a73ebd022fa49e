/* reports/sla: what its files share. sla.c puts the document together; data.c writes the tables for
 * programs, part.c what people read of one check or service, charts.c its pictures, verdict.c the
 * verdict in words, what_if.c what was supposed. */
#ifndef NINES_REPORTS_SLA_H
#define NINES_REPORTS_SLA_H

#include <nines/report.h>

#define COUNT(a)       (sizeof(a) / sizeof *(a))
#define SENTENCE_BYTES 600

struct options {
	int64_t incidents, charts;
};

/* "met", "not-met", "not-yet-known" (the period is not over), "not-known" (nothing was measured),
 * "no-target"; the same for people. */
enum verdict { VERDICT_NONE, VERDICT_NOT_KNOWN, VERDICT_NOT_YET, VERDICT_MET, VERDICT_NOT_MET };
enum verdict verdict_of(struct page *, const struct page_figures *);
const char *verdict_key(enum verdict);
struct page_value verdict_shown(enum verdict);
/* One sentence with the figure and the target. */
void verdict_say(struct page *, const struct page_figures *, char sentence[SENTENCE_BYTES]);
/* What the customer who was asked for gets to hear; nothing where none was. */
void verdict_of_customer(struct page *);

/* "99.826388 +- 0.002241", the second so much as the first is known to; only the first where
 * that is not known, PAGE_NONE where it is not itself. `room` is what the text lies in. */
#define PLUS_MINUS   "\xc2\xb1"
#define EXACT_BYTES 80
struct page_value exact_percent(int64_t micro, int64_t exact_micro, char room[EXACT_BYTES]);
/* How exact the figure is that the sla judges by. */
int64_t judged_exact_micro(const struct page_figures *);

/* NULL for "". */
struct page_value said(const char *text);

/* `is_shown`: its first columns are a summary for people. */
void data_add_rows(struct page *, size_t targets, bool is_shown);
void data_add_lists(struct page *, size_t targets);

void part_add(struct page *, size_t target, bool is_one_of_many, const struct options *);

/* Of the first `charts` of them: the bars of all, the days for programs; and of one: its calendar,
 * its incidents and maintenance on a time line, what was left of its budget. */
void charts_add_all(struct page *, size_t targets, const struct options *);
void charts_add(struct page *, size_t target, const struct options *);

/* Nothing when nothing is supposed. */
void what_if_add(struct page *, size_t targets);

#endif
