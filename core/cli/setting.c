/* cli/setting: see setting.h. */
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STANDARD_SOCKET "/run/nines/control"

/* The value behind `name` and '=' when the line is that setting, NULL otherwise. */
static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	line += strspn(line, " \t");
	if (strncmp(line, name, n))
		return NULL;
	line += n;
	line += strspn(line, " \t");
	if (*line != '=')
		return NULL;
	return line + 1 + strspn(line + 1, " \t");
}

/* Braces outside of quotes and comments: how many sections the line opens. */
static int depth_change(const char *line)
{
	int change = 0;
	bool is_quoted = false;

	for (; *line && (is_quoted || *line != '#'); line++) {
		is_quoted ^= *line == '"';
		if (!is_quoted)
			change += (*line == '{') - (*line == '}');
	}
	return change;
}

static void add_value(struct text *value, const char *at)
{
	if (*at == '"' || *at == '\'')
		text_add(value, at + 1, strcspn(at + 1, "\"'\n"));
	else
		text_add(value, at, strcspn(at, " \t\r\n#}"));
}

bool setting_find(const char *file, const char *name, struct text *value)
{
	FILE *f = fopen(file, "re");
	char *line = NULL;
	const char *at;
	size_t room = 0;
	int depth = 0;
	bool found = false;

	while (f && !found && getline(&line, &room, f) >= 0) {
		at = depth ? NULL : value_of(line, name);
		depth += depth_change(line);
		if (at)
			add_value(value, at), found = true;
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

void setting_socket(const struct cli *cli, struct text *path)
{
	if (!setting_find(cli->config, "socket", path))
		text_puts(path, STANDARD_SOCKET);
}
