"""What modules may call is what include/nines declares, and nothing else is exported."""
import re
import subprocess

from tap import BUILD, ROOT, run, test

PREFIXES = ("probe_", "letter_", "page_")


def declared():
    """The functions of include/nines: comments, the preprocessor's lines and what is compiled into the module left out."""
    found = set()
    for header in sorted((ROOT / "include/nines").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", " ", header.read_text(), flags=re.S)
        text = re.sub(r"^#.*?(?<!\\)$", " ", text, flags=re.S | re.M)
        text = re.sub(r"^static inline .*?^}", " ", text, flags=re.S | re.M)
        found |= set(re.findall(r"(?<!enum )\b((?:%s)\w+)\s*\(" % "|".join(PREFIXES), text))
    return found


def exported(program):
    """Functions and variables in its dynamic symbol table."""
    listed = subprocess.run(["nm", "-D", "--defined-only", str(BUILD / program)], capture_output=True, text=True, check=True)
    return {line.split()[2].partition("@")[0] for line in listed.stdout.splitlines() if line.split()[1] in "TDRBVWi"}


for program in ("nines", "ninesd"):
    @test(f"{program} exports the declared functions and no others")
    def same(program=program):
        ours = {name for name in exported(program) if not name.startswith("_")}
        assert not ours - declared(), f"exported and not declared: {sorted(ours - declared())}"
        missing = declared() - ours
        assert not missing, f"declared and not exported: {sorted(missing)}"


@test("every name a module can call has one of the prefixes")
def prefixes():
    text = (ROOT / "core/module/exports.list").read_text()
    assert sorted(re.findall(r"(\w+)\*;", text)) == sorted(PREFIXES)
    assert len(declared()) > 50


run()
