/* fiber/exec: see exec.h. */
#include "exec.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../prober/probe.h"
#include "exec_process.h"

#define PROGRAM_MAGIC 0x65786563u
#define READ_BYTES    65536 /* of one pipe in one turn: a flood must not hold the loop */
#define AGAIN_US      10000 /* what was killed takes a moment to die */
#define CLOSE_SWEEPS  100

/* One pipe of the program, read here. */
struct pipe_end {
	struct loop_watch watch; /* first; fd -1: closed */
	struct program *program;
	size_t size;
	char bytes[EXEC_OUTPUT_BYTES];
};

struct program {
	struct loop_watch
		watch; /* first: of the pidfd, ready when the child has ended; fd -1: none */
	uint32_t magic;
	struct exec_host *host;
	struct program *next, *last;
	struct probe *probe; /* NULL: the probe is gone, only the child's end is awaited */
	pid_t pid;
	bool has_ended;
	int wait_status;
	struct pipe_end out, err;
};

struct exec_host {
	struct loop *loop;
	struct program *first;
	struct loop_timer again;
};

static char drain[READ_BYTES];

/* ---- the end ---- */

static void close_pipe(struct pipe_end *e)
{
	if (e->watch.fd < 0)
		return;
	loop_remove(e->program->host->loop, &e->watch);
	close(e->watch.fd);
	e->watch.fd = -1;
}

static void program_free(struct program *g)
{
	*(g->last ? &g->last->next : &g->host->first) = g->next;
	if (g->next)
		g->next->last = g->last;
	close_pipe(&g->out);
	close_pipe(&g->err);
	if (g->watch.fd >= 0) {
		loop_remove(g->host->loop, &g->watch);
		close(g->watch.fd);
	}
	g->magic = 0;
	free(g);
}

static bool is_program(pid_t pid, const void *with)
{
	const struct program *g = with;

	while (g && (g->has_ended || g->pid != pid))
		g = g->next;
	return g;
}

static void kill_orphans(struct exec_host *h)
{
	if (exec_kill_orphans(is_program, h->first))
		loop_set(h->loop, &h->again, clock_mono_us() + AGAIN_US);
}

static void look_again(struct loop_timer *t)
{
	kill_orphans((struct exec_host *)((char *)t - offsetof(struct exec_host, again)));
}

/* The leader may have gone to another group. */
static void kill_program(const struct program *g)
{
	kill(-g->pid, SIGKILL);
	kill(g->pid, SIGKILL);
}

/* The group is killed before its leader is reaped: so long its number can belong to nobody else. */
static bool reap(struct program *g)
{
	siginfo_t seen = {0};

	if (g->has_ended)
		return true;
	if (waitid(P_PID, (id_t)g->pid, &seen, WEXITED | WNOHANG | WNOWAIT) < 0 || !seen.si_pid)
		return false;
	kill_program(g);
	g->has_ended = waitpid(g->pid, &g->wait_status, WNOHANG) == g->pid;
	if (g->has_ended)
		kill_orphans(g->host);
	return g->has_ended;
}

/* ---- the pipes ---- */

static void take_output(struct pipe_end *e)
{
	size_t taken = 0;
	ssize_t n;

	while (e->watch.fd >= 0 && taken < READ_BYTES) {
		bool is_full = e->size == sizeof e->bytes;

		n = read(e->watch.fd, is_full ? drain : e->bytes + e->size,
			 is_full ? sizeof drain : sizeof e->bytes - e->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_pipe(e);
			return;
		}
		taken += (size_t)n;
		if (!is_full)
			e->size += (size_t)n;
	}
}

static void pipe_ready(struct loop_watch *w, uint32_t events)
{
	(void)events;
	take_output((struct pipe_end *)w);
}

static void child_ready(struct loop_watch *w, uint32_t events)
{
	struct program *g = (struct program *)w;

	(void)events;
	assert(g->magic == PROGRAM_MAGIC);
	if (!reap(g))
		return;
	if (g->probe)
		probe_wake(g->probe);
	else
		program_free(g);
}

/* ---- starting ---- */

static bool watch_pipe(struct program *g, struct pipe_end *e, int fd)
{
	e->program = g;
	e->watch.ready = pipe_ready;
	if (loop_add(g->host->loop, &e->watch, fd, EPOLLIN))
		return true;
	e->watch.fd = -1;
	return false;
}

static struct exec_host *host_of(struct probe_host *probes)
{
	struct exec_host *h = probes->exec;

	if (h)
		return h;
	h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	h->loop = probes->loop;
	h->again.fire = look_again;
	if (!exec_adopt_orphans())
		log_say("programs may leave others behind: %s", log_errno(errno));
	return probes->exec = h;
}

void exec_host_free(struct exec_host *h)
{
	if (!h)
		return;
	for (int i = 0; i < CLOSE_SWEEPS && exec_kill_orphans(is_program, h->first); i++)
		usleep(1000);
	loop_stop_timer(h->loop, &h->again);
	free(h);
}

static struct program *program_new(struct probe *p)
{
	struct exec_host *h = host_of(p->host);
	struct program *g = h ? calloc(1, sizeof *g) : NULL;

	if (!g)
		return NULL;
	g->magic = PROGRAM_MAGIC;
	g->host = h;
	g->next = h->first;
	if (g->next)
		g->next->last = g;
	h->first = g;
	g->probe = p;
	g->watch.ready = child_ready;
	g->watch.fd = g->out.watch.fd = g->err.watch.fd = -1;
	return g;
}

static int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0u);
}

/* True when the child runs. The pipes' other ends and /dev/null are the caller's to close. */
static bool start(struct program *g, struct launch *l)
{
	int fd;

	g->pid = exec_launch(l);
	if (g->pid < 0)
		return probe_unknown(g->probe, "cannot start a process: %s", log_errno(errno));
	fd = pidfd_of(g->pid);
	if (fd >= 0 && loop_add(g->host->loop, &g->watch, fd, EPOLLIN))
		return true;
	probe_unknown(g->probe, "cannot watch a process: %s", log_errno(errno));
	kill_program(g);
	waitpid(g->pid, &g->wait_status, 0); /* just killed and never run for long */
	g->has_ended = true;
	if (fd >= 0)
		close(fd);
	g->watch.fd = -1;
	return false;
}

static void close_all(const int *fd, int n)
{
	for (int i = 0; i < n; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* What it reads: a file in memory, so that nothing waits for a program that does not read. */
static int make_input(const void *bytes, size_t size)
{
	int fd = size ? memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING)
		      : open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && size &&
	    (pwrite(fd, bytes, size, 0) != (ssize_t)size ||
	     fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool start_with_pipes(struct program *g, struct launch *l, int in)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	bool runs = false;

	if (in < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
		probe_unknown(g->probe, "cannot start a process: %s", log_errno(errno));
		close_all((int[]){in, out[0], out[1]}, 3);
		return false;
	}
	l->in = in;
	l->out = out[1];
	l->err = err[1];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	if (!watch_pipe(g, &g->out, out[0]) || !watch_pipe(g, &g->err, err[0]))
		probe_unknown(g->probe, "cannot start a process: %s", log_errno(errno));
	else
		runs = start(g, l);
	close_all((int[]){in, out[1], err[1], g->out.watch.fd < 0 ? out[0] : -1,
			  g->err.watch.fd < 0 ? err[0] : -1},
		  5);
	return runs;
}

/* ---- the probe's side ---- */

/* Length of a valid UTF-8 sequence, 0 when there is none (RFC 3629). */
static size_t utf8_bytes(const unsigned char *s, size_t size)
{
	size_t n = s[0] < 0x80   ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (!n || n > size || !s[0])
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

void exec_add_utf8(struct text *t, const char *bytes, size_t size, size_t most)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t limit = t->size + most, n, adds;

	for (size_t i = 0; i < size; i += n ? n : 1) {
		n = utf8_bytes(s + i, size - i);
		adds = n ? n : 3;
		if (t->size + adds > limit)
			return;
		text_add(t, n ? (const char *)s + i : "\xef\xbf\xbd", adds);
	}
}

static const char *keep_output(struct probe *p, const struct pipe_end *e, size_t *size)
{
	struct text t = {0};
	char *kept;

	exec_add_utf8(&t, e->bytes, e->size, EXEC_OUTPUT_BYTES);
	kept = probe_alloc(p, t.size + 1);
	if (kept)
		memcpy(kept, text_get(&t), t.size);
	*size = kept ? t.size : 0;
	text_release(&t);
	return kept ? kept : "";
}

static void fill_in(struct probe *p, const struct program *g, struct probe_exec_answer *answer)
{
	size_t unused;

	if (WIFSIGNALED(g->wait_status))
		answer->signal = WTERMSIG(g->wait_status);
	else
		answer->status = WEXITSTATUS(g->wait_status);
	answer->output = keep_output(p, &g->out, &answer->output_bytes);
	answer->error = keep_output(p, &g->err, &unused);
}

static void wait_for_end(struct program *g)
{
	while (!g->has_ended && probe_park(g->probe))
		;
	if (!g->has_ended)
		return;
	take_output(&g->out);
	take_output(&g->err);
}

/* A killed child that is not yet dead (it may be stuck in the kernel) is reaped by the loop later.
 */
static void let_go(struct program *g)
{
	if (!g->has_ended && g->watch.fd >= 0) {
		kill_program(g);
		if (!reap(g)) {
			g->probe = NULL;
			close_pipe(&g->out);
			close_pipe(&g->err);
			return;
		}
	}
	program_free(g);
}

static bool may_run(struct probe *p, const char *const *argv)
{
	if (!probe_may_go_on(p))
		return false;
	if (!p->host->may_exec)
		return probe_unknown(
			p, "module '%s' may not run programs: it does not say MODULE_NEEDS_EXEC",
			p->order.module->head.name);
	if (!argv[0] || argv[0][0] != '/')
		return probe_unknown(p, "'%s' is no absolute path", argv[0] ? argv[0] : "");
	return true;
}

bool probe_exec_with(struct probe *p, const char *const *argv, const char *const *environment,
		     const void *input, size_t input_bytes, struct probe_exec_answer *answer)
{
	static const char *const standard[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
					       "LANG=C", NULL};
	struct launch l = {.argv = argv,
			   .environment = environment ? environment : standard,
			   .parent = getpid()};
	struct program *g;

	*answer = (struct probe_exec_answer){.output = "", .error = ""};
	if (!may_run(p, argv))
		return false;
	l.cpu_s = (rlim_t)(probe_left_us(p) / CLOCK_SECOND + 2);
	g = program_new(p);
	if (!g)
		return probe_unknown(p, "no memory to start a process");
	if (start_with_pipes(g, &l, make_input(input, input_bytes))) {
		wait_for_end(g);
		if (l.error)
			probe_unknown(p, "cannot run '%s': %s", argv[0], log_errno(l.error));
		else if (g->has_ended)
			fill_in(p, g, answer);
	}
	let_go(g);
	return probe_ok(p);
}

bool probe_exec(struct probe *p, const char *const *argv, const char *const *environment,
		struct probe_exec_answer *answer)
{
	return probe_exec_with(p, argv, environment, NULL, 0, answer);
}
