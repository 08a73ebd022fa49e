"""An author outside the tree: the template is built against an installed nines and tried, all in a folder of its own."""
import os
import shutil
import subprocess

from tap import BUILD, ROOT, run, test


def installed(tmp):
    """Headers, nines.pc and template as `make install` lays them out, below tmp/usr; the environment to use them."""
    prefix = tmp / "usr"
    done = subprocess.run(["scripts/install"], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "DESTDIR": "", "PREFIX": str(prefix), "SYSCONFDIR": str(tmp / "etc"),
                               "BUILD": str(BUILD.relative_to(ROOT))})
    assert done.returncode == 0, done.stderr
    return prefix, {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"), "MAKEFLAGS": "", "CFLAGS": "-O2 -Wall -Wextra -Werror"}


def make(folder, env, *targets):
    done = subprocess.run(["make", "-C", str(folder), *targets], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@test("the template builds outside the tree, and its own test passes")
def template(tmp):
    prefix, env = installed(tmp)
    folder = tmp / "mine"
    shutil.copytree(prefix / "share/nines/template", folder)
    assert not (folder / "banner.so").exists()
    assert not (folder / "pager.so").exists()
    said = make(folder, env, "all", "test")
    assert "3 passed" in said and "4 passed" in said, said
    make(folder, env, "install")
    assert sorted(p.name for p in (prefix / "lib/nines").glob("*/[bp]a[ng]*.so")) == ["banner.so", "pager.so"]
    assert (prefix / "lib/nines/modules/banner.so").exists() and (prefix / "lib/nines/notifiers/pager.so").exists()


@test("nines modules shows an author's module with its options and its manual")
def manual(tmp):
    prefix, env = installed(tmp)
    folder = tmp / "mine"
    shutil.copytree(prefix / "share/nines/template", folder)
    make(folder, env)
    def shown(*words, **more):
        done = subprocess.run([prefix / "bin/nines", "modules", *words], env={**env, **more}, capture_output=True, text=True, cwd=folder)
        assert done.returncode == 0, done.stderr
        return done.stdout
    text = shown("./banner.so")
    assert text == shown("banner", NINES_MODULES=str(folder))
    for words in ("reads the first line a server says", "text the first line must contain", "(int 1..65535, required)",
                  "address-family", 'banner "irc"'):
        assert words in text, (words, text)


@test("an installation that was moved finds its modules; without any there is a sentence")
def moved(tmp):
    prefix, env = installed(tmp)
    elsewhere = prefix.rename(tmp / "elsewhere")
    done = subprocess.run([elsewhere / "bin/nines", "modules"], env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "tcp " in done.stdout, done
    shutil.rmtree(elsewhere / "lib")
    done = subprocess.run([elsewhere / "bin/nines", "modules"], env=env, capture_output=True, text=True)
    if not os.path.exists("/usr/local/lib/nines/modules"):
        assert done.returncode == 2 and done.stderr.startswith("nines: no modules in '"), done


@test("the example of the manual for authors is the template")
def same_example():
    written = (ROOT / "docs/modules.md").read_text().split("```c\n")
    for name, header in (("banner", "#include <nines/check.h>"), ("pager", "#include <nines/notifier.h>")):
        code = next(part.split("```")[0] for part in written[1:] if header in part)
        example = (ROOT / f"template/{name}.c").read_text().split(header)[1]
        assert code.split(header)[1].split() == example.split(), name


run()
