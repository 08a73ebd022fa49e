/* config/read: what the parts of the loader share; nobody else includes it.
 *
 * Every part reports through problem_add() and goes on, so that one run names everything that is
 * wrong; lines are only believed when no problem came up. */
#ifndef NINES_CONFIG_READ_H
#define NINES_CONFIG_READ_H

#include "../base/line.h"
#include "../base/map.h"
#include "../base/memory.h"
#include "../module/common.h"
#include "config.h"
#include "policy.h"

/* One name of a check or a service. */
struct named {
	const char *name, *word, *file;
	int line;
	struct service *service; /* NULL: a check */
	struct about *about;	 /* NULL: it was not judged */
	const struct section *section;
	int64_t every_us; /* of a check */
};

/* names.c: names of checks and services, in the arena. Zero-initialise. */
struct names {
	const char **name;
	size_t count, room;
};

struct config {
	struct parse parse;
	const char *file;
	struct config_settings settings;
	struct descriptors modules;
	struct map names, locations, slas, roles, zones, secrets, notifiers, contacts, templates;
	struct map pages, hosts, categories;
	struct text location_lines, secret_lines, define_lines, service_lines, policy_lines;
	struct text notifier_lines, contact_lines, template_lines, deliver_lines, page_lines;
	struct text canned_lines;
	/* what notifier modules are to judge: lines `channel N`, and the sections they stand for */
	struct text channel_lines;
	const struct section **channel;
	size_t channels;
	struct service *services, **last_service;
	struct about *abouts, **last_about;
	struct contact *first_contact, **last_contact;
	struct delivery *deliveries, **last_delivery;
	struct page_section *first_page, **last_page;
	struct canned_section *canned;
	struct problem *notes, **last_note;
	int check_count, service_count, secret_count;
};

/* All that a section says of one option: a list's values are joined by newlines. */
struct value {
	const char *name, *text, *file;
	int line, count;
	struct value *next;
};

/* values.c: the entries of a section by option, in the order they first stand. */
struct value *values_of(struct config *, const struct section *);
/* The line of an option where it stands, else of the section. */
int value_line(struct config *, const struct section *, const char *option);
/* For an option with OPTION_HAS_ESCAPES: control characters in its values become escapes. */
void value_escape(struct config *, const struct section *, struct value *);
/* Sets all of them on the core's own `options` (head->kind 0), defaults first. False: problems were
 * added. */
bool values_set(struct config *, const struct section *, const struct module_head *, void *options);
/* One value: NULL on success, else nothing was set and a problem was added. `wrong` is scratch. */
bool value_set(struct config *, const struct module_head *, void *options, struct arena *,
	       const struct value *);
void value_refuse_unknown(struct config *, const struct descriptor *, const struct value *);

/* secret.c: "@secret:N" for a reference, into *out; the value waits in secret_lines. */
bool secret_take(struct config *, const struct value *, struct text *out);
/* The value itself, for whoever makes a hash of it: overwrite it. */
bool secret_read(struct config *, const struct value *, struct text *value);

/* check.c */
void check_read(struct config *, const struct descriptor *, const struct section *);

/* names.c */
void names_add(struct config *, struct names *, const char *name); /* once each */
/* All checks whose names are like the pattern, sorted. False: there is none. */
bool names_expand(struct config *, struct names *, const char *pattern);
const char *names_join(struct text *into, const char *const *name, size_t count);
/* What was probably meant, or NULL. */
const char *name_nearest(struct config *, const char *name);

/* about.c: what a check or a service says of itself: its parents are judged by abouts_finish(),
 * which comes behind services_finish(). False: problems were added. */
bool about_take(struct config *, const struct named *, const struct about_options *,
		const struct section *, const char *file, int line);
void about_add(struct text *line, const struct about_options *);
void abouts_finish(struct config *);

/* review.c: what the modules themselves have against their checks and channels becomes problems. */
void modules_review(struct config *);

/* service.c */
void service_read(struct config *, const struct section *);
void services_finish(struct config *);
/* Its members by name, patterns expanded, once services_finish() is over. */
const char *const *service_members(const struct service *, size_t *count);

/* burn.c: adds the words of alerts by burn rate to the service's line, where its sla wants them;
 * what the slowest of its checks cannot carry becomes a problem. */
void burn_judge(struct config *, const struct section *service, const char *sla,
		const struct named *slowest, struct text *words);

/* policy_line.c: the forms of these sections; NULL: the word is none of them. */
extern const struct module_option sla_option[], maintenance_option[], service_option[];
const struct module_head *policy_head(const char *word);

/* policy.c: the line of such a section, into policy_lines. */
void policy_add_line(struct config *, const struct section *);
/* What the forms do not say; a zone's line goes in front of the sla that names it first. */
void zone_judge(struct config *, const struct section *, const char *name);
void hours_judge(struct config *, const struct section *, const char *const *hours);
void sla_judge(struct config *, const struct section *, const struct config_sla *);
/* What the words of one say together. False: *wrong says why of *option. */
bool maintenance_parse(struct config_maintenance *, const char **option, struct text *wrong);
void maintenance_judge(struct config *, const struct section *, struct config_maintenance *);

/* notifier.c: sections `notify-MODULE`; and the channel of that name, if need be a module's with
 * all its defaults. NULL: there is none, or none that works; then problems were added. */
struct notifier;
void notifier_read(struct config *, const struct section *);
const struct notifier *notifier_get(struct config *, const char *name, const struct section *by);
/* Lets its module judge an address of a path, or the channel itself (""), at modules_review(). */
void notifier_review(struct config *, const struct notifier *, const struct section *,
		     const char *address);
void notifiers_finish(struct config *);
const char *notifier_module_name(const struct notifier *);
/* Its module gets the files of a letter. */
bool notifier_takes_files(const struct notifier *);

/* contact.c */
void contact_read(struct config *, const struct section *);
void path_read(struct config *, const struct section *);
void contacts_finish(struct config *);
/* Behind contacts_finish(). The contacts by name, in their order, NULL: begin, the end. */
const char *contact_next(const struct config *, const char *after);
/* What was probably meant, or NULL. */
const char *contact_nearest(const struct config *, const char *name);
/* Its paths ("NOTIFIER:ADDRESS") that take reports: those whose kinds name them, and those without
 * kinds whose notifier can carry files. */
void contact_each_report_path(const struct config *, const char *contact,
			      void (*take)(const char *to, void *with), void *with);

/* deliver.c: sections `deliver`; finished behind contacts and services. */
void deliver_read(struct config *, const struct section *);
void delivers_finish(struct config *);

/* page.c: sections `page`; finished behind checks and services. */
struct page_options {
	const char *title, *url, *zone, *language, *contact;
	const char *about_file, *logo, *style, *templates, *copy;
	const char *const *copy_hook;
	int64_t copy_every_us, copy_renew_us;
	const char *const *host, *const *show, *const *categories, *const *about;
	const char *const *subscribe, *const *audiences, *const *visitors;
	const char *password, *sso_header;
	int64_t details, statistics, claims, bars_days, refresh, sign_in, copy_private;
	bool subscribe_private;
};
void page_read(struct config *, const struct section *);
void pages_finish(struct config *);
/* page_channels.c: the notifiers by which visitors subscribe; the word `channels` of the line, a
 * line NAME, tab, MODULE for each. */
void page_channels_add(struct config *, const struct section *, const struct page_options *);
/* page_private.c: who may see it, if not everybody; the word `password` of the line: its hash. */
void page_private_add(struct config *, const struct section *, const struct page_options *);
/* page_file.c: the files that it names, as lines behind the page's own. */
void page_files_add(struct config *, const struct section *, const struct page_options *);

/* canned.c: sections `canned`; finished behind services. */
void canned_read(struct config *, const struct section *);
void canned_finish(struct config *);

/* customer.c: behind contacts and services. */
extern const struct module_option customer_option[];
void customers_finish(struct config *);

/* wording.c: sections `template`: an admin's own letters. */
void wording_read(struct config *, const struct section *);

/* section.c: imported results have a location too (STAGE_LOCATION of store/stage.h), which must be
 * theirs alone. */
void location_judge(struct config *, const char *name, const char *file, int line);
/* section.c: the core's own sections. False: the word is none. */
bool section_is_core(const char *word);
void section_read(struct config *, const struct section *);
const char *section_nearest(const char *word);

/* Gives a check or a service its name; false (and a problem) when somebody has it. */
struct named *name_take(struct config *, const char *name, const struct section *, const char *file,
			int line);

#endif
