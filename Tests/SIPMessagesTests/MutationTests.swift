import Foundation
import Packets
import SIPMessages
import TestSupport
import Testing

/// Reads all there is to read of a message and builds all that can be built of it: this must only not trap.
func exercise(_ message: SIPMessage) {
    for header in message.headers {
        _ = try? SIPVia(parsing: header.value)
        _ = (try? SIPAddressHeader(parsing: header.value))?.tag
        _ = try? SIPURI(parsing: header.value).user
        _ = try? SIPEventHeader(parsing: header.value)
        _ = try? SIPCSeq(parsing: header.value)
    }
    _ = SIPResponseKey(response: message)
    _ = SIPResponseKey(request: message)
    let address = IPv4Address(192, 168, 0, 1)
    for refusal: PnPRefusal in [.badRequest, .methodNotAllowed, .badEvent, .badExtension(message.all("Require"))] {
        expectWellFormed(PnPReply.refusal(to: message, refusal, toTag: "t", receivedFrom: address, port: 5060))
    }
    guard let subscribe = try? PnPSubscribe(message) else { return }
    _ = (subscribe.macCandidates, subscribe.transactionKey, subscribe.accept, subscribe.vendor)
    expectWellFormed(
        PnPReply.okay(to: subscribe, toTag: "t", receivedFrom: address, port: 5060, contact: SIPContact(address, 5060)))
    expectWellFormed(
        PnPReply.notify(
            for: subscribe, toTag: "t", branch: "z9hG4bKx", cseq: 1, contact: SIPContact(address, 5060),
            body: Array("tftp://x/".utf8)))
}

/// What we send reads back as what we meant: as many headers, and nothing to be lenient about but a phone's missing tag.
private func expectWellFormed(_ message: SIPMessage?) {
    guard let message else { return }
    do throws(SIPFault) {
        let read = try SIPMessage(parsing: message.encoded()[...], allowing: [.missingFromTag, .missingMaxForwards, .oddSpacing])
        #expect(read == message)
    } catch {
        // Vias and parameters that were long already may grow past the cap by what is added.
        if case .lineTooLong = error { return }
        if error == .messageTooLong { return }
        Issue.record("\(error.sentence): \(text(message.encoded()))")
    }
}

struct MutationTests {
    @Test(arguments: try Sample.all())
    func `every beginning of every sample is read or refused`(_ sample: Sample) {
        // The few samples that are too long on purpose say the same thing for thousands of bytes.
        for count in stride(from: 0, through: sample.bytes.count, by: sample.bytes.count > 2048 ? 97 : 1) {
            if let message = try? SIPMessage(parsing: sample.bytes.prefix(count)), count % 16 == 0 { exercise(message) }
        }
    }

    @Test func `changed bytes are read or refused`() throws {
        var generator = SeededGenerator(named: "SIP_MUTATION")
        let rounds = SeededGenerator.rounds("SIP_MUTATION", usually: 40)
        let telling = Array("\r\n\0 \t\"\\<>;,:=@%[]?*0z\u{7f}".utf8)
        for sample in try Sample.all(in: ["phones", "exchange", "others", "rfc4475"]) {
            for _ in 0..<rounds {
                var bytes = sample.bytes
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let at = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                    case 1: bytes[at] = telling.randomElement(using: &generator) ?? 0
                    case 2: bytes.remove(at: at)
                    default: bytes.insert(telling.randomElement(using: &generator) ?? 0, at: at)
                    }
                }
                if let message = try? SIPMessage(parsing: bytes[...]) { exercise(message) }
            }
        }
    }
}
