/* store/sql: see sql.h. */
#include "sql.h"

#include <assert.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/memory.h"

bool sql_open(struct sql *s, const char *path, int flags, struct text *wrong)
{
	*s = (struct sql){0};
	if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		return true;
	text_printf(wrong, "cannot open the database: %s",
		    s->db ? sqlite3_errmsg(s->db) : "no memory");
	return false;
}

void sql_as_self(void)
{
	if (geteuid())
		return;
	setfsuid(0);
	setfsgid(getegid());
}

void sql_as_owner(const struct sql *s)
{
	const char *path = sqlite3_db_filename(s->db, "main"); /* links are followed in it */
	struct stat is;
	char *folder;

	if (geteuid() || stat(path, &is) || !is.st_uid)
		return;
	setfsgid(is.st_gid); /* first: afterwards it may not */
	setfsuid(is.st_uid);
	folder = memory_text(path);
	if (faccessat(AT_FDCWD, dirname(folder), W_OK | X_OK, AT_EACCESS))
		sql_as_self();
	free(folder);
}

static int authorize(void *with, int act, const char *first, const char *second, const char *schema,
		     const char *trigger)
{
	(void)with, (void)first, (void)schema, (void)trigger;
	switch (act) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION:
		return SQLITE_OK;
	case SQLITE_PRAGMA: /* without a value it only tells */
		return second ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

void sql_only_read(struct sql *s)
{
	sqlite3_set_authorizer(s->db, authorize, NULL);
}

void sql_close(struct sql *s)
{
	for (size_t i = 0; i < s->count; i++)
		sqlite3_finalize(s->kept[i].made);
	sqlite3_close(s->db);
	*s = (struct sql){0};
}

sqlite3_stmt *sql_ask(struct sql *s, const char *text)
{
	size_t i = 0;

	while (i < s->count && s->kept[i].text != text)
		i++;
	if (i == s->count) {
		assert(i < SQL_KEPT);
		s->kept[i].text = text;
		s->kept[i].made = NULL;
		s->count++;
	}
	if (!s->kept[i].made)
		sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s->kept[i].made,
				   NULL);
	sqlite3_reset(s->kept[i].made);
	return s->kept[i].made;
}

static sqlite3_stmt *bind(sqlite3_stmt *to, const char *types, va_list ap)
{
	const void *bytes;

	for (int at = 1; *types; at++, types++) {
		if (*types == 'i') {
			sqlite3_bind_int64(to, at, va_arg(ap, int64_t));
		} else if (*types == 's') {
			sqlite3_bind_text(to, at, va_arg(ap, const char *), -1, SQLITE_STATIC);
		} else {
			bytes = va_arg(ap, const void *);
			sqlite3_bind_blob64(to, at, bytes ? bytes : "", va_arg(ap, size_t),
					    SQLITE_STATIC);
		}
	}
	return to;
}

sqlite3_stmt *sql_bind(struct sql *s, const char *text, const char *types, ...)
{
	sqlite3_stmt *to = sql_ask(s, text);
	va_list ap;

	va_start(ap, types);
	bind(to, types, ap);
	va_end(ap);
	return to;
}

bool sql_row(sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) == SQLITE_ROW)
		return true;
	sqlite3_reset(statement);
	return false;
}

bool sql_done(sqlite3_stmt *statement)
{
	int result;

	do
		result = sqlite3_step(statement);
	while (result == SQLITE_ROW);
	sqlite3_reset(statement);
	return result == SQLITE_DONE;
}

bool sql_run(struct sql *s, const char *text, const char *types, ...)
{
	sqlite3_stmt *to = sql_ask(s, text);
	va_list ap;

	va_start(ap, types);
	bind(to, types, ap);
	va_end(ap);
	return sql_done(to);
}

int64_t sql_number(struct sql *s, const char *text, int64_t otherwise)
{
	sqlite3_stmt *ask = sql_ask(s, text);

	if (sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_type(ask, 0) != SQLITE_NULL)
		otherwise = sqlite3_column_int64(ask, 0);
	sqlite3_reset(ask);
	return otherwise;
}

const char *sql_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	return text ? (const char *)text : "";
}
