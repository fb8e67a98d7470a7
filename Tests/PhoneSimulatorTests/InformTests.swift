import DHCPMessages
import Packets
import Testing
import VendorCatalogue

@testable import PhoneSimulator

@Suite struct InformTests {
    @Test(arguments: playable)
    func `the INFORM of every family holds what the catalogue says of it`(id: String) throws {
        let phone = try phone(id)
        let bytes = InformExchange(phone, transactionID: 0x1234_5678).question(seconds: 3)
        #expect(bytes.count >= 300)
        let message = try DHCPMessage(decoding: bytes[...])
        #expect(message.operation == 1)
        #expect(message.type == .inform)
        #expect(message.transactionID == 0x1234_5678)
        #expect(message.seconds == 3)
        #expect(message.clientMAC == phone.mac)
        #expect(message.clientAddress == phoneAddress)
        #expect(!message.wantsBroadcast)
        #expect(message.options[.clientIdentifier].map(Array.init) == [1] + phone.mac.octets)
        #expect(message.options[.vendorClass].map(Array.init) == phone.vendorClass.map { Array($0.utf8) })
        #expect(message.options[.parameterRequestList].map(Array.init) == phone.manner.parameterRequestList)
        #expect(try message.options.uint16(.maximumMessageSize) == 1500)
        // RFC 2131 table 5: neither a requested address nor a lease in an INFORM.
        #expect(message.options[.requestedAddress] == nil && message.options[.leaseTime] == nil)
    }

    @Test func `a vendor class with a model in it is filled in`() throws {
        let bytes = try InformExchange(phone("snom-desk", model: "D785"), transactionID: 1).question()
        #expect(try DHCPMessage(decoding: bytes[...]).options[.vendorClass].map(Array.init) == Array("snomD785".utf8))
    }

    /// An ACK to the phone's INFORM, changed by `change`.
    private func heard(_ change: (inout DHCPMessage) -> Void) throws -> InformExchange.Heard {
        let exchange = InformExchange(try phone("yealink"), transactionID: 7)
        let question = try DHCPMessage(decoding: exchange.question()[...])
        var reply = DHCPMessage(replyingTo: question, type: .acknowledge, server: serverAddress)
        reply.clientAddress = phoneAddress
        reply.options[.clientIdentifier] = question.options[.clientIdentifier]
        reply.options[66] = Array("http://192.0.2.1/".utf8)[...]
        change(&reply)
        return exchange.hear(reply.encoded().bytes)
    }

    @Test func `an ACK brings the address, and which options came`() throws {
        guard case .acknowledged(let acknowledgement) = try heard({ $0.options[42] = [192, 0, 2, 9] }) else {
            Issue.record("not taken")
            return
        }
        #expect(acknowledgement.server == serverAddress)
        #expect(acknowledgement.found == FoundURL(source: .option(66), text: "http://192.0.2.1/"))
        #expect(acknowledgement.options.map(\.code) == [61, 66, 42])
        #expect(acknowledgement.options.last?.text == "192.0.2.9")
        #expect(acknowledgement.oddities == [])
    }

    @Test func `an ACK without the family's options is an ACK without an address`() throws {
        guard case .acknowledged(let acknowledgement) = try heard({ $0.options[66] = nil }) else {
            Issue.record("not taken")
            return
        }
        #expect(acknowledgement.found == nil)
    }

    @Test func `answers to others and questions of others are ignored`() throws {
        #expect(try heard { $0.transactionID = 8 } == .ignored)
        #expect(try heard { $0.operation = 1 } == .ignored)
        #expect(InformExchange(try phone("yealink"), transactionID: 7).hear([2, 1, 6]) == .ignored)
    }

    @Test func `an answer that is no ACK of a named server to this phone is refused`() throws {
        func isRefused(_ change: (inout DHCPMessage) -> Void) throws -> Bool {
            if case .refused = try heard(change) { true } else { false }
        }
        #expect(try isRefused { $0.options[.messageType] = [2] })
        #expect(try isRefused { $0.options[.messageType] = [6] })
        #expect(try isRefused { $0.options[.serverIdentifier] = nil })
        #expect(try isRefused { $0.hardwareAddress = ([2, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 10))[...] })
    }

    @Test func `what has no place in an ACK to an INFORM is noted`() throws {
        func oddities(_ change: (inout DHCPMessage) -> Void) throws -> Int {
            if case .acknowledged(let acknowledgement) = try heard(change) { acknowledgement.oddities.count } else { -1 }
        }
        #expect(try oddities { _ in } == 0)
        #expect(try oddities { $0.yourAddress = phoneAddress } == 1)
        #expect(try oddities { $0.options[.leaseTime] = [0, 0, 0, 60] } == 1)
        #expect(try oddities { $0.options[.clientIdentifier] = [1, 2, 3] } == 1)
        #expect(try oddities { $0.clientAddress = serverAddress } == 1)
    }
}
