"""tests/lib/zones.py: every zone of the machine's tzdata in one report: a service for each, by an sla of that zone.

    zones.wrong_months(store, tmp, [(2011, 12), (2011, 13)])   # the 13th is January; [] where all add up to the month's length
"""
import concurrent.futures
import datetime
import json
import os
import zoneinfo

import reporting

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
SUMS = ("up_s", "degraded_s", "down_s", "unknown_s", "not_monitored_s", "maintenance_s", "outside_hours_s", "excluded_s")
SLA = 'sla "{zone}" {{ target = 99.9 zone = "{zone}" hours = {{"Mon-Sat 06:30-22:15"}} maintenance-allowance = "90m" }}\n'
SERVICE = 'service "{zone}" {{ members = {{"a"}} sla = "{zone}" }}\n'
MAINTENANCE = 'maintenance "m" { cron = "30 1 * * *" for = "45m" zone = "America/St_Johns" }\n'


def begins(zone, year, month):
    return datetime.datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()


def length(zone, year, month):
    return begins(zone, year, month + 1) - begins(zone, year, month)


def _wrong(store, conf, year, month):
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    rows = {row["name"]: row for row in json.loads(reporting.nines(
        "sla", "--store", store, "--month", f"{year}-{month:02}", "--format", "json", "charts=0", conf=conf))["rows"]}
    found = [f"{year}-{month:02}: no row of {zone}" for zone in ZONES if zone not in rows]
    for zone in ZONES:
        row = rows.get(zone, {})
        if row and (row["span_zone"] != zone or sum(row[name] for name in SUMS) != length(zone, year, month)):
            found.append(f"{year}-{month:02} {zone}: {length(zone, year, month)} s: {row}")
    return found


def wrong_months(store, folder, months):
    assert len(ZONES) > 400, ZONES
    conf = folder / "zones.conf"
    conf.write_text("".join(SLA.format(zone=zone) + SERVICE.format(zone=zone) for zone in ZONES) + MAINTENANCE)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [one for found in pool.map(lambda month: _wrong(store, conf, *month), months) for one in found]
