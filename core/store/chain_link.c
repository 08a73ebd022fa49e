/* store/chain_link: the bytes of links and entries, and which rows are entered how. See chain.h. */
#include <string.h>

#include "chain.h"
#include "sql.h"
#include "varint.h"

/* ---- entries ---- */

static void put_digest(struct text *t, const struct digest *d)
{
	text_add(t, d->byte, sizeof d->byte);
}

void chain_put(struct text *t, const struct chain_entry *e)
{
	text_putc(t, (char)e->kind);
	varint_put(t, e->of);
	if (e->kind != CHAIN_HORIZON)
		varint_put_signed(t, e->at);
	if (e->kind != CHAIN_ROW && e->kind != CHAIN_GONE)
		varint_put_signed(t, e->day);
	if (e->kind == CHAIN_RESULTS)
		varint_put(t, e->count);
	if (e->kind != CHAIN_HORIZON && e->kind != CHAIN_GONE)
		put_digest(t, &e->digest);
}

static bool get_digest(const unsigned char **at, const unsigned char *end, struct digest *d)
{
	if (end - *at < DIGEST_BYTES)
		return false;
	memcpy(d->byte, *at, DIGEST_BYTES);
	*at += DIGEST_BYTES;
	return true;
}

static bool get(const unsigned char **at, const unsigned char *end, struct chain_entry *e)
{
	return varint_get(at, end, &e->of) &&
	       (e->kind == CHAIN_HORIZON || varint_get_signed(at, end, &e->at)) &&
	       (e->kind == CHAIN_ROW || e->kind == CHAIN_GONE ||
		varint_get_signed(at, end, &e->day)) &&
	       (e->kind != CHAIN_RESULTS || varint_get(at, end, &e->count)) &&
	       (e->kind == CHAIN_HORIZON || e->kind == CHAIN_GONE ||
		get_digest(at, end, &e->digest));
}

bool chain_next(const unsigned char **at, const unsigned char *end, struct chain_entry *e)
{
	const unsigned char *from = *at;

	if (from == end)
		return false;
	*e = (struct chain_entry){.kind = (enum chain_kind) * from++};
	if (!strchr("dmrtgh", e->kind) || !get(&from, end, e))
		return false;
	*at = from;
	return true;
}

/* ---- links ---- */

static void add_number(struct digest_run *run, int64_t n)
{
	unsigned char byte[8];

	for (int i = 0; i < 8; i++)
		byte[i] = (unsigned char)((uint64_t)n >> 8 * i);
	digest_add(run, byte, sizeof byte);
}

void chain_hash(const struct digest *before, const struct chain_link *l, struct digest *hash)
{
	struct digest_run run = {0};

	digest_add(&run, before->byte, sizeof before->byte);
	add_number(&run, l->id);
	add_number(&run, l->at_us);
	add_number(&run, l->reach);
	digest_add(&run, l->bytes ? l->bytes : "", l->size);
	digest_peek(&run, hash);
	digest_release(&run);
}

/* ---- rows ---- */

#define TABLE(name, label, columns)                                                    \
#name, "SELECT rowid, " label ", " columns " FROM " #name " WHERE rowid = ?1", \
		"SELECT rowid, " label ", " columns " FROM " #name " ORDER BY rowid"

const struct chain_table chain_table[CHAIN_TABLES] = {
	{TABLE(target, "name",
	       "name, kind, interval_us, is_events, is_imported, members, need, removed_us"),
	 true, false},
	{TABLE(location, "name", "name"), false, true},
	{TABLE(series,
	       "(SELECT name FROM target WHERE id = target) || ' at ' ||"
	       " (SELECT name FROM location WHERE id = location)",
	       "target, location"),
	 false, true},
	{TABLE(incident, "id || ' of ' || name",
	       "id, name, event, at_us, start_us, reason, step, location, address, lasted_us"),
	 false, false},
	{TABLE(diagnosis, "incident", "incident, at_us, text"), false, false},
	{TABLE(marker, "kind", "kind, at_us, event, text, by_us, from_us, to_us"), false, false},
	{TABLE(maintenance, "coalesce(text, '')",
	       "target, from_us, to_us, announced_us, cancelled_us, owner, text, impact"),
	 false, false},
	{TABLE(reclassification, "id",
	       "id, target, from_us, to_us, state, owner, reason, at_us, incident, undoes"),
	 false, false},
	{TABLE(makeup, "name", "name, until_us, members, need"), false, false},
};

static void add_bytes(struct digest_run *run, char type, const void *bytes, int size)
{
	digest_add(run, &type, 1);
	add_number(run, size);
	digest_add(run, bytes ? bytes : "", (size_t)size);
}

void chain_digest_row(struct sqlite3_stmt *row, struct digest *d)
{
	struct digest_run run = {0};

	for (int i = 2; i < sqlite3_column_count(row); i++) {
		int type = sqlite3_column_type(row, i);

		if (type == SQLITE_NULL) {
			digest_add(&run, "n", 1);
		} else if (type == SQLITE_INTEGER) {
			digest_add(&run, "i", 1);
			add_number(&run, sqlite3_column_int64(row, i));
		} else {
			const void *bytes = sqlite3_column_blob(row, i);

			add_bytes(&run, type == SQLITE_BLOB ? 'b' : 't', bytes,
				  sqlite3_column_bytes(row, i));
		}
	}
	digest_peek(&run, d);
	digest_release(&run);
}
