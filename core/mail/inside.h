/* mail/inside: what the files of core/mail share. See mail.h. */
#ifndef NINES_MAIL_INSIDE_H
#define NINES_MAIL_INSIDE_H

#include "mail.h"

/* Bytes of the message, NULs and all. */
struct piece {
	const char *at;
	size_t size;
};

/* ---- fields.c ---- */

/* The next line without its end (LF or CRLF), cut off from the rest. False: there is none. */
bool piece_line(struct piece *rest, struct piece *line);
/* The header and what stands behind the first empty line. */
void piece_split(struct piece whole, struct piece *header, struct piece *body);
bool field_is(struct piece line);
/* The value of the field of that name, the n-th from 0, unfolded. False: there is none. */
bool field_find(struct piece header, const char *name, int n, struct text *value);
/* `text/plain` of "Text/Plain; charset=x", in lower case. */
void field_first(const char *value, struct text *first);
/* x, of the parameter "charset"; nothing where it is missing. */
void field_parameter(const char *value, const char *name, struct text *into);
/* The one address of a field From. */
void field_address(const char *value, struct text *address);

/* ---- decode.c ---- */

/* A transfer encoding (RFC 2045); what is not known is none. */
void decode_transfer(struct text *, const char *encoding, struct piece);
/* To UTF-8; bytes of a character set that is not known stay as they are. */
void decode_charset(struct text *, const char *charset, const char *bytes, size_t size);
/* Encoded words (RFC 2047). */
void decode_words(struct text *, const char *value, size_t size);

/* ---- html.c ---- */

/* What a reader would see of it, more or less. */
void html_add_text(struct text *, const char *html, size_t size);

/* ---- body.c ---- */

/* The text of a message or part. False: parts are nested too deep. */
bool body_read(struct piece header, struct piece body, struct text *);
/* The first part that is plain text, every byte of it. False: there is none. */
bool body_whole(struct piece header, struct piece body, struct text *);

#endif
