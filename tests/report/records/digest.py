"""tests/report/records/digest.py: four days of a site and of mail."""
import record

from . import BEGIN, DAY, STEPS, incident


def week():
    """Four days of a site that was down over midnight and of mail with many steps, half an hour a slot."""
    site = "u" * 40 + "d" * 12 + "u" * 60 + "d" + "u" * 79
    down = BEGIN - DAY + 40 * 1800
    mail = "resolve:900,connect:9000,banner:30000,ehlo:41000,starttls:52000,tls:90000,mail:95000,rcpt:99000,quit:120000"
    return [
        record.target("shop", 1800), record.target("mail", 3600, module="smtp"), record.service("Web", ["shop"]),
        *record.results("shop", BEGIN - DAY, 1800, site, steps=STEPS, elapsed_us=99000), *record.results("mail", BEGIN - DAY, 3600, "u" * 80 + " " * 6 + "u" * 10, steps=mail, elapsed_us=121000),
        *incident("i1", "shop", down, down + 12 * 1800, step="connect", reason="connection refused"),
    ]
