/* notifiers/chat/service: the shapes of the services as data: where a message goes, what it looks
 * like, how the service says that it has it. A new service is a row in service.c. */
#ifndef NINES_CHAT_SERVICE_H
#define NINES_CHAT_SERVICE_H

#include <nines/post.h>

/* What a letter asks of a service that keeps incidents. */
enum service_action { SERVICE_SEND, SERVICE_ACKNOWLEDGE, SERVICE_RESOLVE, SERVICE_ACTIONS };

/* One request. Texts are templates (nines/fill.h); "" or NULL: none. */
struct service_request {
	const char *method; /* NULL: POST */
	const char *url;    /* behind the base; NULL: as for SERVICE_SEND */
	const char *body;   /* JSON */
};

struct service {
	const char *name;
	const char *base;      /* its address, unless `url` or `webhook` gives another; "": one of
				  the two must */
	const char *header[3]; /* NULL at the end */
	/* SERVICE_SEND must be; where another has no body, SERVICE_SEND stands in */
	struct service_request request[SERVICE_ACTIONS];
	const char *colour[POST_TONES], *priority[POST_TONES]; /* NULL: it has none */
	/* the reply: this text is all of it, or a member of its JSON is this ("*": anything);
	 * NULL: any body will do */
	const char *says, *member, *member_is;
	/* where its JSON says how long to wait, in units of which `unit_us` microseconds are one */
	const char *later[2];
	int64_t unit_us;
	bool needs_token, needs_room;
	const char *room; /* what the address behind "chat:" means, for reasons and the manual */
};

extern const struct service service_table[];
extern const size_t services;
/* All names, in the order of the table: the range of the option `service`. */
#define SERVICE_NAMES \
	"slack|mattermost|rocketchat|teams|discord|telegram|matrix|ntfy|pushover|pagerduty|" \
	"gotify|opsgenie|jsm|custom"

#endif
