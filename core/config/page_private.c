/* config/page_private: who may see a page, if not everybody: networks, a password, whoever is
 * signed in, whom a proxy tells. See read.h, and web/permit.h for what comes of it.
 *
 * Of the password its hash leaves here alone: nobody else has to know it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../module/form.h"
#include "../web/proxy.h"
#include "../web/secret.h"
#include "read.h"

#define LEAST_PASSWORD 10 /* characters, as of a user's */
#define HEADER_BYTES   60

/* What every visitor's browser may say, or is made of what it says. */
static const char *const common_header[] = {"Accept",
					    "Accept-Encoding",
					    "Accept-Language",
					    "Authorization",
					    "Connection",
					    "Content-Length",
					    "Content-Type",
					    "Cookie",
					    "Forwarded",
					    "Host",
					    "Origin",
					    "Referer",
					    "User-Agent",
					    "X-Forwarded-For",
					    "X-Forwarded-Host",
					    "X-Forwarded-Proto",
					    "X-Real-IP",
					    "X-Forwarded-Port",
					    "Via",
					    "X-Request-ID"};

static bool is_any(const struct page_options *say)
{
	return *say->visitors || *say->password || say->sign_in || *say->sso_header;
}

static void judge_visitors(struct config *c, const struct section *s,
			   const struct page_options *say)
{
	int line = value_line(c, s, "visitors");
	size_t n = 0;

	for (const char *const *at = say->visitors; *at; at++, n++)
		if (!form_is_network(*at))
			problem_add(&c->parse, s->file, line,
				    "write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
				    "page '%s': visitors: '%.80s' is no address and no network",
				    s->title, *at);
	if (n > PROXY_MOST)
		problem_add(&c->parse, s->file, line, "join neighbours to larger networks",
			    "page '%s': visitors: more than %d networks", s->title, PROXY_MOST);
}

static bool is_header(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	if (name[n] || n > HEADER_BYTES)
		return false;
	for (size_t i = 0; i < sizeof common_header / sizeof *common_header; i++)
		if (!strcasecmp(name, common_header[i]))
			return false;
	return true;
}

static void judge_header(struct config *c, const struct section *s, const struct page_options *say)
{
	int line = value_line(c, s, "sso-header");

	if (!*say->sso_header)
		return;
	if (!is_header(say->sso_header))
		problem_add(&c->parse, s->file, line, "write X-Remote-User, as the proxy sets it",
			    "page '%s': sso-header: '%.80s' is no header that a proxy alone sets",
			    s->title, say->sso_header);
	if (!c->settings.proxies || !*c->settings.proxies)
		problem_add(
			&c->parse, s->file, line,
			"write proxies = {\"127.0.0.1\"}, the proxy's address, at the top level",
			"page '%s': sso-header: no proxy is believed", s->title);
}

static void judge_copy(struct config *c, const struct section *s, const struct page_options *say)
{
	if (is_any(say) && *say->copy && !say->copy_private)
		problem_add(&c->parse, s->file, value_line(c, s, "copy"),
			    "leave copy out, or write copy-private = yes where whatever serves the "
			    "copy keeps others out",
			    "page '%s' is private, and its static copy is files that anybody may "
			    "read where they are served",
			    s->title);
}

static const struct value *given(struct config *c, const struct section *s, const char *option)
{
	const struct value *v = values_of(c, s);

	while (v && strcmp(v->name, option))
		v = v->next;
	return v;
}

/* Whoever writes one of these wants a private page: one that says nothing must not make it public.
 */
static void judge_empty(struct config *c, const struct section *s, const struct page_options *say)
{
	const struct value *visitors = given(c, s, "visitors");
	const struct value *header = given(c, s, "sso-header");

	if (visitors && !*say->visitors)
		problem_add(&c->parse, visitors->file, visitors->line,
			    "name a network, or leave it out: then everybody may see it",
			    "page '%s': visitors: nobody is let in", s->title);
	if (header && !*say->sso_header)
		problem_add(&c->parse, header->file, header->line,
			    "name it, or leave it out: then everybody may see it",
			    "page '%s': sso-header: no header is named", s->title);
}

static void add_password(struct config *c, const struct section *s)
{
	const struct value *v = given(c, s, "password");
	struct text password = {0};
	char hash[128];

	if (!v || !secret_read(c, v, &password)) {
		text_release(&password);
		return;
	}
	if (password.size < LEAST_PASSWORD || password.size > SECRET_PASSWORD_BYTES)
		problem_add(&c->parse, v->file, v->line, "make it longer, and no line of a book",
			    "page '%s': password: it has not %d to %d characters", s->title,
			    LEAST_PASSWORD, SECRET_PASSWORD_BYTES);
	else if (!secret_start() || !secret_hash_page(hash, text_get(&password), s->title))
		problem_add(&c->parse, v->file, v->line, "give nines more memory",
			    "page '%s': password: no memory to hash it", s->title);
	else
		line_add(&c->page_lines, "password", hash);
	explicit_bzero(password.at, password.room);
	text_release(&password);
}

void page_private_add(struct config *c, const struct section *s, const struct page_options *say)
{
	judge_empty(c, s, say);
	judge_visitors(c, s, say);
	judge_header(c, s, say);
	judge_copy(c, s, say);
	add_password(c, s);
}
