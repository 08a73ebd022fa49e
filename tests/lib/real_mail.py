"""tests/lib/real_mail.py: real mail servers, each with its own folder and configuration until the end of the `with`. See real.py.

    with exim(tmp, certs.good()) as mx:
        check("smtp", *mx.to("plain", "user=alice", f"password={PASSWORD}"))

`plain` is the port that offers STARTTLS, `tls` the one that speaks TLS from the first byte; dovecot has both for imap and for pop3. The user is
USER with PASSWORD, who has MESSAGES messages.
"""
import contextlib
import email
import email.policy
import fcntl
import grp
import mailbox
import os
import pathlib
import pwd
import shutil
import subprocess

from daemon import die_with_parent, free_port, until
from real import SERVERS, accepts, environment, program
from tap import skip

USER, PASSWORD, MESSAGES = "alice", "s3cret Word%", 3
DOMAIN = "nines.test"
UID = 65534  # nobody
MESSAGE = "From: bob@nines.test\r\nSubject: hello\r\n\r\nA line.\r\n"
EXIM = """
exim_path = {program}
spool_directory = {tmp}/spool
log_file_path = {tmp}/spool/%slog
primary_hostname = mx.nines.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = {plain} : {tls}
tls_on_connect_ports = {tls}
tls_advertise_hosts = *
tls_certificate = {tmp}/cert.pem
tls_privatekey = {tmp}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{{advertise}}}{{*}}}}
acl_smtp_rcpt = rcpt
keep_environment = LD_LIBRARY_PATH
host_lookup =
rfc1413_query_timeout = 0s
{more}
begin acl
rcpt:
  defer local_parts = grey
    message = greylisted, come again
  defer local_parts = later
    condition = ${{if exists{{{tmp}/open}}{{no}}{{yes}}}}
    message = greylisted, come again
  accept domains = nines.test
  deny message = relay not permitted
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = "Username:: : Password::"
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{user}}}{{{password}}}fail}}
"""
# Mail to DOMAIN goes into one file, for tests that send some; without it exim takes mail and delivers none.
EXIM_BOX = """
begin routers
box:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  file = {tmp}/spool/box
  user = Debian-exim
"""
# Mail to DOMAIN goes where tmp/aliases says, as /etc/aliases does, for tests of a program that takes mail through a pipe.
EXIM_ALIASES = """
begin routers
aliases:
  driver = redirect
  data = ${{lookup{{$local_part}}lsearch{{{tmp}/aliases}}}}
  pipe_transport = pipe
  user = Debian-exim
begin transports
pipe:
  driver = pipe
  log_output
begin retry
* * F,1h,1s
"""
DOVECOT = """
base_dir = {tmp}/run
state_dir = {tmp}/state
log_path = {tmp}/log
import_environment = LD_LIBRARY_PATH
protocols = imap pop3
listen = 127.0.0.2
ssl = yes
ssl_cert = <{tmp}/cert.pem
ssl_key = <{tmp}/key.pem
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain login cram-md5
auth_failure_delay = 0
disable_plaintext_auth = {secure_only}
default_internal_user = {account}
default_internal_group = {group}
default_login_user = {account}
default_client_limit = 1000
first_valid_uid = {uid}
mail_uid = {uid}
mail_gid = {gid}
mail_location = maildir:{tmp}/mail/%u
passdb {{
  driver = passwd-file
  args = {tmp}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={tmp}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
{more}
"""


class Ports:
    def __init__(self, host="127.0.0.1", **port):
        self.host, self.port = host, port

    def to(self, name, *more):
        """The options of a check that say where it is."""
        return f"host={self.host}", f"port={self.port[name]}", *more


def _lay_out(tmp, pair):
    """A folder that a server of another user may read, with the certificate."""
    tmp.chmod(0o755)
    for source, name in zip(pair, ("cert.pem", "key.pem")):
        shutil.copy(source, tmp / name)
        (tmp / name).chmod(0o644)


@contextlib.contextmanager
def _started(name, tmp, command, ports):
    with open(tmp / "output", "wb") as out:
        process = subprocess.Popen(list(map(str, command)), env=environment(name), stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
    try:
        until(f"{name} accepts", lambda: process.poll() is not None or all(accepts(ports.host, port) for port in ports.port.values()))
        assert process.poll() is None, f"{name} ended: {(tmp / 'output').read_text(errors='replace')}"
        yield ports
    finally:
        process.terminate()
        process.wait()


def _own(path):
    """The server's user owns all of it: as root somebody else; else who runs the test, whom the server sees under that number."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{UID}:{UID}", path], check=True)


def _mounted(mount, first):
    """The words in front of a command that is to see other files than the machine has: `mount` is what makes it so, with `first` as $0. Who is not
    root mounts in a user namespace, and runs the command in another one, as UID without rights."""
    is_root = os.geteuid() == 0
    as_user = "" if is_root else f"unshare --user --map-user={UID} --map-group={UID} "
    words = ["unshare", "-m", *([] if is_root else ["--map-root-user"]), "--propagation", "private", "sh", "-c", f'{mount} && exec {as_user}"$@"', str(first)]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        skip("no mount namespaces here")
    return words


def exim(tmp, pair, *, advertise="", more="", has_box=False, has_aliases=False):
    """Exim knows its own user from the system only: it runs where /etc/passwd and /etc/group are ours. `advertise`:
    to whom AUTH is offered without TLS, for example "*". `has_box`: what it takes for DOMAIN comes into tmp/spool/box. `has_aliases`: it goes
    where tmp/aliases says; tmp/spool/mainlog tells what became of it, and .run("-qff") tries again what waits."""
    binary = program("exim", "usr/sbin/exim4")
    tmp = pathlib.Path(tmp)
    ports = Ports(plain=free_port(), tls=free_port())
    _lay_out(tmp, pair)
    (tmp / "passwd").write_text("root:x:0:0::/:/bin/false\nDebian-exim:x:65534:65534::/:/bin/false\n")
    (tmp / "group").write_text("root:x:0:\nDebian-exim:x:65534:\n")
    (tmp / "spool").mkdir()
    _own(tmp / "spool")
    routes = EXIM_BOX if has_box else EXIM_ALIASES if has_aliases else ""
    if routes:  # it runs itself for each delivery, and as a setuid program would not find its libraries
        binary = pathlib.Path(shutil.copyfile(binary, tmp / "exim"))
        binary.chmod(0o755)
        more += "deliver_drop_privilege = true\n"
    text = EXIM.format(program=binary, tmp=tmp, user=USER, password=PASSWORD, advertise=advertise, more=more, **ports.port)
    (tmp / "conf").write_text(text + routes.format(tmp=tmp))
    mount = 'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group'
    command = [*map(str, _mounted(mount, tmp)), str(binary), "-C", str(tmp / "conf")]
    ports.run = lambda *words: subprocess.run([*command, *words], env=environment("exim"), stdin=subprocess.DEVNULL, check=True)
    return _started("exim", tmp, [*command, "-bdf", "-oP", tmp / "spool/pid"], ports)


def _mailbox(folder):
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number in range(MESSAGES):
        (folder / "new" / f"{number}.message").write_text(MESSAGE)


def dovecot(tmp, pair, *, secure_only="yes", more=""):
    """Dovecot looks for its modules under /usr alone: it runs where its tree is laid over /usr. Its processes and the mailbox are those of
    `nobody`. It listens on 127.0.0.2: a client from its own address would count as secure, TLS or not."""
    binary, root, tmp = program("dovecot", "usr/sbin/dovecot"), SERVERS / "dovecot", pathlib.Path(tmp)
    ports = Ports("127.0.0.2", imap=free_port(), imaps=free_port(), pop3=free_port(), pop3s=free_port())
    _lay_out(tmp, pair)
    _mailbox(tmp / "mail" / USER)
    _own(tmp / "mail")
    (tmp / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (tmp / "conf").write_text(DOVECOT.format(tmp=tmp, uid=UID, gid=UID, account=pwd.getpwuid(UID).pw_name,
                                             group=grp.getgrgid(UID).gr_name, secure_only=secure_only, more=more, **ports.port))
    mount = 'mount -t overlay -o "lowerdir=$0/usr:/usr" overlay /usr'
    return _started("dovecot", tmp, [*_mounted(mount, root), binary, "-F", "-c", tmp / "conf"], ports)


def box(tmp):
    """The mails that exim() of that folder has taken for a user with has_box, each as a whole: Exim holds its lock while it writes one."""
    path = pathlib.Path(tmp) / "spool" / "box"
    if not path.exists():
        return []
    with path.open("rb+") as locked:
        fcntl.lockf(locked, fcntl.LOCK_EX)
        return list(mailbox.mbox(path, lambda file: email.message_from_binary_file(file, policy=email.policy.default)))
