/* web/catalog: see catalog.h. */
#include "catalog.h"

#include <string.h>

const struct page *catalog_page(const struct catalog *of, const char *name)
{
	for (size_t i = 0; i < of->pages; i++)
		if (!strcmp(of->page[i].name, name))
			return &of->page[i];
	return NULL;
}

const char *page_get(const struct page *page, const char *key)
{
	for (size_t i = 0; i < page->words; i++)
		if (!strcmp(page->word[i][0], key))
			return page->word[i][1];
	return "";
}
