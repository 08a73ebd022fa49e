/* /etc/hosts as a table: names in any case, several addresses, comments, and a file that changes.
 */
#include "../../core/fiber/hosts.h"

#include <stdlib.h>
#include <unistd.h>

#include "../lib/tap.h"

static const struct {
	const char *name;
	int family;
	const char *address; /* NULL: none */
} looked_up[] = {
	{"alpha", AF_UNSPEC, "10.0.0.1"},  {"ALPHA.Example", AF_INET, "10.0.0.1"},
	{"alpha", AF_INET6, "fd00::1"},    {"beta", AF_UNSPEC, "fd00::2"},
	{"beta", AF_INET, NULL},           {"gamma", AF_UNSPEC, NULL},
	{"commented", AF_UNSPEC, NULL},    {"localhost", AF_INET6, "::1"},
	{"localhost", AF_UNSPEC, "127.0.0.1"}, {"", AF_UNSPEC, NULL},
};

int main(void)
{
	char path[] = "/tmp/hosts-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct resolve_address a;
	struct hosts *h;

	fputs("# comment\n10.0.0.1\talpha.example alpha # commented\n\nnonsense gamma\n"
	      "fd00::1 alpha\n  fd00::2 beta",
	      file);
	fclose(file);
	h = hosts_new(path);
	for (size_t i = 0; i < sizeof looked_up / sizeof *looked_up; i++) {
		bool found = hosts_find(h, looked_up[i].name, looked_up[i].family, &a);

		ok(found == !!looked_up[i].address &&
			   (!found || !strcmp(a.text, looked_up[i].address)),
		   "'%s' in family %d: %s", looked_up[i].name, looked_up[i].family,
		   found ? a.text : "none");
	}
	hosts_free(h);
	unlink(path);
	h = hosts_new(path);
	ok(!hosts_find(h, "alpha", AF_UNSPEC, &a), "without the file there are no names");
	hosts_free(h);
	return done_testing();
}
