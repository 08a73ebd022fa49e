/* web/assets: see assets.h. The assembler takes the files in; the Makefile names them as what
 * this file depends on. */
#include "assets.h"

#include <stddef.h>

#define ASSET(name, file)                                                                          \
	__asm__(".pushsection .rodata\n.global " #name "\n.hidden " #name "\n" #name              \
		":\n.incbin \"" file "\"\n.byte 0\n.popsection\n")

ASSET(web_admin, "web/admin.html");
ASSET(web_admin_style, "web/admin.css");
ASSET(web_copy, "web/copy.html");
ASSET(web_copy_script, "web/copy.js");
ASSET(web_figures, "web/figures.html");
ASSET(web_frame, "web/frame.html");
ASSET(web_infrastructure, "web/infrastructure.html");
ASSET(web_openapi, "web/openapi.json");
ASSET(web_page, "web/page.html");
ASSET(web_status, "web/status.html");
ASSET(web_style, "web/style.css");
ASSET(web_subscribe, "web/subscribe.html");
ASSET(web_words, "web/words.html");

const char *const web_sources[] = {
	web_copy,
	web_figures,
	web_frame,
	web_infrastructure,
	web_page,
	web_status,
	web_subscribe,
	web_words,
	NULL,
};
