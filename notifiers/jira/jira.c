/* notifiers/jira: one ticket an incident: made and assigned with the first alert, commented by the
 * next, resolved by the recovery, opened again when the incident goes on. The ticket is looked for
 * by a label before anything is done, so that a letter tried again makes no second.
 *
 * Manual: jira.md. */
#include <ctype.h>

#include "ticket.h"

static const struct module_option option[] = {
	OPTION_(struct jira, url, "url", OPTION_TYPE_URL, NULL, "http|https", OPTION_IS_REQUIRED,
		"address of Jira"),
	OPTION_CHOICE(struct jira, api, "2", "2|3", "2: a server of your own; 3: Jira Cloud"),
	OPTION_LINE(struct jira, user, "", "log in as (Cloud: an e-mail address); with api 2 none"),
	OPTION_(struct jira, token, "token", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "API token, or personal access token"),
	OPTION_(struct jira, issue_type, "issue-type", OPTION_TYPE_TEXT, "Task", NULL,
		OPTION_IS_LINE, "kind of ticket"),
	OPTION_LINE(struct jira, priority, "", "of tickets, by name; without it the project's"),
	OPTION_LIST(struct jira, labels, "", "more labels for tickets"),
	OPTION_LIST(struct jira, assignees, "",
		    "who gets the tickets of which owner: 'OWNER = ACCOUNT'"),
	OPTION_LINE(struct jira, assignee, "", "who gets those of all other owners"),
	OPTION_LINE(struct jira, resolve, "",
		    "transition for the recovery; without it the first to a status that is done"),
	OPTION_LINE(struct jira, reopen, "",
		    "transition back; without it the first to a status that is not done"),
	OPTION_LINE(struct jira, resolution, "", "resolution to set, where the workflow wants one"),
	OPTIONS_POST(struct jira, tls),
	OPTION_END,
};

static bool is_project(const char *text)
{
	size_t size = 0;

	while (isalnum((unsigned char)text[size]) || text[size] == '_')
		size++;
	return size && size < 100 && !text[size] && isalpha((unsigned char)*text);
}

static void tell(struct talk *t, const struct ticket *found)
{
	if (!found->says_it)
		ticket_comment(t, found->key);
}

/* A ticket that somebody has deleted needs no end. */
static void end(struct talk *t, const struct ticket *found)
{
	if (!*found->key || found->is_done)
		return;
	tell(t, found);
	ticket_move(t, found->key, t->o->resolve, true);
}

/* A test leaves nothing behind that is open. */
static void try_out(struct talk *t, const struct ticket *found)
{
	const char *key = *found->key ? found->key : ticket_make(t);

	if (*key && !found->is_done)
		ticket_move(t, key, t->o->resolve, true);
}

static void go_on(struct talk *t, const struct ticket *found)
{
	if (!*found->key) {
		ticket_make(t);
		return;
	}
	if (found->is_done && !found->says_it)
		ticket_move(t, found->key, t->o->reopen, false);
	tell(t, found);
}

/* A ticket each: none of those that begin, or end, together is forgotten. */
static void tell_items(struct talk *t, const struct post_item *item, size_t count)
{
	struct ticket found;

	for (size_t i = 0; i < count && !t->post.outcome; i++) {
		t->item = &item[i];
		found = ticket_find(t);
		if (!t->post.outcome && item[i].has_ended)
			end(t, &found);
		else if (!t->post.outcome)
			go_on(t, &found);
	}
}

static void tell_one(struct talk *t)
{
	struct ticket found = ticket_find(t);
	enum letter_kind kind = letter_kind(t->post.letter);

	if (t->post.outcome)
		return;
	if (kind == LETTER_RECOVERY)
		end(t, &found);
	else if (kind == LETTER_TEST)
		try_out(t, &found);
	else
		go_on(t, &found);
}

static bool judge(const void *options, const char *address, struct check_judgement *j)
{
	const struct jira *o = options;

	if (*address && !is_project(address))
		return post_wrong(j, NULL, "'%.60s' is no key of a project, such as OPS", address);
	if (o->api == API_3 && !*o->user)
		return post_wrong(j, "api", "%s wants a user, an e-mail address", "Jira Cloud");
	return post_is_map(j, "assignees", o->assignees);
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct jira *o = options;
	struct probe *p = letter_probe(l);
	const char *const header[] = {
		"Content-Type: application/json", "Accept: application/json",
		*o->user || !*o->token ? NULL : probe_text(p, "Authorization: Bearer %s", o->token),
		NULL};
	struct talk t = {
		.post = {.letter = l,
			 .probe = p,
			 .header = header,
			 .user = o->user,
			 .password = *o->user ? o->token : "",
			 .tls = o->tls},
		.o = o,
		.project = letter_to(l),
	};
	struct post_item item[POST_ITEMS];
	size_t items;

	if (!is_project(t.project)) {
		letter_reason(l, "'%s' is no key of a project, such as OPS", t.project);
		return LETTER_GIVE_UP;
	}
	items = post_items(&t.post, item);
	if (items)
		tell_items(&t, item, items);
	else
		tell_one(&t);
	return post_outcome(&t.post);
}

NOTIFIER_MODULE("jira", "one ticket an incident in Jira", struct jira, option, deliver,
		.judge = judge);
