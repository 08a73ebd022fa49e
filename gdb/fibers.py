"""gdb/fibers.py: shows the probes in flight of a prober, or of its core: which step each waits in and its stack.

    gdb -p PID -x gdb/fibers.py          (or: gdb build/ninesd core -x gdb/fibers.py)
    (gdb) fibers                         one line a fiber
    (gdb) fibers bt                      and the backtrace of each
    (gdb) fibers bt 812                  of one probe

Reads memory only: registers are never written, so it works on cores too. A parked fiber's registers lie on its stack as
core/fiber/switch_x86_64.c left them; gdb's unwinder is told that frame 0 was called from there. A prober runs a private copy of each
module, /proc/PID/fd/N: where gdb does not find that (in a core) the symbols come from modules/NAME.so beside the program. Where gdb
asks the network for symbols first, start it with -iex "set debuginfod enabled off".
"""
import os
import shutil
import tempfile
import time

import gdb
from gdb.unwinder import Unwinder, register_unwinder

PROBE_MAGIC = 0x70726F62
FIBER_MAGIC = 0x66696272
# struct left of core/fiber/switch_x86_64.c: words from the stack pointer up; behind them the fiber goes on.
LEFT = {"r15": 1, "r14": 2, "r13": 3, "r12": 4, "rbx": 5, "rbp": 6, "rip": 7}
LEFT_WORDS = 8


class Into(Unwinder):
    """While `context` is set, the caller of frame 0 is the parked fiber."""

    def __init__(self):
        super().__init__("nines fibers")
        self.context = None

    def __call__(self, frame):
        if self.context is None or frame.level() != 0:
            return None
        word = gdb.lookup_type("unsigned long")
        left = self.context["sp"].cast(word.pointer())
        kind = frame.read_register("rsp").type
        sp = gdb.Value(int(self.context["sp"]) + 8 * LEFT_WORDS).cast(kind)
        info = frame.create_unwind_info(Id(sp - 256, frame.read_register("rip")))  # gdb wants stacks to grow one way
        info.add_saved_register("rsp", sp)
        for name, place in LEFT.items():
            info.add_saved_register(name, left[place].cast(frame.read_register(name).type))
        return info


class Id:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


def text(pointer):
    try:
        return pointer.string() if pointer else "-"
    except (gdb.error, UnicodeDecodeError):
        return "?"


def probe_of(fiber):
    """The struct probe in the fiber's spare area, or None."""
    try:
        probe = fiber["spare"].cast(gdb.lookup_type("struct probe").pointer()).dereference()
        return probe if int(probe["magic"]) == PROBE_MAGIC else None
    except gdb.error:
        return None


class Symbols:
    """Gives gdb the symbols of modules, each once."""

    def __init__(self):
        self.known, self.folder = set(), tempfile.TemporaryDirectory(prefix="fibers-")  # gdb reads it as it needs it

    def add(self, probe):
        module = probe["order"]["module"].cast(gdb.lookup_type("char").pointer()) - offset("struct module", "copy")
        module = module.cast(gdb.lookup_type("struct module").pointer()).dereference()
        # What dlopen() returns is a struct link_map; its first member says where the file was put.
        base = int(module["handle"].cast(gdb.lookup_type("unsigned long").pointer()).dereference())
        if base in self.known or gdb.block_for_pc(int(module["check"]["run"])):
            return
        self.known.add(base)
        name = text(module["name"].address.cast(gdb.lookup_type("char").pointer()))
        copy = os.path.join(self.folder.name, name + ".so")
        if copy_module(name, int(module["fd"]), copy):
            gdb.execute(f"add-symbol-file {copy} -o {base:#x}", to_string=True)


def offset(struct, member):
    return next(f.bitpos // 8 for f in gdb.lookup_type(struct).fields() if f.name == member)


def is_live():
    return gdb.selected_inferior().was_attached


def copy_module(name, fd, into):
    """False when the file is not there."""
    beside = os.path.join(os.path.dirname(gdb.current_progspace().filename), "modules", name + ".so")
    for path in [f"/proc/{gdb.selected_inferior().pid}/fd/{fd}"] * is_live() + [beside]:
        try:
            shutil.copyfile(path, into)
            return True
        except OSError:
            pass
    return False


def fibers():
    at = gdb.parse_and_eval("'core/fiber/fiber.c'::sched")["used"]
    while at:
        fiber = at.dereference()
        if int(fiber["magic"]) != FIBER_MAGIC:
            print("the list of fibers is broken here")
            return
        yield fiber
        at = fiber["next"]


def describe(fiber, probe):
    """(the probe's number, one line for a person)"""
    if probe is None:
        return None, f"fiber {fiber.address}: no probe"
    order = probe["order"]
    number = text(order["id"])
    words = [f"probe {number}", text(order["module"]["head"]["name"]), f"'{text(order['check'])}'", f"step {text(probe['open_step'])}"]
    words += [text(probe["address"].address.cast(gdb.lookup_type("char").pointer())) or "-"]
    words += ["parked" if probe["is_parked"] else "runs"]
    words += [f"for {time.monotonic() - int(probe['start_us']) / 1e6:.1f} s"] if is_live() else []
    return number, "  ".join(words + ([f"failed: {text(probe['reason'])}"] if probe["has_failed"] else []))


class Fibers(gdb.Command):
    """fibers [bt [PROBE]]: the probes in flight, with `bt` the stack of each."""

    def __init__(self):
        super().__init__("fibers", gdb.COMMAND_STACK)
        self.into, self.symbols = Into(), Symbols()
        register_unwinder(None, self.into, replace=True)

    def backtrace(self, fiber):
        self.into.context = fiber["context"]
        try:
            gdb.invalidate_cached_frames()
            lines = gdb.execute("bt", to_string=True).splitlines()
            print("\n".join("    " + line for line in lines if not line.startswith("#0 ")))
        finally:
            self.into.context = None
            gdb.invalidate_cached_frames()

    def invoke(self, argument, from_tty):
        words = argument.split()
        wanted = words[1] if len(words) > 1 else None
        for fiber in fibers():
            probe = probe_of(fiber)
            number, line = describe(fiber, probe)
            if wanted is not None and number != wanted:
                continue
            print(line)
            if words and probe is not None and probe["is_parked"]:
                self.symbols.add(probe)
                self.backtrace(fiber)


Fibers()
