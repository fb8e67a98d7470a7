import Foundation
import Glibc
import LinuxSystem
import Packets
import Provisioning
import Testing
import VendorCatalogue

@testable import Daemon
@testable import Responder

/// This process has no descriptors but so many.
private final class Scarcity {
    private var taken: [Int32] = []

    init() {
        var limit = rlimit(rlim_cur: 256, rlim_max: 256)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    func leave(_ count: Int) {
        while case let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC), descriptor >= 0 { taken.append(descriptor) }
        for _ in 0..<count { _ = taken.popLast().map(close) }
    }

    /// Threads of a name; one that was waited for is gone in a moment.
    func hasThread(_ name: String) -> Bool {
        leave(8)
        for _ in 0..<6000 {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
            let names = threads.compactMap { try? readWholeFile("/proc/self/task/\($0)/comm", limit: 64) }
            if !names.contains(Array("\(name)\n".utf8)) { return false }
            usleep(10_000)
        }
        return true
    }
}

private func newResponder() throws(SystemError) -> Responder {
    try Responder(
        policy: CurrentPolicy(Policy(settings: Settings(), catalogue: Catalogue([]), tree: TreeSnapshot())),
        memory: DeviceMemory(), clock: { Moment(microseconds: 0, steady: MonotonicClock.now()) },
        store: LeaseStore(load: { [] }, store: { _, done in done(nil) }), sink: { _ in }, log: { _ in })
}

/// What cannot be built whole leaves nothing that runs.
@Suite struct `Services where descriptors run out` {
    @Test func `leave no thread of a responder`() async {
        await #expect(processExitsWith: .success) {
            let scarcity = Scarcity()
            var failures = 0
            for spare in 0..<64 {
                scarcity.leave(spare)
                guard let responder = try? newResponder() else {
                    failures += 1
                    precondition(!scarcity.hasThread("resync"), "with \(spare)")
                    continue
                }
                responder.stop()
                break
            }
            precondition((3..<64).contains(failures))
        }
    }

    @Test func `leave no half of a pair that is a member of a fleet`() async {
        await #expect(processExitsWith: .success) {
            var member = FleetSettings(database: "postgresql://nobody@127.0.0.1:1/none", site: "lyon")
            member.segment = "lobby"
            var settings = Settings()
            settings.fleet = member
            let responder = try newResponder()
            let fleet = try FleetMembership()
            _ = fleet.newGate(settings)
            let scarcity = Scarcity()
            var hasFailed = false
            // Other threads are here too: where a descriptor of theirs came back meanwhile, it is tried again.
            for _ in 0..<20 where !hasFailed {
                // As many as shipping takes to begin.
                scarcity.leave(1)
                do throws(SystemError) {
                    try fleet.join(member, state: "/none", ledger: nil, responder: responder, log: { _ in })
                    fleet.leave()
                } catch {
                    hasFailed = true
                }
            }
            #expect(hasFailed && !fleet.isMember)
            #expect(!scarcity.hasThread("fleet"))
        }
    }
}
