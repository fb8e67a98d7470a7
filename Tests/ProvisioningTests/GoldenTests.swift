import ConfigTree
import DHCPMessages
import Foundation
import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

/// A frame under `Samples`, the circumstances in which it is heard, and what is expected.
struct Golden: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let input: String
    let expected: String

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")
    static let line = "----------\n"

    init(_ name: String) throws {
        self.name = name
        bytes = try octets(String(contentsOf: Golden.folder.appending(path: name + ".hex"), encoding: .utf8))
        let text = try String(contentsOf: Golden.folder.appending(path: name + ".txt"), encoding: .utf8)
        let place = try #require(text.firstRange(of: Golden.line))
        input = String(text[..<place.lowerBound])
        expected = String(text[place.upperBound...])
    }

    static func all() throws -> [Golden] { try names(".hex").map { try Golden($0) } }

    static func names(_ ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(ending) }.map {
            String($0.dropLast(ending.count))
        }.sorted()
    }

    /// The configuration and the files that stand above the line.
    func policy() throws -> Policy {
        let problems = ConfigProblems()
        var map = try #require(MapReader(parse(input), as: "the circumstances", problems))
        let files = map.texts("files")?.map(\.text) ?? []
        let settings = map.group("config") { Settings($0, vendors: shipped.names, problems) } ?? Settings()
        map.finish()
        #expect(problems.inOrder.map(\.description) == [])
        return Policy(settings: settings, catalogue: shipped, tree: TreeSnapshot(files: files))
    }
}

/// All that is decided, as text.
func described(_ decision: Decision) -> String {
    let identity = decision.identity
    var lines = [
        "kind      \(decision.kind.rawValue)",
        "phone     "
            + [identity.mac?.colons, identity.family?.id, identity.model, identity.version].map { $0 ?? "-" }.joined(
                separator: " "),
    ]
    lines += identity.macEvidence.map { "address   \($0.source.rawValue) \($0.weight) \($0.mac)" }
    lines += identity.evidence.map {
        "evidence  \($0.source.rawValue) \($0.weight) \($0.value) (\($0.families.joined(separator: ", ")))"
    }
    if let rule = decision.rule { lines.append("rule      \(rule)") }
    if let url = decision.url { lines.append("url       \(url)") }
    switch decision.outcome {
    case .ignore(let silence):
        lines.append("silence   \(silence.name): \(silence.sentence)")
    case .answer(.dhcp(let answer)):
        lines.append("answer    \(answer.type?.name ?? "-")")
        lines += described(answer.frame)
        guard let read = try? answer.message else { return "an answer that cannot be read" }
        lines.append("ciaddr    \(read.clientAddress)")
        lines.append("yiaddr    \(read.yourAddress)")
        lines.append("siaddr    \(read.nextServer)")
        lines.append("giaddr    \(read.relayAddress)")
        lines.append("flags     0x" + hexText([UInt8(read.flags >> 8), UInt8(read.flags & 0xff)]))
        lines.append("length    \(answer.payload.count)")
        for option in read.options.all {
            lines.append("option    \(option.code) \(option.code.name): \(option.code.text(of: option.value))")
        }
        for code in answer.leftOut { lines.append("left out  \(code)") }
    case .answer(.pnp(let answer)):
        lines.append(
            "answer    200 to \(answer.to):\(answer.okayPort), NOTIFY to \(answer.to):\(answer.notifyPort), \(answer.mac)")
        for message in [answer.okay, answer.notify] {
            lines.append("")
            lines += text(message).replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "" : "  " + $0
            }
        }
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
}

private func described(_ frame: UDPFrame) -> [String] {
    let tags = frame.tags.map {
        " tag " + hexText([UInt8($0.type >> 8), UInt8($0.type & 0xff), UInt8($0.control >> 8), UInt8($0.control & 0xff)])
    }
    return [
        "from      \(frame.sourceMAC) \(frame.source):\(frame.sourcePort)",
        "to        \(frame.destinationMAC) \(frame.destination):\(frame.destinationPort)" + tags.joined(),
    ]
}

@Suite struct GoldenTests {
    @Test(arguments: try Golden.all())
    func `what is decided about a frame is what is expected`(_ golden: Golden) throws {
        let decided = described(try golden.policy().decide(frame: golden.bytes[...], on: link, at: Moment(microseconds: 0)))
        if ProcessInfo.processInfo.environment["GOLDEN_WRITE"] != nil {
            try Data((golden.input + Golden.line + decided).utf8).write(to: Golden.folder.appending(path: golden.name + ".txt"))
        } else {
            #expect(decided == golden.expected)
        }
    }

    @Test func `every frame has its expectation`() throws {
        #expect(try Golden.names(".hex") == Golden.names(".txt"))
        #expect(try Golden.names(".hex").count >= 15)
    }

    @Test(arguments: try Golden.all())
    func `every answer can be carried and read`(_ golden: Golden) throws {
        switch try golden.policy().decide(frame: golden.bytes[...], on: link, at: Moment(microseconds: 0)).answer {
        case .dhcp(let answer):
            let bytes = try #require(answer.frame.encoded())
            #expect(try UDPFrame(decoding: bytes[...]).payload == answer.payload[...])
        case .pnp(let answer):
            _ = try SIPMessage(parsing: answer.okay[...], allowing: [.missingFromTag, .oddSpacing])
            _ = try SIPMessage(parsing: answer.notify[...], allowing: .none)
        case nil: break
        }
    }

    /// Where a phone that keeps silent was sent its NOTIFY once, there are bytes left to send it a second time.
    @Test(arguments: try Golden.all())
    func `T6 a known phone's SUBSCRIBE is long enough for its 200 and two NOTIFYs`(_ golden: Golden) throws {
        let decision = try golden.policy().decide(frame: golden.bytes[...], on: link, at: Moment(microseconds: 0))
        // VTech's, the shortest of all, pays for one; if that is lost, the phone has to ask again.
        guard case .pnp(let answer)? = decision.answer, answer.bytesHeard > 400 else { return }
        #expect(answer.okay.count + 2 * answer.notify.count <= 3 * answer.bytesHeard)
    }

    /// The headers' own lengths would stop most of these at once, so they are mended first.
    @Test(arguments: try Golden.all())
    func `every beginning of every request is decided about`(_ golden: Golden) throws {
        let policy = try golden.policy()
        for count in 0...golden.bytes.count {
            #expect(
                policy.decide(frame: golden.bytes.prefix(count), on: link, at: Moment(microseconds: 0)).answer == nil
                    || count == golden.bytes.count)
        }
        var frame = try UDPFrame(decoding: golden.bytes[...])
        let payload = frame.payload
        for count in 0...payload.count {
            frame.payload = payload.prefix(count)
            guard let bytes = frame.encoded() else { continue }
            _ = described(policy.decide(frame: bytes[...], on: link, at: Moment(microseconds: 0)))
        }
    }

    @Test func `changed requests are decided about`() throws {
        var generator = SeededGenerator(named: "DECISION_MUTATION")
        let rounds = SeededGenerator.rounds("DECISION_MUTATION", usually: 60)
        let telling = Array("\r\n\0\"<>;:=@%{}$./".utf8) + [1, 43, 52, 53, 55, 60, 61, 66, 82, 128, 254, 255]
        for golden in try Golden.all() {
            let policy = try golden.policy()
            let original = try UDPFrame(decoding: golden.bytes[...])
            for _ in 0..<rounds {
                var payload = Array(original.payload)
                for _ in 0..<Int.random(in: 1...5, using: &generator) {
                    let at = Int.random(in: payload.indices, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: payload[at] = UInt8.random(in: .min ... .max, using: &generator)
                    case 1: payload[at] = telling.randomElement(using: &generator) ?? 0
                    case 2: payload.remove(at: at)
                    default: payload.insert(telling.randomElement(using: &generator) ?? 0, at: at)
                    }
                }
                var frame = original
                frame.payload = payload[...]
                guard let bytes = frame.encoded() else { continue }
                let decision = policy.decide(frame: bytes[...], on: link, at: Moment(microseconds: 0))
                // However it was changed: an answer goes to nobody but its sender or a relay that is configured (T6), and holds no stray line end.
                switch decision.answer {
                case .dhcp(let answer):
                    if answer.frame.destination != original.source && original.source != IPv4Address(10, 0, 20, 1) {
                        Issue.record("\(hexText(bytes))")
                    }
                    if try answer.message.yourAddress != .any || answer.message.options[.leaseTime] != nil {
                        Issue.record("\(hexText(bytes))")
                    }
                case .pnp(let answer):
                    if answer.to != original.source { Issue.record("\(hexText(bytes))") }
                    // A line end within a value would make one more header.
                    let notify = try? SIPMessage(parsing: answer.notify[...], allowing: [.missingFromTag, .oddSpacing])
                    if notify?.headers.count != 11 { Issue.record("\(text(answer.notify))") }
                case nil: break
                }
                if let url = decision.url, !url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
                    Issue.record("\(url) of \(hexText(bytes))")
                }
                _ = described(decision)
            }
        }
    }
}
