"""The programs that are compared, each configured as its own manual advises for speed. Every function starts one and yields it."""
import functools
import json

from lab import BENCH, BIN, PEERS, POOL, SERVER, program, say

URL = f"http://{SERVER}/"


class Missing(Exception):
    """A program that is not there: its case goes on without it, and says so."""


def found(name):
    path = program(name)
    if not path:
        raise Missing(f"{name} is not installed (make bench installs it)")
    return path


def bellhop(lab, answer="inform", more="", folder="bellhop", under=()):
    """As it comes: ledger, log, page and every service on; run by the program `under`, where one is named."""
    state = lab.fresh(folder)
    lease = f"\n  lease: {{range: {POOL[0]}-{POOL[1]}, time: 1h, to: anyone}}\n  relays: [10.99.64.1]" if answer == "lease" else ""
    (state / "bellhop.yaml").write_text(f"root: {lab.tree}\ndhcp:\n  answer: {answer}{lease}\n{more}\n")
    ready = "event=leasing.begun" if answer == "lease" else "ready"
    return lab.running(
        *under, BIN / "bellhop", "run", "--config", state / "bellhop.yaml", "--state", state / "state", "--interface", "lab0", ready=ready)


def leasing(lab):
    return bellhop(lab, answer="lease")


def kea(lab):
    """ARM 2.2, "Multi-Threading Settings": one thread a core. No host reservations are looked up ("Fine-Tuning DHCPv4 Host Reservation")."""
    folder = lab.fresh("kea")
    (folder / "kea.json").write_text(json.dumps({"Dhcp4": {
        "interfaces-config": {"interfaces": ["lab0"], "dhcp-socket-type": "raw"},
        "multi-threading": {"enable-multi-threading": True, "thread-pool-size": 2, "packet-queue-size": 64},
        "lease-database": {"type": "memfile", "persist": True, "name": f"{folder}/leases.csv", "lfc-interval": 0},
        "reservations-global": False, "reservations-in-subnet": False,
        "valid-lifetime": 3600,
        "subnet4": [{"id": 1, "subnet": "10.99.0.0/16", "pools": [{"pool": f"{POOL[0]} - {POOL[1]}"}],
                     "option-data": [{"name": "tftp-server-name", "data": URL}, {"name": "boot-file-name", "data": "phone.cfg"}]}],
        "loggers": [{"name": "kea-dhcp4", "severity": "WARN", "output_options": [{"output": f"{folder}/log"}]},
                    {"name": "kea-dhcp4.dhcp4", "severity": "INFO", "output_options": [{"output": f"{folder}/started"}]}],
    }}))
    return lab.running(
        "env", f"KEA_PIDFILE_DIR={folder}", f"KEA_LOCKFILE_DIR={folder}", found("kea-dhcp4"), "-c", folder / "kea.json",
        ready="DHCP4_STARTED", log=folder / "started")


def dnsmasq(lab, *more, leases=True):
    folder = lab.fresh("dnsmasq")
    dhcp = [f"--dhcp-range={POOL[0]},{POOL[1]},1h", "--dhcp-authoritative", "--no-ping", "--quiet-dhcp", "--dhcp-lease-max=20000",
            f"--dhcp-leasefile={folder}/leases", f"--dhcp-option=66,{URL}", "--dhcp-option=67,phone.cfg"] if leases else []
    return lab.running(
        found("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", "--interface=lab0",
        f"--log-facility={folder}/log", f"--pid-file={folder}/pid", *dhcp, *more, ready="started, version", log=folder / "log")


def nginx(lab, tls=""):
    """Two workers; files' descriptors kept (open_file_cache), sent by sendfile, and no access log."""
    folder = lab.fresh("nginx")
    (folder / "nginx.conf").write_text(f"""
user root; worker_processes 2; pid {folder}/pid; error_log {folder}/log warn; daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000; etag on;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 30s;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  server {{ listen 80 backlog=4096; root {lab.tree}; }}
  {tls}
}}
""")
    return lab.running(found("nginx"), "-c", folder / "nginx.conf", "-p", folder, ready=lab.listening(80, "-ltn"))


def libmicrohttpd(lab):
    """The library alone: no peer, but the most that a server can do which is built on it (bench/ceiling.c)."""
    program = lab.folder / "ceiling"
    if not program.exists():
        say("cc", "-O2", "-o", program, BENCH / "ceiling.c", "-lmicrohttpd")
    return lab.running(program, SERVER, 80, ready="ready")


def certificate(lab):
    if not (lab.folder / "key.pem").exists():
        say("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            f"/CN={SERVER}", "-keyout", lab.folder / "key.pem", "-out", lab.folder / "cert.pem")
    return lab.folder / "cert.pem", lab.folder / "key.pem"


def bellhop_https(lab):
    cert, key = certificate(lab)
    https = f"https: {{port: 443, certificate: {cert}, key: {key}}}"
    lab.fresh("check")
    (lab.folder / "check/bellhop.yaml").write_text(f"root: {lab.tree}\n{https}\n")
    check = say(BIN / "bellhop", "check", "--config", lab.folder / "check/bellhop.yaml", check=False)
    if check.returncode != 0:
        raise Missing(f"this bellhop serves no HTTPS: {(check.stdout + check.stderr).strip().splitlines()[0]}")
    return bellhop(lab, more=https)


def nginx_https(lab):
    cert, key = certificate(lab)
    return nginx(lab, f"server {{ listen 443 ssl backlog=4096; ssl_certificate {cert}; ssl_certificate_key {key}; root {lab.tree}; }}")


def tftpd_hpa(lab):
    return lab.running(
        found("in.tftpd"), "-L", "-4", "-a", f"{SERVER}:69", "-u", "root", "-s", lab.tree, ready=lab.listening(69))


def atftpd(lab):
    return lab.running(
        found("atftpd"), "--daemon", "--no-fork", "--user", "root.root", "--maxthread", "1000", "--verbose=2", "--logfile",
        lab.fresh("atftpd") / "log", "--bind-address", SERVER, "--port", "69", lab.tree, ready=lab.listening(69))


def dnsmasq_tftp(lab):
    return dnsmasq(lab, "--enable-tftp", f"--tftp-root={lab.tree}", "--tftp-max=1000", leases=False)


def sipp(lab):
    """SIPp as a responder that reads nothing out of the SUBSCRIBE: what its machinery can do at the most."""
    scenario = BENCH / "responder.xml"
    return lab.running(
        found("sipp"), "-sf", scenario, "-i", SERVER, "-p", "5060", "-nd", "-nostdin", "-buff_size", "8388608", ready=lab.listening(5060))


def large(lab, devices, rules):
    """bellhop with so many devices in devices.csv, and so many rules of which the last one matches."""
    (lab.folder / "devices.csv").write_text(
        "mac,label\n" + "".join(f"{'%012x' % (0x000413_400000 + number)},phone {number}\n" for number in range(devices)))
    texts = [f'  - {{name: rule {number}, match: {{mac: "02:00:00:{number >> 8:02x}:{number & 255:02x}"}}, url: "http://{{server}}/{number}/"}}'
             for number in range(rules - 1)]
    texts.append('  - {name: the last one, match: {vendor: snom}, url: "http://{server}/"}')
    return bellhop(lab, more=f"devices: {lab.folder}/devices.csv\nrules:\n" + "\n".join(texts))


small_house = functools.partial(large, devices=10, rules=1)
large_house = functools.partial(large, devices=100_000, rules=1000)


def versions():
    """One line a program."""
    def of(name, *arguments, line=0):
        path = program(name)
        if not path:
            return f"{name}: not there"
        done = say("env", f"LD_LIBRARY_PATH={PEERS}/lib/x86_64-linux-gnu:{PEERS}/usr/lib/x86_64-linux-gnu", path, *arguments, check=False)
        lines = [text for text in (done.stdout + done.stderr).splitlines() if text.strip()]
        return f"{name}: {lines[line].strip() if len(lines) > line else '?'}"
    return [of("bellhop", "--version"), of("kea-dhcp4", "-v"), of("dnsmasq", "--version"), of("nginx", "-v"), of("in.tftpd", "-V"),
            of("atftpd", "--version"), of("sipp", "-v"), of("wrk", "-v"), of("perfdhcp", "-v")]
