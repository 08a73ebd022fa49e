"""site-switch.py FILE: while a service is down FILE is there; a web server that looks for it sends visitors to the status page.

A hook for the notifier exec (conf.d/examples/hooks.conf); what nginx needs stands in notifiers/exec/exec.md. The state that counts is the one
that the letter tells, so the same letter twice changes nothing.
"""
import os
import pathlib
import sys

flag, state = pathlib.Path(sys.argv[1]), os.environ["NINES_STATE"]
if state == "down":
    flag.touch(mode=0o644)
elif state == "up":
    flag.unlink(missing_ok=True)
