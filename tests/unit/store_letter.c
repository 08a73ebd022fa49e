/* Letters, attempts, what people have said and planned maintenance in the record: what a new keeper
 * is told of them, what readers see, how long they stay. */
#include <stdlib.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

#define DAY (86400 * CLOCK_SECOND)

static char folder[] = "/tmp/nines-letters-XXXXXX", path[64];

static struct store *begin(void)
{
	struct text wrong = {0};
	struct store *s = store_open(path, &wrong);

	ok(s != NULL, "opened: %s", text_get(&wrong));
	text_release(&wrong);
	return s;
}

static void commit(struct store *s, int64_t at_us, const char *lines)
{
	struct text rows = {0}, wrong = {0};

	text_puts(&rows, lines);
	if (!store_commit(s, &(struct store_batch){at_us, &rows, "k", 1}, &wrong))
		ok(false, "commit: %s", text_get(&wrong));
	text_release(&rows);
	text_release(&wrong);
}

/* The lines of store_resume() that begin so. */
static const char *resumed(struct store *s, const char *verb)
{
	static struct text found;
	struct text all = {0};

	text_clear(&found);
	text_puts(&found, "");
	store_resume(s, &all);
	for (const char *at = text_get(&all), *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		if (!strncmp(at, verb, strlen(verb)))
			text_add(&found, at, (size_t)(end - at) + 1);
	}
	text_release(&all);
	return found.at;
}

/* ---- what readers see ---- */

static struct text seen;

static bool see_attempt(const struct read_attempt *a, void *with)
{
	(void)with;
	text_printf(&seen, " %lld:%s>%s", (long long)a->number, a->to, a->outcome);
	return true;
}

static bool see_letter(const struct read_letter *l, void *with)
{
	text_printf(&seen, "%s[%s]", l->id, l->outcome);
	read_attempts(with, l->id, see_attempt, NULL);
	text_puts(&seen, "; ");
	return true;
}

static bool see_refusal(const char *to, int64_t refusals, const char *reason, void *with)
{
	(void)with;
	text_printf(&seen, "%s %lld %s; ", to, (long long)refusals, reason);
	return true;
}

static const char *letters(const char *word)
{
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);

	text_clear(&seen);
	text_puts(&seen, "");
	if (!r || !read_letters(r, word, 0, INT64_MAX, see_letter, r))
		text_puts(&seen, r ? read_wrong(r) : text_get(&wrong));
	read_close(r);
	text_release(&wrong);
	return seen.at;
}

static const char *refusals(int least)
{
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);

	text_clear(&seen);
	text_puts(&seen, "");
	if (r)
		read_refusals(r, least, see_refusal, NULL);
	read_close(r);
	text_release(&wrong);
	return seen.at;
}

static const char first[] =
	"incident 01i check=web event=confirmed at_us=5 start_us=4\n"
	"letter 01a kind=alert of=alert contact=ops to=\"sms:1\\nmail:x@y\" incident=01i check=web"
	" subject=\"web is down\" text=\"two\\nlines\" short=down created_us=10 expires_us=99"
	" word.check=web word.reason=\"wanted '220', got \\\"x\\\"\"\n"
	"letter 01b kind=summary contact=ops to=sms:1 incident=\"01i\\n01j\" subject=many"
	" created_us=20\n"
	"attempt 01a at_us=11 number=1 to=sms:1 outcome=gave-up reason=no next_us=11 elapsed_us=3\n"
	"attempt 01a at_us=12 number=2 to=mail:x@y outcome=later reason=busy next_us=70\n";

static void life(void)
{
	struct store *s = begin();

	commit(s, 100, first);
	same(resumed(s, "resume-letter"),
	     "resume-letter 01a kind=alert contact=ops to=\"sms:1\\nmail:x@y\" check=web "
	     "subject=\"web "
	     "is down\" text=\"two\\nlines\" short=down created_us=10 expires_us=99 incident=01i "
	     "number=2 next_us=70 refused=sms:1 of=alert word.check=web word.reason=\"wanted "
	     "'220', got "
	     "\\\"x\\\"\"\n"
	     "resume-letter 01b kind=summary contact=ops to=sms:1 subject=many created_us=20 "
	     "incident=\"01i\\n01j\"\n",
	     "what waits is handed on as it was written, with what was tried");
	same(letters(NULL), "01a[] 1:sms:1>gave-up 2:mail:x@y>later; 01b[]; ", "readers see it");
	same(letters("web"), "01a[] 1:sms:1>gave-up 2:mail:x@y>later; ", "by its check");
	same(letters("01j"), "01b[]; ", "by an incident");
	same(letters("mail:x@y"), "01a[] 1:sms:1>gave-up 2:mail:x@y>later; ", "by an address");
	same(letters("mail:x@"), "", "a whole one");
	same(letters("01b"), "01b[]; ", "by its id");
	commit(s, 101, "attempt 01a at_us=71 number=3 to=mail:x@y outcome=delivered reason=\"\"\n"
		       "attempt 01b at_us=72 number=1 to=sms:1 outcome=gave-up reason=no\n"
		       "letter 01a kind=alert to=sms:9 subject=another created_us=10\n");
	same(resumed(s, "resume-letter"),
	     "resume-letter 01a kind=alert contact=ops to=\"sms:1\\nmail:x@y\" check=web "
	     "created_us=10 "
	     "outcome=delivered ended_us=71 incident=01i went_to=mail:x@y of=alert\n"
	     "resume-letter 01b kind=summary contact=ops to=sms:1 created_us=20 outcome=gave-up "
	     "ended_us=72 incident=\"01i\\n01j\" went_to=sms:1\n",
	     "of an incident that goes on the letters are told with their ends, without texts");
	same(resumed(s, "resume-destination"), "resume-destination sms:1 refusals=2\n",
	     "how often an address has refused");
	same(refusals(2), "sms:1 2 no; ", "readers see that, too");
	same(refusals(3), "", "from so many on");
	commit(s, 102, "letter 01s kind=post contact=\"subscriber 01\" to=sms:5 created_us=30\n"
		       "attempt 01s at_us=73 number=1 to=sms:5 outcome=gave-up reason=no\n");
	same(resumed(s, "resume-destination"), "resume-destination sms:1 refusals=2\n",
	     "no keeper hears of a stranger's again");
	same(refusals(1), "sms:1 2 no; ", "nor does anybody read that it is switched off");
	commit(s, 103, "incident 01i check=web event=closed at_us=80 start_us=4\n"
		       "attempt 01x at_us=90 number=1 to=sms:1 outcome=delivered reason=\"\"\n");
	same(resumed(s, "resume-incident"),
	     "resume-incident 01i check=web start_us=4 at_us=80\n",
	     "one that has closed with nobody told of the end");
	ok(strstr(resumed(s, "resume-letter"), "resume-letter 01a ") != NULL,
	   "who was told of it is told with it");
	commit(s, 103, "letter 02c kind=summary of=recovery contact=ops to=\"sms:1\\nmail:x@y\""
		       " incident=01i subject=up created_us=81\n"
		       "attempt 02c at_us=82 number=1 to=sms:1 outcome=delivered reason=\"\"\n");
	same(resumed(s, "resume-incident"), "", "the end was told");
	same(resumed(s, "resume-letter"), "", "and they are told no more");
	commit(s, 104, "standing web kind=flapping event=begin by=\"\" reason=\"\" at_us=90 "
		       "incident=01f\n"
		       "letter 02d kind=alert of=alert contact=ops to=sms:1 incident=01f subject=f"
		       " created_us=91\n"
		       "attempt 02d at_us=92 number=1 to=sms:1 outcome=delivered reason=\"\"\n");
	ok(strstr(resumed(s, "resume-letter"), "resume-letter 02d ") != NULL,
	   "letters of flapping that goes on are told");
	commit(s, 105, "standing web kind=flapping event=end by=\"\" reason=\"\" at_us=93 "
		       "incident=01f\n");
	same(resumed(s, "resume-letter"), "", "until it is steady");
	same(resumed(s, "resume-destination"), "", "one that is taken forgets the refusals");
	store_close(s);
}

static void retention(void)
{
	struct store *s = begin();
	struct text wrong = {0};

	commit(s, 103, "letter 01c kind=alert to=sms:1 subject=waits created_us=30\n");
	store_retain(s, &(struct store_retention){.raw_us = 2 * DAY});
	for (int i = 0; i < 50; i++)
		store_tidy(s, 10 * DAY, &wrong);
	same(letters(NULL), "01c[]; ", "old letters go, but for those that wait");
	store_close(s);
	text_release(&wrong);
}

static void standings(void)
{
	struct store *s = begin();

	commit(s, 104,
	       "standing web kind=ack event=begin by=ann reason=\"on it\" at_us=5 incident=01i\n"
	       "standing - name=\"my web\" kind=silence event=begin by=bob at_us=6 until_us=60\n"
	       "standing web kind=silence event=begin by=bob reason=once at_us=7 until_us=70\n");
	commit(s, 105, "standing web kind=silence event=begin by=eve reason=twice at_us=8\n"
		       "standing web kind=ack event=end by=- at_us=9\n");
	same(resumed(s, "resume-standing"),
	     "resume-standing - name=\"my web\" kind=silence by=bob at_us=6 until_us=60\n"
	     "resume-standing web kind=silence by=eve reason=twice at_us=8\n",
	     "what people said and nobody took back; a new word takes the place of the old one");
	store_close(s);
}

static void windows(void)
{
	struct store *s = begin();
	char ends[32];
	struct text lines = {0};

	snprintf(ends, sizeof ends, "%lld", (long long)(200 * DAY));
	text_printf(&lines, "maintenance 01m services=\"a\\nb\" start_us=%lld end_us=%s by=ann "
			    "text=\"new disk\" impact=outage whatever=else\n",
		    (long long)(100 * DAY), ends);
	commit(s, 106, text_get(&lines));
	ok(strstr(resumed(s, "resume-maintenance"), "resume-maintenance 01m services=\"a\\nb\"") &&
		   strstr(resumed(s, "resume-maintenance"), "whatever=else"),
	   "a window comes back with every word");
	lines.at[--lines.size] = '\0';
	text_puts(&lines, " cancelled_us=7\n");
	commit(s, 107, text_get(&lines));
	same(resumed(s, "resume-maintenance"), "", "unless it was called off");
	store_close(s);
	text_release(&lines);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	life();
	retention();
	standings();
	windows();
	for (const char *const *more = (const char *const[]){"", "-wal", "-shm", ".lock", NULL};
	     *more; more++) {
		char file[80];

		snprintf(file, sizeof file, "%s%s", path, *more);
		unlink(file);
	}
	rmdir(folder);
	text_release(&seen);
	return done_testing();
}
