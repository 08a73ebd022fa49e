/* config/parse: files become sections: a word, a title, entries, each with its file and line.
 *
 * One libconfuse parse per file; include() patterns are followed after the file, in the order of
 * names. Knows no meaning: which words exist and what they may hold is read.c's. Called by the
 * loader and `nines config check`, in a process that ends soon: nothing is freed singly. */
#ifndef NINES_CONFIG_PARSE_H
#define NINES_CONFIG_PARSE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "../base/arena.h"
#include "../base/text.h"

#define PARSE_FILE_BYTES (16 << 20)
#define PARSE_FILES 1000

struct entry {
	const char *name, *value;
	const char *file;
	int line;
	struct entry *next;
};

struct section {
	const char *word, *title; /* title "" when it has none */
	const char *file;
	int line;
	struct section *parent; /* NULL at the top */
	bool is_cut;		/* by an error of syntax: what it lacks may stand behind that */
	struct entry *first, **last;
	struct section *next; /* in the order of the files */
};

struct problem {
	const char *file, *text, *remedy;
	int line; /* 0: the file as a whole */
	bool is_lint; /* worth saying, no reason to refuse */
	int file_rank, rank; /* where its file, and it, came up */
	struct problem *next;
};

struct parse {
	struct arena arena;
	struct section top; /* the entries outside of any section */
	struct section *first, **last;
	struct problem *problems, **last_problem;
	int wrong, lints;
	bool is_cut; /* some file was not read to its end */
	/* Of the files read so far. */
	struct parse_file *files;
	int file_count;
};

void parse_init(struct parse *);
void parse_release(struct parse *);

/* Reads `path` and what it includes. What is wrong becomes problems. */
void parse_file(struct parse *, const char *path);

/* Arena memory that is there: without any the process ends with MEMORY_EXIT. */
void *parse_alloc(struct parse *, size_t size);
const char *parse_keep(struct parse *, const char *text);

/* `format` says what is wrong; `remedy` may be NULL. */
void problem_add(struct parse *, const char *file, int line, const char *remedy, const char *format,
		 ...) __attribute__((format(printf, 5, 6)));
void lint_add(struct parse *, const char *file, int line, const char *remedy, const char *format,
	      ...) __attribute__((format(printf, 5, 6)));

/* By file and line, as a person reads. */
void problems_sort(struct parse *);

/* The whole regular file, without a NUL in it, and what it is. NULL, or why not. */
const char *parse_read_whole(const char *path, struct text *into, struct stat *);
/* The same of any bytes. */
const char *parse_read_bytes(const char *path, struct text *into, struct stat *);
/* `path` as said in `file`: relative to the folder that file is in. In the arena. */
const char *parse_path(struct parse *, const char *file, const char *path);
/* The same for another process, whose working folder may be another: from the root. */
const char *parse_whole_path(struct parse *, const char *file, const char *path);

#endif
