/* pager: a notifier in fifteen lines: hands each letter to a gateway that answers like a mail
 * server. Rename the file, the struct and the name together. */
#include <nines/notifier.h>

struct pager {
	const char *host;
	int64_t port;
};

static const struct module_option option[] = {
	OPTION_HOST(struct pager, host, "the gateway"),
	OPTION_PORT(struct pager, port, 0, "its TCP port"),
	OPTION_END,
};

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct pager *o = options;
	struct probe *p = letter_probe(l);

	probe_dial(p, o->host, o->port); /* the steps resolve and connect */
	probe_step(p, "page");
	probe_print(p, "PAGE %s %s %s\r\n", letter_to(l), letter_id(l), letter_short(l));
	if (probe_reply(p, 0) >= 500) { /* never: no such pager */
		letter_reason(l, "%s", probe_shown(p, probe_reply_text(p)));
		return LETTER_GIVE_UP;
	}
	probe_want_reply(p, 2); /* anything but 2xx, and no answer at all: later */
	return LETTER_DELIVERED;
}

NOTIFIER_MODULE("pager", "hands letters to a paging gateway", struct pager, option, deliver);
