import Foundation
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Each in a process of its own: other threads may not read the environment while it changes.
@Suite struct ServiceManagerTests {
    @Test func `without systemd nothing happens`() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            ServiceManager.ready(status: "up")
            ServiceManager.ping()
            #expect(ServiceManager.watchdogInterval() == nil)
        }
    }

    @Test func `systemd is told each state`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/notify"
            let listener = Descriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafeBytes(of: address) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { bind(listener.number, $0.baseAddress, socklen_t(bytes.count)) }
            }
            try #require(bound == 0)
            setenv("NOTIFY_SOCKET", path, 1)

            func told() throws -> String {
                try #require(try waitReadable([listener.number], milliseconds: 10_000) == [true])
                var bytes = [UInt8](repeating: 0, count: 1000)
                let count = recv(listener.number, &bytes, bytes.count, 0)
                return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            }
            ServiceManager.ready(status: "2 interfaces\nSTOPPING=1")
            #expect(try told() == "READY=1\nSTATUS=2 interfaces STOPPING=1")
            let before = MonotonicClock.now() / 1000
            ServiceManager.reloading()
            let reloading = try told()
            let microseconds = try #require(UInt64(reloading.drop { $0 != "\n" }.dropFirst("\nMONOTONIC_USEC=".count)))
            #expect(reloading.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(microseconds >= before)
            ServiceManager.status("idle")
            #expect(try told() == "STATUS=idle")
            ServiceManager.ping()
            #expect(try told() == "WATCHDOG=1")
            ServiceManager.stopping()
            #expect(try told() == "STOPPING=1")
        }
    }

    @Test func `the watchdog's interval is in nanoseconds`() async {
        await #expect(processExitsWith: .success) {
            setenv("WATCHDOG_USEC", "20000000", 1)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(ServiceManager.watchdogInterval() == 20_000_000_000)
        }
    }
}
