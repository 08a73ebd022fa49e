/* config/secret: secrets stand in files as references only: file:PATH, env:NAME, credential:NAME.
 *
 * Their values leave here as `secret N value=` lines for the parent and nowhere else; no sentence
 * ever shows one, nor what was written in place of a reference (it may be the secret itself). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "read.h"

#define SECRET_BYTES 8192

static bool refuse(struct config *c, const struct value *v, const char *remedy, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));
static bool refuse(struct config *c, const struct value *v, const char *remedy, const char *format,
		   ...)
{
	struct text why = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&why, format, ap);
	va_end(ap);
	problem_add(&c->parse, v->file, v->line, remedy, "%s: %s", v->name, text_get(&why));
	text_release(&why);
	return false;
}

static bool read_whole(int fd, struct text *into)
{
	ssize_t n = 1;

	text_reserve(into, SECRET_BYTES + 1);
	while (n > 0 && into->size <= SECRET_BYTES) {
		n = read(fd, into->at + into->size, SECRET_BYTES + 1 - into->size);
		into->size += n > 0 ? (size_t)n : 0;
	}
	into->at[into->size] = '\0';
	return n == 0;
}

static bool take_path(struct config *c, const struct value *v, const char *path, struct text *into)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool is_fine;

	if (fd < 0)
		return refuse(c, v, "create it, readable for its owner only",
			      "secret file '%s': %s", path, log_errno(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		is_fine = refuse(c, v, "name a file", "secret file '%s' is no regular file", path);
	else if (st.st_mode & S_IRWXO)
		is_fine =
			refuse(c, v, "chmod o= it", "secret file '%s' is open to everybody", path);
	else if (!read_whole(fd, into))
		is_fine = refuse(c, v, "keep one secret in it",
				 "secret file '%s' is longer than %d bytes", path, SECRET_BYTES);
	else
		is_fine = true;
	close(fd);
	if (is_fine && into->size && into->at[into->size - 1] == '\n')
		into->at[--into->size] = '\0';
	if (is_fine && (!into->size || memchr(into->at, '\0', into->size)))
		is_fine = refuse(c, v, "write the secret into it",
				 "secret file '%s' is empty or no text", path);
	return is_fine;
}

static bool take_file(struct config *c, const struct value *v, const char *path, struct text *into)
{
	return take_path(c, v, parse_path(&c->parse, v->file, path), into);
}

static bool take_env(struct config *c, const struct value *v, const char *name, struct text *into)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return refuse(c, v, "set it for ninesd", "the environment has no '%.60s'", name);
	text_puts(into, value);
	return true;
}

static bool take_credential(struct config *c, const struct value *v, const char *name,
			    struct text *into)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct text path = {0};
	bool is_fine;

	if (!folder)
		return refuse(c, v, "start ninesd with LoadCredential= or use file:PATH",
			      "there is no $CREDENTIALS_DIRECTORY");
	if (strchr(name, '/') || *name == '.')
		return refuse(c, v, "write the name alone", "a credential's name is no path");
	text_printf(&path, "%s/%s", folder, name);
	is_fine = take_path(c, v, text_get(&path), into);
	text_release(&path);
	return is_fine;
}

static const struct {
	const char *prefix;
	bool (*take)(struct config *, const struct value *, const char *rest, struct text *);
} kind[] = {{"file:", take_file}, {"env:", take_env}, {"credential:", take_credential}};

static bool resolve(struct config *c, const struct value *v, struct text *into)
{
	size_t n;

	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
		n = strlen(kind[i].prefix);
		if (!strncmp(v->text, kind[i].prefix, n) && v->text[n])
			return kind[i].take(c, v, v->text + n, into);
	}
	return refuse(c, v, "write file:PATH, env:NAME or credential:NAME",
		      "a secret must not stand in the configuration itself");
}

/* One reference is read once; a file's relative path depends on who says it. */
static void make_key(const struct value *v, struct text *key)
{
	const char *slash = strrchr(v->file, '/');

	text_puts(key, v->text);
	text_putc(key, '\n');
	text_add(key, v->file, slash ? (size_t)(slash - v->file) : 0);
}

bool secret_read(struct config *c, const struct value *v, struct text *value)
{
	return resolve(c, v, value);
}

bool secret_take(struct config *c, const struct value *v, struct text *out)
{
	struct text key = {0}, value = {0};
	size_t number;
	bool is_fine = true;

	make_key(v, &key);
	number = (size_t)map_find_text(&c->secrets, text_get(&key));
	if (!number && (is_fine = resolve(c, v, &value))) {
		number = (size_t)++c->secret_count;
		map_put_text(&c->secrets, text_get(&key), (void *)number);
		line_begin_number(&c->secret_lines, "secret", (int64_t)number);
		line_add_bytes(&c->secret_lines, "value", value.at, value.size);
		line_end(&c->secret_lines);
	}
	if (is_fine)
		text_printf(out, "@secret:%zu", number);
	if (value.at)
		explicit_bzero(value.at, value.room);
	text_release(&value);
	text_release(&key);
	return is_fine;
}
