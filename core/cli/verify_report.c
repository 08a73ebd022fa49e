/* cli/verify_report: a published report against the same report computed now.
 *
 * The published document says by which command it was made (one of an older nines, and CSV: what it
 * is about: its name, span, zone, its rows whom). The same report is rendered in the same format,
 * and both must say the same. Rows are matched by name. A report whose rules (method) have changed
 * since is told as such. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "verify.h"

#define SHOWN_BYTES  120
#define OR_SAY	     "; or say by --made-by which command made it"

struct comparing {
	struct cli *cli;
	struct verify_report *out;
	struct report_order order;
	char calendar[32], first[32], behind[32], *name;
	struct text command; /* that made it: `order` borrows its words */
	char **word;
	json_t *about; /* of a CSV, as its JSON would say it: likewise */
	struct text published, recomputed;
};

static void find(struct comparing *c, const char *name, const char *member, const char *published,
		 const char *recomputed)
{
	c->out->findings++;
	c->out->find(name, member, published, recomputed, c->out->with);
}

/* ---- JSON ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void add_shown(struct text *t, const json_t *v)
{
	char *plain = v ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (plain)
		text_add(t, plain, strnlen(plain, SHOWN_BYTES));
	else
		text_puts(t, "nothing");
	free(plain);
}

static void compare(struct comparing *, const char *name, const char *path, const json_t *was,
		    const json_t *is);

static void compare_value(struct comparing *c, const char *name, const char *path,
			  const json_t *was, const json_t *is)
{
	struct text a = {0}, b = {0};

	c->out->figures++;
	if (is && json_equal(was, is))
		return;
	add_shown(&a, was);
	add_shown(&b, is);
	find(c, name, path, text_get(&a), text_get(&b));
	text_release(&a);
	text_release(&b);
}

/* What a row is known by among its like. */
static bool is_same_row(const json_t *a, const json_t *b)
{
	static const char *const key[] = {"name", "sla"};

	for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
		const json_t *x = json_object_get(a, key[i]), *y = json_object_get(b, key[i]);

		if (x && y && !json_equal(x, y))
			return false;
	}
	return true;
}

/* The row of the same name, the n-th of it, as `of[place]` is among its like. */
static const json_t *find_row(const json_t *list, const json_t *of, size_t place)
{
	const json_t *row = json_array_get(of, place);
	size_t n = 0;

	if (!json_object_get(row, "name"))
		return json_array_get(list, place);
	for (size_t i = 0; i < place; i++)
		n += is_same_row(row, json_array_get(of, i));
	for (size_t i = 0; i < json_array_size(list); i++)
		if (is_same_row(row, json_array_get(list, i)) && !n--)
			return json_array_get(list, i);
	return NULL;
}

static void compare_list(struct comparing *c, const char *name, const char *path, const json_t *was,
			 const json_t *is)
{
	size_t n = json_array_size(was);
	bool has_names = json_object_get(json_array_get(was, 0), "name") != NULL;

	if (!has_names && n != json_array_size(is)) {
		struct text a = {0}, b = {0};

		text_printf(&a, "%zu of them", n);
		text_printf(&b, "%zu", json_array_size(is));
		c->out->figures++;
		find(c, name, path, a.at, b.at);
		text_release(&a);
		text_release(&b);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(was, i);

		compare(c, name, path, row, find_row(is, was, i));
	}
	for (size_t i = 0; has_names && i < json_array_size(is); i++)
		if (!find_row(was, is, i))
			find(c, text_of(json_array_get(is, i), "name"), path, "nothing", "a row");
}

static bool has_other_method(struct comparing *c, const char *name, const json_t *was,
			     const json_t *is)
{
	const char *then = text_of(was, "method"), *now = text_of(is, "method");
	struct text t = {0};

	if (!*then || !is || !strcmp(then, now))
		return false;
	text_printf(&t,
		    "'%s' was computed by %s, the rules in force are %s: put the sla back as it"
		    " was to compare",
		    name, then, *now ? now : "others");
	c->out->figures++;
	find(c, name, "", t.at, "");
	text_release(&t);
	return true;
}

/* Every member that was published; `evidence` names the chain as it was then. */
static void compare_object(struct comparing *c, const char *name, const char *path,
			   const json_t *was, const json_t *is)
{
	const char *own = text_of(was, "name"), *key;
	struct text below = {0};
	json_t *value;

	name = *own ? own : name;
	if (has_other_method(c, *name ? name : c->order.name, was, is))
		return;
	json_object_foreach((json_t *)was, key, value)
	{
		if (!strncmp(key, "evidence_", 9))
			continue;
		text_clear(&below);
		text_printf(&below, "%s%s%s", path, *path ? "." : "", key);
		compare(c, name, below.at, value, json_object_get(is, key));
	}
	text_release(&below);
}

static void compare(struct comparing *c, const char *name, const char *path, const json_t *was,
		    const json_t *is)
{
	if (json_is_object(was) && json_is_object(is))
		compare_object(c, name, path, was, is);
	else if (json_is_array(was) && json_is_array(is))
		compare_list(c, name, path, was, is);
	else if (json_is_object(was) && !is)
		find(c, text_of(was, "name"), *path ? path : "row", "a row", "none");
	else
		compare_value(c, name, path, was, is);
}

/* ---- what it is about ---- */

/* The one value that all rows have; "": they differ. */
static const char *shared(const json_t *rows, const char *key)
{
	const char *first = text_of(json_array_get(rows, 0), key);

	for (size_t i = 1; i < json_array_size(rows); i++)
		if (strcmp(first, text_of(json_array_get(rows, i), key)))
			return "";
	return first;
}

/* The record's name of what a document calls so: documents are rid of what could do harm, and CSV
 * has an apostrophe in front of formulas. */
static const char *name_of(struct comparing *c, const char *shown)
{
	const struct read_target *list = NULL;
	struct text wrong = {0}, safe = {0};
	struct read *r = *shown ? read_open(c->out->record, &wrong) : NULL;
	size_t targets = 0;

	text_release(&wrong);
	if (r)
		read_targets(r, &list, &targets);
	for (size_t i = 0; i < targets && !c->name; i++) {
		text_clear(&safe);
		text_add_safe(&safe, list[i].name, strlen(list[i].name), SIZE_MAX / 2);
		if (!strcmp(shown, text_get(&safe)) ||
		    (*shown == '\'' && !strcmp(shown + 1, text_get(&safe))))
			c->name = memory_text(list[i].name);
	}
	read_close(r);
	text_release(&safe);
	return c->name ? c->name : shown;
}

static void set_subject(struct comparing *c, const char *name, const char *kind, const char *sla)
{
	struct report_order *o = &c->order;

	name = name_of(c, name);
	o->check = *name && strcmp(kind, "service") ? name : NULL;
	o->service = *name && !strcmp(kind, "service") ? name : NULL;
	o->sla = !*name && *sla ? sla : NULL;
}

static void set_subject_of(struct comparing *c, const json_t *was)
{
	const json_t *rows = json_object_get(was, "rows");
	const char *check = text_of(was, "check");

	set_subject(c, *check ? check : shared(rows, "name"),
		    *check ? "check" : shared(rows, "kind"), shared(rows, "sla"));
}

/* ---- computed anew ---- */

static int run(struct comparing *c, const struct report_order *o)
{
	struct text wrong = {0};
	enum report_result result;
	int status = EXIT_DONE;

	text_clear(&c->recomputed);
	result = report_again(c->cli, o, &c->recomputed, &wrong);
	if (result != REPORT_DONE)
		status = wrong.size
				 ? cli_fail(EXIT_FAILED, "%s: %s%s", c->out->path, wrong.at,
					    c->word ? "" : OR_SAY)
				 : EXIT_FAILED;
	text_release(&wrong);
	return status;
}

/* Are its rows about the same time, each in its own zone? */
static bool has_same_spans(const json_t *was, const json_t *is)
{
	const json_t *rows = json_object_get(was, "rows");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const json_t *other = find_row(json_object_get(is, "rows"), row, i);

		if (other && strcmp(text_of(row, "span_zone"), text_of(other, "span_zone")))
			return false;
	}
	return true;
}

/* Is what comes about the same time? */
static bool is_about(struct comparing *c, const struct report_order *tried, const json_t *was)
{
	static const char *const key[] = {"from", "to", "zone"};
	struct report_order o = *tried;
	struct text wrong = {0};
	json_t *is = NULL;
	bool is_same;

	o.format = render_find("json");
	text_clear(&c->recomputed);
	if (report_again(c->cli, &o, &c->recomputed, &wrong) == REPORT_DONE)
		is = json_loadb(c->recomputed.at, c->recomputed.size, 0, NULL);
	is_same = is != NULL;
	for (size_t i = 0; i < sizeof key / sizeof *key && is_same; i++)
		is_same = !strcmp(text_of(is, key[i]), text_of(was, key[i]));
	is_same = is_same && has_same_spans(was, is);
	json_decref(is);
	text_release(&wrong);
	return is_same;
}

/* `is_so_far`: the report itself ended while its last day went on. */
static int judge_end(struct comparing *c, const char *to, bool is_so_far)
{
	int64_t to_us;

	if (!clock_parse_utc(to, &to_us))
		return cli_fail(EXIT_FAILED, "%s: it does not say which time it is about",
				c->out->path);
	if (to_us > clock_wall_us())
		return cli_fail(EXIT_CANNOT_TELL,
				"%s: its time ends at %s: figures may change until then",
				c->out->path, to);
	if (is_so_far)
		return cli_fail(EXIT_CANNOT_TELL,
				"%s: its last day was not over when it was made: verify one of a"
				" time that is over, such as by --month",
				c->out->path);
	return EXIT_DONE;
}

/* ---- which time, as it would be typed ---- */

/* The date whose midnight it is; false: it is none's. */
static bool read_midnight(const struct zone *zone, const char *time, struct civil *date)
{
	int64_t us;

	if (!clock_parse_utc(time, &us))
		return false;
	*date = zone_civil(zone, us / CLOCK_SECOND);
	return !date->hour && !date->minute && !date->second;
}

/* A month, a quarter or a year by its name. */
static bool name_calendar(struct comparing *c, const struct civil *from, const struct civil *to,
			  struct report_order *o)
{
	int64_t months = (to->year - from->year) * 12 + to->month - from->month;
	bool is_whole =
		from->day == 1 && to->day == 1 && (months == 1 || months == 3 || months == 12);

	if (!is_whole || (from->month - 1) % months)
		return false;
	if (months == 12)
		snprintf(c->calendar, sizeof c->calendar, "%04d", (int)from->year);
	else
		snprintf(c->calendar, sizeof c->calendar, months == 3 ? "%04d-Q%d" : "%04d-%02d",
			 (int)from->year, months == 3 ? from->month / 3 + 1 : from->month);
	*(months == 1 ? &o->month : months == 3 ? &o->quarter : &o->year) = c->calendar;
	return true;
}

static void name_days(struct comparing *c, const struct civil *from, const struct civil *to,
		      struct report_order *o)
{
	snprintf(c->first, sizeof c->first, "%04d-%02d-%02d", (int)from->year, from->month,
		 from->day);
	snprintf(c->behind, sizeof c->behind, "%04d-%02d-%02d", (int)to->year, to->month, to->day);
	o->from = c->first;
	o->to = c->behind;
}

/* Calendar times in the zones of the slas or in the one that it names; else the span. */
static void set_span(struct comparing *c, const json_t *was)
{
	struct report_order tried[3] = {c->order, c->order, c->order};
	const char *name = text_of(was, "zone");
	struct text wrong = {0};
	struct zone *zone = zone_open(name, &wrong);
	struct civil from, to;
	size_t n = 0;

	if (zone && read_midnight(zone, text_of(was, "from"), &from) &&
	    read_midnight(zone, text_of(was, "to"), &to)) {
		if (name_calendar(c, &from, &to, &tried[0])) {
			tried[1] = tried[0];
			tried[1].zone = name;
			n = 2;
		}
		name_days(c, &from, &to, &tried[n++]);
	}
	c->order.from = text_of(was, "from");
	c->order.to = text_of(was, "to");
	c->order.zone = name;
	for (size_t i = 0; i < n; i++)
		if (is_about(c, &tried[i], was)) {
			c->order = tried[i];
			break;
		}
	zone_close(zone);
	text_release(&wrong);
}

/* Into the order; false: it does not say by what it was made. Names are those of a document. */
static bool take_order(struct comparing *c, const char *made_by)
{
	struct report_order o = {0};
	int words;

	text_clear(&c->command);
	text_puts(&c->command, c->out->made_by ? c->out->made_by : made_by);
	if (!c->command.size)
		return false;
	c->word = made_words(c->command.at, &words);
	if (!report_ordered(c->cli, words, c->word, &o))
		return false;
	o.store = c->order.store;
	o.check = o.check ? name_of(c, o.check) : NULL;
	o.service = o.service ? name_of(c, o.service) : NULL;
	c->order = o;
	return true;
}

static int compare_json(struct comparing *c, const json_t *was)
{
	int status = judge_end(c, text_of(was, "to"),
			       json_is_true(json_object_get(was, "so_far")));
	json_t *is = NULL;

	if (status != EXIT_DONE)
		return status;
	text_printf(&c->out->name, "%s, %s to %s", text_of(was, "report"), text_of(was, "from"),
		    text_of(was, "to"));
	if (!take_order(c, text_of(was, "made_by"))) {
		c->order.name = text_of(was, "report");
		set_subject_of(c, was);
		set_span(c, was);
	}
	c->order.format = render_find("json");
	status = run(c, &c->order);
	if (status == EXIT_DONE)
		is = json_loadb(text_get(&c->recomputed), c->recomputed.size, 0, NULL);
	if (is)
		compare(c, "", "", was, is);
	json_decref(is);
	return status;
}

/* Which time it is about is said by the same report as JSON. */
static int judge_time(struct comparing *c)
{
	json_t *is;
	int status;

	c->order.format = render_find("json");
	status = run(c, &c->order);
	if (status != EXIT_DONE)
		return status;
	is = json_loadb(text_get(&c->recomputed), c->recomputed.size, 0, NULL);
	text_printf(&c->out->name, "%s, %s to %s", c->order.name, text_of(is, "from"),
		    text_of(is, "to"));
	status = judge_end(c, text_of(is, "to"), json_is_true(json_object_get(is, "so_far")));
	json_decref(is);
	return status;
}

/* ---- CSV ---- */

struct sheet {
	char ***row; /* NULL-terminated lists of fields */
	size_t rows;
};

/* Fields are cut in place. */
static char *take_field(char **at, bool *is_last)
{
	char *from = *at, *to = *at, *begin = *at;
	bool is_quoted = *from == '"';

	for (from += is_quoted; *from; from++) {
		if (is_quoted && *from == '"' && from[1] != '"') {
			is_quoted = false;
			continue;
		}
		from += is_quoted && *from == '"';
		if (!is_quoted && strchr(",\r\n", *from))
			break;
		*to++ = *from;
	}
	*is_last = *from != ',';
	*at = from + (*from == ',') + strspn(from, *is_last ? "\r\n" : "");
	*to = '\0';
	return begin;
}

static void read_sheet(struct sheet *s, char *at)
{
	while (*at) {
		char **field = NULL;
		size_t n = 0;

		for (bool is_last = false; !is_last;) {
			field = memory_resize(field, (n + 2) * sizeof *field);
			field[n++] = take_field(&at, &is_last);
		}
		field[n] = NULL;
		s->row = memory_resize(s->row, (s->rows + 1) * sizeof *s->row);
		s->row[s->rows++] = field;
	}
}

static void release_sheet(struct sheet *s)
{
	for (size_t i = 0; i < s->rows; i++)
		free(s->row[i]);
	free(s->row);
}

static const char *field_of(const struct sheet *s, size_t row, const char *column)
{
	for (size_t i = 0; row < s->rows && s->row[0][i]; i++) {
		if (!s->row[row][i])
			break;
		if (!strcmp(s->row[0][i], column))
			return s->row[row][i];
	}
	return "";
}

static const char *shared_field(const struct sheet *s, const char *column)
{
	const char *first = field_of(s, 1, column);

	for (size_t i = 2; i < s->rows; i++)
		if (strcmp(first, field_of(s, i, column)))
			return "";
	return first;
}

static bool is_same_line(char **a, char **b)
{
	while (*a && *b && !strcmp(*a, *b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

/* Behind report, from, to and zone; "": the row is not so long. */
static const char *subject_of(const struct sheet *s, size_t row)
{
	size_t i = 0;

	while (i < 4 && s->row[row][i])
		i++;
	return s->row[row][i] ? s->row[row][i] : "";
}

/* The row of the same subject, the `n`-th of it, as the published one is among its like. */
static char **find_line(const struct sheet *is, const struct sheet *was, size_t row)
{
	const char *subject = subject_of(was, row);
	size_t n = 0;

	for (size_t i = 1; i < row; i++)
		n += !strcmp(subject_of(was, i), subject);
	for (size_t i = 1; i < is->rows; i++)
		if (!strcmp(subject_of(is, i), subject) && !n--)
			return is->row[i];
	return NULL;
}

static void compare_lines(struct comparing *c, const struct sheet *was, size_t row, char **now)
{
	char **then = was->row[row];

	for (size_t i = 0; then[i] && was->row[0][i]; i++) {
		c->out->figures++;
		if (!now || !now[i] || strcmp(then[i], now[i]))
			find(c, subject_of(was, row), was->row[0][i], then[i],
			     now && now[i] ? now[i] : "nothing");
		if (now && !now[i]) /* the list ends here */
			now = NULL;
	}
}

/* The names of what may be a table of the report, from its JSON. */
static size_t tables_of(const json_t *is, char **table, size_t most)
{
	const char *key;
	json_t *value, *first;
	size_t n = 0;

	json_object_foreach((json_t *)is, key, value)
	{
		const char *inner;
		json_t *list;

		if (!json_is_array(value) && !json_is_object(value))
			continue;
		if (n < most)
			table[n++] = memory_text(key);
		first = json_array_get(value, 0);
		json_object_foreach(first, inner, list) if (n < most && (json_is_array(list) ||
									 json_is_object(list)))
			table[n++] = memory_text(inner);
	}
	return n;
}

static bool has_header(struct comparing *c, const struct sheet *was, struct sheet *is)
{
	struct text wrong = {0};
	bool is_same = false;

	text_clear(&c->recomputed);
	if (report_again(c->cli, &c->order, &c->recomputed, &wrong) == REPORT_DONE) {
		read_sheet(is, c->recomputed.at);
		is_same = is->rows && is_same_line(was->row[0], is->row[0]);
	}
	text_release(&wrong);
	if (!is_same) {
		release_sheet(is);
		*is = (struct sheet){0};
	}
	return is_same;
}

/* Which table it is, its header tells. */
static bool find_table(struct comparing *c, const struct sheet *was, struct sheet *is, int *status)
{
	char *table[64] = {NULL};
	size_t tables = 0;
	json_t *document;
	bool is_found;

	c->order.format = render_find("csv");
	c->order.render.has_utf8 = true;
	is_found = has_header(c, was, is);
	c->order.format = render_find("json");
	if (!is_found && (*status = run(c, &c->order)) == EXIT_DONE) {
		document = json_loadb(text_get(&c->recomputed), c->recomputed.size, 0, NULL);
		tables = tables_of(document, table, sizeof table / sizeof *table);
		json_decref(document);
	}
	c->order.format = render_find("csv");
	for (size_t i = 0; i < tables && !is_found; i++) {
		c->order.render.table = table[i];
		is_found = has_header(c, was, is);
	}
	c->order.render.table = NULL;
	for (size_t i = 0; i < tables; i++)
		free(table[i]);
	return is_found;
}

static int compare_sheets(struct comparing *c, const struct sheet *was)
{
	struct sheet is = {0};
	int status = EXIT_DONE;

	if (!find_table(c, was, &is, &status) && status == EXIT_DONE)
		status = cli_fail(EXIT_FAILED,
				  "%s: the report '%s' has no table with its columns%s",
				  c->out->path, c->order.name, c->word ? "" : OR_SAY);
	for (size_t i = 1; i < was->rows && status == EXIT_DONE; i++)
		compare_lines(c, was, i, find_line(&is, was, i));
	for (size_t i = 1; i < is.rows && status == EXIT_DONE; i++)
		if (!find_line(was, &is, i))
			find(c, subject_of(&is, i), "rows", "nothing", "a row");
	release_sheet(&is);
	return status;
}

/* What a document in JSON would say of the time that it is about. */
static json_t *about_sheet(const struct sheet *was)
{
	json_t *rows = json_array();

	for (size_t i = 1; i < was->rows; i++)
		json_array_append_new(rows, json_pack("{ss, ss}", "name", field_of(was, i, "name"),
						      "span_zone", field_of(was, i, "span_zone")));
	return json_pack("{ss, ss, ss, so}", "from", field_of(was, 1, "from"), "to",
			 field_of(was, 1, "to"), "zone", field_of(was, 1, "zone"), "rows", rows);
}

/* What the rows are about says it, where nobody says by what it was made. */
static void guess_order(struct comparing *c, const struct sheet *was)
{
	c->about = about_sheet(was);
	c->order.name = field_of(was, 1, "report");
	set_subject(c, shared_field(was, "name"), shared_field(was, "kind"),
		    shared_field(was, "sla"));
	set_span(c, c->about);
}

static int compare_csv(struct comparing *c)
{
	struct sheet was = {0};
	bool is_ordered = take_order(c, ""), is_sheet, has_rows;
	int status;

	text_putc(&c->published, '\0');
	read_sheet(&was, c->published.at);
	is_sheet = was.rows && !strcmp(field_of(&was, 0, "report"), "report");
	has_rows = is_sheet && *field_of(&was, 1, "zone");
	if (!has_rows && !(is_sheet && is_ordered)) {
		release_sheet(&was);
		return cli_fail(EXIT_FAILED,
				"%s: it is no report of nines in JSON, CSV, text or HTML, or has no"
				" rows: then say by --made-by which command made it",
				c->out->path);
	}
	status = is_ordered ? judge_time(c) : judge_end(c, field_of(&was, 1, "to"),
					!strcmp(field_of(&was, 1, "so_far"), "true"));
	if (!is_ordered)
		text_printf(&c->out->name, "%s, %s to %s", field_of(&was, 1, "report"),
			    field_of(&was, 1, "from"), field_of(&was, 1, "to"));
	if (status == EXIT_DONE && !is_ordered)
		guess_order(c, &was);
	if (status == EXIT_DONE)
		status = compare_sheets(c, &was);
	if (status == EXIT_DONE && !is_ordered && c->out->findings)
		cli_fail(EXIT_FINDING,
			 "%s: a CSV does not say which command made it: say it by --made-by, the"
			 " findings may come of that alone",
			 c->out->path);
	release_sheet(&was);
	return status;
}

/* ---- text and HTML ---- */

static int compare_text(struct comparing *c)
{
	bool is_html = made_is_html(&c->published);
	int status = judge_time(c);

	c->order.format = render_find(is_html ? "html" : "text");
	c->order.render.has_utf8 = is_html || !made_is_ascii(&c->published);
	if (status == EXIT_DONE)
		status = run(c, &c->order);
	if (status == EXIT_DONE)
		made_compare(c->out, &c->published, &c->recomputed);
	return status;
}

static int compare_other(struct comparing *c)
{
	const char *published = text_get(&c->published);
	struct text command = {0};
	int status;

	if (!strncmp(published, "%PDF", 4))
		status = cli_fail(EXIT_FAILED,
				  "%s: the figures of a PDF are drawn, not written: verify the text"
				  " that came with it, or make it once more by the command that"
				  " stands under it and lay both side by side",
				  c->out->path);
	else if (strncmp(published, "report,", 7) != 0 && made_find(&c->published, &command) &&
		 take_order(c, text_get(&command)))
		status = compare_text(c);
	else
		status = compare_csv(c);
	text_release(&command);
	return status;
}

bool verify_report_head(const char *path, struct text *head)
{
	struct text published = {0};
	bool is_read = made_read(path, &published);
	json_t *was = json_loadb(text_get(&published), published.size, 0, NULL);

	text_puts(head, text_of(was, "evidence_head"));
	if (!was)
		made_head(&published, head);
	json_decref(was);
	text_release(&published);
	return is_read;
}

int verify_report(struct cli *cli, struct verify_report *v)
{
	struct comparing c = {.cli = cli, .out = v, .order = {.store = v->store}};
	json_t *was = NULL;
	int status = EXIT_FAILED;

	if (made_read(v->path, &c.published)) {
		was = json_loadb(text_get(&c.published), c.published.size, 0, NULL);
		status = json_is_object(was) ? compare_json(&c, was) : compare_other(&c);
	}
	json_decref(was);
	text_release(&c.published);
	text_release(&c.recomputed);
	json_decref(c.about);
	text_release(&c.command);
	free(c.word);
	free(c.name);
	return status;
}
