/* cli/contact: the verbs of `nines contact`. Each parses its own flags; argv is what stands behind
 * the verb. */
#ifndef NINES_CLI_CONTACT_H
#define NINES_CLI_CONTACT_H

#include "cli.h"

/* `test NOTIFIER:ADDRESS [option=value ...]`: delivers one letter right here. */
int contact_test(struct cli *, int argc, char **argv);

/* `test NAME`: one by each path of a contact, through the running ninesd. */
int contact_send(struct cli *, int argc, char **argv);

/* `list`, `show NAME`: from the configuration. */
int contact_list(struct cli *, int argc, char **argv);
int contact_show(struct cli *, int argc, char **argv);

#endif
