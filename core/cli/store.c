/* cli/store: the commands about the database as a file: `nines backup`, `nines store move-aside`.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/progress.h"
#include "../config/config.h"
#include "../store/read.h"
#include "../store/store.h"
#include "cli.h"

struct words {
	const char *store;
};

static const struct cli_flag flag[] = {
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct words, store)},
	{NULL, NULL, NULL, 0},
};

const char *cli_store(const struct cli *cli, const char *given, struct text *path)
{
	struct config *c;

	if (given)
		return given;
	c = config_read_settings(cli->config);
	text_puts(path, config_settings(c)->store);
	config_free(c);
	return text_get(path);
}

struct read *cli_read(const char *store, struct text *wrong)
{
	struct read *r = read_open(store, wrong);

	if (!r && access(store, F_OK) < 0 && errno == ENOENT)
		text_puts(wrong, ": start ninesd, import a history, or name the database with "
				 "--store");
	return r;
}

static void show(int64_t done, int64_t pages, void *with)
{
	progress_show(with, "copied %lld of %lld pages", (long long)done, (long long)pages);
}

static int backup(const char *store, const char *to, bool is_quiet)
{
	struct progress progress;
	struct text wrong = {0};
	bool is_done;
	struct read *r = cli_read(store, &wrong);
	int status = EXIT_DONE;

	progress_open(&progress, !is_quiet);
	is_done = r && read_backup(r, to, show, &progress, &wrong);
	progress_clear(&progress);
	if (!is_done)
		status = cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
	read_close(r);
	text_release(&wrong);
	return status;
}

int cli_backup(struct cli *cli, int argc, char **argv)
{
	struct words w = {0};
	struct text path = {0};
	int status = cli_flags(cli, flag, &w, &argc, argv);

	if (status >= 0)
		return status;
	if (argc != 1)
		return cli_wrong("write: nines backup FILE");
	status = backup(cli_store(cli, w.store, &path), argv[0], cli->is_quiet);
	text_release(&path);
	return status;
}

int cli_store_file(struct cli *cli, int argc, char **argv)
{
	struct words w = {0};
	struct text path = {0}, said = {0};
	int status = cli_flags(cli, flag, &w, &argc, argv);

	if (status >= 0)
		return status;
	if (argc != 1 || strcmp(argv[0], "move-aside"))
		return cli_wrong("write: nines store move-aside");
	if (store_move_aside(cli_store(cli, w.store, &path), clock_wall_us(), &said)) {
		text_putc(&said, '\n');
		status = cli_print(&said, EXIT_DONE);
	} else {
		status = cli_fail(EXIT_FAILED, "%s", text_get(&said));
	}
	text_release(&path);
	text_release(&said);
	return status;
}
