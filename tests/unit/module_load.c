/* Copies of modules: sealed, named by content, each its own; descriptors as lines and back. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/module/descriptor.h"
#include "../../core/module/load.h"
#include "../lib/tap.h"

static char folder[] = "/tmp/module-XXXXXX";

static void write_file(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (write(fd, content, strlen(content)) < 0)
		exit(1);
	close(fd);
}

static void test_copy(void)
{
	struct text path = {0}, why = {0};
	char build[17], again[17], other[17], byte = 'x';
	int fd, fd2;

	text_printf(&path, "%s/a.so", folder);
	write_file(text_get(&path), "one content");
	fd = module_copy(text_get(&path), build, &why);
	fd2 = module_copy(text_get(&path), again, &why);
	ok(fd >= 0 && fd2 >= 0 && fd != fd2, "each copy is its own");
	ok(strlen(build) == 16 && !strcmp(build, again), "one content, one build");
	ok(pwrite(fd, &byte, 1, 0) < 0 && ftruncate(fd, 0) < 0, "a copy cannot be changed");
	write_file(text_get(&path), "another content");
	ok(pread(fd, &byte, 1, 0) == 1 && byte == 'o', "nor by writing to the file");
	close(fd2);
	fd2 = module_copy(text_get(&path), other, &why);
	ok(strcmp(build, other) != 0, "another content, another build");
	close(fd);
	close(fd2);
	unlink(text_get(&path));
	ok(module_copy(text_get(&path), build, &why) < 0 &&
		   strcasestr(text_get(&why), "no such file"),
	   "a file that is not there is refused");
	text_release(&path);
	text_release(&why);
}

static void test_open(void)
{
	struct text path = {0}, why = {0};
	char build[17];

	text_printf(&path, "%s/b.so", folder);
	write_file(text_get(&path), "no module at all");
	ok(!module_open(module_copy(text_get(&path), build, &why), "b", MODULE_CHECK, &why),
	   "what cannot be loaded is refused");
	ok(!strncmp(text_get(&why), "module 'b': ", 12) && !strstr(text_get(&why), "/proc/"),
	   "... with its name and without that of the copy");
	unlink(text_get(&path));
	text_release(&path);
	text_release(&why);
}

static void test_names(void)
{
	static const char *const good[] = {"a.so", "/x/y/smtp.so", "x-y2.so"};
	static const char *const bad[] = {
		"",       ".so",    "a",
		"A.so",   "a.so.1", "2a.so",
		"a_b.so", "a b.so", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.so"};
	char name[64];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ok(module_name_of(good[i], name), "'%s' is a module's file", good[i]);
	same(name, "x-y2", "a name is the file without its ending");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!module_name_of(bad[i], name), "'%s' is none", bad[i]);
}

static const char lines[] =
	"module smtp kind=check flags=3 summary=\"talks to a mail server\" path=/m/smtp.so "
	"build=00 standard_every=5m\n"
	"option host module=smtp type=host flags=1 help=\"a host\"\n"
	"option port module=smtp type=int flags=0 default=25 range=1..65535 help=\"a port\"\n"
	"module bad kind=check path=/m/bad.so build=01 refused=\"module '/m/bad.so': why\"\n";

static void test_descriptors(void)
{
	struct descriptors all;
	struct descriptor *d;
	struct text again = {0};

	descriptors_init(&all);
	ok(descriptors_read(&all, lines, sizeof lines - 1), "a judge's lines are read");
	d = descriptor_find(&all, MODULE_CHECK, "smtp");
	ok(d && d->is_known && d->head.flags == 3 && !d->refused && option_find(&d->head, "port"),
	   "a good module is known");
	d = descriptor_find(&all, MODULE_CHECK, "bad");
	ok(d && !d->is_known && d->refused, "a refused one is not");
	ok(!descriptor_find(&all, MODULE_REPORT, "smtp"), "kinds are told apart");
	for (d = all.first; d; d = d->next)
		descriptor_add_lines(d, &again);
	same(text_get(&again), lines, "written again they are the same");
	ok(!descriptors_read(&all, "option x type=int\n", 18), "an option needs a module");
	ok(!descriptors_read(&all, "module a kind=check\noption x type=colour\n", 42),
	   "and a type");
	ok(!descriptors_read(&all, "result 1 verdict=up\n", 20), "other lines are refused");
	descriptors_release(&all);
	text_release(&again);
}

int main(void)
{
	if (!mkdtemp(folder) || chmod(folder, 0755))
		return 1;
	test_copy();
	test_open();
	test_names();
	test_descriptors();
	rmdir(folder);
	return done_testing();
}
