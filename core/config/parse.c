/* config/parse: see parse.h. */
#include "parse.h"

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "prepare.h"

#define PROBLEMS 500 /* nobody reads more */

struct parse_file {
	dev_t device;
	ino_t inode;
	struct parse_file *next;
};

struct pattern {
	const char *text;
	int line;
	struct pattern *next;
};

/* libconfuse's callbacks have no argument of ours: the file that is being read. */
static struct {
	struct parse *parse;
	const char *file;
	struct section *open[PREPARE_DEPTH + 1];
	const cfg_t *level[PREPARE_DEPTH + 1]; /* by their depth */
	int depth;
	struct pattern *patterns, **last_pattern;
} now;

void parse_init(struct parse *p)
{
	*p = (struct parse){.last = NULL};
	arena_init(&p->arena, NULL, 0, (size_t)1 << 30);
	p->last = &p->first;
	p->last_problem = &p->problems;
	p->top.last = &p->top.first;
	p->top.word = p->top.title = p->top.file = "";
}

void parse_release(struct parse *p)
{
	arena_release(&p->arena);
	parse_init(p);
}

void *parse_alloc(struct parse *p, size_t size)
{
	void *got = arena_alloc(&p->arena, size);

	if (!got)
		log_die(MEMORY_EXIT,
			"the configuration needs more than 1 GiB of memory: make it smaller");
	return got;
}

const char *parse_keep(struct parse *p, const char *text)
{
	size_t size = strlen(text);
	char *copy = parse_alloc(p, size + 1);

	memcpy(copy, text, size);
	return copy;
}

static void add_problem(struct parse *p, const char *file, int line, const char *remedy,
			bool is_lint, const char *format, va_list ap)
{
	struct problem *new;
	struct text text = {0};

	*(is_lint ? &p->lints : &p->wrong) += 1;
	if (p->wrong + p->lints > PROBLEMS)
		return;
	text_vprintf(&text, format, ap);
	new = parse_alloc(p, sizeof *new);
	*new = (struct problem){.file = parse_keep(p, file), .line = line, .is_lint = is_lint,
				.rank = p->wrong + p->lints,
				.text = parse_keep(p, text_get(&text)),
				.remedy = parse_keep(p, remedy ? remedy : "")};
	*p->last_problem = new;
	p->last_problem = &new->next;
	text_release(&text);
}

void problem_add(struct parse *p, const char *file, int line, const char *remedy,
		 const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_problem(p, file, line, remedy, false, format, ap);
	va_end(ap);
}

void lint_add(struct parse *p, const char *file, int line, const char *remedy, const char *format,
	      ...)
{
	va_list ap;

	va_start(ap, format);
	add_problem(p, file, line, remedy, true, format, ap);
	va_end(ap);
}

static int file_rank(const struct parse *p, const struct problem *of)
{
	const struct problem *q = p->problems;

	while (strcmp(q->file, of->file))
		q = q->next;
	return q->rank;
}

static int by_place(const void *a, const void *b)
{
	const struct problem *x = *(const struct problem *const *)a,
			     *y = *(const struct problem *const *)b;

	if (x->file_rank != y->file_rank)
		return x->file_rank < y->file_rank ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->rank < y->rank ? -1 : 1;
}

void problems_sort(struct parse *p)
{
	struct problem *all[PROBLEMS];
	size_t n = 0;

	for (struct problem *q = p->problems; q && n < PROBLEMS; q = q->next) {
		q->file_rank = file_rank(p, q);
		all[n++] = q;
	}
	qsort(all, n, sizeof *all, by_place);
	p->last_problem = &p->problems;
	for (size_t i = 0; i < n; i++) {
		*p->last_problem = all[i];
		p->last_problem = &all[i]->next;
	}
	*p->last_problem = NULL;
}

const char *parse_path(struct parse *p, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	struct text full = {0};
	const char *kept;

	if (*path == '/' || !*path || !slash)
		return parse_keep(p, path);
	text_add(&full, file, (size_t)(slash + 1 - file));
	text_puts(&full, path);
	kept = parse_keep(p, text_get(&full));
	text_release(&full);
	return kept;
}

const char *parse_whole_path(struct parse *p, const char *file, const char *path)
{
	const char *near = parse_path(p, file, path), *kept;
	char *folder = *near && *near != '/' ? getcwd(NULL, 0) : NULL;
	struct text whole = {0};

	if (!folder)
		return near;
	text_printf(&whole, "%s/%s", folder, near);
	kept = parse_keep(p, text_get(&whole));
	text_release(&whole);
	free(folder);
	return kept;
}

/* The word as the user wrote it. */
static const char *unmarked(const char *word)
{
	char *copy = (char *)parse_keep(now.parse, word), *mark = strrchr(copy, PREPARE_MARK);

	if (mark && !mark[1])
		*mark = '\0';
	return copy;
}

static void open_section(cfg_t *cfg, const char *depth)
{
	struct section *s = parse_alloc(now.parse, sizeof *s);
	int64_t level;

	now.depth =
		text_to_int(depth, &level) && level > 0 && level <= PREPARE_DEPTH ? (int)level : 1;
	s->word = unmarked(cfg_name(cfg));
	s->title = "";
	s->file = now.file;
	s->line = cfg->line;
	s->last = &s->first;
	s->parent = now.depth > 1 ? now.open[now.depth - 1] : NULL;
	now.level[now.depth] = cfg;
	now.open[now.depth] = s;
	*now.parse->last = s;
	now.parse->last = &s->next;
}

static struct section *section_of(const cfg_t *cfg)
{
	for (int i = 1; i <= now.depth; i++)
		if (now.level[i] == cfg)
			return now.open[i];
	return &now.parse->top;
}

/* Each value of each option comes by here; what libconfuse keeps of it does not matter. */
static int take_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *kept)
{
	struct section *s;
	struct entry *e;

	*(const char **)kept = "";
	if (!strcmp(opt->name, PREPARE_LINE)) {
		if (section_of(cfg) == &now.parse->top) /* a second one is the user's, in quotes */
			open_section(cfg, value);
		return 0;
	}
	s = section_of(cfg);
	if (!strcmp(opt->name, PREPARE_TITLE)) {
		s->title = parse_keep(now.parse, value);
		return 0;
	}
	e = parse_alloc(now.parse, sizeof *e);
	*e = (struct entry){.name = parse_keep(now.parse, opt->name),
			    .file = now.file,
			    .line = cfg->line,
			    .value = parse_keep(now.parse, value)};
	*s->last = e;
	s->last = &e->next;
	return 0;
}

static int take_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	struct pattern *new;

	(void)opt;
	if (argc != 1 || !*argv[0]) {
		problem_add(now.parse, now.file, cfg->line, "write include(\"conf.d/*.conf\")",
			    "include wants one pattern");
		return 0;
	}
	new = parse_alloc(now.parse, sizeof *new);
	*new = (struct pattern){.text = parse_keep(now.parse, argv[0]), .line = cfg->line};
	*now.last_pattern = new;
	now.last_pattern = &new->next;
	return 0;
}

/* libconfuse's own sentence, without our mark, and what to do about it. */
static void take_error(cfg_t *cfg, const char *format, va_list ap)
{
	static const struct {
		const char *says, *remedy;
	} known[] = {
		{"premature end", "close the quote, list or section that is open there"},
		{"unterminated", "close the quote"},
		{"closing brace", "remove it, or see whether an opening one is missing"},
		{"opening brace", "write WORD \"NAME\" { ... }"},
		{"missing title", "write WORD \"NAME\" { ... }"},
		{"equal sign", "write NAME = VALUE"},
		{"no such option", "see whether a quote or a brace is missing before it"},
		{"unexpected token",
		 "see whether a quote, a comma or a brace is missing before it"},
	};
	const char *remedy = "correct the line";
	struct text text = {0}, safe = {0};

	text_vprintf(&text, format, ap);
	for (size_t i = 0, to = 0; i <= text.size; i++)
		if (text.at[i] != PREPARE_MARK || text.at[i + 1] != '\'')
			text.at[to++] = text.at[i];
	text_add_safe(&safe, text.at, strlen(text.at), 200);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strstr(text.at, known[i].says))
			remedy = known[i].remedy;
	problem_add(now.parse, now.file, cfg->line, remedy, "%s", text_get(&safe));
	section_of(cfg)->is_cut = now.parse->is_cut = true;
	text_release(&text);
	text_release(&safe);
}

/* The table that libconfuse reads by: every word of the file, each value a list. */
static cfg_opt_t *declare(const struct shape *level, bool is_section)
{
	size_t n = 4, i = 0;
	cfg_opt_t *table;
	struct text word = {0};

	for (const struct shape *w = level->child; w; w = w->next)
		n++;
	table = parse_alloc(now.parse, n * sizeof *table);
	for (const struct shape *w = level->child; w; w = w->next) {
		text_clear(&word);
		text_printf(&word, "%s%.1s", w->word,
			    w->is_section ? (char[]){PREPARE_MARK, 0} : "");
		table[i] = (cfg_opt_t)CFG_STR_LIST(parse_keep(now.parse, text_get(&word)), NULL,
						   CFGF_NONE);
		if (w->is_section)
			table[i] = (cfg_opt_t)CFG_SEC(table[i].name, declare(w, true),
						      CFGF_MULTI);
		else
			table[i].parsecb = take_value;
		i++;
	}
	if (is_section) {
		table[i] = (cfg_opt_t)CFG_STR_LIST(PREPARE_LINE, NULL, CFGF_NONE);
		table[i++].parsecb = take_value;
		table[i] = (cfg_opt_t)CFG_STR_LIST(PREPARE_TITLE, NULL, CFGF_NONE);
		table[i++].parsecb = take_value;
	} else {
		table[i++] = (cfg_opt_t)CFG_FUNC("include", take_include);
	}
	table[i] = (cfg_opt_t)CFG_END();
	text_release(&word);
	return table;
}

static void parse_text(struct parse *p, const char *file, const char *at, size_t size)
{
	struct text prepared = {0};
	struct shape root = {.word = ""};
	int unclosed = prepare(&p->arena, at, size, &root, &prepared), wrong = p->wrong;
	cfg_t *cfg;

	now.depth = 0;
	now.patterns = NULL;
	now.last_pattern = &now.patterns;
	cfg = cfg_init(declare(&root, false), CFGF_NONE);
	if (!cfg)
		log_die(MEMORY_EXIT, "'%s' cannot be read: no memory left", file);
	cfg_set_error_function(cfg, take_error);
	if (cfg_parse_buf(cfg, text_get(&prepared)) != CFG_SUCCESS && p->wrong == wrong)
		problem_add(p, file, cfg->line, "correct the line", "it cannot be read");
	else if (unclosed && p->wrong == wrong)
		problem_add(p, file, unclosed, "add the missing '}'",
			    "this section is never closed");
	cfg_free(cfg);
	text_release(&prepared);
}

/* False: it was read before, or there are too many. */
static bool note_file(struct parse *p, const struct stat *st)
{
	struct parse_file *f;

	for (f = p->files; f; f = f->next)
		if (f->device == st->st_dev && f->inode == st->st_ino)
			return false;
	if (++p->file_count > PARSE_FILES)
		return false;
	f = parse_alloc(p, sizeof *f);
	*f = (struct parse_file){st->st_dev, st->st_ino, p->files};
	p->files = f;
	return true;
}

const char *parse_read_bytes(const char *path, struct text *into, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *wrong = NULL;
	ssize_t n = 1;

	if (fd < 0)
		return log_errno(errno);
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))
		wrong = "it is no regular file";
	else if (st->st_size > PARSE_FILE_BYTES)
		wrong = "it is larger than 16 MiB";
	while (!wrong && n > 0 && into->size <= PARSE_FILE_BYTES) {
		text_reserve(into, 65536);
		n = read(fd, into->at + into->size, 65536);
		if (n < 0)
			wrong = log_errno(errno);
		into->size += n > 0 ? (size_t)n : 0;
	}
	text_reserve(into, 1);
	into->at[into->size] = '\0';
	close(fd);
	return wrong;
}

const char *parse_read_whole(const char *path, struct text *into, struct stat *st)
{
	const char *wrong = parse_read_bytes(path, into, st);

	return !wrong && memchr(into->at, '\0', into->size) ? "it contains a NUL byte" : wrong;
}

/* Why not, or NULL with the whole file in *into. */
static const char *read_file(struct parse *p, const char *path, struct text *into)
{
	struct stat st;
	const char *wrong = parse_read_whole(path, into, &st);

	if (!wrong && !note_file(p, &st))
		wrong = "it is included a second time";
	if (!wrong && st.st_mode & S_IWOTH)
		lint_add(p, path, 0, "chmod o-w", "everybody can write this file");
	return wrong;
}

static void parse_one(struct parse *p, const char *path, const char *from, int line, int depth);

static void follow(struct parse *p, const char *from, const struct pattern *pattern, int depth)
{
	const char *full = parse_path(p, from, pattern->text);
	glob_t found = {0};
	int answer = glob(full, GLOB_ERR, NULL, &found);

	if (answer == GLOB_NOMATCH && !strpbrk(pattern->text, "*?["))
		problem_add(p, from, pattern->line, "correct the name or remove the line",
			    "'%s' does not exist", full);
	else if (answer && answer != GLOB_NOMATCH && answer != GLOB_ABORTED)
		problem_add(p, from, pattern->line, "correct the pattern",
			    "'%s' cannot be searched for", full);
	for (size_t i = 0; !answer && i < found.gl_pathc; i++)
		parse_one(p, parse_keep(p, found.gl_pathv[i]), from, pattern->line, depth + 1);
	globfree(&found);
}

static void parse_one(struct parse *p, const char *path, const char *from, int line, int depth)
{
	struct text text = {0};
	const char *wrong =
		depth > 10 ? "includes are nested deeper than 10" : read_file(p, path, &text);
	struct pattern *patterns = NULL;

	now.parse = p;
	now.file = path;
	if (wrong && from) {
		problem_add(p, from, line, "correct the include", "'%s': %s", path, wrong);
	} else if (wrong) {
		problem_add(p, path, 0, "give the path of a configuration with -c", "%s", wrong);
	} else {
		parse_text(p, path, text_get(&text), text.size);
		patterns = now.patterns;
	}
	text_release(&text);
	for (; patterns; patterns = patterns->next)
		follow(p, path, patterns, depth);
}

void parse_file(struct parse *p, const char *path)
{
	parse_one(p, parse_keep(p, path), NULL, 0, 0);
}
