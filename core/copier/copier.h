/* copier/copier: the role that keeps static copies of pages: files in a folder, and a program that
 * takes them elsewhere.
 *
 * The web opens no file and runs no program; the copier has no port. It asks the web for a page's
 * files one by one, writes what has changed below its folder and nowhere else, and runs the hook.
 * Whatever fails is one sentence to the parent; the last copy stays. Called by ninesd --role
 * copier.
 */
#ifndef NINES_COPIER_COPIER_H
#define NINES_COPIER_COPIER_H

int copier_main(int control_fd);

#endif
