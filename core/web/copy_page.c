/* web/copy_page: see copy_page.h. */
#include "copy_page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/clock.h"
#include "../page/when.h"
#include "assets.h"
#include "template.h"

/* ---- names ---- */

/* No way out of the folder, nothing hidden, nothing that a terminal or a URL stumbles over. */
static bool is_good_segment(const char *at, size_t size)
{
	if (!size || size > 200 || *at == '.')
		return false;
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)at[i] < 0x20 || at[i] == 0x7f || at[i] == '\\')
			return false;
	return true;
}

bool copy_page_file(struct text *into, const char *path)
{
	const char *at = path + 1;
	size_t size;

	if (*path != '/' || strlen(path) > COPY_PATH_BYTES)
		return false;
	for (; *at; at += size + (at[size] == '/')) {
		size = strcspn(at, "/");
		if (!is_good_segment(at, size))
			return false;
	}
	text_puts(into, path + 1);
	if (path[strlen(path) - 1] == '/')
		text_puts(into, "index.html");
	return true;
}

static void add_encoded(struct text *t, const char *name)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;
		bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
				(c >= 'A' && c <= 'Z') || (c && strchr("-._~/", c));

		if (is_plain)
			text_putc(t, (char)c);
		else
			text_printf(t, "%%%02X", c);
	}
}

/* From the folder of `from` to the file of `path`. */
static void add_way(struct text *t, const char *from, const char *path)
{
	struct text file = {0};

	for (const char *at = from + 1; (at = strchr(at, '/')); at++)
		text_puts(t, "../");
	copy_page_file(&file, path);
	add_encoded(t, text_get(&file));
	text_release(&file);
}

/* ---- one link ---- */

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

void copy_page_decode(struct text *t, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool is_escape =
			at[i] == '%' && i + 2 < size && hex(at[i + 1]) >= 0 && hex(at[i + 2]) >= 0;

		text_putc(t, is_escape ? (char)(hex(at[i + 1]) * 16 + hex(at[i + 2])) : at[i]);
		i += is_escape ? 2 : 0;
	}
}

static const struct {
	const char *name, *stands_for;
} entity[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};

static void unescape(struct text *t, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t e = 0, all = sizeof entity / sizeof *entity;

		while (e < all && (strlen(entity[e].name) > size - i ||
				   memcmp(at + i, entity[e].name, strlen(entity[e].name)) != 0))
			e++;
		if (e < all)
			text_puts(t, entity[e].stands_for);
		else
			text_putc(t, at[i]);
		i += e < all ? strlen(entity[e].name) - 1 : 0;
	}
}

/* A page with a query is another one, which only the live site has; that of a style sheet or a
 * picture only tells its versions apart. */
static bool is_copied(const struct copy_page *p, const char *path, bool has_query)
{
	size_t size = strlen(path);

	return map_find_text(p->paths, path) && !(has_query && size && path[size - 1] == '/');
}

static void add_link(struct text *t, const struct copy_page *p, const char *value, size_t size)
{
	struct text link = {0}, path = {0}, led = {0};
	const char *rest;

	unescape(&link, value, size);
	rest = text_get(&link) + strcspn(text_get(&link), "?#");
	if (link.size && *link.at == '/' && link.at[1] != '/') {
		copy_page_decode(&path, link.at, (size_t)(rest - link.at));
		if (is_copied(p, text_get(&path), *rest == '?')) {
			add_way(&led, p->path, path.at);
			text_puts(&led, rest + strcspn(rest, "#"));
		} else {
			text_printf(&led, "%s%s", p->url, link.at);
		}
		html_add(t, text_get(&led));
	} else {
		text_add(t, value, size);
	}
	text_release(&link);
	text_release(&path);
	text_release(&led);
}

/* ---- a document ---- */

static bool is_link(const char *name, size_t size)
{
	static const char *const link[] = {"href", "src", "action", "formaction", "data", "poster"};

	for (size_t i = 0; i < sizeof link / sizeof *link; i++)
		if (strlen(link[i]) == size && !strncasecmp(link[i], name, size))
			return true;
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The end of an attribute's value, and where it begins. */
static const char *find_value(const char *at, const char **begin)
{
	char quote = *at;

	if (quote != '"' && quote != '\'') {
		*begin = at;
		while (*at && *at != '>' && !is_space(*at))
			at++;
		return at;
	}
	*begin = at + 1;
	at = strchr(at + 1, quote);
	return at ? at : *begin + strlen(*begin);
}

/* From behind the name of an element to its '>'. */
static const char *add_attributes(struct text *t, const char *at, const struct copy_page *p)
{
	while (*at && *at != '>') {
		const char *name = at, *value, *end;

		while (*at && *at != '>' && *at != '=' && !is_space(*at))
			at++;
		end = at;
		while (is_space(*at))
			at++;
		if (*at != '=' || name == end) { /* no value, or no name */
			at += at == name;
			text_add(t, name, (size_t)(at - name));
			continue;
		}
		for (at++; is_space(*at); at++)
			continue;
		text_add(t, name, (size_t)(at - name));
		at = find_value(at, &value);
		if (value != name && (value[-1] == '"' || value[-1] == '\''))
			text_putc(t, value[-1]);
		if (is_link(name, (size_t)(end - name)))
			add_link(t, p, value, (size_t)(at - value));
		else
			text_add(t, value, (size_t)(at - value));
	}
	return at;
}

/* Behind a comment, which is left as it is; else `at`. */
static const char *end_of_comment(const char *at)
{
	const char *end;

	if (strncmp(at, "<!--", 4))
		return at;
	end = strstr(at, "-->");
	return end ? end + 3 : at + strlen(at);
}

void copy_page_link(struct text *into, const char *html, const struct copy_page *p)
{
	const char *at = html, *next;
	bool is_element;

	while (*at) {
		next = at + strcspn(at, "<");
		text_add(into, at, (size_t)(next - at));
		at = next;
		next = end_of_comment(at);
		text_add(into, at, (size_t)(next - at));
		if (next != at || !*at) {
			at = next;
			continue;
		}
		is_element = (at[1] | 0x20) >= 'a' && (at[1] | 0x20) <= 'z';
		next = at + 1 + (is_element ? strcspn(at + 1, " \t\r\n\f>") : 0);
		text_add(into, at, (size_t)(next - at));
		at = is_element ? add_attributes(into, next, p) : next;
	}
}

/* ---- its age ---- */

static void add_note(struct text *t, const char *piece, const struct copy_page *p, int64_t made_us,
		     int64_t due_us)
{
	struct text made = {0}, made_shown = {0}, due = {0}, due_shown = {0}, script = {0};

	clock_add_utc(&made, made_us, 0);
	clock_add_utc(&due, due_us, 0);
	when_time(&made_shown, p->page, made_us);
	when_time(&due_shown, p->page, due_us);
	add_way(&script, p->path, "/copy.js");
	template_add(t, web_copy, piece,
		     (const struct template_word[]){{"made", text_get(&made)},
						    {"made-shown", text_get(&made_shown)},
						    {"due", text_get(&due)},
						    {"due-shown", text_get(&due_shown)},
						    {"script", text_get(&script)},
						    {"url", p->url},
						    {NULL, NULL}});
	text_release(&made);
	text_release(&made_shown);
	text_release(&due);
	text_release(&due_shown);
	text_release(&script);
}

void copy_page_stamp(struct text *into, const char *html, const struct copy_page *p,
		     int64_t made_us, int64_t due_us)
{
	const char *head = strcasestr(html, "<head>"), *body = strcasestr(html, "<body");
	const char *end = body ? strchr(body, '>') : NULL;

	if (!head || !end) {
		text_puts(into, html);
		return;
	}
	head += strlen("<head>");
	text_add(into, html, (size_t)(head - html));
	add_note(into, "copy-head", p, made_us, due_us);
	text_add(into, head, (size_t)(end + 1 - head));
	add_note(into, "copy-note", p, made_us, due_us);
	text_puts(into, end + 1);
}
