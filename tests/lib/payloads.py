"""tests/lib/payloads.py: texts that want to become markup, script, addresses or lines of something else (F44, F49): MARKUP has more than 200.

Each is one that has worked somewhere: in a text, in a quoted or bare attribute, in an address, in a style, in SVG, in what a template or a
filter lets pass. Those that are lines of text stand in tests/browser/markup.txt.
"""
from tap import ROOT

# What cannot stand in a list of lines, or not be seen in one.
BY_NUMBER = [
    "a\r\nSet-Cookie: a=b", "a\nLocation: //evil.test/", "a\n\n<script>alert(1)</script>", "a\rb", "a\tb", "a\x0bb", "a\x0cb",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "\x07bell", "a\x08\x08b", "\x7f", "\u202eexe.cod", "\u202aa\u202cb", "\u2066x\u2069",
    "\u200bhidden", "a\u200db", "\ufeffmark", "\u2028line", "\u2029paragraph", "\xadsoft", "\u00a0", "\ufdd0", "\uffff", "\U0010ffff",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e", "\u2039script\u203a", "\u02bbonload=\u02bb", "e\u0301" * 30, "Z\u0351\u036b\u0343\u036a" * 10,
    "\udcff\udcfe", "\udcc3(", "\udced\udca0\udc80", "\udcf8\udc88\udc80\udc80\udc80", "\udcc0\udcbcscript\udcc0\udcbe", "a\x00<b>",  # surrogates: bytes, no UTF-8
    "\U0001f525" * 40, "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 <b>", "a" * 180, "a " * 90, "<" * 180, "&" * 180, "\"" * 180,
]

def raw(text):
    """The bytes that a server sends."""
    return text.encode("utf-8", "surrogateescape")


MARKUP = (ROOT / "tests/browser/markup.txt").read_text().rstrip("\n").split("\n") + BY_NUMBER
