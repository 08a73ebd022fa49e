/* letter/form: the built-in wording of every kind of letter, in the language of templates.
 *
 * The order is that of S2: title, when first detected, target, verdict and reason, the steps; then
 * what it means, what was found out, what to do. See letter.h for what a template may say. */
#include <string.h>

#include "inside.h"

#define SIGNED                                                          \
	"--\n"                                                          \
	"nines at {{location}}, for {{contact}}\n"

#define FIRST                                                           \
	"{{title}} is {{verdict}}\n\n"                                  \
	"First detected: {{detected}}\n"                                \
	"Confirmed:      {{confirmed}}\n"                               \
	"Last success:   {{last-pass}}\n"                               \
	"Target:         {{target}}\n"

#define RESULT                                                          \
	"Result:         {{result}}\n\n"                                \
	"{{steps}}\n\n"

#define REST                                                            \
	"Fails too:      {{cause}}\n"                                   \
	"Affected:       {{affected}}\n\n"                              \
	"What was found out:\n"                                         \
	"{{diagnosis}}\n\n"                                             \
	"What to do next:\n"                                            \
	"{{next}}\n"                                                    \
	"{{commands}}\n\n"                                              \
	"Owner:          {{owner}}\n"                                   \
	"Owners:         {{owners}}\n"                                  \
	"See:            {{url}}\n"                                     \
	"Page:           {{page}}\n"                                    \
	"Incident:       {{incident}}\n\n"

static const char alert_text[] =
	FIRST
	"Members:        {{members}}\n"
	RESULT
	"{{wording}}\n\n"
	REST
	"{{alert-number}}\n\n"
	SIGNED;

static const char note_text[] =
	FIRST
	"Part of:        {{members}}\n"
	RESULT
	"A note, nothing more: the services it is part of send the alerts.\n\n"
	REST
	SIGNED;

static const char recovery_text[] =
	"{{title}} {{back}}\n\n"
	"Since:          {{detected}}\n"
	"Until:          {{ended}}\n"
	"Lasted:         {{lasted}}\n"
	"Target:         {{target}}\n"
	"It had failed:  {{failure}}\n\n"
	"{{steps}}\n\n"
	"{{told}}\n\n"
	REST
	SIGNED;

static const char summary_text[] =
	"Many at once: {{counts}}\n"
	"{{part}}\n\n"
	"First detected: {{detected}}\n"
	"Fails too:      {{cause}}\n\n"
	"Times are UTC:\n"
	"{{items}}\n\n"
	"{{wording}}\n\n"
	"What was found out:\n"
	"{{diagnosis}}\n\n"
	"What to do next:\n"
	"{{next}}\n\n"
	"Page:           {{page}}\n\n"
	"{{alert-number}}\n\n"
	SIGNED;

static const char flapping_text[] =
	"{{title}} is flapping: it changes between up and down too often\n\n"
	"Since:          {{detected}}\n"
	"Changes:        {{changes}}\n"
	"Target:         {{target}}\n"
	"Last result:    {{result}}\n\n"
	"{{steps}}\n\n"
	"Until it is steady again nobody is alerted. Its results\n"
	"are recorded as ever.\n\n"
	REST
	SIGNED;

static const char steady_text[] =
	"{{title}} is steady again and {{verdict}}\n\n"
	"Flapped since:  {{detected}}\n"
	"Until:          {{ended}}\n"
	"Lasted:         {{lasted}}\n"
	"Target:         {{target}}\n"
	"Result:         {{result}}\n\n"
	"{{steps}}\n\n"
	REST
	SIGNED;

static const char confirmation_text[] =
	"Do you want to be told of {{title}}?\n\n"
	"Somebody asked that alerts of it be sent to {{to}}.\n"
	"They will be, once you say that the address is yours and you want them.\n\n"
	"To say yes:\n"
	"{{url}}\n"
	"{{code}}\n\n"
	"Otherwise do nothing: this is then the last letter.\n\n"
	SIGNED;

static const char test_text[] =
	"This is a test. Nothing is down.\n\n"
	"Sent:           {{written}}\n"
	"By:             {{to}}\n"
	"For:            {{contact}}\n\n"
	"Who reads it is told of outages by this path, too.\n\n"
	"{{next}}\n\n"
	SIGNED;

static const char monitor_text[] =
	"nines itself has trouble: {{reason}}\n\n"
	"First detected: {{detected}}\n\n"
	"This is about the monitor, not about what it watches: no target is said to\n"
	"be down. Outages may go unseen or untold until it is mended.\n\n"
	"What was found out:\n"
	"{{diagnosis}}\n\n"
	"What to do next:\n"
	"{{next}}\n\n"
	"Incident:       {{incident}}\n\n"
	"{{alert-number}}\n\n"
	SIGNED;

static const char monitor_over_text[] =
	"nines itself is well again\n\n"
	"Since:          {{detected}}\n"
	"Until:          {{ended}}\n"
	"Lasted:         {{lasted}}\n"
	"It was:         {{reason}}\n\n"
	"{{told}}\n\n"
	SIGNED;

static const char burning_text[] =
	"{{title}} {{reason}}\n\n"
	"Reached:        {{detected}}\n"
	"It is now:      {{verdict}}\n"
	"Members down:   {{members}}\n\n"
	"What the sla allows is used up sooner than it should be, whether it is\n"
	"down at the moment or was again and again.\n\n"
	REST
	SIGNED;

static const char burning_over_text[] =
	"{{title}}: the alert about its error budget is over\n\n"
	"Since:          {{detected}}\n"
	"Until:          {{ended}}\n"
	"Lasted:         {{lasted}}\n"
	"It is now:      {{verdict}}\n"
	"It was told:    {{reason}}\n\n"
	REST
	SIGNED;

#define SUBSCRIBED                                                      \
	"--\n"                                                          \
	"You get this because you subscribed to {{contact}}.\n"         \
	"Change it, or end it with one click:\n"                        \
	"{{manage}}\n"

/* No word of whoever asked stands here: it would make of us a sender of his mail (F53). */
static const char subscription_text[] =
	"Somebody, we think you, asked that messages of {{contact}} be sent to\n"
	"this address. They will be, once you say that you want them.\n\n"
	"To say yes, open this address and press the button:\n"
	"{{url}}\n\n"
	"To say yes, type this code in where you asked for it:\n"
	"{{code}}\n\n"
	"Otherwise do nothing: you will get no more messages, and what is kept of\n"
	"this request is deleted in two days.\n";

static const char subscribed_text[] =
	"Somebody, we think you, asked that messages of {{contact}} be sent to\n"
	"this address. They already are, so nothing was changed.\n\n"
	"Change what you are told, or end it:\n"
	"{{manage}}\n";

static const char requested_text[] =
	"Somebody, we think you, asked that {{contact}} watch something more, and to\n"
	"be told at this address what becomes of that. You will be, in one letter,\n"
	"once you say that you want it.\n\n"
	"To say yes, open this address and press the button:\n"
	"{{url}}\n\n"
	"Otherwise do nothing: you will get no more messages, and this address is\n"
	"deleted in two days.\n";

static const char answered_text[] =
	"You asked that {{contact}} watch something more.\n\n"
	"Asked:          {{detected}}\n"
	"Your request:   {{verdict}}\n\n"
	"{{update}}\n\n"
	"--\n"
	"This is all that you are sent: your address is deleted now.\n";

static const char post_text[] =
	"{{title}}\n\n"
	"State:          {{verdict}}\n"
	"Impact:         {{impact}}\n"
	"Concerns:       {{affected}}\n"
	"Begin:          {{detected}}\n"
	"End:            {{ended}}\n\n"
	"{{update}}\n\n"
	"See:            {{url}}\n\n"
	SUBSCRIBED;

static const char component_text[] =
	"{{title}} is {{verdict}}\n\n"
	"Since:          {{detected}}\n"
	"Until:          {{ended}}\n"
	"Lasted:         {{lasted}}\n\n"
	"See:            {{url}}\n\n"
	SUBSCRIBED;

/* No word of whoever claims it stands here either. */
static const char claim_text[] =
	"Somebody, we think you, says on {{contact}} that you run the site that\n"
	"{{title}} watches.\n\n"
	"To go on, open this address and press the button:\n"
	"{{url}}\n\n"
	"Otherwise do nothing: what is kept of this request is deleted in two days.\n";

static const char claimed_text[] =
	"You said on {{contact}} that you run the site that\n"
	"{{title}} watches.\n\n"
	"Asked:          {{detected}}\n"
	"Your claim:     {{verdict}}\n\n"
	"{{next}}\n\n"
	"{{update}}\n\n"
	"See:            {{url}}\n\n"
	"--\n"
	"You want no more letters of it:\n"
	"{{manage}}\n";

static const char unfollowed_text[] =
	"{{title}} can be followed no more\n\n"
	"Whoever runs it has taken it over. Your alerts of it have ended; whatever\n"
	"else you are told of stays as it is.\n\n"
	SUBSCRIBED;

const struct letter_wording letter_wording[LETTER_FORMS] = {
	[LETTER_FORM_ALERT] = {"alert", "alert", "{{title}} is {{verdict}}: {{failure}}",
			       alert_text,
			       "{{VERDICT}} {{number-short}} {{title-short}} since "
			       "{{detected-short}}: {{failure}}"},
	[LETTER_FORM_RECOVERY] =
		{"recovery", "recovery", "{{title}} {{back}} after {{lasted}}", recovery_text,
		 "{{BACK}} {{title-short}} {{ended-short}} after {{lasted}}. Was: {{failure}}"},
	[LETTER_FORM_NOTE] =
		{"note", "note", "Note: {{title}} is {{verdict}}: {{failure}}", note_text,
		 "Note: {{title-short}} is {{verdict}} since {{detected-short}}: {{failure}}"},
	[LETTER_FORM_SUMMARY] = {"summary", "summary", "{{counts}}: {{item-names}}", summary_text,
				 "{{counts}} since {{detected-short}}: {{item-names}}"},
	[LETTER_FORM_FLAPPING] = {"flapping", "note", "{{title}} is flapping", flapping_text,
				  "FLAPPING {{title-short}} since {{detected-short}}: {{failure}}"},
	[LETTER_FORM_STEADY] =
		{"steady", "note", "{{title}} is steady again and {{verdict}}", steady_text,
		 "STEADY {{title-short}} {{ended-short}}, {{verdict}}. It flapped for {{lasted}}"},
	[LETTER_FORM_CONFIRMATION] =
		{"confirmation", "confirmation", "Do you want to be told of {{title}}?",
		 confirmation_text,
		 "Alerts of {{title-short}} to this address? To say yes: {{code}} {{url}}"},
	[LETTER_FORM_TEST] = {"test", "test", "Test: alerts reach {{contact}} by {{to}}", test_text,
			      "Test of nines at {{location}}: alerts reach {{contact}} by this "
			      "path. Nothing is down."},
	[LETTER_FORM_MONITOR] =
		{"monitor", "alert", "nines at {{location}}: {{reason}}", monitor_text,
		 "nines at {{location}} has trouble itself since {{detected-short}}: {{reason}}"},
	[LETTER_FORM_MONITOR_OVER] =
		{"monitor-over", "recovery", "nines at {{location}} is well again",
		 monitor_over_text,
		 "nines at {{location}} is well again {{ended-short}}. It was: {{reason}}"},
	[LETTER_FORM_BURNING] = {"burning", "alert", "{{title}} {{reason}}", burning_text,
				 "BUDGET {{title-short}} {{reason}}"},
	[LETTER_FORM_BURNING_OVER] =
		{"burning-over", "recovery", "{{title}}: the alert about its error budget is over",
		 burning_over_text,
		 "BUDGET {{title-short}}: over {{ended-short}}. Was: {{reason}}"},
	[LETTER_FORM_SUBSCRIPTION] = {"subscription", "confirmation",
				      "Do you want messages of {{contact}}?", subscription_text,
				      "Messages of {{contact}} to you? To say yes: {{code}} "
				      "{{url}}"},
	[LETTER_FORM_SUBSCRIBED] = {"subscribed", "note", "You already get messages of {{contact}}",
				    subscribed_text, "You already get messages of {{contact}}."},
	[LETTER_FORM_POST] = {"post", "note", "[{{contact}}] {{title}}: {{verdict}}", post_text,
			      "{{VERDICT}} {{span-short}} {{title-short}}: {{update-short}}"},
	[LETTER_FORM_COMPONENT] = {"component", "note", "[{{contact}}] {{title}} is {{verdict}}",
				   component_text,
				   "{{VERDICT}} {{title-short}} {{ended-short}} (began "
				   "{{detected-short}})"},
	[LETTER_FORM_REQUESTED] = {"requested", "confirmation",
				   "Do you want to hear what becomes of your request?",
				   requested_text,
				   "An answer of {{contact}} to you? To say yes: {{url}}"},
	[LETTER_FORM_ANSWERED] = {"answered", "note", "[{{contact}}] Your request is {{verdict}}",
				  answered_text, "Your request is {{verdict}}: {{update-short}}"},
	[LETTER_FORM_CLAIM] = {"claim", "confirmation", "Do you run the site of {{title}}?",
			       claim_text, "Do you run the site of {{title-short}}? {{url}}"},
	[LETTER_FORM_CLAIMED] = {"claimed", "note",
				 "[{{contact}}] Your claim of {{title}} is {{verdict}}",
				 claimed_text,
				 "Your claim of {{title-short}} is {{verdict}}: {{update-short}}"},
	[LETTER_FORM_UNFOLLOWED] = {"unfollowed", "note",
				    "[{{contact}}] {{title}} can be followed no more",
				    unfollowed_text,
				    "{{title-short}} can be followed no more: its alerts end"},
};

const char *letter_form_name(enum letter_form form)
{
	return letter_wording[form].name;
}

const char *letter_form_kind(enum letter_form form)
{
	return letter_wording[form].kind;
}

bool letter_form_find(const char *name, enum letter_form *form)
{
	for (size_t i = 0; i < LETTER_FORMS; i++) {
		if (strcmp(letter_wording[i].name, name) != 0)
			continue;
		*form = (enum letter_form)i;
		return true;
	}
	return false;
}
