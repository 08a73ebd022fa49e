/* json/document: foreign bytes as a JSON document (RFC 8259), by jansson within limits that keep a
 * stranger from taking our memory or our stack.
 *
 * Pure but for memory; never waits. Nested at most JSON_LEVELS deep (jansson reads and frees by
 * recursion, and a probe's stack is small); jansson may take JSON_MEMORY_BYTES for one document.
 * Integers that no 64 bits hold are read as real numbers. Of members with the same name the last
 * counts. Used by prober/probe_json.c and by path.c and condition.c for what an admin wrote. */
#ifndef NINES_JSON_DOCUMENT_H
#define NINES_JSON_DOCUMENT_H

#include <jansson.h>

#include "../base/text.h"

#define JSON_LEVELS 64
#define JSON_MEMORY_BYTES (16u << 20)
#define JSON_SHOWN_BYTES 120

enum json_trouble { JSON_FINE, JSON_WRONG, JSON_TOO_LARGE, JSON_NO_MEMORY };

/* *document is the caller's: json_decref(). Else *why says what is wrong with it, and where: "line
 * 1, column 7: ...". */
enum json_trouble json_read(const char *bytes, size_t size, json_t **document, struct text *why);

/* What a value is, for a reason: `12`, `"degraded"`, `an array of 3 items`, `an object with 'a',
 * 'b'`. */
void json_show(struct text *, const json_t *value);

#endif
