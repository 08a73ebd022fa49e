"""tests/lib/tap.py: the frame of every Python test: named functions, plain asserts, TAP on standard output.

    from tap import test, run, skip

    @test("a refused port is down")
    def refused(tmp):            # `tmp`: a pathlib.Path of an empty folder of its own, given to those who ask for it
        assert verdict == "down"

    run()

A failed assert shows its source and the variables in it. Arguments on the command line select tests by a part of the name.
The runner (tests/run) reads the output; a test file also runs alone. Tests of one file run one after the other.
"""
import inspect
import os
import pathlib
import shutil
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / os.environ.get("BUILD", "build")

_tests = []


class Skipped(Exception):
    pass


def test(name):
    """Registers the function as a test; for a table of cases decorate inside a loop and bind the case as a default argument."""
    def register(function):
        _tests.append((name, function))
        return function
    return register


def skip(why):
    """Ends the running test without a verdict."""
    raise Skipped(why)


def _variables(frame, line):
    """The local variables that stand in the failed line, one text each."""
    for name, value in frame.f_locals.items():
        if name in line and not callable(value) and not inspect.ismodule(value):
            yield f"{name} = {repr(value)[:2000]}"


def _explain(error):
    """What a person needs to see of an exception."""
    here = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename != __file__:
            here = here if isinstance(error, AssertionError) and here and "/lib/" in frame.f_code.co_filename else (frame, number)
    lines = traceback.format_exception(error) if not isinstance(error, AssertionError) or not here else []
    if here and isinstance(error, AssertionError):
        code, first = inspect.getsourcelines(here[0])
        source = code[here[1] - max(first, 1)].strip()
        lines = [f"{os.path.basename(here[0].f_code.co_filename)}:{here[1]}: {source}", str(error)]
        lines += [] if str(error) else _variables(here[0], source)
    return "\n".join(lines).strip().splitlines()


def _run_one(function):
    """None when it passed, else the exception."""
    tmp = None
    arguments = {}
    if "tmp" in inspect.signature(function).parameters:
        tmp = tempfile.mkdtemp(prefix="test-")
        os.chmod(tmp, 0o755)  # a daemon started by root reads it under another user
        arguments["tmp"] = pathlib.Path(tmp)
    try:
        function(**arguments)
    except (Exception, SystemExit) as error:  # noqa: any way to fail is a failure of this test alone
        return error
    finally:
        if tmp:
            shutil.rmtree(tmp, ignore_errors=True)
    return None


def run():
    """Runs all tests of the file and exits."""
    wanted = sys.argv[1:]
    chosen = [t for t in _tests if not wanted or any(w in t[0] for w in wanted)]
    failed = 0
    for number, (name, function) in enumerate(chosen, 1):
        error = _run_one(function)
        if error is None:
            print(f"ok {number} - {name}", flush=True)
        elif isinstance(error, Skipped):
            print(f"ok {number} - {name} # SKIP {error}", flush=True)
        else:
            failed += 1
            print(f"not ok {number} - {name}")
            for line in _explain(error):
                print("#   " + line)
            sys.stdout.flush()
    print(f"1..{len(chosen)}", flush=True)
    sys.exit(1 if failed else 0)
