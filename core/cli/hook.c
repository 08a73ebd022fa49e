/* cli/hook: `nines hook`: one mail from standard input, handed to the hook of a check of the module
 * inbound as what any webhook is, a JSON document. An MTA starts it (aliases, .forward, a pipe), so
 * it answers in words of sysexits.h: what an admin can mend is "try later", so that the MTA keeps
 * the mail; what no later try makes better is refused, and goes back to whoever sent it.
 *
 * It goes by HTTP and not by the control socket: whoever may open that one may do everything, and a
 * process that reads what strangers write may do no more than speak for one check. */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../board/address.h"
#include "../config/config.h"
#include "../mail/mail.h"
#include "../parent/address.h"
#include "cli.h"

#define CONNECT_S    10L
#define ANSWER_S     30L
#define ANSWER_BYTES 8192
#define FILE_BYTES   4096

struct asked {
	bool show;
	const char *from;
};

static const struct cli_flag flag[] = {
	{"--from", "LIST", "takes mail of these senders alone: a@b.example,@c.example",
	 offsetof(struct asked, from)},
	{"--show", NULL, "prints what conditions would be asked of, and sends nothing",
	 offsetof(struct asked, show)},
	{NULL, NULL, NULL, 0},
};

/* ---- the mail ---- */

/* All of it is read, also what is too much, so that whoever writes it is not cut off. */
static bool read_input(struct text *bytes)
{
	char room[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, room, sizeof room)) > 0)
		if (bytes->size <= MAIL_BYTES)
			text_add(bytes, room, (size_t)n);
	return n == 0;
}

/* "a@b.example,@c.example": an address, or all of a domain. */
static bool is_sender(const char *list, const char *from)
{
	const char *domain = strchr(from, '@');
	size_t n;

	for (; *list; list += n + strspn(list + n, ", ")) {
		n = strcspn(list, ", ");
		const char *whole = *list == '@' ? domain : from;

		if (whole && strlen(whole) == n && !strncasecmp(list, whole, n))
			return true;
	}
	return false;
}

/* ---- the hook ---- */

struct hook {
	struct text url;
	bool is_file; /* an admin's own, so what is wrong with it will be mended */
};

static bool is_address(const char *word)
{
	return strlen(word) == ADDRESS_BYTES - 1 &&
	       strspn(word, "0123456789abcdef-") == strlen(word);
}

static bool is_url(const char *word)
{
	const char *host = strncmp(word, "http://", 7) && strncmp(word, "https://", 8)
				   ? NULL
				   : strstr(word, "://") + 3;
	const char *last = strrchr(word, '/');

	return host && last - word > 5 && !memcmp(last - 5, "/hook", 5) && last - 5 > host &&
	       !strpbrk(host, "@?# ") && is_address(last + 1);
}

/* An entry of `listen` without TLS. False: it is none. */
static bool add_plain(const char *entry, bool has_certificate, struct text *url)
{
	struct address a;

	if (!address_read(entry, &a) || a.way == ADDRESS_TLS ||
	    (a.way == ADDRESS_AS_EVER && has_certificate))
		return false;
	text_puts(url, "http://");
	address_add_near(&a, url);
	return true;
}

/* 0, or the exit status. */
static int add_own(const struct cli *cli, const char *address, struct text *url)
{
	struct config *c = config_read_settings(cli->config);
	const struct config_settings *set = config_settings(c);
	const char *const *entry = set->listen;

	while (*entry && !add_plain(*entry, *set->listen_certificate, url))
		entry++;
	config_free(c);
	if (!url->size)
		return cli_fail(EX_TEMPFAIL, "ninesd listens nowhere without TLS: write all of the "
					     "hook, https://NAME/hook/ADDRESS");
	text_printf(url, "/hook/%s", address);
	return 0;
}

/* The first line of a file that others cannot read. */
static bool read_file(const char *path, struct text *line)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st = {0};
	const char *why = NULL;
	ssize_t n = 0;

	text_reserve(line, FILE_BYTES);
	if (fd < 0 || fstat(fd, &st))
		why = log_errno(errno);
	else if (!S_ISREG(st.st_mode))
		why = "it is no regular file";
	else if (st.st_mode & S_IRWXO)
		why = "it is open to everybody: chmod o= it";
	else if ((n = read(fd, line->at, FILE_BYTES)) < 0)
		why = log_errno(errno);
	line->at[n > 0 ? n : 0] = '\0';
	line->at[line->size = strcspn(line->at, " \t\r\n")] = '\0';
	if (why)
		cli_fail(0, "%s: %s", path, why);
	if (fd >= 0)
		close(fd);
	return !why;
}

/* 0, or the exit status: it has been said what is wrong. */
static int find_hook(const struct cli *cli, struct hook *h, const char *word)
{
	struct text line = {0};
	int status = 0;

	h->is_file = !strncmp(word, "file:", 5);
	if (h->is_file && !read_file(word + 5, &line))
		status = EX_TEMPFAIL;
	word = h->is_file ? text_get(&line) : word;
	if (!status && is_url(word))
		text_puts(&h->url, word);
	else if (!status && is_address(word))
		status = add_own(cli, word, &h->url);
	else if (!status)
		status = cli_fail(h->is_file ? EX_TEMPFAIL : EX_USAGE,
				  "wanted a hook: an address that 'nines heartbeat list' shows, "
				  "https://NAME/hook/ADDRESS, or file:PATH of a file with either");
	text_release(&line);
	return status;
}

/* ---- handing it over ---- */

static size_t take_answer(char *bytes, size_t one, size_t count, void *with)
{
	struct text *answer = with;

	if (answer->size + one * count > ANSWER_BYTES)
		return CURL_WRITEFUNC_ERROR;
	text_add(answer, bytes, one * count);
	return one * count;
}

static bool prepare(CURL *curl, const struct hook *h, const char *body, struct curl_slist *header,
		    struct text *answer, char *why)
{
	return curl && header &&
	       curl_easy_setopt(curl, CURLOPT_URL, text_get(&h->url)) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, "nines") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, header) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why) == CURLE_OK;
}

/* The HTTP status; 0: there was no answer, and it has been said why. */
static long post(const struct hook *h, const char *body, struct text *answer)
{
	struct curl_slist *header = curl_slist_append(NULL, "Content-Type: application/json");
	char why[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long status = 0;

	if (prepare(curl, h, body, header, answer, why))
		code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	else
		cli_fail(0, "ninesd cannot be told: %s", *why ? why : curl_easy_strerror(code));
	curl_easy_cleanup(curl);
	curl_slist_free_all(header);
	return status;
}

static const struct {
	long status;
	int exit;
} meaning[] = {{400, EX_DATAERR}, {413, EX_DATAERR}, {401, EX_NOUSER}, {404, EX_NOUSER}};

/* What nobody but ninesd says is believed: another server's page is no "OK". */
static int judge(const struct hook *h, long status, const struct text *answer)
{
	json_t *problem = json_loadb(text_get(answer), answer->size, 0, NULL);
	const char *said = json_string_value(json_object_get(problem, "detail"));
	int result = EX_TEMPFAIL;

	for (size_t i = 0; said && i < sizeof meaning / sizeof *meaning; i++)
		if (meaning[i].status == status)
			result = meaning[i].exit;
	if (result == EX_NOUSER && h->is_file)
		result = EX_TEMPFAIL;
	if (status == 200 && !strcmp(text_get(answer), "OK\n"))
		result = EX_OK;
	else if (said)
		cli_fail(0, "the hook does not take it: %s", said);
	else if (status)
		cli_fail(0, "what answers there is no hook of nines: HTTP status %ld", status);
	json_decref(problem);
	return result;
}

static int hand_over(const struct cli *cli, const struct mail *m, const char *word)
{
	struct text body = {0}, answer = {0};
	struct hook h = {{0}, false};
	int status = find_hook(cli, &h, word);

	if (!status) {
		mail_add_json(&body, m, clock_wall_us());
		status = judge(&h, post(&h, text_get(&body), &answer), &answer);
	}
	text_release(&body);
	text_release(&answer);
	text_release(&h.url);
	return status;
}

static int left_out(const struct cli *cli)
{
	return cli->is_verbose ? cli_fail(EX_OK, "an automatic reply: left out") : EX_OK;
}

static int take(const struct cli *cli, const struct asked *a, const struct mail *m,
		const char *word)
{
	struct text shown = {0};

	if (m->is_reply)
		return left_out(cli);
	if (a->from && !is_sender(a->from, text_get(&m->from)))
		return cli_fail(EX_NOPERM, "the sender '%s' is none of those that --from names",
				text_get(&m->from));
	if (!a->show)
		return hand_over(cli, m, word);
	mail_add_json(&shown, m, clock_wall_us());
	return cli_print(&shown, EX_OK);
}

int cli_hook(struct cli *cli, int argc, char **argv)
{
	struct asked a = {0};
	struct text bytes = {0}, wrong = {0};
	struct mail m = {0};
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0)
		return status == EXIT_FAILED ? EX_TEMPFAIL : status;
	if (argc != 1 && !(argc == 0 && a.show))
		return argc ? cli_wrong("'%s' is too much: nines hook %s", argv[1],
					cli->command->arguments)
			    : cli_wrong("a hook is missing: nines hook %s",
					cli->command->arguments);
	if (!read_input(&bytes))
		status = cli_fail(EX_TEMPFAIL, "the mail cannot be read: %s", log_errno(errno));
	else if (!mail_read(&m, text_get(&bytes), bytes.size, &wrong))
		status = cli_fail(EX_DATAERR, "%s", text_get(&wrong));
	else
		status = take(cli, &a, &m, argv[0]);
	mail_release(&m);
	text_release(&bytes);
	text_release(&wrong);
	return status;
}
