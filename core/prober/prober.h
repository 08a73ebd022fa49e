/* prober/prober: the role that runs check modules: probe lines of the keeper in, result lines out.
 *
 * It holds nothing but its checks' options and the probes in flight: killed, it loses no history.
 * Its parent hands it everything it may use as descriptors (docs/architecture.md), then it takes
 * its sandbox. Invariant: each `probe` line that was read gets exactly one `result` line, unless
 * the process or the link dies first. It never reads configuration, never touches a disk and never
 * believes a line it cannot use: that becomes an unknown result. Called by ninesd --role prober. */
#ifndef NINES_PROBER_PROBER_H
#define NINES_PROBER_PROBER_H

/* Serves the control link `control_fd` until its parent says stop, a link ends or it is retired and
 * idle. Returns the exit status. */
int prober_main(int control_fd);

#endif
