/* config/page_file: the files that a page is dressed with: its logo, style sheet, texts and
 * templates, as lines `part PAGE` of a bounded size. See read.h.
 *
 * What is not what it should be is a problem where the page names it; what is wrong inside a
 * template, where it stands there. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "../web/template.h"
#include "read.h"

#define PART_BYTES     12000 /* of a file in one line, each byte four at most */
#define LOGO_BYTES     (256u << 10)
#define STYLE_BYTES    (64u << 10)
#define ABOUT_BYTES    (64u << 10)
#define TEMPLATE_BYTES (512u << 10) /* of all together */

/* Pictures by what they begin with. */
static const struct {
	const char *type, *begin;
	size_t at, size;
} picture[] = {
	{"image/png", "\x89PNG\r\n\x1a\n", 0, 8},
	{"image/jpeg", "\xff\xd8\xff", 0, 3},
	{"image/gif", "GIF8", 0, 4},
	{"image/webp", "WEBP", 8, 4},
};

static const char *picture_type(const struct text *whole)
{
	for (size_t i = 0; i < sizeof picture / sizeof *picture; i++)
		if (whole->size >= picture[i].at + picture[i].size &&
		    !memcmp(whole->at + picture[i].at, picture[i].begin, picture[i].size))
			return picture[i].type;
	return memmem(text_get(whole), whole->size < 4096 ? whole->size : 4096, "<svg", 4)
		       ? "image/svg+xml"
		       : NULL;
}

static void add_parts(struct config *c, const char *page, const char *key, const char *type,
		      const struct text *whole)
{
	struct text *t = &c->page_lines;
	size_t size;

	for (size_t at = 0; at < whole->size; at += size) {
		size = whole->size - at < PART_BYTES ? whole->size - at : PART_BYTES;
		line_begin_name(t, "part", page);
		line_add(t, "key", key);
		line_add(t, "type", type);
		line_add_bytes(t, "bytes", whole->at + at, size);
		line_end(t);
	}
}

static void refuse(struct config *c, const struct section *s, const char *option, const char *path,
		   const char *why, const char *remedy)
{
	problem_add(&c->parse, s->file, value_line(c, s, option), remedy, "%s: '%.200s': %s",
		    option, path, why);
}

/* The whole file of an option, or a problem. */
static bool read_whole(struct config *c, const struct section *s, const char *option,
		       const char *path, size_t most, struct text *whole)
{
	struct text size = {0};
	struct stat is;
	const char *wrong = parse_read_bytes(path, whole, &is);

	text_printf(&size, "it is larger than %zu KiB", most >> 10);
	if (wrong)
		refuse(c, s, option, path, wrong, "correct the path");
	else if (whole->size > most)
		refuse(c, s, option, path, text_get(&size), "make it smaller");
	text_release(&size);
	return !wrong && whole->size <= most;
}

static bool is_text(const struct text *whole)
{
	return !memchr(text_get(whole), '\0', whole->size);
}

static void add_file(struct config *c, const struct section *s, const char *option,
		     const char *path, size_t most)
{
	const char *full = parse_path(&c->parse, s->file, path), *type = "text/plain";
	bool is_logo = !strcmp(option, "logo");
	struct text whole = {0};

	if (!*path || !read_whole(c, s, option, full, most, &whole)) {
		text_release(&whole);
		return;
	}
	if (is_logo)
		type = picture_type(&whole);
	if (!type)
		refuse(c, s, option, full, "it is no picture that browsers show",
		       "save it as SVG, PNG, JPEG, GIF or WebP");
	else if (!is_logo && !is_text(&whole))
		refuse(c, s, option, full, "it contains a NUL byte", "name a text file");
	else
		add_parts(c, s->title, option, type, &whole);
	text_release(&whole);
}

/* ---- templates ---- */

struct finding {
	struct config *config;
	const char *file;
};

static void take_wrong(void *with, int line, const char *text, const char *remedy)
{
	struct finding *f = with;

	problem_add(&f->config->parse, f->file, line, remedy, "%s", text);
}

static void read_template(struct config *c, const struct section *s, const char *path,
			  struct text *all)
{
	struct finding f = {.config = c, .file = parse_keep(&c->parse, path)};
	struct text one = {0};

	if (read_whole(c, s, "templates", path, TEMPLATE_BYTES, &one)) {
		template_judge(text_get(&one), take_wrong, &f);
		text_add(all, one.at, one.size);
		text_puts(all, "\n");
	}
	text_release(&one);
}

static void add_templates(struct config *c, const struct section *s, const char *folder)
{
	const char *full = parse_path(&c->parse, s->file, folder);
	struct text pattern = {0}, all = {0};
	glob_t found = {0};

	if (!*folder)
		return;
	text_printf(&pattern, "%s/*.html", full);
	glob(text_get(&pattern), 0, NULL, &found);
	if (!found.gl_pathc)
		refuse(c, s, "templates", full, "there is no folder with *.html in it",
		       "correct the path");
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_template(c, s, found.gl_pathv[i], &all);
	if (all.size > TEMPLATE_BYTES)
		refuse(c, s, "templates", full, "they are larger than 512 KiB together",
		       "leave out what is not changed");
	else
		add_parts(c, s->title, "templates", "text/html", &all);
	globfree(&found);
	text_release(&pattern);
	text_release(&all);
}

void page_files_add(struct config *c, const struct section *s, const struct page_options *o)
{
	add_file(c, s, "logo", o->logo, LOGO_BYTES);
	add_file(c, s, "style", o->style, STYLE_BYTES);
	add_file(c, s, "about-file", o->about_file, ABOUT_BYTES);
	add_templates(c, s, o->templates);
}
