/* notifiers/email/message: see message.h. */
#include "message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LINE_COLUMNS  76 /* of quoted-printable (RFC 2045 6.7) and of a folded header */
#define LINE_BYTES    57 /* of a file in a line of base64 (RFC 2045 6.8) */
#define PIECE_BYTES   16384 /* of a message that is sent at once */
#define WORD_BYTES    42 /* of text in one encoded word: at most 75 columns (RFC 2047 2) */
#define ADDRESS_BYTES 254 /* RFC 5321 4.5.3.1.3, without the brackets */

/* Grows in the probe's memory; without any it stays as it is and the probe has failed. */
struct out {
	struct probe *probe;
	char *at;
	size_t size, room;
};

static void put(struct out *o, const char *bytes, size_t size)
{
	if (o->size + size + 1 > o->room) {
		size_t room = 2 * (o->size + size) + 1024;
		char *more = probe_alloc(o->probe, room);

		if (!more)
			return;
		if (o->size)
			memcpy(more, o->at, o->size);
		o->at = more;
		o->room = room;
	}
	memcpy(o->at + o->size, bytes, size);
	o->size += size;
	o->at[o->size] = 0;
}

static void puts_(struct out *o, const char *text)
{
	put(o, text, strlen(text));
}

bool message_is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return !*text;
}

/* ---- the header ---- */

/* A character of UTF-8 is never cut in two: how many of `size` bytes fit into `most`. */
static size_t whole(const char *text, size_t size, size_t most)
{
	size_t n = size < most ? size : most;

	while (n && n < size && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n ? n : size < most ? size : most;
}

static void put_base64(struct out *o, const char *text, size_t size)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *at = (const unsigned char *)text;

	for (size_t i = 0; i < size; i += 3) {
		uint32_t bits = (uint32_t)at[i] << 16 |
				(i + 1 < size ? (uint32_t)at[i + 1] << 8 : 0) |
				(i + 2 < size ? at[i + 2] : 0);
		char four[] = {digit[bits >> 18], digit[bits >> 12 & 63],
			       i + 1 < size ? digit[bits >> 6 & 63] : '=',
			       i + 2 < size ? digit[bits & 63] : '='};

		put(o, four, sizeof four);
	}
}

static void put_encoded(struct out *o, const char *text)
{
	for (size_t left = strlen(text), n; left; text += n, left -= n) {
		n = whole(text, left, WORD_BYTES);
		puts_(o, "=?utf-8?B?");
		put_base64(o, text, n);
		puts_(o, n < left ? "?=\r\n " : "?=");
	}
}

/* ASCII, folded at spaces (RFC 5322 2.2.3). */
static void put_folded(struct out *o, const char *text, size_t column)
{
	while (*text) {
		size_t word = strcspn(text, " "), gap = strspn(text + word, " ");

		if (column + word > LINE_COLUMNS && column > 1) {
			puts_(o, "\r\n ");
			column = 1;
		}
		put(o, text, word + gap);
		column += word + gap;
		text += word + gap;
	}
}

/* What a header may not hold becomes a space: a line cannot be begun here (F52). */
static const char *one_line(struct probe *p, const char *text)
{
	char *copy = probe_alloc(p, strlen(text) + 1);

	if (!copy)
		return "";
	for (size_t i = 0; text[i]; i++)
		copy[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
	return copy;
}

/* Text that is long without a space, or that a reader would take for an encoded word, is encoded
 * too. */
static bool is_plain(const char *text)
{
	for (const char *at = text; *at; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word > LINE_COLUMNS - 20)
			return false;
		at += word;
	}
	return message_is_ascii(text) && !strstr(text, "=?");
}

static void put_text_field(struct out *o, const char *name, const char *text)
{
	const char *line = one_line(o->probe, text);

	puts_(o, name);
	puts_(o, ": ");
	if (is_plain(line))
		put_folded(o, line, strlen(name) + 2);
	else
		put_encoded(o, line);
	puts_(o, "\r\n");
}

static void put_field(struct out *o, const char *name, const char *value)
{
	puts_(o, name);
	puts_(o, ": ");
	puts_(o, one_line(o->probe, value));
	puts_(o, "\r\n");
}

static void put_from(struct out *o, const struct message *m)
{
	const char *name = one_line(o->probe, m->name);

	puts_(o, "From: ");
	if (*name && message_is_ascii(name)) {
		puts_(o, "\"");
		for (; *name; name++) {
			put(o, "\\", *name == '"' || *name == '\\');
			put(o, name, 1);
		}
		puts_(o, "\" ");
	} else if (*name) {
		put_encoded(o, name);
		puts_(o, " ");
	}
	puts_(o, "<");
	puts_(o, m->from);
	puts_(o, ">\r\n");
}

/* RFC 5322 3.3, in UTC; names of days and months are not those of a locale. */
static void put_date(struct out *o, int64_t at_us)
{
	static const char day[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char month[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(at_us / 1000000);
	struct tm t;

	gmtime_r(&seconds, &t);
	puts_(o, probe_text(o->probe, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", day[t.tm_wday],
			    t.tm_mday, month[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
			    t.tm_sec));
}

/* An id of ours as the left part of a msg-id: what is no atom text becomes '-'. */
static const char *atom(struct probe *p, const char *id)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-_.+";
	char *copy = probe_alloc(p, strlen(id) + 1);

	if (!copy)
		return "";
	for (size_t i = 0; id[i]; i++)
		copy[i] = strchr(fine, id[i]) ? id[i] : '-';
	return copy;
}

/* The letter's id makes the Message-ID, so that a duplicate can be told; its first incident is what
 * all letters of that incident refer to, which makes one thread of them. */
static void put_ids(struct out *o, struct letter *l, const char *domain)
{
	const char *incident = letter_word(l, "incident");
	size_t first = strcspn(incident, "\n ,");

	puts_(o, probe_text(o->probe, "Message-ID: <%s@%s>\r\n", atom(o->probe, letter_id(l)),
			    domain));
	if (!first)
		return;
	incident = atom(o->probe, probe_text(o->probe, "%.*s", (int)first, incident));
	puts_(o, probe_text(o->probe,
			    "In-Reply-To: <incident-%s@%s>\r\n"
			    "References: <incident-%s@%s>\r\n",
			    incident, domain, incident, domain));
}

/* "=_" is nothing that quoted-printable or base64 could hold (RFC 2045 6.7). */
static const char *boundary(struct probe *p, struct letter *l)
{
	return probe_text(p, "=_nines-%.40s_=", atom(p, letter_id(l)));
}

static void put_text_type(struct out *o, bool is_encoded)
{
	puts_(o, "Content-Type: text/plain; charset=utf-8\r\n");
	puts_(o, is_encoded ? "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
			    : "Content-Transfer-Encoding: 7bit\r\n\r\n");
}

/* What is neither a letter, a digit nor one of `plain` as percent and two digits. */
static void put_percent(struct out *o, const char *text, const char *plain)
{
	char code[4];

	for (; *text; text++) {
		bool is_plain = (unsigned char)*text < 0x80 &&
				(isalnum((unsigned char)*text) || strchr(plain, *text));

		snprintf(code, sizeof code, is_plain ? "%c" : "%%%02X",
			 (unsigned)(unsigned char)*text);
		puts_(o, code);
	}
}

/* RFC 2369, and RFC 8058: mail programs have a button that ends it with one POST, which is sent to
 * an https address alone. No line of it is longer than RFC 5322 allows. */
static void put_unsubscribe(struct out *o, const char *url)
{
	if (!*url || strlen(url) > 900 || strpbrk(url, "<>, "))
		return;
	put_field(o, "List-Unsubscribe", probe_text(o->probe, "<%s>", url));
	if (!strncmp(url, "https://", 8))
		puts_(o, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

/* Who gets a report has a contract about it and no button of ours: a person is asked (RFC 6068).
 * Only an address that somebody is said to read will do. */
static const char *ask_to_end(struct letter *l, const struct message *m)
{
	struct out o = {.probe = letter_probe(l)};

	if (letter_kind(l) != LETTER_REPORT || !*m->reply_to || m->is_brief)
		return "";
	puts_(&o, "mailto:");
	put_percent(&o, m->reply_to, "-._~@+");
	puts_(&o, "?subject=unsubscribe%20");
	put_percent(&o, letter_word(l, "delivery"), "-._~");
	return probe_ok(o.probe) && o.at ? o.at : "";
}

static void put_header(struct out *o, struct letter *l, const struct message *m, bool is_encoded)
{
	const char *domain = strrchr(m->from, '@') + 1;
	const char *created = letter_word(l, "created_us");

	put_from(o, m);
	put_field(o, "To", probe_text(o->probe, "<%s>", m->to));
	if (*m->reply_to)
		put_field(o, "Reply-To", probe_text(o->probe, "<%s>", m->reply_to));
	if (!m->is_brief)
		put_text_field(o, "Subject", letter_subject(l));
	put_date(o, *created ? strtoll(created, NULL, 10) : probe_wall_us(o->probe));
	put_ids(o, l, domain);
	puts_(o, "Auto-Submitted: auto-generated\r\n"); /* RFC 3834: nobody's robot answers */
	if (letter_kind(l) == LETTER_REPORT || *letter_word(l, "unsubscribe"))
		puts_(o, "Precedence: bulk\r\n");
	put_unsubscribe(o, *letter_word(l, "unsubscribe") ? letter_word(l, "unsubscribe")
							  : ask_to_end(l, m));
	if (!m->is_brief)
		puts_(o, probe_text(o->probe, "List-Id: <nines.%s>\r\n", domain));
	puts_(o, "MIME-Version: 1.0\r\n");
	if (m->files)
		puts_(o, probe_text(o->probe,
				    "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n"
				    "--%s\r\n",
				    boundary(o->probe, l), boundary(o->probe, l)));
	put_text_type(o, is_encoded);
}

/* ---- the body ---- */

/* Longer lines than RFC 5322 allows, or anything but ASCII, go as quoted-printable. */
static bool must_encode(const char *text)
{
	for (const char *at = text; *at;) {
		size_t line = strcspn(at, "\n");

		if (line > 990)
			return true;
		at += line + (at[line] != 0);
	}
	return !message_is_ascii(text);
}

static bool is_printed(const char *at, bool is_encoded)
{
	unsigned char c = (unsigned char)*at;
	bool is_gap = c == ' ' || c == '\t', is_last = !at[1] || at[1] == '\n';

	if ((c < ' ' && !is_gap) || c == 0x7f)
		return false;
	return !is_encoded || (c < 0x80 && c != '=' && !(is_gap && is_last));
}

static void put_character(struct out *o, const char *at, bool is_encoded, size_t *column)
{
	char code[4];

	if (is_encoded && *column > LINE_COLUMNS - 4) {
		puts_(o, "=\r\n");
		*column = 0;
	}
	if (!*column && *at == '.')
		puts_(o, "."); /* RFC 5321 4.5.2 */
	if (is_printed(at, is_encoded)) {
		put(o, at, 1);
		++*column;
	} else if (is_encoded) {
		snprintf(code, sizeof code, "=%02X", (unsigned)(unsigned char)*at);
		puts_(o, code);
		*column += 3;
	}
}

static void put_body(struct out *o, const char *text, bool is_encoded)
{
	size_t column = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			puts_(o, "\r\n");
			column = 0;
		} else if (*text != '\r') {
			put_character(o, text, is_encoded, &column);
		}
	}
	puts_(o, column ? "\r\n" : "");
}

const char *message_write(struct letter *l, const struct message *m)
{
	struct out o = {.probe = letter_probe(l)};
	const char *text = m->is_brief ? letter_short(l) : letter_text(l);
	bool is_encoded = m->files || must_encode(text);

	put_header(&o, l, m, is_encoded);
	put_body(&o, text, is_encoded);
	if (m->lacks && !m->is_brief)
		put_body(&o, probe_text(o.probe, "\n%s\n", m->lacks), is_encoded);
	puts_(&o, m->files ? "\r\n" : ".\r\n"); /* the end of a line is the boundary's */
	return probe_ok(o.probe) && o.at ? o.at : "";
}

/* ---- files ---- */

/* RFC 2231: percent and two digits for all that is no attribute character, in pieces of a line
 * each, whose first says the character set. */
static void put_encoded_name(struct out *o, const char *name)
{
	char code[4];
	size_t column = 0;

	for (int piece = 0; *name; piece++) {
		puts_(o,
		      probe_text(o->probe, ";\r\n filename*%d*=%s", piece, piece ? "" : "utf-8''"));
		for (column = 24; *name && column < LINE_COLUMNS - 3; name++) {
			bool is_plain = isalnum((unsigned char)*name) || strchr("-._~", *name);

			snprintf(code, sizeof code, is_plain ? "%c" : "%%%02X",
				 (unsigned)(unsigned char)*name);
			puts_(o, code);
			column += strlen(code);
		}
	}
}

static bool is_plain_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-._ ", *c))
			return false;
	return *name && strlen(name) <= 48;
}

static void put_file_header(struct out *o, struct letter *l, const struct letter_attachment *a)
{
	const char *name = one_line(o->probe, a->name);

	puts_(o, probe_text(o->probe,
			    "--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n"
			    "Content-Disposition: attachment",
			    boundary(o->probe, l), one_line(o->probe, a->media)));
	if (is_plain_name(name))
		puts_(o, probe_text(o->probe, "; filename=\"%s\"", name));
	else
		put_encoded_name(o, name);
	puts_(o, "\r\n\r\n");
}

/* The pieces share one room: it would not do for all of them. */
static void send_out(struct out *o)
{
	if (o->size)
		probe_send(o->probe, o->at, o->size);
	o->size = 0;
}

static void send_base64(struct out *o, const struct letter_attachment *a)
{
	const char *bytes = a->bytes;

	for (size_t at = 0; at < a->size && probe_ok(o->probe); at += LINE_BYTES) {
		size_t left = a->size - at;

		put_base64(o, bytes + at, left < LINE_BYTES ? left : LINE_BYTES);
		puts_(o, "\r\n");
		if (o->size > PIECE_BYTES)
			send_out(o);
	}
}

void message_send_files(struct letter *l, const struct message *m)
{
	struct out o = {.probe = letter_probe(l)};

	for (size_t i = 0; i < m->files && probe_ok(o.probe); i++) {
		put_file_header(&o, l, &m->file[i]);
		send_base64(&o, &m->file[i]);
	}
	if (m->files)
		puts_(&o, probe_text(o.probe, "--%s--\r\n.\r\n", boundary(o.probe, l)));
	send_out(&o);
}

size_t message_bytes(const struct letter *l, const struct message *m)
{
	size_t size = 2000 + 3 * strlen(letter_text(l));

	for (size_t i = 0; i < m->files; i++)
		size += m->file[i].size / LINE_BYTES * (LINE_COLUMNS + 2) + 600;
	return size;
}

/* ---- addresses ---- */

const char *message_judge_address(const char *address)
{
	const char *at = strrchr(address, '@');

	if (!at || at == address || !at[1])
		return "it is not of the form NAME@DOMAIN";
	if (strlen(address) > ADDRESS_BYTES)
		return "it is longer than 254 bytes";
	for (const char *c = address; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("<>\"\\(),;", *c))
			return "it holds a character that no address has";
	return NULL;
}
