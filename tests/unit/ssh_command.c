/* The output of a command over ssh is heard whole, whenever the server's packets come. */
#include "../../modules/ssh/command.c"

#include "../lib/tap.h"

/* ---- a server that has sent all when its n-th reading looks, and libssh2's queue of it ---- */

static struct session session;
static int readings, comes_at, waits;
static bool is_queued, is_read;

static long take(bool is_error, char *into)
{
	if (++readings == comes_at) {
		is_queued = true;
		session.bytes += 100;
	}
	if (!is_queued)
		return LIBSSH2_ERROR_EAGAIN;
	if (is_error || is_read)
		return 0;
	is_read = true;
	memcpy(into, "ready\n", 6);
	return 6;
}

ssize_t libssh2_channel_read_ex(LIBSSH2_CHANNEL *channel, int stream, char *into, size_t room)
{
	(void)channel, (void)room;
	return take(stream != 0, into);
}

int libssh2_channel_eof(LIBSSH2_CHANNEL *channel)
{
	(void)channel;
	return is_queued && is_read;
}

bool session_again(struct session *s, long result)
{
	(void)s;
	if (result != LIBSSH2_ERROR_EAGAIN)
		return false;
	waits++;
	return !is_queued; /* who waits for more than all waits for nothing */
}

LIBSSH2_CHANNEL *libssh2_channel_open_ex(LIBSSH2_SESSION *ssh, const char *type, unsigned size,
					 unsigned window, unsigned packet, const char *message,
					 unsigned bytes)
{
	(void)ssh, (void)type, (void)size, (void)window, (void)packet, (void)message, (void)bytes;
	return NULL;
}
bool session_again_for(struct session *s, const void *got)
{
	return session_again(s, got ? 0 : -1);
}
bool session_judge(struct session *s, long result, const char *what)
{
	(void)s, (void)what;
	return !result;
}
int libssh2_channel_process_startup(LIBSSH2_CHANNEL *channel, const char *request, unsigned n,
				    const char *message, unsigned bytes)
{
	(void)channel, (void)request, (void)n, (void)message, (void)bytes;
	return 0;
}
int libssh2_channel_close(LIBSSH2_CHANNEL *channel)
{
	(void)channel;
	return 0;
}
int libssh2_channel_get_exit_status(LIBSSH2_CHANNEL *channel)
{
	(void)channel;
	return 0;
}
int libssh2_channel_get_exit_signal(LIBSSH2_CHANNEL *channel, char **signal, size_t *a, char **b,
				    size_t *c, char **d, size_t *e)
{
	(void)channel, (void)signal, (void)a, (void)b, (void)c, (void)d, (void)e;
	return 0;
}
void libssh2_free(LIBSSH2_SESSION *ssh, void *at)
{
	(void)ssh, (void)at;
}
int libssh2_session_last_errno(LIBSSH2_SESSION *ssh)
{
	(void)ssh;
	return 0;
}

/* ---- tests ---- */

int main(void)
{
	for (comes_at = 1; comes_at <= 6; comes_at++) {
		char at[64], error_at[64];
		struct output out = {.room = sizeof at - 1, .at = at};
		struct output error = {.room = sizeof error_at - 1, .at = error_at};

		readings = waits = 0;
		is_queued = is_read = false;
		ok(!hear(&session, NULL, &out, &error), "packets that come in reading %d",
		   comes_at);
		same(at, "ready\n", "all is heard");
		ok(waits == (comes_at - 1) / 2, "and waited for only while nothing has come");
	}
	return done_testing();
}
