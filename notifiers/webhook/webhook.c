/* notifiers/webhook: posts each letter as JSON to an address of your own, signed. Its own format is
 * the host's (letter_json()), the other one is what Alertmanager sends (webhook, version 4).
 * Invariant: what is signed are the very bytes that are sent. Manual: webhook.md. */
#include <nines/post.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define HEADERS 8 /* of ours */

enum format { FORMAT_NINES, FORMAT_ALERTMANAGER };

struct webhook {
	const char *url, *secret, *token, *user, *password;
	const char *const *header;
	int64_t format;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_(struct webhook, url, "url", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE,
		"where to, in place of the address of the path: one that is secret"),
	OPTION_(struct webhook, secret, "secret", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_SECRET,
		"key to sign with; without it nothing is signed"),
	OPTION_CHOICE(struct webhook, format, "nines", "nines|alertmanager", "what is sent"),
	OPTION_(struct webhook, token, "token", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "sent as Authorization: Bearer"),
	OPTION_LINE(struct webhook, user, "", "name for basic authentication"),
	OPTION_SECRET(struct webhook, password, "password for basic authentication"),
	OPTION_LIST(struct webhook, header, "", "lines 'Name: value' to send"),
	OPTIONS_POST(struct webhook, tls),
	OPTION_END,
};

struct talk {
	struct post post;
	const struct webhook *o;
	const char *written; /* RFC 3339, now */
	size_t items;	     /* of a summary */
	const struct post_item *item; /* the one at hand; NULL */
};

/* ---- Alertmanager's format ---- */

/* Labels are what the other side knows an alert by: none may change with the recovery. */
#define LABELS \
	"{\"alertname\":\"{{name}}{{^name}}nines {{kind}}{{/name}}\"," \
	"\"incident\":\"{{key}}\",\"owner\":\"{{owner}}\",\"monitor\":\"nines\"}"
#define ANNOTATIONS \
	"{\"summary\":\"{{subject}}\",\"description\":\"{{^many}}{{text}}{{/many}}" \
	"{{#many}}{{text|bytes:1000}}{{/many}}\",\"reason\":\"{{reason}}\"," \
	"\"severity\":\"{{severity}}\",\"state\":\"{{state}}\",\"step\":\"{{step}}\"}"

static const char alertmanager[] =
	"{\"version\":\"4\",\"groupKey\":\"nines:{{key}}\",\"truncatedAlerts\":0,"
	"\"status\":\"{{status}}\",\"receiver\":\"{{to}}\","
	"\"groupLabels\":{\"incident\":\"{{key}}\"},"
	"\"commonLabels\":{{^many}}" LABELS "{{/many}}{{#many}}{\"monitor\":\"nines\"}{{/many}},"
	"\"commonAnnotations\":" ANNOTATIONS ",\"externalURL\":\"{{page}}\",\"alerts\":[";
static const char alert[] =
	"{\"status\":\"{{status}}\",\"labels\":" LABELS ",\"annotations\":" ANNOTATIONS
	",\"startsAt\":\"{{starts}}\",\"endsAt\":\"{{ends}}\",\"generatorURL\":\"{{page}}\","
	"\"fingerprint\":\"{{fingerprint}}\"}";

static const char *key_of(const struct talk *t)
{
	return t->item ? t->item->key : post_key(t->post.letter);
}

/* FNV-1a: 16 hexadecimal digits, as long as those of Alertmanager. */
static const char *fingerprint_of(const struct talk *t)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (const char *at = key_of(t); *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
	return probe_text(t->post.probe, "%016llx", (unsigned long long)hash);
}

static bool is_over(const struct talk *t)
{
	const struct letter *l = t->post.letter;

	if (t->item)
		return t->item->has_ended;
	return letter_kind(l) == LETTER_RECOVERY || (t->items && !*letter_word(l, "failing"));
}

static const char *time_text(struct probe *p, int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / 1000000);
	char text[40];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
	return probe_text(p, "%s.%03dZ", text, (int)(wall_us / 1000 % 1000));
}

static const char *word_or(const struct talk *t, const char *word, const char *instead)
{
	const char *value = letter_word(t->post.letter, word);

	return *value ? value : instead;
}

static const char *value_of(const void *with, const char *name)
{
	static const char *const severity[POST_TONES] = {"critical", "warning", "info", "info"};
	const struct talk *t = with;

	if (!strcmp(name, "status"))
		return is_over(t) ? "resolved" : "firing";
	if (!strcmp(name, "key"))
		return key_of(t);
	if (!strcmp(name, "name") && t->item)
		return t->item->name;
	if (!strcmp(name, "many"))
		return t->items ? "yes" : "";
	if (!strcmp(name, "severity"))
		return severity[post_tone(t->post.letter)];
	if (!strcmp(name, "starts"))
		return word_or(t, "since", t->written);
	if (!strcmp(name, "ends"))
		return is_over(t) ? word_or(t, "until", t->written) : "0001-01-01T00:00:00Z";
	if (!strcmp(name, "fingerprint"))
		return fingerprint_of(t);
	return post_value(t->post.letter, name);
}

/* ---- the request ---- */

static const char *fill(struct talk *t, const char *template)
{
	return post_fill(&t->post, FILL_JSON, template, value_of, t);
}

/* One alert, or for a summary one for each of its incidents. */
static const char *body_of(struct talk *t)
{
	struct probe *p = t->post.probe;
	struct post_item item[POST_ITEMS];
	const char *all;

	all = letter_word(t->post.letter, "payload"); /* of a subscriber: ready as it is */
	if (*all)
		return all;
	if (t->o->format == FORMAT_NINES)
		return letter_json(t->post.letter);
	t->written = time_text(p, probe_wall_us(p));
	t->items = post_items(&t->post, item);
	all = fill(t, alertmanager);
	if (!t->items)
		all = probe_text(p, "%s%s", all, fill(t, alert));
	for (size_t i = 0; i < t->items; i++) {
		t->item = &item[i];
		all = probe_text(p, "%s%s%s", all, i ? "," : "", fill(t, alert));
	}
	t->item = NULL;
	return probe_text(p, "%s]}", all);
}

/* "X-Nines-Signature: t=1700000000,v1=HEX": HMAC-SHA256 of "1700000000." and the body. */
static const char *sign(struct talk *t, const char *body)
{
	struct probe *p = t->post.probe;
	long long now = (long long)(probe_wall_us(p) / 1000000);
	const char *all = probe_text(p, "%lld.%s", now, body);
	unsigned char hash[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned size = 0;

	if (!probe_ok(p) || !HMAC(EVP_sha256(), t->o->secret, (int)strlen(t->o->secret),
				  (const unsigned char *)all, strlen(all), hash, &size)) {
		probe_unknown(p, "no memory to sign");
		return "";
	}
	for (unsigned i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return probe_text(p, "X-Nines-Signature: t=%lld,v1=%s", now, hex);
}

static bool add_headers(struct talk *t, const char *body)
{
	const struct letter *l = t->post.letter;
	struct probe *p = t->post.probe;
	size_t count = 0, used = 0;
	const char **line;

	while (t->o->header[count])
		count++;
	line = probe_alloc(p, (count + HEADERS) * sizeof *line);
	if (!line)
		return false;
	line[used++] = "Content-Type: application/json";
	line[used++] = probe_text(p, "X-Nines-Event: %s", letter_kind_text(l));
	line[used++] = probe_text(p, "X-Nines-Delivery: %s", letter_id(l));
	line[used++] = probe_text(p, "X-Nines-Attempt: %d", letter_attempt(l));
	if (*t->o->secret)
		line[used++] = sign(t, body);
	if (*t->o->token)
		line[used++] = probe_text(p, "Authorization: Bearer %s", t->o->token);
	memcpy(line + used, t->o->header, count * sizeof *line);
	t->post.header = line;
	return probe_ok(p);
}

static bool is_url(const char *text)
{
	return !strncmp(text, "http://", 7) || !strncmp(text, "https://", 8);
}

static bool judge(const void *options, const char *address, struct check_judgement *j)
{
	const struct webhook *o = options;

	if (!*o->url && *address && !is_url(address))
		return post_wrong(j, NULL, "'%.100s' is no http or https address", address);
	return true;
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct webhook *o = options;
	struct talk t = {
		.post = {.letter = l,
			 .probe = letter_probe(l),
			 .user = o->user,
			 .password = o->password,
			 .tls = o->tls},
		.o = o,
	};
	const char *url = *o->url ? o->url : letter_to(l), *body;
	struct probe_http_answer answer;

	if (!is_url(url)) {
		letter_reason(l, "'%s' is no http or https address", *o->url ? "url" : url);
		return LETTER_GIVE_UP;
	}
	post_hide_url(&t.post, o->url);
	body = body_of(&t);
	if (add_headers(&t, body))
		post_ask(&t.post, "POST", url, body, &answer);
	return post_outcome(&t.post);
}

NOTIFIER_MODULE("webhook", "posts each letter as signed JSON", struct webhook, option, deliver,
		.judge = judge);
