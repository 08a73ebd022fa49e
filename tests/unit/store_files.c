/* The files of letters beside the database: they stay while a letter that waits names them, and as
 * long as one may just be made; then they go. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

#define NOW (INT64_C(1795290000) * CLOCK_SECOND) /* 2026-11-21 */
#define HOUR (3600 * CLOCK_SECOND)

static char folder[] = "/tmp/nines-files-XXXXXX", path[64], files[96];

static const char *file(const char *name)
{
	static char all[256];

	snprintf(all, sizeof all, "%s/%s", files, name);
	return all;
}

static void make(const char *name, int64_t at_us)
{
	struct timespec at[2] = {{at_us / CLOCK_SECOND, 0}, {at_us / CLOCK_SECOND, 0}};

	close(open(file(name), O_WRONLY | O_CREAT, 0600));
	utimensat(AT_FDCWD, file(name), at, 0);
}

static bool is_there(const char *name)
{
	return access(file(name), F_OK) == 0;
}

static void commit(struct store *s, const char *lines)
{
	struct text rows = {0}, wrong = {0};

	text_puts(&rows, lines);
	if (!store_commit(s, &(struct store_batch){NOW, &rows, "k", 1}, &wrong))
		ok(false, "commit: %s", text_get(&wrong));
	text_release(&rows);
	text_release(&wrong);
}

int main(void)
{
	static const char *const part[] = {"", "-wal", "-shm", ".lock"};
	struct text wrong = {0};
	struct store *s;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	snprintf(files, sizeof files, "%s" STORE_FILES, path);
	s = store_open(path, &wrong);
	ok(s != NULL, "a record: %s", text_get(&wrong));
	store_sweep(s, 1, NOW); /* no folder yet */
	mkdir(files, 0700);
	make("aaaa", NOW - 2 * HOUR);
	make("bbbb", NOW - 2 * HOUR);
	make("cccc", NOW - HOUR / 2);
	make("123.new", NOW - 2 * HOUR);
	commit(s, "letter L1 kind=report to=email:a created_us=1 subject=s files=\"aaaa text/csv "
		  "x.csv\\ncccc text/csv y.csv\"\n");
	store_sweep(s, 2 * CLOCK_SECOND, NOW);
	ok(is_there("bbbb"), "not each second");
	store_sweep(s, HOUR, NOW);
	ok(is_there("aaaa"), "what a letter waits with stays");
	ok(!is_there("bbbb") && !is_there("123.new"), "what nobody waits for goes");
	ok(is_there("cccc"), "what is new stays");
	commit(s, "attempt L1 at_us=2 number=1 to=email:a outcome=delivered\n");
	store_sweep(s, 2 * HOUR, NOW);
	ok(!is_there("aaaa") && is_there("cccc"), "delivered: it goes");
	store_sweep(s, 3 * HOUR, NOW + HOUR);
	ok(!is_there("cccc"), "an hour later that too");
	store_close(s);
	rmdir(files);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		snprintf(path, sizeof path, "%s/db%s", folder, part[i]);
		unlink(path);
	}
	rmdir(folder);
	text_release(&wrong);
	return done_testing();
}
