/* api/v1_openapi: the OpenAPI document (3.1): web/openapi.json, and the paths of the table of
 * operations. See v1.h. */
#include <string.h>

#include "../board/user.h"
#include "../web/assets.h"
#include "../web/json.h"
#include "../web/secret.h"
#include "v1.h"

static const char *const act_name[PERMIT_ACTS] = {[PERMIT_LOOK] = "viewer",
						  [PERMIT_ACKNOWLEDGE] = "operator",
						  [PERMIT_POST] = "editor",
						  [PERMIT_SUBSCRIBERS] = "editor",
						  [PERMIT_ADMINISTER] = "admin"};

static json_t *words(const char *list)
{
	json_t *all = json_array();
	size_t size;

	for (; *list; list += size + (list[size] == ' ')) {
		size = strcspn(list, " ");
		json_array_append_new(all, json_stringn(list, size));
	}
	return all;
}

static json_t *type_of(const struct v1_field *f)
{
	static const char *const type[] = {[V1_LIST] = "array",
					   [V1_TARGETS] = "array",
					   [V1_FLAG] = "boolean",
					   [V1_COUNT] = "integer"};
	const char *name = f->kind < sizeof type / sizeof *type ? type[f->kind] : NULL;
	json_t *j = json_pack("{ss}", "type", name ? name : "string");

	if (f->kind == V1_LIST || f->kind == V1_TARGETS)
		json_object_set_new(j, "items", json_pack("{ss}", "type", "string"));
	if (f->kind == V1_TIME || f->kind == V1_WHEN)
		json_object_set_new(j, "format", json_string("date-time"));
	if (f->kind == V1_PASSWORD)
		json_object_update_new(j,
				       json_pack("{ss, sb, si, si}", "format", "password",
						 "writeOnly", 1, "minLength", USER_PASSWORD_LEAST,
						 "maxLength", SECRET_PASSWORD_BYTES));
	if (f->kind == V1_DURATION)
		json_object_set_new(j, "pattern", json_string("^[0-9]+(ms|s|m|h|d)?$"));
	if (f->choices)
		json_object_set_new(j, "enum", words(f->choices));
	return j;
}

static json_t *parameter(const char *name, const char *in, json_t *schema, const char *help)
{
	return json_pack("{ss, ss, sb, so, ss}", "name", name, "in", in, "required",
			 !strcmp(in, "path"), "schema", schema, "description", help);
}

static json_t *parameters(const struct v1_operation *o)
{
	json_t *list = json_array();

	if (o->tail)
		json_array_append_new(
			list, parameter(o->tail, "path", json_pack("{ss}", "type", "string"),
					"may have slashes in it, written as they are"));
	for (const struct v1_field *f = o->query; f && f->name; f++)
		json_array_append_new(list, parameter(f->name, "query", type_of(f), f->help));
	return list;
}

static json_t *body_of(const struct v1_operation *o)
{
	json_t *members = json_object(), *required = json_array(), *schema;

	for (const struct v1_field *f = o->body; f->name; f++) {
		json_t *type = type_of(f);

		json_object_set_new(type, "description", json_string(f->help));
		json_object_set_new(members, f->name, type);
		if (f->is_required)
			json_array_append_new(required, json_string(f->name));
	}
	schema = json_pack("{ss, sb, so, so}", "type", "object", "additionalProperties", 0,
			   "properties", members, "required", required);
	return json_pack("{sb, s{s{so}}}", "required", 1, "content", "application/json", "schema",
			 schema);
}

static json_t *response(const char *description, const char *type, const char *schema)
{
	return json_pack("{ss, s{s{s{so}}}}", "description", description, "content", type, "schema",
			 "$ref", json_sprintf("#/components/schemas/%s", schema));
}

static json_t *responses(const struct v1_operation *o, const struct route *r)
{
	static const struct {
		const char *status, *why;
	} wrong[] = {{"400", "the request is malformed"},
		     {"401", "no token, or none that is good"},
		     {"403", "the token's role does not allow it"},
		     {"404", "there is no such thing, or not for this token"},
		     {"409", "refused: `detail` says why"},
		     {"413", "the body is too large"},
		     {"415", "the body is no JSON"},
		     {"503", "the keeper or the record cannot be asked just now"}};
	bool is_new = !strcmp(o->answers, "Token");
	json_t *j = json_object();

	json_object_set_new(j, is_new ? "201" : "200",
			    response(o->summary, "application/json", o->answers));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong && !permit(NULL, r->act, ""); i++)
		json_object_set_new(j, wrong[i].status,
				    response(wrong[i].why, "application/problem+json", "Problem"));
	return j;
}

static json_t *operation_of(const struct v1_operation *o, const struct route *r)
{
	json_t *j = json_pack("{ss, ss, so, so}", "operationId", o->id, "summary", o->summary,
			      "parameters", parameters(o), "responses", responses(o, r));

	if (o->body)
		json_object_set_new(j, "requestBody", body_of(o));
	if (act_name[r->act])
		json_object_set_new(
			j, "description",
			json_sprintf("Wants the role %s or a higher one.", act_name[r->act]));
	json_object_set_new(j, "security",
			    permit(NULL, r->act, "") ? json_array()
						     : json_pack("[{s[]}]", "token"));
	return j;
}

/* "/api/v1/checks/<star>" as "/api/v1/checks/{name}". */
static void add_path(struct text *t, const struct v1_operation *o, const struct route *r)
{
	size_t size = strlen(r->path);

	text_add(t, r->path, size - (o->tail != NULL));
	if (o->tail)
		text_printf(t, "{%s}", o->tail);
}

static const char *method_of(const struct route *r)
{
	static const char *const name[][2] = {
		{"GET", "get"}, {"POST", "post"}, {"PATCH", "patch"}, {"DELETE", "delete"}};

	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		if (!strcmp(name[i][0], r->method))
			return name[i][1];
	return "get";
}

static json_t *paths(void)
{
	const struct v1_operation *o;
	const struct route *r;
	json_t *all = json_object(), *one;
	struct text path = {0};

	for (size_t i = 0; (o = v1_operation_at(i, &r)); i++) {
		text_clear(&path);
		add_path(&path, o, r);
		one = json_object_get(all, text_get(&path));
		if (!one) {
			one = json_object();
			json_object_set_new(all, text_get(&path), one);
		}
		json_object_set_new(one, method_of(r), operation_of(o, r));
	}
	text_release(&path);
	return all;
}

void v1_openapi(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *j = json_loads(web_openapi, 0, NULL), *list = json_array();
	struct text base = {0};

	(void)s;
	request_base(r, &base);
	json_array_append_new(list, json_pack("{so}", "url", json_safe(text_get(&base))));
	json_object_set_new(j, "servers", list);
	json_object_set_new(j, "paths", paths());
	v1_answer(a, 200, j);
	a->allow_origin = "*";
	text_release(&base);
}
