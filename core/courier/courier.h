/* courier/courier: the process that delivers the letters of one channel: one notifier with its
 * options.
 *
 * Like a prober it holds nothing but what is in flight: the keeper keeps the letters, decides when
 * each is tried and hears of every attempt. A module that crashes or hangs takes this process down
 * and nothing else; the page of blame says which letter and step. A module that blocks gets one
 * letter at a time. */
#ifndef NINES_COURIER_COURIER_H
#define NINES_COURIER_COURIER_H

/* The role's process: control link on `control_fd`. Returns the exit status. */
int courier_main(int control_fd);

#endif
