/* web/web: the role that serves the page: checks, services and the monitor's health, for people
 * and for probes of others.
 *
 * It holds no state of its own: it asks the keeper when somebody asks it, at most once a
 * second, renders once for each answer and serves from memory. When the keeper is gone it goes
 * on serving what it knows last and says so. It reads only (GET and HEAD), runs no script and
 * loads no module. Called by ninesd --role web. */
#ifndef NINES_WEB_WEB_H
#define NINES_WEB_WEB_H

/* Serves the control link `control_fd` until its parent says stop or goes. Returns the exit
 * status. */
int web_main(int control_fd);

#endif
