/* tests/fuzz/fuzz_mail: any bytes as a mail that `nines hook` is handed.
 *
 * A refusal has a reason. What is read is within its limits and holds no control character, and the
 * document that is made of it is one that a hook takes, whatever it holds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/api/hook.h"
#include "../../core/mail/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void need(bool is_so)
{
	if (!is_so)
		abort();
}

static void judge_text(const struct text *t, size_t most, const char *besides)
{
	need(t->size <= most && strlen(text_get(t)) == t->size);
	for (size_t i = 0; i < t->size; i++)
		need((unsigned char)t->at[i] >= ' ' || strchr(besides, t->at[i]));
}

static void judge_document(const struct mail *m)
{
	struct text body = {0}, event = {0}, wrong = {0};

	mail_add_json(&body, m, 1);
	need(hook_add(&event, body.at, body.size, &wrong) && !strncmp(event.at, "json {", 6));
	text_release(&body);
	text_release(&event);
	text_release(&wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct text wrong = {0};
	struct mail m;

	if (mail_read(&m, (const char *)input, size, &wrong)) {
		judge_text(&m.subject, MAIL_SUBJECT_BYTES, "");
		judge_text(&m.from, MAIL_FROM_BYTES, "");
		judge_text(&m.text, MAIL_TEXT_BYTES, "\n");
		judge_document(&m);
	} else {
		need(wrong.size);
	}
	mail_release(&m);
	text_release(&wrong);
	return 0;
}
