/* parent/sandbox: see sandbox.h. The rows below are the whole policy. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/sanitizer.h"

enum denial {
	DENY_KERNEL = 1,  /* what no role ever needs */
	DENY_EXEC = 2,    /* other programs */
	DENY_FORK = 4,    /* new processes */
	DENY_CHANGE = 8,  /* changing folders, names, rights, lengths of files */
	DENY_SOCKET = 16, /* any new socket */
	DENY_INET = 32,   /* sockets into the network */
	DENY_KILL = 64,   /* signals to others */
	DENY_OPEN = 128,  /* opening files to write */
	DENY_WRITE = DENY_CHANGE | DENY_OPEN,
};

static const struct {
	const char *name;
	unsigned denials;
} role[] = {
	{"keeper", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_WRITE | DENY_SOCKET | DENY_KILL},
	{"recorder", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_INET | DENY_KILL},
	{"web", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_WRITE | DENY_INET | DENY_KILL},
	{"prober", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_WRITE | DENY_KILL},
	{"prober-exec", DENY_KERNEL},
	{"courier", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_CHANGE | DENY_KILL},
	{"courier-exec", DENY_KERNEL},
	{"copier", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_INET | DENY_KILL},
	{"copier-exec", DENY_KERNEL},
	{"reporter", DENY_KERNEL | DENY_INET},
	{"report", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_WRITE | DENY_SOCKET | DENY_KILL},
	{"judge", DENY_KERNEL | DENY_EXEC | DENY_FORK | DENY_WRITE | DENY_SOCKET | DENY_KILL},
};

static const char *const kernel_calls[] = {
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "mount",
	"umount2", "move_mount", "fsopen", "fsmount", "fsconfig", "fspick", "open_tree",
	"mount_setattr", "pivot_root", "chroot", "kexec_load", "kexec_file_load", "init_module",
	"finit_module", "delete_module", "reboot", "swapon", "swapoff", "settimeofday",
	"clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "bpf",
	"perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "setns", "unshare",
	"io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at",
	"name_to_handle_at", "personality", "acct", "quotactl", "syslog", "iopl", "ioperm",
	"pidfd_getfd", "fanotify_init", "lookup_dcookie", "mbind", "migrate_pages", "move_pages",
	"set_mempolicy", "vhangup", "nfsservctl", "modify_ldt", "uselib", "ustat", NULL};
static const char *const exec_calls[] = {"execve", "execveat", NULL};
static const char *const fork_calls[] = {"fork", "vfork", "clone", "clone3", NULL};
static const char *const write_calls[] = {
	"creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat",
	"symlink", "symlinkat", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown",
	"fchownat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "truncate", "ftruncate",
	"fallocate", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr",
	"fremovexattr", "utime", "utimes", "utimensat", "futimesat", "openat2", NULL};
static const char *const socket_calls[] = {"socket", NULL};
static const char *const kill_calls[] = {
	"tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal", "pidfd_open", NULL};

static const struct {
	unsigned denial;
	const char *const *call;
} list[] = {
	{DENY_KERNEL, kernel_calls}, {DENY_EXEC, exec_calls}, {DENY_FORK, fork_calls},
	{DENY_CHANGE, write_calls}, {DENY_SOCKET, socket_calls}, {DENY_KILL, kill_calls},
};

static bool deny(scmp_filter_ctx filter, const char *name, const struct scmp_arg_cmp *arg,
		 unsigned args)
{
	int call = seccomp_syscall_resolve_name(name);
	int result;

	if (call == __NR_SCMP_ERROR || call < 0)
		return true; /* this machine has no such call */
	result = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, args, arg);
	return result == 0 || result == -EACCES;
}

static bool deny_list(scmp_filter_ctx filter, const char *const *name)
{
	bool is_fine = true;

	for (; *name; name++)
		is_fine = deny(filter, *name, NULL, 0) && is_fine;
	return is_fine;
}

/* Opening for writing, in each of its spellings: both ways to write, making, cutting. */
static bool deny_write_open(scmp_filter_ctx filter)
{
	static const scmp_datum_t flag[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
	struct scmp_arg_cmp arg;
	bool is_fine = true;

	for (size_t i = 0; i < sizeof flag / sizeof *flag; i++) {
		arg = SCMP_A1(SCMP_CMP_MASKED_EQ, flag[i], flag[i]);
		is_fine = deny(filter, "open", &arg, 1) && is_fine;
		arg = SCMP_A2(SCMP_CMP_MASKED_EQ, flag[i], flag[i]);
		is_fine = deny(filter, "openat", &arg, 1) && is_fine;
	}
	return is_fine;
}

static bool deny_inet(scmp_filter_ctx filter)
{
	static const int family[] = {AF_INET, AF_INET6, AF_PACKET, AF_NETLINK};
	bool is_fine = true;

	for (size_t i = 0; i < sizeof family / sizeof *family; i++) {
		struct scmp_arg_cmp arg = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family[i]);

		is_fine = deny(filter, "socket", &arg, 1) && is_fine;
	}
	return is_fine;
}

/* abort() and the parent's SIGABRT go to the process itself: only other targets are refused. */
static bool deny_kill(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp other = SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid());

	return deny(filter, "kill", &other, 1) && deny(filter, "tgkill", &other, 1);
}

static bool fill(scmp_filter_ctx filter, unsigned denials)
{
	bool is_fine = true;

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (denials & list[i].denial)
			is_fine = deny_list(filter, list[i].call) && is_fine;
	if (denials & DENY_OPEN)
		is_fine = deny_write_open(filter) && is_fine;
	if (denials & DENY_INET)
		is_fine = deny_inet(filter) && is_fine;
	if (denials & DENY_KILL)
		is_fine = deny_kill(filter) && is_fine;
	return is_fine;
}

static bool load(const char *name, unsigned denials)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int result = -ENOMEM;
	bool is_full = false;

	if (filter) {
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
		is_full = fill(filter, denials);
		result = seccomp_load(filter);
		seccomp_release(filter);
	}
	if (result)
		log_say("no sandbox for '%s': %s", name, log_errno(-result));
	else if (!is_full)
		log_say("the sandbox for '%s' is not whole: libseccomp refused a rule", name);
	return result == 0 && is_full;
}

#if HAS_SANITIZER
/* Asked by LeakSanitizer before it looks: in a root folder of its own a process has no /proc. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return access("/proc/self/task", R_OK) != 0;
}
#endif

bool sandbox_enter(const char *name)
{
	if (HAS_SANITIZER)
		return true;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		log_say("no sandbox for '%s': %s", name, log_errno(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof role / sizeof *role; i++)
		if (!strcmp(role[i].name, name))
			return load(name, role[i].denials);
	log_say("no sandbox for '%s': no such role", name);
	return false;
}
