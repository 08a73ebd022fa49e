/* web/assets: the files of web/, compiled into the program: the web process needs
 * no file. */
#ifndef NINES_WEB_ASSETS_H
#define NINES_WEB_ASSETS_H

/* NUL-terminated. */
extern const char web_page[], web_style[], web_infrastructure[], web_figures[];
extern const char web_admin[], web_admin_style[]; /* sign-in and administration */
/* All that are templates, then NULL: what an admin may replace. */
extern const char *const web_sources[];

#endif
