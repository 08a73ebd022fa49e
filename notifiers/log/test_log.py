#!/usr/bin/env python3
"""The notifier log: what stands in the file, and what it does where it cannot write."""
import json
import os
import resource
import subprocess

from letters import Letter, deliver, run as command
from tap import BUILD, run, test

NASTY = Letter(id="01NASTY", subject="a\r\nBcc: all\x1b[2J", text="one\\two\n\ttab\x07\nzwölf\n", short="x\ny", words={"check": "a\nb"})


@test("a letter is one line of six fields, whatever stands in it")
def line(tmp):
    path = tmp / "letters"
    deliver("log:ops", f"file={path}", letter=NASTY).says("delivered")
    deliver("log:a\tb", f"file={path}", letter=Letter(kind="recovery")).says("delivered")
    first, second, rest = path.read_text().split("\n")
    time, *fields = first.split("\t")
    assert len(time) == 20 and time[10] == "T" and time[-1] == "Z"
    assert fields[:3] == ["01NASTY", "alert", "ops"]
    assert fields[3].startswith("a  Bcc: all") and "\x1b" not in first
    assert fields[4:] == ["one\\\\two\\n\\x09tab\\x07\\nzwölf\\n"]
    assert second.split("\t")[2:] == ["recovery", "a b", "mail-1 is down", "mail-1 is down.\\n"] and rest == ""


@test("as JSON it is one document a line")
def documents(tmp):
    path = tmp / "letters"
    for _ in range(2):
        deliver("log:ops", f"file={path}", "format=json", letter=NASTY).says("delivered")
    for text in path.read_text().splitlines():
        one = json.loads(text)
        assert one["id"] == "01NASTY" and one["to"] == "ops" and one["text"] == "one\\two\n\ttab\\x07\nzwölf\n", one
        assert one["words"] == {"check": "a\nb"} and one["attempt"] == 1 and one["recorded"] is True
    assert len(path.read_text().splitlines()) == 2


@test("without a file it is standard error")
def standard_error():
    done = command("log:ops", letter=Letter())
    assert done.returncode == 0 and b"01TEST\talert\tops\tmail-1 is down" in done.stderr, done


for what, make, part in [("a symbolic link", lambda p: p.symlink_to("/dev/null"), "cannot open"), ("a folder", lambda p: p.mkdir(), "cannot open"),
                         ("a pipe that nobody reads", os.mkfifo, "cannot open"), ("a device", lambda p: os.mknod(p, 0o20600, os.makedev(1, 3)), "no regular file")]:
    @test(f"it does not write into {what}")
    def other_things(tmp, make=make, part=part):
        try:
            make(tmp / "letters")
        except PermissionError:
            from tap import skip
            skip("needs the right to make it")
        deliver("log:ops", f"file={tmp}/letters").says("later", part, "write")


@test("a folder that is not there is tried again later, a relative path never")
def folders(tmp):
    deliver("log:ops", f"file={tmp}/none/letters").says("later", "ENOENT", "write")
    deliver("log:ops", "file=letters").says("gave-up", "wanted an absolute path, got 'letters'")


@test("a letter is late, unrecorded or doubled: its line says so")
def marked(tmp):
    path = tmp / "letters"
    deliver("log:ops", f"file={path}", letter=Letter(delayed_us=12 * 60_000_000, number=4, unrecorded=1)).says("delivered")
    text = path.read_text()
    assert "\tThis letter is delayed by 12 minutes.\\n\\nmail-1 is down.\\n\\nThis letter is not in nines' record" in text, text


@test("a disk that takes half a line: it is tried again, on a line of its own")
def full(tmp):
    path, most = tmp / "letters", 1 << 20
    path.touch()
    os.truncate(path, most - 40)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    done = subprocess.run([str(BUILD / "nines"), "contact", "test", "log:ops", f"file={path}", "--json"], capture_output=True, text=True,
                          preexec_fn=limit, restore_signals=False)  # SIGXFSZ stays ignored
    assert done.returncode == 3, done
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "later" and "took 40 of" in answer["reason"], answer
    assert path.stat().st_size == most


run()
