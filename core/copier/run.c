/* copier/run: see run.h. One file at a time: what the copier holds is bounded, and visitors are
 * served in between. */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define FILE_BYTES (32u << 20)
#define ANSWER_US  (30 * CLOCK_SECOND) /* of the web, for one file */
#define RETRY_US   (60 * CLOCK_SECOND) /* of a hook that failed */

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

void run_fail(struct copier *c, const char *why)
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

void run_hook_done(struct hook *h, const char *wrong)
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
		run_fail(c, "");
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
			run_fail(c, "");
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
		run_fail(c, line_get(l, "wrong"));
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
		run_fail(c, "");
		return;
	}
	c->phase = FILES;
	c->at = 0;
	c->made_us = clock_wall_us();
	ask_next(c);
}

/* The folder's own signature is kept until it is known whether there is anything to do. */
void run_begin(struct copier *c, struct job *j)
{
	struct text *t = link_line(&c->web);
	char signature[17];

	c->job = j;
	c->phase = LISTING;
	c->signature[0] = '\0';
	if (!folder_open(&c->folder, j->folder, &c->wrong)) {
		run_fail(c, "");
		return;
	}
	memcpy(signature, c->folder.signature, sizeof signature);
	folder_begin(&c->folder);
	memcpy(c->folder.signature, signature, sizeof signature);
	ask(c, "list", j->name);
	line_end(t);
	link_flush(&c->web);
}

const char *run_take(struct link *k, const struct line *l, int fd)
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
