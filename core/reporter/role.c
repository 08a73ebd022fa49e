/* reporter/role: the role `reporter`: one order in, one answer out. See reporter.h. */
#include <string.h>
#include <sys/resource.h>

#include "../base/clock.h"
#include "../base/errand.h"
#include "../base/sanitizer.h"
#include "../parent/sandbox.h"
#include "reporter.h"

#define QUEUE_BYTES  (1u << 20)
#define MEMORY_BYTES (INT64_C(3) << 30) /* of each process that a report needs */

struct role {
	struct errand errand; /* first */
	struct reporter reporter;
	struct text wrong; /* in the lines before `go` */
};

static bool is_for_letters(const struct line *deliver)
{
	return *line_get(deliver, "to") != '\0';
}

/* Files for letters go first: without them there are none. A folder that cannot be written to keeps
 * nobody's letter back. */
static bool make(struct reporter *r, const struct line *deliver, struct text *line,
		 struct text *wrong)
{
	const char *folder = line_get(deliver, "folder");
	struct text attached = {0}, notes = {0}, said = {0}, folder_wrong = {0};
	bool is_fine = reporter_render(r, wrong), is_in_folder;

	is_fine = is_fine &&
		  (!is_for_letters(deliver) || reporter_attach(r, &attached, &notes, wrong));
	is_in_folder = is_fine && *folder && reporter_file_all(r, folder, &said, &folder_wrong);
	if (is_fine)
		reporter_say(r, line, text_get(&attached), text_get(&notes), is_in_folder);
	if (said.size)
		line_add(line, "said", text_get(&said));
	if (folder_wrong.size)
		line_add(line, "folder_wrong", text_get(&folder_wrong));
	text_release(&attached);
	text_release(&notes);
	text_release(&said);
	text_release(&folder_wrong);
	return is_fine;
}

static void answer(struct role *r)
{
	static struct line deliver; /* too large for a stack frame */
	struct text copy = {0}, words = {0}, wrong = {0}, *t = link_line(&r->errand.parent);
	int64_t begun_us = clock_mono_us();

	text_add(&copy, text_get(&r->reporter.deliver), r->reporter.deliver.size);
	if (r->wrong.size)
		text_puts(&wrong, text_get(&r->wrong));
	else if (!copy.size || line_parse(&deliver, copy.at, copy.size))
		text_puts(&wrong, "it is not configured");
	else
		make(&r->reporter, &deliver, &words, &wrong);
	line_begin(t, "made", "-");
	if (wrong.size)
		line_add(t, "wrong", text_get(&wrong));
	else
		text_add(t, words.at, words.size);
	line_add_int(t, "elapsed_us", clock_mono_us() - begun_us);
	line_end(t);
	text_release(&copy);
	text_release(&words);
	text_release(&wrong);
	r->errand.is_done = true;
}

static const char *take(struct errand *e, const struct line *line)
{
	struct role *r = (struct role *)e;

	if (!strcmp(line->verb, "go")) {
		sandbox_enter("reporter");
		answer(r);
	} else if (!r->wrong.size) {
		reporter_take(&r->reporter, line, &r->wrong);
	}
	return NULL;
}

int reporter_main(int control_fd)
{
	struct role r = {.errand = {.role = "reporter", .most_bytes = QUEUE_BYTES, .take = take}};
	struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};

	if (!HAS_SANITIZER)
		setrlimit(RLIMIT_AS, &memory);
	reporter_init(&r.reporter);
	errand_run(&r.errand, control_fd);
	reporter_release(&r.reporter);
	text_release(&r.wrong);
	return !r.errand.is_done;
}
