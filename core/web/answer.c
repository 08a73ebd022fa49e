/* web/answer: what handlers say when there is little to say. See route.h. */
#include <stdarg.h>

#include "route.h"

void answer_text(struct answer *a, unsigned status, const char *format, ...)
{
	va_list ap;

	a->status = status;
	a->type = "text/plain; charset=utf-8";
	text_clear(&a->body);
	va_start(ap, format);
	text_vprintf(&a->body, format, ap);
	va_end(ap);
	if (a->body.size && a->body.at[a->body.size - 1] != '\n')
		text_putc(&a->body, '\n');
}

void answer_see(struct answer *a, const char *format, ...)
{
	va_list ap;

	a->status = 303;
	text_clear(&a->location);
	va_start(ap, format);
	text_vprintf(&a->location, format, ap);
	va_end(ap);
}

void answer_release(struct answer *a)
{
	text_release(&a->body);
	text_release(&a->location);
	text_release(&a->cookie);
	*a = (struct answer){0};
}
