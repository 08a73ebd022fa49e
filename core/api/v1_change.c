/* api/v1_change: operations that ask the keeper: changes, and lists that it alone has. See v1.h. */
#include <stdlib.h>
#include <string.h>

#include "../board/address.h"
#include "../base/memory.h"
#include "../page/admin.h"
#include "../web/json.h"
#include "../web/secret.h"
#include "v1.h"

static const char nobody[] = "the keeper does not answer: nines is starting or in trouble";

void v1_changed(const struct site *s, const struct request *r, struct answer *a,
		const struct line *end, void *state)
{
	const char *wrong = end ? line_find(end, "wrong") : nobody;
	json_t *j;

	(void)s, (void)state;
	if (wrong) {
		v1_problem(a, end ? 409 : 503, "%s", wrong);
		return;
	}
	j = json_pack("{so}", "text", json_safe(line_get(end, "text")));
	if (line_find(end, "id"))
		json_object_set_new(j, "id", json_safe(line_get(end, "id")));
	v1_answer(a, 200, j);
	(void)r;
}

static const struct card *find_person(const struct site *s, const char *kind, const char *name)
{
	for (size_t i = 0; i < board_count(s->board, kind); i++) {
		const struct card *c = board_at(s->board, kind, i);

		if (!strcmp(strcmp(kind, "token") ? c->id : card_get(c, "name"), name))
			return c;
	}
	return NULL;
}

static bool may_touch_person(const struct site *s, const struct request *r, const char *kind)
{
	const char *own = card_get(r->user, "owner");
	const struct card *c;

	if (!*own)
		return true; /* the keeper says whether there is one */
	c = find_person(s, kind, r->tail);
	return c && !strcmp(card_get(c, "owner"), own);
}

bool v1_reaches_post(const struct site *s, const struct request *r, const char *id)
{
	const struct card *c = board_find(s->board, "post", id);

	return !c || admin_reaches(s, r, r->route->act, card_get(c, "components"));
}

bool v1_may_touch(const struct site *s, const struct request *r, struct answer *a)
{
	const struct v1_operation *o = v1_operation_of(r);
	const char *tail = o->tail;
	bool is_person = tail && (!strcmp(tail, "user") || !strcmp(tail, "token"));

	if (is_person && !may_touch_person(s, r, tail)) {
		v1_problem(a, 404, "there is no %s of that name", tail);
		return false;
	}
	if (tail && o->verb && !strcmp(o->verb, "post") && !v1_reaches_post(s, r, r->tail)) {
		v1_problem(a, 404, "there is no post '%.60s'", r->tail);
		return false;
	}
	if (tail && !strcmp(tail, "claim") && !v1_claim_of(s, r)) {
		v1_problem(a, 404, "there is no claim '%.60s'", r->tail);
		return false;
	}
	if (!tail || strcmp(tail, "name") || v1_target(s, r, r->tail))
		return true;
	v1_problem(a, 404, "no check or service is called '%.200s'", r->tail);
	return false;
}

void v1_change(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};

	if (v1_may_touch(s, r, a) && v1_line(s, r, a, &line))
		route_ask(r, text_get(&line), v1_changed, NULL);
	text_release(&line);
}

/* ---- lists ---- */

static bool is_list(const char *key)
{
	return !strcmp(key, "services") || !strcmp(key, "to");
}

/* A word as a member: times as times, lists as arrays, numbers as numbers. */
static void add_word(json_t *j, const struct line_word *w)
{
	char key[64];
	int64_t n = 0;
	size_t size = w->key_size < sizeof key - 1 ? w->key_size : sizeof key - 1;
	bool is_number = text_to_int(w->value, &n);

	memcpy(key, w->key, size);
	key[size] = '\0';
	if (is_number && size > 3 && !strcmp(key + size - 3, "_us")) {
		key[size - 3] = '\0';
		json_object_set_new(j, key, json_time(n));
	} else if (is_list(key)) {
		json_object_set_new(j, key, json_lines(w->value));
	} else if (strcmp(key, "zone_bytes")) {
		json_object_set_new(j, key, is_number ? json_integer(n) : json_safe(w->value));
	}
}

static json_t *item_of(const struct line *l)
{
	json_t *j = json_object();

	json_object_set_new(j, "name", json_safe(line_name(l)));
	for (size_t i = 0; i < l->words; i++)
		if (l->word[i].key_size != 4 || memcmp(l->word[i].key, "name", 4))
			add_word(j, &l->word[i]);
	return j;
}

/* What is nobody's, or a target that the asker may see; a window, if he may see all of it. */
static bool is_seen(const struct site *s, const struct request *r, const struct line *l)
{
	const struct target *t = catalog_find(s->catalog, line_name(l));

	return (!t || permit(r->user, r->route->act, target_owner(s, t))) &&
	       admin_reaches(s, r, r->route->act, line_get(l, "services"));
}

struct listing {
	const struct site *site;
	const struct request *request;
	json_t *items;
};

static void take(const struct line *l, void *with)
{
	const struct listing *list = with;
	const struct v1_operation *o = v1_operation_of(list->request);

	if (strcmp(l->verb, o->takes) || (o->kind && strcmp(line_get(l, "kind"), o->kind)))
		return;
	if (is_seen(list->site, list->request, l))
		json_array_append_new(list->items, item_of(l));
}

void v1_each_heard(const struct request *r, void (*take_line)(const struct line *, void *with),
		   void *with)
{
	static struct line l; /* too large for a stack frame */
	char *copy = memory_text(r->heard ? r->heard : ""), *at = copy, *stop;

	for (; *at; at = stop + 1) {
		stop = strchrnul(at, '\n');
		if (!*stop || line_parse(&l, at, (size_t)(stop - at)))
			break;
		take_line(&l, with);
	}
	free(copy);
}

static void listed(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *state)
{
	struct listing list = {s, r, json_array()};

	(void)state;
	if (end)
		v1_each_heard(r, take, &list);
	v1_answer_list(a, list.items, NULL);
	if (!end)
		v1_problem(a, 503, "%s", nobody);
}

void v1_list(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};

	(void)s, (void)a;
	line_begin(&line, v1_operation_of(r)->verb, "-");
	line_end(&line);
	route_ask(r, text_get(&line), listed, NULL);
	text_release(&line);
}

/* ---- a window, which the keeper alone knows ---- */

struct search {
	const struct site *site;
	const struct request *request;
	bool is_others;
};

static void look_at(const struct line *l, void *with)
{
	struct search *search = with;

	if (!strcmp(line_name(l), search->request->tail) &&
	    !is_seen(search->site, search->request, l))
		search->is_others = true;
}

static void listed_windows(const struct site *s, const struct request *r, struct answer *a,
			   const struct line *end, void *state)
{
	struct search search = {.site = s, .request = r};

	(void)state;
	if (end)
		v1_each_heard(r, look_at, &search);
	if (!end)
		v1_problem(a, 503, "%s", nobody);
	else if (search.is_others)
		v1_problem(a, 404, "there is no maintenance '%.60s'", r->tail);
	else
		v1_change(s, r, a);
}

void v1_cancel(const struct site *s, const struct request *r, struct answer *a)
{
	if (*card_get(r->user, "owner"))
		route_ask(r, "maintenance -\n", listed_windows, NULL);
	else
		v1_change(s, r, a);
}

/* ---- secrets ---- */

/* The only time that it is told. */
static void made_token(const struct site *s, const struct request *r, struct answer *a,
		       const struct line *end, void *state)
{
	char hash[SECRET_HASH_BYTES + 1];

	v1_changed(s, r, a, end, NULL);
	if (a->status != 200)
		return;
	secret_hash(hash, state);
	hash[32] = '\0';
	v1_answer(a, 201,
		  json_pack("{ss, ss, so}", "id", hash, "token", (const char *)state, "text",
			    json_safe(line_get(end, "text"))));
	a->cache = "no-store";
	secret_forget(state);
}

void v1_make_token(const struct site *s, const struct request *r, struct answer *a)
{
	char hash[SECRET_HASH_BYTES + 1], *secret = memory_new(SECRET_BYTES + 1);
	struct text line = {0}, whole = {0};

	if (!v1_line(s, r, a, &line)) {
		text_release(&line);
		free(secret);
		return;
	}
	secret_make(secret);
	secret_hash(hash, secret);
	/* "token-add - ..." gets the id and the hash that only this process knows of. */
	text_printf(&whole, "token-add %.32s hash=%s", hash, hash);
	text_puts(&whole, strchr(strchr(line.at, ' ') + 1, ' '));
	route_ask(r, whole.at, made_token, secret);
	text_release(&line);
	text_release(&whole);
}

void v1_renew(const struct site *s, const struct request *r, struct answer *a)
{
	char first[SECRET_BYTES + 1], key[SECRET_HASH_BYTES + 1];
	struct text line = {0};

	(void)s;
	if (*card_get(r->user, "owner")) {
		v1_problem(a, 403,
			   "the addresses of all owners would be others: "
			   "ask who has none");
		return;
	}
	secret_make(first);
	secret_hash(key, first);
	line_begin(&line, "addresses", "-");
	line_add(&line, "key", key);
	line_add_int(&line, "renew", 1);
	v1_add_asker(r, &line);
	line_end(&line);
	route_ask(r, text_get(&line), v1_changed, NULL);
	secret_forget(first);
	secret_forget(line.at);
	text_release(&line);
}
