/* notifiers/log: writes each letter as one line into a file or to standard error. Manual: log.md.
 */
#include <nines/notifier.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TIME_BYTES 24

struct log {
	const char *file;
	int64_t format;
};

enum format { FORMAT_LINE, FORMAT_JSON };

static const struct module_option option[] = {
	OPTION_(struct log, file, "file", OPTION_TYPE_FILE, "", NULL, 0,
		"file to append to, an absolute path; none: standard error"),
	OPTION_CHOICE(struct log, format, "line", "line|json", "how a letter is written"),
	OPTION_END,
};

/* A line with what would end it, or trick a terminal, escaped as in C. */
struct escaped {
	char *at;
	size_t size;
};

static void add(struct escaped *e, const char *text)
{
	static const char digit[] = "0123456789abcdef";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		const char *short_form = c == '\n' ? "\\n" : c == '\\' ? "\\\\" : NULL;

		if (short_form || (c >= ' ' && c != 0x7f)) {
			size_t n = short_form ? 2 : 1;

			memcpy(e->at + e->size, short_form ? short_form : text, n);
			e->size += n;
			continue;
		}
		memcpy(e->at + e->size, "\\x", 2);
		e->at[e->size + 2] = digit[c >> 4];
		e->at[e->size + 3] = digit[c & 15];
		e->size += 4;
	}
}

static const char *time_of(struct probe *p)
{
	time_t now = (time_t)(probe_wall_us(p) / 1000000);
	char *text = probe_alloc(p, TIME_BYTES);
	struct tm utc;

	if (!text)
		return "";
	gmtime_r(&now, &utc);
	strftime(text, TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return text;
}

/* TIME ID KIND TO SUBJECT and the text, separated by tabs, which texts never hold. */
static void make_line(struct probe *p, struct letter *l, struct escaped *e)
{
	const char *const part[] = {time_of(p),		 letter_id(l),	    letter_kind_text(l),
				    letter_to(l),	 letter_subject(l), letter_text(l)};
	const size_t parts = sizeof part / sizeof *part;
	size_t room = 1;

	for (size_t i = 0; i < parts; i++)
		room += 4 * strlen(part[i]) + 1;
	e->at = probe_alloc(p, room);
	for (size_t i = 0; i < parts && e->at; i++) {
		add(e, part[i]);
		e->at[e->size++] = i + 1 < parts ? '\t' : '\n';
	}
}

/* The document on one line: its own newlines stand between its parts, never inside a text. */
static void make_json(struct probe *p, struct letter *l, struct escaped *e)
{
	const char *json = letter_json(l);

	e->at = probe_alloc(p, strlen(json) + 2);
	for (; e->at && *json; json++)
		if (*json != '\n')
			e->at[e->size++] = *json;
	if (e->at)
		e->at[e->size++] = '\n';
}

static int open_file(struct probe *p, const char *path)
{
	struct stat st;
	int fd;

	if (!*path)
		return STDERR_FILENO;
	fd = open(path,
		  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		  0640);
	if (fd < 0) {
		probe_unknown(p, "cannot open '%s': %s", path, strerrorname_np(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	probe_unknown(p, "'%s' is no regular file", path);
	close(fd);
	return -1;
}

/* One write: lines of two processes never mix. */
static bool write_line(struct probe *p, int fd, const char *path, const struct escaped *e)
{
	ssize_t n;

	do
		n = write(fd, e->at, e->size);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)e->size)
		return true;
	if (n < 0)
		return probe_unknown(p, "cannot write to '%s': %s", path, strerrorname_np(errno));
	if (write(fd, "\n", 1) != 1)
		probe_note(p, "the line stays torn: the next one joins it");
	return probe_unknown(p, "'%s' took %zd of %zu bytes", path, n, e->size);
}

static bool is_sane(const void *options, const char *address, struct check_judgement *j)
{
	const struct log *o = options;

	(void)address; /* a label */
	if (*o->file && *o->file != '/')
		return check_wrong(j, "file", 0, "wanted an absolute path, got '%.100s'", o->file);
	return true;
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct log *o = options;
	struct probe *p = letter_probe(l);
	const char *path = *o->file ? o->file : "standard error";
	struct check_judgement sanity = {0};
	struct escaped e = {0};
	int fd;

	if (!is_sane(o, letter_to(l), &sanity)) {
		letter_reason(l, "%s: %s", sanity.option, sanity.why);
		return LETTER_GIVE_UP;
	}
	probe_step(p, "write");
	if (o->format == FORMAT_JSON)
		make_json(p, l, &e);
	else
		make_line(p, l, &e);
	fd = e.at ? open_file(p, o->file) : -1;
	if (fd < 0)
		return LETTER_TRY_LATER;
	write_line(p, fd, path, &e);
	if (*o->file)
		close(fd);
	return LETTER_DELIVERED;
}

NOTIFIER_MODULE("log", "writes each letter as a line into a file", struct log, option, deliver,
		.judge = is_sane);
