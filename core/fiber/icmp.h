/* fiber/icmp: echo requests of all probes of a process over one socket per address family
 * (probe_echo() of check.h).
 *
 * What is asked in one turn of the loop leaves in one system call, replies are taken in batches.
 * Invariant (F37): a packet counts as answered at most once, and only by a reply from the address
 * asked that carries its id, its sequence number and its 16 random bytes. Trouble of our own
 * (permission, buffers, no route) makes the probe unknown, never the target down. */
#ifndef NINES_FIBER_ICMP_H
#define NINES_FIBER_ICMP_H

struct icmp_host;
struct probe_host;

/* Makes the host's sockets at first use: the handed-over ones, own raw ones, or unprivileged ping
 * sockets. Never NULL. */
struct icmp_host *icmp_get(struct probe_host *);
/* Null-safe. Closes the sockets, also those that were handed over. No echo may be waiting. */
void icmp_free(struct icmp_host *);

#endif
