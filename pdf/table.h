/* pdf/table: a table set on sheets: columns as wide as they need or as there is room, the head
 * again on each sheet, no row broken over two unless it is higher than one. */
#ifndef NINES_PDF_TABLE_H
#define NINES_PDF_TABLE_H

#include "sheet.h"

#define TABLE_COLUMNS 64

struct table_cell {
	const char *text;
	enum ink ink;
};

struct table {
	size_t columns;
	const char *label[TABLE_COLUMNS];
	bool is_right[TABLE_COLUMNS];
	struct table_cell *cell; /* rows * columns */
	size_t rows;
};

void table_set(struct sheet *, const struct table *);

#endif
