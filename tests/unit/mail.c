/* tests/unit/mail: what is read of mails, good, careless and hostile. */
#include <stdlib.h>

#include "../../core/base/clock.h"
#include "../../core/mail/mail.h"
#include "../lib/tap.h"

/* Appended to `t`: the mail as "subject|from|text", or the sentence that refuses it. */
static const char *read_as(struct text *t, const char *bytes, size_t size)
{
	struct text wrong = {0};
	struct mail m;

	text_clear(t);
	if (mail_read(&m, bytes, size, &wrong))
		text_printf(t, "%s|%s|%s%s", text_get(&m.subject), text_get(&m.from),
			    text_get(&m.text), m.is_reply ? " (a reply)" : "");
	else
		text_puts(t, text_get(&wrong));
	mail_release(&m);
	text_release(&wrong);
	return text_get(t);
}

#define TYPE "Content-Type: "
#define CODED "Content-Transfer-Encoding: "
#define MIXED TYPE "multipart/mixed; boundary=x\n\n"

#define NO_MAIL "this is no mail: it does not begin with a field like 'Subject: text'"

static const struct {
	const char *name, *mail, *wanted;
} whole[] = {
	{"plain", "From: a@b.c\nSubject: hi\n\none\n\n  two \t\n", "hi|a@b.c|one\ntwo"},
	{"CRLF", "From: a@b.c\r\nSubject: hi\r\n\r\none\r\ntwo\r\n", "hi|a@b.c|one\ntwo"},
	{"an envelope in front", "From x Sun Nov 22\nSubject: hi\n\none", "hi||one"},
	{"no body", "Subject: hi", "hi||"},
	{"no subject", "X-A: b\n\none", "||one"},
	{"any case, a space before the colon", "sUBJECT : hi\n\n", "hi||"},
	{"folded", "Subject: one\n two\r\n\tthree\nX: y\n\n", "one two three||"},
	{"the first of two", "Subject: one\nSubject: two\n\n", "one||"},
	{"a field behind the header is text", "X: y\n\nSubject: no", "||Subject: no"},
	{"a line that is none is passed over", "X: y\nrubbish\nSubject: hi\n\n", "hi||"},
	{"control bytes", "Subject: a\x1b[2J\x07\n\nb\x1b[2J", "a\\x1b[2J\\x07||b\\x1b[2J"},
	{"8 bits of nothing", "Subject: \xff\xe4\n\n\xff", "\\xff\\xe4||\\xff"},
	{"UTF-8 as it is", "Subject: St\xc3\xb6rung\n\n\xe2\x82\xac", "Störung||€"},
	{"a bidi control", "Subject: a\xe2\x80\xae b\n\n", "a\xef\xbf\xbd b||"},

	/* RFC 2047 */
	{"Q", "Subject: =?utf-8?q?St=C3=B6rung_=3D_=5F?= x\n\n", "Störung = _ x||"},
	{"B", "Subject: x =?UTF-8?B?U3TDtnJ1bmc=?=\n\n", "x Störung||"},
	{"other sets",
	 "Subject: =?iso-8859-1?Q?=E4?= =?windows-1252?Q?=80?= =?koi8-r?B?8g==?=\n\n",
	 "ä€Р||"},
	{"a language", "Subject: =?iso-8859-1*de?Q?=E4?=\n\n", "ä||"},
	{"a character cut in two",
	 "Subject: =?utf-8?B?w7Y=?= =?utf-8?Q?=C3?=\n =?utf-8?Q?=B6?=!\n\n",
	 "öö!||"},
	{"gaps between words go, others stay",
	 "Subject: =?utf-8?Q?a?=  =?utf-8?Q?b?=  c\n\n", "ab  c||"},
	{"Japanese", "Subject: =?ISO-2022-JP?B?GyRCPmMzMhsoQg==?=\n\n", "障害||"},
	{"no words", "Subject: =?utf-8?X?a?= =?utf-8?Q?a =? ?= =?\n\n", "=?utf-8?X?a?= a =?  =?||"},
	{"a set nobody knows", "Subject: =?../../x//TRANSLIT?Q?a=E4?=\n\n", "a\\xe4||"},
	{"bytes that the set has not", "Subject: =?euc-jp?B?/////w==?=x\n\n",
	 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx||"},

	/* senders */
	{"a name", "From: \"Ping, <x@y.z> dom\" <Alert@P.example>\n\n", "|alert@p.example|"},
	{"a bare name and comments", "From: Ping (a (nested) <b@c.d>) dom <a@p.example> (x)\n\n",
	 "|a@p.example|"},
	{"without brackets", "From: a@p.example (Ping)\n\n", "|a@p.example|"},
	{"two", "From: a@p.example, b@p.example\n\n", "||"},
	{"two in brackets", "From: <a@p.example> <b@p.example>\n\n", "||"},
	{"two fields", "From: a@p.example\nFrom: a@p.example\n\n", "||"},
	{"none", "From: Pingdom\n\n", "||"},
	{"an open quote, an open comment", "From: \"a@p.example\nX: (\n\n", "||"},

	/* bodies */
	{"quoted-printable",
	 TYPE "text/plain; charset=utf-8\n" CODED "Quoted-Printable\n\n"
	      "a=C3=A4 =\r\nb=3d=\nc=zz =",
	 "||aä b=c=zz"},
	{"base64",
	 TYPE "text/plain; charset=\"ISO-8859-15\"\n" CODED "base64\n\n"
	      "pCBl\r\ncyBpc3Q=",
	 "||€ es ist"},
	{"base64 with rubbish, and cut off", CODED "base64\n\n Z*G93-bg==\nISE", "||down!!"},
	{"an encoding nobody knows", CODED "x-uuencode\n\nas it is", "||as it is"},
	{"HTML",
	 TYPE "text/html\n\n<html><head><title>no</title></head><STYLE>p{}</STYLE>"
	      "<p>web is <b>D</b>OWN &amp;&nbsp;out &#228;&#x20ac;&lt;1&bogus;"
	      "<br>since<td>9:00<!-- > no --><script>if (a<b) x()</script></p>tail <",
	 "||web is DOWN & out ä€<1&bogus;\nsince 9:00\ntail"},
	{"alternative",
	 TYPE "multipart/alternative; boundary=\"a b\"\n\npre\n"
	      "--a b\n" TYPE "text/html\n\n<p>h\n"
	      "--a b  \n" TYPE "text/plain\n\nplain\n"
	      "--a b--\nepilogue",
	 "||plain"},
	{"text alone is a blank: HTML",
	 MIXED "--x\n\n \n--x\n" TYPE "text/html\n\n<p>h\n--x--\n", "||h"},
	{"mixed, an attachment first",
	 MIXED "--x\n" TYPE "text/plain\nContent-Disposition: Attachment; filename=a\n\nno\n"
	       "--x\n" TYPE "multipart/related; boundary=xy\n\n"
	       "--xy\n" TYPE "image/png\n\nno\n"
	       "--xy\n\nyes\n--xy--\n--x--\n",
	 "||yes"},
	{"a boundary that begins like another", MIXED "--xx\n\nno\n--x\n\nyes\n--xx\n--x--",
	 "||yes\n--xx"},
	{"no end of the boundary", MIXED "--x\n\nyes", "||yes"},
	{"no boundary at all", TYPE "multipart/mixed\n\n--x\n\nyes", "||"},
	{"a boundary that does not come", MIXED "yes", "||"},
	{"a part without a body", MIXED "--x", "||"},
	{"a mail inside is none of ours", TYPE "message/rfc822\n\nSubject: no\n\nno", "||"},

	/* robots */
	{"a monitor", "Auto-Submitted: auto-generated\n\nx", "||x"},
	{"an answer", "Auto-Submitted: Auto-Replied (vacation)\n\nx", "||x (a reply)"},
	{"undelivered",
	 TYPE "multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\nx",
	 "||x (a reply)"},

	/* refused */
	{"nothing", "", NO_MAIL},
	{"an empty line", "\nSubject: x\n", NO_MAIL},
	{"a text", "web is down\n", NO_MAIL},
};

static void read_whole(void)
{
	struct text t = {0};

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		same(read_as(&t, whole[i].mail, strlen(whole[i].mail)), whole[i].wanted,
		     whole[i].name);
	same(read_as(&t, "Subject: a\0b\n\nc\0d", 17), "a\\x00b||c\\x00d", "NULs");
	text_release(&t);
}

static void read_dates(void)
{
	static const struct {
		const char *written;
		int64_t at_s;
	} date[] = {{"Sun, 22 Nov 2026 10:00:00 +0100", 1795338000},
		    {"22 Nov 2026 09:00:00 GMT", 1795338000},
		    {"Sun, 22 Nov 2026 09:00:00 -0000 (a (zone))", 1795338000},
		    {"Sun, 22 Nov 2026 04:00 EST", 1795338000},
		    {"yesterday", 0},
		    {"", 0},
		    {"(", 0}};
	struct text t = {0}, wrong = {0};
	struct mail m;

	for (size_t i = 0; i < sizeof date / sizeof *date; i++) {
		text_clear(&t);
		text_printf(&t, "Date: %s\n\nx", date[i].written);
		ok(mail_read(&m, t.at, t.size, &wrong) && m.at_us == date[i].at_s * CLOCK_SECOND,
		   "'%s' is %lld", date[i].written, (long long)m.at_us);
		mail_release(&m);
	}
	text_release(&t);
	text_release(&wrong);
}

/* What a stranger writes to take our time and memory. */
static void read_hostile(void)
{
	struct text t = {0}, out = {0};

	for (int level = 0; level < MAIL_LEVELS + 2; level++)
		text_printf(&t, TYPE "multipart/mixed; boundary=b%d\n\n--b%d\n", level, level);
	same(read_as(&out, t.at, t.size), "the mail's parts are nested deeper than 10 levels",
	     "parts in parts");
	text_clear(&t);
	for (int level = 0; level < MAIL_LEVELS; level++)
		text_printf(&t, TYPE "multipart/mixed; boundary=b%d\n\n--b%d\n", level, level);
	text_puts(&t, "\nyes");
	same(read_as(&out, t.at, t.size), "||yes", "as deep as it may be");

	text_clear(&t);
	text_puts(&t, "Subject: ");
	while (t.size < MAIL_BYTES - 100)
		text_puts(&t, "x\n ");
	same(read_as(&out, t.at, t.size), "the mail's header is longer than 128 KiB",
	     "a long header");
	while (t.size <= MAIL_BYTES)
		text_putc(&t, 'x');
	same(read_as(&out, t.at, t.size), "the mail is longer than 1024 KiB", "too long");

	text_clear(&t);
	text_puts(&t, "Subject: ");
	while (t.size < MAIL_HEADER_BYTES - 100)
		text_puts(&t, "=?=?");
	text_puts(&t, "\n\n");
	while (t.size < MAIL_BYTES - 1)
		text_puts(&t, "\xc3\xa4");
	read_as(&out, t.at, t.size);
	ok(out.size == MAIL_SUBJECT_BYTES + 2 + MAIL_TEXT_BYTES, "what is long is cut off: %zu",
	   out.size);
	text_release(&t);
	text_release(&out);
}

int main(void)
{
	read_whole();
	read_dates();
	read_hostile();
	return done_testing();
}
