/* Which host or origin a check is about, by its module's options. */
#include "../../core/module/site.h"
#include "../lib/tap.h"

struct said {
	const char *url, *host;
};

static const struct module_option option[] = {
	OPTION_(struct said, url, "url", OPTION_TYPE_URL, "", "http|https|ldap", 0, ""),
	OPTION_(struct said, host, "host", OPTION_TYPE_HOST, "", NULL, 0, ""), OPTION_END};

static const struct {
	struct said said;
	const char *host, *origin;
} site[] = {
	{{"", ""}, "", ""},
	{{NULL, NULL}, "", ""},
	{{"", "mx.example.org"}, "mx.example.org", "mx.example.org"},
	{{"https://shop.example.org/a?b", "x"}, "shop.example.org", "https://shop.example.org"},
	{{"http://u:p@shop.example.org:8080/@x:1", ""},
	 "shop.example.org",
	 "http://shop.example.org:8080"},
	{{"http://[2001:db8::1]:80#f", ""}, "[2001:db8::1]", "http://[2001:db8::1]:80"},
	{{"http://[2001:db8::1]", ""}, "[2001:db8::1]", "http://[2001:db8::1]"},
	{{"ldap://u@dir.example.org:389/", ""}, "dir.example.org", "dir.example.org"},
};

int main(void)
{
	const struct module_head head = {.name = "x", .option = option};
	struct text t = {0};

	for (size_t i = 0; i < sizeof site / sizeof *site; i++) {
		ok(!strcmp(site_host(&head, &site[i].said, &t), site[i].host), "%s: host %s",
		   site[i].said.url, text_get(&t));
		ok(!strcmp(site_origin(&head, &site[i].said, &t), site[i].origin), "%s: %s",
		   site[i].said.url, text_get(&t));
	}
	text_release(&t);
	return done_testing();
}
