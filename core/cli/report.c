/* cli/report: `nines report NAME ...`: what was typed becomes an order; the document goes to
 * standard output or, whole or not at all, to a file. The work is core/report's. */
#include "../report/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/spool.h"
#include "../module/descriptor.h"
#include "../module/load.h"
#include "../module/option.h"
#include "cli.h"
#include "find.h"
#include "outfile.h"
#include "verify.h"

struct typed {
	const char *need, *interval;
	const char *month, *quarter, *year, *from, *to, *zone, *check, *service, *customer, *sla,
		*format, *file, *table, *store, *paper;
};

static const struct cli_flag flag[] = {
	{"--month", "YYYY-MM", "a calendar month (default: this one so far)",
	 offsetof(struct typed, month)},
	{"--quarter", "YYYY-QN", "or three of them: 2026-Q3 begins in July",
	 offsetof(struct typed, quarter)},
	{"--year", "YYYY", "or a calendar year", offsetof(struct typed, year)},
	{"--from", "TIME", "or a span: RFC 3339, or a date of the zone",
	 offsetof(struct typed, from)},
	{"--to", "TIME", "its end (default: now)", offsetof(struct typed, to)},
	{"--zone", "ZONE", "IANA zone of months, hours and times (default: each sla's, else UTC)",
	 offsetof(struct typed, zone)},
	{"--check", "NAME", "this check alone", offsetof(struct typed, check)},
	{"--service", "NAME", "this service alone", offsetof(struct typed, service)},
	{"--customer", "NAME", "what that customer is served, and the customer's verdict",
	 offsetof(struct typed, customer)},
	{"--sla", "NAME", "the services of that sla and their members, judged by it",
	 offsetof(struct typed, sla)},
	{"--need", "N", "what if so many members of that service (or all) had to be up (sla)",
	 offsetof(struct typed, need)},
	{"--interval", "TIME", "what if probes had been so far apart (sla)",
	 offsetof(struct typed, interval)},
	{"--format", "FORMAT",
	 "text, html, pdf, csv or json (default: by the file's ending, else text)",
	 offsetof(struct typed, format)},
	{"--table", "NAME", "csv: which table (default: the first)", offsetof(struct typed, table)},
	{"--paper", "PAPER", "pdf: a4 (the default) or letter", offsetof(struct typed, paper)},
	{"-o", "FILE", "write there", offsetof(struct typed, file)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct typed, store)},
	{NULL, NULL, NULL, 0},
};

/* ---- the list of reports ---- */

static void add_report(const struct cli *cli, struct text *t, const struct find_module *one)
{
	struct descriptors known;
	struct text lines = {0};
	const struct descriptor *d;

	descriptors_init(&known);
	module_judge(one->path, MODULE_REPORT, &lines);
	descriptors_read(&known, text_get(&lines), lines.size);
	d = known.first;
	screen_field(&cli->screen, t, one->name, 14);
	text_putc(t, ' ');
	screen_safe(&cli->screen, t,
		    !d                ? "it could not be judged"
		    : d->refused      ? d->refused
		    : d->head.summary ? d->head.summary
				      : "",
		    1000);
	text_putc(t, '\n');
	descriptors_release(&known);
	text_release(&lines);
}

static int list(const struct cli *cli, const struct find_list *found)
{
	struct text t = {0};

	for (size_t i = 0; i < found->count; i++)
		add_report(cli, &t, &found->at[i]);
	if (!found->count)
		return cli_fail(EXIT_CANNOT_TELL, "no report is installed");
	return cli_print(&t, EXIT_DONE);
}

/* ---- the order ---- */

static const struct find_module *find_report(const struct find_list *found, const char *name)
{
	const char *meant = NULL;
	const struct find_module *one = find_named(found, name, &meant);

	if (!one && meant)
		cli_wrong("unknown report '%s': did you mean '%s'?", name, meant);
	else if (!one)
		cli_wrong("unknown report '%s': 'nines report' lists them", name);
	return one;
}

static bool find_format(const struct typed *typed, struct report_order *o)
{
	o->format = typed->format ? render_find(typed->format)
		    : typed->file ? render_of_path(typed->file)
				  : NULL;
	if (!o->format && typed->format) {
		cli_wrong("unknown format '%s': text, html, pdf, csv or json", typed->format);
		return false;
	}
	if (!o->format)
		o->format = render_format;
	return true;
}

static bool judge_words(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strchr(argv[i], '=') || *argv[i] == '=') {
			cli_wrong("'%s' is no option=value", argv[i]);
			return false;
		}
	return true;
}

/* The configuration is read when it was named or is there; a report of an imported history needs
 * none. */
static bool read_config(const struct cli *cli, const struct typed *typed, struct report_order *o,
			struct config_policies *policies)
{
	const struct problem *p;

	if (!cli->config_given && (typed->store || access(cli->config, F_OK) < 0)) {
		o->config = config_read_settings(NULL);
	} else {
		o->config = config_read_settings(cli->config);
	}
	config_read_policies(o->config, policies);
	for (p = config_problems(o->config); p && p->is_lint; p = p->next)
		;
	o->policies = policies;
	o->store = typed->store ? typed->store : config_settings(o->config)->store;
	if (!p)
		return true;
	cli_fail(EXIT_FAILED, "%s:%d: %s%s%s", p->file, p->line, p->text, *p->remedy ? ": " : "",
		 p->remedy);
	return false;
}

/* ---- the document's place ---- */

static int write_file(const char *path, int document)
{
	struct outfile out;
	int status = EXIT_DONE;

	if (!outfile_open(&out, path, 0644) || !spool_copy(document, out.fd) || !outfile_keep(&out))
		status = cli_fail(EXIT_FAILED, "%s: %s", path, log_errno(errno));
	outfile_drop(&out);
	return status;
}

/* Who reads no further has what he wanted. */
static int print(int document)
{
	if (spool_copy(document, STDOUT_FILENO))
		return EXIT_DONE;
	return errno == EPIPE ? EXIT_CANNOT_TELL
			      : cli_fail(EXIT_FAILED, "standard output: %s", log_errno(errno));
}

static int run(const struct typed *typed, const struct report_order *o)
{
	struct text wrong = {0};
	int document;
	enum report_result result = report_run_to(o, &document, &wrong);
	int status = result == REPORT_DONE          ? EXIT_DONE
		     : result == REPORT_WRONG_ORDER ? EXIT_WRONG_USAGE
						    : EXIT_FAILED;

	if (status != EXIT_DONE)
		cli_fail(status, "%s", text_get(&wrong));
	else if (typed->file && strcmp(typed->file, "-"))
		status = write_file(typed->file, document);
	else
		status = print(document);
	if (document >= 0)
		close(document);
	text_release(&wrong);
	return status;
}

static struct report_order order_of(const struct typed *typed, int argc, char **argv)
{
	return (struct report_order){
		.name = argv[0],
		.month = typed->month,
		.quarter = typed->quarter,
		.year = typed->year,
		.from = typed->from,
		.to = typed->to,
		.zone = typed->zone,
		.check = typed->check,
		.service = typed->service,
		.customer = typed->customer,
		.sla = typed->sla,
		.need = typed->need,
		.interval = typed->interval,
		.option = (const char *const *)(argv + 1),
		.options = argc - 1,
		.render = {.table = typed->table, .paper = typed->paper},
		.now_us = clock_wall_us(),
	};
}

static int report(struct cli *cli, const struct typed *typed, const struct find_list *found,
		  int argc, char **argv)
{
	const struct find_module *module = find_report(found, argv[0]);
	struct config_policies policies = {0};
	struct report_order o = order_of(typed, argc, argv);
	struct progress progress;
	int status = EXIT_WRONG_USAGE;

	o.render.has_utf8 = typed->file || cli->screen.has_utf8 || !isatty(STDOUT_FILENO);

	if (!module || !find_format(typed, &o) || !judge_words(argc, argv))
		return status;
	o.module_path = module->path;
	progress_open(&progress, !cli->is_quiet);
	o.progress = &progress;
	status = read_config(cli, typed, &o, &policies) ? run(typed, &o) : EXIT_FAILED;
	config_free(o.config);
	return status;
}

/* ---- once more, to compare ---- */

enum report_result report_again(struct cli *cli, const struct report_order *asked,
				struct text *document, struct text *wrong)
{
	struct report_order o = *asked;
	struct typed typed = {.store = asked->store};
	struct config_policies policies = {0};
	struct find_list found = {0};
	const struct find_module *module;
	enum report_result result = REPORT_FAILED;

	find_modules(cli, MODULE_REPORT, &found);
	module = find_report(&found, o.name);
	if (module && read_config(cli, &typed, &o, &policies)) {
		o.module_path = module->path;
		o.now_us = clock_wall_us();
		result = report_run(&o, document, wrong);
	}
	config_free(o.config);
	find_release(&found);
	return result;
}

bool report_ordered(struct cli *cli, int argc, char **argv, struct report_order *o)
{
	struct typed typed = {0};
	struct cli own = *cli; /* no configuration of its own */

	if (argc < 3 || strcmp(argv[0], "nines") != 0 || strcmp(argv[1], "report") != 0)
		return false;
	argv += 2;
	argc -= 2;
	if (cli_flags(&own, flag, &typed, &argc, argv) >= 0 || !argc || !judge_words(argc, argv))
		return false;
	*o = order_of(&typed, argc, argv);
	return true;
}

int cli_report(struct cli *cli, int argc, char **argv)
{
	struct typed typed = {0};
	struct find_list found = {0};
	int status = cli_flags(cli, flag, &typed, &argc, argv);

	if (status >= 0)
		return status;
	if (!!typed.check + !!typed.service + !!typed.customer + !!typed.sla > 1)
		return cli_wrong("--check, --service, --customer and --sla exclude each other");
	find_modules(cli, MODULE_REPORT, &found);
	status = argc ? report(cli, &typed, &found, argc, argv) : list(cli, &found);
	find_release(&found);
	return status;
}
