/* reporter/reporter: see reporter.h. From lines to an order for each format, and what letters say.
 */
#include "reporter.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define ARENA_BYTES (64u << 20)
#define TEXT_BYTES  40000 /* of a letter's text as it stands in a line */

void reporter_init(struct reporter *r)
{
	*r = (struct reporter){.store = "", .location = ""};
	arena_init(&r->arena, NULL, 0, ARENA_BYTES);
	policy_begin(&r->reader, &r->arena, &r->policies);
}

void reporter_release(struct reporter *r)
{
	for (size_t i = 0; i < r->files; i++) {
		if (r->file[i].document >= 0)
			close(r->file[i].document);
		free(r->file[i].name);
	}
	free(r->contact);
	text_release(&r->deliver);
	text_release(&r->make);
	text_release(&r->text);
	arena_release(&r->arena);
}

/* ---- lines ---- */

static const char *kept(struct reporter *r, const char *text)
{
	const char *copy = arena_copy(&r->arena, text, strlen(text));

	if (!copy)
		memory_end();
	return copy;
}

static void keep_line(struct text *to, const struct line *l)
{
	text_clear(to);
	line_begin(to, l->verb, l->id);
	line_add_words(to, l, NULL);
}

static void add_contact(struct reporter *r, const struct line *l)
{
	r->contact = memory_resize(r->contact, (r->contacts + 1) * sizeof *r->contact);
	r->contact[r->contacts++] =
		(struct report_contact){kept(r, line_name(l)), kept(r, line_get(l, "services"))};
}

/* A copy that is parsed; the texts of *l live in *copy. */
static void parse(const struct text *kept_line, struct text *copy, struct line *l)
{
	text_add(copy, text_get(kept_line), kept_line->size);
	if (line_parse(l, copy->at, copy->size))
		*l = (struct line){.verb = "", .id = "-"};
}

static bool is_ours(const struct reporter *r, const struct line *l)
{
	struct line *make = memory_new(sizeof *make);
	struct text copy = {0};
	bool is_same;

	parse(&r->make, &copy, make);
	is_same = !strcmp(line_get(make, "name"), line_name(l));
	text_release(&copy);
	free(make);
	return is_same;
}

bool reporter_take(struct reporter *r, const struct line *l, struct text *wrong)
{
	if (!strcmp(l->verb, "start")) {
		r->store = kept(r, line_get(l, "store"));
		r->location = kept(r, line_get(l, "location"));
	} else if (!strcmp(l->verb, "make")) {
		keep_line(&r->make, l);
	} else if (!strcmp(l->verb, "contact")) {
		add_contact(r, l);
	} else if (!strcmp(l->verb, "deliver")) {
		if (r->make.size && is_ours(r, l))
			keep_line(&r->deliver, l);
	} else {
		return policy_take(&r->reader, l, wrong);
	}
	return true;
}

/* ---- rendering ---- */

struct rendering {
	struct report_order order;
	struct line make, deliver;
	struct text make_copy, deliver_copy, from, to, contact;
	const char *option[LINE_WORDS + 1];
	char *made[LINE_WORDS + 1];
};

static const char *given(const struct line *l, const char *word)
{
	return *line_get(l, word) ? line_get(l, word) : NULL;
}

static void add_option(struct rendering *g, const char *name, const char *value)
{
	struct text t = {0};

	text_printf(&t, "%s=%s", name, value);
	g->made[g->order.options] = t.at;
	g->option[g->order.options++] = t.at;
}

static void set_options(struct rendering *g)
{
	for (size_t i = 0; i < g->deliver.words; i++)
		if (!strncmp(g->deliver.word[i].key, "opt.", 4))
			add_option(g, g->deliver.word[i].key + 4, g->deliver.word[i].value);
	if (given(&g->make, "contact"))
		add_option(g, "contact", line_get(&g->make, "contact"));
	g->order.option = g->option;
}

/* The rhythms whose times `nines report` knows by name; of others it gets the days. */
static const struct calendar {
	const char *every;
	size_t at; /* in struct report_order */
} calendar[] = {
	{"month", offsetof(struct report_order, month)},
	{"quarter", offsetof(struct report_order, quarter)},
	{"year", offsetof(struct report_order, year)},
	{NULL, 0},
};

static const struct calendar *calendar_of(const struct line *deliver)
{
	const struct calendar *c = calendar;

	while (c->every && strcmp(c->every, line_get(deliver, "every")) != 0)
		c++;
	return c->every ? c : NULL;
}

/* A month by its name, so that each sla has its own zone's; days by their dates, likewise. */
static void set_span(struct rendering *g)
{
	const struct calendar *c = calendar_of(&g->deliver);

	if (c) {
		*(const char **)((char *)&g->order + c->at) = line_get(&g->make, "label");
		return;
	}
	text_puts(&g->from, line_get(&g->make, "first"));
	text_puts(&g->to, line_get(&g->make, "behind"));
	g->order.from = text_get(&g->from);
	g->order.to = text_get(&g->to);
}

static struct rendering *rendering_new(struct reporter *r)
{
	struct rendering *g = memory_new(sizeof *g);

	parse(&r->make, &g->make_copy, &g->make);
	parse(&r->deliver, &g->deliver_copy, &g->deliver);
	g->order = (struct report_order){
		.module_path = line_get(&g->deliver, "path"),
		.name = line_get(&g->deliver, "report"),
		.store = r->store,
		.policies = &r->policies,
		.contact = r->contact,
		.contacts = r->contacts,
		.zone = line_int(&g->deliver, "zoned", 0) ? line_get(&g->deliver, "zone") : NULL,
		.check = given(&g->deliver, "check"),
		.service = given(&g->deliver, "service"),
		.customer = given(&g->deliver, "customer"),
		.sla = given(&g->deliver, "sla"),
		.render = {.paper = line_get(&g->deliver, "paper"), .has_utf8 = true},
		.now_us = line_int(&g->make, "now_us", 0),
	};
	set_options(g);
	set_span(g);
	return g;
}

static void rendering_free(struct rendering *g)
{
	for (int i = 0; i < g->order.options; i++)
		free(g->made[i]);
	text_release(&g->make_copy);
	text_release(&g->deliver_copy);
	text_release(&g->from);
	text_release(&g->to);
	free(g);
}

static bool render(struct rendering *g, const struct render_format *format, int *document,
		   struct text *wrong)
{
	g->order.format = format;
	return report_run_to(&g->order, document, wrong) == REPORT_DONE;
}

static bool render_file(struct rendering *g, struct reporter_file *f, struct text *wrong)
{
	off_t end;

	f->document = -1;
	if (!render(g, f->format, &f->document, wrong))
		return false;
	end = lseek(f->document, 0, SEEK_END);
	f->size = end > 0 ? (size_t)end : 0;
	return true;
}

/* As much as a letter can say, and a little more, so that it shows that there is more. */
static bool render_body(struct reporter *r, struct rendering *g, struct text *wrong)
{
	int document = -1;
	ssize_t n;

	if (!render(g, render_find("text"), &document, wrong))
		return false;
	text_reserve(&r->text, 2 * TEXT_BYTES);
	n = pread(document, r->text.at, 2 * TEXT_BYTES, 0);
	r->text.size = n > 0 ? (size_t)n : 0;
	r->text.at[r->text.size] = '\0';
	close(document);
	return true;
}

static bool render_files(struct reporter *r, struct rendering *g, struct text *wrong)
{
	const char *list = line_get(&g->deliver, "attach");
	struct text name = {0};
	bool is_fine = true;

	while (is_fine && r->files < REPORTER_FILES && text_next_line(&list, &name)) {
		struct reporter_file *f = &r->file[r->files];

		f->format = render_find(name.at);
		if (!f->format)
			continue;
		r->files++;
		is_fine = render_file(g, f, wrong);
		reporter_name_file(f, line_name(&g->deliver), line_get(&g->make, "contact"),
				   line_get(&g->make, "label"));
	}
	text_release(&name);
	return is_fine;
}

bool reporter_render(struct reporter *r, struct text *wrong)
{
	struct rendering *g = rendering_new(r);
	bool is_fine = *g->order.module_path != '\0';

	if (!is_fine)
		text_puts(wrong, "it is not configured");
	is_fine = is_fine && render_body(r, g, wrong) && render_files(r, g, wrong);
	rendering_free(g);
	return is_fine;
}

/* ---- what letters say ---- */

static void add_where(struct text *t, const struct reporter *r, const struct rendering *g,
		      bool is_in_folder)
{
	if (is_in_folder) {
		for (size_t i = 0; i < r->files; i++)
			text_printf(t, "%s%s", i ? ", " : "", r->file[i].name);
		text_printf(t, ": in %s on %s.", line_get(&g->deliver, "folder"),
			    r->location);
		return;
	}
	text_printf(t, "On %s it is made again by: ", r->location);
	report_add_command(t, &g->order, NULL);
}

/* Cut where a line ends, so that the letter's line can hold it. */
static size_t room_for(const struct text *whole)
{
	size_t escaped = 0, end = 0;

	for (size_t i = 0; i < whole->size; i++) {
		unsigned char c = (unsigned char)whole->at[i];

		escaped += c == '\n' || c == '"' || c == '\\' ? 2 : c < ' ' || c >= 0x7f ? 4 : 1;
		if (escaped > TEXT_BYTES)
			return end;
		if (c == '\n')
			end = i + 1;
	}
	return whole->size;
}

static void add_text(struct text *t, const struct reporter *r, const char *attached,
		     const char *notes, const char *where)
{
	size_t size = room_for(&r->text);

	text_add(t, text_get(&r->text), size);
	if (size < r->text.size)
		text_printf(t, "\nThe rest of it is too long for a letter's text. %s\n",
			    *attached ? "The files have all of it." : where);
	if (*attached)
		text_puts(t, "\nAttached:\n");
	for (size_t n; *attached; attached += n + (attached[n] == '\n')) {
		const char *media = strchr(attached, ' '), *name = strchr(media + 1, ' ');

		n = strcspn(attached, "\n");
		text_printf(t, "  %.*s\n", (int)(attached + n - name - 1), name + 1);
	}
	if (*notes)
		text_printf(t, "\n%s%s\n", notes, where);
}

/* To the end of a fact, whose further lines are indented. */
static void add_fact(struct text *t, const char *at)
{
	for (at += strspn(at, " "); *at && (*at != '\n' || at[1] == ' '); at++)
		if (*at == '\n') {
			text_putc(t, ' ');
			at += strspn(at + 1, " ");
		} else {
			text_putc(t, *at);
		}
}

/* One verdict says it all; of several none would be true of the others. */
static void add_short(struct text *t, const struct reporter *r, const char *subject,
		      const char *where)
{
	static const char mark[] = "\nverdict:";
	const char *verdict = strstr(text_get(&r->text), mark);

	text_puts(t, subject);
	if (verdict && !strstr(verdict + 1, mark)) {
		text_puts(t, ": ");
		add_fact(t, verdict + strlen(mark));
	} else {
		text_printf(t, ". %s", where);
	}
}

void reporter_say(struct reporter *r, struct text *line, const char *attached, const char *notes,
		  bool is_in_folder)
{
	struct rendering *g = rendering_new(r);
	struct text subject = {0}, where = {0}, t = {0};
	const char *label = line_get(&g->make, "label");

	text_printf(&subject, "%s, %s", line_get(&g->deliver, "title"), label);
	add_where(&where, r, g, is_in_folder);
	line_add(line, "subject", text_get(&subject));
	line_add(line, "where", text_get(&where));
	line_add(line, "period", label);
	add_text(&t, r, attached, notes, text_get(&where));
	line_add(line, "text", text_get(&t));
	text_clear(&t);
	add_short(&t, r, text_get(&subject), text_get(&where));
	line_add(line, "short", text_get(&t));
	if (*attached)
		line_add(line, "files", attached);
	rendering_free(g);
	text_release(&subject);
	text_release(&where);
	text_release(&t);
}
