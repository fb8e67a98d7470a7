import Foundation
import Glibc
import JSONReading
import JSONText
import LinuxSystem
import TestSupport
import Testing

/// The two ends of a pipe, in place of standard error.
private struct LogPipe {
    let reading: Descriptor
    let writing: Descriptor

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }

    /// What has been written so far.
    func lines() -> [String] { text().split(separator: "\n").map(String.init) }

    func text() -> String {
        _ = fcntl(reading.number, F_SETFL, O_NONBLOCK)
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(reading.number, &chunk, chunk.count)
            guard count > 0 else { break }
            text += chunk.prefix(count)
        }
        return String(decoding: text, as: UTF8.self)
    }
}

@Suite(.serialized) struct LoggerTests {
    @Test func `what was logged before a flush is written after it, in order`() throws {
        let pipe = try LogPipe()
        let logger = try Logger(output: pipe.writing.number)
        for number in 0..<1000 { logger.log(LogLine(.info, "n", ["i": number])) }
        logger.flush()
        #expect(pipe.lines() == (0..<1000).map { "event=n i=\($0)" })
    }

    @Test func `as JSON each line has the time at which it was logged, and the form may change while it runs`() throws {
        let pipe = try LogPipe()
        let logger = try Logger(output: pipe.writing.number)
        logger.log(LogLine(.info, "before"))
        logger.flush()
        logger.write(asJSON: true)
        let time = WallClock.now()
        logger.log(LogLine(.notice, "after", ["a": 1]))
        logger.flush()
        let lines = pipe.lines()
        #expect(lines.first == "event=before" && lines.count == 2)
        let object = try readJSON(Array(lines[1].utf8), limit: 4096)
        #expect(object["level"]?.string == "notice" && object["event"]?.string == "after" && object["a"]?.string == "1")
        #expect(try #require(object["time"]?.string) >= time.description)
    }

    @Test func `a line is written without a flush`() throws {
        let pipe = try LogPipe()
        let logger = try Logger(output: pipe.writing.number)
        for event in ["first", "second"] {
            logger.log(LogLine(.info, event))
            _ = try waitReadable([pipe.reading.number], milliseconds: nil)
            #expect(pipe.lines() == ["event=\(event)"])
        }
    }

    @Test func `lines below the minimum level are passed over`() throws {
        let pipe = try LogPipe()
        let logger = try Logger(minimumLevel: .warning, output: pipe.writing.number)
        for level in LogLevel.allCases { logger.log(LogLine(level, "\(level)")) }
        logger.flush()
        #expect(pipe.lines() == ["event=warning", "event=error"])
        #expect(!logger.isLogged(.notice))
    }

    @Test func `a logger that cannot write makes nobody wait, and says how much it dropped`() throws {
        let pipe = try LogPipe()
        // A pipe that is full: the writing thread is stuck with what it took.
        _ = fcntl(pipe.writing.number, F_SETFL, O_NONBLOCK)
        let filling = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        while write(pipe.writing.number, filling, filling.count) > 0 {}
        let logger = try Logger(capacity: 10, output: pipe.writing.number)
        for number in 0..<1000 { logger.log(LogLine(.info, "n", ["i": number])) }
        var text = pipe.text()
        logger.flush()
        text += pipe.text()
        let lines = text.drop { $0 == "x" }.split(separator: "\n")
        let written = lines.count { $0.contains("event=n") }
        let dropped = lines.compactMap { $0.split(separator: "event=log.dropped lines=").last.flatMap { Int($0) } }
        #expect(written < 1000)
        #expect(written + dropped.reduce(0, +) == 1000)
    }

    @Test func `stop writes out everything and a later line is written at once`() throws {
        let pipe = try LogPipe()
        let logger = try Logger(output: pipe.writing.number)
        logger.log(LogLine(.info, "before"))
        logger.stop()
        #expect(pipe.lines() == ["event=before"])
        logger.log(LogLine(.info, "after"))
        #expect(pipe.lines() == ["event=after"])
        logger.stop()
    }

    /// In a process of its own: other threads may not read the environment while it changes.
    @Test func `the journal gets levels, and only the journal`() async {
        await #expect(processExitsWith: .success) {
            let pipe = try LogPipe()
            var status = stat()
            try #require(fstat(pipe.writing.number, &status) == 0)
            setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino)", 1)
            let journal = try Logger(minimumLevel: .debug, output: pipe.writing.number)
            for level in LogLevel.allCases { journal.log(LogLine(level, "\(level)")) }
            journal.flush()
            let expected = ["<7>event=debug", "<6>event=info", "<5>event=notice", "<4>event=warning", "<3>event=error"]
            #expect(pipe.lines() == expected)

            setenv("JOURNAL_STREAM", "1:2", 1)
            let redirected = try Logger(output: pipe.writing.number)
            redirected.log(LogLine(.error, "plain"))
            redirected.flush()
            #expect(pipe.lines() == ["event=plain"])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a log whose reader has gone keeps nobody waiting`() throws {
        Signals.ignoreBrokenPipes()
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        _ = close(ends[0])
        let writing = Descriptor(owning: ends[1])
        let logger = try Logger(output: writing.number)
        for _ in 0..<10_000 { logger.log(LogLine(.info, "lost")) }
        logger.stop()
    }
}
