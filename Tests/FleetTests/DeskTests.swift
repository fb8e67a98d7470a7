import Dispatch
import FleetStore
import PostgreSQL
import Synchronization
import TestSupport
import Testing

@Suite struct DeskTests {
    private typealias Sites = Result<Int, DatabaseError>

    /// What a desk's thread was given to say.
    private final class Answers: Sendable {
        let all = Mutex<[Sites]>([])
        let isThere = DispatchSemaphore(value: 0)

        @Sendable func take(_ answer: Sites) {
            all.withLock { $0.append(answer) }
            isThere.signal()
        }
    }

    private static let sites: @Sendable (FleetReader) throws(DatabaseError) -> Int = { reader throws(DatabaseError) in
        try reader.sites().count
    }

    @Test func `who asks goes on while the database keeps silent, and a stop waits for it no longer`() throws {
        let server = try PostgreSQLServer()
        let fleet = try FleetOfTest(on: server)
        let desk = try FleetDesk(DatabaseAddress(fleet.uri()))
        let answers = Answers()
        try wait("an answer") {
            desk.read(DeskTests.sites, then: answers.take)
            answers.isThere.wait()
            return answers.all.withLock { $0.last } == .success(1)
        }
        let before = answers.all.withLock { $0.count }
        server.freeze()
        defer { server.thaw() }
        for _ in 0..<3 { desk.read(DeskTests.sites, then: answers.take) }
        desk.stop()
        // That of the question under way, of those behind it, and of one that comes afterwards.
        desk.read(DeskTests.sites, then: answers.take)
        #expect(answers.all.withLock { $0 }.dropFirst(before) == [Sites](repeating: .failure(.stopped), count: 4)[...])
    }

    @Test func `a database that was away is asked again`() throws {
        let server = try PostgreSQLServer()
        let fleet = try FleetOfTest(on: server)
        let desk = try FleetDesk(DatabaseAddress(fleet.uri()))
        defer { desk.stop() }
        server.kill()
        try server.start()
        let answers = Answers()
        try wait("an answer") {
            desk.read(DeskTests.sites, then: answers.take)
            answers.isThere.wait()
            return answers.all.withLock { $0.last } == .success(1)
        }
    }

    @Test func `more questions than wait are refused at once`() throws {
        let server = try PostgreSQLServer()
        let fleet = try FleetOfTest(on: server)
        let desk = try FleetDesk(DatabaseAddress(fleet.uri()))
        let answers = Answers()
        server.freeze()
        defer { server.thaw() }
        for _ in 0..<100 { desk.read(DeskTests.sites, then: answers.take) }
        // 32 wait, and one may be under way.
        #expect((67...68).contains(answers.all.withLock { $0.count }))
        desk.stop()
        #expect(answers.all.withLock { $0.count } == 100)
    }
}
