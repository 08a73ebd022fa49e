/* modules/ssh/command: a command and what it writes (RFC 4254 6.5). See ssh.h. */
#include "ssh.h"

#define OUTPUT_BYTES 65536

struct output {
	size_t size, room;
	char *at;
};

static void add(struct output *o, const char *bytes, long n)
{
	size_t more = n < 0 ? 0 : (size_t)n;

	if (more > o->room - o->size)
		more = o->room - o->size;
	memcpy(o->at + o->size, bytes, more);
	o->size += more;
	o->at[o->size] = '\0';
}

/* The beginning, for a reason. */
static const char *shown(struct session *s, const struct output *o)
{
	size_t size = o->size;

	while (size && o->at[size - 1] == '\n')
		size--;
	return probe_shown(s->probe, probe_text(s->probe, "%.*s", (int)size, o->at));
}

/* All that the command writes, until it writes no more. Reading one of the two takes what the
 * server has sent of the other from the connection, too: who then waited there would wait for what
 * he has. */
static long hear(struct session *s, LIBSSH2_CHANNEL *channel, struct output *out,
		 struct output *error)
{
	char bytes[1024];
	size_t before;
	long n, m;

	do {
		before = s->bytes;
		n = libssh2_channel_read(channel, bytes, sizeof bytes);
		add(out, bytes, n);
		m = libssh2_channel_read_stderr(channel, bytes, sizeof bytes);
		add(error, bytes, m);
	} while (n > 0 || m > 0 ||
		 (!libssh2_channel_eof(channel) &&
		  ((n == LIBSSH2_ERROR_EAGAIN && s->bytes > before) || session_again(s, n))));
	return n == LIBSSH2_ERROR_EAGAIN ? 0 : n;
}

static LIBSSH2_CHANNEL *start(struct session *s, const char *command)
{
	LIBSSH2_CHANNEL *channel;
	long result;

	do
		channel = libssh2_channel_open_session(s->ssh);
	while (session_again_for(s, channel));
	if (!channel) {
		session_judge(s, libssh2_session_last_errno(s->ssh), "opening a channel");
		return NULL;
	}
	do
		result = libssh2_channel_exec(channel, command);
	while (session_again(s, result));
	return session_judge(s, result, "starting the command") ? channel : NULL;
}

static void judge_command(struct session *s, const struct ssh *o, LIBSSH2_CHANNEL *channel,
			  const struct output *out, const struct output *error)
{
	int status = libssh2_channel_get_exit_status(channel);
	char *signal = NULL;

	libssh2_channel_get_exit_signal(channel, &signal, NULL, NULL, NULL, NULL, NULL);
	if (signal)
		probe_fail(s->probe, "the command was ended by signal '%s'",
			   probe_shown(s->probe, signal));
	libssh2_free(s->ssh, signal);
	if (status != o->expect_status)
		probe_fail(s->probe, "wanted exit status %d, got %d: '%s'", (int)o->expect_status,
			   status, shown(s, error->size ? error : out));
	if (!strstr(out->at, o->expect))
		probe_fail(s->probe, "wanted '%s', got '%s'", o->expect, shown(s, out));
}

void ssh_run_command(struct session *s, const struct ssh *o)
{
	struct output out = {.room = OUTPUT_BYTES, .at = probe_alloc(s->probe, OUTPUT_BYTES + 1)};
	struct output error = {.room = OUTPUT_BYTES, .at = probe_alloc(s->probe, OUTPUT_BYTES + 1)};
	LIBSSH2_CHANNEL *channel;
	long result;

	probe_step(s->probe, "exec");
	if (!probe_ok(s->probe))
		return;
	channel = start(s, o->command);
	if (!channel || !session_judge(s, hear(s, channel, &out, &error), "reading its output"))
		return;
	probe_note(s->probe, "the command wrote '%s'", shown(s, &out));
	do
		result = libssh2_channel_close(channel);
	while (session_again(s, result));
	if (session_judge(s, result, "ending the command"))
		judge_command(s, o, channel, &out, &error);
}
