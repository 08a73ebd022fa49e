/* api/v1_user: users are made and changed, their passwords too. A password goes to the web's desk
 * (web/desk.h) and nowhere else: the keeper, the record and the trace see its hash. See v1.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/secret.h"
#include "v1.h"

/* `state`: the line for the keeper, as far as it is known. */
static void hashed(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *state)
{
	const char *hash = end ? line_get(end, "hash") : "";
	struct text line = {0};

	(void)s;
	if (!permit(r->user, r->route->act, "")) { /* meanwhile he may be nobody */
		v1_problem(a, 403, "this token may not do that any more");
		return;
	}
	if (!*hash) {
		v1_problem(a, 503,
			   "too many passwords are being worked out: try again in a moment");
		a->retry_after_s = 5;
		return;
	}
	text_puts(&line, state);
	line_add(&line, "hash", hash);
	line_end(&line);
	route_ask(r, text_get(&line), v1_changed, NULL);
	text_release(&line);
}

void v1_user(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};
	char *password;

	if (!v1_may_touch(s, r, a) || !v1_line(s, r, a, &line)) {
		text_release(&line);
		return;
	}
	password = v1_password(r);
	if (password) {
		line.at[line.size - 1] = '\0'; /* its newline: the hash comes behind */
		route_hash_password(r, password, hashed, memory_text(line.at));
		secret_forget(password);
	} else {
		route_ask(r, text_get(&line), v1_changed, NULL);
	}
	free(password);
	text_release(&line);
}
