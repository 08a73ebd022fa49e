/* config/deliver_to: to whom a section `deliver` sends, and as which files. See deliver.h. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../parent/privilege.h"
#include "../render/page.h"
#include "deliver.h"

struct taking {
	struct delivery *d;
	const char *contact;
	size_t paths;
};

static void take_path(const char *to, void *with)
{
	struct taking *t = with;

	text_printf(&t->d->to, "%s%s\t%s", t->d->to.size ? "\n" : "", to, t->contact);
	t->paths++;
}

static void refuse_contact(struct config *c, const struct delivery *d, const char *name)
{
	const char *nearest = contact_nearest(c, name);
	struct text remedy = {0};

	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "add contact \"NAME\" { path ... }");
	WRONG(c, d, "contacts", text_get(&remedy), "deliver '%s': there is no contact '%.60s'",
	      d->section->title, name);
	text_release(&remedy);
}

/* Of those that a pattern names only who takes reports counts. */
static void take_contacts(struct config *c, struct delivery *d, const char *name)
{
	bool is_pattern = strpbrk(name, "*?"), is_found = false;
	struct taking t = {.d = d};
	const char *one = NULL;

	while ((one = contact_next(c, one))) {
		if (is_pattern ? fnmatch(name, one, FNM_NOESCAPE) != 0 : strcmp(name, one) != 0)
			continue;
		is_found = true;
		t.contact = one;
		contact_each_report_path(c, one, take_path, &t);
	}
	if (!is_found && !c->parse.is_cut)
		refuse_contact(c, d, name);
	else if (!t.paths && !c->parse.is_cut)
		WRONG(c, d, "contacts", "give it a path by mail, or one of kinds = reports",
		      "deliver '%s': contact '%.60s' has no path that takes reports",
		      d->section->title, name);
}

void deliver_judge_contacts(struct config *c, struct delivery *d, const char *of_customer)
{
	struct text name = {0};

	for (const char *const *one = d->say.contacts; *one; one++)
		take_contacts(c, d, *one);
	while (!*d->say.contacts && text_next_line(&of_customer, &name))
		take_contacts(c, d, parse_keep(&c->parse, name.at));
	if (!*d->say.contacts && !*d->say.folder && !d->to.size)
		problem_add(&c->parse, d->section->file, d->section->line,
			    "add contacts = {\"NAME\"}, or a folder", "deliver '%s' goes to nobody",
			    d->section->title);
}

bool deliver_is_bare(const struct delivery *d)
{
	return !strcmp(*d->say.attach, "none") && !d->say.attach[1];
}

void deliver_judge_formats(struct config *c, const struct delivery *d)
{
	for (const char *const *name = d->say.attach; *name && !deliver_is_bare(d); name++)
		if (!render_find(*name))
			WRONG(c, d, "attach", "there are pdf, html, csv, json and text; or none",
			      "attach: there is no format '%.60s'", *name);
	if (*d->say.folder && deliver_is_bare(d))
		WRONG(c, d, "attach", "name a format",
		      "deliver '%s': without files there is nothing to put into its folder",
		      d->section->title);
}

static bool may_write(const struct stat *s, const struct privilege *p)
{
	mode_t bits = s->st_uid == p->uid   ? s->st_mode >> 6
		      : s->st_gid == p->gid ? s->st_mode >> 3
					    : s->st_mode;

	return (bits & 3) == 3;
}

void deliver_judge_folder(struct config *c, struct delivery *d)
{
	const char *path = *d->say.folder
				   ? parse_whole_path(&c->parse, d->section->file, d->say.folder)
				   : NULL;
	struct privilege user;
	struct text wrong = {0};
	struct stat is;

	if (!path)
		return;
	d->say.folder = path;
	if (stat(path, &is))
		WRONG(c, d, "folder", "make it", "folder: '%s': %s", path, log_errno(errno));
	else if (!S_ISDIR(is.st_mode))
		WRONG(c, d, "folder", "name a folder", "folder: '%s' is none", path);
	else if (privilege_find(&user, c->settings.user, &wrong) &&
		 (user.is_dropped ? !may_write(&is, &user) : access(path, W_OK | X_OK) != 0))
		WRONG(c, d, "folder", "give it to that user: chown",
		      "folder: '%s' cannot be written to by the user with number %d, as who ninesd "
		      "runs",
		      path, (int)user.uid);
	text_release(&wrong);
}
