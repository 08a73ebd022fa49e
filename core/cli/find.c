/* cli/find: see find.h. */
#include "find.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "../config/config.h"
#include "../module/load.h"
#include "../module/option.h"

#define OWN_BYTES 64

static const struct {
	int kind;
	const char *folder, *installed; /* beside the program */
} kinds[] = {{MODULE_CHECK, "modules", "../lib/nines/modules"},
	     {MODULE_NOTIFIER, "notifiers", "../lib/nines/notifiers"},
	     {MODULE_REPORT, "reports", "../lib/nines/reports"}};

static bool is_there(const struct find_list *l, const char *name, int kind)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->at[i].kind == kind && !strcmp(l->at[i].name, name))
			return true;
	return false;
}

static void add_file(struct find_list *l, const char *folder, const char *file, int kind)
{
	struct text path = {0};
	struct find_module *m;
	char name[64];

	if (!module_name_of(file, name) || is_there(l, name, kind))
		return;
	text_printf(&path, "%s/%s", folder, file);
	l->at = memory_resize(l->at, (l->count + 1) * sizeof *l->at);
	m = &l->at[l->count++];
	memcpy(m->name, name, sizeof name);
	m->path = path.at;
	m->kind = kind;
}

static void add_folder(struct find_list *l, const char *folder, int kind)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	/* Where it cannot be looked into for want of something of ours its modules would look
	 * unknown. */
	if (!d && errno == ENOMEM)
		memory_end();
	if (!d && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		exit(cli_fail(EXIT_CANNOT_TELL, "cannot look for modules in '%s': %s", folder,
			      log_errno(errno)));
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			add_file(l, folder, e->d_name, kind);
	if (d)
		closedir(d);
}

static void add_given(struct find_list *l)
{
	const char *at = getenv("NINES_MODULES");
	struct text folder = {0};

	for (size_t n; at && *at; at += n + (at[n] == ':')) {
		n = strcspn(at, ":");
		text_clear(&folder);
		text_add(&folder, at, n);
		if (n)
			add_folder(l, text_get(&folder), MODULE_CHECK);
	}
	text_release(&folder);
}

/* A folder seen from that of this program: nothing when the kernel does not say where that is. */
static void add_own(struct find_list *l, const char *folder, int kind)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - OWN_BYTES);

	if (n <= 0)
		return;
	self[n] = '\0';
	*(strrchr(self, '/') + 1) = '\0';
	memccpy(self + strlen(self), folder, '\0', OWN_BYTES - 1);
	add_folder(l, self, kind);
}

/* The folders that the configuration names, or stands for. */
static void add_configured(const struct cli *cli, struct find_list *l, int kind)
{
	struct config *c = config_read_settings(cli->config);
	const struct config_settings *s = config_settings(c);

	add_folder(l,
		   kind == MODULE_CHECK      ? s->modules
		   : kind == MODULE_NOTIFIER ? s->notifiers
					     : s->reports,
		   kind);
	config_free(c);
}

static int by_name(const void *a, const void *b)
{
	const struct find_module *x = a, *y = b;

	return x->kind != y->kind ? x->kind - y->kind : strcmp(x->name, y->name);
}

void find_modules(const struct cli *cli, int kind, struct find_list *l)
{
	struct text installed = {0};

	if (!kind || kind == MODULE_CHECK)
		add_given(l);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kind && kind != kinds[i].kind)
			continue;
		if (cli->config_given)
			add_configured(cli, l, kinds[i].kind);
		add_own(l, kinds[i].folder, kinds[i].kind);
		add_own(l, kinds[i].installed, kinds[i].kind);
		text_clear(&installed);
		text_printf(&installed, NINES_PREFIX "/lib/nines/%s", kinds[i].folder);
		add_folder(l, text_get(&installed), kinds[i].kind);
	}
	text_release(&installed);
	if (l->count)
		qsort(l->at, l->count, sizeof *l->at, by_name);
}

void find_release(struct find_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->at[i].path);
	free(l->at);
	*l = (struct find_list){0};
}

const struct find_module *find_named(const struct find_list *l, const char *name,
				     const char **meant)
{
	const char **names;

	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->at[i].name, name))
			return &l->at[i];
	names = memory_new((l->count + 1) * sizeof *names);
	for (size_t i = 0; i < l->count; i++)
		names[i] = l->at[i].name;
	*meant = option_nearest(name, names, l->count, sizeof *names);
	free(names);
	return NULL;
}
