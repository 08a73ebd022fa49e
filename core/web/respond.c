/* web/respond: see respond.h. */
#include "respond.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "../base/memory.h"
#include "../base/zone.h"
#include "assets.h"
#include "problem.h"
#include "template.h"

#define LEAST_PACKED 512 /* bytes; less is not worth it */

static const char strict_policy[] =
	"default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
	"form-action 'self'; frame-ancestors 'none'";

static const struct {
	const char *name, *value;
} header[] = {
	{"X-Content-Type-Options", "nosniff"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

#define DATE_BYTES 48

/* As HTTP has it: "Sun, 22 Nov 2026 09:00:00 GMT"; "" for 0. */
static const char *date(char into[DATE_BYTES], int64_t at_us)
{
	static const char day[] = "ThuFriSatSunMonTueWed",
			  month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t s = at_us / 1000000, left = s % 86400;
	struct civil d = zone_date(s / 86400);

	*into = '\0';
	if (at_us > 0)
		snprintf(into, DATE_BYTES, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
			 day + 3 * (s / 86400 % 7), d.day, month + 3 * (d.month - 1),
			 (int)(d.year % 10000), (int)(left / 3600), (int)(left / 60 % 60),
			 (int)(left % 60));
	return into;
}

/* A text that would end the header is not sent: no header is better than a second one (F52). */
static void add(struct MHD_Response *r, const char *name, const char *value)
{
	if (value && *value && !strpbrk(value, "\r\n"))
		MHD_add_response_header(r, name, value);
}

static struct MHD_Response *response_new(const struct visit *v, const void *at, size_t size,
					 const struct answer *a, const char *cache)
{
	struct MHD_Response *r =
		MHD_create_response_from_buffer(size, (void *)at, MHD_RESPMEM_MUST_COPY);
	bool is_private = v->request.page && v->request.page->door;
	char after[32], modified[DATE_BYTES];

	if (!r)
		return NULL;
	for (size_t i = 0; i < sizeof header / sizeof *header; i++)
		add(r, header[i].name, header[i].value);
	if (v->is_tls) /* with our own certificate, so for everything that is served here */
		add(r, "Strict-Transport-Security", "max-age=31536000");
	add(r, "Content-Security-Policy", a->policy ? a->policy : strict_policy);
	add(r, "Referrer-Policy", a->referrer ? a->referrer : "no-referrer");
	/* Of a private page no cache keeps anything, and no other site's script reads in the name
	 * of who is inside: an address lets him in without any cookie. */
	add(r, "Cache-Control", is_private ? "private, no-store" : a->cache ? a->cache : cache);
	add(r, "X-Robots-Tag", is_private ? "noindex" : NULL);
	add(r, "Access-Control-Allow-Origin", is_private ? NULL : a->allow_origin);
	if (size)
		add(r, "Content-Type", a->type ? a->type : "text/html; charset=utf-8");
	snprintf(after, sizeof after, "%lld", (long long)a->retry_after_s);
	add(r, "Last-Modified", date(modified, a->modified_us));
	if (a->more_name)
		add(r, a->more_name, a->more_value);
	if (a->retry_after_s > 0)
		add(r, "Retry-After", after);
	return r;
}

static enum MHD_Result send_off(struct visit *v, unsigned status, struct MHD_Response *r)
{
	enum MHD_Result done = r ? MHD_queue_response(v->connection, status, r) : MHD_NO;

	if (r)
		MHD_destroy_response(r);
	return done;
}

/* ---- what is kept ---- */

/* "gzip", "gzip;q=0.5, br", not "gzip;q=0": RFC 9110, 12.5.3. */
static bool takes_gzip(const struct visit *v)
{
	const char *at = request_header(&v->request, "Accept-Encoding");

	for (; *at; at += strcspn(at, ","), at += *at == ',') {
		const char *q;
		size_t size;

		at += strspn(at, " \t");
		size = strcspn(at, ",; \t");
		if (!((size == 4 && !strncasecmp(at, "gzip", 4)) || (size == 1 && *at == '*')))
			continue;
		q = at + strcspn(at, ",;");
		q += strspn(q, "; \t");
		return strncasecmp(q, "q=0", 3) || strspn(q + 3, ".0") != strcspn(q + 3, ", \t");
	}
	return false;
}

static bool pack(const struct text *body, struct text *packed)
{
	z_stream z = {0};
	bool is_done;

	/* 16 more than the largest window: the format of gzip */
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	text_reserve(packed, deflateBound(&z, body->size));
	z.next_in = (void *)body->at;
	z.avail_in = (unsigned)body->size;
	z.next_out = (void *)packed->at;
	z.avail_out = (unsigned)packed->room;
	is_done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	packed->size = z.total_out;
	deflateEnd(&z);
	return is_done && packed->size < body->size;
}

static struct MHD_Response *make_packed(const struct visit *v, struct cache *c, struct rendering *g)
{
	struct text packed = {0};

	g->is_incompressible = g->answer.body.size < LEAST_PACKED ||
			       g->answer.body.size > UINT32_MAX / 2 ||
			       !pack(&g->answer.body, &packed);
	if (!g->is_incompressible) {
		g->packed = response_new(v, packed.at, packed.size, &g->answer, "no-cache");
		add(g->packed, "Content-Encoding", "gzip");
		add(g->packed, "Vary", "Accept-Encoding");
		add(g->packed, "ETag", g->packed_etag);
		cache_trim(c, g, packed.size);
	}
	text_release(&packed);
	return g->packed;
}

static struct MHD_Response *plain_of(const struct visit *v, struct rendering *g)
{
	if (g->plain)
		return g->plain;
	g->plain = response_new(v, text_get(&g->answer.body), g->answer.body.size, &g->answer,
				"no-cache");
	if (g->plain) {
		add(g->plain, "Vary", "Accept-Encoding");
		add(g->plain, "ETag", g->etag);
	}
	return g->plain;
}

/* A date counts only where no ETag is sent (RFC 9110 13.1.3), and only the one that we gave. */
static bool has_copy(const struct visit *v, const struct rendering *g, const char *etag)
{
	const char *known = request_header(&v->request, "If-None-Match");
	char modified[DATE_BYTES];

	if (!*known && g->answer.modified_us)
		return !strcmp(request_header(&v->request, "If-Modified-Since"),
			       date(modified, g->answer.modified_us));
	return !strcmp(known, "*") || strstr(known, etag);
}

static enum MHD_Result send_unchanged(struct visit *v, const struct rendering *g, const char *etag)
{
	struct MHD_Response *r = response_new(v, "", 0, &g->answer, "no-cache");

	if (r) {
		add(r, "ETag", etag);
		add(r, "Vary", "Accept-Encoding");
	}
	return send_off(v, MHD_HTTP_NOT_MODIFIED, r);
}

enum MHD_Result respond_kept(struct visit *v, struct cache *c, struct rendering *g)
{
	bool is_packed =
		takes_gzip(v) && !g->is_incompressible && (g->packed || make_packed(v, c, g));
	const char *etag = is_packed ? g->packed_etag : g->etag;
	unsigned status = g->answer.status ? g->answer.status : MHD_HTTP_OK;
	struct MHD_Response *r = is_packed ? g->packed : plain_of(v, g);

	if (status == MHD_HTTP_OK && has_copy(v, g, etag))
		return send_unchanged(v, g, etag);
	return r ? MHD_queue_response(v->connection, status, r) : MHD_NO;
}

/* ---- what is made for one ---- */

enum MHD_Result respond(struct visit *v)
{
	struct answer *a = &v->answer;
	struct MHD_Response *r = response_new(v, text_get(&a->body), a->body.size, a, "no-store");
	struct text to = {0};

	if (r && a->location.size) {
		text_printf(&to, "%s%s", *a->location.at == '/' ? v->request.base : "",
			    a->location.at);
		add(r, "Location", to.at);
	}
	if (r && a->cookie.size)
		add(r, "Set-Cookie", a->cookie.at);
	text_release(&to);
	return send_off(v, a->status ? a->status : MHD_HTTP_OK, r);
}

enum MHD_Result respond_refusal(struct visit *v, unsigned status, const char *text,
				const char *allow)
{
	struct MHD_Response *r;

	if (problem_is_wanted(v->request.path))
		problem_answer(&v->answer, status, text);
	else
		answer_text(&v->answer, status, "%s", text);
	r = response_new(v, text_get(&v->answer.body), v->answer.body.size, &v->answer, "no-store");
	if (r) {
		add(r, "Allow", allow);
		if (status == MHD_HTTP_UNAUTHORIZED && !v->answer.more_name)
			add(r, "WWW-Authenticate", "Bearer");
		/* Whatever of the request has not been read yet is not another one. */
		if (!allow || v->phase == VISIT_HEAD)
			add(r, "Connection", "close");
	}
	return send_off(v, status, r);
}
