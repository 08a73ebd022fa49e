/* import/upptime: the history of a clone of an Upptime repository, as git tells it. See import.h.
 *
 * Each commit that writes the outcome of a check into history/SLUG.yml is one check, at the time of
 * its author. Upptime checks each five minutes but commits when a state changes and about once a
 * day: so samples stand for a day, unless --interval says otherwise. A file that a commit brings
 * from elsewhere (renamed, copied) is older than the commit and no check. The program git reads the
 * clone; nothing that the clone configures is run, and nothing is fetched. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "import.h"

#define INTERVAL_US (INT64_C(86400) * CLOCK_SECOND)
#define COMMIT_WITHIN_US (3600 * CLOCK_SECOND) /* of a check */
#define RESPONSE_MOST_MS 86400000
#define SLUG_BYTES 200

extern char **environ;

static const struct {
	const char *word;
	enum sla_state state;
} known[] = {{"up", SLA_UP}, {"down", SLA_DOWN}, {"degraded", SLA_DEGRADED}};

/* One file of one commit: what stands in it, and whether a check wrote it. */
struct outcome {
	struct import *im;
	int64_t at_us; /* of the commit; 0: its time is wrong, told */
	char slug[SLUG_BYTES];
	bool is_written, has_state, is_new;
	enum sla_state state;
	int64_t response_us, updated_us; /* updated_us: as the file says; 0: it does not */
};

static bool is_moved(const struct outcome *o)
{
	return o->is_new && o->updated_us && o->at_us - o->updated_us > COMMIT_WITHIN_US;
}

static void end_file(struct outcome *o)
{
	uint32_t target = UINT32_MAX;

	if (*o->slug && o->is_written && o->has_state && o->at_us && !is_moved(o))
		target = import_target(o->im, o->slug);
	if (target != UINT32_MAX) {
		o->im->target[target].interval_us = INTERVAL_US;
		import_add(o->im, target, o->at_us, o->state, SLA_NO_CAUSE, o->response_us);
	}
	*o->slug = '\0';
	o->is_written = o->has_state = o->is_new = false;
	o->response_us = -1;
	o->updated_us = 0;
}

static void begin_commit(struct outcome *o, const char *seconds)
{
	int64_t at_s;

	end_file(o);
	o->at_us = 0;
	if (!text_to_int(seconds, &at_s) || at_s > INT64_MAX / CLOCK_SECOND ||
	    at_s < INT64_MIN / CLOCK_SECOND)
		import_problem(o->im, "'%s' is no time of a commit", seconds);
	else if (import_time(o->im, at_s * CLOCK_SECOND))
		o->at_us = at_s * CLOCK_SECOND;
}

/* `b/history/SLUG.yml`, the name behind the commit; a deleted file has none. */
static void begin_file(struct outcome *o, const char *path)
{
	static const char folder[] = "b/history/", end[] = ".yml";
	size_t size = strlen(path);

	if (strncmp(path, folder, sizeof folder - 1) || size < sizeof folder + sizeof end - 2 ||
	    strcmp(path + size - (sizeof end - 1), end))
		return;
	path += sizeof folder - 1;
	size -= sizeof folder - 1 + sizeof end - 1;
	if (!size || size >= sizeof o->slug) {
		import_problem(o->im, "'%s' is no name: it is empty or longer than %d bytes", path,
			       SLUG_BYTES - 1);
		return;
	}
	memcpy(o->slug, path, size);
	o->slug[size] = '\0';
}

static void read_state(struct outcome *o, const char *word)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(word, known[i].word)) {
			o->state = known[i].state;
			o->has_state = true;
			return;
		}
	import_problem(o->im, "status '%s' is none of up, down, degraded", word);
}

static void read_response(struct outcome *o, const char *word)
{
	int64_t ms;

	if (!text_to_int(word, &ms) || ms < 0 || ms > RESPONSE_MOST_MS)
		import_problem(o->im, "responseTime '%s' is no number from 0 to %d", word,
			       RESPONSE_MOST_MS);
	else
		o->response_us = ms * 1000;
}

/* A line of the file as the commit left it. */
static void read_line(struct outcome *o, const char *line, bool is_new)
{
	static const char status[] = "status: ", response[] = "responseTime: ",
			  updated[] = "lastUpdated: ";

	if (!strncmp(line, status, sizeof status - 1))
		read_state(o, line + sizeof status - 1);
	else if (!strncmp(line, response, sizeof response - 1))
		read_response(o, line + sizeof response - 1);
	else if (!strncmp(line, updated, sizeof updated - 1) &&
		 !clock_parse_utc(line + sizeof updated - 1, &o->updated_us))
		o->updated_us = 0;
	else if (strncmp(line, "code: ", 6) && strncmp(line, updated, sizeof updated - 1))
		return;
	o->is_written |= is_new;
}

void import_read_upptime_log(struct import *im, FILE *f)
{
	struct outcome o = {.im = im, .response_us = -1};
	bool is_head = true; /* between a file's name and its lines */
	char *line;

	while ((line = import_line(im, f))) {
		if (!strncmp(line, "commit ", 7)) {
			begin_commit(&o, line + 7);
		} else if (!strncmp(line, "diff --git ", 11)) {
			end_file(&o);
			is_head = true;
		} else if (is_head && !strcmp(line, "--- /dev/null")) {
			o.is_new = true;
		} else if (is_head && !strncmp(line, "+++ ", 4)) {
			begin_file(&o, line + 4);
		} else if (!strncmp(line, "@@ ", 3)) {
			is_head = false;
		} else if (!is_head && *o.slug && (*line == '+' || *line == ' ')) {
			read_line(&o, line + 1, *line == '+');
		}
	}
	end_file(&o);
}

/* Beside the user's own environment: git takes no lock, fetches nothing, asks nobody. */
static char **environment(void)
{
	static const char *const more[] = {"GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
					   "GIT_ALLOW_PROTOCOL=none", "GIT_TERMINAL_PROMPT=0",
					   "GIT_NO_REPLACE_OBJECTS=1", "LC_ALL=C"};
	const char **all;
	size_t n = 0, size = 0;

	while (environ[size])
		size++;
	all = memory_new((size + sizeof more / sizeof *more + 1) * sizeof *all);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		all[n++] = more[i];
	for (size_t i = 0; i < size; i++)
		if (strncmp(environ[i], "GIT_", 4) && strncmp(environ[i], "LC_ALL=", 7))
			all[n++] = environ[i];
	return (char **)all;
}

/* What no configuration, of the clone or of its reader, changes. */
static const char *const always[] = {"git", "-c", "log.showSignature=false", "-c",
				     "log.showRoot=true", "-c", "core.fsmonitor=false", "-c",
				     "core.hooksPath=/dev/null", "-c", "core.quotePath=false", "-c",
				     "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false",
				     "--no-pager", "-C"};

/* Whole files as context: what a check did not change is in them, too. */
static const char *const read_log[] = {
	"log", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-notes",
	"--no-decorate", "--no-mailmap", "--text", "--encoding=UTF-8", "-O/dev/null",
	"--src-prefix=a/", "--dst-prefix=b/", "--unified=100", "--patch",
	"--format=tformat:commit %at", "--", ":(top)history/*.yml", NULL};
static const char *const ask_shallow[] = {"rev-parse", "--is-shallow-repository", NULL};

#define WORDS_MOST 48

static pid_t start_git(struct import *im, const char *folder, const char *const *words, int *output)
{
	const char *argv[WORDS_MOST] = {0};
	size_t n = 0;
	posix_spawn_file_actions_t files;
	char **variables = environment();
	int pipe_fd[2], error;
	pid_t child = -1;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0) {
		import_problem(im, "cannot start git: %s", log_errno(errno));
		free(variables);
		return -1;
	}
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		argv[n++] = always[i];
	argv[n++] = folder;
	for (size_t i = 0; words[i] && n < WORDS_MOST - 1; i++)
		argv[n++] = words[i];
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, pipe_fd[1], 1);
	error = posix_spawnp(&child, "git", &files, NULL, (char *const *)(uintptr_t)argv,
			     variables);
	posix_spawn_file_actions_destroy(&files);
	free(variables);
	close(pipe_fd[1]);
	*output = pipe_fd[0];
	if (!error)
		return child;
	import_problem(im, "cannot start git: %s: install Debian's package git", log_errno(error));
	close(pipe_fd[0]);
	return -1;
}

/* Its own words about what is wrong went to standard error. */
static bool end_git(struct import *im, pid_t child)
{
	int status;
	pid_t ended;

	do
		ended = waitpid(child, &status, 0);
	while (ended < 0 && errno == EINTR);
	im->line = 0;
	if (ended == child && !status)
		return true;
	import_problem(im, "git cannot read it: is it a clone of an Upptime repository?");
	return false;
}

static bool run_git(struct import *im, const char *folder, const char *const *words,
		    void (*read)(struct import *, FILE *))
{
	int output = -1;
	pid_t child = start_git(im, folder, words, &output);
	FILE *f = child < 0 ? NULL : fdopen(output, "r");

	if (child < 0)
		return false;
	if (f) {
		read(im, f);
		fclose(f);
	} else {
		close(output);
	}
	return end_git(im, child);
}

/* The commits that it lacks would be missing without a word. */
static void read_shallow(struct import *im, FILE *f)
{
	char *line = import_line(im, f);

	im->line = 0;
	if (line && !strcmp(line, "true"))
		import_problem(im, "is a shallow clone, without the older commits: fetch them with "
				   "`git fetch --unshallow`");
}

void import_read_upptime(struct import *im, const char *folder)
{
	size_t before = im->problem_count;

	if (run_git(im, folder, ask_shallow, read_shallow) && im->problem_count == before &&
	    run_git(im, folder, read_log, import_read_upptime_log) && !im->records)
		import_problem(im, "no commit changes history/*.yml: is it the whole clone of an "
				   "Upptime repository?");
}
