/* base/log: what a process says about itself, one line each on standard error.
 *
 * The form is `nines: ROLE: what failed: remedy`. Text of strangers is made safe by text_add_safe()
 * before it comes here; formats are constants. Never used for results: those are lines (line.h). */
#ifndef NINES_BASE_LOG_H
#define NINES_BASE_LOG_H

/* The word behind `nines:`; `role` must stay. NULL: none (the command line). */
void log_role(const char *role);
void log_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As log_say(), then exit(status). */
void log_die(int status, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* The name of an errno without strerror's locale and threads trouble: "connection refused". Valid
 * until the next call. */
const char *log_errno(int number);

#endif
