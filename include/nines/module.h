/* nines/module.h: what modules of every kind share: the descriptor's head and the options it
 * declares.
 *
 * A module is a shared object that exports one constant, `module_entry`, and runs no code of its
 * own before the host has judged that constant: a regular file that others cannot write,
 * dlopen(RTLD_NOW | RTLD_LOCAL), the ABI number, the size, kind and name (the name of the file),
 * the option table. Include check.h, notifier.h or report.h, never this file alone.
 *
 * Changes of the ABI. New members go at the end of a struct and do not change the number: the host
 * reads only `size` bytes. The number changes when a meaning does.
 *   1  2026-11  first
 */
#ifndef NINES_MODULE_H
#define NINES_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODULE_ABI 1

enum module_kind { MODULE_CHECK = 1, MODULE_NOTIFIER = 2, MODULE_REPORT = 3 };

/* How the text of an option becomes a member of the module's options struct. */
enum option_type {
	OPTION_TYPE_TEXT = 1, /* const char *, never NULL */
	OPTION_TYPE_HOST,     /* const char *: a name or an address, checked for its form */
	OPTION_TYPE_INT,      /* int64_t */
	OPTION_TYPE_NUMBER,   /* double */
	OPTION_TYPE_BOOL,     /* bool: true false yes no on off */
	/* int64_t microseconds: 10s 5m 4h 1d 250ms; a bare number is seconds */
	OPTION_TYPE_DURATION,
	OPTION_TYPE_CHOICE,   /* int64_t: the place in `range`, "none|starttls|implicit" */
	OPTION_TYPE_LIST,     /* const char *const *, NULL-terminated: several texts */
	/* const char *: scheme://host..., checked for its form; `range`: the schemes it may have */
	OPTION_TYPE_URL,
	OPTION_TYPE_FILE,     /* const char *: a path the module reads itself */
	OPTION_TYPE_CRON,     /* const char *: the five fields of crontab(5), probe_next_cron() */
	OPTION_TYPE_ZONE,     /* const char *: a time zone, "UTC" or "Europe/Berlin" */
};

enum option_flags {
	OPTION_IS_REQUIRED = 1, /* no default: leaving it out is an error of the configuration */
	/* in files only as file:PATH, env:NAME or credential:NAME; never printed */
	OPTION_IS_SECRET = 2,
	/* a list, address or CIDR block the keeper expands: one probe an item (probe_item) */
	OPTION_IS_ITEMS = 4,
	/* becomes a part of a line that is sent: a text with a control character is refused */
	OPTION_IS_LINE = 8,
	/* a list of texts in which the module reads \r \n \t \\ \xNN as bytes: what the quotes of a
	 * file have already made a control character comes as such an escape again */
	OPTION_HAS_ESCAPES = 16,
	/* a text: what `nines check MODULE://host/PATH` gives behind the host and its slash. A
	 * module without such an option gets it, slash and all, as its option `path` */
	OPTION_IS_PATH = 32,
};

/* One option. `standard` is the default as a text (NULL: required or zero). `range` is "low..high"
 * for numbers and durations, "a|b|c" for a choice and the schemes of a URL, NULL for anything. */
struct module_option {
	const char *name; /* lower case and '-'; NULL ends the table */
	const char *standard, *range, *help;
	uint32_t type, flags;
	size_t offset; /* of the member in the options struct */
};

#define OPTION_(struct_, member_, name_, type_, standard_, range_, flags_, help_) \
	{.name = name_, .standard = standard_, .range = range_, .help = help_,    \
	 .type = type_, .flags = flags_, .offset = offsetof(struct_, member_)}

/* The ordinary forms; a member `server_name` is the option `server-name`: give the name where the
 * two differ. */
#define OPTION_TEXT(s, m, standard, help) \
	OPTION_(s, m, #m, OPTION_TYPE_TEXT, standard, NULL, 0, help)
#define OPTION_LINE(s, m, standard, help) \
	OPTION_(s, m, #m, OPTION_TYPE_TEXT, standard, NULL, OPTION_IS_LINE, help)
#define OPTION_HOST(s, m, help) \
	OPTION_(s, m, #m, OPTION_TYPE_HOST, NULL, NULL, OPTION_IS_REQUIRED, help)
#define OPTION_URL(s, m, help) \
	OPTION_(s, m, #m, OPTION_TYPE_URL, NULL, NULL, OPTION_IS_REQUIRED, help)
#define OPTION_INT(s, m, standard, range, help) \
	OPTION_(s, m, #m, OPTION_TYPE_INT, #standard, range, 0, help)
#define OPTION_BOOL(s, m, standard, help) \
	OPTION_(s, m, #m, OPTION_TYPE_BOOL, #standard, NULL, 0, help)
#define OPTION_DURATION(s, m, standard, range, help) \
	OPTION_(s, m, #m, OPTION_TYPE_DURATION, standard, range, 0, help)
#define OPTION_CHOICE(s, m, standard, choices, help) \
	OPTION_(s, m, #m, OPTION_TYPE_CHOICE, standard, choices, 0, help)
#define OPTION_LIST(s, m, standard, help) \
	OPTION_(s, m, #m, OPTION_TYPE_LIST, standard, NULL, 0, help)
#define OPTION_SECRET(s, m, help) \
	OPTION_(s, m, #m, OPTION_TYPE_TEXT, "", NULL, OPTION_IS_SECRET, help)
/* A TCP or UDP port; `standard` 0: required. */
#define OPTION_PORT(s, m, standard, help)                                                    \
	OPTION_(s, m, #m, OPTION_TYPE_INT, (standard) ? #standard : NULL, "1..65535",        \
		(standard) ? 0 : OPTION_IS_REQUIRED, help)
#define OPTION_END {.name = NULL}

enum module_flags {
	/* calls a library that blocks: its probes run one at a time in probers of their own */
	MODULE_BLOCKS = 1,
	/* runs programs: probers of their own, without the sandbox's ban on exec */
	MODULE_NEEDS_EXEC = 2,
	/* never dials by schedule: runs when a line comes in, or when none came in time */
	MODULE_IS_PASSIVE = 4,
	/* a notifier that asks for letter_attachments(); others get the short form of a report and
	 * where the rest is */
	MODULE_TAKES_FILES = 8,
};

/* The head of every descriptor; check.h, notifier.h and report.h add what their kind needs behind
 * it. */
struct module_head {
	uint32_t abi, size; /* MODULE_ABI; bytes of the whole descriptor */
	uint32_t kind, flags;
	const char *name, *summary;
	const struct module_option *option; /* ends with OPTION_END */
	size_t options_size;                /* bytes of the options struct */
};

#define MODULE_EXPORT __attribute__((visibility("default")))

#endif
