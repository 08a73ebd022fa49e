/* store/files: the files of letters that wait, in the folder STORE.files beside the database.
 *
 * Who makes a report puts them there before its letters are made, named by their SHA-256; couriers
 * read them. They go once no letter that waits names them and they are old enough that none is
 * just being made. See store.h. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"

#define SWEEP_EACH_US (600 * CLOCK_SECOND)
#define FRESH_S       3600

static bool is_wanted(struct store *s, const char *name)
{
	sqlite3_stmt *ask = sql_bind(&s->sql,
				     "SELECT count(*) FROM letter WHERE outcome IS NULL AND"
				     " instr(words, ?1) > 0",
				     "s", name);
	bool is_there = sqlite3_step(ask) != SQLITE_ROW || sqlite3_column_int64(ask, 0) > 0;

	sqlite3_reset(ask);
	return is_there; /* also when it cannot be known */
}

static void look(struct store *s, int folder, const char *name, int64_t now_us)
{
	struct stat is;

	if (*name == '.' || fstatat(folder, name, &is, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(is.st_mode) || (int64_t)is.st_mtime + FRESH_S > now_us / CLOCK_SECOND)
		return;
	if (!is_wanted(s, name))
		unlinkat(folder, name, 0);
}

void store_sweep(struct store *s, int64_t mono_us, int64_t now_us)
{
	struct text path = {0};
	struct dirent *one;
	DIR *folder;

	if (mono_us < s->sweep_at_us)
		return;
	s->sweep_at_us = mono_us + SWEEP_EACH_US;
	text_printf(&path, "%s" STORE_FILES, s->path);
	folder = opendir(text_get(&path));
	while (folder && (one = readdir(folder)))
		look(s, dirfd(folder), one->d_name, now_us);
	if (folder)
		closedir(folder);
	text_release(&path);
}
