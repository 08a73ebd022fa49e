/* web/assets: web/page.html and web/style.css, compiled into the program: the web process needs
 * no file. */
#ifndef NINES_WEB_ASSETS_H
#define NINES_WEB_ASSETS_H

extern const char web_page[], web_style[]; /* NUL-terminated */
/* All that are templates, then NULL: what an admin may replace. */
extern const char *const web_sources[];

#endif
