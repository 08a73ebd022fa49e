/* copier/folder: the files of one static copy, and which of them are ours.
 *
 * Every file is written beside its place and put there in one step, so that whoever reads sees the
 * old or the new one, whole. A manifest (FOLDER_MANIFEST) names all files that are ours, before the
 * first of them is written; nothing else is ever overwritten or removed. No link is followed below
 * the folder. Names come from the web and are not trusted. */
#ifndef NINES_COPIER_FOLDER_H
#define NINES_COPIER_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/map.h"
#include "../base/text.h"

#define FOLDER_MANIFEST ".nines-copy"
#define FOLDER_FILES    50000

struct copied {
	char *path; /* of the page: "/incident/A/" */
	char hash[17]; /* of what it holds but its stamp; "": not written yet */
	int64_t made_us;
	bool is_stamped, is_wanted, is_gone; /* gone: removed, and the hook has yet to hear of it */
	bool is_sent; /* the hook has heard of it */
};

struct folder {
	int fd; /* -1: closed */
	struct copied **file;
	size_t files, room;
	struct map by_path;
	char signature[17]; /* of what the copy shows, when it was whole; "" */
	size_t written, removed; /* since folder_begin() */
};

/* Makes the folder where it is missing, reads its manifest, and keeps others out of it. False:
 * *wrong says why. folder_close() all the same. */
bool folder_open(struct folder *, const char *path, struct text *wrong);
void folder_close(struct folder *);

/* A new copy: the files that it is to have follow. */
void folder_begin(struct folder *);
/* NULL: no file can have that name. */
struct copied *folder_want(struct folder *, const char *path);
/* All are known: they are entered in the manifest. */
bool folder_commit(struct folder *, struct text *wrong);
/* Whole, in one step. */
bool folder_write(struct folder *, struct copied *, const void *bytes, size_t size,
		  struct text *wrong);
/* Removes what is not wanted any more and says so in the manifest. */
bool folder_end(struct folder *, const char *signature, struct text *wrong);

/* "put index.html", "delete monitor/x/index.html": what the hook has not heard of, lines. */
void folder_tell(const struct folder *, struct text *);
/* It has: forget what is gone. */
bool folder_sent(struct folder *, struct text *wrong);

#endif
