/* tests/lib/vfs.h: a disk that fails on purpose, between SQLite and the real files.
 *
 * disk_cut(n): the power goes at the n-th sync. What was synced before stays; of the writes since,
 * some are lost, some are torn, in any order; from then on every call fails. disk_restore() puts
 * the files as they would be found. disk_fail(n): the n-th write or sync fails once. Syncs of the
 * real files are left out: nothing here tests the kernel. */
#ifndef NINES_TESTS_VFS_H
#define NINES_TESTS_VFS_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DISKS 8
#define SECTOR 512

/* A write, or (bytes NULL) a truncation to `at`. */
struct disk_write {
	int64_t at;
	size_t size;
	char *bytes;
};

/* One file by its path. */
static struct disk {
	char path[256];
	char *image; /* what a sync made sure */
	size_t size, room, pendings;
	struct disk_write *pending;
} disk[DISKS];

struct disk_file {
	sqlite3_file base;
	struct disk *disk;
	sqlite3_file *real;
};

static sqlite3_vfs *disk_real, disk_vfs;
static long disk_syncs, disk_cut_at, disk_calls, disk_fail_at;
static int disk_is_gone;
static uint64_t disk_seed = 99;

static long disk_below(long n)
{
	disk_seed = disk_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (long)((disk_seed >> 33) % (uint64_t)n);
}

/* In steps that double: a sanitizer copies all of it each time. */
static void disk_grow(struct disk *d, size_t size)
{
	if (size <= d->room)
		return;
	d->room = size > 2 * d->room ? size : 2 * d->room;
	d->image = realloc(d->image, d->room);
}

static void disk_apply(struct disk *d, const struct disk_write *w, int64_t skip, size_t size)
{
	size_t end = (size_t)w->at + (w->bytes ? (size_t)skip + size : 0);

	if (!w->bytes || end > d->size) {
		disk_grow(d, end + 1);
		if (end > d->size)
			memset(d->image + d->size, 0, end - d->size);
		d->size = end;
	}
	if (w->bytes)
		memcpy(d->image + w->at + skip, w->bytes + skip, size);
}

static void disk_drop_pending(struct disk *d)
{
	for (size_t i = 0; i < d->pendings; i++)
		free(d->pending[i].bytes);
	free(d->pending);
	d->pending = NULL;
	d->pendings = 0;
}

static void disk_settle(struct disk *d)
{
	for (size_t i = 0; i < d->pendings; i++)
		disk_apply(d, &d->pending[i], 0, d->pending[i].size);
	disk_drop_pending(d);
}

/* What became of the writes that nothing made sure: sector by sector, in any order. */
static void disk_lose(struct disk *d)
{
	long how = disk_below(4); /* none of them, all, or by chance */

	for (size_t n = d->pendings; n; n--) {
		size_t i = disk_below(2) ? (size_t)disk_below((long)d->pendings) : d->pendings - n;
		const struct disk_write *w = &d->pending[i];

		if (!w->bytes) {
			if (how && disk_below(2))
				disk_apply(d, w, 0, 0);
			continue;
		}
		for (size_t at = 0; at < w->size; at += SECTOR)
			if (how == 1 || (how > 1 && disk_below(2)))
				disk_apply(d, w, (int64_t)at,
					   w->size - at < SECTOR ? w->size - at : SECTOR);
	}
	disk_drop_pending(d);
}

static void disk_power_off(void)
{
	disk_is_gone = 1;
	for (int i = 0; i < DISKS; i++)
		disk_lose(&disk[i]);
}

static int disk_fails(void)
{
	return disk_is_gone || (disk_fail_at && ++disk_calls == disk_fail_at);
}

static sqlite3_file *disk_of(sqlite3_file *f)
{
	return ((struct disk_file *)f)->real;
}

static int disk_close(sqlite3_file *f)
{
	return disk_of(f)->pMethods ? disk_of(f)->pMethods->xClose(disk_of(f)) : SQLITE_OK;
}

static int disk_read(sqlite3_file *f, void *to, int size, sqlite3_int64 at)
{
	return disk_of(f)->pMethods->xRead(disk_of(f), to, size, at);
}

static void disk_note(struct disk *d, const void *bytes, size_t size, int64_t at)
{
	struct disk_write w = {at, size, NULL};

	if (!d)
		return;
	if (bytes) {
		w.bytes = malloc(size + 1);
		memcpy(w.bytes, bytes, size);
	}
	d->pending = realloc(d->pending, (d->pendings + 1) * sizeof w);
	d->pending[d->pendings++] = w;
}

static int disk_write(sqlite3_file *f, const void *from, int size, sqlite3_int64 at)
{
	if (disk_fails())
		return SQLITE_IOERR_WRITE;
	disk_note(((struct disk_file *)f)->disk, from, (size_t)size, at);
	return disk_of(f)->pMethods->xWrite(disk_of(f), from, size, at);
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (disk_fails())
		return SQLITE_IOERR_TRUNCATE;
	disk_note(((struct disk_file *)f)->disk, NULL, 0, size);
	return disk_of(f)->pMethods->xTruncate(disk_of(f), size);
}

static int disk_sync(sqlite3_file *f, int flags)
{
	struct disk *d = ((struct disk_file *)f)->disk;

	(void)flags;
	if (disk_fails())
		return SQLITE_IOERR_FSYNC;
	if (++disk_syncs == disk_cut_at) {
		disk_power_off();
		return SQLITE_IOERR_FSYNC;
	}
	if (d)
		disk_settle(d);
	return SQLITE_OK;
}

static int disk_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return disk_of(f)->pMethods->xFileSize(disk_of(f), size);
}

static int disk_lock(sqlite3_file *f, int how)
{
	return disk_of(f)->pMethods->xLock(disk_of(f), how);
}

static int disk_unlock(sqlite3_file *f, int how)
{
	return disk_of(f)->pMethods->xUnlock(disk_of(f), how);
}

static int disk_reserved(sqlite3_file *f, int *is)
{
	return disk_of(f)->pMethods->xCheckReservedLock(disk_of(f), is);
}

static int disk_control(sqlite3_file *f, int what, void *with)
{
	return disk_of(f)->pMethods->xFileControl(disk_of(f), what, with);
}

static int disk_sector(sqlite3_file *f)
{
	(void)f;
	return SECTOR;
}

static int disk_character(sqlite3_file *f)
{
	(void)f;
	return 0; /* promises nothing */
}

static int disk_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **at)
{
	return disk_of(f)->pMethods->xShmMap(disk_of(f), page, size, extend, at);
}

static int disk_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return disk_of(f)->pMethods->xShmLock(disk_of(f), offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *f)
{
	disk_of(f)->pMethods->xShmBarrier(disk_of(f));
}

static int disk_shm_unmap(sqlite3_file *f, int erase)
{
	return disk_of(f)->pMethods->xShmUnmap(disk_of(f), erase);
}

static const sqlite3_io_methods disk_methods = {
	2, disk_close, disk_read, disk_write, disk_truncate, disk_sync, disk_size, disk_lock,
	disk_unlock, disk_reserved, disk_control, disk_sector, disk_character, disk_shm_map,
	disk_shm_lock, disk_shm_barrier, disk_shm_unmap, NULL, NULL};

static struct disk *disk_named(const char *path)
{
	for (int i = 0; path && i < DISKS; i++) {
		if (!disk[i].path[0])
			snprintf(disk[i].path, sizeof disk[i].path, "%s", path);
		if (!strcmp(disk[i].path, path))
			return &disk[i];
	}
	return NULL;
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out)
{
	struct disk_file *mine = (struct disk_file *)f;
	int result;

	(void)vfs;
	mine->real = (sqlite3_file *)(mine + 1);
	mine->disk = flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL) ? disk_named(path) : NULL;
	mine->base.pMethods = NULL;
	if (disk_is_gone)
		return SQLITE_CANTOPEN;
	result = disk_real->xOpen(disk_real, path, mine->real, flags, out);
	if (result == SQLITE_OK)
		mine->base.pMethods = &disk_methods;
	return result;
}

/* All connections from now on. */
static void disk_begin(void)
{
	disk_real = sqlite3_vfs_find(NULL);
	disk_vfs = *disk_real;
	disk_vfs.zName = "disk";
	disk_vfs.szOsFile = (int)sizeof(struct disk_file) + disk_real->szOsFile;
	disk_vfs.pNext = NULL;
	disk_vfs.xOpen = disk_open;
	sqlite3_vfs_register(&disk_vfs, 1);
}

/* A good disk whose files are what they are now. */
static void disk_reset(void)
{
	for (int i = 0; i < DISKS; i++) {
		disk_drop_pending(&disk[i]);
		free(disk[i].image);
		disk[i] = (struct disk){.path = ""};
	}
	disk_syncs = disk_cut_at = disk_calls = disk_fail_at = 0;
	disk_is_gone = 0;
}

/* Files that are there already count as synced. */
static void disk_know(const char *path)
{
	struct disk *d = disk_named(path);
	FILE *f = fopen(path, "rb");
	long size;

	if (!f)
		return;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	disk_grow(d, (size_t)size + 1);
	d->size = fread(d->image, 1, (size_t)size, f);
	fclose(f);
}

static void disk_cut(long n)
{
	disk_cut_at = n;
}

static void disk_fail(long n)
{
	disk_fail_at = n;
}

/* After the cut, with nothing open: the files as they are found. */
static void disk_restore(void)
{
	for (int i = 0; i < DISKS; i++) {
		FILE *f = disk[i].path[0] ? fopen(disk[i].path, "wb") : NULL;

		if (!f)
			continue;
		if (disk[i].size)
			fwrite(disk[i].image, 1, disk[i].size, f);
		fclose(f);
	}
}

#endif
