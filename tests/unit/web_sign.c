/* tests/unit/web_sign: whoever signs in costs one round of argon2id, known or not; what is no try
 * costs none (F55). */
#include <stdlib.h>

#include "../../core/web/desk.h"
#include "../../core/web/secret.h"
#include "../../core/web/visit.h"
#include "../lib/tap.h"

#define HASH "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaA"

static struct board *board_with_ann(void)
{
	static struct line l;
	static char at[] = "card ann kind=user version=1 at_us=1 first_us=1 by=x role=admin "
			   "hash=\"" HASH "\"";
	struct board *b = board_new();

	ok(!line_parse(&l, at, strlen(at)) && board_take(b, &l), "there is a user");
	return b;
}

/* How often the desk is asked by one try, and for which hash. */
static void try(const struct board *b, bool has_board, const char *name, const char *password,
		const char *wanted)
{
	struct site s = {.board = b, .has_board = has_board};
	struct visit_pair pair[] = {{"name", name}, {"password", password}};
	struct visit *v = visit_new(NULL, "/sign-in/");
	const struct route *r = route_find("POST", "/sign-in/", NULL, NULL);

	v->request.address = "192.0.2.1";
	v->field.at = pair;
	v->field.count = 2;
	r->answer(&s, &v->request, &v->answer);
	if (wanted)
		ok(v->password && !strcmp(v->password, password) && !strcmp(v->asked, wanted),
		   "'%s': the desk is asked once, for %s", name, *wanted ? "the hash" : "nobody's");
	else
		ok(!v->password && !v->asked && v->answer.status >= 400, "'%s' is no try: %u", name,
		   v->answer.status);
	visit_free(v);
}

static void hashes(void)
{
	char hash[128], one[SECRET_BYTES + 1], other[SECRET_BYTES + 1];
	char kept[SECRET_HASH_BYTES + 1], form[SECRET_HASH_BYTES + 1];

	ok(secret_start() && secret_hash_password(hash, "right horse") &&
		   secret_is_password(hash, "right horse") &&
		   !secret_is_password(hash, "right horsf") && !secret_is_password(hash, "") &&
		   !secret_is_password("", "right horse") && !strncmp(hash, "$argon2id$", 10),
	   "a password is known by its hash");
	secret_make(one);
	secret_make(other);
	ok(strlen(one) == SECRET_BYTES && strcmp(one, other), "no two secrets are the same");
	secret_hash(kept, one);
	secret_form(form, one);
	ok(strcmp(kept, form) && !secret_same(kept, form) && secret_same(form, form),
	   "what a form carries is not what a card keeps");
	ok(!secret_same("", "") && !secret_same(form, ""), "nothing is like nothing");
}

int main(void)
{
	struct board *b = board_with_ann();

	try(b, true, "ann", "right horse", HASH);
	try(b, true, "bob", "right horse", "");
	try(b, true, "ann", "", NULL);
	try(b, true, "<b>", "x", NULL);
	try(b, true, "", "x", NULL);
	try(b, false, "ann", "right horse", NULL);
	hashes();
	board_free(b);
	return done_testing();
}
