/* board/user: who may sign in: cards of the kinds `user`, `session` and `token`, and when they are
 * good.
 *
 * A user's card has `role`, `owner` and `hash` (of the password, argon2id). A session's and a
 * token's secret is nowhere kept: their cards carry its hash, whose beginning is their id. A token
 * has a `name` and a role of its own, a session the `user` that it is of. Pure; the keeper judges
 * changes by this, the web whoever asks. */
#ifndef NINES_BOARD_USER_H
#define NINES_BOARD_USER_H

#include "board.h"

#define USER_MOST       1000 /* users; and tokens */
#define USER_SESSIONS   16 /* of one user: a further one ends the oldest */
#define USER_NAME_BYTES 64
#define USER_PASSWORD_LEAST 10 /* characters of a password */
#define USER_ID_BYTES   32 /* of a secret's hash: the card's id */
#define USER_HASH_BYTES 64

#define SESSION_LIFE_US (INT64_C(7) * 24 * 3600 * 1000000)
#define SESSION_IDLE_US (INT64_C(12) * 3600 * 1000000)
#define SESSION_SEEN_US \
	(INT64_C(5) * 60 * 1000000) /* it is written down so often that one is used */

/* NULL, or in one sentence why nobody can be called so. */
const char *user_wrong_name(const char *name);
bool user_is_role(const char *role);
bool user_is_password_hash(const char *hash);
/* Lower case hexadecimal digits, of a secret. */
bool user_is_hash(const char *hash);

bool session_is_good(const struct card *, int64_t now_us);
bool token_is_good(const struct card *, int64_t now_us);
/* By the whole hash of the secret: the user that it is the session of; the token itself. NULL: the
 * secret opens nothing (any more). `session` (may be NULL) is the card of the session. */
const struct card *user_of_session(const struct board *, const char *hash, int64_t now_us,
				   const struct card **session);
const struct card *user_of_token(const struct board *, const char *hash, int64_t now_us);

#endif
