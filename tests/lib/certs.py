"""Certificates for the tests, good and bad, made once with the openssl command and kept in $BUILD/certs.

Each maker returns the pair (path of the certificate chain, path of its key) that servers.tls_context() takes; authority() is the path
that `ca-file` takes. The folder is made under another name and moved into place whole, so that tests may run in parallel.

    good expired not_yet weak_key sha1 rsa soon_chain wrong_host self_signed incomplete chain other_authority client soon
"""
import datetime
import functools
import os
import shutil
import subprocess
import tempfile

BUILD = os.environ.get("BUILD", "build")
FOLDER = os.path.join(BUILD, "certs")
VERSION = "4"  # changes when what is made changes

CONFIG = """[req]
distinguished_name = none
prompt = no
[none]
[ca]
default_ca = ca_default
[ca_default]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = none
[anything]
commonName = supplied
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
subjectAltName = DNS:localhost,DNS:host.test,IP:127.0.0.1,IP:127.0.0.2,IP:::1
[elsewhere]
basicConstraints = CA:false
subjectAltName = DNS:elsewhere.test
"""


def _openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def _stamp(days):
    """So many whole days from now all through today, for which the folder is kept."""
    ahead = datetime.timedelta(hours=23, minutes=59) if days > 0 else datetime.timedelta()
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days) + ahead
    return moment.strftime("%Y%m%d%H%M%SZ")


def _key(folder, name, rsa):
    kind = ["RSA", "-pkeyopt", f"rsa_keygen_bits:{rsa}"] if rsa else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    _openssl(folder, "genpkey", "-algorithm", *kind, "-out", f"{name}.key")


def _issue(folder, name, issuer, start=-30, end=365, extensions="leaf", rsa=None, digest="sha256"):
    """Makes NAME.key and NAME.crt, signed by `issuer` (itself when the names are the same). `rsa`: bits of such a key."""
    _key(folder, name, rsa)
    _openssl(folder, "req", "-new", "-config", "openssl.cnf", "-key", f"{name}.key", "-subj", f"/CN={name}.test", "-out", f"{name}.csr")
    by = ["-selfsign", "-keyfile", f"{name}.key"] if issuer == name else ["-cert", f"{issuer}.crt", "-keyfile", f"{issuer}.key"]
    _openssl(folder, "ca", "-batch", "-notext", "-config", "openssl.cnf", "-in", f"{name}.csr", "-out", f"{name}.crt",
             "-startdate", _stamp(start), "-enddate", _stamp(end), "-extensions", extensions, "-md", digest, *by)


def _join(folder, into, *names):
    with open(os.path.join(folder, into), "wb") as out:
        for name in names:
            with open(os.path.join(folder, name), "rb") as part:
                out.write(part.read())


def _make(folder):
    for name, text in (("openssl.cnf", CONFIG), ("index", ""), ("serial", "1000\n")):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)
    for name in ("authority", "other"):
        _issue(folder, name, name, end=3650, extensions="authority")
    _issue(folder, "between", "authority", end=1825, extensions="authority")
    _issue(folder, "good", "authority")
    _issue(folder, "soon", "authority", end=5)
    _issue(folder, "expired", "authority", start=-60, end=-3)
    _issue(folder, "notyet", "authority", start=3)
    _issue(folder, "elsewhere", "authority", extensions="elsewhere")
    _issue(folder, "selfsigned", "selfsigned")
    _issue(folder, "stranger", "other")
    _issue(folder, "behind", "between")
    _issue(folder, "client", "authority")
    _issue(folder, "rsa", "authority", rsa=2048)
    _issue(folder, "weakkey", "authority", rsa=1024)
    _issue(folder, "sha1", "authority", digest="sha1")
    _issue(folder, "soonbetween", "authority", end=5, extensions="authority")
    _issue(folder, "behindsoon", "soonbetween", end=60)
    _join(folder, "chain.crt", "behind.crt", "between.crt")
    _join(folder, "soonchain.crt", "behindsoon.crt", "soonbetween.crt")


@functools.cache
def _folder():
    place = os.path.abspath(f"{FOLDER}-{VERSION}-{datetime.date.today().isoformat()}")
    if not os.path.isdir(place):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        new = tempfile.mkdtemp(prefix="certs.", dir=os.path.dirname(place))
        os.chmod(new, 0o755)
        _make(new)
        try:
            os.rename(new, place)
        except OSError:  # another test was first
            shutil.rmtree(new)
    return place


def _pair(certificate, key):
    return os.path.join(_folder(), f"{certificate}.crt"), os.path.join(_folder(), f"{key}.key")


def authority():
    """The PEM file to trust."""
    return os.path.join(_folder(), "authority.crt")


def good():
    return _pair("good", "good")


def soon():
    """Five days left."""
    return _pair("soon", "soon")


def expired():
    return _pair("expired", "expired")


def not_yet():
    return _pair("notyet", "notyet")


def wrong_host():
    """For elsewhere.test only."""
    return _pair("elsewhere", "elsewhere")


def self_signed():
    return _pair("selfsigned", "selfsigned")


def other_authority():
    """Signed by an authority that nobody trusts."""
    return _pair("stranger", "stranger")


def chain():
    """Behind an intermediate that is sent along: good."""
    return _pair("chain", "behind")


def incomplete():
    """The same without its intermediate."""
    return _pair("behind", "behind")


def client():
    return _pair("client", "client")


def rsa():
    """A key of RSA, as long as it should be: what old protocols need."""
    return _pair("rsa", "rsa")


def weak_key():
    """RSA with 1024 bits."""
    return _pair("weakkey", "weakkey")


def sha1():
    """Signed with SHA-1."""
    return _pair("sha1", "sha1")


def soon_chain():
    """Behind an intermediate that has five days left; itself more."""
    return _pair("soonchain", "behindsoon")
