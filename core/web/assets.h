/* web/assets: the files of web/, compiled into the program: the web process needs
 * no file. */
#ifndef NINES_WEB_ASSETS_H
#define NINES_WEB_ASSETS_H

/* NUL-terminated. */
extern const char web_admin[];
extern const char web_admin_style[];
extern const char web_copy[];
extern const char web_copy_script[];
extern const char web_figures[];
extern const char web_frame[];
extern const char web_infrastructure[];
extern const char web_openapi[];
extern const char web_page[];
extern const char web_status[];
extern const char web_style[];
extern const char web_subscribe[];
extern const char web_words[];
/* All that are templates, then NULL: what an admin may replace. */
extern const char *const web_sources[];

#endif
