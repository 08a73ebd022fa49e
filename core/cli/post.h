/* cli/post: what the files of `nines post` share: its flags. post.c makes requests of them,
 * post_list.c shows what the keeper has. */
#ifndef NINES_CLI_POST_H
#define NINES_CLI_POST_H

#include "cli.h"

struct post_asked {
	bool json, draft, quiet, tell, all;
	const char *socket, *text, *title, *impact, *state, *start, *end, *length, *at, *until,
		*cause, *pages, *audiences, *remind, *update, *by;
};

/* `list`, `show ID`: all posts, or one with its updates. */
int post_list(const struct cli *, const void *asked, char **word);

#endif
