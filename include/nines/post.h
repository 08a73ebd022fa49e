/* nines/post.h: what notifiers that speak HTTP share: one request, what its reply means for the
 * letter, and the letter's words for templates.
 *
 * Include it in a notifier module, fill a struct post, call post_ask() for each request in turn:
 * after the first that did not go well the others do nothing, and post_outcome() is what deliver()
 * returns. Invariant: a letter counts as delivered only when the other side has answered with a
 * status of 2xx; a redirect is never followed, a reply is read up to 64 KB. Statuses that may be
 * others another time (408, 425, 429, 5xx, a redirect that is temporary) and all trouble of the
 * network or our own mean: try later, at the time that Retry-After asks for. */
#ifndef NINES_POST_H
#define NINES_POST_H

#include <nines/fill.h>
#include <nines/notifier.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#define POST_REPLY_BYTES 65536
#define POST_SHOWN_BYTES 200 /* of a reply, in a reason */
#define POST_LATER_LEAST_S 1 /* what a Retry-After may ask for */
#define POST_LATER_MOST_S 3600

struct post {
	struct letter *letter;
	struct probe *probe;
	const char *const *header;   /* of every request; NULL: none */
	const char *user, *password; /* "": none */
	struct tls_options tls;
	int64_t reply_most_bytes;    /* 0: 64 KB */
	enum letter_outcome outcome; /* 0: all went well so far */
};

/* TLS of a notifier: judged always unless `verify = no`. */
#define OPTIONS_POST(s, m)                                                                    \
	OPTION_(s, m.verify, "verify", OPTION_TYPE_BOOL, "true", NULL, 0,                     \
		"judge the certificate of the server"),                                       \
		OPTION_(s, m.ca_file, "ca-file", OPTION_TYPE_FILE, "", NULL, 0,               \
			"trust these authorities only (PEM)"),                                \
		OPTION_(s, m.client_cert, "client-cert", OPTION_TYPE_FILE, "", NULL, 0,       \
			"certificate to show (PEM)"),                                         \
		OPTION_(s, m.client_key, "client-key", OPTION_TYPE_FILE, "", NULL, 0,         \
			"its key (PEM)")

/* ---- Retry-After (RFC 9110 10.2.3) ---- */

/* The value of the first header of that name in `head`, cut at `room`; "" when there is none. */
static inline void post_header(const char *head, const char *name, char *value, size_t room)
{
	size_t length = strlen(name), size;

	*value = '\0';
	for (const char *line = head; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncasecmp(line, name, length) != 0 || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " \t");
		size = strcspn(line, "\r\n");
		while (size && strchr(" \t", line[size - 1]))
			size--;
		size = size < room ? size : room - 1;
		memcpy(value, line, size);
		value[size] = '\0';
		return;
	}
}

/* Seconds to wait from `now_s` (wall clock) on; -1: it is neither seconds nor one of the three
 * dates of RFC 9110 5.6.7. */
static inline int64_t post_retry_after(const char *value, int64_t now_s)
{
	static const char *const form[] = {
		"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
	size_t digits = strspn(value, "0123456789");
	const char *end;
	int64_t wait_s;

	if (digits && !value[digits])
		return digits > 9 ? 999999999 : strtoll(value, NULL, 10);
	for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
		struct tm date = {.tm_mday = 1};

		end = strptime(value, form[i], &date);
		if (!end || *end)
			continue;
		wait_s = (int64_t)timegm(&date) - now_s;
		return wait_s > 0 ? wait_s : 0;
	}
	return -1;
}

/* "Within limits": a server may ask for an hour at most, and gets at least a second. */
static inline void post_wait(struct post *t, int64_t wait_s)
{
	if (wait_s < POST_LATER_LEAST_S)
		wait_s = POST_LATER_LEAST_S;
	letter_retry_after(
		t->letter, (wait_s < POST_LATER_MOST_S ? wait_s : POST_LATER_MOST_S) * 1000000);
}

/* ---- a request and its reply ---- */

/* What a status means: 0 is 2xx. */
static inline enum letter_outcome post_status(int status)
{
	if (status >= 200 && status < 300)
		return 0;
	if (status == 408 || status == 425 || status == 429 || status >= 500 || status < 200)
		return LETTER_TRY_LATER;
	return status == 302 || status == 303 || status == 307 ? LETTER_TRY_LATER : LETTER_GIVE_UP;
}

/* "404 Not Found": the status line without its version. */
static inline const char *post_status_text(struct post *t, const struct probe_http_answer *a)
{
	const char *space = strchr(a->head, ' ');
	size_t size = space ? strcspn(space + 1, "\r\n") : 0;

	while (size && space[size] == ' ')
		size--;
	return size ? probe_text(t->probe, "%.*s", size < 80 ? (int)size : 80, space + 1) : "none";
}

/* The reply did not say what it should: the letter's outcome, and why. */
static inline bool post_refuse(struct post *t, enum letter_outcome outcome, const char *wanted,
			       const struct probe_http_answer *a)
{
	size_t kept = a->body_kept < POST_SHOWN_BYTES ? a->body_kept : POST_SHOWN_BYTES;
	const char *said = kept ? probe_shown_bytes(t->probe, a->body, kept) : "";

	t->outcome = outcome;
	if (*said)
		letter_reason(t->letter, "wanted %s, got '%s' and '%s'", wanted,
			      post_status_text(t, a), said);
	else
		letter_reason(t->letter, "wanted %s, got '%s'", wanted, post_status_text(t, a));
	return false;
}

/* Judges the status and what it says of another time. */
static inline bool post_judge(struct post *t, const struct probe_http_answer *a)
{
	enum letter_outcome outcome = post_status(a->status);
	char value[80];
	int64_t wait_s;

	if (!outcome)
		return true;
	post_header(a->head, "Retry-After", value, sizeof value);
	wait_s = post_retry_after(value, probe_wall_us(t->probe) / 1000000);
	if (outcome == LETTER_TRY_LATER && wait_s >= 0)
		post_wait(t, wait_s);
	return post_refuse(t, outcome, "status 2xx", a);
}

/* Sends one request and takes its reply, whatever its status; `body` NULL: none. False when none
 * came, or something before has gone wrong. */
static inline bool post_send(struct post *t, const char *method, const char *url, const char *body,
			     struct probe_http_answer *a)
{
	struct probe_http request = {
		.url = url,
		.method = method,
		.header = t->header,
		.body = body,
		.user = t->user,
		.password = t->password,
		.tls = t->tls,
		.body_most_bytes = t->reply_most_bytes ? t->reply_most_bytes : POST_REPLY_BYTES,
	};

	request.tls.warn_expiry = 0;
	if (!t->outcome && !probe_http(t->probe, &request, a))
		t->outcome = LETTER_TRY_LATER;
	return !t->outcome;
}

/* The same, and its status must be 2xx. */
static inline bool post_ask(struct post *t, const char *method, const char *url, const char *body,
			    struct probe_http_answer *a)
{
	return post_send(t, method, url, body, a) && post_judge(t, a);
}

/* Own trouble (memory, a template that is wrong) is never the letter's end. */
static inline enum letter_outcome post_outcome(const struct post *t)
{
	if (!probe_ok(t->probe))
		return LETTER_TRY_LATER;
	return t->outcome ? t->outcome : LETTER_DELIVERED;
}

/* The address of a request, `path` behind `base`, whether the base ends with a slash or has a query
 * of its own. */
static inline const char *post_join(struct post *t, const char *base, const char *path)
{
	size_t size = strlen(base);

	while (size && *path == '/' && base[size - 1] == '/')
		size--;
	if (*path == '?' && memchr(base, '?', size))
		return probe_text(t->probe, "%.*s&%s", (int)size, base, path + 1);
	return probe_text(t->probe, "%.*s%s", (int)size, base, path);
}

/* An address that is a secret as a whole: what of it goes into the request is one too. */
static inline void post_hide_url(struct post *t, const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;

	if (path)
		probe_hide(t->probe, path);
}

/* ---- what the letter says, for templates ---- */

/* How loud it is: for colours and priorities. */
enum post_tone { POST_BAD, POST_WARN, POST_GOOD, POST_PLAIN, POST_TONES };

static inline bool post_state_is(const struct letter *l, const char *state)
{
	return !strcmp(letter_word(l, "state"), state);
}

static inline enum post_tone post_tone(const struct letter *l)
{
	if (letter_kind(l) == LETTER_RECOVERY)
		return POST_GOOD;
	if (letter_kind(l) == LETTER_SUMMARY)
		return *letter_word(l, "failing") || !*letter_word(l, "ended") ? POST_BAD
									       : POST_GOOD;
	if (letter_kind(l) == LETTER_ALERT)
		return post_state_is(l, "degraded") || post_state_is(l, "unknown") ? POST_WARN
										   : POST_BAD;
	return POST_PLAIN;
}

/* The check or service that it is about; "": none, or many. */
static inline const char *post_name(const struct letter *l)
{
	const char *check = letter_word(l, "check");

	return *check ? check : letter_word(l, "service");
}

/* What belongs together at the other side: the incident's id, or, where the letter is about none or
 * many of them, its own. */
static inline const char *post_key(const struct letter *l)
{
	const char *incident = letter_word(l, "incident");

	return *incident && letter_kind(l) != LETTER_SUMMARY && !strchr(incident, '\n')
		       ? incident
		       : letter_id(l);
}

/* A summary is about many incidents: those that begin and those that end, by name and id. */
#define POST_ITEMS 25 /* more are one thing to the other side, too */

struct post_item {
	const char *name, *key;
	bool has_ended;
};

static inline const char *post_line(struct probe *p, const char **list)
{
	size_t size = strcspn(*list, "\n");
	const char *line = probe_text(p, "%.*s", (int)size, *list);

	*list += size + ((*list)[size] == '\n');
	return line;
}

/* How many; 0: it is no summary, or one of too many, or their ids are not known. */
static inline size_t post_items(struct post *t, struct post_item item[POST_ITEMS])
{
	static const char *const word[][2] = {{"failing", "failing-incidents"},
					      {"ended", "ended-incidents"}};
	size_t count = 0;

	for (size_t i = 0; letter_kind(t->letter) == LETTER_SUMMARY && i < 2; i++) {
		const char *names = letter_word(t->letter, word[i][0]);
		const char *ids = letter_word(t->letter, word[i][1]);

		while (*names) {
			if (count == POST_ITEMS)
				return 0;
			item[count].name = post_line(t->probe, &names);
			item[count].key = post_line(t->probe, &ids);
			item[count].has_ended = i == 1;
			if (!*item[count++].key)
				return 0;
		}
	}
	return count;
}

/* The value of a name that every letter has, or that of a word of the letter: for `find` of struct
 * fill behind a module's own names. */
static inline const char *post_value(const struct letter *l, const char *name)
{
	if (!strcmp(name, "subject"))
		return letter_subject(l);
	if (!strcmp(name, "text"))
		return letter_text(l);
	if (!strcmp(name, "short"))
		return letter_short(l);
	if (!strcmp(name, "id"))
		return letter_id(l);
	if (!strcmp(name, "to"))
		return letter_to(l);
	if (!strcmp(name, "kind"))
		return letter_kind_text(l);
	if (!strcmp(name, "key"))
		return post_key(l);
	if (!strcmp(name, "name"))
		return post_name(l);
	return letter_word(l, name);
}

/* ---- judging, before there is any letter: for judge() of a notifier ---- */

/* Says what is wrong with an option (NULL: with the address). Always returns false. */
static inline bool post_wrong(struct check_judgement *j, const char *option, const char *why,
			      const char *subject)
{
	j->option = option;
	snprintf(j->why, sizeof j->why, why, subject);
	return false;
}

static inline const char *post_any(const void *value, const char *name)
{
	(void)name;
	return value;
}

/* Is it a template, whatever its words mean? */
static inline bool post_is_template(
	struct check_judgement *j, const char *option, const char *template)
{
	static const char *const value[] = {"", "x"}; /* sections: of what is and of what is not */

	for (size_t i = 0; i < 2; i++) {
		struct fill f = {.find = post_any, .with = value[i]};

		if (!fill_text(&f, template))
			return post_wrong(j, option, "nothing to fill in at '%.60s'", f.wrong);
	}
	return true;
}

static inline bool post_are_templates(
	struct check_judgement *j, const char *option, const char *const *template)
{
	for (j->item = 0; template[j->item]; j->item++)
		if (!post_is_template(j, option, template[j->item]))
			return false;
	j->item = 0;
	return true;
}

/* Are all of the form 'NAME = VALUE'? */
static inline bool post_is_map(
	struct check_judgement *j, const char *option, const char *const *entry)
{
	for (j->item = 0; entry[j->item]; j->item++) {
		const char *equals = strchr(entry[j->item], '=');

		if (!equals || equals == entry[j->item] || !equals[1 + strspn(equals + 1, " ")])
			return post_wrong(j, option, "'%.60s' is not of the form 'NAME = VALUE'",
					  entry[j->item]);
	}
	j->item = 0;
	return true;
}

/* The text of a template. When it is wrong: "", and the letter is given up, for it will be wrong
 * another time too. `find` and `with` as in struct fill. */
static inline const char *post_fill(
	struct post *t, enum fill_in in, const char *template,
	const char *(*find)(const void *with, const char *name), const void *with)
{
	struct fill f = {.find = find, .with = with, .in = in};
	char *text;

	if (!fill_text(&f, template)) {
		letter_reason(t->letter, "nothing to fill in at '%.40s' of a template", f.wrong);
		t->outcome = LETTER_GIVE_UP;
		return "";
	}
	text = probe_alloc(t->probe, f.size + 1);
	if (!text)
		return "";
	f.at = text;
	f.room = f.size;
	fill_text(&f, template);
	return text;
}

#endif
