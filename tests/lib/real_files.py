"""tests/lib/real_files.py: real servers of files and shells: vsftpd, pure-ftpd, proftpd, sshd, telnetd. See real.py.

    with vsftpd(tmp, "ssl_enable=YES") as server: check("ftp", "host=127.0.0.1", f"port={server.port}", ...)

Where a server knows its users from the system only, it runs in a mount namespace in which /etc/passwd, /etc/shadow and /etc/pam.d are the
test's own: that takes root, and others skip. The user is always USER with PASSWORD.
"""
import contextlib
import grp
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import threading

from daemon import die_with_parent, free_port, until
from real import SERVERS, accepts, environment, program
from tap import skip

USER, PASSWORD = "alice", "s3cret-Word"
UID = 20001
PAM = "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n"
MOUNT = 'for f in passwd shadow group pam.d; do mount --bind "$0/$f" /etc/$f || exit 9; done; mkdir -p "$0/run/sshd" && ' \
        'mount --bind "$0/run" /run && exec "$@"'


class Running:
    """A server that was started: its port, its process and what it has written."""

    def __init__(self, port, process, log):
        self.port, self.process, self.log = port, process, log

    def to(self, *more, host="127.0.0.1"):
        """The options of a check that say where it is."""
        return f"host={host}", f"port={self.port}", *more


def need_root():
    if os.geteuid() != 0:
        skip("needs root for a mount namespace")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        skip("no mount namespaces here")


def _digest():
    """PASSWORD as crypt(3) keeps it."""
    return subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True).stdout.strip()


def _accounts(tmp):
    """The files that stand in for those of /etc; returns the words that a server is started with."""
    need_root()
    etc = pathlib.Path(tmp) / "etc"
    home = home_of(tmp)
    for folder in (etc, etc / "pam.d", etc / "run", etc / "run" / "sshd", home):
        folder.mkdir(exist_ok=True)
    passwd = f"root:x:0:0::/root:/bin/sh\nsshd:x:20002:20002::/nonexistent:/bin/false\nftp:x:20003:20003::{etc}:/bin/false\n" \
             f"nobody:x:65534:65534::/nonexistent:/bin/false\n{USER}:x:{UID}:{UID}::{home}:/bin/sh\n"
    (etc / "passwd").write_text(passwd)
    (etc / "group").write_text(f"root:x:0:\nnogroup:x:65534:\ntty:x:5:\nsshd:x:20002:\nftp:x:20003:\n{USER}:x:{UID}:\n")
    (etc / "shadow").write_text(f"root:*:19000::::::\n{USER}:{_digest()}:19000::::::\n")
    (etc / "shadow").chmod(0o600)
    for service in ("vsftpd", "sshd", "other"):
        (etc / "pam.d" / service).write_text(PAM)
    os.chown(home, UID, UID)
    return ["unshare", "-m", "--propagation", "private", "sh", "-c", MOUNT, str(etc)]


def home_of(tmp):
    """The home of USER, where a test puts what it wants to fetch."""
    home = pathlib.Path(tmp) / "home"
    home.mkdir(exist_ok=True)
    return home


@contextlib.contextmanager
def _start(name, command, port, tmp, env=None, address="127.0.0.1"):
    log = pathlib.Path(tmp) / f"{name}.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(list(map(str, command)), env=env or environment(name), stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
    try:
        until(f"{name} accepts", lambda: accepts(address, port) or process.poll() is not None)
        assert process.poll() is None, f"{name} ended: {process.returncode} {log.read_text(errors='replace')}"
        yield Running(port, process, log)
    finally:
        process.terminate()
        process.wait()


def vsftpd(tmp, settings="", tls=None):
    """vsftpd with anonymous users in tmp/home and, as root, USER. `tls`: what certs.py makes."""
    binary, port = program("vsftpd", "usr/sbin/vsftpd"), free_port()
    prefix = _accounts(tmp)
    empty = pathlib.Path(tmp) / "empty"
    empty.mkdir(exist_ok=True)
    secure = f"ssl_enable=YES\nallow_anon_ssl=YES\nrsa_cert_file={tls[0]}\nrsa_private_key_file={tls[1]}\n" if tls else ""
    conf = pathlib.Path(tmp) / "vsftpd.conf"
    conf.write_text(f"listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\nanonymous_enable=YES\nanon_root={home_of(tmp)}\n"
                    f"local_enable=YES\nsecure_chroot_dir={empty}\nnopriv_user=nobody\nftp_username=ftp\npam_service_name=vsftpd\n"
                    f"xferlog_enable=NO\nseccomp_sandbox=NO\npasv_address=192.0.2.1\n{secure}{settings}\n")
    return _start("vsftpd", [*prefix, binary, conf], port, tmp)


def pureftpd(tmp, *settings, tls=None):
    """pure-ftpd with users of a database of its own: USER, in tmp/home. `tls`: what certs.py makes."""
    binary, port, home = program("pureftpd", "usr/sbin/pure-ftpd"), free_port(), home_of(tmp)
    if os.geteuid() != 0:
        skip("needs root: pure-ftpd changes to the folder's user")
    base = pathlib.Path(tmp) / "pureftpd"
    subprocess.run([program("pureftpd", "usr/bin/pure-pw"), "useradd", USER, "-u", str(UID), "-g", str(UID), "-d", str(home), "-f", f"{base}.passwd",
                    "-F", f"{base}.pdb", "-m"], input=f"{PASSWORD}\n{PASSWORD}\n", text=True, env=environment("pureftpd"), check=True,
                   capture_output=True)
    os.chown(home, UID, UID)
    secure = []
    if tls:
        joined = pathlib.Path(f"{base}.pem")
        joined.write_text(pathlib.Path(tls[1]).read_text() + pathlib.Path(tls[0]).read_text())
        secure = ["-Y", "1", "-2", joined]
    return _start("pureftpd", [binary, "-l", f"puredb:{base}.pdb", "-S", f"127.0.0.1,{port}", "-g", f"{base}.pid", "-E", "-H", *secure, *settings],
                  port, tmp)


def proftpd(tmp, settings="", tls=None):
    """proftpd with a password file of its own: USER, in tmp/home; runs as whoever runs the test. `tls`: what certs.py makes."""
    binary, port, home = program("proftpd", "usr/sbin/proftpd"), free_port(), home_of(tmp)
    base = pathlib.Path(tmp) / "proftpd"
    user = UID if os.geteuid() == 0 else os.geteuid()
    pathlib.Path(f"{base}.passwd").write_text(f"{USER}:{_digest()}:{user}:{user}::{home}:/bin/sh\n")
    pathlib.Path(f"{base}.passwd").chmod(0o600)
    os.chown(home, user, user)
    who = "User nobody\nGroup nogroup\n" if os.geteuid() == 0 else f"User {login_name()}\nGroup {grp.getgrgid(os.getegid()).gr_name}\n"
    secure = f"LoadModule mod_tls.c\nTLSEngine on\nTLSECCertificateFile {tls[0]}\nTLSECCertificateKeyFile {tls[1]}\nTLSLog none\n" if tls else ""
    pathlib.Path(f"{base}.conf").write_text(
        f"ModulePath {SERVERS}/proftpd/usr/lib/proftpd\nServerName test\nServerType standalone\nDefaultAddress 127.0.0.1\nPort {port}\nUseIPv6 off\n{who}"
        f"AuthUserFile {base}.passwd\nAuthOrder mod_auth_file.c\nRequireValidShell off\nWtmpLog off\nPidFile {base}.pid\nScoreboardFile {base}.score\n"
        f"ControlsEngine off\nDelayTable none\nSystemLog none\nTransferLog none\n{secure}{settings}\n")
    return _start("proftpd", [binary, "-n", "-q", "-c", f"{base}.conf"], port, tmp)


LOGIN = """#!/bin/sh
while :; do
    printf 'real login: '; read -r user || exit
    stty -echo; printf 'Password: '; read -r password || exit; stty echo; printf '\\n'
    [ "$user:$password" = '%s:%s' ] && break
    printf 'Login incorrect\\n'
done
printf 'Last login: yesterday\\n$ '; read -r command
"""


class Inetd:
    """Accepts, and starts `command` with each connection as its standard input and output, as inetd does."""

    def __init__(self, command, env):
        self.command, self.env, self.children = command, env, []
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.sock.accept()
                with client:
                    self.children.append(subprocess.Popen(self.command, env=self.env, stdin=client, stdout=client, stderr=subprocess.DEVNULL,
                                                          preexec_fn=die_with_parent))

    def to(self, *more):
        return "host=127.0.0.1", f"port={self.port}", *more

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.thread.join(5.0)
        for child in self.children:
            child.terminate()
            child.wait()


def telnetd(tmp):
    """telnetd of GNU inetutils with a login of the test's own for USER."""
    binary = program("telnetd", "usr/sbin/telnetd")
    login = pathlib.Path(tmp) / "login"
    login.write_text(LOGIN % (USER, PASSWORD))
    login.chmod(0o755)
    return Inetd([str(binary), "-h", "-E", str(login)], environment("telnetd"))


def keygen(path, kind, *more):
    """A key pair PATH and PATH.pub."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-f", str(path), "-N", "", *more], check=True, capture_output=True)
    return path


def fingerprint(path):
    """As ssh-keygen -l prints it: SHA256:..."""
    return subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True).stdout.split()[1]


def login_name():
    """Whom sshd() lets in by key."""
    return USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def sshd(tmp, settings="", host_key="ed25519"):
    """sshd with a host key tmp/host_key of that kind; tmp/authorized_keys may log in as USER. As root it takes USER's password too; else it
    runs as whoever runs the test, who is then the only user there is."""
    binary, port = program("sshd", "usr/sbin/sshd"), free_port()
    if not shutil.which("ssh-keygen"):
        skip("no ssh-keygen here")
    prefix = _accounts(tmp) if os.geteuid() == 0 else []
    base = pathlib.Path(tmp)
    if not (base / "host_key").exists():
        keygen(base / "host_key", host_key)
    conf = base / "sshd_config"
    conf.write_text(f"{settings}\nListenAddress 127.0.0.1:{port}\nHostKey {base}/host_key\nPidFile none\nStrictModes no\nUsePAM no\n"
                    f"AuthorizedKeysFile {base}/authorized_keys\nPasswordAuthentication yes\nMaxStartups 100\nPrintMotd no\n")
    return _start("sshd", [*prefix, binary, "-D", "-e", "-f", conf], port, tmp)
