/* parent/notify: what systemd hears (sd_notify's protocol, without libsystemd).
 *
 * Nothing happens without NOTIFY_SOCKET. WATCHDOG=1 is sent only from notify_alive(), which only a
 * finished round of the keeper calls: a timer of ours would prove nothing (F61). Called by the
 * parent only. */
#ifndef NINES_PARENT_NOTIFY_H
#define NINES_PARENT_NOTIFY_H

void notify_open(void); /* reads and forgets the environment's words */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);

#endif
