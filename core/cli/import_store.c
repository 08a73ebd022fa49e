/* cli/import_store: see import_store.h. */
#include "import_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../config/config.h"
#include "../parent/privilege.h"
#include "../store/read.h"
#include "../store/stage.h"
#include "../store/store.h"
#include "control.h"
#include "store_here.h"

struct staging {
	const struct import_order *order;
	struct stage stage;
	struct read *read; /* NULL: there is no record yet */
	struct import_totals *sum;
	struct text *wrong;
	/* the target at work, and its results */
	const struct read_target *known;
	struct past {
		int64_t at_us;
		uint8_t state;
		bool is_imported;
	} *past;
	size_t pasts, past_room;
	int64_t last_us; /* of them: what was not yet packed counts too */
};

/* ---- what the record holds already ---- */

static void refuse(struct staging *s, const struct import_record *r, const char *what)
{
	const struct import *im = s->order->im;

	if (s->wrong->size)
		return;
	if (r->line && im->table)
		text_printf(s->wrong, "%s: %s %zu: ", im->path[r->file], im->table, r->line);
	else if (r->line)
		text_printf(s->wrong, "%s:%zu: ", im->path[r->file], r->line);
	text_printf(s->wrong, "'%s' at ", im->target[r->target].name);
	clock_add_utc(s->wrong, r->at_us, 0);
	text_puts(s->wrong, what);
	text_puts(s->wrong, ", from ");
	clock_add_utc(s->wrong, s->known->first_us, 0);
	text_puts(s->wrong, " to ");
	clock_add_utc(s->wrong, s->last_us, 0);
	text_puts(s->wrong, ": import only what lies before or behind");
}

static bool take_past(const struct read_result *r, void *with)
{
	struct staging *s = with;

	if (s->pasts == s->past_room) {
		s->past_room = s->past_room ? s->past_room * 2 : 1024;
		s->past = memory_resize(s->past, s->past_room * sizeof *s->past);
	}
	s->past[s->pasts++] = (struct past){r->result->start_us, r->result->verdict,
					    !strcmp(r->location, STAGE_LOCATION)};
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct past *x = a, *y = b;

	return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

/* Both in order of time: records that the past knows are passed over; where one lies within it and
 * is not known, it is refused. The first record behind, or SIZE_MAX. */
static size_t pass_over(struct staging *s, size_t at, size_t to)
{
	const struct import_record *list = s->order->im->record;

	if (s->pasts)
		qsort(s->past, s->pasts, sizeof *s->past, by_time);
	s->last_us = s->pasts ? s->past[s->pasts - 1].at_us : s->known->last_us;
	for (size_t p = 0; at < to && list[at].at_us <= s->last_us; at++) {
		while (p < s->pasts && s->past[p].at_us < list[at].at_us)
			p++;
		if (p == s->pasts || s->past[p].at_us > list[at].at_us ||
		    !s->past[p].is_imported) {
			refuse(s, &list[at], " lies within what the record has");
			return SIZE_MAX;
		}
		if (s->past[p].state != list[at].state) {
			refuse(s, &list[at], " is not what the record has");
			return SIZE_MAX;
		}
		s->sum->known++;
	}
	return at;
}

static bool refuse_kind(struct staging *s)
{
	text_printf(s->wrong,
		    "'%s' is recorded as %s, this history has %s: import it under another name",
		    s->known->name,
		    s->known->kind == READ_SERVICE ? "a service"
		    : s->known->is_events	  ? "states that hold until the next"
						  : "single checks",
		    s->order->im->is_events ? "states that hold until the next" : "single checks");
	return false;
}

/* ---- packing ---- */

static void pack(struct staging *s, size_t from, size_t to, int64_t interval_us)
{
	static struct block_result r; /* too large for a stack frame */
	const struct import *im = s->order->im;

	for (size_t i = from; i < to; i++) {
		const struct import_record *one = &im->record[i];

		uint8_t flags = im->is_events ? BLOCK_IS_EVENT : 0;

		if (one->response_us < 0)
			flags |= BLOCK_IS_STALLED; /* no time is known */
		r = (struct block_result){.due_us = one->at_us,
					  .start_us = one->at_us,
					  .interval_us = interval_us,
					  .elapsed_us = one->response_us < 0 ? 0 : one->response_us,
					  .verdict = one->state,
					  .ends = (uint8_t)(1 + one->state),
					  .cause = one->cause,
					  .flags = flags,
					  .reason = "",
					  .address = "",
					  .item = ""};
		stage_result(&s->stage, &r);
	}
	s->sum->added += to - from;
}

/* What was typed, else what the history says, else what the record knows. */
static bool find_interval(struct staging *s, const struct import_target *t, int64_t *us)
{
	*us = s->order->interval_us ? s->order->interval_us : t->interval_us;
	if (!*us && s->known)
		*us = s->known->interval_us;
	if (*us || s->order->im->is_events)
		return true;
	text_printf(s->wrong,
		    "how often '%s' was checked is not known, and a gap cannot be told from a long "
		    "interval: say --interval TIME",
		    t->name);
	return false;
}

/* In front of what is there, then what is there, then behind it. */
static bool stage_records(struct staging *s, const struct import_target *t, size_t from, size_t to)
{
	const struct import_record *list = s->order->im->record;
	int64_t interval_us;
	size_t front = from;

	if (!find_interval(s, t, &interval_us))
		return false;
	stage_target(&s->stage, t->name, s->order->im->is_events, interval_us);
	if (!s->known || !s->known->first_us) {
		pack(s, from, to, interval_us);
		return true;
	}
	if (s->known->is_events != s->order->im->is_events)
		return refuse_kind(s);
	while (front < to && list[front].at_us < s->known->first_us)
		front++;
	pack(s, from, front, interval_us);
	s->pasts = 0;
	if (!read_results(s->read, s->known, s->known->first_us, INT64_MAX, take_past, s)) {
		text_puts(s->wrong, read_wrong(s->read));
		return false;
	}
	front = pass_over(s, front, to);
	if (front == SIZE_MAX)
		return false;
	stage_target(&s->stage, t->name, s->order->im->is_events, interval_us);
	pack(s, front, to, interval_us);
	return true;
}

static void stage_windows(struct staging *s, uint32_t target)
{
	const struct import *im = s->order->im;

	for (size_t w = 0; w < im->windows; w++)
		if (im->window[w].target == target) {
			stage_window(&s->stage, im->window[w].from_us, im->window[w].to_us, 0, "");
			s->sum->windows++;
		}
}

static bool stage_one(struct staging *s, uint32_t target, const bool *has_window)
{
	const struct import *im = s->order->im;
	const char *name = im->target[target].name;
	size_t from, to;

	import_range(im, target, &from, &to);
	if (s->order->check && strcmp(s->order->check, name))
		return true;
	s->known = s->read ? read_find(s->read, name) : NULL;
	if (s->read && !s->known && *read_wrong(s->read)) {
		text_puts(s->wrong, read_wrong(s->read));
		return false;
	}
	if (from == to && !(s->known && has_window[target]))
		return true;
	if (s->known && s->known->kind == READ_SERVICE && from < to)
		return refuse_kind(s);
	s->sum->targets += from < to;
	if (from < to) {
		int64_t first_us = im->record[from].at_us, last_us = im->record[to - 1].at_us;

		if (!s->sum->first_us || first_us < s->sum->first_us)
			s->sum->first_us = first_us;
		if (last_us > s->sum->last_us)
			s->sum->last_us = last_us;
		if (!stage_records(s, &im->target[target], from, to))
			return false;
	}
	if (from == to)
		stage_target(&s->stage, name, s->known->is_events, s->known->interval_us);
	if (has_window[target])
		stage_windows(s, target);
	return true;
}

static bool stage_all(struct staging *s)
{
	const struct import *im = s->order->im;
	bool *has_window = memory_new(im->targets + 1), is_fine = true;

	for (size_t w = 0; w < im->windows; w++)
		if (im->window[w].target != UINT32_MAX)
			has_window[im->window[w].target] = true;
	stage_windows(s, UINT32_MAX);
	for (uint32_t t = 0; t < im->targets && is_fine; t++)
		is_fine = stage_one(s, t, has_window);
	stage_end(&s->stage);
	free(has_window);
	return is_fine;
}

/* ---- merging ---- */

/* Where ninesd never ran the store has no folder yet: it is made as ninesd would. */
static bool make_folder(const struct cli *cli, const char *store, struct text *wrong)
{
	const char *slash = strrchr(store, '/');
	struct privilege owner = {0};
	struct text path = {0};
	struct config *c;
	int fd = -1;

	text_add(&path, store, slash ? (size_t)(slash - store) : 0);
	if (!path.size || access(path.at, F_OK) == 0 || errno != ENOENT) {
		text_release(&path);
		return true;
	}
	c = config_read_settings(cli->config);
	if (privilege_find(&owner, config_settings(c)->user, wrong))
		fd = privilege_folder(path.at, &owner, wrong);
	if (fd >= 0)
		close(fd);
	config_free(c);
	text_release(&path);
	return fd >= 0;
}

static int merge_here(const struct cli *cli, const struct staging *s, struct text *wrong)
{
	struct store *store = make_folder(cli, s->order->store, wrong)
				      ? store_open(s->order->store, wrong)
				      : NULL;
	bool is_done = store && store_merge(store, s->stage.bytes.at, s->stage.bytes.size, wrong);

	store_close(store);
	if (store)
		store_give_to_owner(s->order->store);
	return is_done ? EXIT_DONE : EXIT_FAILED;
}

static bool write_stage(const struct staging *s, const char *path)
{
	const char *at = s->stage.bytes.at, *store = s->order->store,
		   *slash = strrchr(store, '/');
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	struct text folder = {0};
	struct stat is;
	ssize_t n = 0;

	text_add(&folder, store, slash ? (size_t)(slash - store) + 1 : 0);
	if (fd >= 0 && !geteuid() && !stat(folder.size ? folder.at : ".", &is))
		n = fchown(fd, is.st_uid, is.st_gid);
	for (size_t left = s->stage.bytes.size; fd >= 0 && n >= 0 && left; left -= (size_t)n) {
		n = write(fd, at, left);
		at += n > 0 ? n : 0;
		if (n < 0)
			break;
	}
	text_release(&folder);
	if (fd >= 0 && close(fd))
		n = -1;
	return fd >= 0 && n >= 0;
}

/* The recorder opens it by its last name: it sees the store's folder alone. */
static int merge_there(const struct cli *cli, const struct staging *s, struct text *wrong)
{
	struct text path = {0}, line = {0};
	const char *slash;
	int status;

	text_printf(&path, "%s.import-%d", s->order->store, (int)getpid());
	slash = strrchr(path.at, '/');
	if (write_stage(s, path.at)) {
		line_begin(&line, "import", "-");
		line_add(&line, "file", slash ? slash + 1 : path.at);
		line_end(&line);
		status = control_ask(cli, &(struct control_request){.socket = s->order->socket,
								    .line = &line});
	} else {
		text_printf(wrong, "cannot write %s: %s%s", path.at, log_errno(errno),
			    errno == EACCES ? STORE_FORBIDDEN : "");
		status = EXIT_FAILED;
	}
	unlink(path.at);
	text_release(&path);
	text_release(&line);
	return status;
}

int import_store(const struct cli *cli, const struct import_order *o, struct import_totals *sum,
		 struct text *wrong)
{
	struct staging s = {.order = o, .sum = sum, .wrong = wrong};
	int status = EXIT_FAILED;

	if (access(o->store, F_OK) == 0 || errno != ENOENT)
		s.read = read_open(o->store, wrong);
	if (!wrong->size && stage_all(&s)) {
		if (o->is_dry || (!sum->added && !sum->windows))
			status = EXIT_DONE;
		else if (store_is_in_use(o->store))
			status = merge_there(cli, &s, wrong);
		else
			status = merge_here(cli, &s, wrong);
	}
	free(s.past);
	read_close(s.read);
	stage_release(&s.stage);
	return status;
}
