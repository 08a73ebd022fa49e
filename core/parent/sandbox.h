/* parent/sandbox: what a role's process may never ask the kernel again.
 *
 * A deny-list of system calls (libseccomp) that answers EPERM; for each role one row of a table. It
 * needs no_new_privs and holds for the rest of the process's life, for everything it would start as
 * well. Called by each role for itself when it has opened what it needs and `go` has come; never by
 * the parent. */
#ifndef NINES_PARENT_SANDBOX_H
#define NINES_PARENT_SANDBOX_H

#include <stdbool.h>

/* `role`: "keeper", "recorder", "web", "prober" (pools general and blocking), "prober-exec"
 * (modules that run programs), "courier" (may append to files) and "courier-exec", "judge" (a
 * loader's child that looks into a module), "copier" (writes files of copies) and "copier-exec"
 * (runs hooks, too), "report" (the child of a report), "reporter" (starts that and nines-pdf,
 * writes files). True: it holds. False (said in the log): unknown role or no seccomp in this
 * kernel; the caller goes on without. Under LeakSanitizer, which cannot live with it, nothing is
 * done, and true comes back. */
bool sandbox_enter(const char *role);

#endif
