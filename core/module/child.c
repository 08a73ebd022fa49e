/* module/child: module_judge(): a module's constructors run inside dlopen, so a child does that.
 *
 * The child is as poor as can be: no descriptors but the copy and the answer's pipe, no files to
 * write, little processor time, no privileges. It answers the module's lines, or one line with
 * `refused`; when it answers neither, how it ended is the refusal. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "descriptor.h"
#include "load.h"
#include "review.h"

#define CHILD_COPY 3
#define CHILD_ANSWER 4
#define ANSWER_BYTES (1 << 20)
#define NOBODY 65534
#define CPU_SECONDS 2

struct judgement {
	const char *path, *name;
	enum module_kind kind;
	char build[17];
	int copy;
	const struct text *defines; /* module_review(): judge these, not the module */
};

static void add_refusal(const struct judgement *j, const char *sentence, struct text *lines)
{
	line_begin_name(lines, "module", j->name);
	line_add(lines, "kind", module_kind_name(j->kind));
	line_add(lines, "path", j->path);
	line_add(lines, "build", j->build);
	line_add(lines, "refused", sentence);
	line_end(lines);
}

static void limit(int what, rlim_t most)
{
	struct rlimit r = {most, most};

	setrlimit(what, &r);
}

/* The root of a small user namespace (a container without rights) can become nobody else, EINVAL,
 * and is nobody special outside. */
static bool become_nobody(void)
{
	int groups = setgroups(0, NULL);

	if (setresgid(NOBODY, NOBODY, NOBODY))
		return errno == EINVAL;
	return !groups && !setresuid(NOBODY, NOBODY, NOBODY);
}

static void become_poor(int answer, int copy)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	/* Through high numbers: either may stand where the other has to go. */
	answer = fcntl(answer, F_DUPFD_CLOEXEC, 20);
	copy = fcntl(copy, F_DUPFD_CLOEXEC, 20);
	dup2(copy, CHILD_COPY);
	dup2(answer, CHILD_ANSWER);
	close_range(CHILD_ANSWER + 1, ~0u, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_CPU, CPU_SECONDS);
	limit(RLIMIT_NOFILE, 64);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (geteuid() == 0 && !become_nobody())
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after setuid, which clears it */
}

/* The descriptor of a module as lines, the way descriptor.h reads them. */
static void describe(const struct judgement *j, const struct module *m, struct text *lines)
{
	struct descriptor d = {
		.head = *m->head, .path = j->path, .build = j->build, .is_known = true};

	if (m->check) {
		d.standard_every = m->check->standard_every;
		d.standard_timeout = m->check->standard_timeout;
		d.standard_every_items = m->check->standard_every_items;
		d.judges = m->check->judge != NULL;
	}
	if (m->notifier) {
		d.standard_timeout = m->notifier->standard_timeout;
		d.judges = m->notifier->judge != NULL;
	}
	descriptor_add_lines(&d, lines);
}

static void answer_all(const char *at, size_t size)
{
	ssize_t n;

	while (size && (n = write(CHILD_ANSWER, at, size)) > 0) {
		at += n;
		size -= (size_t)n;
	}
}

/* module_open() knows no path, only the name. */
static void add_refusal_of(const struct judgement *j, const char *sentence, struct text *lines)
{
	const char *why = strstr(sentence, "': ");
	struct text full = {0};

	text_printf(&full, "module '%s%s", j->path, why ? why : "': it was refused");
	add_refusal(j, text_get(&full), lines);
	text_release(&full);
}

__attribute__((noreturn)) static void judge(const struct judgement *j, int answer)
{
	struct text lines = {0}, why = {0};
	struct module *m;

	become_poor(answer, j->copy);
	m = module_open(CHILD_COPY, j->name, j->kind, &why);
	if (m && j->defines)
		review_checks(m, j->defines, &lines);
	else if (m)
		describe(j, m, &lines);
	else
		add_refusal_of(j, text_get(&why), &lines);
	line_begin(&lines, "end", "-");
	line_end(&lines);
	answer_all(lines.at, lines.size);
	_exit(0); /* no destructor of the module runs */
}

/* Reads until the end of the pipe. False when the deadline came first. */
static bool gather(int fd, int64_t deadline_us, struct text *answer)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char some[4096];
	int64_t left_ms;
	ssize_t n;

	for (;;) {
		left_ms = (deadline_us - clock_mono_us()) / 1000;
		if (left_ms <= 0 || answer->size > ANSWER_BYTES)
			return false;
		if (poll(&p, 1, (int)left_ms) <= 0)
			continue;
		n = read(fd, some, sizeof some);
		if (n > 0)
			text_add(answer, some, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return true;
	}
}

static void refuse_end(const struct judgement *j, int status, bool was_late, bool has_said,
		       struct text *lines)
{
	struct text why = {0};
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	text_printf(&why, "module '%s': ", j->path);
	if (was_late || number == SIGXCPU || number == SIGKILL)
		text_printf(&why, "it hung (no answer within %d s, or %d s of processor time): "
			    "its constructors must neither wait nor loop",
			    MODULE_JUDGE_SECONDS, CPU_SECONDS);
	else if (number)
		text_printf(&why,
			    "it crashed (signal %d) while it was judged: mend its constructors or "
			    "its descriptor",
			    number);
	else if (has_said)
		text_puts(&why,
			  "it wrote into the answer of its judge: its constructors must not write");
	else
		text_printf(&why,
			    "it ended the process that judged it (exit %d): a module must not call "
			    "exit",
			    WEXITSTATUS(status));
	add_refusal(j, text_get(&why), lines);
	text_release(&why);
}

/* Cuts off the last line, which says that all was said; false when it is missing. */
static bool takes_end(struct text *answer)
{
	static const char end[] = "end -\n";
	size_t size = sizeof end - 1;

	if (answer->size < size || memcmp(answer->at + answer->size - size, end, size))
		return false;
	answer->size -= size;
	answer->at[answer->size] = '\0';
	return true;
}

/* The answer without its last line; false when the lines are none of a judge. */
static bool take_answer(const struct judgement *j, struct text *answer)
{
	struct descriptors all;
	bool is_fine;

	if (!takes_end(answer))
		return false;
	descriptors_init(&all);
	is_fine = descriptors_read(&all, answer->at, answer->size) && all.first &&
		  !all.first->next && !strcmp(all.first->head.name, j->name);
	descriptors_release(&all);
	return is_fine;
}

/* Forks the child and gathers what it says. False: there is no child. */
static bool run_child(const struct judgement *j, struct text *answer, bool *was_late, int *status)
{
	int pipe_fd[2];
	pid_t child;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0 || (child = fork()) < 0)
		return false;
	if (!child)
		judge(j, pipe_fd[1]);
	close(pipe_fd[1]);
	*was_late =
		!gather(pipe_fd[0], clock_mono_us() + MODULE_JUDGE_SECONDS * CLOCK_SECOND, answer);
	close(pipe_fd[0]);
	kill(child, SIGKILL); /* a zombie by now, or late */
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	return true;
}

static bool ask_child(const struct judgement *j, struct text *lines)
{
	struct text answer = {0};
	int status = 0;
	bool was_late, is_fine;

	if (!run_child(j, &answer, &was_late, &status)) {
		text_printf(&answer, "module '%s': no child can judge it: %s", j->path,
			    log_errno(errno));
		add_refusal(j, text_get(&answer), lines);
		text_release(&answer);
		return false;
	}
	is_fine = !was_late && take_answer(j, &answer);
	if (is_fine)
		text_add(lines, answer.at, answer.size);
	else
		refuse_end(j, status, was_late, answer.size > 0, lines);
	is_fine = is_fine && !strstr(text_get(&answer), " refused=");
	text_release(&answer);
	return is_fine;
}

bool module_judge(const char *path, enum module_kind kind, struct text *lines)
{
	struct judgement j = {.path = path, .kind = kind};
	struct text why = {0};
	char name[64] = "-";
	bool is_fine = false;

	j.name = name;
	j.copy = -1;
	if (!module_name_of(path, name))
		text_printf(
			&why,
			"module '%s': its name is no lower-case word followed by .so: rename it",
			path);
	else
		j.copy = module_copy(path, j.build, &why);
	if (j.copy < 0)
		add_refusal(&j, text_get(&why), lines);
	else
		is_fine = ask_child(&j, lines);
	if (j.copy >= 0)
		close(j.copy);
	text_release(&why);
	return is_fine;
}

bool module_review(const char *path, enum module_kind kind, const struct text *defines,
		   struct text *lines)
{
	struct judgement j = {.path = path, .kind = kind, .defines = defines};
	struct text why = {0}, answer = {0};
	bool was_late = true, is_fine = false;
	char name[64];
	int status;

	j.name = name;
	j.copy = module_name_of(path, name) ? module_copy(path, j.build, &why) : -1;
	if (j.copy >= 0 && run_child(&j, &answer, &was_late, &status))
		is_fine = !was_late && takes_end(&answer);
	if (is_fine)
		text_add(lines, answer.at, answer.size);
	if (j.copy >= 0)
		close(j.copy);
	text_release(&answer);
	text_release(&why);
	return is_fine;
}
