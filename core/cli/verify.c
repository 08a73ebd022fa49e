/* cli/verify: `nines verify`: the chain of evidence, every stored figure, a head that was printed,
 * a report that was published. The computing is core/store's and core/report's. */
#include "verify.h"

#include <jansson.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/progress.h"
#include "../web/json.h"

#define HEAD_LEAST 32 /* characters: fewer somebody could meet on purpose */

#define FINDINGS_TOLD 10000

struct words {
	const char *month, *store, *head, *report, *made_by;
	bool is_json;
};

static const struct cli_flag flag[] = {
	{"--month", "YYYY-MM",
	 "results and figures of this month alone (UTC); the chain as a whole",
	 offsetof(struct words, month)},
	{"--head", "HASH", "a head that a report printed: where it stands in the chain",
	 offsetof(struct words, head)},
	{"--report", "FILE", "a report as JSON, CSV, text or HTML: its figures, computed anew",
	 offsetof(struct words, report)},
	{"--made-by", "COMMAND", "the command that made it, where a CSV does not tell",
	 offsetof(struct words, made_by)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct words, store)},
	{"--json", NULL, "one JSON document", offsetof(struct words, is_json)},
	{NULL, NULL, NULL, 0},
};

struct verifying {
	const struct cli *cli;
	const struct words *words;
	const char *store;
	size_t found;
	struct text findings; /* a line each, or as JSON, whichever is asked for */
	json_t *list;
	struct progress progress;
	struct verify_result result;
	struct verify_report report;
};

/* ---- progress ---- */

static void progress(const char *what, size_t done, size_t all, void *with)
{
	struct verifying *v = with;
	struct text name = {0};

	if (!progress_is_due(&v->progress))
		return;
	screen_safe(&v->cli->screen, &name, what, 40);
	if (all)
		progress_show(&v->progress, "verifying %zu of %zu: %s", done + 1, all,
			      text_get(&name));
	else if (done)
		progress_show(&v->progress, "verifying %zu %s", done, text_get(&name));
	else
		progress_show(&v->progress, "verifying %s", text_get(&name));
	text_release(&name);
}

/* ---- findings ---- */

/* Null for none. */
static void add_time(json_t *to, const char *key, int64_t us)
{
	json_object_set_new(to, key, us ? json_time(us) : json_null());
}

static json_t *finding_json(const struct verify_finding *f)
{
	json_t *one = json_object();

	json_object_set_new(one, "what", json_safe(f->what));
	json_object_set_new(one, "name", json_safe(f->name));
	json_object_set_new(one, "location", json_safe(f->location));
	add_time(one, "from", f->from_us);
	add_time(one, "to", f->to_us);
	json_object_set_new(one, "text", json_safe(f->text));
	return one;
}

/* A record of somebody else's making may have millions. */
static void find(const struct verify_finding *f, void *with)
{
	struct verifying *v = with;

	if (v->found++ >= FINDINGS_TOLD)
		return;
	if (v->words->is_json) {
		json_array_append_new(v->list, finding_json(f));
		return;
	}
	screen_safe(&v->cli->screen, &v->findings, f->text, SIZE_MAX / 4);
	text_putc(&v->findings, '\n');
}

static void find_figure(const char *name, const char *member, const char *published,
			const char *recomputed, void *with)
{
	struct text t = {0};

	if (!*member)
		text_printf(&t, "the report: %s", published);
	else
		text_printf(&t, "the report: '%s', %s: published %s, recomputed %s", name, member,
			    published, recomputed);
	find(&(struct verify_finding){"report", name, "", 0, 0, text_get(&t)}, with);
	text_release(&t);
}

/* ---- what is said ---- */

static void add_label(struct text *t, const char *label)
{
	text_puts(t, label);
	screen_spaces(t, 10 - (int)strlen(label));
}

static void add_chain(struct text *t, const struct verify_result *r)
{
	add_label(t, "chain");
	if (!r->links) {
		text_puts(t, "no link yet: the first is made with the first incident or the first"
			     " day that has ended\n");
		return;
	}
	text_printf(t, "%lld links with %lld entries, ", (long long)r->links,
		    (long long)r->entries);
	clock_add_utc(t, r->first_us, 0);
	text_puts(t, " to ");
	clock_add_utc(t, r->last_us, 0);
	text_putc(t, '\n');
	add_label(t, "head");
	text_printf(t, "%s\n", r->head);
	add_label(t, "reach");
	if (r->reach_us) {
		text_puts(t, "all results before ");
		clock_add_utc(t, r->reach_us, 0);
	} else {
		text_puts(t, "no results yet");
	}
	text_printf(t, "; %lld results are in no link yet\n", (long long)r->uncovered);
	if (!r->late)
		return;
	add_label(t, "late");
	text_printf(t, "%lld results came when their days were closed and are in no link yet:"
		    " figures of those days\n          may be others than those that were"
		    " published before they came\n",
		    (long long)r->late);
}

static void add_agreed(struct text *t, const struct verify_result *r)
{
	add_label(t, "results");
	text_printf(t, "%lld agree with the chain", (long long)r->results);
	if (r->gone)
		text_printf(t, "; those of %lld days were deleted by age, their digests stand",
			    (long long)r->gone);
	text_putc(t, '\n');
	add_label(t, "figures");
	text_printf(t, "%lld days and %lld months agree with the chain\n", (long long)r->days,
		    (long long)r->months);
	add_label(t, "records");
	text_printf(t, "%lld incidents, windows and other rows agree with the chain\n",
		    (long long)r->rows);
}

static void add_head(struct text *t, const struct verifying *v)
{
	const struct verify_result *r = &v->result;

	if (!v->words->head || !r->head_link)
		return;
	add_label(t, "your head");
	text_printf(t, "is link %lld of ", (long long)r->head_link);
	clock_add_utc(t, r->head_us, 0);
	text_printf(t, ": %s of the %lld entries up to it %s\n",
		    r->findings ? "see below which" : "all", (long long)r->head_entries,
		    r->findings ? "do not stand" : "stand unchanged");
}

static void add_report(struct text *t, const struct verifying *v)
{
	if (!v->words->report)
		return;
	add_label(t, "report");
	screen_safe(&v->cli->screen, t, text_get(&v->report.name), 1000);
	text_printf(t, ": %lld of %lld figures are the same\n",
		    (long long)(v->report.figures - v->report.findings),
		    (long long)v->report.figures);
}

static int status_of(const struct verifying *v)
{
	return v->found ? EXIT_FINDING : EXIT_DONE;
}

static int print(struct verifying *v)
{
	struct text t = {0};

	add_chain(&t, &v->result);
	add_agreed(&t, &v->result);
	add_head(&t, v);
	add_report(&t, v);
	add_label(&t, "findings");
	if (v->found)
		text_printf(&t, "%zu\n\n%s", v->found, text_get(&v->findings));
	else
		text_puts(&t, "none\n");
	if (v->found > FINDINGS_TOLD)
		text_printf(&t, "and %zu more: see those of one month with --month YYYY-MM\n",
			    v->found - FINDINGS_TOLD);
	return cli_print(&t, status_of(v));
}

static void add_numbers(json_t *to, const struct verify_result *r)
{
	const struct {
		const char *key;
		int64_t is;
	} number[] = {{"links", r->links},
		      {"entries", r->entries},
		      {"results", r->results},
		      {"uncovered", r->uncovered},
		      {"late", r->late},
		      {"days", r->days},
		      {"months", r->months},
		      {"rows", r->rows},
		      {"days_without_results", r->gone},
		      {"your_head_link", r->head_link}};

	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		json_object_set_new(to, number[i].key, json_integer(number[i].is));
}

static int print_json(struct verifying *v)
{
	json_t *all = json_object();
	struct text t = {0};

	json_object_set_new(all, "store", json_safe(v->store));
	json_object_set_new(all, "head", json_safe(v->result.head));
	add_time(all, "first", v->result.first_us);
	add_time(all, "last", v->result.last_us);
	add_time(all, "reach", v->result.reach_us);
	add_numbers(all, &v->result);
	add_time(all, "your_head_at", v->result.head_us);
	if (v->words->report)
		json_object_set_new(all, "figures", json_integer(v->report.figures));
	json_object_set_new(all, "found", json_integer((json_int_t)v->found));
	json_object_set(all, "findings", v->list);
	json_write(&t, all);
	return cli_print(&t, status_of(v));
}

/* ---- the work ---- */

static bool judge_head(const char *head)
{
	size_t n = head ? strlen(head) : 0;

	if (!head || (n >= HEAD_LEAST && n <= DIGEST_HEX && strspn(head, "0123456789abcdef") == n))
		return true;
	cli_wrong("--head: '%.80s' is no head: write the %d characters (0-9, a-f) that the report"
		  " shows, or the first %d of them",
		  head, DIGEST_HEX, HEAD_LEAST);
	return false;
}

static bool judge_month(const char *month, struct verify_order *o)
{
	struct text day = {0};
	bool is_fine = true;

	o->from_us = 0;
	o->to_us = INT64_MAX;
	if (!month)
		return true;
	text_printf(&day, "%s-01", month);
	is_fine = strlen(month) == 7 && clock_parse_utc(day.at, &o->from_us);
	text_clear(&day);
	for (int64_t us = o->from_us; is_fine && text_get(&day)[0] == '\0';) {
		us += 86400 * CLOCK_SECOND;
		clock_add_utc(&day, us, 0);
		if (strncmp(day.at, month, 7))
			o->to_us = us;
		else
			text_clear(&day);
	}
	text_release(&day);
	if (!is_fine)
		cli_wrong("there is no month '%s': write YYYY-MM, such as 2026-08", month);
	return is_fine;
}

static int verify_store(struct verifying *v, struct verify_order *o)
{
	struct text wrong = {0};
	struct read *r = cli_read(v->store, &wrong);
	int status = EXIT_DONE;

	if (!r)
		status = cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
	else if (!verify_run(r, o, &v->result)) {
		progress_clear(&v->progress);
		status = cli_fail(EXIT_FAILED, "%s", read_wrong(r));
	}
	read_close(r);
	text_release(&wrong);
	return status;
}

static int verify(struct cli *cli, struct verifying *v, struct verify_order *o)
{
	int status = verify_store(v, o);

	if (status == EXIT_DONE && v->words->report) {
		v->report = (struct verify_report){.path = v->words->report,
						   .store = v->words->store,
						   .made_by = v->words->made_by,
						   .record = v->store,
						   .find = find_figure,
						   .with = v};
		progress_clear(&v->progress);
		status = verify_report(cli, &v->report);
	}
	progress_clear(&v->progress);
	if (status == EXIT_DONE)
		status = v->words->is_json ? print_json(v) : print(v);
	return status;
}

int cli_verify(struct cli *cli, int argc, char **argv)
{
	struct words w = {0};
	struct text path = {0}, head = {0};
	struct verifying v = {.cli = cli, .words = &w};
	struct verify_order o = {.find = find, .with = &v};
	int status = cli_flags(cli, flag, &w, &argc, argv);

	if (status >= 0)
		return status;
	if (argc)
		return cli_wrong("write: nines verify [--month YYYY-MM] [--head HASH]"
				 " [--report FILE [--made-by COMMAND]]");
	if (w.made_by && !w.report)
		return cli_wrong("--made-by says which command made a report: name it by --report");
	if (w.made_by && !made_is_command(cli, w.made_by))
		return EXIT_WRONG_USAGE;
	if (w.report && !verify_report_head(w.report, &head))
		return EXIT_FAILED;
	if (!w.head && head.size)
		w.head = head.at;
	if (!judge_head(w.head) || !judge_month(w.month, &o))
		return EXIT_WRONG_USAGE;
	o.head = w.head;
	progress_open(&v.progress, !cli->is_quiet);
	o.progress = progress;
	v.store = cli_store(cli, w.store, &path);
	v.list = json_array();
	status = verify(cli, &v, &o);
	json_decref(v.list);
	text_release(&v.findings);
	text_release(&v.report.name);
	text_release(&path);
	text_release(&head);
	return status;
}
