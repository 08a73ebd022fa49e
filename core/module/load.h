/* module/load: from a file on disk to a judged descriptor.
 *
 * Order of judgement: regular file, owned by root or us, not writable by others -> private sealed
 * copy -> dlopen(NOW | LOCAL) -> `module_entry` -> ABI -> size -> kind -> name = file name ->
 * option table. Each refusal is one sentence with the path and a remedy. Constructors run inside
 * dlopen, so whoever must survive a bad module asks module_judge(), which does it all in a child.
 * module_copy() is called by the parent and the loader, module_open() by probers, couriers and
 * `nines check`, never by the keeper, the recorder or the web. */
#ifndef NINES_MODULE_LOAD_H
#define NINES_MODULE_LOAD_H

#include <nines/check.h>
#include <nines/notifier.h>
#include <nines/report.h>

#include "../base/text.h"

#define MODULE_MAGIC 0x6d6f6475u
#define MODULE_FILE_BYTES (64 << 20)
#define MODULE_JUDGE_SECONDS 5

struct module {
	uint32_t magic;
	const struct module_head *head; /* of the copy below */
	const struct check_module *check; /* NULL when it is of another kind */
	const struct notifier_module *notifier;
	const struct report_module *report;
	char build[17];
	char name[64];
	void *handle; /* of dlopen */
	int fd;
	union { /* the descriptor, widened with zeros when the module is older than the host */
		struct check_module check;
		struct notifier_module notifier;
		struct report_module report;
	} copy;
};

/* The sealed memfd with the file's content, `build` its hash (16 hex digits). -1: why is in
 * *refusal. */
int module_copy(const char *path, char build[17], struct text *refusal);

/* Takes over `fd` (closed on refusal too). NULL: why is in *refusal. Runs the module's constructors
 * in this process. */
struct module *module_open(int fd, const char *name, enum module_kind, struct text *refusal);

void module_free(struct module *);

/* Judges in a child with a deadline of MODULE_JUDGE_SECONDS. Adds the line `module NAME kind=
 * flags= summary= path= build= ...` and one line `option NAME module= type= ...` for each option;
 * on refusal (false) only `module NAME path= refused=`. */
bool module_judge(const char *path, enum module_kind, struct text *lines);

/* Lets a module judge the checks that `define` lines make of it, or the channels and addresses of
 * `channel` lines, in such a child: adds the lines of review.h. False: it gave no complete answer.
 */
bool module_review(const char *path, enum module_kind, const struct text *defines,
		   struct text *lines);

/* "banner" of ".../banner.so"; false when the file name is none of a module. */
bool module_name_of(const char *path, char name[64]);

/* "check" "notifier" "report"; NULL for no kind. 0 for no name. */
const char *module_kind_name(uint32_t kind);
enum module_kind module_kind_of(const char *name);

#endif
