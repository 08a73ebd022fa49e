/* probe_exec() as a module sees it: what a program says, how it ends, and what it cannot do to the
 * prober. */
#include "../../core/fiber/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/prober/probe.h"
#include "../lib/tap.h"

#define PATIENCE_US (60 * CLOCK_SECOND) /* for what must happen */
#define SHORT_US    (CLOCK_SECOND / 5)  /* a deadline that is waited for */

struct seen {
	char verdict[16], reason[256];
	struct probe_exec_answer answer;
	char output[EXEC_OUTPUT_BYTES + 1], error[EXEC_OUTPUT_BYTES + 1];
	bool is_over;
};

static struct probe_host host;
static const char *const *program;
static struct seen seen;

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "exec");
	probe_exec(p, program, NULL, &seen.answer);
	snprintf(seen.output, sizeof seen.output, "%s", seen.answer.output);
	snprintf(seen.error, sizeof seen.error, "%s", seen.answer.error);
}

static void done(struct probe *p, const struct text *result, void *with)
{
	static char copy[LINE_BYTES];
	static struct line line;

	(void)p;
	(void)with;
	seen.is_over = true;
	snprintf(copy, sizeof copy, "%s", text_get(result));
	if (line_parse(&line, copy, strcspn(copy, "\n")))
		return;
	snprintf(seen.verdict, sizeof seen.verdict, "%s", line_get(&line, "verdict"));
	snprintf(seen.reason, sizeof seen.reason, "%s", line_get(&line, "reason"));
}

static void run_program(const char *const *argv, int64_t timeout_us)
{
	static const struct module_option option[] = {OPTION_END};
	static const struct check_module module = {.head.name = "case",
						   .head.option = option,
						   .head.flags = MODULE_NEEDS_EXEC,
						   .run = run};
	struct probe_order order = {
		.module = &module, .id = "1", .check = "x", .done = done, .timeout_us = timeout_us};

	memset(&seen, 0, sizeof seen);
	program = argv;
	probe_begin(&host, &order);
	while (!seen.is_over)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
}

/* On a busy machine the prober itself may have stood still meanwhile: then it says so. */
static bool timed_out(void)
{
	return !strncmp(seen.reason, "timeout after 200ms", 19);
}

static void run_script(const char *script, int64_t timeout_us)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};

	run_program(argv, timeout_us);
}

/* Nothing of ours is left: what was killed at the deadline is reaped by the loop. */
static bool is_childless(void)
{
	for (int64_t end_us = clock_mono_us() + PATIENCE_US; clock_mono_us() < end_us;) {
		if (waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) < 0 &&
		    errno == ECHILD)
			return true;
		loop_once(host.loop, clock_mono_us() + 10000);
	}
	return false;
}

static void test_ends(void)
{
	run_script("echo hello; echo oops >&2; exit 3", PATIENCE_US);
	ok(seen.answer.status == 3 && !seen.answer.signal, "an exit status");
	same(seen.output, "hello\n", "its output");
	same(seen.error, "oops\n", "its errors");
	run_script("kill -TERM $$", PATIENCE_US);
	ok(seen.answer.signal == SIGTERM && !seen.answer.status, "a signal");
	run_script("echo first; exec >&- 2>&-; sleep 0.1; exit 4", PATIENCE_US);
	ok(seen.answer.status == 4 && !strcmp(seen.output, "first\n"),
	   "closes its output and runs on");
	ok(is_childless(), "all are reaped");
}

struct bell {
	struct loop_timer timer;
	const char *path;
	int rings;
};

static void ring(struct loop_timer *t)
{
	struct bell *b = (struct bell *)t;

	if (++b->rings == 20)
		close(open(b->path, O_CREAT | O_WRONLY, 0600));
	else
		loop_set(host.loop, t, clock_mono_us() + 1000);
}

/* The flood stops when the loop's timer has fired twenty times: a loop that only reads never gets
 * there. */
static void test_flood(void)
{
	char folder[] = "/tmp/nines-exec-XXXXXX", path[64], script[200];
	struct bell b = {.timer.fire = ring, .path = path};

	if (!mkdtemp(folder)) {
		ok(false, "a folder for the flood");
		return;
	}
	snprintf(path, sizeof path, "%s/enough", folder);
	snprintf(script, sizeof script,
		 "while ! [ -e %s ]; do head -c 100000 /dev/zero; done; exit 5", path);
	loop_set(host.loop, &b.timer, clock_mono_us());
	run_script(script, PATIENCE_US);
	ok(b.rings == 20 && seen.answer.status == 5, "a flood holds nobody up: %d rings, status %d",
	   b.rings, seen.answer.status);
	unlink(path);
	rmdir(folder);
}

static void test_bounds(void)
{
	run_script("exec yes", SHORT_US);
	ok(timed_out(), "an endless flood ends at the deadline: %s", seen.reason);
	test_flood();
	run_script("head -c 3000000 /dev/zero | tr '\\0' x; echo end", PATIENCE_US);
	ok(seen.answer.output_bytes == EXEC_OUTPUT_BYTES &&
		   seen.output[EXEC_OUTPUT_BYTES - 1] == 'x',
	   "three megabytes are read, eight kilobytes are kept");
	run_script("sleep 1000", SHORT_US);
	ok(timed_out(), "one that never ends is killed");
	run_script("trap '' TERM INT HUP; sleep 1000", SHORT_US);
	ok(timed_out(), "one that ignores signals too");
	ok(is_childless(), "all are reaped");
}

static bool is_alive(const char *pid)
{
	int number = 0;

	return sscanf(pid, "%d", &number) == 1 && number > 1 && kill(number, 0) == 0;
}

static bool dies(const char *pid)
{
	for (int64_t end_us = clock_mono_us() + PATIENCE_US; clock_mono_us() < end_us;) {
		if (!is_alive(pid))
			return true;
		loop_once(host.loop, clock_mono_us() + 1000);
	}
	return false;
}

static void test_descendants(void)
{
	run_script("sleep 1000 & echo $!", PATIENCE_US);
	ok(!strcmp(seen.verdict, "up") && dies(seen.output),
	   "a child that it leaves behind dies with its group");
	run_script("sleep 1000 & echo $!; wait", SHORT_US);
	ok(timed_out(), "one that waits for its child is killed at the deadline");
	ok(is_childless(), "all are reaped");
}

/* What `script` writes into its folder as `pid`; "" when it did not come so far. */
static const char *pid_in(const char *folder)
{
	static char pid[32];
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/pid", folder);
	f = fopen(path, "r");
	if (!f || !fgets(pid, sizeof pid, f))
		pid[0] = '\0';
	if (f)
		fclose(f);
	unlink(path);
	return pid;
}

/* In a session of its own, and again below that: neither group nor parent leads to them. */
static void test_sessions(void)
{
	char folder[] = "/tmp/nines-exec-XXXXXX", script[300];

	if (!mkdtemp(folder)) {
		ok(false, "a folder for numbers");
		return;
	}
	snprintf(script, sizeof script,
		 "setsid -f sh -c 'setsid -f sh -c \"echo \\$\\$ >%s/p; mv %s/p %s/pid; "
		 "exec sleep 1000\"; exec sleep 1000'; while ! [ -e %s/pid ]; do :; done;",
		 folder, folder, folder, folder);
	run_script(script, PATIENCE_US);
	ok(!strcmp(seen.verdict, "up") && dies(pid_in(folder)),
	   "who has left its group and its session dies with the program: %s", seen.reason);
	ok(is_childless(), "all are reaped");
	strcat(script, " sleep 1000");
	run_script(script, CLOCK_SECOND);
	ok(!strncmp(seen.reason, "timeout after 1s", 16) && dies(pid_in(folder)),
	   "and at the deadline: %s", seen.reason);
	ok(is_childless(), "all are reaped");
	rmdir(folder);
}

static void test_other_group(void)
{
	run_script("exec perl -e 'setpgrp(0, getpgrp(getppid())); sleep 1000'", CLOCK_SECOND);
	ok(!strncmp(seen.reason, "timeout after 1s", 16),
	   "one that went to our group is killed: %s", seen.reason);
	ok(is_childless(), "and reaped");
}

static void be_over(struct probe *p, const struct text *result, void *with)
{
	(void)p;
	*(bool *)with = strstr(text_get(result), "verdict=up") != NULL;
}

static void run_one(struct probe *p, const void *options)
{
	struct probe_exec_answer answer;
	const char *const argv[] = {"/bin/sh", "-c", options, NULL};

	probe_step(p, "exec");
	if (probe_exec(p, argv, NULL, &answer) && answer.status)
		probe_fail(p, "status %d", answer.status);
}

/* The end of one program is not the end of what another has orphaned and still waits for. */
static void test_neighbours(void)
{
	static const struct module_option option[] = {OPTION_END};
	static const struct check_module module = {.head.name = "one",
						   .head.option = option,
						   .head.flags = MODULE_NEEDS_EXEC,
						   .run = run_one};
	char folder[] = "/tmp/nines-exec-XXXXXX", script[300], other[80];
	bool is_up = false;
	struct probe_order order = {.module = &module, .id = "2", .check = "y", .done = be_over,
				    .with = &is_up, .timeout_us = PATIENCE_US, .options = script};

	if (!mkdtemp(folder)) {
		ok(false, "a folder for numbers");
		return;
	}
	snprintf(script, sizeof script,
		 "p=$(setsid -f sh -c 'echo $$; exec sleep 1000 >&- 2>&-'); echo $p >%s/pid; "
		 "while ! [ -e %s/go ]; do :; done; rm %s/go; kill -0 $p",
		 folder, folder, folder);
	probe_begin(&host, &order);
	snprintf(other, sizeof other, "while ! [ -e %s/pid ]; do :; done", folder);
	run_script(other, PATIENCE_US);
	ok(!strcmp(seen.verdict, "up") && is_alive(pid_in(folder)),
	   "it lives while its program does");
	snprintf(other, sizeof other, ">%s/go", folder);
	run_script(other, PATIENCE_US);
	ok(is_childless() && is_up, "and is killed when its own has ended");
	rmdir(folder);
}

static void test_surroundings(void)
{
	int fd = dup(0);

	setenv("NINES_TEST_SECRET", "hush", 1);
	run_script("env; ls /proc/self/fd | wc -l; cat; pwd", PATIENCE_US);
	ok(!strstr(seen.output, "hush"), "our environment is not inherited");
	ok(strstr(seen.output, "LANG=C\n") && strstr(seen.output, "PATH="),
	   "its own has a path and a language");
	ok(strstr(seen.output, "\n4\n/\n") != NULL,
	   "no descriptor is inherited, input is empty, it stands in /: %s", seen.output);
	run_script("ulimit -c; trap", PATIENCE_US);
	same(seen.output, "0\n", "no cores, no ignored signals");
	close(fd);
}

static void test_refusals(void)
{
	const char *const missing[] = {"/nonexistent/program", NULL}, *const relative[] = {"sh",
											   NULL};
	struct rlimit files, few;

	run_program(missing, CLOCK_SECOND);
	same(seen.verdict, "unknown", "a program that is not there");
	same(seen.reason, "cannot run '/nonexistent/program': no such file or directory",
	     "and why");
	run_program(relative, CLOCK_SECOND);
	same(seen.reason, "'sh' is no absolute path", "no search for programs");
	getrlimit(RLIMIT_NOFILE, &files);
	few = files;
	few.rlim_cur = 5;
	setrlimit(RLIMIT_NOFILE, &few);
	run_script("true", CLOCK_SECOND);
	setrlimit(RLIMIT_NOFILE, &files);
	same(seen.verdict, "unknown", "no descriptors (F10)");
	host.may_exec = 0;
	run_script("true", CLOCK_SECOND);
	ok(!strcmp(seen.verdict, "unknown") && strstr(seen.reason, "may not run programs"),
	   "not where it is forbidden");
	host.may_exec = 1;
	ok(is_childless(), "all are reaped");
}

static void test_no_process(void)
{
	struct rlimit all, none;

	if ((!geteuid() && setuid(65534) < 0) || getrlimit(RLIMIT_NPROC, &all) < 0)
		return;
	none = all;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NPROC, &none);
	run_script("true", CLOCK_SECOND);
	setrlimit(RLIMIT_NPROC, &all);
	ok(!strcmp(seen.verdict, "unknown") && strstr(seen.reason, "cannot start a process"),
	   "no process (F12): %s", seen.reason);
}

static const struct {
	const char *in, *out;
	size_t most;
} repair[] = {
	{"plain", "plain", 100},
	{"\xc3\xa4 \xe2\x82\xac", "\xc3\xa4 \xe2\x82\xac", 100},
	{"a\xff"
	 "b",
	 "a\xef\xbf\xbd"
	 "b",
	 100},
	{"\xc3", "\xef\xbf\xbd", 100},
	{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 100},
	{"abc\xc3\xa4", "abc", 4},
	{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", 100},
	{"ab\ncd", "ab\ncd", 100},
};

int main(void)
{
	struct text t = {0};
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0u);

	if (fd < 0 && errno == ENOSYS) /* valgrind 3.19 */
		return printf("ok 1 - programs # SKIP no pidfd_open here\n1..1\n") < 0;
	close(fd);
	host.loop = loop_new();
	host.icmp4_fd = host.icmp6_fd = -1;
	host.may_exec = 1;
	probe_host_open(&host);
	for (size_t i = 0; i < sizeof repair / sizeof *repair; i++) {
		text_clear(&t);
		exec_add_utf8(&t, repair[i].in, strlen(repair[i].in), repair[i].most);
		same(text_get(&t), repair[i].out, "repaired text");
	}
	text_release(&t);
	test_ends();
	test_bounds();
	test_descendants();
	test_sessions();
	test_other_group();
	test_neighbours();
	test_surroundings();
	test_refusals();
	test_no_process();
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
