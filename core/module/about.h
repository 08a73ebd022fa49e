/* module/about: what people want to know of a check or a service, and what stands behind it: the
 * options that both have beside their own.
 *
 * One table, put into that of checks (common.c) and that of services (config/policy_line.c). To add
 * one: a member, a row here, and what config/about.c says of it. */
#ifndef NINES_MODULE_ABOUT_H
#define NINES_MODULE_ABOUT_H

#include <nines/module.h>

struct about_options {
	const char *title, *owner, *category, *see, *visit, *flapping;
	const char *const *owners; /* lines ROLE: NAME */
	const char *const *next; /* lines */
	const char *const *parents; /* checks and services it stands or falls with */
	int64_t standing; /* the place in about_standing */
};

/* Only what is in service alerts and counts. */
enum about_standing { ABOUT_IN_SERVICE };
extern const char *const about_standing[];

#define ABOUT_OPTION(s, m, word, type, standard, range, flags, help) \
	OPTION_(s, about.m, word, type, standard, range, flags, help)
#define ABOUT_OPTIONS(s)                                                                          \
	ABOUT_OPTION(s, title, "title", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,               \
		     "what people call it"),                                                      \
		ABOUT_OPTION(s, owner, "owner", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,       \
			     "who answers for it"),                                               \
		ABOUT_OPTION(s, owners, "owners", OPTION_TYPE_LIST, "", NULL, 0,                  \
			     "who answers for it in which role: \"business: Ann\", "               \
			     "\"product: Bob\", \"technical: Eve\""),                              \
		ABOUT_OPTION(s, category, "category", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE, \
			     "under which heading statistics list it: Payment"),                  \
		ABOUT_OPTION(s, see, "see", OPTION_TYPE_URL, "", NULL, 0,                         \
			     "where more stands about it, for its letters: a URL"),               \
		ABOUT_OPTION(s, visit, "visit", OPTION_TYPE_URL, "", NULL, 0,                     \
			     "where visitors find it, for /redirect/SERVICE: a URL"),             \
		ABOUT_OPTION(s, next, "next", OPTION_TYPE_LIST, "", NULL, 0,                      \
			     "what to do when it is down, for its letters: a list of lines"),     \
		ABOUT_OPTION(s, parents, "parents", OPTION_TYPE_LIST, "", NULL, 0,                \
			     "checks and services without which it must fail: while one of "      \
			     "them does, it sends no alerts of its own"),                         \
		ABOUT_OPTION(s, flapping, "flapping", OPTION_TYPE_TEXT, "20%-40%", NULL,          \
			     OPTION_IS_LINE,                                                      \
			     "flaps from the second share of changes on until it falls below "    \
			     "the first; no: never"),                                             \
		ABOUT_OPTION(s, standing, "standing", OPTION_TYPE_CHOICE, "in-service",           \
			     "in-service|in-preparation|out-of-cluster|retired|paused", 0,        \
			     "anything but in-service is shown, and neither alerts nor counts")

#endif
