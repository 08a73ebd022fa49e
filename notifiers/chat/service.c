/* notifiers/chat/service: the table. See service.h. Limits are the services' own, rounded down;
 * where they count bytes, `bytes`. */
#include "service.h"

#define BAD "#c0392b"
#define WARN "#e67e22"
#define GOOD "#27ae60"
#define PLAIN "#7f8c8d"
#define COLOURS {BAD, WARN, GOOD, PLAIN}

/* Slack: escape & < > and nothing else (api.slack.com, "Escaping text"). */
#define SLACK \
	"{\"text\":\"{{subject|cut:300|line|entities}}\",\"attachments\":[{" \
	"\"color\":\"{{colour}}\",\"fallback\":\"{{short|line|entities}}\"," \
	"\"text\":\"```{{text|cut:3500|code|entities}}```\",\"mrkdwn_in\":[\"text\"]" \
	"{{#page}},\"title\":\"{{name|cut:200|line|entities}}\",\"title_link\":\"{{page}}\"" \
	"{{/page}}}]}"

#define MATTERMOST \
	"{\"text\":\"{{subject|cut:300|line|markdown|mentions}}\"," \
	"{{#room}}\"channel\":\"{{room}}\",{{/room}}\"username\":\"{{sender}}\"," \
	"\"attachments\":[{\"color\":\"{{colour}}\",\"fallback\":\"{{short|line|mentions}}\"," \
	"\"text\":\"```\\n{{text|cut:3500|code|mentions}}\\n```\"}]}"

#define ROCKETCHAT \
	"{\"alias\":\"{{sender}}\",{{#room}}\"channel\":\"{{room}}\",{{/room}}" \
	"\"text\":\"{{subject|cut:300|line|markdown|mentions}}\",\"attachments\":[{" \
	"\"color\":\"{{colour}}\",\"text\":\"```\\n{{text|cut:3500|code|mentions}}\\n```\"}]}"

/* 28 KB a message; monospace text keeps the columns of the letter. */
#define TEAMS \
	"{\"type\":\"message\",\"attachments\":[{" \
	"\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"contentUrl\":null," \
	"\"content\":{\"$schema\":\"http://adaptivecards.io/schemas/adaptive-card.json\"," \
	"\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":[" \
	"{\"type\":\"TextBlock\",\"size\":\"Medium\",\"weight\":\"Bolder\",\"wrap\":true," \
	"\"color\":\"{{colour}}\",\"text\":\"{{subject|cut:300|line|markdown}}\"}," \
	"{\"type\":\"TextBlock\",\"fontType\":\"Monospace\",\"wrap\":true," \
	"\"text\":\"{{text|bytes:16000|markdown|apart}}\"}]" \
	"{{#page}},\"actions\":[{\"type\":\"Action.OpenUrl\",\"title\":\"Status\"," \
	"\"url\":\"{{page}}\"}]{{/page}},\"msteams\":{\"width\":\"Full\"}}}]}"

/* 256 characters of title, 4096 of description; allowed_mentions: a name pings nobody. */
#define DISCORD \
	"{\"username\":\"{{sender}}\",\"allowed_mentions\":{\"parse\":[]},\"embeds\":[{" \
	"\"title\":\"{{subject|cut:240|line}}\",\"color\":{{colour}}," \
	"{{#page}}\"url\":\"{{page}}\",{{/page}}" \
	"\"description\":\"```\\n{{text|cut:4000|code}}\\n```\"}]}"

/* 4096 characters behind the entities. */
#define TELEGRAM \
	"{\"chat_id\":\"{{room}}\",{{#thread}}\"message_thread_id\":{{thread}},{{/thread}}" \
	"\"text\":\"<b>{{subject|cut:300|line|entities|mentions}}</b>\\n" \
	"<pre>{{text|cut:3600|entities}}</pre>\",\"parse_mode\":\"HTML\"," \
	"\"link_preview_options\":{\"is_disabled\":true}," \
	"\"disable_notification\":{{priority}}}"

/* An event has 65,536 bytes, and the text is in it twice. m.notice would be passed over by phones.
 */
#define MATRIX \
	"{\"msgtype\":\"m.text\",\"m.mentions\":{}," \
	"\"body\":\"{{subject|bytes:600|line}}\\n\\n{{text|bytes:12000}}\"," \
	"\"format\":\"org.matrix.custom.html\"," \
	"\"formatted_body\":\"<strong>{{subject|bytes:600|line|entities}}</strong>" \
	"<pre><code>{{text|bytes:12000|entities}}</code></pre>\"}"

/* 4,096 bytes of message; a longer one would become a file. */
#define NTFY \
	"{\"topic\":\"{{room}}\",\"title\":\"{{subject|bytes:240|line}}\"," \
	"\"message\":\"{{text|bytes:3900}}\",\"priority\":{{priority}}," \
	"\"tags\":[\"{{colour}}\"]{{#page}},\"click\":\"{{page}}\"{{/page}}}"

/* 250 characters of title, 1024 of message, 512 of address; priority 2 is repeated until somebody
 * has acknowledged it. */
#define PUSHOVER \
	"{\"token\":\"{{token}}\",\"user\":\"{{room}}\"," \
	"\"title\":\"{{subject|cut:240|line}}\",\"message\":\"{{text|cut:1000}}\"," \
	"\"priority\":{{priority}}{{#emergency}},\"retry\":60,\"expire\":3600{{/emergency}}" \
	"{{#page}},\"url\":\"{{page|bytes:500}}\"{{/page}}}"

#define PAGERDUTY(action) \
	"{\"routing_key\":\"{{token}}\"," \
	"\"dedup_key\":\"{{key|bytes:250}}\"," \
	"\"event_action\":\"" action "\""
/* 1024 characters of summary. */
#define PAGERDUTY_TRIGGER \
	PAGERDUTY("trigger") \
	",\"client\":\"{{sender}}\"{{#page}},\"client_url\":\"{{page}}\"{{/page}}," \
	"\"payload\":{\"summary\":\"{{subject|cut:1000|line}}\"," \
	"\"source\":\"{{source|cut:500|line}}\"," \
	"\"severity\":\"{{priority}}\"{{#since}},\"timestamp\":\"{{since}}\"{{/since}}" \
	"{{#name}},\"component\":\"{{name|cut:500|line}}\"{{/name}}" \
	"{{#step}},\"class\":\"{{step|line}}\"{{/step}}" \
	"{{#room}},\"group\":\"{{room|line}}\"{{/room}}," \
	"\"custom_details\":{\"text\":\"{{text|bytes:30000}}\",\"reason\":\"{{reason|cut:500}}\"}}}"

/* 130 characters of message, 512 of alias, 15,000 of description. */
#define OPSGENIE \
	"{\"message\":\"{{subject|cut:130|line}}\",\"alias\":\"{{key|cut:500}}\"," \
	"\"description\":\"{{text|cut:14000}}\",\"priority\":\"{{priority}}\"," \
	"\"source\":\"{{sender}}\",\"entity\":\"{{name|cut:500|line}}\",\"tags\":[\"nines\"]," \
	"\"details\":{\"state\":\"{{state}}\",\"step\":\"{{step}}\",\"letter\":\"{{id}}\"}}"
#define OPSGENIE_NOTE "{\"source\":\"{{sender}}\",\"note\":\"{{text|cut:14000}}\"}"
#define OPSGENIE_ROW \
	.header = {"Authorization: GenieKey {{token}}"}, \
	.request = {{.url = "/v2/alerts", .body = OPSGENIE}, \
		    {.url = "/v2/alerts/{{key}}/acknowledge?identifierType=alias", \
		     .body = OPSGENIE_NOTE}, \
		    {.url = "/v2/alerts/{{key}}/close?identifierType=alias", \
		     .body = OPSGENIE_NOTE}}, \
	.priority = {"P1", "P3", "P5", "P5"}, .needs_token = true, .room = "any name"

const struct service service_table[] = {
	{.name = "slack",
	 .request = {{.body = SLACK}},
	 .colour = COLOURS,
	 .says = "ok",
	 .room = "any name: the channel is that of the webhook"},
	{.name = "mattermost",
	 .request = {{.body = MATTERMOST}},
	 .colour = COLOURS,
	 .says = "ok",
	 .room = "a channel in place of the webhook's own, or '-'"},
	{.name = "rocketchat",
	 .request = {{.body = ROCKETCHAT}},
	 .colour = COLOURS,
	 .member = "success",
	 .member_is = "true",
	 .room = "#channel or @user in place of the webhook's own, or '-'"},
	{.name = "teams",
	 .request = {{.body = TEAMS}},
	 .colour = {"Attention", "Warning", "Good", "Default"},
	 .room = "any name: the channel is that of the workflow"},
	{.name = "discord",
	 .request = {{.url = "?wait=true", .body = DISCORD}},
	 .colour = {"12597547", "15105570", "2600544", "8359053"},
	 .member = "id",
	 .member_is = "*",
	 .later = {"retry_after"},
	 .unit_us = 1000000,
	 .room = "any name: the channel is that of the webhook"},
	{.name = "telegram",
	 .base = "https://api.telegram.org",
	 .request = {{.url = "/bot{{token}}/sendMessage", .body = TELEGRAM}},
	 .priority = {"false", "false", "true", "true"},
	 .member = "ok",
	 .member_is = "true",
	 .later = {"parameters", "retry_after"},
	 .unit_us = 1000000,
	 .needs_token = true,
	 .needs_room = true,
	 .room = "a chat's id or @channel"},
	{.name = "matrix",
	 .header = {"Authorization: Bearer {{token}}"},
	 .request = {{.method = "PUT",
		      .url = "/_matrix/client/v3/rooms/{{room}}/send/m.room.message/{{id}}",
		      .body = MATRIX}},
	 .member = "event_id",
	 .member_is = "*",
	 .later = {"retry_after_ms"},
	 .unit_us = 1000,
	 .needs_token = true,
	 .needs_room = true,
	 .room = "a room's id, !abc:example.org"},
	{.name = "ntfy",
	 .base = "https://ntfy.sh",
	 .header = {"{{#token}}Authorization: Bearer {{token}}{{/token}}"},
	 .request = {{.body = NTFY}},
	 .colour = {"red_circle", "orange_circle", "green_circle", "white_circle"},
	 .priority = {"5", "4", "3", "2"},
	 .member = "id",
	 .member_is = "*",
	 .needs_room = true,
	 .room = "a topic"},
	{.name = "pushover",
	 .base = "https://api.pushover.net",
	 .request = {{.url = "/1/messages.json", .body = PUSHOVER}},
	 .priority = {"1", "0", "0", "-1"},
	 .member = "status",
	 .member_is = "1",
	 .needs_token = true,
	 .needs_room = true,
	 .room = "the key of a user or group"},
	{.name = "pagerduty",
	 .base = "https://events.pagerduty.com",
	 .request = {{.url = "/v2/enqueue", .body = PAGERDUTY_TRIGGER},
		     {.body = PAGERDUTY("acknowledge") "}"},
		     {.body = PAGERDUTY("resolve") "}"}},
	 .priority = {"critical", "warning", "info", "info"},
	 .member = "status",
	 .member_is = "success",
	 .needs_token = true,
	 .room = "the group of its events"},
	{.name = "gotify",
	 .header = {"X-Gotify-Key: {{token}}"},
	 .request = {{.url = "/message",
		      .body = "{\"title\":\"{{subject|cut:250|line}}\",\"message\":\"{{text}}\","
			      "\"priority\":{{priority}},\"extras\":{\"client::display\":"
			      "{\"contentType\":\"text/plain\"}}}"}},
	 .priority = {"8", "6", "4", "2"},
	 .member = "id",
	 .member_is = "*",
	 .needs_token = true,
	 .room = "any name: the application is that of the token"},
	{.name = "opsgenie",
	 .base = "https://api.opsgenie.com",
	 OPSGENIE_ROW},
	{.name = "jsm", /* Jira Service Management has taken Opsgenie's requests over */
	 .base = "https://api.atlassian.com/jsm/ops/integration",
	 OPSGENIE_ROW},
	{.name = "custom", .room = "whatever the template makes of {{room}}"},
};

const size_t services = sizeof service_table / sizeof *service_table;
