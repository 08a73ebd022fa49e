/* tests/fuzz/fuzz_post: any bytes as what a letter says (behind the first newline) and as the
 * template that it is filled into (before it), as the short form for an SMS, and as what a server
 * that got the letter answers: headers, Retry-After, JSON. */
#include <jansson.h>
#include <nines/post.h>
#include <nines/reply.h>

#include <stdint.h>
#include <stdlib.h>

#include "../../notifiers/sms/gsm.c"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static const char *find(const void *value, const char *name)
{
	return !strcmp(name, "v") ? value : !strcmp(name, "n") ? "" : NULL;
}

/* The text of a template, in a block of just its size; NULL: the template is wrong. */
static char *made(enum fill_in in, const char *template, const char *value, size_t *size)
{
	struct fill f = {.find = find, .with = value, .in = in};
	char *text;

	if (!fill_text(&f, template)) {
		if (!f.wrong)
			abort();
		return NULL;
	}
	text = malloc(f.size + 1);
	if (!text)
		abort();
	f.at = text;
	f.room = *size = f.size;
	if (!fill_text(&f, template) || f.size != f.room)
		abort();
	text[f.size] = '\0';
	return text;
}

/* A value never leaves its place. */
static void judge_value(const char *value)
{
	size_t size = 0;
	char *text = made(FILL_JSON, "[\"{{v|markdown|mentions|noformat}}\"]", value, &size);
	json_t *json = json_loadb(text, size, 0, NULL);

	if (json_array_size(json) != 1 || !json_is_string(json_array_get(json, 0)))
		abort();
	json_decref(json);
	free(text);
	text = made(FILL_URL, "{{v|apart|code}}", value, &size);
	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || strchr("\"#&+/<>=?@\\`|\x7f", text[i]) || text[i] & 0x80)
			abort();
	free(text);
	text = made(FILL_LINE, "{{v|cut:40|entities}}", value, &size);
	for (size_t i = 0; i < size; i++)
		if ((text[i] >= 0 && text[i] < ' ') || text[i] == 127 || strchr("<>", text[i]))
			abort();
	free(text);
}

static void judge_template(const char *template, const char *value)
{
	size_t size = 0;

	for (enum fill_in in = FILL_PLAIN; in <= FILL_LINE; in++)
		free(made(in, template, value, &size));
}

static void judge_short(const char *text)
{
	char cut[GSM_BYTES];
	bool is_ucs2 = gsm_cut(text, false, cut);

	if (fitting(cut, is_ucs2 ? GSM_UCS2_MOST : GSM_MOST, is_ucs2) != strlen(cut))
		abort();
	if (is_ucs2 == gsm_has(text) || gsm_cut(text, true, cut) || !gsm_has(cut))
		abort();
}

static void judge_reply(const char *text, size_t size)
{
	char value[80];
	int64_t wait_s;

	post_header(text, "Retry-After", value, sizeof value);
	if (strlen(value) >= sizeof value || strpbrk(value, "\r\n"))
		abort();
	wait_s = post_retry_after(value, 1800000000);
	if (wait_s < -1 || post_retry_after(text, 1800000000) < -1)
		abort();
	if (!reply_is_deep(text, size, REPLY_DEEP))
		json_decref(json_loadb(text, size, 0, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *copy = malloc(size + 1), *value;

	if (!copy)
		return 0;
	memcpy(copy, input, size);
	copy[size] = '\0';
	judge_reply(copy, size);
	value = strchr(copy, '\n');
	if (value)
		*value++ = '\0';
	judge_template(copy, value ? value : "");
	judge_value(value ? value : copy);
	judge_short(value ? value : copy);
	free(copy);
	return 0;
}
