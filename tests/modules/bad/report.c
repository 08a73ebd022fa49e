/* tests/modules/bad/report: a report that does what no report may, as its option says. */
#include <nines/report.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct options {
	int64_t does;
	const char *file;
};

enum { TRY_ALL, CRASH, EXIT, WRONG_COLUMN, ROW_FIRST };

static const struct module_option option[] = {
	OPTION_CHOICE(struct options, does, "all", "all|crash|exit|column|row", "what to do"),
	OPTION_TEXT(struct options, file, "/tmp/never", "what it would write"),
	OPTION_END,
};

static struct page_value refused(long result)
{
	return page_text(result >= 0 ? "allowed" : errno == EPERM ? "refused" : "failed");
}

static void try_all(struct page *p, const char *file)
{
	char *const none[] = {NULL};

	page_fact(p, "write", "write", refused(open(file, O_WRONLY | O_CREAT, 0600)));
	page_fact(p, "socket", "socket", refused(socket(AF_INET, SOCK_STREAM, 0)));
	page_fact(p, "local", "local", refused(socket(AF_UNIX, SOCK_STREAM, 0)));
	page_fact(p, "exec", "exec", refused(execve("/bin/true", none, none)));
	page_fact(p, "fork", "fork", refused(fork()));
	page_fact(p, "kill", "kill", refused(kill(getppid(), 0)));
	page_fact(p, "read", "read", refused(open("/dev/null", O_RDONLY)));
}

static void fill(struct page *p, const void *options)
{
	static const struct page_column column[] = {{"a", "a", 0}};
	const struct options *o = options;

	if (o->does == CRASH)
		raise(SIGSEGV);
	if (o->does == EXIT)
		_exit(0);
	if (o->does == ROW_FIRST)
		page_row(p);
	page_table(p, "t", column, 1, 0);
	page_row(p);
	page_cell(p, o->does == WRONG_COLUMN ? "b" : "a", page_text("x"));
	if (o->does == TRY_ALL)
		try_all(p, o->file);
}

REPORT_MODULE("report", "does what no report may", struct options, option, fill);
