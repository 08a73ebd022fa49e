/* prober/inspection: see inspection.h. Each place is a probe of a small module of our own, one
 * after the other. */
#include "inspection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../board/claim.h"

#define INSPECTION_MAGIC 0x696e7370u
#define BODY_BYTES       4096
#define SHOWN_BYTES      100 /* of what stands in the place of the code */

struct inspection {
	uint32_t magic;
	struct probe_host *host;
	struct inspection_order order;
	struct probe_order probe;
	struct inspection *self; /* the options of our own modules */
	char *id, *site, *wanted;
	struct text place; /* where it is looked just now */
	const char *method; /* where it was found; "" */
	size_t part;
	struct text found;
	bool said; /* of this place */
};

static void begin_line(struct inspection *o)
{
	text_puts(&o->found, o->found.size ? "\n" : "");
	text_puts(&o->found, o->part == CLAIM_RECORD ? "TXT of " : "");
	text_add_safe(&o->found, text_get(&o->place), o->place.size, 400);
	text_puts(&o->found, ": ");
	o->said = true;
}

static void say(struct inspection *o, const char *what)
{
	begin_line(o);
	text_add_safe(&o->found, what, strlen(what), 300);
}

static void say_instead(struct inspection *o, const char *text)
{
	begin_line(o);
	text_puts(&o->found, "'");
	text_add_safe(&o->found, text, strcspn(text, "\r\n"), SHOWN_BYTES);
	text_puts(&o->found, "' and not the code");
}

static void find(struct inspection *o, const char *method)
{
	o->method = method;
	say(o, "the code");
}

/* ---- the record ---- */

static void look_up(struct probe *p, const void *options)
{
	struct inspection *o = *(struct inspection *const *)options;
	int type = probe_dns_type("TXT");
	const char *wanted = probe_dns_text(p, type, o->wanted);
	struct probe_dns_question q = {.server = "", .name = text_get(&o->place), .type = type};
	struct probe_dns_answer a;

	if (!wanted || !probe_dns_ask(p, &q, 1, 0, &a))
		return;
	for (size_t i = 0; i < a.records; i++)
		if (!strcmp(a.record[i].text, wanted)) {
			find(o, "dns");
			return;
		}
	if (a.records)
		say_instead(o, a.record[0].text);
	else
		say(o, "there is no such record");
}

/* ---- the file ---- */

static bool has_line(const char *body, const char *wanted)
{
	size_t size = strlen(wanted), n;

	for (; *body; body += n + (body[n] == '\n')) {
		n = strcspn(body, "\n");
		if (n >= size && !memcmp(body, wanted, size) &&
		    strspn(body + size, " \t\r") == n - size)
			return true;
	}
	return false;
}

static void fetch(struct probe *p, const void *options)
{
	struct inspection *o = *(struct inspection *const *)options;
	struct probe_http request = {
		.url = text_get(&o->place),
		.user = "",
		.password = "",
		.tls = {.verify = true,
			.server_name = "",
			.ca_file = "",
			.client_cert = "",
			.client_key = ""},
		.body_most_bytes = BODY_BYTES,
	};
	struct probe_http_answer a;

	if (!probe_http(p, &request, &a))
		return;
	if (a.status != 200)
		say(o, probe_text(p, "status %d", a.status));
	else if (has_line(a.body, o->wanted))
		find(o, "file");
	else
		say_instead(o, a.body);
}

/* ---- one after the other ---- */

static const struct module_option none[] = {OPTION_END};

static const struct {
	struct check_module module;
	int64_t timeout_us;
} part[CLAIM_PLACES] = {
	[CLAIM_RECORD] = {{.head = {.name = "record", .option = none}, .run = look_up}, 5000000},
	[CLAIM_FILE] = {{.head = {.name = "file", .option = none}, .run = fetch}, 10000000},
	[CLAIM_PLAIN_FILE] = {{.head = {.name = "file", .option = none}, .run = fetch}, 10000000},
};

static bool choose_place(struct inspection *o)
{
	text_clear(&o->place);
	return claim_place(&o->place, o->site, (enum claim_place)o->part);
}

static void go_on(struct inspection *);

/* Why it could not be asked; of an address that a stranger may not have dialled nothing more. */
static void take_part(struct probe *p, const struct text *result, void *with)
{
	struct inspection *o = with;

	(void)result;
	assert(o->magic == INSPECTION_MAGIC);
	if (!o->said)
		say(o, p->is_refused ? "its address is not a public one"
		       : *p->reason  ? p->reason
				     : "no answer");
	o->part++;
	go_on(o);
}

static void finish(struct inspection *o)
{
	o->order.done(&o->order, o->method, &o->found);
	o->magic = 0;
	text_release(&o->place);
	text_release(&o->found);
	free(o->id);
	free(o->site);
	free(o->wanted);
	free(o);
}

/* The system's own name server is where it is; the site's is where the check says, or public. */
static void go_on(struct inspection *o)
{
	while (o->part < CLAIM_PLACES && !choose_place(o))
		o->part++;
	if (o->part == CLAIM_PLACES || *o->method) {
		finish(o);
		return;
	}
	o->said = false;
	o->probe = (struct probe_order){.module = &part[o->part].module,
					.options = &o->self,
					.id = o->id,
					.check = "claim",
					.source = "",
					.item = "",
					.event = "",
					.memory = "",
					.timeout_us = part[o->part].timeout_us,
					.is_strangers = o->part != CLAIM_RECORD &&
							!claim_is_address(o->site),
					.done = take_part,
					.with = o};
	probe_begin(o->host, &o->probe);
}

void inspection_begin(struct probe_host *h, const struct inspection_order *order)
{
	struct inspection *o = memory_new(sizeof *o);
	struct text wanted = {0};

	text_printf(&wanted, "%s%s", CLAIM_PREFIX, order->code);
	o->magic = INSPECTION_MAGIC;
	o->host = h;
	o->self = o;
	o->method = "";
	o->id = memory_text(order->id);
	o->site = memory_text(order->site);
	o->wanted = memory_text(text_get(&wanted));
	o->order = *order;
	o->order.id = o->id;
	o->order.site = o->site;
	text_release(&wanted);
	go_on(o);
}
