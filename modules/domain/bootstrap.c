/* modules/domain/bootstrap: which RDAP server knows a domain (RFC 9224): the entry of which most
 * labels agree. The file is what IANA publishes; rdap.json is built in, and a newer one can be
 * given. */
#include <stdlib.h>

#include "domain.h"

#define FILE_BYTES (1 << 20)

__asm__(".pushsection .rodata\nrdap_json:\n.incbin \"modules/domain/rdap.json\"\n"
	"rdap_json_end:\n.popsection\n");
extern const char rdap_json[], rdap_json_end[];

static void close_file(void *file)
{
	fclose(file);
}

static const char *read_file(struct probe *p, const char *path, size_t *size)
{
	FILE *f = fopen(path, "re");
	char *bytes = f ? probe_alloc(p, FILE_BYTES) : NULL;

	probe_defer(p, close_file, f);
	*size = bytes ? fread(bytes, 1, FILE_BYTES, f) : 0;
	if (!*size || *size == FILE_BYTES)
		probe_unknown(p, "bootstrap: '%s' cannot be read, or is larger than 1 MiB", path);
	return bytes;
}

/* Labels that `domain` has in common with an entry that is an end of it; 0: it is none. */
static int labels_of(const char *domain, const char *entry)
{
	size_t m = strlen(domain), n = strlen(entry);
	int labels = 1;

	if (!n || n > m || strcasecmp(domain + m - n, entry) != 0 ||
	    (n < m && domain[m - n - 1] != '.'))
		return 0;
	for (const char *c = entry; *c; c++)
		labels += *c == '.';
	return labels;
}

/* Of the URLs of a service one with TLS, if there is any. */
static const char *choose(struct probe *p, const struct probe_json *service)
{
	const struct probe_json *urls = probe_json_find(p, service, "$[1]");
	const char *url, *found = NULL;

	for (size_t i = 0; i < probe_json_length(urls); i++) {
		url = probe_json_text(probe_json_find(p, urls, "$[%zu]", i));
		if (!strncmp(url, "https://", 8))
			return url;
		if (!found && !strncmp(url, "http://", 7))
			found = url;
	}
	return found;
}

static int best_of(struct probe *p, const struct probe_json *service, const char *domain)
{
	const struct probe_json *entries = probe_json_find(p, service, "$[0]");
	int labels, best = 0;

	for (size_t i = 0; i < probe_json_length(entries); i++) {
		labels = labels_of(
			domain, probe_json_text(probe_json_find(p, entries, "$[%zu]", i)));
		best = labels > best ? labels : best;
	}
	return best;
}

const char *bootstrap_find(struct probe *p, const char *file, const char *domain)
{
	size_t size = (size_t)(rdap_json_end - rdap_json);
	const char *bytes = *file ? read_file(p, file, &size) : rdap_json, *found = NULL;
	const struct probe_json *all = probe_json_find(p, probe_json(p, bytes, size), "services"),
				*service;
	int labels, best = 0;

	if (!probe_json_length(all))
		probe_unknown(p, "bootstrap: '%s' is no list of RDAP servers (RFC 9224)", file);
	for (size_t i = 0; i < probe_json_length(all) && probe_ok(p); i++) {
		service = probe_json_find(p, all, "$[%zu]", i);
		labels = best_of(p, service, domain);
		if (labels > best) {
			best = labels;
			found = choose(p, service);
		}
	}
	return found;
}
