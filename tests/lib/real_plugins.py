"""The plugins of the package monitoring-plugins-basic, as scripts/servers unpacked them: command("check_load", "-w", "9") for the option
`command` of the module exec. They find their own libraries on the machine."""
from real import program


def command(name, *words):
    return "\n".join([str(program("plugins", f"usr/lib/nagios/plugins/{name}")), *map(str, words)])
