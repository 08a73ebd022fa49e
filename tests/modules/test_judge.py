"""Bad modules are refused by name with one sentence, and nothing else suffers (F26)."""
import json
import os
import shutil

from daemon import SILENT, nines
from tap import BUILD, run, skip, test

BAD = BUILD / "tests" / "modules"
AGAIN = "build it again with this version's headers"

HUNG = "it hung (no answer within 5 s, or 2 s of processor time): its constructors must neither wait nor loop"

# file, the sentence behind "module 'PATH': "
REFUSED = {
    "old-abi": f"it is built for ABI 42, this nines has 1: {AGAIN}",
    "short-struct": f"its descriptor has 48 bytes, wanted at least 56: {AGAIN}",
    "wrong-kind": "it is a report module, wanted a check: put it into the folder of its kind",
    "wrong-name": "it calls itself 'somebody': name the file somebody.so",
    "service": "'service' is a word of nines' own: rename the module",
    "no-run": "it has no run function: give one to CHECK_MODULE",
    "missing-symbol": "it has no symbol 'module_entry': use CHECK_MODULE and build it with MODULE_EXPORT",
    "missing-function": f"undefined symbol: probe_teleport: {AGAIN}",
    "bad-pointer": "it crashed (signal 11) while it was judged: mend its constructors or its descriptor",
    "option-outside": "its option 'first' lies outside of its options struct: give the struct and member that it is for",
    "option-twice": "it declares the option 'first' twice: remove one",
    "option-common": "its option 'timeout' is an option of every check: rename it",
    "option-type": f"its option 'first' is of the unknown type 99: {AGAIN}",
    "option-default": "a default of its options does not parse (first: 'many' is no whole number): correct it",
    "option-range": "a default of its options does not parse (first: '70000' is not within 1..65535): correct it",
    "option-name": "the name of its option 1 is no lower-case word of at most 32 letters and '-': rename it",
    "option-shared": "its options 'first' and 'second' share a member: give each its own",
    "option-paths": "its options 'first' and 'second' both are the path: choose one",
    "option-endless": "its option table does not end within 200 entries: end it with OPTION_END",
    "constructor-crash": "it crashed (signal 11) while it was judged: mend its constructors or its descriptor",
    "constructor-exit": "it ended the process that judged it (exit 0): a module must not call exit",
    "constructor-hang": HUNG,
    "constructor-sleep": HUNG,
    "constructor-print": "it wrote into the answer of its judge: its constructors must not write",
}
GOOD = ["older-minor", "crash", "abort", "exit", "hang", "sleeper", "hog", "leak", "liar", "overflow", "garbage"]


def judged(folder):
    """{name: refusal or None} of a folder, as the command line tells it."""
    done = nines("modules", "--json", env={"NINES_MODULES": str(folder), **SILENT})
    found = json.loads(done.stdout)["modules"]
    return {m["name"]: m["refused"] for m in found if m["path"].startswith(str(folder) + "/")}


def one(tmp, source="older-minor"):
    """A folder of its own with a good module, to be spoilt."""
    folder = tmp / "m"
    folder.mkdir()
    shutil.copy(BAD / f"{source}.so", folder / f"{source}.so")
    (folder / f"{source}.so").chmod(0o644)
    folder.chmod(0o755)
    return folder, folder / f"{source}.so"


@test("each bad module has its sentence, each good one beside them is taken")
def sentences():
    found = judged(BAD)
    for name, sentence in REFUSED.items():
        assert found[name] == f"module '{BAD}/{name}.so': {sentence}", (name, found[name])
    assert [name for name in GOOD if found[name]] == []


@test("a module that others can write is refused")
def writable(tmp):
    folder, file = one(tmp)
    file.chmod(0o666)
    assert judged(folder)["older-minor"] == f"module '{file}': others can write it: chmod go-w '{file}'"


@test("a module whose folder others can write is refused")
def folder_writable(tmp):
    folder, file = one(tmp)
    folder.chmod(0o777)
    assert judged(folder)["older-minor"] == f"module '{file}': others can write to its folder: chmod o-w '{folder}'"


@test("a module of another user is refused")
def other_owner(tmp):
    if os.geteuid():
        skip("only root can give files away")
    folder, file = one(tmp)
    os.chown(file, 12345, 12345)
    assert judged(folder)["older-minor"] == f"module '{file}': it belongs to neither root nor user 0: chown it"


@test("what is no file is refused, and nobody waits for it")
def no_file(tmp):
    folder, file = one(tmp)
    file.unlink()
    os.mkfifo(file)
    assert judged(folder)["older-minor"] == f"module '{file}': it is no regular file: put the .so itself there"


@test("a module that cannot be read is refused")
def unreadable(tmp):
    if not os.geteuid():
        skip("root reads everything")
    folder, file = one(tmp)
    file.chmod(0)
    sentence = judged(folder)["older-minor"]
    assert sentence == f"module '{file}': permission denied: make it readable for user {os.geteuid()}", sentence


@test("an empty file, a text and half a module are refused")
def damaged(tmp):
    folder, file = one(tmp)
    whole = file.read_bytes()
    for content in (b"", b"#!/bin/sh\n", whole[:1000], whole[:len(whole) // 2], b"\x7fELF" + bytes(5000)):
        file.write_bytes(content)
        refused = judged(folder)["older-minor"]
        assert refused and refused.startswith(f"module '{file}': "), refused


@test("a bad module harms no check of another")
def rest_runs():
    done = nines("check", "crash", env={"NINES_MODULES": str(BAD)})
    assert done.returncode == 3, done
    done = nines("check", str(BAD / "older-minor.so"))
    assert done.returncode == 0, done


run()
