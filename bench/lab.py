"""Two network namespaces and the veth between them, and programs that run in them.

    server  lab0 10.99.0.1/16 ──── veth ──── lab0 10.99.64.1/16  phones
                                             and all of 10.99.64.0/18, so that the kernel answers ARP for every phone
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

SERVER = "10.99.0.1"
PHONES = "10.99.64.1"
POOL = ("10.99.128.0", "10.99.191.255")
BENCH = pathlib.Path(__file__).resolve().parent
REPOSITORY = BENCH.parent
BIN = pathlib.Path(os.environ.get("BIN", REPOSITORY / ".build/release")).resolve()
PEERS = REPOSITORY / ".build/bench/peers"


class Failure(Exception):
    """A case that did not work; its sentence says what and where."""


def say(*arguments, check=True):
    return subprocess.run(arguments, check=check, capture_output=True, text=True)


def program(name):
    """The path of a program, among the peers that were unpacked aside or on PATH; None where there is none."""
    for place in (PEERS / "usr/sbin", PEERS / "usr/bin", BIN):
        if (place / name).exists():
            return str(place / name)
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def environment():
    """Where libraries of the peers that were unpacked aside lie."""
    lib = PEERS / "usr/lib/x86_64-linux-gnu"
    libraries = sorted({str(path.parent) for path in PEERS.glob("**/*.so*")} | {str(lib)})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries), "LC_ALL": "C"}


# A kernel keeps a thousand neighbours unless it is told otherwise (arp(7)), and more phones than that fetch files at once.
KERNEL = {f"/proc/sys/net/ipv4/neigh/default/gc_thresh{number}": count for number, count in ((3, 65536), (2, 49152), (1, 32768))}
# perfdhcp asks for no room: with the kernel's 200 KB its socket drops answers (RcvbufErrors) before either server is at its end.
KERNEL["/proc/sys/net/core/rmem_default"] = 16 << 20


class Lab:
    def __init__(self, prefix=16):
        """`prefix` is the network's, in bits."""
        self.kernel = {path: pathlib.Path(path).read_text() for path in KERNEL}
        for path, value in KERNEL.items():
            pathlib.Path(path).write_text(str(value))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bellhop-bench-"))
        self.tree = self.folder / "tree"
        # A phone is told of its files only where there are any.
        shutil.copytree(REPOSITORY / "conf/examples/snom-desk/tree", self.tree)
        self.folder.chmod(0o755)
        for name, size in (("file2k", 2 << 10), ("file1m", 1 << 20), ("file50m", 50 << 20), ("file100m", 100 << 20)):
            (self.tree / name).write_bytes(os.urandom(4096)[: min(size, 4096)] * max(1, size // 4096))
        self.server, self.phones = f"bench{os.getpid()}-server", f"bench{os.getpid()}-phones"
        for space in (self.server, self.phones):
            say("ip", "netns", "add", space)
            say("ip", "-n", space, "link", "set", "lo", "up")
        say("ip", "link", "add", "lab0", "netns", self.server, "address", "02:00:00:99:00:01", "type", "veth",
            "peer", "name", "lab0", "netns", self.phones, "address", "02:00:00:99:00:02")
        for space, address in ((self.server, SERVER), (self.phones, PHONES)):
            say("ip", "-n", space, "addr", "add", f"{address}/{prefix}", "dev", "lab0")
            say("ip", "-n", space, "link", "set", "lab0", "up")
            say("ip", "-n", space, "route", "add", "224.0.0.0/4", "dev", "lab0")
        say("ip", "-n", self.phones, "route", "add", "local", "10.99.64.0/18", "dev", "lo")
        # Else a load with a connection a request uses up the ports of the one address that it comes from, which rest for a minute each
        # (TIME_WAIT): connect(2) then searches for one, and whoever serves is measured by that.
        for name, value in (("tcp_tw_reuse", "1"), ("ip_local_port_range", "1024 65535")):
            say("ip", "netns", "exec", self.phones, "sh", "-c", f"echo {value} > /proc/sys/net/ipv4/{name}")

    def close(self):
        for space in (self.server, self.phones):
            say("ip", "netns", "del", space, check=False)
        for path, value in reversed(self.kernel.items()):
            pathlib.Path(path).write_text(value)
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, name):
        """An empty folder."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    @contextlib.contextmanager
    def running(self, *command, ready, log=None):
        """A server while it runs, once `ready` stands in what it wrote, or once it calls that with true."""
        output = self.folder / "output"
        with open(output, "wb") as file:
            start = time.monotonic()
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.server, *map(str, command)], stdout=file, stderr=file,
                stdin=subprocess.DEVNULL, env=environment(), start_new_session=True)
        try:
            while not (ready() if callable(ready) else ready in text(log or output)):
                if process.poll() is not None or time.monotonic() > start + 60:
                    raise Failure(f"{command[0]} did not start: {text(output)[-1000:]} {text(log)[-1000:] if log else ''}")
                time.sleep(0.001)
            process.started_in = time.monotonic() - start
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def load(self, *command, seconds=300, status=(0,)):
        """What a load generator in the phones' namespace prints."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.phones, *map(str, command)], capture_output=True, text=True, timeout=seconds,
            env=environment(), stdin=subprocess.DEVNULL)
        if done.returncode not in status:
            raise Failure(f"{' '.join(map(str, command))} ended with {done.returncode}: {(done.stdout + done.stderr)[-1000:]}")
        return done.stdout

    def listening(self, port, kind="-lun"):
        """Whether a port is open in the server's namespace, for programs that do not say when they are ready."""
        return lambda: f":{port} " in say("ip", "netns", "exec", self.server, "ss", "-H", kind).stdout


def text(path):
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""


def resident(process):
    """Bytes that a process has in memory (VmRSS, proc_pid_status(5))."""
    line = next(line for line in text(f"/proc/{process.pid}/status").splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) << 10
