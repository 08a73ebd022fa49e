/* api/v1: what operations share: answers, who may see what, and bodies made into lines. See v1.h.
 */
#include "v1.h"

#include <stdarg.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../board/user.h"
#include "../page/admin.h"
#include "../web/json.h"
#include "../web/problem.h"
#include "../web/secret.h"

#define DEPTH_WRONG "the body is no JSON object"
#define TEXT_BYTES  20000

/* ---- answers ---- */

void v1_answer(struct answer *a, unsigned status, json_t *j)
{
	text_clear(&a->body);
	json_write(&a->body, j);
	a->status = status;
	a->type = "application/json";
}

void v1_problem(struct answer *a, unsigned status, const char *format, ...)
{
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	problem_answer(a, status, text_get(&t));
	text_release(&t);
}

void v1_answer_list(struct answer *a, json_t *items, const char *next)
{
	v1_answer(a, 200,
		  json_pack("{so, so}", "items", items, "next",
			    next && *next ? json_safe(next) : json_null()));
}

/* ---- what is asked ---- */

const struct target *v1_target(const struct site *s, const struct request *r, const char *name)
{
	const struct target *t = catalog_find(s->catalog, name);

	return t && permit(r->user, r->route->act, target_owner(s, t)) ? t : NULL;
}

bool v1_time(const struct request *r, struct answer *a, const char *key, int64_t otherwise_us,
	     int64_t *us)
{
	const char *given = request_query(r, key);

	*us = otherwise_us;
	if (!*given || clock_parse_utc(given, us))
		return true;
	v1_problem(a, 400, "%s: '%.60s' is no time: write 2026-11-22T09:00:00Z", key, given);
	return false;
}

bool v1_limit(const struct request *r, struct answer *a, size_t *limit)
{
	const char *given = request_query(r, "limit");
	int64_t n = V1_LIMIT;

	if (*given && (!text_to_int(given, &n) || n < 1 || n > V1_LIMIT_MOST)) {
		v1_problem(a, 400, "limit: '%.60s' is no number from 1 to 1000", given);
		return false;
	}
	*limit = (size_t)n;
	return true;
}

/* A token's name says more than its id. */
void v1_add_asker(const struct request *r, struct text *line)
{
	const char *name = r->user ? card_get(r->user, "name") : "";

	line_add(line, "by", *name ? name : r->user ? r->user->id : "");
}

/* ---- bodies ---- */

struct body {
	const struct site *site;
	const struct request *request;
	struct answer *answer;
	const struct v1_operation *operation;
	json_t *json;
};

static const char *text_of(const struct body *b, const char *name)
{
	const char *text = json_string_value(json_object_get(b->json, name));

	return text ? text : "";
}

static bool refuse(const struct body *b, const struct v1_field *f, const char *why)
{
	v1_problem(b->answer, 400, "%s: %s", f->name, why);
	return false;
}

static bool is_choice(const char *choices, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = choices; size && (at = strstr(at, word)); at += size)
		if ((at == choices || at[-1] == ' ') && (!at[size] || at[size] == ' '))
			return true;
	return false;
}

static bool add_text(const struct body *b, const struct v1_field *f, json_t *v, struct text *line)
{
	const char *text = json_string_value(v);

	if (!text || strlen(text) > TEXT_BYTES)
		return refuse(b, f, text ? "it is too long" : "wanted a text");
	if (f->choices && !is_choice(f->choices, text)) {
		v1_problem(b->answer, 400, "%s: '%.60s' is none of %s", f->name, text, f->choices);
		return false;
	}
	if (f->kind == V1_TARGET && !v1_target(b->site, b->request, text)) {
		v1_problem(b->answer, 404, "no check or service is called '%.200s'", text);
		return false;
	}
	if (f->word)
		line_add(line, f->word, text);
	return true;
}

static bool refuse_everything(const struct body *b, const struct v1_field *f)
{
	v1_problem(b->answer, 403, "%s: none would be everything: who has an owner names his own",
		   f->name);
	return false;
}

static bool add_list(const struct body *b, const struct v1_field *f, json_t *v, struct text *line)
{
	struct text list = {0};
	bool is_fine = json_is_array(v);
	json_t *one;
	size_t i;

	json_array_foreach(v, i, one)
	{
		const char *text = json_string_value(one);

		is_fine = is_fine && text && !strchr(text, '\n') && list.size < TEXT_BYTES;
		text_puts(&list, i ? "\n" : "");
		text_puts(&list, text ? text : "");
	}
	is_fine = is_fine || refuse(b, f, "wanted an array of texts of one line each");
	if (is_fine && f->kind == V1_TARGETS &&
	    !admin_reaches(b->site, b->request, b->request->route->act, text_get(&list))) {
		v1_problem(b->answer, 404, "%s: not all of them are checks or services", f->name);
		is_fine = false;
	}
	if (is_fine && f->kind == V1_TARGETS && !i && *card_get(b->request->user, "owner"))
		is_fine = refuse_everything(b, f);
	if (is_fine)
		line_add(line, f->word, text_get(&list));
	text_release(&list);
	return is_fine;
}

static bool add_time(const struct body *b, const struct v1_field *f, json_t *v, struct text *line)
{
	const char *text = json_string_value(v);
	int64_t us;

	if (!text || !clock_parse_utc(text, &us))
		return refuse(b, f, "wanted a time like 2026-11-22T09:00:00Z");
	if (f->kind == V1_WHEN)
		line_add(line, f->word, text);
	else
		line_add_int(line, f->word, us);
	return true;
}

static bool add_duration(const struct body *b, const struct v1_field *f, json_t *v,
			 struct text *line)
{
	const char *text = json_string_value(v);
	int64_t us;

	if (!text || !text_duration(text, &us))
		return refuse(b, f, "wanted a duration like 90s, 30m or 2h, as a text");
	line_add_int(line, f->word, us);
	return true;
}

static bool add_number(const struct body *b, const struct v1_field *f, json_t *v, struct text *line)
{
	bool is_flag = f->kind == V1_FLAG;

	if (is_flag ? !json_is_boolean(v) : !json_is_integer(v))
		return refuse(b, f, is_flag ? "wanted true or false" : "wanted a whole number");
	line_add_int(line, f->word, is_flag ? json_is_true(v) : json_integer_value(v));
	return true;
}

static bool add_owner(const struct body *b, const struct v1_field *f, json_t *v, struct text *line)
{
	const char *text = json_string_value(v), *own = card_get(b->request->user, "owner");

	if (text && *own && strcmp(text, own)) {
		v1_problem(b->answer, 403,
			   "%s: who asks has the owner '%.200s' and can give no other", f->name,
			   own);
		return false;
	}
	return add_text(b, f, v, line);
}

/* It is in no line: whoever needs it asks v1_password(). */
static bool judge_password(const struct body *b, const struct v1_field *f, json_t *v,
			   struct text *line)
{
	const char *text = json_string_value(v);
	size_t size = text ? strlen(text) : 0;

	(void)line;
	if (!text || strpbrk(text, "\r\n"))
		return refuse(b, f, "wanted a text of one line");
	if (size < USER_PASSWORD_LEAST || size > SECRET_PASSWORD_BYTES) {
		v1_problem(b->answer, 400, "%s: it has %d to %d characters", f->name,
			   USER_PASSWORD_LEAST, SECRET_PASSWORD_BYTES);
		return false;
	}
	return true;
}

char *v1_password(const struct request *r)
{
	json_t *body = json_loadb(r->body ? r->body : "", r->body_size, 0, NULL);
	char *text = (char *)json_string_value(json_object_get(body, "password"));
	char *password = text ? memory_text(text) : NULL;

	if (text)
		secret_forget(text);
	json_decref(body);
	return password;
}

static bool (*const add_kind[])(const struct body *, const struct v1_field *, json_t *,
				struct text *) = {
	[V1_TEXT] = add_text,           [V1_TARGET] = add_text, [V1_LIST] = add_list,
	[V1_TARGETS] = add_list,        [V1_TIME] = add_time,   [V1_WHEN] = add_time,
	[V1_DURATION] = add_duration,   [V1_FLAG] = add_number, [V1_COUNT] = add_number,
	[V1_PASSWORD] = judge_password, [V1_OWNER] = add_owner};

static bool is_known(const struct v1_field *f, const char *name)
{
	while (f->name && strcmp(f->name, name))
		f++;
	return f->name != NULL;
}

static bool read_json(struct body *b)
{
	const struct request *r = b->request;
	json_error_t wrong;
	const char *key;
	json_t *value;

	if (*r->type && strncmp(r->type, "application/json", 16)) {
		v1_problem(b->answer, 415, "wanted application/json, got '%.100s'", r->type);
		return false;
	}
	b->json = json_loadb(r->body ? r->body : "", r->body_size, JSON_REJECT_DUPLICATES, &wrong);
	if (!json_is_object(b->json)) {
		v1_problem(b->answer, 400, "%s: %.200s", DEPTH_WRONG,
			   b->json ? "it is something else" : wrong.text);
		return false;
	}
	json_object_foreach(b->json, key, value) if (!is_known(b->operation->body, key))
	{
		v1_problem(b->answer, 400, "'%.100s' is no member of this body", key);
		return false;
	}
	return true;
}

static bool is_new(const struct body *b)
{
	return !strcmp(b->request->method, "POST");
}

static bool add_members(const struct body *b, struct text *line)
{
	for (const struct v1_field *f = b->operation->body; f->name; f++) {
		json_t *v = json_object_get(b->json, f->name);

		if (!v && f->is_required)
			return refuse(b, f, "it is missing");
		if (!v && f->kind == V1_TARGETS && !strcmp(text_of(b, "sort"), "maintenance") &&
		    *card_get(b->request->user, "owner"))
			return refuse_everything(b, f);
		if (!v && f->kind == V1_OWNER && is_new(b))
			line_add(line, f->word, card_get(b->request->user, "owner"));
		if (v && !add_kind[f->kind](b, f, v, line))
			return false;
	}
	return true;
}

/* The id: a member of the body, or the end of the path. */
static void begin(const struct body *b, struct text *line)
{
	const struct v1_operation *o = b->operation;
	const char *id = o->tail ? b->request->tail : "";

	for (const struct v1_field *f = o->body; f && f->name; f++)
		if (!f->word)
			id = text_of(b, f->name);
	if (*id)
		line_begin_name(line, o->verb, id);
	else
		line_begin(line, o->verb, "-");
	v1_add_asker(b->request, line);
	if (o->more) {
		text_putc(line, ' ');
		text_puts(line, o->more);
	}
}

bool v1_line(const struct site *s, const struct request *r, struct answer *a, struct text *line)
{
	struct body b = {.site = s, .request = r, .answer = a, .operation = v1_operation_of(r)};
	bool is_fine = !b.operation->body || read_json(&b);

	if (is_fine) {
		begin(&b, line);
		is_fine = !b.operation->body || add_members(&b, line);
		line_end(line);
	}
	json_decref(b.json);
	if (!is_fine)
		text_clear(line);
	return is_fine;
}
