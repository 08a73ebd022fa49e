/* copier/role: the role `copier`: when a copy is made, from what the web answers. See copier.h.
 *
 * One page at a time, one file at a time. A page is looked at every `every_us`; its copy is made
 * anew when what it shows has changed, and before the stamps of its files run out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../parent/sandbox.h"
#include "copier.h"
#include "folder.h"
#include "hook.h"

#define QUEUE_BYTES (1u << 20)
#define FILE_BYTES  (32u << 20)
#define ANSWER_US   (30 * CLOCK_SECOND) /* of the web, for one file */
#define RETRY_US    (60 * CLOCK_SECOND) /* of a hook that failed */
#define ASKED_MOST  16

/* One page and its folder. */
struct job {
	char *name, *folder, *hook, *url;
	int64_t every_us, renew_us;
	int64_t next_us, hook_after_us; /* monotonic */
	char *wrong; /* what the parent was told; NULL: all is well */
	int64_t asked[ASKED_MOST]; /* `copy-now` lines that wait for it */
	size_t askeds;
	struct job *following;
};

enum phase { IDLE, LISTING, FILES, HOOK };

struct copier {
	struct link parent, web;
	struct loop *loop;
	struct loop_timer tick;
	struct hook hook;
	struct job *jobs, **last_job;
	bool is_linked, has_begun;
	/* the run under way */
	enum phase phase;
	struct job *job;
	struct folder folder;
	size_t at; /* of its files */
	char signature[17];
	int64_t made_us, answer_by_us;
	struct text bytes;
	struct text wrong;
};

/* ---- what the parent hears ---- */

static void tell_trouble(struct copier *c, struct job *j, const char *wrong)
{
	struct text *t = link_line(&c->parent);

	if (wrong ? j->wrong && !strcmp(j->wrong, wrong) : !j->wrong)
		return;
	free(j->wrong);
	j->wrong = wrong ? memory_text(wrong) : NULL;
	line_begin_name(t, "trouble", j->name);
	if (wrong)
		line_add(t, "reason", wrong);
	line_end(t);
	link_flush(&c->parent);
}

static void answer_asked(struct copier *c, struct job *j, const char *key, const char *said)
{
	for (size_t i = 0; i < j->askeds; i++) {
		struct text *t = link_line(&c->parent);

		line_begin_number(t, "copied", j->asked[i]);
		line_add(t, key, said);
		line_end(t);
	}
	j->askeds = 0;
	link_flush(&c->parent);
}

/* ---- the end of a run ---- */

/* When its oldest stamp is half used up. */
static int64_t renew_at(const struct copier *c)
{
	int64_t at_us = INT64_MAX;

	for (size_t i = 0; i < c->folder.files; i++) {
		const struct copied *f = c->folder.file[i];

		if (f->is_stamped && !f->is_gone && f->made_us < at_us)
			at_us = f->made_us;
	}
	return at_us == INT64_MAX ? at_us : at_us + c->job->renew_us / 2;
}

static void finish(struct copier *c, const char *said)
{
	struct job *j = c->job;

	if (c->wrong.size)
		answer_asked(c, j, "wrong", c->wrong.at);
	else
		answer_asked(c, j, "text", said);
	tell_trouble(c, j, c->wrong.size ? c->wrong.at : NULL);
	j->next_us = loop_now(c->loop) + j->every_us;
	folder_close(&c->folder);
	text_release(&c->wrong);
	text_clear(&c->bytes);
	c->phase = IDLE;
	c->job = NULL;
	loop_set(c->loop, &c->tick, loop_now(c->loop));
}

static void fail(struct copier *c, const char *why)
{
	if (!c->wrong.size)
		text_printf(&c->wrong, "the copy of page '%s' was not made: %s", c->job->name, why);
	finish(c, "");
}

static void add_counts(const struct copier *c, struct text *t)
{
	text_printf(t, "%zu files of page '%s' in '%s', %zu written, %zu removed", c->folder.files,
		    c->job->name, c->job->folder, c->folder.written, c->folder.removed);
}

/* ---- the hook ---- */

static void hook_done(struct hook *h, const char *wrong)
{
	struct copier *c = h->with;
	struct text said = {0};

	add_counts(c, &said);
	if (wrong) {
		c->job->hook_after_us = loop_now(c->loop) + RETRY_US;
		text_printf(&c->wrong, "the hook of the copy of page '%s' failed: %s", c->job->name,
			    wrong);
	} else if (folder_sent(&c->folder, &c->wrong)) {
		c->job->hook_after_us = 0;
		text_puts(&said, "; the hook has done its work");
	}
	finish(c, text_get(&said));
	text_release(&said);
}

static void add_environment(const struct copier *c, struct text *t)
{
	static const char *const kept[] = {"HOME", "LANG", "TZ"};

	text_puts(t, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	text_printf(t, "\nNINES_PAGE=%s\nNINES_FOLDER=%s\nNINES_URL=%s", c->job->name,
		    c->job->folder, c->job->url);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (getenv(kept[i]))
			text_printf(t, "\n%s=%s", kept[i], getenv(kept[i]));
}

/* It hears of what has changed since it last did its work. */
static bool begin_hook(struct copier *c)
{
	struct text input = {0}, environment = {0}, why = {0};
	bool is_running = false;

	folder_tell(&c->folder, &input);
	if (*c->job->hook && input.size &&
	    (c->job->askeds || loop_now(c->loop) >= c->job->hook_after_us)) {
		add_environment(c, &environment);
		is_running = hook_run(&c->hook, c->job->hook, text_get(&environment),
				      text_get(&input), &why);
		if (!is_running) {
			c->job->hook_after_us = loop_now(c->loop) + RETRY_US;
			text_printf(&c->wrong, "the hook of the copy of page '%s' failed: %s",
				    c->job->name, text_get(&why));
		}
	} else if (*c->job->hook && input.size) {
		text_puts(&c->wrong, c->job->wrong ? c->job->wrong : "the hook waits");
	}
	if (is_running)
		c->phase = HOOK;
	text_release(&input);
	text_release(&environment);
	text_release(&why);
	return is_running;
}

static void end_files(struct copier *c)
{
	struct text said = {0};

	if (!folder_end(&c->folder, c->signature, &c->wrong)) {
		fail(c, "");
		return;
	}
	if (begin_hook(c))
		return;
	add_counts(c, &said);
	finish(c, text_get(&said));
	text_release(&said);
}

/* ---- files ---- */

static void ask(struct copier *c, const char *verb, const char *name)
{
	struct text *t = link_line(&c->web);

	line_begin_name(t, verb, name);
	c->answer_by_us = loop_now(c->loop) + ANSWER_US;
	loop_set(c->loop, &c->tick, c->answer_by_us);
}

/* The next file that is to be there; a stamp that is half used up is renewed. */
static void ask_next(struct copier *c)
{
	struct text *t = link_line(&c->web);
	const struct copied *f;

	while (c->at < c->folder.files && !c->folder.file[c->at]->is_wanted)
		c->at++;
	if (c->at == c->folder.files) {
		end_files(c);
		return;
	}
	f = c->folder.file[c->at];
	text_clear(&c->bytes);
	ask(c, "get", f->path);
	line_add(t, "page", c->job->name);
	if (!f->is_stamped || f->made_us + c->job->renew_us / 2 > c->made_us)
		line_add(t, "known", f->hash);
	line_add_int(t, "made_us", c->made_us);
	line_add_int(t, "due_us", c->made_us + c->job->renew_us);
	line_end(t);
	link_flush(&c->web);
}

static void take_file(struct copier *c, const struct line *l)
{
	struct copied *f = c->folder.file[c->at];
	const char *hash = line_get(l, "hash");

	if (line_int(l, "status", 0) != 200) {
		f->is_wanted = false;
	} else if (!line_int(l, "same", 0)) {
		if (!folder_write(&c->folder, f, text_get(&c->bytes), c->bytes.size, &c->wrong)) {
			fail(c, "");
			return;
		}
		f->made_us = c->made_us;
		f->is_stamped = line_int(l, "stamped", 0) == 1;
		memcpy(f->hash, strlen(hash) == 16 ? hash : "", strlen(hash) == 16 ? 17 : 1);
	}
	c->at++;
	ask_next(c);
}

static const char *take_part(struct copier *c, const struct line *l)
{
	for (size_t i = 0; i < l->words; i++)
		if (!strcmp(l->word[i].key, "bytes"))
			text_add(&c->bytes, l->word[i].value, l->word[i].size);
	return c->bytes.size > FILE_BYTES ? "a file larger than 32 MiB" : NULL;
}

/* ---- the list ---- */

static void take_copy(struct copier *c, const struct line *l)
{
	const char *signature = line_get(l, "signature");

	memcpy(c->signature, strlen(signature) == 16 ? signature : "",
	       strlen(signature) == 16 ? 17 : 1);
}

/* The hook has not heard of all, or failed. */
static bool owes_hook(const struct copier *c)
{
	struct text input = {0};
	bool owes;

	folder_tell(&c->folder, &input);
	owes = *c->job->hook && input.size;
	text_release(&input);
	return owes;
}

static bool has_news(const struct copier *c)
{
	bool may_run = c->job->askeds || loop_now(c->loop) >= c->job->hook_after_us;

	return (may_run && owes_hook(c)) || strcmp(c->signature, c->folder.signature) != 0 ||
	       clock_wall_us() >= renew_at(c);
}

static void take_list(struct copier *c, const struct line *l)
{
	if (*line_get(l, "wrong")) {
		fail(c, line_get(l, "wrong"));
		return;
	}
	if (!has_news(c)) {
		if (c->job->wrong && owes_hook(c))
			text_puts(&c->wrong, c->job->wrong);
		finish(c, "nothing has changed since the last copy");
		return;
	}
	c->folder.signature[0] = '\0';
	if (!folder_commit(&c->folder, &c->wrong)) {
		fail(c, "");
		return;
	}
	c->phase = FILES;
	c->at = 0;
	c->made_us = clock_wall_us();
	ask_next(c);
}

/* The folder's own signature is kept until it is known whether there is anything to do. */
static void begin_run(struct copier *c, struct job *j)
{
	struct text *t = link_line(&c->web);
	char signature[17];

	c->job = j;
	c->phase = LISTING;
	c->signature[0] = '\0';
	if (!folder_open(&c->folder, j->folder, &c->wrong)) {
		fail(c, "");
		return;
	}
	memcpy(signature, c->folder.signature, sizeof signature);
	folder_begin(&c->folder);
	memcpy(c->folder.signature, signature, sizeof signature);
	ask(c, "list", j->name);
	line_end(t);
	link_flush(&c->web);
}

static const char *take_web(struct link *k, const struct line *l, int fd)
{
	struct copier *c = k->with;

	if (fd >= 0)
		close(fd);
	if (c->phase == LISTING && !strcmp(l->verb, "copy"))
		take_copy(c, l);
	else if (c->phase == LISTING && !strcmp(l->verb, "path"))
		folder_want(&c->folder, line_name(l));
	else if (c->phase == LISTING && !strcmp(l->verb, "end"))
		take_list(c, l);
	else if (c->phase == FILES && !strcmp(l->verb, "part"))
		return take_part(c, l);
	else if (c->phase == FILES && !strcmp(l->verb, "end"))
		take_file(c, l);
	return NULL;
}

static void web_closed(struct link *k, const char *why)
{
	struct copier *c = k->with;

	(void)why;
	c->is_linked = false;
	if (c->phase == LISTING || c->phase == FILES)
		fail(c, "the web ended while it was made");
}

static void link_web(struct copier *c, int fd)
{
	if (c->is_linked)
		link_close(&c->web, "a new web");
	c->web = (struct link){.name = "web", .take = take_web, .closed = web_closed, .with = c};
	c->is_linked = link_open(&c->web, c->loop, fd, QUEUE_BYTES);
	if (!c->is_linked)
		close(fd);
	loop_set(c->loop, &c->tick, loop_now(c->loop));
}

/* ---- when ---- */

static void tick(struct loop_timer *t)
{
	struct copier *c = (struct copier *)((char *)t - offsetof(struct copier, tick));
	int64_t now_us = loop_now(c->loop), next_us = now_us + CLOCK_SECOND;

	if ((c->phase == LISTING || c->phase == FILES) && now_us >= c->answer_by_us) {
		log_say("the web does not answer"); /* the parent joins us anew */
		loop_end(c->loop);
		return;
	}
	for (struct job *j = c->jobs; j && c->phase == IDLE && c->is_linked && c->has_begun;
	     j = j->following)
		if (j->askeds || now_us >= j->next_us)
			begin_run(c, j);
	if (c->phase == IDLE || c->phase == HOOK)
		loop_set(c->loop, t, next_us);
}

/* ---- the parent ---- */

static void take_job(struct copier *c, const struct line *l)
{
	struct job *j = memory_new(sizeof *j);

	*j = (struct job){.name = memory_text(line_name(l)),
			  .folder = memory_text(line_get(l, "folder")),
			  .hook = memory_text(line_get(l, "hook")),
			  .url = memory_text(line_get(l, "url")),
			  .every_us = line_int(l, "every_us", 15 * CLOCK_SECOND),
			  .renew_us = line_int(l, "renew_us", 600 * CLOCK_SECOND)};
	*c->last_job = j;
	c->last_job = &j->following;
}

static void take_asked(struct copier *c, const struct line *l)
{
	struct job *j = c->jobs;
	struct text *t;

	while (j && strcmp(j->name, line_get(l, "page")) != 0)
		j = j->following;
	if (j && c->is_linked && j->askeds < ASKED_MOST) {
		j->asked[j->askeds++] = line_number(l);
		if (c->phase == IDLE)
			loop_set(c->loop, &c->tick, loop_now(c->loop));
		return;
	}
	t = link_line(&c->parent);
	line_begin_number(t, "copied", line_number(l));
	line_add(t, "wrong",
		 !j              ? "this page has no copy: write copy = \"FOLDER\" into its section"
		 : !c->is_linked ? "the web is not there just now: try again"
				 : "too many wait for it: try again");
	line_end(t);
	link_flush(&c->parent);
}

static bool has_hooks(const struct copier *c)
{
	for (const struct job *j = c->jobs; j; j = j->following)
		if (*j->hook)
			return true;
	return false;
}

static void go(struct copier *c)
{
	sandbox_enter(has_hooks(c) ? "copier-exec" : "copier");
	c->has_begun = true;
	line_begin(link_line(&c->parent), "ready", "-");
	line_end(link_line(&c->parent));
	link_flush(&c->parent);
	loop_set(c->loop, &c->tick, loop_now(c->loop));
}

static const char *take_parent(struct link *k, const struct line *l, int fd)
{
	struct copier *c = k->with;

	if (!strcmp(l->verb, "fd") && !strcmp(l->id, "web") && fd >= 0) {
		link_web(c, fd);
		return NULL;
	}
	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "copy") && !c->has_begun)
		take_job(c, l);
	else if (!strcmp(l->verb, "go") && !c->has_begun)
		go(c);
	else if (!strcmp(l->verb, "copy-now"))
		take_asked(c, l);
	else if (!strcmp(l->verb, "stop"))
		loop_end(c->loop);
	return NULL;
}

static void parent_closed(struct link *k, const char *why)
{
	struct copier *c = k->with;

	(void)why;
	loop_end(c->loop);
}

static void release(struct copier *c)
{
	struct job *j;

	while ((j = c->jobs)) {
		c->jobs = j->following;
		free(j->name);
		free(j->folder);
		free(j->hook);
		free(j->url);
		free(j->wrong);
		free(j);
	}
	folder_close(&c->folder);
	text_release(&c->bytes);
	text_release(&c->wrong);
	loop_free(c->loop);
	free(c);
}

int copier_main(int control_fd)
{
	struct copier *c = memory_new(sizeof *c);

	*c = (struct copier){.parent = {.name = "parent",
					.take = take_parent,
					.closed = parent_closed,
					.with = c},
			     .tick.fire = tick,
			     .last_job = &c->jobs,
			     .folder.fd = -1};
	c->loop = loop_new();
	if (!c->loop || !link_open(&c->parent, c->loop, control_fd, QUEUE_BYTES))
		log_die(1, "no descriptors for an event loop: raise the limit of open files");
	hook_init(&c->hook, c->loop);
	c->hook.done = hook_done;
	c->hook.with = c;
	loop_run(c->loop);
	hook_stop(&c->hook);
	c->phase = IDLE;
	if (c->is_linked)
		link_close(&c->web, "end");
	link_forget(&c->parent);
	release(c);
	return 0;
}
