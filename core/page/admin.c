/* page/admin: see admin.h. */
#include "admin.h"
#include "when.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/claim.h"

bool admin_reaches(const struct site *s, const struct request *r, enum permit_act act,
		   const char *names)
{
	char *list = memory_text(names), *rest = list;
	bool is_allowed = permit(r->user, act, "");

	for (char *name; is_allowed && (name = strsep(&rest, "\n"));) {
		const struct target *t = *name ? catalog_find(s->catalog, name) : NULL;

		is_allowed = !t || permit(r->user, act, target_owner(s, t));
	}
	free(list);
	return is_allowed;
}

void admin_not_found(struct answer *a)
{
	answer_text(a, 404, "there is no such page");
}

void admin_add_time(struct text *t, const struct request *r, int64_t wall_us)
{
	if (wall_us)
		when_stamp(t, r->page, wall_us);
}

const char *admin_refusal(struct answer *a, const struct line *end)
{
	const char *wrong = end ? line_find(end, "wrong")
				: "The monitor did not answer. Try again in a moment.";

	if (wrong)
		a->status = end ? 409 : 503;
	return wrong;
}

/* ---- fields of forms ---- */

static void add_field(struct text *t, const char *piece, const char *key, const char *label,
		      const char *value, const char *more)
{
	admin_add(t, piece,
		  (const struct template_word[]){{"key", key},
						 {"label", label},
						 {"value", value},
						 {"more", more},
						 {NULL, NULL}});
}

void admin_text(struct text *t, const char *key, const char *label, const char *value,
		const char *more)
{
	add_field(t, "field-text", key, label, value, more);
}

void admin_long(struct text *t, const char *key, const char *label, const char *value,
		const char *more)
{
	struct text lines = {0};

	html_add_lines(&lines, value);
	add_field(t, "field-long", key, label, text_get(&lines), more);
	text_release(&lines);
}

void admin_time(struct text *t, const struct request *r, const char *key, const char *label,
		const char *empty)
{
	admin_add(t, "field-time",
		  (const struct template_word[]){{"key", key},
						 {"label", label},
						 {"zone", when_zone(r->page)},
						 {"sign", empty ? "; empty: " : ""},
						 {"empty", empty ? empty : ""},
						 {"value", request_field(r, key)},
						 {"more", empty ? "" : " required"},
						 {NULL, NULL}});
}

void admin_choice(struct text *t, const char *key, const char *label, const char *said,
		  const char *const *choice, const char *chosen)
{
	struct text all = {0}, shown = {0};

	for (; *choice; choice++) {
		text_clear(&shown);
		say_of(&shown, said, *choice);
		admin_add(&all, "choice",
			  (const struct template_word[]){
				  {"value", *choice},
				  {"text", text_get(&shown)},
				  {"selected", strcmp(*choice, chosen) ? "" : " selected"},
				  {NULL, NULL}});
	}
	admin_add(
		t, "field-choice",
		(const struct template_word[]){
			{"key", key}, {"label", label}, {"choices", text_get(&all)}, {NULL, NULL}});
	text_release(&all);
	text_release(&shown);
}

void admin_box(struct text *t, const char *key, const char *text, const char *value,
	       bool is_checked)
{
	admin_add(t, "box",
		  (const struct template_word[]){{"key", key},
						 {"value", value},
						 {"text", text},
						 {"checked", is_checked ? " checked" : ""},
						 {NULL, NULL}});
}

void admin_boxes(struct text *t, const char *label, const struct text *boxes)
{
	admin_add(t, "field-boxes",
		  (const struct template_word[]){
			  {"label", label}, {"choices", text_get(boxes)}, {NULL, NULL}});
}
