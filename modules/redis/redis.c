/* modules/redis: asks a Redis server (or one that speaks like it: Valkey, KeyDB) for PONG, logs in
 * before if asked, and looks at what INFO says of its part in replication. Manual: redis.md. */
#include <nines/check.h>

#include <stdlib.h>

#define INFO_LINES 1000

enum tls_use { TLS_NONE, TLS_IMPLICIT };
enum role { ROLE_ANY, ROLE_MASTER, ROLE_REPLICA };

struct redis {
	const char *host, *user, *password;
	int64_t port, tls_use, expect_role;
	bool info;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_HOST(struct redis, host, "name or address to connect to"),
	OPTION_PORT(struct redis, port, 6379, "TCP port"),
	OPTION_TEXT(struct redis, user, "", "user to log in as (ACL); left out: the default user"),
	OPTION_SECRET(struct redis, password, "password to log in with"),
	OPTION_BOOL(struct redis, info, false, "ask for INFO, keep its figures, judge replication"),
	OPTION_(struct redis, expect_role, "expect-role", OPTION_TYPE_CHOICE, "any",
		"any|master|replica", 0, "the part in replication it must have (asks for INFO)"),
	OPTION_(struct redis, tls_use, "tls", OPTION_TYPE_CHOICE, "none", "none|implicit", 0,
		"speak TLS from the first byte"),
	OPTIONS_TLS(struct redis, tls),
	OPTION_END};

/* Figures of INFO that are kept. */
static const struct {
	const char *name, *unit;
} figure[] = {{"connected_clients", ""}, {"blocked_clients", ""}, {"used_memory", "B"},
	      {"uptime_in_seconds", "s"}, {"connected_slaves", ""}};

/* What is behind "name:" when the line begins so, else NULL. */
static const char *value_of(const char *line, const char *name)
{
	size_t size = strlen(name);

	return !strncmp(line, name, size) && line[size] == ':' ? line + size + 1 : NULL;
}

static void expect(struct probe *p, const char *wanted)
{
	const char *line = probe_line(p);

	if (strcmp(line, wanted) != 0)
		probe_fail(p, "wanted %s, got '%s'", wanted, probe_shown(p, line));
}

static void log_in(struct probe *p, const struct redis *o)
{
	probe_step(p, "auth");
	if (*o->user)
		probe_print(p, "*3\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(o->user),
			    o->user, strlen(o->password), o->password);
	else
		probe_print(p, "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n", strlen(o->password),
			    o->password);
	expect(p, "+OK");
}

struct info {
	const char *role, *link, *saved;
};

static void read_info_line(struct probe *p, struct info *i, const char *line)
{
	const char *value;
	long long number;
	char *end = NULL;

	for (size_t f = 0; f < sizeof figure / sizeof *figure; f++) {
		value = value_of(line, figure[f].name);
		number = value ? strtoll(value, &end, 10) : 0;
		if (value && end > value && !*end)
			probe_value(p, figure[f].name, (double)number, figure[f].unit);
	}
	if ((value = value_of(line, "redis_version")))
		probe_fact(p, "version", value);
	if ((value = value_of(line, "role")))
		i->role = value;
	if ((value = value_of(line, "master_link_status")))
		i->link = value;
	if ((value = value_of(line, "rdb_last_bgsave_status")))
		i->saved = value;
}

/* The answer's length is not needed: PING goes out behind INFO, and no line of INFO is +PONG. */
static void read_info(struct probe *p, struct info *i)
{
	const char *line;

	probe_step(p, "fetch");
	probe_print(p, "*1\r\n$4\r\nINFO\r\n*1\r\n$4\r\nPING\r\n");
	line = probe_line(p);
	if (*line != '$')
		probe_fail(p, "wanted INFO, got '%s'", probe_shown(p, line));
	for (int n = 0; probe_ok(p) && strcmp(line, "+PONG"); n++) {
		if (n == INFO_LINES)
			probe_fail(p, "too long: INFO has more than %d lines", INFO_LINES);
		line = probe_line(p);
		read_info_line(p, i, line);
	}
}

static void judge_info(struct probe *p, const struct redis *o, const struct info *i)
{
	bool is_replica = !strcmp(i->role, "slave") || !strcmp(i->role, "replica");

	probe_fact(p, "role", i->role);
	if (o->expect_role == ROLE_MASTER && strcmp(i->role, "master") != 0)
		probe_fail(p, "wanted a master, got role '%s'", probe_shown(p, i->role));
	if (o->expect_role == ROLE_REPLICA && !is_replica)
		probe_fail(p, "wanted a replica, got role '%s'", probe_shown(p, i->role));
	if (is_replica && strcmp(i->link, "up") != 0)
		probe_degrade(p, "link to its master is '%s'", probe_shown(p, i->link));
	if (!strcmp(i->saved, "err"))
		probe_degrade(p, "last save to disk has failed");
}

static void run(struct probe *p, const void *options)
{
	const struct redis *o = options;
	struct probe_tls tls = probe_tls_of(&o->tls);
	struct info info = {.role = "", .link = "", .saved = ""};

	if (*o->user && !*o->password)
		probe_unknown(p, "a user is given, but no password");
	probe_dial(p, o->host, o->port);
	if (o->tls_use == TLS_IMPLICIT)
		probe_start_tls(p, &tls);
	if (*o->password)
		log_in(p, o);
	probe_step(p, "query");
	probe_print(p, "*1\r\n$4\r\nPING\r\n");
	expect(p, "+PONG");
	if (!o->info && !o->expect_role)
		return;
	read_info(p, &info);
	judge_info(p, o, &info);
}

CHECK_MODULE("redis", "asks a Redis server for PONG, and how it is", struct redis, option, run);
