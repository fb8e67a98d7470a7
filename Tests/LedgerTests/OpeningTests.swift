import Foundation
import Glibc
import LinuxSystem
import Packets
import Provisioning
import TestSupport
import Testing

@testable import Ledger

@Suite struct OpeningTests {
    @Test func `folder and files are for bellhop's user alone`() throws {
        let folder = try TemporaryFolder()
        let state = "\(folder.path)/state"
        let ledger = try Ledger(folder: state)
        #expect(ledger.stored([.put(lease(1))]).isSuccess)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(state) == 0o700)
        for name in ["bellhop.db", "bellhop.db-wal", "bellhop.db-shm"] { #expect(try mode("\(state)/\(name)") == 0o600) }
    }

    /// The user nobody of Debian.
    private static let nobody: uid_t = 65_534

    @Test(.enabled(if: geteuid() == 0, "giving files away takes root"))
    func `what root makes in another user's folder is that user's`() throws {
        let folder = try TemporaryFolder()
        try #require(chown(folder.path, OpeningTests.nobody, OpeningTests.nobody) == 0)
        let ledger = try Ledger(folder: folder.path)
        #expect(ledger.stored([.put(lease(1))]).isSuccess)
        try writePrivateFile("\(folder.path)/admin.token", [1])
        _ = try WriteDirectory.open("\(folder.path)/uploads").subfolder("phone").create("a.log")
        try makePrivateFolder("\(folder.path)/more")
        for name in [
            "bellhop.db", "bellhop.db-wal", "bellhop.db-shm", "admin.token", "uploads", "uploads/phone", "uploads/phone/a.log",
            "more",
        ] {
            var status = stat()
            try #require(lstat("\(folder.path)/\(name)", &status) == 0)
            #expect(status.st_uid == OpeningTests.nobody && status.st_gid == OpeningTests.nobody, "\(name)")
        }
    }

    @Test func `each commit waits for the disk`() throws {
        let folder = try TemporaryFolder()
        let (connection, _) = try DatabaseFile(folder: folder.path).open()
        #expect(try connection.number("PRAGMA synchronous") == 2)
        #expect(try connection.rows("PRAGMA journal_mode") { $0.text(0) } == ["wal"])
        #expect(try connection.number("PRAGMA foreign_keys") == 1)
    }

    @Test func `a folder that cannot be made is named`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: LedgerError.self) { try Ledger(folder: "\(folder.path)/no/such") }
        #expect(error.map { "\($0)" } == "mkdir \(folder.path)/no/such: No such file or directory")
        try folder.write("", to: "file")
        #expect(throws: LedgerError.self) { try Ledger(folder: "\(folder.path)/file") }
    }

    // MARK: Schemas

    @Test func `a database of each older schema is brought up to date with what is in it`() throws {
        let second = "ALTER TABLE leases ADD COLUMN remark TEXT NOT NULL DEFAULT 'none'; CREATE TABLE more (a INTEGER) STRICT;"
        for older in 0...Schema.migrations.count {
            let folder = try TemporaryFolder()
            if older > 0 {
                let place = try LedgerOfTest(folder, migrations: Array(Schema.migrations.prefix(older)))
                #expect(place.ledger.stored([.put(lease(1))]).isSuccess)
                place.ledger.stop()
            }
            let place = try LedgerOfTest(folder, migrations: Schema.migrations + [second])
            #expect(try place.ledger.reader().leases() == (older > 0 ? [lease(1)] : []))
            let reader = try place.ledger.reader().connection
            #expect(try reader.number("PRAGMA user_version") == Int64(Schema.migrations.count + 1))
            #expect(try reader.rows("SELECT remark FROM leases") { $0.text(0) } == (older > 0 ? ["none"] : []))
            #expect(try reader.number("SELECT count(*) FROM more") == 0)
        }
    }

    @Test func `a migration that fails leaves the schema before it, whole`() throws {
        let folder = try TemporaryFolder()
        let place = try LedgerOfTest(folder)
        #expect(place.ledger.stored([.put(lease(1))]).isSuccess)
        place.ledger.stop()
        let broken = "CREATE TABLE more (a INTEGER) STRICT; DELETE FROM leases; INSERT INTO nowhere VALUES (1);"
        let error = #expect(throws: LedgerError.self) { try LedgerOfTest(folder, migrations: Schema.migrations + [broken]) }
        #expect(
            error.map { "\($0)" }
                == "\(folder.path)/bellhop.db: making schema \(Schema.migrations.count + 1): no such table: nowhere")
        let again = try LedgerOfTest(folder)
        #expect(try again.ledger.reader().leases() == [lease(1)])
        let reader = try again.ledger.reader().connection
        #expect(try reader.number("PRAGMA user_version") == Int64(Schema.migrations.count))
        #expect(try reader.number("SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0)
    }

    @Test func `the database of a newer bellhop is refused and left as it is`() throws {
        let folder = try TemporaryFolder()
        try LedgerOfTest(folder, migrations: Schema.migrations + ["SELECT 1"]).ledger.stop()
        let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/bellhop.db"))
        let error = #expect(throws: LedgerError.self) { try LedgerOfTest(folder) }
        #expect(
            error.map { "\($0)" }
                == "\(folder.path)/bellhop.db was written by a newer bellhop (schema \(Schema.migrations.count + 1), "
                + "this one knows \(Schema.migrations.count)); install that version, or move the file away to begin anew")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/bellhop.db")) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bellhop.db"])
    }

    // MARK: Damage

    private func filled(_ folder: TemporaryFolder, events: Int = 5000) throws {
        let place = try LedgerOfTest(folder)
        #expect(place.ledger.stored((1...3000).map { .put(lease($0)) }).isSuccess)
        for number in 0..<events { place.ledger.record(served("\(number)", to: number % 50)) }
        place.ledger.stop()
    }

    /// Overwrites bytes from `start` to `end`, both shares of the file's length.
    private func damage(_ folder: TemporaryFolder, from start: Double, to end: Double) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(folder.path)/bellhop.db"))
        let size = try file.seekToEnd()
        let first = UInt64(Double(size) * start)
        try file.seek(toOffset: first)
        try file.write(contentsOf: Data(repeating: 0xa5, count: Int(Double(size) * end) - Int(first)))
        try file.close()
    }

    private func setAside(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("bellhop.db.damaged-") }
    }

    @Test(arguments: [
        ("no database at all", 0.0, 1.0), ("its head is gone", 0, 0.01), ("a hole in the middle", 0.4, 0.5), ("its end", 0.9, 1),
    ])
    func `T16 a damaged database is set aside, said, and work goes on`(_ name: String, _ start: Double, _ end: Double) throws {
        let folder = try TemporaryFolder()
        try filled(folder)
        try damage(folder, from: start, to: end)
        let place = try LedgerOfTest(folder)
        let remark = try #require(place.ledger.remarks.first)
        #expect(place.ledger.remarks.count == 1)
        #expect(try setAside(folder).map { "\(folder.path)/\($0)" } == [remark.setAside])
        #expect(remark.sentence.contains("the database was damaged (") && remark.sentence.contains(remark.setAside))
        #expect(try place.ledger.reader().leases().count == remark.leasesKept)
        #expect(try place.ledger.reader().counts().events == 0)
        #expect(place.ledger.stored([.put(lease(5000))]).isSuccess)
        place.ledger.record(served("a", to: 1))
        place.ledger.stop()
        let again = try LedgerOfTest(folder)
        #expect(again.ledger.remarks.isEmpty)
        #expect(try again.ledger.reader().leases().contains(lease(5000)))
        #expect(try again.ledger.reader().counts().events == 1)
    }

    @Test func `leases that can be read in a damaged database are carried over`() throws {
        let folder = try TemporaryFolder()
        try filled(folder)
        try damage(folder, from: 0.9, to: 1)
        let place = try LedgerOfTest(folder)
        #expect(place.ledger.remarks.map(\.leasesKept) == [3000])
        #expect(place.ledger.remarks.map(\.leasesAreWhole) == [true])
        #expect(try place.ledger.reader().leases() == (1...3000).map { lease($0) })
    }

    @Test func `a row that no bellhop writes is damage, and its neighbours are carried over`() throws {
        let folder = try TemporaryFolder()
        let place = try LedgerOfTest(folder)
        #expect(place.ledger.stored([.put(lease(1)), .put(lease(2)), .put(lease(3))]).isSuccess)
        place.ledger.stop()
        do {
            let (connection, _) = try DatabaseFile(folder: folder.path).open()
            try connection.run("PRAGMA ignore_check_constraints = ON")
            try connection.run("UPDATE leases SET state = 77 WHERE address = ?", [.address(lease(2).address)])
        }
        let again = try LedgerOfTest(folder)
        #expect(again.ledger.remarks.map(\.leasesKept) == [2])
        #expect(again.ledger.remarks.map(\.leasesAreWhole) == [false])
        #expect(try again.ledger.reader().leases() == [lease(1), lease(3)])
    }

    @Test func `a cut database is damaged, and each is set aside under a name of its own`() throws {
        let folder = try TemporaryFolder()
        for round in 1...3 {
            try filled(folder)
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(folder.path)/bellhop.db"))
            try file.truncate(atOffset: try file.seekToEnd() / 2)
            try file.close()
            let place = try LedgerOfTest(folder)
            #expect(place.ledger.remarks.count == 1)
            place.ledger.stop()
            #expect(try setAside(folder).count == round)
        }
    }

    @Test func `damage that shows while it runs is handled the same way, and the lease at hand is stored`() throws {
        let folder = try TemporaryFolder()
        // More than SQLite keeps in memory.
        try filled(folder, events: 60_000)
        let place = try LedgerOfTest(folder)
        try damage(folder, from: 0.02, to: 1)
        for number in 0..<5000 { place.ledger.record(served("later \(number)", to: 60 + number)) }
        #expect(place.ledger.stored([.put(lease(4000))]).isSuccess)
        place.ledger.settle()
        #expect(place.ledger.stored([.put(lease(2999))]).isSuccess)
        #expect(place.ledger.remarks.count == 1)
        #expect(place.ledger.statistics.storesFailed == 0)
        #expect(try place.ledger.reader().leases().contains(lease(4000)))
        place.ledger.stop()
        let again = try LedgerOfTest(folder)
        #expect(again.ledger.remarks.isEmpty)
        #expect(try Set(again.ledger.reader().leases()).isSuperset(of: [lease(4000), lease(2999)]))
    }
}
