/* modules/https/https.c: asks for a page over HTTPS. What it may be asked and how it judges is
 * <nines/web.h>, shared by http and https. */
#include <nines/web.h>

static const struct module_option option[] = {OPTIONS_WEB("https"), OPTION_END};

static void run(struct probe *p, const void *options)
{
	web_run(p, options, "https");
}

static bool judge(const void *options, struct check_judgement *j)
{
	return web_is_sane(options, "https", j);
}

CHECK_MODULE("https", "asks for a page over HTTPS and judges its answer", struct web, option, run,
	     .judge = judge);
