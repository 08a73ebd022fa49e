/* api/v1_routes: the table of operations of /api/v1: each line is a route and what the OpenAPI
 * document says of it. See v1.h. */
#include "v1.h"

/* ---- parameters and bodies ---- */

#define END                                            \
	{                                              \
		NULL, V1_TEXT, NULL, false, NULL, NULL \
	}
#define LIMIT                                                                                  \
	{                                                                                      \
		"limit", V1_COUNT, NULL, false, NULL, "so many items at most, 1 to 1000 (100)" \
	}
#define AFTER                                                                \
	{                                                                    \
		"after", V1_TEXT, NULL, false, NULL,                         \
			"go on behind this one: `next` of the answer before" \
	}
#define FROM                                                                     \
	{                                                                        \
		"from", V1_TIME, NULL, false, NULL,                              \
			"from this time on"                                      \
	}
#define MONTH                                                                                  \
	{                                                                                      \
		"month", V1_TEXT, NULL, false, NULL, "YYYY-MM, in the zone of the sla (this one)" \
	}
#define DAY_OR_TIME(name_, help_)                         \
	{                                                \
		name_, V1_TEXT, NULL, false, NULL, help_ \
	}
#define OF_SPAN                                                                              \
	MONTH, DAY_OR_TIME("quarter", "YYYY-QN, likewise"),                                  \
		DAY_OR_TIME("year", "YYYY, likewise"),                                       \
		DAY_OR_TIME("from", "from this time on: RFC 3339, or a date of that zone"),  \
		DAY_OR_TIME("to", "up to this time, likewise (now)")
#define TO                                                          \
	{                                                           \
		"to", V1_TIME, NULL, false, NULL, "up to this time" \
	}
#define NAME                                                                \
	{                                                                   \
		"name", V1_TARGET, NULL, true, NULL, "the check or service" \
	}
#define REASON                                                                                \
	{                                                                                     \
		"reason", V1_TEXT, "reason", true, NULL, "why: recorded, and shown to others" \
	}

static const struct v1_field page[] = {LIMIT, AFTER, END}, span[] = {FROM, TO, LIMIT, AFTER, END},
			     of_span[] = {OF_SPAN, END},
			     of_sla[] = {{"sla", V1_TEXT, NULL, false, NULL,
					  "of services with this sla and their members, by it"},
					 OF_SPAN,
					 LIMIT,
					 AFTER,
					 END},
			     about[] = {{"about", V1_TEXT, NULL, false, NULL,
					 "a check, service, contact, incident or address"},
					FROM,
					TO,
					LIMIT,
					AFTER,
					END},
			     of_name[] = {{"name", V1_TEXT, NULL, false, NULL,
					   "of this check or service alone"},
					  FROM,
					  TO,
					  LIMIT,
					  AFTER,
					  END},
			     of_sort[] = {{"sort", V1_TEXT, NULL, false,
					   "incident maintenance news", "of this sort alone"},
					  {"stage", V1_TEXT, NULL, false,
					   "draft published withdrawn", "in this stage alone"},
					  LIMIT,
					  AFTER,
					  END};

static const struct v1_field
	ack[] = {NAME, REASON, END},
	silence[] = {NAME,
		     REASON,
		     {"for", V1_DURATION, "for_us", true, NULL, "how long, 1m to 366d"},
		     END},
	pause[] = {NAME,
		   REASON,
		   {"for", V1_DURATION, "for_us", false, NULL,
		    "how long, 1m to 366d; else until it is ended"},
		   END},
	intensify[] = {NAME,
		       {"every", V1_DURATION, "every_us", true, NULL, "the interval, 1s to 10s"},
		       {"for", V1_DURATION, "for_us", true, NULL, "how long, 1m to 1d"},
		       END},
	now[] = {NAME, END},
	beat[] = {NAME,
		  {"text", V1_TEXT, "text", false, NULL,
		   "what is said: \"success\", \"fail disk full\""},
		  END},
	release[] = {{"module", V1_TEXT, NULL, true, NULL, "the quarantined module"}, END},
	deliver[] = {{"name", V1_TEXT, NULL, true, NULL, "the section `deliver`"},
		     {"period", V1_TEXT, "period", false, NULL,
		      "a date in it (the last one that is over)"},
		     END},
	maintenance[] = {{"services", V1_TARGETS, "services", true, NULL,
			  "checks and services; none: all"},
			 {"start", V1_WHEN, "start", true, NULL, "when it begins"},
			 {"end", V1_WHEN, "end", true, NULL, "when it ends"},
			 {"impact", V1_TEXT, "impact", false, "none degraded outage",
			  "what people will notice"},
			 {"text", V1_TEXT, "text", false, NULL, "what is done"},
			 END},
	reclassify[] = {{"name", V1_TARGET, "target", false, NULL,
			 "the check or service, with from and to"},
			{"from", V1_TIME, "from_us", false, NULL, "from this time on"},
			{"to", V1_TIME, "to_us", false, NULL, "up to this time"},
			{"incident", V1_TEXT, "incident", false, NULL, "or the id of an incident"},
			{"as", V1_TEXT, "as", false,
			 "up down degraded unknown maintenance excluded", "what it counts as"},
			{"undo", V1_TEXT, "undo", false, NULL, "or the id of one to take back"},
			REASON,
			END},
	renew[] = {END};

#define POST_FIELDS                                                                                \
	{"title", V1_TEXT, "title", false, NULL, "its title"},                                     \
		{"body", V1_TEXT, "body", false, NULL, "the text of the update"},                  \
		{"state",                                                                          \
		 V1_TEXT,                                                                          \
		 "state",                                                                          \
		 false,                                                                            \
		 "investigating identified monitoring resolved postmortem scheduled in_progress "  \
		 "verifying completed cancelled published",                                        \
		 "what it is at from then on"},                                                    \
		{"impact",                                                                         \
		 V1_TEXT,                                                                          \
		 "impact",                                                                         \
		 false,                                                                            \
		 "none minor major critical degraded outage",                                      \
		 "how bad it is"},                                                                 \
		{"components", V1_TARGETS, "components",                                           \
		 false,        NULL,    "checks and services; none: everything"},                  \
		{"states",                                                                         \
		 V1_LIST,                                                                          \
		 "states",                                                                         \
		 false,                                                                            \
		 NULL,                                                                             \
		 "what is said of each component: operational, degraded_performance, "             \
		 "partial_outage, major_outage, under_maintenance"},                               \
		{"audiences", V1_LIST, "audiences",                                                \
		 false,       NULL,    "groups of subscribers who are told"},                      \
		{"pages", V1_LIST, "pages",                                                        \
		 false,   NULL,    "pages that show it; none: those of its components"},           \
		{"cause", V1_TEXT, "cause", false, NULL, "the class of its cause"},                \
		{"start", V1_TIME, "start_us", false, NULL, "when it began or begins"},            \
		{"end", V1_TIME, "end_us", false, NULL, "when it ended or ends"},                  \
		{"event", V1_TIME, "event_us",                                                     \
		 false,   NULL,    "when what the update tells of happened"},                      \
		{"remind", V1_DURATION, "remind_us", false, NULL, "so long before a maintenance"}, \
	{                                                                                          \
		"quiet", V1_FLAG, "quiet", false, NULL, "nobody is told"                           \
	}

static const struct v1_field post_new[] = {
	{"sort", V1_TEXT, "sort", false, "incident maintenance news", "what it is (incident)"},
	{"draft", V1_FLAG, "draft", false, NULL, "not published yet"},
	POST_FIELDS,
	END};
static const struct v1_field post_change[] = {
	{"act", V1_TEXT, "act", false, "update correct publish withdraw", "what is done (update)"},
	{"update", V1_TEXT, "update", false, NULL, "act correct, withdraw: the id of the update"},
	{"tell", V1_FLAG, "tell", false, NULL, "subscribers are told of that"},
	POST_FIELDS,
	END};

#define ROLE(is_required_)                                                             \
	{                                                                              \
		"role", V1_TEXT, "role", is_required_, "viewer operator editor admin", \
			"what he may do"                                               \
	}
#define OWNER                                                                                  \
	{                                                                                      \
		"owner", V1_OWNER, "owner", false, NULL, "of what he may see; \"\": everything" \
	}
#define PASSWORD(is_required_)                                      \
	{                                                           \
		"password", V1_PASSWORD, "hash", is_required_, NULL, \
			"what he signs in with; a new one ends his sessions" \
	}
static const struct v1_field user_new[] = {{"name", V1_TEXT, NULL, true, NULL,
					    "what he is called at the sign-in"},
					   PASSWORD(true),
					   ROLE(true),
					   OWNER,
					   END},
			     user[] = {ROLE(false), OWNER, PASSWORD(false), END},
			     token[] = {{"name", V1_TEXT, "name", true, NULL, "what it is for"},
					ROLE(true),
					OWNER,
					{"until", V1_TIME, "until_us", false, NULL,
					 "good until then (for ever)"},
					END};

static const struct v1_field subscribe[] = {
	{"page", V1_TEXT, "page", true, NULL, "the page"},
	{"to", V1_TEXT, "to", true, NULL, "NOTIFIER:ADDRESS"},
	{"all", V1_FLAG, "all", false, NULL, "of everything on the page"},
	{"components", V1_TARGETS, "components", false, NULL, "or of these checks and services"},
	{"kinds", V1_LIST, "kinds", false, NULL, "incidents, maintenance, news, alerts"},
	END};
static const struct v1_field close_request[] = {
	{"accept", V1_FLAG, "accept", true, NULL, "it will be monitored"},
	{"said", V1_TEXT, "said", false, NULL, "what the visitor is told"},
	END};

static const struct v1_field judge_claim[] = {
	{"act", V1_TEXT, "act", true, "accept refuse release follow", "what is done"},
	{"owner", V1_OWNER, "owner", false, NULL,
	 "act accept: whose it is from then on (whom the claim names)"},
	{"follow", V1_FLAG, "follow", false, NULL, "act follow: others may follow its monitor"},
	{"said", V1_TEXT, "said", false, NULL, "what who had asked is told"},
	END};

/* ---- the table ---- */

/* method, path, act, handler, { operation } */
#define OPERATIONS(X)                                                                              \
	X("GET", "openapi.json", PERMIT_OPEN, v1_openapi,                                          \
	  {.id = "openapi", .summary = "this document", .answers = "Any"})                         \
	X("GET", "status", PERMIT_LOOK, v1_status,                                                 \
	  {.id = "status",                                                                         \
	   .summary = "everything at once, as `nines status --json`",                              \
	   .answers = "Status"})                                                                   \
	X("GET", "checks", PERMIT_LOOK, v1_checks,                                                 \
	  {.id = "checks",                                                                         \
	   .summary = "checks and what is believed of them",                                       \
	   .query = page,                                                                          \
	   .answers = "Checks"})                                                                   \
	X("GET", "checks/*", PERMIT_LOOK, v1_check,                                                \
	  {.id = "check", .summary = "one check", .tail = "name", .answers = "Check"})             \
	X("GET", "services", PERMIT_LOOK, v1_services,                                             \
	  {.id = "services",                                                                       \
	   .summary = "services and what is believed of them",                                     \
	   .query = page,                                                                          \
	   .answers = "Services"})                                                                 \
	X("GET", "services/*", PERMIT_LOOK, v1_service,                                            \
	  {.id = "service", .summary = "one service", .tail = "name", .answers = "Service"})       \
	X("GET", "targets", PERMIT_LOOK, v1_targets,                                               \
	  {.id = "targets",                                                                        \
	   .summary = "checks and services as configured",                                         \
	   .query = page,                                                                          \
	   .answers = "Targets"})                                                                  \
	X("GET", "pages", PERMIT_LOOK, v1_pages,                                                   \
	  {.id = "pages", .summary = "status pages as configured", .answers = "Pages"})            \
	X("GET", "availability/*", PERMIT_LOOK, v1_availability,                                   \
	  {.id = "availability",                                                                   \
	   .summary = "availability of a check or service, over several periods",                  \
	   .tail = "name",                                                                         \
	   .answers = "Availability"})                                                             \
	X("GET", "figures", PERMIT_LOOK, v1_figures,                                               \
	  {.id = "figures",                                                                        \
	   .summary = "availability over any span, as `nines report sla` has it",                  \
	   .query = of_sla,                                                                        \
	   .answers = "FiguresList"})                                                              \
	X("GET", "figures/*", PERMIT_LOOK, v1_figures_of,                                          \
	  {.id = "figuresOf",                                                                      \
	   .summary = "that of one check or service",                                              \
	   .tail = "name",                                                                         \
	   .query = of_span,                                                                       \
	   .answers = "Figures"})                                                                  \
	X("GET", "results/*", PERMIT_LOOK, v1_results,                                             \
	  {.id = "results",                                                                        \
	   .summary = "probes of a check with all their steps, the oldest first",                  \
	   .tail = "name",                                                                         \
	   .query = span,                                                                          \
	   .answers = "Results"})                                                                  \
	X("GET", "incidents", PERMIT_LOOK, v1_incidents,                                           \
	  {.id = "incidents",                                                                      \
	   .summary = "what has failed",                                                           \
	   .query = of_name,                                                                       \
	   .answers = "Incidents"})                                                                \
	X("GET", "letters", PERMIT_LOOK, v1_letters,                                               \
	  {.id = "letters",                                                                        \
	   .summary = "whom nines has told what",                                                  \
	   .query = about,                                                                         \
	   .answers = "Letters"})                                                                  \
	X("GET", "letters/*", PERMIT_LOOK, v1_letter,                                              \
	  {.id = "letter",                                                                         \
	   .summary = "a letter and each attempt to deliver it",                                   \
	   .tail = "id",                                                                           \
	   .answers = "Letter"})                                                                   \
	X("GET", "acknowledgements", PERMIT_LOOK, v1_list,                                         \
	  {.id = "acknowledgements",                                                               \
	   .summary = "what is acknowledged",                                                      \
	   .answers = "Lines",                                                                     \
	   .verb = "standing",                                                                     \
	   .takes = "standing",                                                                    \
	   .kind = "ack"})                                                                         \
	X("POST", "acknowledgements", PERMIT_ACKNOWLEDGE, v1_change,                               \
	  {.id = "acknowledge",                                                                    \
	   .summary = "no more alerts of what fails, until it recovers",                           \
	   .body = ack,                                                                            \
	   .answers = "Done",                                                                      \
	   .verb = "ack"})                                                                         \
	X("GET", "silences", PERMIT_LOOK, v1_list,                                                 \
	  {.id = "silences",                                                                       \
	   .summary = "what is silenced",                                                          \
	   .answers = "Lines",                                                                     \
	   .verb = "standing",                                                                     \
	   .takes = "standing",                                                                    \
	   .kind = "silence"})                                                                     \
	X("POST", "silences", PERMIT_ACKNOWLEDGE, v1_change,                                       \
	  {.id = "silence",                                                                        \
	   .summary = "no alerts for a while",                                                     \
	   .body = silence,                                                                        \
	   .answers = "Done",                                                                      \
	   .verb = "silence"})                                                                     \
	X("DELETE", "silences/*", PERMIT_ACKNOWLEDGE, v1_change,                                   \
	  {.id = "unsilence",                                                                      \
	   .summary = "ends a silence",                                                            \
	   .tail = "name",                                                                         \
	   .answers = "Done",                                                                      \
	   .verb = "unsilence"})                                                                   \
	X("GET", "pauses", PERMIT_LOOK, v1_list,                                                   \
	  {.id = "pauses",                                                                         \
	   .summary = "what is paused",                                                            \
	   .answers = "Lines",                                                                     \
	   .verb = "standing",                                                                     \
	   .takes = "standing",                                                                    \
	   .kind = "pause"})                                                                       \
	X("POST", "pauses", PERMIT_ACKNOWLEDGE, v1_change,                                         \
	  {.id = "pause",                                                                          \
	   .summary = "stops probing a check",                                                     \
	   .body = pause,                                                                          \
	   .answers = "Done",                                                                      \
	   .verb = "pause"})                                                                       \
	X("DELETE", "pauses/*", PERMIT_ACKNOWLEDGE, v1_change,                                     \
	  {.id = "unpause",                                                                        \
	   .summary = "probes it again",                                                           \
	   .tail = "name",                                                                         \
	   .answers = "Done",                                                                      \
	   .verb = "unpause"})                                                                     \
	X("GET", "intensified", PERMIT_LOOK, v1_intensified,                                       \
	  {.id = "intensified",                                                                    \
	   .summary = "checks that are probed more often for a while",                             \
	   .query = page,                                                                          \
	   .answers = "Intensified"})                                                              \
	X("POST", "intensified", PERMIT_ACKNOWLEDGE, v1_change,                                    \
	  {.id = "intensify",                                                                      \
	   .summary = "probes a check every 1 to 10 s for a while",                                \
	   .body = intensify,                                                                      \
	   .answers = "Done",                                                                      \
	   .verb = "intensify"})                                                                   \
	X("DELETE", "intensified/*", PERMIT_ACKNOWLEDGE, v1_change,                                \
	  {.id = "cancelIntensify",                                                                \
	   .summary = "probes it as configured again",                                             \
	   .tail = "name",                                                                         \
	   .answers = "Done",                                                                      \
	   .verb = "intensify",                                                                    \
	   .more = "cancel=1"})                                                                    \
	X("POST", "check-now", PERMIT_ACKNOWLEDGE, v1_change,                                      \
	  {.id = "checkNow",                                                                       \
	   .summary = "probes a check at once",                                                    \
	   .body = now,                                                                            \
	   .answers = "Done",                                                                      \
	   .verb = "check-now"})                                                                   \
	X("POST", "beats", PERMIT_ACKNOWLEDGE, v1_change,                                          \
	  {.id = "beat",                                                                           \
	   .summary = "tells a passive check how its thing fares",                                 \
	   .body = beat,                                                                           \
	   .answers = "Done",                                                                      \
	   .verb = "beat"})                                                                        \
	X("POST", "releases", PERMIT_ADMINISTER, v1_change,                                        \
	  {.id = "release",                                                                        \
	   .summary = "lets a quarantined module run again",                                       \
	   .body = release,                                                                        \
	   .answers = "Done",                                                                      \
	   .verb = "release"})                                                                     \
	X("GET", "maintenance", PERMIT_LOOK, v1_list,                                              \
	  {.id = "maintenance",                                                                    \
	   .summary = "planned maintenance, by command and by configuration",                      \
	   .answers = "Lines",                                                                     \
	   .verb = "maintenance",                                                                  \
	   .takes = "window"})                                                                     \
	X("POST", "maintenance", PERMIT_POST, v1_change,                                           \
	  {.id = "planMaintenance",                                                                \
	   .summary = "plans maintenance: its time counts as such",                                \
	   .body = maintenance,                                                                    \
	   .answers = "Done",                                                                      \
	   .verb = "maintenance-add"})                                                             \
	X("DELETE", "maintenance/*", PERMIT_POST, v1_cancel,                                       \
	  {.id = "cancelMaintenance",                                                              \
	   .summary = "cancels it",                                                                \
	   .tail = "id",                                                                           \
	   .answers = "Done",                                                                      \
	   .verb = "maintenance-cancel"})                                                          \
	X("GET", "deliveries", PERMIT_LOOK, v1_list,                                               \
	  {.id = "deliveries",                                                                     \
	   .summary = "reports that send themselves",                                              \
	   .answers = "Lines",                                                                     \
	   .verb = "deliveries",                                                                   \
	   .takes = "delivery"})                                                                   \
	X("POST", "deliveries", PERMIT_ADMINISTER, v1_change,                                      \
	  {.id = "deliver",                                                                        \
	   .summary = "has one made and sent now",                                                 \
	   .body = deliver,                                                                        \
	   .answers = "Done",                                                                      \
	   .verb = "deliver"})                                                                     \
	X("GET", "contacts", PERMIT_ADMINISTER, v1_contacts,                                       \
	  {.id = "contacts",                                                                       \
	   .summary = "whom nines tells, by which paths, when",                                    \
	   .query = page,                                                                          \
	   .answers = "Contacts"})                                                                 \
	X("POST", "contact-tests/*", PERMIT_ADMINISTER, v1_test_contact,                           \
	  {.id = "testContact",                                                                    \
	   .summary = "sends a test letter by each path of a contact: letters/ID tells its fate",  \
	   .tail = "contact",                                                                      \
	   .answers = "Tested",                                                                    \
	   .verb = "contact-test"})                                                                \
	X("GET", "reclassifications", PERMIT_LOOK, v1_reclassifications,                           \
	  {.id = "reclassifications",                                                              \
	   .summary = "what spans of time were said to count as",                                  \
	   .query = of_name,                                                                       \
	   .answers = "Reclassifications"})                                                        \
	X("POST", "reclassifications", PERMIT_ADMINISTER, v1_change,                               \
	  {.id = "reclassify",                                                                     \
	   .summary = "says what a span of time counts as, or takes that back",                    \
	   .body = reclassify,                                                                     \
	   .answers = "Done",                                                                      \
	   .verb = "reclassify"})                                                                  \
	X("GET", "posts", PERMIT_POST, v1_posts,                                                   \
	  {.id = "posts",                                                                          \
	   .summary = "posts of status pages, drafts too, the newest first",                       \
	   .query = of_sort,                                                                       \
	   .answers = "Posts"})                                                                    \
	X("POST", "posts", PERMIT_POST, v1_change,                                                 \
	  {.id = "writePost",                                                                      \
	   .summary = "writes a post",                                                             \
	   .body = post_new,                                                                       \
	   .answers = "Done",                                                                      \
	   .verb = "post"})                                                                        \
	X("GET", "posts/*", PERMIT_POST, v1_post,                                                  \
	  {.id = "post", .summary = "one post with its updates", .tail = "id", .answers = "Post"}) \
	X("PATCH", "posts/*", PERMIT_POST, v1_change,                                              \
	  {.id = "changePost",                                                                     \
	   .summary = "updates, corrects, publishes or withdraws it",                              \
	   .tail = "id",                                                                           \
	   .body = post_change,                                                                    \
	   .answers = "Done",                                                                      \
	   .verb = "post"})                                                                        \
	X("DELETE", "posts/*", PERMIT_POST, v1_change,                                             \
	  {.id = "withdrawPost",                                                                   \
	   .summary = "withdraws it; a draft is gone",                                             \
	   .tail = "id",                                                                           \
	   .answers = "Done",                                                                      \
	   .verb = "post",                                                                         \
	   .more = "act=withdraw"})                                                                \
	X("GET", "subscribers", PERMIT_SUBSCRIBERS, v1_subscribers,                                \
	  {.id = "subscribers",                                                                    \
	   .summary = "who follows a page",                                                        \
	   .query = page,                                                                          \
	   .answers = "Cards"})                                                                    \
	X("POST", "subscribers", PERMIT_SUBSCRIBERS, v1_change,                                    \
	  {.id = "subscribe",                                                                      \
	   .summary = "asks somebody to follow a page: he is told when he has said yes",           \
	   .body = subscribe,                                                                      \
	   .answers = "Done",                                                                      \
	   .verb = "subscribe"})                                                                   \
	X("DELETE", "subscribers/*", PERMIT_SUBSCRIBERS, v1_change,                                \
	  {.id = "removeSubscriber",                                                               \
	   .summary = "he is told nothing any more",                                               \
	   .tail = "id",                                                                           \
	   .answers = "Done",                                                                      \
	   .verb = "subscriber-delete"})                                                           \
	X("GET", "requests", PERMIT_SUBSCRIBERS, v1_requests,                                      \
	  {.id = "requests",                                                                       \
	   .summary = "what visitors want to be monitored",                                        \
	   .query = page,                                                                          \
	   .answers = "Cards"})                                                                    \
	X("PATCH", "requests/*", PERMIT_SUBSCRIBERS, v1_change,                                    \
	  {.id = "closeRequest",                                                                   \
	   .summary = "answers one",                                                               \
	   .tail = "id",                                                                           \
	   .body = close_request,                                                                  \
	   .answers = "Done",                                                                      \
	   .verb = "request-close"})                                                               \
	X("GET", "claims", PERMIT_ADMINISTER, v1_claims,                                           \
	  {.id = "claims",                                                                         \
	   .summary = "who says that a monitored site is his",                                     \
	   .query = page,                                                                          \
	   .answers = "Claims"})                                                                   \
	X("GET", "claims/*", PERMIT_ADMINISTER, v1_claim,                                          \
	  {.id = "claim", .summary = "one of them", .tail = "claim", .answers = "Claim"})          \
	X("PATCH", "claims/*", PERMIT_ADMINISTER, v1_change,                                       \
	  {.id = "judgeClaim",                                                                     \
	   .summary = "accepts or refuses one, takes it back, or says who may follow its monitor", \
	   .tail = "claim",                                                                        \
	   .body = judge_claim,                                                                    \
	   .answers = "Done",                                                                      \
	   .verb = "claim-judge"})                                                                 \
	X("GET", "users", PERMIT_ADMINISTER, v1_users,                                             \
	  {.id = "users", .summary = "who may sign in", .query = page, .answers = "Cards"})        \
	X("POST", "users", PERMIT_ADMINISTER, v1_user,                                             \
	  {.id = "makeUser",                                                                       \
	   .summary = "makes a user, who can sign in at once",                                     \
	   .body = user_new,                                                                       \
	   .answers = "Done",                                                                      \
	   .verb = "user-add"})                                                                    \
	X("PATCH", "users/*", PERMIT_ADMINISTER, v1_user,                                          \
	  {.id = "changeUser",                                                                     \
	   .summary = "gives a user another role, owner or password",                              \
	   .tail = "user",                                                                         \
	   .body = user,                                                                           \
	   .answers = "Done",                                                                      \
	   .verb = "user-change"})                                                                 \
	X("DELETE", "users/*", PERMIT_ADMINISTER, v1_change,                                       \
	  {.id = "removeUser",                                                                     \
	   .summary = "removes a user and his sessions",                                           \
	   .tail = "user",                                                                         \
	   .answers = "Done",                                                                      \
	   .verb = "user-remove"})                                                                 \
	X("GET", "tokens", PERMIT_ADMINISTER, v1_tokens,                                           \
	  {.id = "tokens",                                                                         \
	   .summary = "tokens of programs, without their secrets",                                 \
	   .query = page,                                                                          \
	   .answers = "Cards"})                                                                    \
	X("POST", "tokens", PERMIT_ADMINISTER, v1_make_token,                                      \
	  {.id = "makeToken",                                                                      \
	   .summary = "makes a token; its secret is told this once",                               \
	   .body = token,                                                                          \
	   .answers = "Token",                                                                     \
	   .verb = "token-add"})                                                                   \
	X("DELETE", "tokens/*", PERMIT_ADMINISTER, v1_change,                                      \
	  {.id = "removeToken",                                                                    \
	   .summary = "it opens nothing any more",                                                 \
	   .tail = "token",                                                                        \
	   .answers = "Done",                                                                      \
	   .verb = "token-remove"})                                                                \
	X("GET", "heartbeats", PERMIT_ADMINISTER, v1_heartbeats,                                   \
	  {.id = "heartbeats",                                                                     \
	   .summary = "the secret addresses of heartbeats and hooks",                              \
	   .answers = "Addresses"})                                                                \
	X("POST", "heartbeats", PERMIT_ADMINISTER, v1_renew,                                       \
	  {.id = "renewHeartbeats",                                                                \
	   .summary = "makes all addresses anew",                                                  \
	   .body = renew,                                                                          \
	   .answers = "Done",                                                                      \
	   .verb = "addresses"})

#define OPERATION(method_, path_, act_, answer_, ...) __VA_ARGS__,
static const struct v1_operation operation[] = {OPERATIONS(OPERATION)};

/* Who asks decides what is seen. */
#define ROUTE(method_, path_, act_, answer_, ...) \
	{.method = method_,                       \
	 .path = V1 path_,                        \
	 .shows = SHOWS_STATE_EACH,               \
	 .act = act_,                             \
	 .answer = answer_,                       \
	 .is_live = true,                         \
	 .is_raw = true},
extern const struct route v1_routes[];
const struct route v1_routes[] = {OPERATIONS(ROUTE){0}};

const struct v1_operation *v1_operation_of(const struct request *r)
{
	return &operation[r->route - v1_routes];
}

const struct v1_operation *v1_operation_at(size_t i, const struct route **route)
{
	if (i >= sizeof operation / sizeof *operation)
		return NULL;
	*route = &v1_routes[i];
	return &operation[i];
}
