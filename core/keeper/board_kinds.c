/* keeper/board_kinds: what each kind of card brings: its requests, and what is to be done each
 * second. See board.h. */
#include "board.h"
#include "post.h"
#include "subscriber.h"
#include "user.h"

const struct board_request board_request[] = {
	{"post", posts_ask},
	{"addresses", address_ask},
	{"user-add", users_ask},
	{"user-change", users_ask},
	{"user-remove", users_ask},
	{"users", users_ask},
	{"session-open", users_ask},
	{"session-seen", users_ask},
	{"session-close", users_ask},
	{"token-add", users_ask},
	{"token-remove", users_ask},
	{"tokens", users_ask},
	{"subscribe", subscriber_ask},
	{"subscribe-confirm", subscriber_ask_confirm},
	{"subscriber-change", subscriber_ask_change},
	{"subscriber-remove", subscriber_ask_remove},
	{"subscriber-delete", subscriber_ask_delete},
	{"request", request_ask},
	{"request-close", request_ask_close},
	{"claim", claim_ask},
	{"claim-judge", claim_ask_judge},
	{NULL, NULL},
};

void (*const board_second[])(struct keeper *) = {
	posts_watch,
	users_second,
	subscribers_watch,
	NULL,
};
