/* notifiers/sms: sends the short form of a letter as one SMS through an HTTP gateway. What a
 * gateway wants is a row of a table; one's own is described by templates. Delivered is what the
 * gateway has accepted. Manual: sms.md. */
#include <ctype.h>

#include <nines/reply.h>

#include <nines/post.h>

#include "gsm.h"

#define NUMBER_DIGITS 15 /* E.164 */

enum format { FORMAT_FORM, FORMAT_JSON };
enum alphabet { ALPHABET_AUTO, ALPHABET_GSM };

struct sms {
	int64_t gateway, format, alphabet;
	const char *url, *user, *token, *sender, *country;
	/* gateway = custom */
	const char *method, *path, *body, *says;
	const char *const *header;
	struct tls_options tls;
};

struct gateway {
	const char *name, *base;
	const char *path, *body; /* templates; body NULL: GET, and all is in the path */
	bool logs_in;		 /* with user and token, by basic authentication */
	int status;		 /* that means accepted; 0: any 2xx */
	const char *member;	 /* that its JSON must have; NULL: none */
};

static const struct gateway gateway[] = {
	{.name = "twilio",
	 .base = "https://api.twilio.com",
	 .path = "/2010-04-01/Accounts/{{user}}/Messages.json",
	 .body = "To={{to}}&{{#service}}MessagingServiceSid{{/service}}"
		 "{{^service}}From{{/service}}={{sender}}&Body={{message}}",
	 .logs_in = true,
	 .status = 201,
	 .member = "sid"},
	{.name = "kannel",
	 .path = "/cgi-bin/sendsms?username={{user}}&password={{token}}&to={{to}}"
		 "{{#sender}}&from={{sender}}{{/sender}}&charset=UTF-8&coding={{coding}}"
		 "&text={{message}}",
	 .status = 202},
	{.name = "custom"},
};
#define GATEWAYS "twilio|kannel|custom"

static const struct module_option option[] = {
	OPTION_(struct sms, gateway, "gateway", OPTION_TYPE_CHOICE, NULL, GATEWAYS,
		OPTION_IS_REQUIRED, "which one"),
	OPTION_(struct sms, url, "url", OPTION_TYPE_URL, NULL, "http|https", 0,
		"its address, where it has none for all"),
	OPTION_LINE(struct sms, user, "", "log in as (Twilio: the account's SID)"),
	OPTION_(struct sms, token, "token", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "password or key"),
	OPTION_LINE(struct sms, sender, "", "the number or name that it comes from"),
	OPTION_LINE(struct sms, country, "",
		    "code of the country, such as +49: of numbers that begin with 0"),
	OPTION_CHOICE(struct sms, alphabet, "auto", "auto|gsm",
		      "gsm: 160 characters always, what GSM-7 lacks becomes '?'"),
	OPTION_LINE(struct sms, method, "POST", "custom: of the request"),
	OPTION_LINE(struct sms, path, "", "custom: template of what stands behind the address"),
	OPTION_LIST(struct sms, header, "", "custom: templates of lines 'Name: value' to send"),
	OPTION_TEXT(struct sms, body, "", "custom: template of what is sent"),
	OPTION_CHOICE(struct sms, format, "form", "form|json", "custom: what the body is"),
	OPTION_TEXT(struct sms, says, "", "custom: text the reply must contain"),
	OPTIONS_POST(struct sms, tls),
	OPTION_END,
};

struct talk {
	struct post post;
	const struct sms *o;
	const struct gateway *gateway;
	char to[NUMBER_DIGITS + 2]; /* +491711234567 */
	char message[GSM_BYTES];
	bool is_ucs2;
};

static const char *value_of(const void *with, const char *name)
{
	const struct talk *t = with;

	if (!strcmp(name, "to"))
		return t->to;
	if (!strcmp(name, "digits"))
		return t->to + 1;
	if (!strcmp(name, "message"))
		return t->message;
	if (!strcmp(name, "coding")) /* as Kannel and SMPP number them */
		return t->is_ucs2 ? "2" : "0";
	if (!strcmp(name, "user"))
		return t->o->user;
	if (!strcmp(name, "token"))
		return t->o->token;
	if (!strcmp(name, "sender"))
		return t->o->sender;
	if (!strcmp(name, "service")) /* Twilio: a messaging service in place of a number */
		return strncmp(t->o->sender, "MG", 2) ? "" : t->o->sender;
	return post_value(t->post.letter, name);
}

static const char *fill(struct talk *t, enum fill_in in, const char *template)
{
	return post_fill(&t->post, in, template, value_of, t);
}

/* ---- the number ---- */

/* E.164: '+', the country's code, at most 15 digits. What people put between them is left out. */
static bool read_number(struct talk *t, const char *text)
{
	const char *country = t->o->country;
	size_t size = 0;

	if (*text == '0' && *country == '+') {
		size = strlen(country) < sizeof t->to ? strlen(country) : 0;
		memcpy(t->to, country, size);
		text++;
	} else if (*text == '+') {
		t->to[size++] = *text++;
	}
	for (; *text; text++) {
		if (strchr(" -./()", *text))
			continue;
		if (!isdigit((unsigned char)*text) || size == sizeof t->to - 1)
			return false;
		t->to[size++] = *text;
	}
	t->to[size] = '\0';
	return *t->to == '+' && t->to[1] != '0' && size >= 8 &&
	       strspn(t->to + 1, "0123456789") == size - 1;
}

/* ---- the request ---- */

static bool send_row(struct talk *t, struct probe_http_answer *a)
{
	static const char *const header[] = {"Content-Type: application/x-www-form-urlencoded",
					     NULL};
	const struct gateway *g = t->gateway;
	const char *base = *t->o->url ? t->o->url : g->base;

	t->post.header = g->body ? header : NULL;
	if (g->logs_in) {
		t->post.user = t->o->user;
		t->post.password = t->o->token;
	}
	return post_ask(&t->post, g->body ? "POST" : "GET",
			post_join(&t->post, base, fill(t, FILL_URL, g->path)),
			g->body ? fill(t, FILL_URL, g->body) : NULL, a);
}

static bool send_custom(struct talk *t, struct probe_http_answer *a)
{
	static const char *const type[] = {
		[FORMAT_FORM] = "Content-Type: application/x-www-form-urlencoded",
		[FORMAT_JSON] = "Content-Type: application/json"};
	const struct sms *o = t->o;
	size_t count = 0;
	const char **line;

	while (o->header[count])
		count++;
	line = probe_alloc(t->post.probe, (count + 2) * sizeof *line);
	if (!line)
		return false;
	line[0] = type[o->format];
	for (size_t i = 0; i < count; i++)
		line[i + 1] = fill(t, FILL_LINE, o->header[i]);
	t->post.header = line;
	return post_ask(
		&t->post, o->method, post_join(&t->post, o->url, fill(t, FILL_URL, o->path)),
		*o->body ? fill(t, o->format == FORMAT_FORM ? FILL_URL : FILL_JSON, o->body)
			 : NULL,
		a);
}

/* 2xx came; is it the gateway's own yes? */
static void judge_reply(struct talk *t, const struct probe_http_answer *a)
{
	const struct gateway *g = t->gateway;
	const char *wanted = NULL;

	if (g->status && a->status != g->status)
		wanted = probe_text(t->post.probe, "status %d", g->status);
	else if (g->member && !json_is_string(reply_get(reply_json(t->post.probe, a), g->member)))
		wanted = probe_text(t->post.probe, "JSON with \"%s\"", g->member);
	else if (*t->o->says && !memmem(a->body, a->body_kept, t->o->says, strlen(t->o->says)))
		wanted = probe_text(t->post.probe, "'%s'", t->o->says);
	if (wanted)
		post_refuse(&t->post, LETTER_TRY_LATER, wanted, a);
}

/* The token as it stands in an address, a form or JSON. */
static void hide_token(struct talk *t)
{
	probe_hide(t->post.probe, fill(t, FILL_URL, "{{token}}"));
	probe_hide(t->post.probe, fill(t, FILL_JSON, "{{token}}"));
}

static const char *lacking(const struct sms *o)
{
	const struct gateway *g = &gateway[o->gateway];

	if (!*o->url && !g->base)
		return "no url is given";
	if (g->path && (!*o->user || !*o->token))
		return "user or token is not given";
	return g->logs_in && !*o->sender ? "no sender is given" : NULL;
}

static bool judge(const void *options, const char *address, struct check_judgement *j)
{
	const struct sms *o = options;
	const char *lacks = lacking(o);
	struct talk t = {.o = o};

	if (lacks)
		return post_wrong(j, "gateway", lacks, NULL);
	if (*address && !read_number(&t, address))
		return post_wrong(j, NULL, "'%.60s' is no number such as +491711234567", address);
	return post_is_template(j, "body", o->body) && post_is_template(j, "path", o->path) &&
	       post_are_templates(j, "header", o->header);
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct sms *o = options;
	struct talk t = {
		.post = {.letter = l,
			 .probe = letter_probe(l),
			 .user = "",
			 .password = "",
			 .tls = o->tls},
		.o = o,
		.gateway = &gateway[o->gateway],
	};
	struct probe_http_answer answer;
	const char *lacks = lacking(o);

	if (lacks) {
		letter_reason(l, "%s: %s", t.gateway->name, lacks);
		return LETTER_GIVE_UP;
	}
	if (!read_number(&t, letter_to(l))) {
		letter_reason(l, "'%s' is no number such as +491711234567", letter_to(l));
		return LETTER_GIVE_UP;
	}
	hide_token(&t);
	t.is_ucs2 = gsm_cut(letter_short(l), o->alphabet == ALPHABET_GSM, t.message);
	if (t.gateway->path ? send_row(&t, &answer) : send_custom(&t, &answer))
		judge_reply(&t, &answer);
	return post_outcome(&t.post);
}

NOTIFIER_MODULE("sms", "sends an SMS through an HTTP gateway", struct sms, option, deliver,
		.judge = judge);
