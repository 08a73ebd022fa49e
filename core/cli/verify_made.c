/* cli/verify_made: a published report in text or HTML: by which command it was made, the head under
 * it, and its lines against those of the same report made now. See verify.h.
 *
 * What it reads may come from anybody: it is searched and compared, never run; of its command only
 * what a report is about is taken (report_ordered()). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "../mail/mail.h"
#include "verify.h"

#define MADE_BY	   "Made by: "
#define HEAD_BEGIN "nines verify --head:"
#define REPORT_BYTES (64u << 20)
#define SEARCH	   400 /* lines that may be missing or added in one place */

/* ---- the file ---- */

/* A mail as it came is encoded; figures stand in its text. */
static void decode(struct text *published)
{
	struct text plain = {0};

	if (mail_whole(text_get(published), published->size, &plain)) {
		text_clear(published);
		text_add(published, text_get(&plain), plain.size);
	}
	text_release(&plain);
}

bool made_read(const char *path, struct text *published)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char bytes[4096];
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && published->size < REPORT_BYTES) {
		n = read(fd, bytes, sizeof bytes);
		text_add(published, bytes, n > 0 ? (size_t)n : 0);
	}
	if (n < 0)
		cli_fail(EXIT_FAILED,
			 "%s: %s: give the path of a report in JSON, CSV, text or HTML", path,
			 log_errno(errno));
	if (fd >= 0)
		close(fd);
	decode(published);
	return n >= 0;
}

/* ---- what stands under it ---- */

bool made_is_html(const struct text *report)
{
	return strstr(text_get(report), "<!doctype html>") != NULL;
}

bool made_is_ascii(const struct text *report)
{
	for (size_t i = 0; i < report->size; i++)
		if ((unsigned char)report->at[i] >= 0x80)
			return false;
	return true;
}

/* Behind the last place of a text: names of checks come before it. */
static const char *find_last(const char *in, const char *text)
{
	const char *last = NULL;

	for (; (in = strstr(in, text)); in += strlen(text))
		last = in + strlen(text);
	return last;
}

/* To the end of the paragraph: an empty line, in HTML a tag. */
static size_t paragraph(const char *at, bool is_html)
{
	size_t n = 0;

	for (; at[n] && (!is_html || at[n] != '<'); n++)
		if (at[n] == '\n' && strspn(at + n + 1, " \t\r") == strcspn(at + n + 1, "\n"))
			break;
	return n;
}

static const struct {
	const char *written, *is;
} entity[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};

static size_t add_character(struct text *t, const char *at, bool is_html)
{
	for (size_t i = 0; is_html && i < sizeof entity / sizeof *entity; i++)
		if (!strncmp(at, entity[i].written, strlen(entity[i].written))) {
			text_puts(t, entity[i].is);
			return strlen(entity[i].written);
		}
	text_putc(t, *at == '\n' ? ' ' : *at);
	return 1;
}

bool made_find(const struct text *report, struct text *command)
{
	const char *at = find_last(text_get(report), MADE_BY);
	bool is_html = made_is_html(report);
	size_t n = at ? paragraph(at, is_html) : 0;

	for (size_t i = 0; i < n;)
		if (strspn(at + i, " \r") && strspn(at + i, " \r") == strcspn(at + i, "\n"))
			i++; /* at the end of its line */
		else if (!strncmp(at + i, "\xe2\x81", 2) && (unsigned char)at[i + 2] >= 0xa6)
			i += 3; /* U+2066 and on: text keeps what turns its writing apart */
		else
			i += add_character(command, at + i, is_html);
	return n > 0;
}

bool made_head(const struct text *report, struct text *head)
{
	const char *at = find_last(text_get(report), HEAD_BEGIN);
	size_t n;

	if (!at)
		return false;
	at += strspn(at, " \r\n\t");
	n = strspn(at, "0123456789abcdef");
	if (n == DIGEST_HEX)
		text_add(head, at, n);
	return n == DIGEST_HEX;
}

/* ---- the command ---- */

static char *take_word(char **from)
{
	char *at = *from, *to = at, *begin = at, quote = '\0';

	for (; *at && (quote || *at != ' '); at++)
		if (*at == quote)
			quote = '\0';
		else if (!quote && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (!quote && *at == '\\' && at[1])
			*to++ = *++at;
		else
			*to++ = *at;
	*from = *at ? at + 1 : at;
	*to = '\0';
	return begin;
}

char **made_words(char *command, int *words)
{
	char **list = NULL;

	*words = 0;
	do {
		list = memory_resize(list, ((size_t)*words + 2) * sizeof *list);
		command += strspn(command, " ");
		list[*words] = *command ? take_word(&command) : NULL;
	} while (list[(*words)++]);
	--*words;
	return list;
}

bool made_is_command(struct cli *cli, const char *made_by)
{
	struct text copy = {0};
	struct report_order o;
	char **word;
	int words;
	bool is_one;

	text_puts(&copy, made_by);
	if (strncmp(made_by, "nines report ", 13)) {
		cli_wrong("--made-by: '%.80s' is no command of a report: write it as the report"
			  " has it, such as 'nines report sla --month 2026-10'",
			  made_by);
		text_release(&copy);
		return false;
	}
	word = made_words(copy.at, &words);
	is_one = report_ordered(cli, words, word, &o);
	free(word);
	text_release(&copy);
	return is_one;
}

/* ---- lines ---- */

struct lines {
	struct text bytes;
	char **line;
	size_t count;
};

/* Without empty ones, spaces at their ends, and the paragraph that names the chain. In text that is
 * the report's last one: behind it a mail says what is attached. */
static void split(struct lines *l, const struct text *from)
{
	bool is_html = made_is_html(from);
	const char *all = text_get(from), *chain = find_last(all, "Evidence: a chain of ");
	char *at;

	text_add(&l->bytes, all, chain ? (size_t)(chain - all) : from->size);
	if (chain && is_html)
		text_puts(&l->bytes, chain + paragraph(chain, is_html));
	at = l->bytes.at ? l->bytes.at : NULL;
	while (at && *at) {
		size_t n = strcspn(at, "\n"), used = n;
		char *next = at + n + (at[n] == '\n');

		while (used && strchr(" \t\r", at[used - 1]))
			used--;
		at[used] = '\0';
		if (used) {
			l->line = memory_resize(l->line, (l->count + 1) * sizeof *l->line);
			l->line[l->count++] = at;
		}
		at = next;
	}
}

static void release(struct lines *l)
{
	free(l->line);
	text_release(&l->bytes);
}

/* Where that line comes from `from` on; the count of lines: nowhere near. */
static size_t place_of(const struct lines *l, size_t from, const char *line)
{
	for (size_t i = from; i < l->count && i < from + SEARCH; i++)
		if (!strcmp(l->line[i], line))
			return i;
	return l->count;
}

static void tell(struct verify_report *v, size_t line, const char *was, const char *is)
{
	char name[32];

	snprintf(name, sizeof name, "line %zu", line + 1);
	v->findings++;
	v->find(name, "as it reads", was, is, v->with);
}

/* The shorter way to where both agree again. */
static void differ(struct verify_report *v, const struct lines *was, size_t *i,
		   const struct lines *is, size_t *n)
{
	size_t added = place_of(was, *i, is->line[*n]), missing = place_of(is, *n, was->line[*i]);

	if (missing < is->count && (added >= was->count || missing - *n <= added - *i)) {
		for (; *n < missing; ++*n)
			tell(v, *i, "nothing", is->line[*n]);
	} else if (added < was->count) {
		for (; *i < added; ++*i)
			tell(v, *i, was->line[*i], "nothing");
	} else {
		tell(v, *i, was->line[*i], is->line[*n]);
		++*i;
		++*n;
	}
}

void made_compare(struct verify_report *v, const struct text *published, const struct text *now)
{
	struct lines was = {0}, is = {0};
	size_t i = 0, n = 0;

	split(&was, published);
	split(&is, now);
	if (is.count) /* a mail has a head of its own */
		while (i < was.count && strcmp(was.line[i], is.line[0]) != 0)
			i++;
	i = i < was.count ? i : 0;
	v->figures += (int64_t)is.count;
	while (i < was.count && n < is.count)
		if (strcmp(was.line[i], is.line[n]) != 0) {
			differ(v, &was, &i, &is, &n);
		} else {
			i++;
			n++;
		}
	for (; i < was.count; i++)
		tell(v, i, was.line[i], "nothing");
	for (; n < is.count; n++)
		tell(v, i, "nothing", is.line[n]);
	release(&was);
	release(&is);
}
