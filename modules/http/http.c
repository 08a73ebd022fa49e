/* modules/http/http.c: asks for a page over HTTP. What it may be asked and how it judges is
 * <nines/web.h>, shared by http and https. */
#include <nines/web.h>

static const struct module_option option[] = {OPTIONS_WEB("http"), OPTION_END};

static void run(struct probe *p, const void *options)
{
	web_run(p, options, "http");
}

static bool judge(const void *options, struct check_judgement *j)
{
	return web_is_sane(options, "http", j);
}

CHECK_MODULE("http", "asks for a page over HTTP and judges its answer", struct web, option, run,
	     .judge = judge);
