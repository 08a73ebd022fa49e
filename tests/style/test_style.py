"""The rules of style and layering that a program can check, for every file that git knows.

The layering is read from the table "Folders" of docs/architecture.md, so that the document and the rule are the same text.
"""
import re
import subprocess

from tap import ROOT, run, test

BANNED = {
    "strcpy": "text_add", "strcat": "text_add", "sprintf": "text_printf", "vsprintf": "text_vprintf", "strtok": "a loop",
    "gets": "getline", "atoi": "text_to_int", "atol": "text_to_int", "alloca": "an arena", "system": "probe_exec",
    "popen": "probe_exec", "localtime": "base/zone", "strerror": "log_errno", "pthread_create": "a fiber", "thrd_create": "a fiber",
}
NAME_LOOKUP = re.compile(r"\b(getaddrinfo|gethostbyname\w*|getnameinfo)\s*\(")
SHELL = re.compile(r'"(/bin/)?(ba|da)?sh"|\bwordexp\s*\(')
LINE_COLUMNS, FUNCTION_LINES, FILE_LINES = 100, 70, 800


def tracked(*patterns):
    """Paths that git tracks, or would (a clone without git: all files)."""
    try:
        listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT,
                                capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = [str(p.relative_to(ROOT)) for pattern in patterns for p in ROOT.rglob(pattern)
                  if p.is_file() and p.relative_to(ROOT).parts[0] not in ("build", "var", ".git")]
    return sorted(p for p in set(listed) if (ROOT / p).is_file())


def read(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def lines_of(paths):
    """(path, number, text) of every line."""
    for path in paths:
        for number, text in enumerate(read(path).splitlines(), 1):
            yield path, number, text


def without_comments(text):
    """C with comments and the insides of strings blanked, line numbers kept."""
    def blank(match):
        found = match.group(0)
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else found[0] + found[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def nothing(findings):
    """The findings of a rule are its failure, one a line."""
    findings = list(findings)
    assert not findings, "\n".join(findings)


C = tracked("*.c", "*.h")
OURS = [p for p in C if p.startswith(("core/", "include/", "modules/", "notifiers/", "reports/"))]


@test("no banned function is called")
def banned():
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    nothing(f"{path}:{number}: {found}() is banned: use {BANNED[found]}" for path in OURS
            for number, line in enumerate(without_comments(read(path)).splitlines(), 1) for found in pattern.findall(line))


@test("names are looked up by the resolver alone, and nobody starts a shell")
def lookups():
    nothing(f"{path}:{number}: {line.strip()}" for path in OURS for number, line in enumerate(read(path).splitlines(), 1)
            if (NAME_LOOKUP.search(line) and not path.startswith("core/fiber/resolve")) or SHELL.search(line))


SQL = re.compile(r'"\s*(SELECT|INSERT|UPDATE|DELETE FROM|REPLACE INTO|CREATE|DROP|ALTER|ATTACH|PRAGMA|WITH|VACUUM|BEGIN|COMMIT)\b[ ;"]')


def calls(text):
    """(line number, name, arguments) of every call in C, comments blanked, as far as parentheses pair."""
    text = re.sub(r"/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found.group(0)), text, flags=re.S)
    for found in re.finditer(r"\b(\w+)\s*\(", text):
        depth, at, in_string = 1, found.end(), False
        while depth and at < len(text):
            in_string ^= text[at] == '"' and text[at - 1] != "\\"
            depth += 0 if in_string else {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield text.count("\n", 0, found.start()) + 1, found.group(1), text[found.end():at - 1]


@test("SQL is constant texts in core/store, whose values are bound: nothing is put together, nothing is formatted into it")
def sql():
    findings = []
    for path in (p for p in OURS if p.startswith("core/")):
        text = read(path)
        is_store = path.startswith("core/store/")
        findings += [f"{path}:{text.count(chr(10), 0, found.start()) + 1}: SQL outside core/store" for found in SQL.finditer(text) if not is_store]
        for line, name, arguments in calls(text) if is_store or "sqlite3_" in text else []:
            here = f"{path}:{line}:"
            if re.match(r"text_|line_|s?n?printf|vs?n?printf|snprintf", name) and SQL.search(arguments):
                findings.append(f"{here} {name}() makes SQL: bind its values")
            if name.startswith("sqlite3_prepare") and path != "core/store/sql.c":
                findings.append(f"{here} {name}() outside core/store/sql.c: use sql_bind()")
            if re.match(r"sql_(ask|bind|run|number)$|sqlite3_exec$", name) and "text_get" in arguments.split('"')[0]:
                findings.append(f"{here} {name}() of a text that was put together")
    nothing(findings)


@test("no line of C is wider than 100 columns or indented or ended with spaces")
def widths():
    def wrong(text):
        if len(text.expandtabs(8)) > LINE_COLUMNS:
            return f"{len(text.expandtabs(8))} columns"
        if re.match(r"\t* {8}", text) and not re.match(r"\t+ +\S", text):
            return "indented with spaces"
        return "space at its end" if text != text.rstrip() else None
    nothing(f"{path}:{number}: {wrong(text)}" for path, number, text in lines_of(C) if wrong(text))


def functions(path):
    """(first line, name, number of lines) of each function of a C file."""
    lines = read(path).splitlines()
    begun = None
    for number, text in enumerate(lines, 1):
        if text == "{":
            begun = number
        elif text == "}" and begun:
            head = begun - 1
            while head > 1 and lines[head - 1].startswith((" ", "\t")):
                head -= 1
            name = re.search(r"(\w+)\s*\(", lines[head - 1])
            yield head, name.group(1) if name else lines[head - 1], number - head + 1
            begun = None


@test("no function is longer than 70 lines, no file longer than 800")
def lengths():
    long = [f"{path}:{first}: {name}() has {count} lines" for path in C for first, name, count in functions(path)
            if count > FUNCTION_LINES]
    big = [f"{path}: {len(read(path).splitlines())} lines" for path in C + tracked("*.py")
           if len(read(path).splitlines()) > FILE_LINES]
    nothing(long + big)


@test("each file begins by saying what it is")
def heads():
    shell = [p for p in tracked("scripts/*", ".ci/*", "tests/*") if read(p).startswith("#!") and "python" not in read(p)[:40]]
    nothing([f"{path}: no head comment" for path in C if not read(path).startswith("/* ")]
            + [f"{path}: no docstring" for path in tracked("*.py") if not re.match(r'(#![^\n]*\n)?(# [^\n]*\n)*"""', read(path))]
            + [f"{path}: no head comment" for path in shell if not re.match(r"#![^\n]*\n# \S", read(path))])


@test("nothing unfinished, nothing of somebody's own machine")
def leftovers():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b|" + r"(?<![\w}])/(work|root|home/\w+)/")
    nothing(f"{path}:{number}: {text.strip()}" for path, number, text in lines_of(tracked("*"))
            if marks.search(text) and not path.startswith(("tests/style/", "tests/fuzz/corpus/")))


def layers():
    """folder -> the folders and files it may include, as the table says; None: everything."""
    table = {}
    for row in re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", read("docs/architecture.md").split("## Folders")[1], re.M):
        allowed = None if row[1].strip() == "all" else {w.strip() for w in row[1].split(",")}
        for folder in row[0].split(","):
            table[folder.strip()] = allowed
    return table


def included(path):
    """Paths of the project's own files that a file includes."""
    for found in re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(path), re.M):
        yield str(((ROOT / path).parent / found).resolve().relative_to(ROOT))


def may_include(table, folder, target):
    allowed = table.get(folder, set())
    home = target.rsplit("/", 1)[0]
    return allowed is None or home == folder or home.removeprefix("core/") in allowed or target.removeprefix("core/") in allowed


@test("every folder includes only what docs/architecture.md lets it")
def layering():
    table = layers()
    assert "core/base" in table and "core/keeper" in table
    core = [p for p in OURS if p.startswith("core/") and p.count("/") > 1]
    nothing([f"{path}: includes {target}" for path in core for target in included(path)
             if not may_include(table, path.rsplit("/", 1)[0], target)]
            + [f"{folder} is not in the table of docs/architecture.md" for folder in sorted({p.rsplit("/", 1)[0] for p in core})
               if folder not in table])


@test("modules include <nines/...>, libraries and their own folder")
def modules():
    nothing(f"{path}: includes {target}" for path in OURS if path.startswith(("modules/", "notifiers/", "reports/"))
            for target in included(path) if target.rsplit("/", 1)[0] != path.rsplit("/", 1)[0])


def targets():
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))


@test("documents speak of targets, files and commands that exist")
def documents():
    findings = []
    commands = read("core/nines.c") + "".join(read(p) for p in tracked("core/cli/*.c")) if (ROOT / "core/nines.c").exists() else None
    for path, number, text in lines_of(tracked("README.md", "docs/*.md", "*/*/*.md")):
        here = f"{path}:{number}:"
        findings += [f"{here} no target '{t}'" for t in re.findall(r"`make ([a-z-]+)", text) if t not in targets()]
        findings += [f"{here} no file '{f}'" for f in re.findall(r"\]\(([^)#:]+)\)", text)
                     if not ((ROOT / path).parent / f).exists()]
        findings += [f"{here} no file '{f}'" for f in re.findall(r"`((?:core|docs|tests|scripts|include|modules|conf\.d)/[\w./-]+)`", text)
                     if "NAME" not in f and not (ROOT / f).exists()]
        if commands:
            findings += [f"{here} no command 'nines {c}'" for c in re.findall(r"`nines ([a-z]+)", text) if f'"{c}"' not in commands]
    nothing(findings)


run()
