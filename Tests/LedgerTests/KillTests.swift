import Glibc
import LinuxSystem
import Packets
import Provisioning
import Synchronization
import TestSupport
import Testing

@testable import Ledger

@Suite struct KillTests {
    @Test func `kill -9 at any instant loses no lease that was said to be stored`() async throws {
        var random = SystemRandomNumberGenerator()
        var rounds: [Int] = []
        let folder = try TemporaryFolder()
        for round in 0..<30 {
            let printed = "\(folder.path)/printed-\(round)"
            let microseconds = UInt32.random(in: 1000...120_000, using: &random)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = folder.path as String, printed = printed as String, round = round as Int,
                    microseconds = microseconds as UInt32
                ] in
                try writeUntilKilled(
                    folder: path, first: round * 1_000_000, printed: printed, after: microseconds, atWork: round % 3 > 0)
            }
            let ledger = try Ledger(folder: folder.path)
            let stored = Set(try ledger.reader().leases())
            let promised = try String(decoding: readWholeFile(printed, limit: 64 << 20), as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { Int($0) }
            #expect(promised.allSatisfy { stored.contains(lease($0)) }, "killed after \(microseconds) µs")
            // In the order of the calls: of what was not promised, nothing but what came next can be there.
            let written = stored.map { Int($0.address.bits) - 0x0a00_0000 - round * 1_000_000 }.filter { $0 >= 0 }.sorted()
            #expect(written == Array(0..<written.count))
            #expect(ledger.remarks.isEmpty)
            ledger.stop()
            rounds.append(promised.count)
        }
        #expect(rounds.count { $0 > 0 } >= 20, "too few were killed at work: \(rounds)")
    }
}

/// Stores leases with rising numbers, prints each that is done, one a line, and is killed on the way.
///
/// - Parameter atWork: its time begins with the first that is done, and not before the database is open.
private func writeUntilKilled(
    folder: String, first: Int, printed: String, after microseconds: UInt32, atWork: Bool
) throws {
    let output = open(printed, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let isDone = Atomic(false)
    _ = try SystemThread.start(name: "killer") {
        while atWork, !isDone.load(ordering: .acquiring) { usleep(100) }
        usleep(microseconds)
        kill(getpid(), SIGKILL)
    }
    let ledger = try Ledger(folder: folder)
    var number = first
    while true {
        while ledger.statistics.storesWaiting > 200 { sched_yield() }
        let current = number
        ledger.record(served("\(current)", to: current % 100))
        ledger.store([.put(lease(current))]) { outcome in
            guard outcome.isSuccess else { return }
            let line = Array("\(current)\n".utf8)
            _ = write(output, line, line.count)
            isDone.store(true, ordering: .releasing)
        }
        number += 1
    }
}
