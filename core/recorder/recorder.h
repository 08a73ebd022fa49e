/* recorder/recorder: the role that writes the database, and nobody else does.
 *
 * Lines of the keeper come in, once a second all that came is one transaction, then `committed N`
 * goes back. While the disk is full, read-only or broken it keeps its batch, tries each second,
 * says `failing` once and `recovered` after; when too much has gathered it stops reading, and the
 * keeper's own bounded queue decides what is dropped (F3, F4). Never aborts, never touches the
 * network. Called by ninesd --role recorder. */
#ifndef NINES_RECORDER_RECORDER_H
#define NINES_RECORDER_RECORDER_H

int recorder_main(int control_fd);

#endif
