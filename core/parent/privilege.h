/* parent/privilege: giving up, for good, what root may do.
 *
 * The parent keeps its rights and does little with them; every role's process calls
 * privilege_drop() right after its exec, before it reads a byte from anybody. Also makes the folder
 * of the store without ever following a link that somebody else could have laid (F60). */
#ifndef NINES_PARENT_PRIVILEGE_H
#define NINES_PARENT_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "../base/text.h"

struct privilege {
	uid_t uid;
	gid_t gid;
	bool is_dropped;  /* become uid and gid; false: stay who we are */
	bool is_confined; /* the folder open on PRIVILEGE_ROOT_FD becomes / */
};

#define PRIVILEGE_ROOT_FD 4

/* The user called `name`, or when it is "": nines, else nobody. Not dropped when we are not root.
 * False: no such user. */
bool privilege_find(struct privilege *, const char *name, struct text *wrong);

/* Groups, user, capabilities, no_new_privs, no core, not dumpable, umask 077, dies with the parent.
 * Ends the process when any of it fails: a role never runs with more than it should. */
void privilege_drop(const struct privilege *);
/* Only what does not change the user: for the loader, which reads what only root may read. */
void privilege_harden(void);

/* The folder `path` open as O_PATH: made when missing, given to the user when it is new or empty
 * and ours. -1: *wrong says why. */
int privilege_folder(const char *path, const struct privilege *owner, struct text *wrong);

#endif
