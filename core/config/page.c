/* config/page: sections `page`: a status page, what it shows and how it looks.
 *
 * What they name may stand anywhere in the files, so they are judged when all of it is known. The
 * files that a page names are read here and travel as lines (config/page_file.c): who serves them
 * can open none. Options are told as they are written: what most of them mean is web's. See read.h.
 */
#include <fnmatch.h>
#include <string.h>

#include "../module/form.h"
#include "../module/option.h"
#include "read.h"

#define NAME_BYTES 60

static const struct module_option page_option[] = {
	OPTION_LINE(struct page_options, title, "", "its heading"),
	OPTION_LIST(struct page_options, host, "", "the names it answers to"),
	OPTION_(struct page_options, url, "url", OPTION_TYPE_URL, "", "http|https", 0,
		"where visitors reach it, for letters, feeds and the static copy"),
	OPTION_LIST(struct page_options, show, "",
		    "checks and services, with all that they are made of; neither these nor "
		    "categories: everything"),
	OPTION_LIST(struct page_options, categories, "", "likewise all of these categories"),
	OPTION_CHOICE(struct page_options, details, "no", "no|yes",
		      "whether everybody reads technical reasons and addresses"),
	OPTION_TEXT(struct page_options, zone, "UTC", "IANA time zone of its times"),
	OPTION_LINE(struct page_options, language, "en", "of its own texts, as HTML has it"),
	OPTION_LINE(struct page_options, contact, "", "who helps: an address, a URL or a text"),
	OPTION_LIST(struct page_options, about, "", "what visitors should know, line by line"),
	OPTION_(struct page_options, about_file, "about-file", OPTION_TYPE_FILE, "", NULL, 0,
		"the file that it stands in"),
	OPTION_(struct page_options, logo, "logo", OPTION_TYPE_FILE, "", NULL, 0,
		"a picture: SVG, PNG, JPEG, GIF, WebP"),
	OPTION_(struct page_options, style, "style", OPTION_TYPE_FILE, "", NULL, 0,
		"a style sheet, behind the one of nines"),
	OPTION_(struct page_options, templates, "templates", OPTION_TYPE_FILE, "", NULL, 0,
		"a folder of *.html with pieces that take the place of those of nines"),
	OPTION_CHOICE(struct page_options, statistics, "yes", "no|yes",
		      "whether it has pages of figures"),
	OPTION_(struct page_options, bars_days, "bars-days", OPTION_TYPE_INT, "90", "7..90", 0,
		"how many days each bar shows"),
	OPTION_(struct page_options, refresh, "refresh", OPTION_TYPE_INT, "0", "0..3600", 0,
		"after how many seconds it loads itself again, on a screen on a wall; 0: never"),
	OPTION_LIST(struct page_options, visitors, "",
		    "networks that may see it; with this or one of the next three it is private"),
	OPTION_(struct page_options, password, "password", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET, "who knows it may see the page: file:PATH, env:NAME"),
	OPTION_(struct page_options, sign_in, "sign-in", OPTION_TYPE_CHOICE, "no", "no|yes", 0,
		"whoever is signed in may see it"),
	OPTION_(struct page_options, sso_header, "sso-header", OPTION_TYPE_TEXT, "", NULL, 0,
		"whoever a proxy of `proxies` names in this header may see it"),
	OPTION_LIST(struct page_options, subscribe, "",
		    "notifiers by which visitors may subscribe: email, sms"),
	OPTION_(struct page_options, subscribe_private, "subscribe-private", OPTION_TYPE_BOOL,
		"false", NULL, 0, "webhooks of subscribers may lead into our own networks"),
	OPTION_CHOICE(struct page_options, claims, "no", "no|yes|automatic",
		      "whether who runs a site may claim its monitor; automatic: once it is "
		      "proven"),
	OPTION_LIST(struct page_options, audiences, "", "groups that subscribers may belong to"),
	OPTION_(struct page_options, copy, "copy", OPTION_TYPE_FILE, "", NULL, 0,
		"the folder of its static copy"),
	OPTION_(struct page_options, copy_private, "copy-private", OPTION_TYPE_CHOICE, "no",
		"no|yes", 0, "the copy of a private page is wanted, though anybody may read files"),
	OPTION_(struct page_options, copy_hook, "copy-hook", OPTION_TYPE_LIST, "", NULL, 0,
		"the program that is run when the copy has changed, and its arguments"),
	OPTION_(struct page_options, copy_every_us, "copy-every", OPTION_TYPE_DURATION, "15s",
		"1s..1d", 0, "a copy is made at most so often"),
	OPTION_(struct page_options, copy_renew_us, "copy-renew", OPTION_TYPE_DURATION, "10m",
		"10s..31d", 0, "its files say that they are renewed by then"),
	OPTION_END,
};
static const struct module_head page_head = {
	.name = "page", .option = page_option, .options_size = sizeof(struct page_options)};

struct page_section {
	const struct section *section;
	struct page_options say;
	struct page_section *next;
};

static bool is_page_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");

	return n && !name[n] && n <= NAME_BYTES && *name != '.';
}

static void judge_name(struct config *c, const struct section *s)
{
	if (!is_page_name(s->title))
		problem_add(&c->parse, s->file, s->line,
			    "write small letters, digits, '-', '_' and '.', as in page \"shop\"",
			    "the name of page '%.60s' cannot stand in its address", s->title);
	if (map_find_text(&c->pages, s->title))
		problem_add(&c->parse, s->file, s->line, "rename one", "there are two pages '%s'",
			    s->title);
	map_put_text(&c->pages, s->title, (void *)s);
}

void page_read(struct config *c, const struct section *s)
{
	struct page_section *new = parse_alloc(&c->parse, sizeof *new);

	judge_name(c, s);
	new->section = s;
	if (!values_set(c, s, &page_head, &new->say))
		return;
	*c->last_page = new;
	c->last_page = &new->next;
}

static bool is_like_any(struct config *c, const char *pattern)
{
	size_t at = 0;
	struct named *n;

	while ((n = map_next(&c->names, &at)))
		if (!fnmatch(pattern, n->name, FNM_NOESCAPE))
			return true;
	return false;
}

static void judge_shown(struct config *c, const struct section *s, const char *name)
{
	const char *nearest;
	struct text remedy = {0};

	if (map_find_text(&c->names, name) || (strpbrk(name, "*?") && is_like_any(c, name)))
		return;
	nearest = name_nearest(c, name);
	text_printf(&remedy, nearest ? "did you mean '%s'?" : "define it or leave it out", nearest);
	problem_add(&c->parse, s->file, value_line(c, s, "show"), text_get(&remedy),
		    "page '%s': show: '%.60s' is neither a check nor a service", s->title, name);
	text_release(&remedy);
}

static void judge_category(struct config *c, const struct section *s, const char *name)
{
	if (!map_find_text(&c->categories, name))
		problem_add(&c->parse, s->file, value_line(c, s, "categories"),
			    "name one that a check or a service has",
			    "page '%s': nothing has the category '%.60s'", s->title, name);
}

static void judge_host(struct config *c, const struct section *s, const char *host)
{
	const char *wrong = form_host_wrong(host);
	const struct section *other = map_find_text(&c->hosts, host);
	int line = value_line(c, s, "host");

	if (wrong)
		problem_add(&c->parse, s->file, line, "write a name such as status.example.org",
			    "host: '%.100s' %s", host, wrong);
	else if (other)
		problem_add(&c->parse, s->file, line, "leave one of them out",
			    "host: page '%s' answers to '%.100s' already", other->title, host);
	map_put_text(&c->hosts, host, (void *)s);
}

static void judge_url(struct config *c, const struct section *s, const char *url)
{
	if (strpbrk(url, "?#"))
		problem_add(&c->parse, s->file, value_line(c, s, "url"),
			    "write https://status.example.org",
			    "url: '%.100s' is more than the address of a page", url);
}

static void judge_copy(struct config *c, const struct section *s, const struct page_options *o)
{
	if (*o->copy && !*o->url)
		problem_add(&c->parse, s->file, value_line(c, s, "copy"),
			    "write url = \"https://status.example.org\"",
			    "page '%s': copy: its files must know where the live page is",
			    s->title);
	if (*o->copy_hook && !*o->copy)
		problem_add(&c->parse, s->file, value_line(c, s, "copy-hook"),
			    "write copy = \"FOLDER\" too", "page '%s' has copy-hook and no copy",
			    s->title);
	if (*o->copy_hook && **o->copy_hook != '/')
		problem_add(&c->parse, s->file, value_line(c, s, "copy-hook"),
			    "write {\"/usr/bin/rsync\", \"-a\", ...}",
			    "copy-hook: '%.100s' is not the whole path of a program",
			    *o->copy_hook);
	if (*o->copy && o->copy_renew_us < 2 * o->copy_every_us)
		problem_add(&c->parse, s->file, value_line(c, s, "copy-renew"), "make it longer",
			    "copy-renew is shorter than twice copy-every");
}

static void judge(struct config *c, const struct page_section *p)
{
	const struct section *s = p->section;
	const char *const *at;

	for (at = p->say.show; *at && !c->parse.is_cut; at++)
		judge_shown(c, s, *at);
	for (at = p->say.categories; *at && !c->parse.is_cut; at++)
		judge_category(c, s, *at);
	for (at = p->say.host; *at; at++)
		judge_host(c, s, *at);
	judge_url(c, s, p->say.url);
	judge_copy(c, s, &p->say);
	zone_judge(c, s, p->say.zone);
	if (*p->say.about && *p->say.about_file)
		problem_add(&c->parse, s->file, value_line(c, s, "about-file"),
			    "leave one of them out", "page '%s' has about and about-file",
			    s->title);
}

/* A path means the same to every process; files that travel are no words. */
static void add_word(struct config *c, const struct module_option *o, const struct value *v)
{
	const char *text = v ? v->text : o->standard;

	if (o->flags & OPTION_IS_SECRET ||
	    (o->type == OPTION_TYPE_FILE && strncmp(o->name, "copy", 4) != 0))
		return;
	if (o->type == OPTION_TYPE_FILE && *text)
		text = parse_whole_path(&c->parse, v->file, text);
	if (text && *text)
		line_add(&c->page_lines, o->name, text);
}

static void add_line(struct config *c, const struct section *s, const struct page_options *say)
{
	struct text *t = &c->page_lines;
	const struct value *given = values_of(c, s), *v;
	size_t begin = t->size;

	line_begin_name(t, "page", s->title);
	for (const struct module_option *o = page_option; o->name; o++) {
		for (v = given; v && strcmp(v->name, o->name); v = v->next)
			;
		add_word(c, o, v);
	}
	page_channels_add(c, s, say);
	page_private_add(c, s, say);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(&c->parse, s->file, s->line,
			    "show a service that they are members of, a pattern or a category",
			    "page '%s' is longer than %d bytes", s->title, LINE_BYTES);
}

void pages_finish(struct config *c)
{
	for (const struct page_section *p = c->first_page; p; p = p->next) {
		judge(c, p);
		add_line(c, p->section, &p->say);
		page_files_add(c, p->section, &p->say);
	}
}
