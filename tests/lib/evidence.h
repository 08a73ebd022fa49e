/* tests/lib/evidence.h: a record in a folder of its own, written by the store itself, verified by
 * the store's own reader, and put back whole after somebody has changed a byte of it. */
#ifndef NINES_TESTS_EVIDENCE_H
#define NINES_TESTS_EVIDENCE_H

#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../core/base/clock.h"
#include "../../core/store/store.h"
#include "../../core/store/verify.h"
#include "tap.h"

#define MINUTE (60 * CLOCK_SECOND)
#define DAY    (1440 * MINUTE)

static char folder[] = "/tmp/nines-verify-XXXXXX", path[64];

static void forget(void)
{
	static const char *const more[] = {"", "-wal", "-shm", ".lock"};
	char name[80];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s%s", path, more[i]);
		unlink(name);
	}
}

static struct store *begin(void)
{
	struct text wrong = {0};
	struct store *s = store_open(path, &wrong);

	if (!s)
		ok(false, "open: %s", text_get(&wrong));
	text_release(&wrong);
	return s;
}

static void commit(struct store *s, int64_t now_us, const char *events)
{
	struct text rows = {0}, wrong = {0};

	text_puts(&rows, events);
	if (!store_commit(s, &(struct store_batch){now_us, &rows, "k", 1}, &wrong))
		ok(false, "commit: %s", text_get(&wrong));
	text_release(&rows);
	text_release(&wrong);
}

static void tidy(struct store *s, int64_t now_us)
{
	struct text wrong = {0};

	for (int i = 0; i < 300; i++)
		if (!store_tidy(s, now_us, &wrong)) {
			ok(false, "tidy: %s", text_get(&wrong));
			break;
		}
	text_release(&wrong);
}

/* ---- verifying ---- */

static struct text found; /* a line each */

static void find(const struct verify_finding *f, void *with)
{
	(void)with;
	text_printf(&found, "%s: %s\n", f->what, f->text);
}

static struct verify_result verify(const char *head)
{
	struct verify_order o = {.to_us = INT64_MAX, .head = head, .find = find};
	struct verify_result out = {0};
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);

	text_clear(&found);
	if (!r || !verify_run(r, &o, &out)) {
		text_printf(&found, "cannot read: %s\n", r ? read_wrong(r) : text_get(&wrong));
		out.findings = -1;
	}
	read_close(r);
	text_release(&wrong);
	return out;
}

struct image {
	char *at;
	size_t size;
};

static struct image image;

/* Everything in the file itself, and that in memory. */
static void keep_image(void)
{
	sqlite3 *db;
	FILE *f;

	sqlite3_open(path, &db);
	sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;", NULL,
		     NULL, NULL);
	sqlite3_close(db);
	f = fopen(path, "rb");
	fseek(f, 0, SEEK_END);
	image.size = (size_t)ftell(f);
	rewind(f);
	image.at = realloc(image.at, image.size);
	if (fread(image.at, 1, image.size, f) != image.size)
		ok(false, "the file cannot be read");
	fclose(f);
}

static sqlite3 *restore(void)
{
	sqlite3 *db;
	FILE *f;

	forget();
	f = fopen(path, "wb");
	fwrite(image.at, 1, image.size, f);
	fclose(f);
	sqlite3_open(path, &db);
	sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	return db;
}

#endif
