#!/usr/bin/env python3
"""What a module's own judgement of its options comes to: mistakes with their lines in the configuration, one line and status 64 at
`nines check`; and that a module can do no harm with it."""
import shutil

from daemon import SILENT, nines
from tap import BUILD, run, test

STRICT = BUILD / "tests" / "modules" / "strict.so"


def check(*options):
    return nines("check", STRICT, *options, env=SILENT)


def configured(tmp, text):
    """What config check says of a configuration with that module."""
    folder = tmp / "m"
    if not folder.exists():
        folder.mkdir(mode=0o755)
        shutil.copy(STRICT, folder)
    (tmp / "secret").write_text("hush\n")
    (tmp / "secret").chmod(0o600)
    (tmp / "nines.conf").write_text(f'modules = "{folder}"\n{text}')
    return nines("config", "check", conf=tmp / "nines.conf", env=SILENT)


@test("options that are fine are run with")
def fine(tmp):
    done = check("password=hush")
    assert done.returncode == 2 and "run with a password of 4 bytes" in done.stdout, done
    assert configured(tmp, 'strict "a" { }\n').returncode == 0


@test("every mistake is told: in one line at the command line, each with its own line in a file")
def several(tmp):
    done = check("items=a", "items=b", "mode=old")
    assert (done.returncode, done.stdout, done.stderr) == (64, "", "nines: items: 'a' is wrong; items: 'b' is wrong; mode: old is wrong\n"), done
    said = configured(tmp, 'strict "a" {\n  items = {"a",\n           "b"}\n  mode = "old"\n}\n').stderr.splitlines()
    for line, part in ((3, "items: 'a' is wrong"), (4, "items: 'b' is wrong"), (5, "mode: old is wrong")):
        assert sum(f"nines.conf:{line}: {part}" in text for text in said) == 1, said
    assert len(said) == 3, said


@test("a secret is not shown to judge()")
def secret(tmp):
    done = check("mode=secret", "password=hush")
    assert done.returncode == 64 and done.stderr == "nines: password: it is ''\n", done
    said = configured(tmp, f'strict "a" {{ mode = "secret"  password = "file:{tmp}/secret" }}\n').stderr
    assert "password: it is ''" in said and "hush" not in said, said


@test("a module that refuses without a word is refused all the same")
def silent(tmp):
    done = check("mode=silent")
    assert done.returncode == 64 and done.stderr == "nines: the module refuses the options and does not say why\n", done
    done = configured(tmp, '\nstrict "a" { mode = "silent" }\n')
    assert done.returncode == 1 and "nines.conf:3: the module refuses the options and does not say why" in done.stderr, done


@test("a judge() that crashes, leaves or loops harms nobody")
def bad(tmp):
    for mode in ("crash", "leave", "loop"):
        done = check(f"mode={mode}")
        assert done.returncode == 3 and "module 'strict'" in done.stdout, (mode, done)
        done = configured(tmp, f'strict "a" {{ mode = "{mode}" }}\nstrict "b" {{ }}\n')
        assert "the module 'strict' crashed, hung or was replaced while it judged its checks" in done.stderr, (mode, done)


run()
