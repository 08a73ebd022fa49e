/* module/common: see common.h. */
#include "common.h"

#include <string.h>
#include <sys/socket.h>

static const struct module_option option[] = {
	OPTION_DURATION(struct common_options, every, "1m", "1s..31d", "time between two probes"),
	OPTION_DURATION(struct common_options, timeout, "10s", "1ms..1h",
			"the probe's one deadline"),
	OPTION_DURATION(
		struct common_options, recheck, "1m", "1s..1d",
		"after a failure the next probe comes at the latest so long after its due time"),
	OPTION_DURATION(struct common_options, slow, "0", "0..1h",
			"degraded when the probe takes longer; 0: never"),
	OPTION_LIST(struct common_options, warn, "",
		    "degraded when a measured value is like this: \"loss > 5 %\""),
	OPTION_LIST(struct common_options, crit, "",
		    "down when a measured value is like this: \"certificate_days < 2\""),
	OPTION_LIST(struct common_options, locations, "",
		    "where to probe from; none named: everywhere"),
	OPTION_(struct common_options, address_family, "address-family", OPTION_TYPE_CHOICE, "any",
		"any|4|6", 0, "IPv4 or IPv6 only; any: what the resolver answers first"),
	OPTION_BOOL(struct common_options, reference, false,
		    "a target that tells whether our own connection works (section void)"),
	OPTION_(struct common_options, when_healthy, "when-healthy", OPTION_TYPE_BOOL, "false",
		NULL, 0,
		"probe only while the monitor itself is well: a dead man's ping to another one"),
	ABOUT_OPTIONS(struct common_options),
	OPTION_END,
};

const struct module_head common_head = {
	.abi = MODULE_ABI,
	.size = sizeof common_head,
	.name = "check",
	.summary = "options of every check",
	.option = option,
	.options_size = sizeof(struct common_options),
};

static const struct module_option notifier_option[] = {
	OPTION_DURATION(struct notifier_options, timeout, "30s", "1s..10m",
			"the one deadline of an attempt to deliver a letter"),
	OPTION_(struct notifier_options, at_once, "at-once", OPTION_TYPE_INT, "4", "1..64", 0,
		"letters being delivered at a time; always 1 for a module that blocks"),
	OPTION_(struct notifier_options, per_minute, "per-minute", OPTION_TYPE_INT, "10",
		"1..600", 0, "letters to one address in a minute; more wait"),
	OPTION_(struct notifier_options, address_family, "address-family", OPTION_TYPE_CHOICE,
		"any", "any|4|6", 0, "IPv4 or IPv6 only; any: what the resolver answers first"),
	OPTION_END,
};

const struct module_head notifier_head = {
	.abi = MODULE_ABI,
	.size = sizeof notifier_head,
	.name = "notifier",
	.summary = "options of every notifier",
	.option = notifier_option,
	.options_size = sizeof(struct notifier_options),
};

const char *const about_standing[] = {"in-service", "in-preparation", "out-of-cluster",
				      "retired",    "paused",         NULL};

const char *const common_family[] = {"any", "4", "6", NULL};
const int common_family_number[] = {AF_UNSPEC, AF_INET, AF_INET6};

int common_family_of(const char *name)
{
	for (int i = 0; common_family[i]; i++)
		if (!strcmp(common_family[i], name))
			return common_family_number[i];
	return AF_UNSPEC;
}

/* `targets` and `help` are no options of the table, but words a section or a command line may use.
 */
const char *const common_core_words[] = {
	"location",    "store",     "listen",  "socket",  "user",   "modules", "notifiers",
	"reports",     "retention", "include", "service", "sla",    "contact", "path",
	"maintenance", "page",      "void",    "check",   "module", "setting", "secret",
	"silence",     "account",   "targets", "items",   "help",   "template",
	NULL,
};

bool common_is_core_word(const char *word)
{
	for (const char *const *w = common_core_words; *w; w++)
		if (!strcmp(*w, word))
			return true;
	return !strncmp(word, "notify-", 7) || !strncmp(word, "report-", 7);
}

const char *common_standard(const struct module_option *o, const char *standard_every,
			    const char *standard_timeout)
{
	if (standard_every && *standard_every && !strcmp(o->name, "every"))
		return standard_every;
	if (standard_timeout && *standard_timeout && !strcmp(o->name, "timeout"))
		return standard_timeout;
	return o->standard;
}
