/* mail/mail: see mail.h. */
#include <curl/curl.h>
#include <strings.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "inside.h"

/* "From bob Sun Nov 22 ...", as programs that are handed mail through a pipe get it in front. */
static void skip_envelope(struct piece *whole)
{
	struct piece rest = *whole, line;

	if (piece_line(&rest, &line) && ((line.size > 4 && !memcmp(line.at, "From ", 5)) ||
					 (line.size > 5 && !memcmp(line.at, ">From ", 6))))
		*whole = rest;
}

static void read_subject(struct mail *m, struct piece header, struct text *value)
{
	struct text words = {0};

	field_find(header, "Subject", 0, value);
	for (size_t i = 0; i < value->size; i++)
		if (value->at[i] == '\t')
			value->at[i] = ' ';
	decode_words(&words, text_get(value), value->size);
	text_add_safe(&m->subject, text_get(&words), words.size, MAIL_SUBJECT_BYTES);
	text_release(&words);
}

/* RFC 5322 3.6: there is one such field. */
static void read_from(struct mail *m, struct piece header, struct text *value)
{
	struct text address = {0};

	if (!field_find(header, "From", 1, value) && field_find(header, "From", 0, value))
		field_address(text_get(value), &address);
	text_add_safe(&m->from, text_get(&address), address.size, MAIL_FROM_BYTES);
	text_release(&address);
}

/* curl's reader knows every way to write a zone, but no comment behind it. */
static void read_date(struct mail *m, struct piece header, struct text *value)
{
	time_t at = -1;

	if (field_find(header, "Date", 0, value) && value->size) {
		value->at[strcspn(value->at, "(")] = '\0';
		at = curl_getdate(value->at, NULL);
	}
	m->at_us = at > 0 ? at * CLOCK_SECOND : 0;
}

/* RFC 3834, and RFC 3464 and its like. A monitor's own mail may well be auto-generated. */
static void judge_reply(struct mail *m, struct piece header, struct text *value)
{
	struct text first = {0};

	field_find(header, "Auto-Submitted", 0, value);
	field_first(text_get(value), &first);
	m->is_reply = !strcmp(text_get(&first), "auto-replied");
	field_find(header, "Content-Type", 0, value);
	field_first(text_get(value), &first);
	m->is_reply |= !strcmp(text_get(&first), "multipart/report");
	text_release(&first);
}

bool mail_read(struct mail *m, const char *bytes, size_t size, struct text *wrong)
{
	struct piece whole = {bytes, size}, header, body, rest, line;
	struct text value = {0};

	*m = (struct mail){0};
	skip_envelope(&whole);
	piece_split(whole, &header, &body);
	rest = header;
	if (size > MAIL_BYTES) {
		text_printf(wrong, "the mail is longer than %u KiB", MAIL_BYTES >> 10);
	} else if (header.size > MAIL_HEADER_BYTES) {
		text_printf(wrong, "the mail's header is longer than %u KiB",
			    MAIL_HEADER_BYTES >> 10);
	} else if (!piece_line(&rest, &line) || !field_is(line)) {
		text_puts(wrong, "this is no mail: it does not begin with a field like 'Subject: "
				 "text'");
	} else {
		read_subject(m, header, &value);
		read_from(m, header, &value);
		read_date(m, header, &value);
		judge_reply(m, header, &value);
		if (!body_read(header, body, &m->text))
			text_printf(wrong, "the mail's parts are nested deeper than %d levels",
				    MAIL_LEVELS);
	}
	text_release(&value);
	return !wrong->size;
}

bool mail_whole(const char *bytes, size_t size, struct text *t)
{
	struct piece whole = {bytes, size}, header, body;
	struct text value = {0};
	bool is_fine;

	skip_envelope(&whole);
	piece_split(whole, &header, &body);
	is_fine = field_find(header, "MIME-Version", 0, &value) && body_whole(header, body, t);
	text_release(&value);
	return is_fine;
}

void mail_release(struct mail *m)
{
	text_release(&m->subject);
	text_release(&m->from);
	text_release(&m->text);
}

void mail_add_json(struct text *t, const struct mail *m, int64_t now_us)
{
	json_write(t, json_pack("{ss, ss, so, ss}", "subject", text_get(&m->subject), "from",
				text_get(&m->from), "date", json_time(m->at_us ? m->at_us : now_us),
				"text", text_get(&m->text)));
}
