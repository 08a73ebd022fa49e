/* base/progress: see progress.h. */
#include "progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

#define QUICK_US CLOCK_SECOND
#define RENEW_US (CLOCK_SECOND / 5)
#define CLEAR "\r\033[K"

/* A terminal that knows no more than letters cannot take a line back. */
static bool can_clear(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
}

void progress_open(struct progress *p, bool is_wanted)
{
	const char *when = getenv("NINES_PROGRESS");
	bool is_now = when && !strcmp(when, "now");
	struct winsize size = {0};

	*p = (struct progress){0};
	if (!is_wanted || !can_clear() || (when && !strcmp(when, "never")))
		return;
	p->due_us = clock_mono_us() + (is_now ? 0 : QUICK_US);
	p->renew_us = is_now ? 0 : RENEW_US;
	p->columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
	p->columns = p->columns ? p->columns : 80;
}

bool progress_is_due(const struct progress *p)
{
	return p->due_us && clock_mono_us() >= p->due_us;
}

/* Who reads what a terminal shows may be gone: then nobody misses it. */
static void say(struct progress *p, const struct text *t)
{
	if (write(STDERR_FILENO, text_get(t), t->size) < 0)
		p->due_us = 0;
}

/* So many bytes are that wide or less, and no letter is cut. */
static void cut(struct text *t, size_t most)
{
	if (t->size <= most)
		return;
	while (most && ((unsigned char)t->at[most] & 0xc0) == 0x80)
		most--;
	t->size = most;
}

void progress_show(struct progress *p, const char *format, ...)
{
	struct text t = {0};
	va_list ap;

	if (!progress_is_due(p))
		return;
	p->due_us = clock_mono_us() + p->renew_us;
	p->stands = true;
	text_puts(&t, CLEAR);
	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	cut(&t, strlen(CLEAR) + (size_t)p->columns - 1);
	say(p, &t);
	text_release(&t);
}

void progress_clear(struct progress *p)
{
	struct text t = {0};

	if (!p->stands)
		return;
	p->stands = false;
	text_puts(&t, CLEAR);
	say(p, &t);
	text_release(&t);
}

void progress_clear_of_child(struct progress *p)
{
	p->stands |= progress_is_due(p);
	progress_clear(p);
}
