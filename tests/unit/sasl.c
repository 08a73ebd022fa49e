/* SASL answers: the examples of the RFCs, and challenges that are none. */
#include "../../core/base/clock.h"
#include "../../core/prober/probe.h"
#include "../lib/tap.h"

static const struct {
	const char *mechanism;
	int number;
	const char *challenge, *user, *password, *answer, *reason;
} sasl_case[] = {
	{"PLAIN", 0, "", "tim", "tanstaaftanstaaf", "AHRpbQB0YW5zdGFhZnRhbnN0YWFm", ""},
	{"LOGIN", 0, "VXNlcm5hbWU6", "tim", "pw", "dGlt", ""},
	{"LOGIN", 1, "UGFzc3dvcmQ6", "tim", "pw", "cHc=", ""},
	/* RFC 2195 2 */
	{"CRAM-MD5", 0, "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", "tim",
	 "tanstaaftanstaaf", "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", ""},
	/* HMAC-MD5 of nothing, of "a" and of "ab" with the key "k": the padding counts */
	{"CRAM-MD5", 0, "", "u", "k", "dSBjZDMyYmVkZDQ2YWE2M2NmZmEzMDIzZjA1MGZjNzhlMw==", ""},
	{"CRAM-MD5", 0, "YQ==", "u", "k", "dSBkZGNmM2QyMTAwNDllNzEzNWY2MWFmZmFlNzM3MzFjZA==", ""},
	{"CRAM-MD5", 0, " YWI= ", "u", "k", "dSAzYzA5MDE1MDQ3YWRjZjgzYTk2ZjVmZGZhNzVmZGU1OQ==", ""},
	{"CRAM-MD5", 0, "<1@x>", "u", "k", "", "wanted a challenge in base64, got '<1@x>'"},
	{"CRAM-MD5", 0, "====", "u", "k", NULL, NULL},
	{"CRAM-MD5", 0, "YQ=", "u", "k", "", "wanted a challenge in base64, got 'YQ='"},
	{"NTLM", 0, "", "u", "k", "", "no such SASL mechanism: 'NTLM'"},
};

static struct probe_host host;

static void run(struct probe *p, const void *options)
{
	size_t i = *(const size_t *)options;
	const char *answer =
		probe_sasl(p, sasl_case[i].mechanism, sasl_case[i].number, sasl_case[i].challenge,
			   sasl_case[i].user, sasl_case[i].password);

	if (sasl_case[i].answer)
		same(answer, sasl_case[i].answer, sasl_case[i].mechanism);
}

static void take(struct probe *p, const struct text *result, void *with)
{
	size_t i = *(const size_t *)p->order.options;

	(void)result;
	if (sasl_case[i].reason)
		same(p->reason, sasl_case[i].reason, "reason");
	*(bool *)with = true;
}

int main(void)
{
	static const struct check_module module = {.head.name = "case", .run = run};

	host = (struct probe_host){.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1};
	probe_host_open(&host);
	for (size_t i = 0; i < sizeof sasl_case / sizeof *sasl_case; i++) {
		bool is_done = false;

		probe_begin(&host, &(struct probe_order){.module = &module,
							 .options = &i,
							 .id = "1",
							 .check = "case",
							 .done = take,
							 .with = &is_done,
							 .timeout_us = CLOCK_SECOND});
		ok(is_done, "case %zu", i);
	}
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
