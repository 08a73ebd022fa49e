/* parent/notify: see notify.h. */
#include "notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/clock.h"

static int to = -1;

void notify_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	size_t size = path ? strlen(path) : 0;

	if (size > 1 && size < sizeof address.sun_path) {
		memcpy(address.sun_path, path, size);
		if (*path == '@') /* abstract */
			address.sun_path[0] = '\0';
		to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (to >= 0 &&
		    connect(to, (struct sockaddr *)&address,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size))) {
			close(to);
			to = -1;
		}
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void say(const char *words)
{
	if (to >= 0 && send(to, words, strlen(words), MSG_NOSIGNAL) < 0)
		/* systemd misses one word; the next tick says it again or its watchdog acts */
		return;
}

void notify_ready(void)
{
	say("READY=1");
}

void notify_reloading(void)
{
	char words[96];

	snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)clock_mono_us());
	say(words);
}

void notify_stopping(void)
{
	say("STOPPING=1");
}

void notify_alive(void)
{
	say("WATCHDOG=1");
}
