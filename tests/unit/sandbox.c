/* Each role's sandbox (F60): in a process of its own, acts that a taken-over role would try, and
 * what it must still be able to do. */
#include "../../core/parent/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/tap.h"

static char folder[] = "/tmp/nines-sandbox-XXXXXX";
static char file[64], other[64];
static pid_t victim;

static int open_to_write(void) { return open(file, O_WRONLY); }
static int open_to_make(void) { return open(other, O_RDONLY | O_CREAT, 0600); }
static int open_both(void) { return openat(AT_FDCWD, file, O_RDWR | O_APPEND); }
static int do_unlink(void) { return unlink(file); }
static int do_rename(void) { return rename(file, other); }
static int do_link(void) { return link(file, other); }
static int do_chmod(void) { return chmod(file, 0777); }
static int do_mkdir(void) { return mkdir(other, 0700); }
static int do_truncate(void) { return truncate(file, 0); }
static int do_exec(void)
{
	char *const argv[] = {(char *)"true", NULL};

	return execv("/bin/true", argv);
}
static int do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : 0;
}
static int do_kill(void) { return kill(victim, SIGTERM); }
static int inet(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static int inet6(void) { return socket(AF_INET6, SOCK_DGRAM, 0); }
static int raw(void) { return socket(AF_PACKET, SOCK_RAW, 0); }
static int local(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
static int do_ptrace(void) { return (int)ptrace(PTRACE_SEIZE, victim, NULL, NULL); }
static int do_mount(void) { return mount("none", folder, "tmpfs", 0, NULL); }
static int do_unshare(void) { return unshare(CLONE_NEWUSER); }
static int do_bpf(void) { return (int)syscall(SYS_bpf, 0, NULL, 0); }
static int do_keyctl(void) { return (int)syscall(SYS_keyctl, 0, 0, 0, 0, 0); }
static int do_uring(void) { return (int)syscall(SYS_io_uring_setup, 1, NULL); }
static int do_settime(void)
{
	struct timeval now = {0};

	return settimeofday(&now, NULL);
}
static int read_memory(void)
{
	return (int)syscall(SYS_process_vm_readv, victim, NULL, 0L, NULL, 0L, 0L);
}
static int do_personality(void) { return (int)syscall(SYS_personality, 0x0040000); }

static const struct act {
	const char *name;
	int (*try)(void);
	/* the letters of the roles that may not: k r w p e(xec) j c(ourier) x(its exec) y(copier)
	 * z(its exec) */
	const char *refused;
} act[] = {
	{"open a file to write", open_to_write, "kwpj"},
	{"make a file", open_to_make, "kwpj"},
	{"open a file to read and write", open_both, "kwpj"},
	{"unlink", do_unlink, "kwpjc"},
	{"rename", do_rename, "kwpjc"},
	{"link", do_link, "kwpjc"},
	{"chmod", do_chmod, "kwpjc"},
	{"mkdir", do_mkdir, "kwpjc"},
	{"truncate", do_truncate, "kwpjc"},
	{"run a program", do_exec, "krwpjcy"},
	{"fork", do_fork, "krwpjcy"},
	{"kill another", do_kill, "krwpjcy"},
	{"an IPv4 socket", inet, "krwjy"},
	{"an IPv6 socket", inet6, "krwjy"},
	{"a packet socket", raw, "krwjy"},
	{"a local socket", local, "kj"},
	{"ptrace", do_ptrace, "krwpejcxyz"},
	{"mount", do_mount, "krwpejcxyz"},
	{"unshare", do_unshare, "krwpejcxyz"},
	{"bpf", do_bpf, "krwpejcxyz"},
	{"keyctl", do_keyctl, "krwpejcxyz"},
	{"io_uring", do_uring, "krwpejcxyz"},
	{"set the clock", do_settime, "krwpejcxyz"},
	{"read another's memory", read_memory, "krwpejcxyz"},
	{"personality", do_personality, "krwpejcxyz"},
};
#define ACTS (sizeof act / sizeof *act)

static const struct {
	const char *name;
	char letter;
} role[] = {{"keeper", 'k'}, {"recorder", 'r'},    {"web", 'w'},
	    {"prober", 'p'}, {"prober-exec", 'e'}, {"judge", 'j'},
	    {"courier", 'c'}, {"courier-exec", 'x'}, {"copier", 'y'},
	    {"copier-exec", 'z'}};

/* What every role goes on doing. */
static bool can_work(void)
{
	int fd = open(file, O_RDONLY);
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return fd >= 0 && memory != MAP_FAILED && kill(getpid(), 0) == 0;
}

/* In the role's process: the number of the first act that went wrong, 0 when none did. */
static int try_all(const char *name, char letter)
{
	if (!sandbox_enter(name))
		return 254;
	for (size_t i = 0; i < ACTS; i++) {
		if (!strchr(act[i].refused, letter))
			continue;
		errno = 0;
		if (act[i].try() != -1 || errno != EPERM)
			return (int)i + 1;
	}
	return can_work() ? 0 : 253;
}

static void check(const char *name, char letter)
{
	int status = 0, wrong;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try_all(name, letter));
	waitpid(pid, &status, 0);
	wrong = WIFEXITED(status) ? WEXITSTATUS(status) : 252;
	ok(wrong == 0, "%s: every forbidden act is refused with EPERM, ordinary ones are not%s%s",
	   name, wrong ? ", but: " : "",
	   !wrong               ? ""
	   : wrong <= (int)ACTS ? act[wrong - 1].name
				: "no sandbox or no ordinary act");
}

/* abort() must still kill: the parent's hang detection sends SIGABRT, and asserts stay on. */
static void check_abort(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_enter("prober"))
			abort();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "a sandboxed process can abort");
}

int main(void)
{
#ifdef __SANITIZE_ADDRESS__
	printf("ok 1 - the sandbox # SKIP LeakSanitizer does not live under it\n1..1\n");
	return 0;
#endif
	int fd;

	if (!mkdtemp(folder))
		return 1;
	snprintf(file, sizeof file, "%s/file", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	fd = open(file, O_WRONLY | O_CREAT, 0600);
	close(fd);
	victim = fork();
	if (victim == 0) {
		pause();
		_exit(0);
	}
	for (size_t i = 0; i < sizeof role / sizeof *role; i++)
		check(role[i].name, role[i].letter);
	check_abort();
	ok(kill(victim, 0) == 0, "the neighbour lives");
	ok(!sandbox_enter("somebody"), "an unknown role gets no sandbox, and says so");
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	unlink(file);
	rmdir(folder);
	return done_testing();
}
