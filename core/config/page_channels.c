/* config/page_channels: by which notifiers visitors may subscribe to a page: such as have addresses
 * of their own, and can ask whoever has one whether he wants it. See read.h. */
#include <string.h>

#include "../board/subscriber.h"
#include "read.h"

static bool judge(struct config *c, const struct section *s, const char *name, const char *module)
{
	if (subscriber_module_is_known(module))
		return true;
	problem_add(&c->parse, s->file, value_line(c, s, "subscribe"),
		    "name notifiers of the kinds email, sms, webhook or chat",
		    "page '%s': nobody can subscribe by '%.60s'", s->title, name);
	return false;
}

static void judge_url(struct config *c, const struct section *s, const struct page_options *say)
{
	if (!*say->url && *say->subscribe)
		problem_add(&c->parse, s->file, value_line(c, s, "subscribe"),
			    "add url = \"https://status.example.org\"",
			    "page '%s': letters to subscribers need its address", s->title);
}

/* Who claims a site is asked by a letter whether he was it. */
static void judge_claims(struct config *c, const struct section *s, const struct page_options *say,
			 const char *channels)
{
	const char *mail = strstr(channels, "\temail");

	if (say->claims && (!mail || (mail[6] && mail[6] != '\n')))
		problem_add(&c->parse, s->file, value_line(c, s, "claims"),
			    "add a notifier of the module email to subscribe",
			    "page '%s': claims: whoever claims a site is written to by e-mail",
			    s->title);
}

void page_channels_add(struct config *c, const struct section *s, const struct page_options *say)
{
	struct text list = {0};
	const struct notifier *n;

	judge_url(c, s, say);
	for (const char *const *at = say->subscribe; *at && !c->parse.is_cut; at++) {
		n = notifier_get(c, *at, s);
		if (!n || !judge(c, s, *at, notifier_module_name(n)))
			continue;
		text_printf(&list, "%s%s\t%s", list.size ? "\n" : "", *at, notifier_module_name(n));
	}
	judge_claims(c, s, say, text_get(&list));
	if (list.size)
		line_add(&c->page_lines, "channels", text_get(&list));
	text_release(&list);
}
