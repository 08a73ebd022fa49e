/* ninesd: the daemon, and with --role each of its processes.
 *
 *     ninesd [-c FILE] [--trace]
 *
 * Without --role it is the parent (core/parent). The parent starts this program again for each role
 * of the table below, with the control link on descriptor 3; such a process gives up what root may
 * do before it does anything else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/version.h"
#include "config/config.h"
#include "copier/copier.h"
#include "courier/courier.h"
#include "keeper/keeper.h"
#include "lint/lint.h"
#include "parent/parent.h"
#include "parent/privilege.h"
#include "prober/prober.h"
#include "recorder/recorder.h"
#include "reporter/reporter.h"
#include "web/web.h"

#define CONTROL_FD 3
#define EXIT_USAGE 64

static const char usage[] =
	"usage: ninesd [-c FILE] [--trace]\n"
	"\n"
	"  -c FILE    the configuration (default: $NINES_CONF, else /etc/nines/nines.conf)\n"
	"  --trace    show every line between the processes on standard error\n"
	"  --help     this text\n"
	"  --version  the version\n"
	"\n"
	"Runs in the foreground. SIGHUP reads the configuration again, SIGTERM ends.\n";

static const struct {
	const char *name;
	int (*main)(int control_fd);
	bool keeps_user; /* reads what only root may read, and is gone in a moment */
} role[] = {
	{"loader", loader_main, true},
	{"keeper", keeper_main, false},
	{"prober", prober_main, false},
	{"recorder", recorder_main, false},
	{"web", web_main, false},
	{"courier", courier_main, false},
	{"lint", lint_main, false},
	{"reporter", reporter_main, false},
	{"copier", copier_main, false},
};

/* --role NAME [--drop UID GID [--confine]], written by core/parent/child.c. */
static int run_role(int argc, char **argv)
{
	struct privilege p = {0};

	log_role(argv[2]);
	if (argc >= 6 && !strcmp(argv[3], "--drop")) {
		p.uid = (uid_t)strtoul(argv[4], NULL, 10);
		p.gid = (gid_t)strtoul(argv[5], NULL, 10);
		p.is_dropped = true;
		p.is_confined = argc >= 7 && !strcmp(argv[6], "--confine");
	}
	for (size_t i = 0; i < sizeof role / sizeof *role; i++) {
		if (strcmp(argv[2], role[i].name))
			continue;
		if (role[i].keeps_user)
			privilege_harden();
		else
			privilege_drop(&p);
		return role[i].main(CONTROL_FD);
	}
	log_die(EXIT_USAGE, "no such role");
}

static const char *standard_file(void)
{
	const char *named = getenv("NINES_CONF");

	return named && *named ? named : "/etc/nines/nines.conf";
}

int main(int argc, char **argv)
{
	struct parent_options options = {.file = standard_file()};

	if (argc >= 3 && !strcmp(argv[1], "--role"))
		return run_role(argc, argv);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-c") && i + 1 < argc) {
			options.file = argv[++i];
		} else if (!strcmp(argv[i], "--trace")) {
			options.is_traced = true;
		} else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "--version")) {
			fputs(argv[i][2] == 'h' ? usage : "ninesd " NINES_VERSION "\n", stdout);
			return 0;
		} else {
			fprintf(stderr, "nines: '%s' %s: see ninesd --help\n", argv[i],
				strcmp(argv[i], "-c") ? "is no option of ninesd" : "needs a value");
			return EXIT_USAGE;
		}
	}
	return parent_run(&options);
}
