/* nines: the command line. Options, then a command of the table; everything else is in
 * core/cli. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/version.h"
#include "cli/cli.h"
#include "module/option.h"

static const struct cli_command command[] = {
	{"check", "TARGET [option=value ...] [--json|--nagios] [--trace]",
	 "runs one probe here, without a daemon and without a configuration",
	 "TARGET is MODULE://[user[:password]@]host[:port][/path], MODULE alone, or the path of\n"
	 "a module (./banner.so). Every option of the module can follow as name=value;\n"
	 "'nines modules NAME' lists them. Common to all: timeout= slow= address-family=any|4|6\n"
	 "source=ADDRESS.\n"
	 "Exit status: 0 up, 1 degraded, 2 down, 3 unknown, 64 wrong usage.\n",
	 cli_check},
	{"status", "[--json]", "shows every check and service and the monitor's own health",
	 "Asks the running ninesd through its control socket.\n", cli_status},
	{"modules", "[NAME] [--json]", "lists the modules; with NAME its options and manual", NULL,
	 cli_modules},
	{"report",
	 "[NAME] [option=value ...]\n"
	 "    [--month YYYY-MM | --quarter YYYY-QN | --year YYYY | --from TIME [--to TIME]]\n"
	 "    [--zone ZONE] [--need N] [--interval TIME]\n"
	 "    [--check NAME | --service NAME | --customer NAME | --sla NAME]\n"
	 "    [--format FORMAT] [--table NAME] [--paper PAPER] [-o FILE] [--store FILE]",
	 "renders a report; without NAME it lists them",
	 "Options of the report follow as name=value; 'nines modules NAME' lists them.\n",
	 cli_report},
	{"config", "check [--json] [--offline]",
	 "loads the configuration and reports every problem",
	 "Looks up hosts and mail domains, too, to find checks that nobody would hear of while\n"
	 "they are down, because every path to tell it depends on them; and whether this machine\n"
	 "can have the addresses of the page.\n"
	 "Exit status: 0 nothing found, 1 a problem or something to look at.\n",
	 cli_config},
	{"incident", "[ID|NAME] [--days N] [--json]",
	 "shows what has failed; with an ID what was found out when it began",
	 "Reads the database itself, with ninesd running or not. The first failure of an incident\n"
	 "is followed by a diagnosis: the conversation again, the certificates shown, what the\n"
	 "name servers say, the route.\n",
	 cli_incident},
	{"intensify", "[NAME [--every TIME] [--for TIME] | cancel NAME]",
	 "probes a check every 1 to 10 s for a while; without NAME lists them",
	 "For a fault that comes and goes: each probe's transcript is kept (nines export NAME).\n"
	 "It ends by itself; a new configuration and a restart change nothing of it.\n",
	 cli_intensify},
	{"maintenance",
	 "[add [NAME ...] [--start TIME]\n    (--end TIME | --for TIME)\n"
	 "    | add [NAME ...] --cron LINE --for TIME [--zone ZONE] | cancel ID]\n"
	 "    [--impact none|degraded|outage] [--text TEXT] [--by NAME] [--json]",
	 "plans maintenance of checks and services, of all without a NAME; alone it lists it",
	 "Announced at the time of the command. Probing goes on; in a window with the impact\n"
	 "outage nobody is alerted, and what still fails behind its end counts and is told.\n",
	 cli_maintenance},
	{"post",
	 "[list | show ID | add TITLE [COMPONENT[=STATE] ...]\n"
	 "    | maintenance TITLE COMPONENT ... --start TIME (--end TIME | --for TIME)\n"
	 "    | news TITLE | update ID [COMPONENT[=STATE] ...] [--state STATE]\n"
	 "    | correct ID [--update ID] | publish ID | withdraw ID]\n"
	 "    [--text TEXT|-] [--title TITLE] [--impact IMPACT] [--at TIME] [--draft] [--json]",
	 "writes posts of status pages: incidents, maintenance, news; alone it lists them",
	 "COMPONENT is a check or a service; STATE, what is told of it: operational,\n"
	 "degraded_performance, partial_outage, major_outage or under_maintenance. What is\n"
	 "published goes to subscribers, what is over already does not. A correction keeps what\n"
	 "stood there. A maintenance is planned for the figures, too, and begins, ends and is\n"
	 "reminded of by itself. A post that nines began by itself (sections canned of\n"
	 "nines.conf(5)) goes on by itself until somebody changes it.\n",
	 cli_post},
	{"subscriber",
	 "[list | show ID | add NOTIFIER:ADDRESS | remove ID\n    | import FILE] [--page NAME] "
	 "[--kinds KIND,...] [--components NAME,...]\n    [--json]",
	 "shows who subscribed to a status page; adds and removes",
	 "Whoever is added gets a message and must say yes, as if he had asked himself. Whoever\n"
	 "is removed leaves nothing, no letter of his in the record either. FILE is CSV: a\n"
	 "heading that names the columns address, page, kinds, components, audiences,\n"
	 "maintenance and after, of which all but the first may lack.\n",
	 cli_subscriber},
	{"request", "[list | accept ID | refuse ID] [--text TEXT] [--json]",
	 "shows what visitors ask to have monitored, and answers",
	 "Nothing is watched because somebody asked: its check is written by hand.\n",
	 cli_visitor_request},
	{"claim",
	 "[list | show ID | accept ID | refuse ID | release ID\n"
	 "    | follow ID on|off] [--owner OWNER] [--text TEXT] [--json]",
	 "shows who says that a monitored site is his, and answers",
	 "Who claims a site proves it by a TXT record or a file with his code. accept makes its\n"
	 "monitor his, whatever the configuration says: users of that owner see it, those of\n"
	 "another do not, and nobody else follows it unless 'follow ID on' lets them. release\n"
	 "takes that back.\n",
	 cli_claim},
	{"reclassify",
	 "[NAME --from TIME --to TIME --as WHAT --reason TEXT\n"
	 "    | --incident ID --as WHAT --reason TEXT | --undo ID --reason TEXT\n"
	 "    | --list [NAME] [--json]] [--by NAME]",
	 "says afterwards what a span of time counts as; alone it lists what was said",
	 "WHAT is up, down, degraded, unknown, maintenance or excluded. Figures count it so from\n"
	 "then on and name it with its author and reason; what was measured is never changed, and\n"
	 "every report can show the figures as they were before. It wins over the record and over\n"
	 "planned maintenance; of two about the same moment the later counts. --undo takes one\n"
	 "back: both stay in the list. Works with ninesd running or not.\n",
	 cli_reclassify},
	{"contact",
	 "list | show NAME | test NAME [--wait TIME]\n"
	 "    | test NOTIFIER:ADDRESS [option=value ...] [--trace] [--letter FILE] [--json]",
	 "shows whom nines tells and by which paths; sends test letters",
	 "list and show read the configuration. test NAME sends a letter by each path of that\n"
	 "contact through the running ninesd and says what became of them.\n"
	 "test NOTIFIER:ADDRESS delivers right here, without a daemon and without a\n"
	 "configuration: NOTIFIER is the name of a notifier or the path of one (./pager.so:12);\n"
	 "its options can follow as name=value, 'nines modules NAME' lists them. A waterfall\n"
	 "shows the steps.\n"
	 "Exit status: 0 delivered, 2 given up, 3 to be tried later, 64 wrong usage.\n",
	 cli_contact},
	{"replay",
	 "FILE... [--format FORMAT] [--from TIME] [--to TIME]\n"
	 "    [--speed N] [--full] [--json]",
	 "shows the letters that would have gone for a recorded history",
	 "The history is a database of nines (a copy made by 'nines backup', say) or what\n"
	 "'nines import' reads; the rules are those of the configuration as it is now. Nothing is\n"
	 "probed, stored or sent.\n",
	 cli_replay},
	{"letters", "[ID|NAME] [--days N] [--json]",
	 "shows what nines has told and to whom, what waits, each attempt",
	 "NAME is a contact, a check or service, an incident or an address "
	 "(email:ops@example.org).\n"
	 "With the ID of a letter its text and every attempt to deliver it. Reads the database\n"
	 "itself, with ninesd running or not.\n",
	 cli_letters},
	{"deliver",
	 "[NAME [--month YYYY-MM | --quarter YYYY-QN | --year YYYY |\n"
	 "    --week YYYY-WNN | --day YYYY-MM-DD] [--dry-run]] [--json]",
	 "shows the reports that send themselves, when and to whom; sends one now",
	 "Without NAME all of them: the last period and what became of it, the next and when it\n"
	 "is due. With it that one goes now, whatever was sent before; 'nines letters' shows how.\n"
	 "--dry-run makes it here, shows the letter and its files, and sends nothing.\n",
	 cli_deliver},
	{"ack", "[NAME --reason TEXT [--by WHO]]",
	 "acknowledges what fails: no more alerts of it to anybody; without NAME lists them",
	 "Until it recovers: repeats and escalations stop, who was told hears the end. Of a\n"
	 "service: also what fails in it. Results and incidents are recorded as ever.\n",
	 cli_standing},
	{"silence", "[NAME --for TIME --reason TEXT [--by WHO]]",
	 "sends no alerts of a check or service for a while; without NAME lists them",
	 "What still fails when the time is over is told then. Ends with the first recovery.\n"
	 "Of a service: also of what is in it. Recoveries of what was told are sent.\n",
	 cli_standing},
	{"unsilence", "[NAME [--reason TEXT] [--by WHO]]", "ends a silence before its time", NULL,
	 cli_standing},
	{"pause", "[NAME --reason TEXT [--for TIME] [--by WHO]]",
	 "stops probing a check; without NAME lists them",
	 "Its time is not monitored: it counts neither as up nor as down, and nobody is alerted.\n"
	 "Until --for is over or 'nines unpause'; through new configurations and restarts.\n",
	 cli_standing},
	{"unpause", "[NAME [--reason TEXT] [--by WHO]]", "probes a paused check again", NULL,
	 cli_standing},
	{"beat", "NAME [EVENT [TEXT]] [--exit STATUS]",
	 "tells a passive check that its thing is alive",
	 "EVENT is a word for the check's module, to a heartbeat start, success or fail; TEXT\n"
	 "goes with it. --exit $? stands for success or fail, whichever it was.\n",
	 cli_beat},
	{"user",
	 "[list] | add NAME --role ROLE [--owner OWNER]\n"
	 "    | password NAME | role NAME [--role ROLE] [--owner OWNER] | remove NAME [--json]",
	 "makes and changes the accounts that sign in at the pages; alone it lists them",
	 "A viewer sees what is not public; an operator acknowledges and silences; an editor\n"
	 "writes posts and sees subscribers; an admin does everything. The password is asked at\n"
	 "the terminal, or is the first line of standard input; another one signs the user out\n"
	 "everywhere.\n",
	 cli_user},
	{"token",
	 "[list] | add NAME --role ROLE [--owner OWNER] [--for TIME]\n"
	 "    | remove NAME [--json]",
	 "makes tokens for programs that use the API; alone it lists them",
	 "A token is shown once, by 'add', and kept nowhere: nines knows its hash. Sent as\n"
	 "'Authorization: Bearer TOKEN'. Roles are those of 'nines user'.\n",
	 cli_token},
	{"page", "[list [--json] | copy NAME]",
	 "lists the status pages; makes the static copy of one now",
	 "copy waits until the files are written and the hook has ended, and says what it did.\n"
	 "Where nothing has changed since the last copy nothing is written.\n",
	 cli_page},
	{"heartbeat", "[list|renew] [--json]",
	 "shows the secret addresses by which jobs and other monitors report over HTTP",
	 "Each heartbeat and each check of the module inbound has one. renew makes all of them\n"
	 "anew: the old ones mean nothing from then on.\n",
	 cli_heartbeat},
	{"hook", "HOOK [--from LIST] | --show",
	 "hands a mail of another monitor to a hook, from standard input",
	 "For a pipe of a mail server: '|nines hook HOOK'. HOOK is an address that\n"
	 "'nines heartbeat list' shows, of a ninesd elsewhere https://NAME/hook/ADDRESS, or\n"
	 "file:PATH of a file with either, closed to others. The check takes the mail as a JSON\n"
	 "document with subject, from, date and text: its options say what of it means down.\n"
	 "Exit status, of sysexits.h: 0 taken, or an automatic reply, which is left out; 75 to be\n"
	 "tried again; 64 wrong usage, 65 no mail, or nothing of it could be taken, 67 nobody has\n"
	 "that address, 77 another sender than --from names: the mail goes back.\n",
	 cli_hook},
	{"now", "NAME", "runs a check at once, outside its schedule", NULL, cli_now},
	{"release", "MODULE", "lets a quarantined module run again", NULL, cli_release},
	{"export", "NAME ...|--all [--from T] [--to T] [--format F] [-o FILE]",
	 "writes raw results, with all their steps",
	 "Reads the database itself, with ninesd running or not. JSON lines: one document a\n"
	 "result. CSV by RFC 4180.\n"
	 "Exit status: 0 done, 1 done but for damaged blocks, 2 failed.\n",
	 cli_export},
	{"import",
	 "FORMAT FILE... [--interval TIME] [--maintenance FILE]\n"
	 "    [--check NAME [--as NAME]] [--initial STATE] [--not-running unknown|assume]\n"
	 "    [--from TIME] [--to TIME] [--labels LIST] [--token-file FILE] [--sums]\n"
	 "    [--dry-run]",
	 "brings in a history that another tool kept",
	 "FORMAT csv: a header line, columns service or check, ts_utc, state and optionally\n"
	 "response_ms; --interval says how often the checks were made. FORMAT nagios: the logs of\n"
	 "Nagios, Icinga 1 or Naemon, any number of them; targets are HOST and HOST/SERVICE.\n"
	 "FORMAT kuma and gatus: the SQLite databases of Uptime Kuma and Gatus, in use or not.\n"
	 "FORMAT prometheus: asks the server whose URL is FILE for probe_success since --from.\n"
	 "FORMAT upptime: the git history of a clone of an Upptime repository, FILE its folder.\n"
	 "All or nothing, with ninesd running or not. The same file twice changes nothing.\n"
	 "Exit status: 0 done, 2 refused or failed: nothing was stored.\n",
	 cli_import},
	{"backup", "FILE", "copies the whole record into a new file",
	 "Works while ninesd writes: the copy is the record as of one moment. FILE must not be\n"
	 "there yet. To restore it, stop ninesd, copy it to where the store is, start ninesd.\n",
	 cli_backup},
	{"verify", "[--month YYYY-MM] [--head HASH]\n"
	 "    [--report FILE [--made-by COMMAND]] [--json]",
	 "recomputes the chain of evidence and every stored figure",
	 "Reads the database itself, with ninesd running or not: every link of the chain, every\n"
	 "row that decides figures, every day and month from the results, as far as they are\n"
	 "there. --head says where a head that a report printed stands in the chain; --report\n"
	 "makes a report in JSON, CSV, text or HTML anew and names each figure that is another.\n"
	 "Exit status: 0 all agrees, 1 something does not, 2 failed, 3 the report's time is not\n"
	 "over, 64 wrong usage.\n",
	 cli_verify},
	{"store", "move-aside", "renames a damaged database, so that a new one begins",
	 "Refused while the database is in use. The file and its companions get the name\n"
	 "STORE.aside-SECONDS; ninesd, if it runs, goes on with a new file by itself.\n",
	 cli_store_file},
	{NULL, NULL, NULL, NULL, NULL},
};

static int help(void)
{
	struct text t = {0};

	text_puts(&t, "usage: nines [-c FILE] [-q|-v] COMMAND ...\n\n");
	for (const struct cli_command *c = command; c->name; c++)
		text_printf(&t, "  %-12s %s\n", c->name, c->summary);
	text_puts(&t, "\n  -c FILE   the configuration (default: $NINES_CONF, else "
		      "/etc/nines/nines.conf)\n"
		      "  -q, -v    say less, say more\n"
		      "  --version, --help; 'nines COMMAND --help' tells about a command\n");
	return cli_print(&t, EXIT_DONE);
}

static int version(void)
{
	struct text t = {0};

	text_puts(&t, "nines " NINES_VERSION "\n");
	return cli_print(&t, EXIT_DONE);
}

static int unknown_command(const char *word)
{
	const size_t commands = sizeof command / sizeof *command - 1;
	const char *meant = option_nearest(word, command, commands, sizeof *command);

	return meant ? cli_wrong("unknown command '%s': did you mean '%s'?", word, meant)
		     : cli_wrong("unknown command '%s': see 'nines --help'", word);
}

static int run(struct cli *cli, int argc, char **argv)
{
	for (const struct cli_command *c = command; c->name; c++)
		if (!strcmp(c->name, argv[0])) {
			cli->command = c;
			return c->run(cli, argc - 1, argv + 1);
		}
	return unknown_command(argv[0]);
}

static const struct {
	const char *word;
	int (*answer)(void);
} answer[] = {{"--help", help}, {"-h", help}, {"--version", version}, {"-V", version}};

/* One option in front of the command; -1 to go on. */
static int take_option(struct cli *cli, int *at, char **argv)
{
	const char *word = argv[*at];

	for (size_t i = 0; i < sizeof answer / sizeof *answer; i++)
		if (!strcmp(answer[i].word, word))
			return answer[i].answer();
	if (!strcmp(word, "-q"))
		cli->is_quiet = true;
	else if (!strcmp(word, "-v"))
		cli->is_verbose = true;
	else if (strcmp(word, "-c"))
		return cli_wrong("unknown option '%s': see 'nines --help'", word);
	else if (!argv[*at + 1])
		return cli_wrong("-c needs a value: -c FILE");
	else
		cli->config = argv[++*at], cli->config_given = true;
	return -1;
}

int main(int argc, char **argv)
{
	struct cli cli = {.config = getenv("NINES_CONF")};
	int at, status;

	cli.config_given = cli.config && *cli.config;
	if (!cli.config_given)
		cli.config = "/etc/nines/nines.conf";
	screen_open(&cli.screen, STDOUT_FILENO);
	for (at = 1; at < argc && argv[at][0] == '-'; at++) {
		status = take_option(&cli, &at, argv);
		if (status >= 0)
			return status;
	}
	if (at >= argc)
		return cli_wrong("no command: see 'nines --help'");
	return run(&cli, argc - at, argv + at);
}
