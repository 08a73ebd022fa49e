/* cli/password: see password.h. */
#include "password.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"

/* One line without its newline. False: there is none, or it is too long. */
static bool read_line(char into[PASSWORD_MOST + 2])
{
	size_t size;

	if (!fgets(into, PASSWORD_MOST + 2, stdin))
		return false;
	size = strcspn(into, "\r\n");
	if (size > PASSWORD_MOST || strlen(into) != size + strspn(into + size, "\r\n"))
		return false;
	into[size] = '\0';
	return true;
}

static bool read_hidden(char into[PASSWORD_MOST + 2], const char *prompt, const char *name)
{
	struct termios was, hidden;
	bool is_read;

	if (tcgetattr(STDIN_FILENO, &was))
		return false;
	hidden = was;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(stderr, "%s %s: ", prompt, name);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	is_read = read_line(into);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	fputc('\n', stderr);
	return is_read;
}

static int judge(const char *password)
{
	if (strlen(password) < PASSWORD_LEAST)
		return cli_fail(EXIT_FAILED, "a password has at least %d characters",
				PASSWORD_LEAST);
	return EXIT_DONE;
}

int password_ask(char into[PASSWORD_MOST + 2], const char *name)
{
	char again[PASSWORD_MOST + 2];
	bool is_same;

	if (!isatty(STDIN_FILENO)) {
		if (!read_line(into))
			return cli_fail(EXIT_FAILED, "no password on standard input");
		return judge(into);
	}
	if (!read_hidden(into, "New password of", name) || judge(into))
		return EXIT_FAILED;
	is_same = read_hidden(again, "Again, the password of", name) && !strcmp(into, again);
	explicit_bzero(again, sizeof again);
	return is_same ? EXIT_DONE : cli_fail(EXIT_FAILED, "the two differ: nothing was changed");
}
