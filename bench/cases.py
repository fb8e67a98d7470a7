"""What is measured. A case is who serves, what the phones do, which figure counts, and what bellhop is held to."""
import contextlib
import dataclasses
import json
import re
import time
from typing import Callable

import servers
from lab import BIN, PHONES, SERVER, Failure, resident
from servers import Missing, found

MAC = "00:04:13:40:00:00"


@dataclasses.dataclass
class Case:
    name: str
    title: str
    unit: str
    servers: dict[str, Callable]
    """The load: what a lab, a process and a number of seconds come to, as a figure and remarks."""
    load: Callable
    """Least ratio of bellhop to a peer, or most where less is better; or an absolute figure for bellhop itself."""
    targets: dict[str, float]
    more_is_better: bool = True
    """What one of the programs is asked in place of the case's load."""
    loads: dict[str, Callable] = dataclasses.field(default_factory=dict)


def simulator(kind, figure="rate", scale=1, **options):
    """phonesim --load; the options are its own."""
    words = [word for name, value in options.items() for word in (f"--{name}", value)]

    def load(lab, process, seconds):
        text = lab.load(BIN / "phonesim", "--load", kind, "--interface", "lab0", "--mac", MAC, "--seconds", seconds, "--json", *words)
        told = json.loads(text)
        if told["unanswered"] or told["lost"] > told["done"] / 100:
            raise Failure(f"{told['lost']} of {told['done']} lost, {told['unanswered']} phones never answered")
        return told[figure] * scale, f"{told['lost']} lost, p99 {told['p99_ns'] / 1e6:.2f} ms"
    return load


def tftp(window=1, file="file50m", phones=None, **options):
    return simulator("tftp", "bytes_per_second", 1e-6, window=window, phones=phones or window, file=file, server=SERVER, **options)


def wrk(path, connections=64, figure=r"Requests/sec:\s+([\d.]+)", header=None):
    def load(lab, process, seconds):
        more = ["-H", header] if header else []
        text = lab.load(found("wrk"), "-t", 2, "-c", connections, "-d", f"{seconds}s", *more, f"http://{SERVER}/{path}")
        if "Non-2xx" in text or not (rate := re.search(figure, text)):
            raise Failure(text)
        errors = re.search(r"Socket errors: (.*)", text)
        return number(rate[1]), errors[1] if errors else ""
    return load


def unchanged(lab, process, seconds):
    """h2load, since wrk waits for a body where a 304 has a Content-Length (RFC 9110 §8.6 allows it)."""
    url = f"http://{SERVER}/file2k"
    tag = re.search(r"(?im)^etag: (.*?)\r?$", lab.load("curl", "-sI", url))
    if not tag:
        raise Failure(f"{url} has no ETag")
    text = lab.load(found("h2load"), "--h1", "-t", 2, "-c", 64, "-D", seconds, "-H", f"if-none-match: {tag[1]}", url)
    rate = re.search(r"finished in .*?, ([\d.]+) req/s", text)
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    if not rate or not codes or int(codes[2]) == 0 or any(int(codes[other]) for other in (1, 3, 4)):
        raise Failure(text)
    return float(rate[1]), ""


def number(text):
    """`1.52GB` as millions of bytes, `123.4` as it is."""
    units = {"KB": 1024 / 1e6, "MB": 1024**2 / 1e6, "GB": 1024**3 / 1e6}
    return float(text[:-2]) * units[text[-2:]] if text[-2:] in units else float(text)


def handshakes(lab, process, seconds):
    """A connection with a full handshake for each request: wrk would resume sessions where a server lets it."""
    text = lab.load(
        "openssl", "s_time", "-connect", f"{SERVER}:443", "-new", "-www", "/file2k", "-time", seconds, status=(0, 1))
    found = re.search(r"(\d+) connections in (\d+) real seconds", text)
    if not found or int(found[1]) == 0:
        raise Failure(text)
    return int(found[1]) / int(found[2]), ""


def exchanges(lab, process, seconds):
    """The greatest rate of four-way exchanges of which perfdhcp loses no more than one in a hundred."""
    best = 0
    for rate in (200, 400, 800, 1500, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 11000, 12000, 13000, 14000, 15000, 16000, 18000):
        text = lab.load(
            found("perfdhcp"), "-4", "-l", "lab0", "-R", 10000, "-r", rate, "-p", seconds, "-W", 1000000, "-b",
            "mac=00:04:13:40:00:00", "-o", "60,736e6f6d44373335", status=(0, 3))
        received = [int(count) for count in re.findall(r"received packets: (\d+)", text)]
        sent = [int(count) for count in re.findall(r"sent packets: (\d+)", text)]
        if len(received) < 2 or not sent or received[1] < 0.99 * max(sent[0], rate * seconds * 0.9):
            break
        best = received[1] / seconds
    return best, "" if best else f"even 200 a second were too many: {text[:400]}"


def fleet(way, phones=10_000):
    """Phones that are switched on at once, find their address and fetch their files; in the short form a hundredth of them."""
    def load(lab, process, seconds):
        count = phones if seconds > 1 else phones // 100
        told = json.loads(lab.load(
            BIN / "phonesim", "--interface", "lab0", "--mac", MAC, "--count", count, "--rate", count, "--address", PHONES,
            "--discover", way, "--json", status=(0, 1)))
        if told["done"] != count:
            raise Failure(f"{told['done']} of {count} phones were done, {told['unanswered']} heard no answer")
        return told["milliseconds"] / 1000, f"{count} phones, {told['files']} files"
    return load


def memory(lab, process, seconds):
    time.sleep(seconds)
    return resident(process) / 1e6, ""


def start(lab, process, seconds):
    return process.started_in * 1000, ""


def memory_loaded(lab, process, seconds):
    simulator("inform")(lab, process, seconds)
    return resident(process) / 1e6, ""


DHCP = {"bellhop": servers.bellhop, "kea": servers.kea, "dnsmasq": servers.dnsmasq}
LEASES = {**DHCP, "bellhop": servers.leasing}
HTTP = {"bellhop": servers.bellhop, "nginx": servers.nginx}
SMALL = {**HTTP, "libmicrohttpd": servers.libmicrohttpd}
TFTP = {"bellhop": servers.bellhop, "tftpd-hpa": servers.tftpd_hpa, "dnsmasq": servers.dnsmasq_tftp, "atftpd": servers.atftpd}
WINDOWED = {"bellhop": servers.bellhop, "lockstep": servers.bellhop, "atftpd": servers.atftpd}
HOUSES = {"bellhop": servers.large_house, "small": servers.small_house}
BEST = {"tftpd-hpa": 1.2, "dnsmasq": 1.2, "atftpd": 1.2}

CASES = [
    Case("inform", "DHCPINFORM, 32 in flight", "/s", DHCP, simulator("inform"), {"kea": 1.9, "dnsmasq": 9}),
    Case("inform-one", "DHCPINFORM, one at a time, median", "µs", DHCP, simulator("inform", "p50_ns", 1e-3, window=1), {"kea": 0.5},
         more_is_better=False),
    Case("discover", "DISCOVER to OFFER, 32 in flight", "/s", LEASES, simulator("discover", phones=2048), {"kea": 2, "dnsmasq": 2}),
    Case("exchange", "four-way exchanges, perfdhcp", "/s", LEASES, exchanges, {"kea": 1.2, "dnsmasq": 15}),
    Case("pnp", "PnP exchanges, 32 in flight", "/s", {"bellhop": servers.bellhop, "sipp": servers.sipp},
         simulator("pnp", server=SERVER, phones=1024), {"itself": 15000}),
    Case("pnp-paced", "PnP at 1,000 a second, p99", "ms", {"bellhop": servers.bellhop, "sipp": servers.sipp},
         simulator("pnp", "p99_ns", 1e-6, server=SERVER, phones=1024, pace=1000), {"itself": 3}, more_is_better=False),
    Case("http", "HTTP 2 KiB, 64 connections kept", "/s", SMALL, wrk("file2k"), {"nginx": 1.4}),
    Case("http-304", "the same, not modified", "/s", SMALL, unchanged, {"nginx": 1.4}),
    Case("http-close", "HTTP 2 KiB, a connection each", "/s", SMALL, wrk("file2k", header="Connection: close"), {"nginx": 1.0}),
    Case("http-large", "HTTP 100 MiB, 8 at once", "MB/s", HTTP, wrk("file100m", 8, r"Transfer/sec:\s+([\d.]+[KMG]?B)"), {"nginx": 0.95}),
    Case("https", "HTTPS 2 KiB, a full handshake each", "/s", {"bellhop": servers.bellhop_https, "nginx": servers.nginx_https},
         handshakes, {"nginx": 0.8}),
    Case("tftp-512", "TFTP 50 MiB, blksize 512", "MB/s", TFTP, tftp(), BEST),
    Case("tftp-1428", "TFTP 50 MiB, blksize 1428", "MB/s", TFTP, tftp(blksize=1428), BEST),
    Case("tftp-window", "TFTP 50 MiB, blksize 1428, windowsize 16", "MB/s", WINDOWED, tftp(blksize=1428, windowsize=16),
         {"lockstep": 4, "atftpd": 1.2}, loads={"lockstep": tftp(blksize=1428)}),
    Case("tftp-many", "TFTP 500 at once of 1 MiB, blksize 1428", "MB/s", TFTP, tftp(500, "file1m", blksize=1428),
         {"tftpd-hpa": 2, "dnsmasq": 2, "atftpd": 2}),
    Case("fleet", "10,000 phones at once by INFORM, with their files", "s", {"bellhop": servers.bellhop}, fleet("inform"),
         {"itself": 10}, more_is_better=False),
    Case("fleet-pnp", "10,000 phones at once by PnP, with their files", "s", {"bellhop": servers.bellhop}, fleet("pnp"),
         {"itself": 10}, more_is_better=False),
    Case("large", "DHCPINFORM with 100,000 devices and 1,000 rules", "/s", HOUSES, simulator("inform"), {"small": 0.85}),
    Case("large-memory", "resident with 100,000 devices and 1,000 rules", "MB", HOUSES, memory_loaded, {"itself": 120},
         more_is_better=False),
    Case("idle", "resident, idle", "MB", LEASES, memory, {"itself": 16}, more_is_better=False),
    Case("start", "start to ready", "ms", DHCP, start, {"itself": 100}, more_is_better=False),
]
