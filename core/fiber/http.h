/* fiber/http: HTTP exchanges for probes, on libcurl's multi interface (probe_http() of
 * nines/check.h).
 *
 * One http_host a process: a multi handle whose sockets and timer live in the process' loop, and a
 * pool of prepared easy handles. libcurl never resolves and never picks an address: resolve.h does,
 * policy.h judges, and the socket that is dialled is opened here. Redirects are followed here, hop
 * by hop. Invariant: a fiber is never switched inside a callback of libcurl. Files: http.c hops,
 * http_engine.c the loop, http_read.c what a server may say, http_tls.c certificates,
 * http_context.c what libcurl needs for TLS, http_fault.c reasons, http_url.c targets. */
#ifndef NINES_FIBER_HTTP_H
#define NINES_FIBER_HTTP_H

#include "../base/loop.h"

struct http_host;

/* NULL: libcurl could not be set up (no memory). */
struct http_host *http_host_new(struct loop *);
/* After the last probe has ended. NULL is fine. */
void http_host_free(struct http_host *);

#endif
