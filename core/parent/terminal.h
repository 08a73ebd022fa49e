/* parent/terminal: what a person at the terminal sees.
 *
 * On a terminal a table of all checks, drawn anew each second from the keeper's answer to `status`
 * on a link of its own, with the last messages below; otherwise one line for each change of a
 * state. Everything of servers and files is made safe. The terminal is left as it was found. Used
 * by the parent only; it never waits for the terminal: standard output is slow, the house is not.
 */
#ifndef NINES_PARENT_TERMINAL_H
#define NINES_PARENT_TERMINAL_H

#include "../base/line.h"
#include "../base/loop.h"

struct terminal;
struct house;

struct terminal *terminal_new(struct loop *, bool wants_table);
/* The first configuration is good: from here on the table, when this is a terminal. */
void terminal_begin(struct terminal *);
void terminal_free(struct terminal *);

/* Where the page is: lines. Only what is not among those before is printed. */
void terminal_pages(struct terminal *, const char *before, const char *urls);
void terminal_state(struct terminal *, const struct line *); /* the keeper's `state` */
/* A new keeper, or none any more. */
void terminal_join(struct terminal *, struct house *);
void terminal_leave(struct terminal *);
void terminal_tick(struct terminal *);
void terminal_resize(struct terminal *);

#endif
