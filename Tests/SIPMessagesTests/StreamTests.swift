import SIPMessages
import TestSupport
import Testing

/// Messages that come by TCP (RFC 3261 §18.3).
struct StreamTests {
    private let tidy = datagram(LeniencyTests.tidy)

    private func withBody(_ body: String) -> [UInt8] {
        datagram(LeniencyTests.tidy.split(separator: "Content-Length")[0] + "Content-Length: \(body.utf8.count)\n\n")
            + Array(body.utf8)
    }

    private func messages(_ stream: inout SIPStream) throws(SIPFault) -> [SIPMessage] {
        var all: [SIPMessage] = []
        while let message = try stream.next() { all.append(message) }
        return all
    }

    @Test(arguments: [1, 7, 64, 10_000])
    func `messages come out whole however the stream is cut`(_ size: Int) throws {
        var stream = SIPStream()
        let bytes = Array("\r\n\r\n".utf8) + tidy + withBody("a\r\n\r\nb") + Array("\r\n".utf8) + tidy
        var read: [SIPMessage] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            stream.append(Array(bytes[start..<min(start + size, bytes.count)]))
            read += try messages(&stream)
        }
        #expect(read.map { text($0.body) } == ["", "a\r\n\r\nb", ""])
        #expect(read.first == read.last)
        #expect(stream.pending == 0)
    }

    @Test func `what is not whole waits`() throws {
        var stream = SIPStream()
        stream.append(Array(withBody("four").dropLast()))
        #expect(try stream.next() == nil)
        stream.append(Array("r".utf8))
        #expect(try text(stream.next()?.body ?? []) == "four")
    }

    @Test func `a message without Content-Length has no end`() throws {
        var stream = SIPStream()
        stream.append(datagram(try LeniencyTests.replacing("Content-Length: 0\n", by: "", in: LeniencyTests.tidy)))
        #expect(throws: SIPFault.notAllowed(.missingContentLength)) { try stream.next() }
    }

    @Test func `a body that promises more than a message may have is refused at its head`() throws {
        var stream = SIPStream()
        let head = try LeniencyTests.replacing("Content-Length: 0", by: "Content-Length: 2147483647", in: LeniencyTests.tidy)
        stream.append(datagram(head))
        #expect(throws: SIPFault.messageTooLong) { try stream.next() }
    }

    @Test func `a body that fills a message to its cap is waited for, and one octet more is refused`() throws {
        func head(_ length: Int) throws -> [UInt8] {
            datagram(try LeniencyTests.replacing("Content-Length: 0", by: "Content-Length: \(length)", in: LeniencyTests.tidy))
        }
        let room = SIPMessage.mostBytes - (try head(SIPMessage.mostBytes)).count
        var stream = SIPStream()
        stream.append(try head(room))
        #expect(try stream.next() == nil)
        stream.append([UInt8](repeating: 0x20, count: room))
        #expect(try stream.next()?.body.count == room)
        stream.append(try head(room + 1))
        #expect(throws: SIPFault.messageTooLong) { try stream.next() }
    }

    @Test func `a head that does not end is refused`() throws {
        var stream = SIPStream()
        stream.append(Array(repeating: UInt8(ascii: "x"), count: SIPMessage.mostBytes))
        #expect(try stream.next() == nil)
        stream.append([UInt8(ascii: "x")])
        #expect(throws: SIPFault.messageTooLong) { try stream.next() }
    }

    @Test func `lines that end in LF alone end a head as well`() throws {
        var stream = SIPStream()
        stream.append(Array(LeniencyTests.tidy.utf8))
        #expect(try stream.next()?.leniencies.contains(.bareLF) == true)
    }
}
