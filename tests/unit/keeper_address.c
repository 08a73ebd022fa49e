/* The secret that addresses are made of: made once, kept over restarts, made anew only when asked;
 * never while an older one may be on record. And what addresses look like. */
#include "../../core/board/address.h"
#include "../../core/keeper/board.h"
#include "../lib/keeper.h"

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char *ask(struct world *w, const char *request)
{
	text_clear(&w->to[END_CLIENT][1]);
	world_say(w, END_CLIENT, 1, request);
	return text_get(&w->to[END_CLIENT][1]);
}

static void made_once(void)
{
	struct world *w = world_new();

	ok(strstr(ask(w, "addresses - key=short"), "wrong=") != NULL, "a key is 64 digits");
	ask(w, "addresses - key=" KEY_A " by=ann");
	same(address_key(w->k->board), KEY_A, "who asks first brings the key");
	ask(w, "addresses - key=" KEY_B " by=bob");
	same(address_key(w->k->board), KEY_A, "who asks later does not");
	ask(w, "addresses - key=" KEY_B " by=bob renew=1");
	same(address_key(w->k->board), KEY_B, "unless he wants it so");
	world_free(w);
}

static void not_read(void)
{
	struct world *w = world_new();

	world_tell(w, END_PARENT, "start keeper resume=1");
	ok(strstr(ask(w, "addresses - key=" KEY_A), "wrong=") != NULL,
	   "none is made before the record was read");
	world_run(w, 60 * SECOND);
	ok(!w->k->resume.is_awaited && strstr(ask(w, "addresses - key=" KEY_A), "wrong=") != NULL &&
		   !*address_key(w->k->board),
	   "nor when it could not be read");
	world_free(w);
}

static void looks(void)
{
	char one[ADDRESS_BYTES], other[ADDRESS_BYTES], shared[ADDRESS_BYTES];
	struct text slug = {0};

	address_of(KEY_A, "job", one);
	address_of(KEY_B, "job", other);
	address_shared(KEY_A, shared);
	ok(strlen(one) == 36 && one[14] == '8' && strchr("89ab", one[19]), "a UUID, version 8: %s",
	   one);
	ok(!address_is(one, other) && !address_is(one, shared) && address_is(one, one),
	   "another key, another address");
	address_of(KEY_A, "job2", other);
	ok(strncmp(one, other, 8) != 0, "another name, too");
	address_slug(&slug, "--Nightly  Backup/DB (\xc3\xa9)!");
	same(text_get(&slug), "nightly-backup-db", "a slug");
	text_release(&slug);
}

int main(void)
{
	made_once();
	not_read();
	looks();
	return done_testing();
}
