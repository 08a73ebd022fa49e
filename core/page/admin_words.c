/* page/admin_words: see admin_words.h. */
#include "admin_words.h"

#include <string.h>

#include "when.h"

const char *const admin_impact[POST_SORTS][6] = {{"none", "minor", "major", "critical", NULL},
						  {"outage", "degraded", "none", NULL},
						  {"none", NULL}};

const char *const admin_state[POST_SORTS][6] = {
	{"investigating", "identified", "monitoring", "resolved", "postmortem", NULL},
	{"scheduled", "in_progress", "verifying", "completed", "cancelled", NULL},
	{"published", NULL}};

/* False: it is none, *wrong says so. */
static bool add_moment(struct text *line, const struct request *r, const char *field,
		       const char *key, struct text *wrong)
{
	const char *value = request_field(r, field);
	int64_t at_us;

	if (!*value)
		return true;
	if (!when_take(r->page, value, &at_us, wrong))
		return false;
	line_add_int(line, key, at_us);
	return true;
}

static void add_word(struct text *line, const struct request *r, const char *key)
{
	const char *value = request_field(r, key);

	if (*value)
		line_add(line, key, value);
}

/* Browsers end lines as letters do. */
static void add_body(struct text *line, const struct request *r)
{
	struct text body = {0};

	for (const char *c = request_field(r, "body"); *c; c++)
		if (*c != '\r')
			text_putc(&body, *c);
	if (body.size)
		line_add(line, "body", body.at);
	text_release(&body);
}

bool admin_add_words(struct text *line, const struct request *r, struct text *wrong)
{
	static const char *const key[] = {"title", "impact", "state",  "cause",
					  "draft", "quiet",  "update", "tell"};
	struct text components = {0}, audiences = {0};

	for (size_t i = 0; i < sizeof key / sizeof *key; i++)
		add_word(line, r, key[i]);
	request_fields(r, "component", &components);
	if (components.size)
		line_add(line, "components", components.at);
	request_fields(r, "audience", &audiences);
	if (audiences.size)
		line_add(line, "audiences", audiences.at);
	text_release(&components);
	text_release(&audiences);
	add_body(line, r);
	return add_moment(line, r, "start", "start_us", wrong) &&
	       add_moment(line, r, "end", "end_us", wrong) &&
	       add_moment(line, r, "event", "event_us", wrong);
}

const char *admin_wrong_of(const struct line *end)
{
	return !end ? "The monitor did not answer. Look whether it was saved, then try again."
		    : line_find(end, "wrong");
}

/* What the form says that it concerns: nothing of another owner. */
bool admin_reaches_chosen(const struct site *s, const struct request *r)
{
	struct text components = {0};
	bool is_allowed;

	request_fields(r, "component", &components);
	is_allowed = admin_reaches(s, r, PERMIT_POST, text_get(&components));
	text_release(&components);
	return is_allowed;
}
