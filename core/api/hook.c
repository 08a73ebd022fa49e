/* api/hook: see hook.h. */
#include "hook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../json/document.h"

#define KEY_BYTES  60
#define TEXT_BYTES 200 /* of one alert, at most */
#define LINE_MOST  (2 * KEY_BYTES + 8) /* without a text */
#define SEEN       4096

/* ---- lines for the module ---- */

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* One word: what would end it becomes something else. */
static void add_word(struct text *t, const char *word, const char *otherwise)
{
	size_t from = t->size;

	text_add_safe(t, *word ? word : otherwise, strlen(*word ? word : otherwise), KEY_BYTES);
	for (size_t i = from; i < t->size; i++)
		if (t->at[i] == ' ')
			t->at[i] = '-';
}

static void add_line(struct text *t, const char *key, const char *state, const char *said,
		     size_t most)
{
	text_puts(t, t->size ? "\nset " : "set ");
	add_word(t, key, "-");
	text_putc(t, ' ');
	add_word(t, state, "down");
	text_putc(t, ' ');
	text_add_safe(t, said, strlen(said), most);
}

/* ---- Alertmanager ---- */

/* One alert without a fingerprint is known by its labels. */
static void add_key(struct text *key, const json_t *alert)
{
	const char *fingerprint = text_at(alert, "fingerprint");
	char *labels = *fingerprint ? NULL
				    : json_dumps(json_object_get(alert, "labels"),
						 JSON_SORT_KEYS | JSON_COMPACT);

	if (labels)
		text_printf(key, "%016llx", (unsigned long long)map_hash(labels, strlen(labels)));
	else
		text_puts(key, fingerprint);
	free(labels);
}

static void add_summary(struct text *said, const json_t *alert)
{
	const json_t *labels = json_object_get(alert, "labels"),
		     *notes = json_object_get(alert, "annotations");
	const char *summary = text_at(notes, "summary"), *about = text_at(notes, "description");

	text_puts(said, text_at(labels, "alertname"));
	if (*text_at(labels, "instance"))
		text_printf(said, " %s", text_at(labels, "instance"));
	if (*summary || *about)
		text_printf(said, ": %s", *summary ? summary : about);
}

static bool is_resolved(const json_t *alert)
{
	return !strcmp(text_at(alert, "status"), "resolved");
}

static void add_alert(struct text *t, const json_t *alert, size_t most)
{
	struct text key = {0}, said = {0};

	add_key(&key, alert);
	add_summary(&said, alert);
	add_line(t, text_get(&key),
		 is_resolved(alert) ? "resolved"
				    : text_at(json_object_get(alert, "labels"), "severity"),
		 text_get(&said), most);
	text_release(&key);
	text_release(&said);
}

static void add_all(struct text *t, const json_t *list, size_t most)
{
	text_clear(t);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_object(json_array_get(list, i)))
			add_alert(t, json_array_get(list, i), most);
}

static bool lasts(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_object(json_array_get(list, i)) &&
		    !is_resolved(json_array_get(list, i)))
			return true;
	return false;
}

/* As many of those that last as there is room for: that it is bad may not get lost. */
static void add_lasting(struct text *t, const json_t *list)
{
	const json_t *alert;

	text_clear(t);
	for (size_t i = 0; i < json_array_size(list); i++) {
		alert = json_array_get(list, i);
		if (json_is_object(alert) && !is_resolved(alert) &&
		    t->size + LINE_MOST < HOOK_EVENT_BYTES)
			add_alert(t, alert, 0);
	}
}

/* What is too much for one event is told with shorter texts. */
static bool add_alerts(struct text *t, const json_t *j)
{
	const json_t *list = json_object_get(j, "alerts");

	if (!json_is_array(list))
		return false;
	add_all(t, list, TEXT_BYTES);
	if (t->size <= HOOK_EVENT_BYTES)
		return true;
	add_all(t, list, 0);
	if (t->size <= HOOK_EVENT_BYTES)
		add_all(t, list, (HOOK_EVENT_BYTES - t->size) / json_array_size(list));
	else if (lasts(list))
		add_lasting(t, list);
	return true;
}

/* ---- Statuspage ---- */

static bool add_component(struct text *t, const json_t *j)
{
	const json_t *update = json_object_get(j, "component_update"),
		     *component = json_object_get(j, "component");
	const char *state = text_at(update, "new_status");

	if (!json_is_object(update) || !json_is_object(component))
		return false;
	add_line(t, text_at(component, "id"), *state ? state : text_at(component, "status"),
		 text_at(component, "name"), TEXT_BYTES);
	return true;
}

static bool add_incident(struct text *t, const json_t *j)
{
	static const char *const over[] = {"resolved", "completed", "postmortem"};
	const json_t *incident = json_object_get(j, "incident");
	const char *status = text_at(incident, "status"), *impact = text_at(incident, "impact");
	struct text key = {0};
	bool is_over = false;

	if (!json_is_object(incident) || !*text_at(incident, "id"))
		return false;
	for (size_t i = 0; i < sizeof over / sizeof *over; i++)
		is_over |= !strcmp(over[i], status);
	text_printf(&key, "incident-%s", text_at(incident, "id"));
	add_line(t, text_get(&key), is_over ? "resolved" : impact, text_at(incident, "name"),
		 TEXT_BYTES);
	text_release(&key);
	return true;
}

/* ---- anything else ---- */

static bool add_document(struct text *t, const json_t *j)
{
	char *compact = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

	text_puts(t, "json ");
	text_puts(t, compact ? compact : "{}");
	free(compact);
	return true;
}

static bool (*const dialect[])(struct text *, const json_t *) = {add_alerts, add_component,
								 add_incident, add_document};

bool hook_add(struct text *event, const char *body, size_t size, struct text *wrong)
{
	json_t *j;

	text_puts(wrong, "the body is no JSON that is taken: ");
	if (!json_read(body ? body : "", size, &j, wrong))
		text_clear(wrong);
	for (size_t i = 0; j && i < sizeof dialect / sizeof *dialect; i++)
		if (dialect[i](event, j))
			break;
	if (j && event->size > HOOK_EVENT_BYTES)
		text_printf(wrong, "too much at once: %d bytes are left of it, %d are taken",
			    (int)event->size, HOOK_EVENT_BYTES);
	else if (j && !event->size)
		text_puts(wrong, "it holds no alert");
	json_decref(j);
	return !wrong->size;
}

/* ---- signatures ---- */

static void sign(char hex[65], const char *secret, const char *seconds, const char *body,
		 size_t size)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	struct text said = {0};
	unsigned n = 0;

	text_printf(&said, "%s.", seconds);
	text_add(&said, body, size);
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)said.at, said.size,
	     sum, &n);
	for (unsigned i = 0; i < n && i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	text_release(&said);
}

/* Those of the time that one is good for; of more the oldest are forgotten. */
static struct {
	uint64_t hash;
	int64_t at_s;
} seen[SEEN];

static bool was_seen(const char *hex, int64_t now_s)
{
	static size_t next;
	uint64_t hash = map_hash(hex, strlen(hex));

	for (size_t i = 0; i < SEEN; i++)
		if (seen[i].hash == hash && now_s - seen[i].at_s <= 2 * HOOK_PATIENCE_S)
			return true;
	seen[next].hash = hash;
	seen[next].at_s = now_s;
	next = (next + 1) % SEEN;
	return false;
}

static bool read_signature(const char *header, char seconds[21], char given[65])
{
	return sscanf(header, "t=%20[0-9],v1=%64[0-9a-f]", seconds, given) == 2 &&
	       strlen(given) == 64;
}

void hook_retract(const char *header)
{
	char seconds[21], given[65];
	uint64_t hash;

	if (!read_signature(header, seconds, given))
		return;
	hash = map_hash(given, strlen(given));
	for (size_t i = 0; i < SEEN; i++)
		if (seen[i].hash == hash)
			seen[i].at_s = 0;
}

enum hook_signature hook_verify(const char *header, const char *secret, const char *body,
				size_t size, int64_t now_us)
{
	char seconds[21], given[65], wanted[65] = "";
	int64_t at_s = 0, now_s = now_us / 1000000;

	if (!read_signature(header, seconds, given) || !text_to_int(seconds, &at_s))
		return HOOK_MALFORMED;
	sign(wanted, secret, seconds, body, size);
	if (CRYPTO_memcmp(given, wanted, 64))
		return HOOK_WRONG;
	if (at_s < now_s - HOOK_PATIENCE_S || at_s > now_s + HOOK_PATIENCE_S)
		return HOOK_OLD;
	return was_seen(given, now_s) ? HOOK_REPLAYED : HOOK_GOOD;
}
