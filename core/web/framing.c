/* web/framing: see framing.h. */
#include "framing.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Later ones refuse by themselves what these lay out as if it were well written. */
#define PARSES_IN_PLACE (MHD_VERSION < 0x00097600)

struct head {
	uintptr_t next; /* where the next header is to begin */
	const char *length, *coding;
	unsigned lengths, hosts, codings;
	bool is_clean;
};

/* A header over several lines: libmicrohttpd 0.9 appends the later ones to its name, in other
 * memory, and does not know a length or a coding by that name; else a value stands right behind
 * its name. */
static bool is_folded(const char *key, size_t size, const char *value)
{
	uintptr_t from = (uintptr_t)key + size + 1, at = (uintptr_t)value;

	return at < from || at - from > FRAMING_BLANKS ||
	       strspn(key + size + 1, " \t") < (size_t)(at - from);
}

static bool is_text(const char *at, size_t size, unsigned char least)
{
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)at[i] < least && at[i] != '\t') || at[i] == 0x7f)
			return false;
	return true;
}

/* What may not stand several times, and bytes that no header has. */
static enum MHD_Result look(void *with, enum MHD_ValueKind kind, const char *key, size_t key_size,
			    const char *value, size_t value_size)
{
	struct head *h = with;

	(void)kind;
	if (!value || (PARSES_IN_PLACE && (uintptr_t)key != h->next) ||
	    is_folded(key, key_size, value) || memchr(key, '\t', key_size) ||
	    !is_text(key, key_size, ' ' + 1) || !is_text(value, value_size, ' '))
		h->is_clean = false;
	h->next = (uintptr_t)value + value_size + 2;
	if (!strcasecmp(key, "Content-Length") && ++h->lengths)
		h->length = value;
	if (!strcasecmp(key, "Transfer-Encoding") && ++h->codings)
		h->coding = value;
	h->hosts += !strcasecmp(key, "Host");
	return MHD_YES;
}

/* Where the first header begins, if nothing stands in the request line but its three words. */
static uintptr_t end_of_line(const char *method, const char *target, const char *version)
{
	uintptr_t at = (uintptr_t)method + strlen(method) + 1;

	return target && at + strlen(target) + 1 == (uintptr_t)version
		       ? (uintptr_t)version + strlen(version) + 2
		       : 0;
}

static uintptr_t end_of_head(struct MHD_Connection *c, const char *method)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return i ? (uintptr_t)method + i->header_size : 0;
}

const char *framing_wrong(struct MHD_Connection *c, const char *method, const char *target,
			  const char *version)
{
	struct head h = {.is_clean = true, .next = end_of_line(method, target, version)};

	MHD_get_connection_values_n(c, MHD_HEADER_KIND, look, &h);
	if (!h.is_clean || (PARSES_IN_PLACE && h.next + 2 != end_of_head(c, method)))
		return "the head holds a byte that no head has, or a line without its CRLF";
	if (h.lengths > 1 || h.codings > 1 || (h.lengths && h.codings))
		return "the head says more than once where the body ends";
	if (h.codings && (strcasecmp(h.coding, "chunked") || strcmp(version, "HTTP/1.1")))
		return "the only transfer coding here is 'chunked', in HTTP/1.1";
	if (h.lengths && (!*h.length || strspn(h.length, "0123456789") != strlen(h.length)))
		return "the length of the body is no number";
	if (h.hosts > 1 || (!h.hosts && !strcmp(version, "HTTP/1.1")))
		return "a request names one host";
	return NULL;
}
