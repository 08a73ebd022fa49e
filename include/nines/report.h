/* nines/report.h: all that a report module may use.
 *
 * A report fills a document (headings, facts, tables, charts, notes) from figures that the host
 * computed; the host renders any document as text, HTML, PDF, CSV and JSON. A report only reads: no
 * figure is computed in a module. It runs in a short-lived child. */
#ifndef NINES_REPORT_H
#define NINES_REPORT_H

#include <nines/module.h>

#pragma GCC visibility push(default)

struct page;

struct report_module {
	struct module_head head;
	void (*fill)(struct page *, const void *options);
};

#define REPORT_MODULE(name_, summary_, options_, option_, fill_, ...)               \
	MODULE_EXPORT extern const struct report_module module_entry;               \
	const struct report_module module_entry = {                                 \
		.head = {.abi = MODULE_ABI, .size = sizeof(struct report_module),   \
			 .kind = MODULE_REPORT, .name = name_, .summary = summary_, \
			 .option = option_, .options_size = sizeof(options_)},      \
		.fill = fill_, __VA_ARGS__}

/* ---- the document, from top to bottom ---- */

void page_title(struct page *, const char *text);
void page_heading(struct page *, const char *text);
void page_note(struct page *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One line "label: value". */
void page_fact(struct page *, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A table: its columns ("name", "uptime|right"), then rows of as many cells. `key` names it in JSON
 * and CSV. */
void page_table(struct page *, const char *key, const char *const *column, size_t columns);
void page_row(struct page *, const char *const *cell);

#pragma GCC visibility pop

#endif
