import Foundation
import Ledger
import Packets
import Provisioning
import Responder
import TestSupport
import Testing

@testable import Daemon

@Suite struct `Leases in the ledger` {
    private func lease(_ number: Int) -> Lease {
        let mac = MACAddress(bits: 0x0004_1300_0000 + UInt64(number))
        return Lease(
            address: IPv4Address(bits: 0x0a00_0000 + UInt32(number)), mac: mac, clientIdentifier: [1] + mac.octets,
            interface: "eth1", state: .bound, granted: Moment(microseconds: 0), expires: Moment(microseconds: 3_600_000_000),
            hostName: nil, vendor: nil)
    }

    private func store(_ ledger: Ledger, _ leases: [Lease]) async {
        await withCheckedContinuation { done in
            ledger.store(leases.map { .put($0) }) { _ in done.resume() }
        }
    }

    @Test func `leases that cannot be read are no empty book, and the next start says what became of them`() async throws {
        let folder = try TemporaryFolder()
        let first = try Ledger(folder: folder.path)
        await store(first, (1...3000).map(lease))
        first.stop()
        let ledger = try Ledger(folder: folder.path)
        #expect(try LeaseStore(ledger).load().count == 3000)
        let file = try FileHandle(forUpdating: URL(filePath: "\(folder.path)/bellhop.db"))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: Data(repeating: 0xa5, count: Int(size / 2)))
        try file.close()
        let error = #expect(throws: LeaseStore.Unreadable.self) { try LeaseStore(ledger).load() }
        #expect(error?.description.contains("addresses could be given twice: \(folder.path)/bellhop.db") == true)
        ledger.stop()
        let again = try Ledger(folder: folder.path)
        let remark = try #require(again.remarks.first)
        #expect(!remark.leasesAreWhole && remark.leasesKept < 3000)
        #expect(remark.sentence.contains("others could not be read"))
        #expect(try LeaseStore(again).load().count == remark.leasesKept)
        again.stop()
    }

    @Test func `without a ledger there are no leases to begin with`() {
        #expect(throws: LeaseStore.Unreadable.self) { try LeaseStore(nil).load() }
    }
}
