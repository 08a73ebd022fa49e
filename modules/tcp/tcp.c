/* modules/tcp: connects to a port; if asked, speaks TLS, sends a text and looks for another in what
 * comes back, or holds the whole conversation that the option `talk` writes down (talk.h).
 *
 * With `expect` a NUL byte cannot be looked for; `talk` sees every byte. */
#include <nines/check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

#define TEXT_BYTES 200

enum tls_use { TLS_NONE, TLS_IMPLICIT };

struct tcp {
	const char *host, *send, *expect, *password;
	const char *const *talk;
	int64_t port, tls_use;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_HOST(struct tcp, host, "name or address to connect to"),
	OPTION_PORT(struct tcp, port, 0, "TCP port"),
	OPTION_TEXT(struct tcp, send, "",
		    "text to send; \\r \\n \\t \\\\ and \\xNN stand for bytes"),
	OPTION_TEXT(struct tcp, expect, "", "text that must come back; escapes as in send"),
	OPTION_(struct tcp, talk, "talk", OPTION_TYPE_LIST, "", NULL, OPTION_HAS_ESCAPES,
		"the conversation, a word and its text an item: step send expect line reply read "
		"close match refuse value fact tls"),
	OPTION_SECRET(struct tcp, password, "what \\p stands for in a text that is sent"),
	OPTION_(struct tcp, tls_use, "tls", OPTION_TYPE_CHOICE, "none", "none|implicit", 0,
		"speak TLS from the first byte"),
	OPTIONS_TLS(struct tcp, tls),
	OPTION_END};

/* A conversation that is under way. */
struct talk {
	const struct tcp *options;
	struct talk_line *line;
	int lines;
	const char *opened; /* the standard step that is open */
	bool has_step, has_sent;
	const char *answer; /* what the last word that reads has read */
	size_t size;
	struct probe_mark mark[1 + TALK_REFUSALS]; /* what is awaited, and what must not come */
	size_t refusals;
};

/* The bytes that `text` stands for; NULL after a failure. */
static char *plain(struct probe *p, const struct tcp *o, const char *name, const char *text,
		   size_t *size)
{
	char *bytes = probe_alloc(p, talk_room(text, o->password)), why[TALK_WHY_BYTES];

	if (bytes && !talk_bytes(text, o->password, bytes, size, why)) {
		probe_unknown(p, "%s: %s", name, why);
		return NULL;
	}
	return bytes;
}

/* ---- the words that read ---- */

static void hold(struct talk *t, const char *answer, size_t size)
{
	t->answer = answer;
	t->size = size;
}

static void say_refused(struct probe *p, const struct talk *t, const struct probe_mark *mark)
{
	probe_fail(p, "refused '%s', got '%s'", probe_shown_bytes(p, mark->bytes, mark->size),
		   probe_shown_bytes(p, t->answer, t->size));
}

/* What stands behind the refused text tells the reason; nothing more is waited for. */
static void add_rest(struct probe *p, struct talk *t)
{
	char *all = probe_alloc(p, t->size + TEXT_BYTES);

	if (!all || !probe_has_input(p))
		return;
	memcpy(all, t->answer, t->size);
	hold(t, all, t->size + probe_read(p, all + t->size, TEXT_BYTES));
}

static void judge_refusals(struct probe *p, const struct talk *t)
{
	for (size_t i = 1; i <= t->refusals; i++)
		if (talk_find(t->answer, t->size, t->mark[i].bytes, t->mark[i].size))
			say_refused(p, t, &t->mark[i]);
}

static void expect_text(struct probe *p, struct talk *t, const struct talk_line *l)
{
	int which;

	t->mark[0] = (struct probe_mark){l->bytes, l->size};
	which = probe_find(p, t->mark, 1 + t->refusals, TALK_ANSWER_BYTES, &t->answer, &t->size);
	if (which > 0) {
		add_rest(p, t);
		say_refused(p, t, &t->mark[which]);
	}
}

static void expect_line(struct probe *p, struct talk *t, const struct talk_line *l)
{
	const char *line = probe_line(p);

	hold(t, line, strlen(line));
	judge_refusals(p, t);
	if (strncmp(line, l->bytes, l->size))
		probe_fail(p, "wanted '%s', got '%s'", probe_shown_bytes(p, l->bytes, l->size),
			   probe_shown_bytes(p, line, strlen(line)));
}

static void expect_reply(struct probe *p, struct talk *t, const struct talk_line *l)
{
	const char *text;

	probe_reply(p, (int)l->number);
	text = probe_reply_text(p);
	hold(t, text, strlen(text));
	judge_refusals(p, t);
}

static void expect_bytes(struct probe *p, struct talk *t, const struct talk_line *l)
{
	hold(t, probe_take(p, (size_t)l->number), (size_t)l->number);
	if (probe_ok(p))
		judge_refusals(p, t);
}

/* Reads to the end of the stream, which must come. */
static void expect_close(struct probe *p, struct talk *t, const struct talk_line *l)
{
	char *bytes = probe_alloc(p, TALK_ANSWER_BYTES + 1);
	size_t n = 1, have = 0;

	(void)l;
	while (bytes && n && have < TALK_ANSWER_BYTES) {
		n = probe_read(p, bytes + have, TALK_ANSWER_BYTES - have);
		have += n;
	}
	if (bytes && n)
		probe_fail(p, "too long: the answer goes on behind %d bytes", TALK_ANSWER_BYTES);
	if (!probe_ok(p))
		return;
	hold(t, bytes, have);
	judge_refusals(p, t);
}

/* ---- the other words ---- */

static void say_missing(struct probe *p, const struct talk *t, const char *what,
			const struct talk_line *l)
{
	const char *got = probe_shown_bytes(p, t->answer, t->size);

	if (l->size)
		probe_fail(p, "wanted %s'%s', got '%s'", what,
			   probe_shown_bytes(p, l->bytes, l->size), got);
	else
		probe_fail(p, "wanted a number, got '%s'", got);
}

static void match(struct probe *p, struct talk *t, const struct talk_line *l)
{
	if (!talk_find(t->answer, t->size, l->bytes, l->size))
		say_missing(p, t, "", l);
}

static void add_refusal(struct probe *p, struct talk *t, const struct talk_line *l)
{
	(void)p;
	t->mark[++t->refusals] = (struct probe_mark){l->bytes, l->size};
}

static void take_value(struct probe *p, struct talk *t, const struct talk_line *l)
{
	double number;

	if (talk_number(l, t->answer, t->size, &number))
		probe_value(p, l->name, number, l->unit);
	else
		say_missing(p, t, "a number behind ", l);
}

static void take_fact(struct probe *p, struct talk *t, const struct talk_line *l)
{
	char text[TEXT_BYTES];

	if (talk_text(l, t->answer, t->size, text, sizeof text))
		probe_fact(p, l->name, text);
	else
		say_missing(p, t, "a text behind ", l);
}

static void open_step(struct probe *p, struct talk *t, const struct talk_line *l)
{
	probe_step(p, l->name);
	t->has_step = true;
}

static void send_bytes(struct probe *p, struct talk *t, const struct talk_line *l)
{
	t->has_sent = true;
	probe_send(p, l->bytes, l->size);
}

static void start_tls(struct probe *p, struct talk *t, const struct talk_line *l)
{
	struct probe_tls tls = probe_tls_of(&t->options->tls);

	(void)l;
	t->has_step = false;
	t->opened = NULL;
	probe_start_tls(p, &tls);
}

static const struct {
	bool takes_time; /* needs an open step */
	void (*speak)(struct probe *, struct talk *, const struct talk_line *);
} word[TALK_WORDS] = {
	[TALK_STEP] = {false, open_step},     [TALK_SEND] = {true, send_bytes},
	[TALK_EXPECT] = {true, expect_text},  [TALK_LINE] = {true, expect_line},
	[TALK_REPLY] = {true, expect_reply},  [TALK_READ] = {true, expect_bytes},
	[TALK_CLOSE] = {true, expect_close},  [TALK_MATCH] = {false, match},
	[TALK_REFUSE] = {false, add_refusal}, [TALK_VALUE] = {false, take_value},
	[TALK_FACT] = {false, take_fact},     [TALK_TLS] = {false, start_tls},
};

/* ---- the conversation ---- */

/* Where no step is named: what a server says unasked is its banner, all else one question. */
static void speak(struct probe *p, struct talk *t, const struct talk_line *l)
{
	static const char *const standard[] = {"banner", "query"};
	bool asks = t->has_sent || l->word == TALK_SEND;

	if (word[l->word].takes_time && !t->has_step && t->opened != standard[asks]) {
		t->opened = standard[asks];
		probe_step(p, t->opened);
	}
	word[l->word].speak(p, t, l);
}

/* `listener` first: a probe, or a judgement, that is told. */
struct told {
	struct talk_listener listener;
	struct probe *probe;
	struct check_judgement *judgement;
};

static void tell_probe(struct talk_listener *l, size_t place, const char *why)
{
	probe_unknown(((struct told *)l)->probe, "talk, item %zu: %s", place + 1, why);
}

static void tell_judge(struct talk_listener *l, size_t place, const char *why)
{
	check_wrong(((struct told *)l)->judgement, "talk", place, "%s", why);
}

static void read_talk(struct probe *p, struct talk *t)
{
	const struct tcp *o = t->options;
	struct told told = {.listener.wrong = tell_probe, .probe = p};

	if (*o->talk && (*o->send || *o->expect))
		probe_unknown(p, "talk stands for send and expect: leave those out");
	t->line = probe_alloc(p, talk_list_room(o->talk, o->password));
	t->lines = t->line ? talk_read_list(t->line, o->talk, o->password,
					    o->tls_use == TLS_IMPLICIT, &told.listener)
			   : 0;
}

static void hold_talk(struct probe *p, struct talk *t)
{
	for (int i = 0; i < t->lines && probe_ok(p); i++)
		speak(p, t, &t->line[i]);
}

static void send_and_expect(struct probe *p, const char *send, size_t size, const char *expect)
{
	if (send) {
		probe_step(p, "request");
		probe_send(p, send, size);
	}
	if (expect) {
		probe_step(p, "first-byte");
		probe_until(p, expect, TALK_ANSWER_BYTES);
	}
}

static void run(struct probe *p, const void *options)
{
	const struct tcp *o = options;
	struct talk t = {.options = o, .answer = ""};
	struct probe_tls tls = probe_tls_of(&o->tls);
	size_t to_send = 0, to_expect = 0;
	char *send = *o->send ? plain(p, o, "send", o->send, &to_send) : NULL;
	char *expect = *o->expect ? plain(p, o, "expect", o->expect, &to_expect) : NULL;

	if (memchr(expect ? expect : "", '\0', to_expect))
		probe_unknown(p, "expect: a NUL byte cannot be looked for");
	read_talk(p, &t);
	probe_dial(p, o->host, o->port);
	if (o->tls_use == TLS_IMPLICIT)
		probe_start_tls(p, &tls);
	send_and_expect(p, send, to_send, expect);
	hold_talk(p, &t);
}

/* What the first probe would find wrong, told by `nines config check`. */
static bool judge(const void *options, struct check_judgement *j)
{
	const struct tcp *o = options;
	struct told told = {.listener.wrong = tell_judge, .judgement = j};
	struct talk_line *line = malloc(talk_list_room(o->talk, ""));
	bool is_fine = !line || talk_read_list(line, o->talk, "", o->tls_use == TLS_IMPLICIT,
					       &told.listener) >= 0;

	free(line);
	if (*o->talk && (*o->send || *o->expect))
		is_fine = check_wrong(j, *o->send ? "send" : "expect", 0,
				      "talk stands for send and expect: leave it out");
	return is_fine;
}

CHECK_MODULE("tcp", "connects to a TCP port, sends and expects text", struct tcp, option, run,
	     .judge = judge);
