/* nines/check.h: all that a check module may use.
 *
 * A check module has one function, run(): straight-line code in the order of the conversation, each
 * wait parks only this probe. Failure is sticky: after the first failure every probe_ call returns
 * false, 0 or "" at once and does nothing, so that run() falls through to its end. The step that
 * was open and the reason become the verdict. The host closes every connection and frees every
 * piece of memory; what a foreign library gave goes through probe_defer(). Texts that probe_ calls
 * return are never NULL and live until the probe ends. A module that keeps calling after a failure
 * is abandoned at the thousandth call: loops ask probe_ok(). Every wait ends at the probe's one
 * deadline.
 *
 * Everything here may be called only from run(), and with its own probe. */
#ifndef NINES_CHECK_H
#define NINES_CHECK_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h> /* what every module needs: strstr, strcmp */

#include <nines/module.h>

/* Modules and host are built with hidden visibility; what stands here crosses the border. */
#pragma GCC visibility push(default)

struct probe;

/* What is wrong with the options of a check: which, of a list which item, what would be right. */
struct check_judgement {
	const char *option;
	size_t item;
	char why[256];
	/* Takes this mistake, so that judge() can go on to the next. NULL: the first is enough. */
	void (*tell)(struct check_judgement *);
};

struct check_module {
	struct module_head head;
	void (*run)(struct probe *, const void *options);
	/* What the check modules' common options default to when the section does not say: NULL is
	 * 1m and 10s. */
	const char *standard_every, *standard_timeout;
	/* Judges what types and ranges of options cannot say, before any probe: `nines config
	 * check` then names file and line. Pure: runs in a process of its own that may do nothing
	 * and ends soon, calls nothing of the below, sees secrets as "". May be NULL. */
	bool (*judge)(const void *options, struct check_judgement *);
	/* What `every` defaults to where the items are several (a block, a list). NULL: as for
	 * one. */
	const char *standard_every_items;
};

#define CHECK_MODULE(name_, summary_, options_, option_, run_, ...)                \
	MODULE_EXPORT extern const struct check_module module_entry;               \
	const struct check_module module_entry = {                                 \
		.head = {.abi = MODULE_ABI, .size = sizeof(struct check_module),   \
			 .kind = MODULE_CHECK, .name = name_, .summary = summary_, \
			 .option = option_, .options_size = sizeof(options_)},     \
		.run = run_, __VA_ARGS__}

/* For judge(): this is wrong, too. Always returns false. */
static inline bool check_wrong(struct check_judgement *, const char *option, size_t item,
			       const char *format, ...) __attribute__((format(printf, 4, 5)));
static inline bool check_wrong(struct check_judgement *j, const char *option, size_t item,
			       const char *format, ...)
{
	va_list ap;

	if (*j->why)
		return false;
	j->option = option;
	j->item = item;
	va_start(ap, format);
	vsnprintf(j->why, sizeof j->why, format, ap);
	va_end(ap);
	if (j->tell)
		j->tell(j);
	return false;
}

/* ---- steps and the verdict ---- */

/* Ends the open step and opens `name` (a constant; the names are one table, docs/modules.md). Time
 * before the first step, or that belongs to none, becomes the step `other`. */
void probe_step(struct probe *, const char *name);
/* The next steps belong to hop n of a redirect (0: the first request), or to the n-th connection
 * behind the first. */
void probe_hop(struct probe *, int hop);

/* False once the probe has failed. */
bool probe_ok(const struct probe *);

/* The target is down: ends the open step as failed with the reason (lower case, what failed first,
 * no full stop). Later calls change nothing. Always returns false. */
bool probe_fail(struct probe *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of something that came in an earlier step and is judged only now: the last step of that
 * name is the failed one, the open step ends well. */
bool probe_fail_in(struct probe *, const char *step, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Our own trouble, never the target's: the verdict is unknown. Always returns false. */
bool probe_unknown(struct probe *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* From here on, until told off: who is asked is not what is watched (a registry that knows of a
 * domain). Failures, the host's too, are no downtime but unknown. */
void probe_asks_others(struct probe *, bool does);
/* It works, but not well: the verdict is degraded unless the probe fails later. The first reason
 * stays. */
void probe_degrade(struct probe *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A measured value with its unit ("d", "%", "B", "us", "" ...), kept with the result. At most 64 a
 * probe. A unit has at most 16 bytes; a comma in it becomes a semicolon. */
void probe_value(struct probe *, const char *name, double value, const char *unit);
/* The same for a text, such as the subject of a certificate. */
void probe_fact(struct probe *, const char *name, const char *text);

/* ---- memory and time ---- */

/* Zeroed memory that lives until the probe ends; past the probe's cap the probe fails as unknown
 * and NULL comes back. */
void *probe_alloc(struct probe *, size_t size);
const char *probe_text(struct probe *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Calls release(thing) when the probe ends, last deferred first, on every way out. */
void probe_defer(struct probe *, void (*release)(void *thing), void *thing);

int64_t probe_now_us(const struct probe *);  /* monotonic */
int64_t probe_wall_us(const struct probe *); /* since 1970 UTC */
int64_t probe_left_us(const struct probe *); /* until the deadline; 0 when it is over */
/* Parks for so long, or until the deadline (which fails the probe). */
bool probe_sleep(struct probe *, int64_t us);

/* ---- a TCP connection ---- */

/* Steps `resolve` (left out when `host` is an address) and `connect`: one address of the check's
 * address-family, never a silent second one. A probe has one connection in use; probe_use() takes
 * another (0 to 3; 0 at the start). */
bool probe_dial(struct probe *, const char *host, int64_t port);
void probe_use(struct probe *, int connection);
/* As probe_dial(), to where connection 0 has sent us: passes the policy of redirects (see
 * probe_http()). */
bool probe_dial_on(struct probe *, const char *host, int64_t port);
/* Connection 1 to 3 goes to another port of the address that connection 0 has, whatever its name
 * means by now: FTP's data connection. The open step goes on, TLS on it too (probe_start_tls): it
 * is for the same name and offers connection 0's session, which some servers insist on. What goes
 * over it is not noted in the transcript. */
bool probe_dial_beside(struct probe *, int64_t port);
/* The address of the connection in use: "127.0.0.1", "::1". */
const char *probe_address(const struct probe *);
void probe_hangup(struct probe *);

bool probe_send(struct probe *, const void *bytes, size_t size);
bool probe_print(struct probe *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One line without its CRLF or LF, at most 4 KiB (longer: fails "line too long"). NUL bytes inside
 * read as spaces. */
const char *probe_line(struct probe *);
/* Reads lines "220-..." to "220 ..." (RFC 5321 4.2.1, RFC 959 4.2) and fails unless the code is
 * `code`; a `code` below ten stands for a class (2: any 2xx). Returns the code, 0 on failure. */
int probe_reply(struct probe *, int code);
/* Judges the last reply, which probe_reply(p, 0) took with any code, as probe_reply(p, code) would
 * have. */
int probe_want_reply(struct probe *, int code);
/* The text of the last reply, lines joined by newlines, codes taken off. */
const char *probe_reply_text(const struct probe *);
/* At least one byte, at most `room`; 0 at the end of the stream or after a failure. */
size_t probe_read(struct probe *, void *into, size_t room);
/* Reads until `text` has come, at most `most` bytes; returns all that was read. Fails at the end of
 * the stream. */
const char *probe_until(struct probe *, const char *text, size_t most);
/* The same for any bytes and for several marks at once: returns the place of the one whose end came
 * first, with *got all that was read with it, NULs and all; -1 after a failure. Reasons name the
 * first mark. */
struct probe_mark {
	const void *bytes;
	size_t size;
};
int probe_find(struct probe *, const struct probe_mark *, size_t marks, size_t most,
	       const char **got, size_t *size);
/* Exactly `size` bytes, NULs and all; "" after a failure, as at an earlier end of the stream. */
const char *probe_take(struct probe *, size_t size);
/* True when the other side has sent bytes that were not yet read. */
bool probe_has_input(struct probe *);
/* What a stranger said, for a reason: its first 200 bytes, readable, secrets blotted out. */
const char *probe_shown(struct probe *, const char *text);
const char *probe_shown_bytes(struct probe *, const void *bytes, size_t size);

/* ---- SASL (RFC 4422), as SMTP, POP3 and IMAP carry it ---- */

/* What a client answers to challenge number `n` (0 is the first, base64 as it came) of a mechanism,
 * "PLAIN", "LOGIN" or "CRAM-MD5"; in base64. */
const char *probe_sasl(struct probe *, const char *mechanism, int n, const char *challenge,
		       const char *user, const char *password);

/* ---- datagrams ---- */

/* As probe_dial(), but UDP: step `resolve` for a name, then a socket with a random port that takes
 * packets of that address and port alone. Each probe_send() is one datagram. */
bool probe_dial_udp(struct probe *, const char *host, int64_t port);
/* The next datagram, cut at `room`; its size. 0 when none has come after `wait_us` (the probe goes
 * on and may send again) or after a failure; a port that is closed fails the probe. `wait_us` 0:
 * silence fails the probe, at its deadline. */
size_t probe_datagram(struct probe *, void *into, size_t room, int64_t wait_us);

/* ---- TLS on the connection in use ---- */

struct probe_tls {
	bool no_verify;          /* measure, show, but do not judge the certificate */
	const char *server_name; /* NULL or "": the host that was dialled */
	const char *ca_file, *client_cert, *client_key; /* NULL or "": none */
	int64_t warn_expiry_days; /* degraded when fewer are left; 0: never */
	const char *min_version;  /* "1.0" ... "1.3"; NULL: 1.2 */
};

/* Step `tls`, but see probe_dial_beside(). Refused while plaintext of the other side is still
 * unread (injected before STARTTLS: CVE-2011-0411). Leaves the values certificate_days and the
 * facts certificate_subject, certificate_issuer, tls_version, tls_cipher. Fails with exactly one
 * of: certificate expired, not yet valid, self-signed, for another host, chain incomplete, ... */
bool probe_start_tls(struct probe *, const struct probe_tls *);

/* The two halves of probe_start_tls(), for a module that looks at the certificates before they are
 * judged: the handshake, which leaves the step `tls` open and lets pass what the machine's policy
 * for OpenSSL calls weak; then the judgement, which ends the step. */
bool probe_shake_tls(struct probe *, const struct probe_tls *);
bool probe_judge_tls(struct probe *, const struct probe_tls *);

struct probe_certificate {
	const char *subject, *issuer;
	int64_t from_us, to_us;			   /* wall clock */
	const char *fingerprint, *key_fingerprint; /* SHA-256 of it, of its public key; hex */
	const char *key, *signature;		   /* "RSA 2048", "RSA-SHA256" */
	bool has_weak_key; /* below 112 bits of security: RSA 1024 */
	bool has_weak_signature; /* likewise (SHA-1), by another: nobody relies on its own */
};
/* Of the connection in use, as the server presented them: 0 is its own. NULL: there is no such, or
 * the probe has failed. */
const struct probe_certificate *probe_certificate(struct probe *, int place);

/* Tries a handshake on the connection in use, which is of no use behind that, offering only
 * versions from tls->min_version to max_version. Returns the version that the server accepted,
 * "TLSv1.1"; "" when it refused, by whatever means, silence for `wait_us` too. Judges no
 * certificate, opens no step. Unknown when our library cannot offer these. */
const char *probe_offer_tls(struct probe *, const struct probe_tls *, const char *max_version,
			    int64_t wait_us);

/* The ordinary TLS options, for an options struct that has a member `tls` of this type. */
struct tls_options {
	bool verify;
	const char *server_name, *ca_file, *client_cert, *client_key;
	int64_t warn_expiry;
};
#define OPTIONS_TLS(s, m)                                                                     \
	OPTION_(s, m.verify, "verify", OPTION_TYPE_BOOL, "true", NULL, 0,                     \
		"judge the certificate"),                                                     \
		OPTION_(s, m.server_name, "server-name", OPTION_TYPE_TEXT, "", NULL, 0,       \
			"name to ask and verify for"),                                        \
		OPTION_(s, m.ca_file, "ca-file", OPTION_TYPE_FILE, "", NULL, 0,               \
			"trust these authorities only (PEM)"),                                \
		OPTION_(s, m.client_cert, "client-cert", OPTION_TYPE_FILE, "", NULL, 0,       \
			"certificate to show (PEM)"),                                         \
		OPTION_(s, m.client_key, "client-key", OPTION_TYPE_FILE, "", NULL, 0,         \
			"its key (PEM)"),                                                     \
		OPTION_(s, m.warn_expiry, "warn-expiry", OPTION_TYPE_INT, "14", "0..3650", 0, \
			"degraded when the certificate has fewer days left")
/* The same as struct probe_tls. */
struct probe_tls probe_tls_of(const struct tls_options *);

/* ---- an HTTP exchange ---- */

struct probe_http {
	const char *url, *method; /* NULL: GET, or POST with a body */
	const char *const *header; /* NULL-terminated "Name: value", may be NULL */
	const char *body;          /* NULL: none */
	const char *user, *password; /* "": none */
	int64_t follow;            /* redirects at most */
	struct tls_options tls;
	int64_t body_most_bytes;   /* 0: 1 MiB */
	int64_t fresh;             /* reserved, 0 */
};

struct probe_http_answer {
	int status;              /* 0: none came */
	const char *head, *body; /* of the last hop; body is cut at its cap and NUL-terminated */
	size_t body_bytes;
	const char *url; /* of the last hop */
	int hops;
	size_t body_kept; /* bytes of `body`: less than body_bytes when it was cut */
};

/* Steps resolve, connect, tls, request, first-byte, body, again for each hop. Each hop passes the
 * same policy: http or https only, no link-local address, and no private address behind a public
 * one. False when no complete answer came; the status is not judged. */
bool probe_http(struct probe *, const struct probe_http *, struct probe_http_answer *);

/* ---- JSON (RFC 8259) ---- */

/* A value of a document. Paths, conditions and named values: docs/modules.md, "What a JSON document
 * says". */
struct probe_json;

/* The document in these bytes, until the probe ends: at most 64 levels deep and 16 MiB in memory.
 * NULL: the probe has failed, the reason says at which line and column it is no JSON. */
const struct probe_json *probe_json(struct probe *, const char *bytes, size_t size);
/* What a path (printf) leads to, from a value on: "events[0].eventDate". NULL: nothing is there, it
 * is no path, or `from` is NULL. */
const struct probe_json *probe_json_find(struct probe *, const struct probe_json *from,
					 const char *path, ...)
	__attribute__((format(printf, 3, 4)));
/* "" unless it is a text. */
const char *probe_json_text(const struct probe_json *);
/* Items of an array, members of an object; 0 of anything else and of NULL. */
size_t probe_json_length(const struct probe_json *);

/* Is this a condition, `status == "ok"`? False: `why` says what is wrong. judge() may call it. */
bool probe_json_is_condition(const char *written, char *why, size_t room);
/* Fails the probe where the document does not hold to it: `wanted status == "ok", got "bad"`. */
bool probe_json_expect(struct probe *, const struct probe_json *, const char *condition);
/* Does it? Without a failure. */
bool probe_json_holds(struct probe *, const struct probe_json *, const char *condition);
/* The same for a named number, `NAME[:UNIT] = PATH`, which becomes a value (probe_value()). */
bool probe_json_is_value(const char *written, char *why, size_t room);
bool probe_json_value(struct probe *, const struct probe_json *, const char *written);

/* ---- DNS ---- */

/* One query to `server` ("host[:port]"; "": the system's resolver) over UDP, then TCP when
 * truncated; random id and port, only the asked name is believed. *answer is the raw message (RFC
 * 1035 4). No step is opened. */
bool probe_dns(struct probe *, const char *server, const char *name, int type,
	       const unsigned char **answer, size_t *size);

struct probe_dns_question {
	const char *server, *name; /* as for probe_dns() */
	int type;
	bool no_recursion; /* what the server itself knows (RD off) */
	bool wants_ad;     /* whether it has validated the answer (AD on, RFC 6840 5.7) */
};

struct probe_dns_record {
	const char *name; /* its owner; names are in lower case and without a final dot */
	int type;
	int64_t ttl_s;
	const char *text; /* "192.0.2.1", "10 mx.example.org"; the pieces of a TXT joined */
};

struct probe_dns_answer {
	const char *server;  /* who was asked: "192.0.2.53:53" */
	const char *trouble; /* why no answer came; "": one came, and what follows is its */
	bool is_ours;        /* the trouble is our own, or the system's resolver's */
	int rcode;           /* 0 NOERROR, 3 NXDOMAIN ...; -1: none came */
	const char *rcode_name;
	bool is_authoritative, is_authentic; /* the flags AA and AD */
	/* of the asked type and name, or of what its CNAMEs lead to; at most 512 */
	size_t records;
	const struct probe_dns_record *record;
};

/* Several questions at once, each as probe_dns() puts one. Step `resolve` when a server is given by
 * name, then `query`. `wait_us` 0: trouble fails the probe; else what has no answer after so long
 * is trouble, and the probe goes on. False when the probe has failed. */
bool probe_dns_ask(struct probe *, const struct probe_dns_question *, size_t questions,
		   int64_t wait_us, struct probe_dns_answer *);
/* The number of a type: "AAAA", "TYPE65"; 0: there is none of that name. judge() may call it. */
int probe_dns_type(const char *name);
/* Is this data of that type? judge() may call it. */
bool probe_dns_is_text(int type, const char *written);
/* What a person wrote as a record's data, in the form of probe_dns_record.text: case, spaces, final
 * dots and leading zeros no longer matter. NULL: it is no data of that type. */
const char *probe_dns_text(struct probe *, int type, const char *written);

/* ---- ICMP echo ---- */

struct probe_ping {
	int64_t packets, interval_us, size_bytes;
	int64_t wait_us; /* for the last reply */
};
struct probe_ping_answer {
	int sent, received;
	int64_t min_us, avg_us, max_us; /* -1 when nothing came back: a lost packet has no value */
	const char *trouble; /* what the network said instead, "host unreachable"; "": nothing */
};

/* Step `resolve` for a name, then `echo`. A reply counts only from the address asked, with our id
 * and our 16-byte nonce (F37). */
bool probe_echo(struct probe *, const char *host, const struct probe_ping *,
		struct probe_ping_answer *);

/* ---- programs, descriptors, items, memory from run to run ---- */

struct probe_exec_answer {
	int status, signal; /* exit status, or the signal that ended it (else 0) */
	const char *output, *error; /* at most 8 KiB each */
	size_t output_bytes;
};

/* Runs argv[0] (an absolute path) without a shell, in a process group of its own. When it ends, and
 * at the deadline, it dies with all that it has left behind: every child of the process that
 * probe_exec() did not start is killed, so a module starts none itself. Only for modules with
 * MODULE_NEEDS_EXEC. `environment` NULL: PATH and LANG=C only. */
bool probe_exec(struct probe *, const char *const *argv, const char *const *environment,
		struct probe_exec_answer *);

/* The same with `input` as its standard input, a file of `input_bytes` that it may read or leave.
 */
bool probe_exec_with(struct probe *, const char *const *argv, const char *const *environment,
		     const void *input, size_t input_bytes, struct probe_exec_answer *);

enum probe_want { PROBE_READ = 1, PROBE_WRITE = 2 };
/* Parks until the descriptor is ready (for libraries such as libssh2): a foreign one, or that of a
 * connection, which probe_read() may then read. */
bool probe_wait(struct probe *, int fd, int want);
/* The descriptor of the connection in use, for such a library; -1 without one. It stays the host's.
 * What goes over it from now on is not noted in the transcript: to a person it says nothing. */
int probe_fd(struct probe *);

/* The item of this probe when an option has OPTION_IS_ITEMS, else "". */
const char *probe_item(const struct probe *);

/* Passive checks: the text of the line that came in, "" when the check ran because none came in
 * time. */
const char *probe_event(const struct probe *);
/* Passive checks: run again after so long if nothing comes in before. */
void probe_expect_within(struct probe *, int64_t us);

/* A text of at most 1 KiB that the keeper gives back to the next probe of this check (and item): ""
 * at first. */
const char *probe_recall(const struct probe *);
void probe_remember(struct probe *, const char *text);

/* The first time behind after_us (wall clock) at which a job with this line of crontab(5) is due,
 * by the clock of `zone` ("": UTC); 0: never again. A job in a skipped hour is due right behind it,
 * in a repeated one once; one that begins its minute or hour with '*' whenever the clock says so.
 */
int64_t probe_next_cron(struct probe *, const char *cron, const char *zone, int64_t after_us);
/* For reasons: "2026-11-21 03:00 CET", and "1h 30m". */
const char *probe_time_text(struct probe *, const char *zone, int64_t wall_us);
const char *probe_duration_text(struct probe *, int64_t us);

/* What was made of a secret (a token inside an address, a signature) is as secret: from now on it
 * is struck out of transcript, reasons and facts as the values of secret options are. It is
 * copied; at most 8 a probe, none shorter than 4 bytes. */
void probe_hide(struct probe *, const char *secret);

/* A line for the trace and the incident's diagnosis; what is sent and received is noted by itself.
 */
void probe_note(struct probe *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#pragma GCC visibility pop

#endif
