#!/usr/bin/env python3
"""The pop3 check against Dovecot: plain, STARTTLS and implicit TLS, each way to log in, good and bad."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from golden import Golden
from real_dovecot import logins
from tap import run

logins(Golden(__file__), "pop3", "user")
run()
