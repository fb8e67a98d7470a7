import Dispatch
import Foundation
import Packets
import Provisioning
import Synchronization
import TestSupport

@testable import Ledger

/// A ledger in a folder of its own; both go with the test.
struct LedgerOfTest {
    let folder: TemporaryFolder
    let ledger: Ledger

    init(
        _ folder: TemporaryFolder? = nil, migrations: [String] = Schema.migrations, maximumPages: Int? = nil,
        limits change: (inout LedgerLimits) -> Void = { _ in }
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        var limits = LedgerLimits()
        change(&limits)
        ledger = try Ledger(
            DatabaseFile(folder: self.folder.path, migrations: migrations, maximumPages: maximumPages), limits: limits)
    }
}

extension Ledger {
    /// Stores and waits for the result.
    func stored(_ changes: [LeaseChange]) -> Result<Void, LedgerError> {
        let result = Mutex<Result<Void, LedgerError>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        store(changes) { outcome in
            result.withLock { $0 = outcome }
            isDone.signal()
        }
        isDone.wait()
        return result.withLock { $0 } ?? .failure(.stopped(file: "?"))
    }

    /// Holds the writer until the returned gate is opened, so that what is queued meanwhile meets in one group.
    func hold() -> DispatchSemaphore {
        let gate = DispatchSemaphore(value: 0)
        let isHeld = DispatchSemaphore(value: 0)
        store([]) { _ in
            isHeld.signal()
            gate.wait()
        }
        isHeld.wait()
        return gate
    }

    /// Returns when the events recorded so far are written or lost, and the limits are kept.
    func settle() {
        while statistics.eventsWaiting > 0 { usleep(1000) }
        // The limits are seen to between two groups.
        hold().signal()
        _ = stored([])
    }
}

extension Result<Void, LedgerError> {
    var isSuccess: Bool { if case .success = self { true } else { false } }
    var error: LedgerError? { if case .failure(let error) = self { error } else { nil } }
}

let monday = Moment(microseconds: 1_795_392_000_000_000)

func after(_ seconds: Double) -> Moment {
    Moment(microseconds: monday.microseconds + Int64(seconds * 1_000_000))
}

func mac(_ number: Int) -> MACAddress { MACAddress(bits: 0x0004_1300_0000 + UInt64(number)) }

func lease(_ number: Int, state: Lease.State = .bound) -> Lease {
    Lease(
        address: IPv4Address(bits: 0x0a00_0000 + UInt32(number)), mac: mac(number), clientIdentifier: [1] + mac(number).octets,
        interface: "eth1", state: state, granted: monday, expires: after(3600), hostName: "phone-\(number)", vendor: "snom")
}

func served(_ name: String, to number: Int?, at time: Moment = monday, vendor: String? = "snom", agent: String? = nil) -> Event {
    let file = Event.FileServed(
        name: name, path: "snom/\(name)", bytes: 12, address: IPv4Address(10, 0, 0, 7), vendor: vendor, userAgent: agent)
    return Event(time: time, mac: number.map(mac), interface: "eth1", .fileServed(file))
}

func ignored(_ number: Int, _ silence: Silence, at time: Moment = monday) -> Event {
    Event(time: time, mac: mac(number), interface: "eth1", .ignored(.dhcp(nil), silence))
}
