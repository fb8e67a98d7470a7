import DHCPMessages
import Packets
import Testing

@testable import PhoneSimulator

/// RFC 2131 §4.4.1: from nothing to an address.
@Suite struct `A phone that asks for its address` {
    private let second = IPv4Address(192, 0, 2, 2)
    private let given = IPv4Address(192, 0, 2, 77)

    /// What a server answers to the phone's question.
    private func answer(
        _ exchange: LeaseExchange, _ type: DHCPMessageType, by server: IPv4Address = serverAddress, seconds: UInt8 = 60,
        _ change: (inout DHCPMessage) -> Void = { _ in }
    ) throws -> [UInt8] {
        var reply = DHCPMessage(replyingTo: try DHCPMessage(decoding: exchange.question()[...]), type: type, server: server)
        reply.yourAddress = given
        reply.options[.leaseTime] = [0, 0, 0, seconds]
        reply.options[.subnetMask] = [255, 255, 255, 0]
        reply.options[.vendorClass] = Array("Nortel-SIP-Phone-A".utf8)[...]
        reply.options[66] = Array("http://192.0.2.1/".utf8)[...]
        change(&reply)
        return reply.encoded().bytes
    }

    @Test(arguments: playable)
    func `DISCOVER and REQUEST of every family hold what the catalogue says of it`(id: String) throws {
        var exchange = LeaseExchange(try phone(id), transactionID: 7)
        let discover = try DHCPMessage(decoding: exchange.question(seconds: 3)[...])
        #expect(discover.type == .discover && discover.seconds == 3 && discover.clientAddress == .any)
        #expect(discover.options[.requestedAddress] == nil && discover.options[.serverIdentifier] == nil)
        _ = try exchange.hear(answer(exchange, .offer))
        exchange.choose()
        let request = try DHCPMessage(decoding: exchange.question()[...])
        // RFC 2131 table 5, for a client in SELECTING.
        #expect(request.type == .request && request.clientAddress == .any && request.transactionID == 7)
        #expect(try request.options.address(.requestedAddress) == given)
        #expect(try request.options.address(.serverIdentifier) == serverAddress)
        let phone = try phone(id)
        for message in [discover, request] {
            #expect(message.clientMAC == phone.mac)
            #expect(message.options[.vendorClass].map(Array.init) == phone.vendorClass.map { Array($0.utf8) })
            #expect(message.options[.parameterRequestList].map(Array.init) == phone.manner.parameterRequestList)
        }
    }

    @Test func `the first offer is taken, and its ACK brings address, mask and options`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7)
        let offer = LeaseExchange.Offer(server: serverAddress, address: given, seconds: 60)
        #expect(try exchange.hear(answer(exchange, .offer)) == .offered(offer))
        #expect(exchange.patience == 0)
        _ = try exchange.hear(answer(exchange, .offer, by: second, seconds: 200))
        exchange.choose()
        #expect(exchange.chosen == offer)
        #expect(try exchange.hear(answer(exchange, .acknowledge, by: second)) == .ignored)
        guard case .leased(let lease) = try exchange.hear(answer(exchange, .acknowledge)) else {
            Issue.record("not leased")
            return
        }
        #expect(lease.address == IPv4Prefix(given, length: 24) && lease.seconds == 60)
        #expect(lease.acknowledgement.found == FoundURL(source: .option(66), text: "http://192.0.2.1/"))
    }

    @Test func `an Avaya waits a second for the longest lease, and takes no server that does not know it`() throws {
        var exchange = LeaseExchange(try phone("avaya-1200-sip"), transactionID: 7)
        #expect(exchange.patience == 1000)
        _ = try exchange.hear(answer(exchange, .offer))
        _ = try exchange.hear(answer(exchange, .offer, by: second, seconds: 90))
        guard case .refused = try exchange.hear(answer(exchange, .offer, seconds: 200, { $0.options[.vendorClass] = nil })) else {
            Issue.record("an offer without option 60 was taken")
            return
        }
        exchange.choose()
        #expect(exchange.chosen?.server == second)
    }

    @Test func `an Avaya takes what it said for its option 60 given back, and nothing else`() throws {
        for (told, isTaken) in [("Nortel-SIP-Phone-A", true), ("Nortel-SIP-Phone-A\0", true), ("PXEClient", false), ("", false)] {
            var exchange = LeaseExchange(try phone("avaya-1200-sip"), transactionID: 7)
            let heard = try exchange.hear(answer(exchange, .offer) { $0.options[.vendorClass] = Array(told.utf8)[...] })
            let offer = LeaseExchange.Heard.offered(.init(server: serverAddress, address: given, seconds: 60))
            #expect(heard == (isTaken ? offer : .refused("it does not give option 60 back")), "\(told)")
        }
    }

    /// RFC 2131 §3.2 and table 5, INIT-REBOOT.
    @Test func `a phone that starts anew asks for the address that it had by REQUEST`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7, earlier: given)
        let request = try DHCPMessage(decoding: exchange.question()[...])
        #expect(request.type == .request && request.clientAddress == .any)
        #expect(try request.options.address(.requestedAddress) == given)
        #expect(request.options[.serverIdentifier] == nil)
        #expect(try exchange.hear(answer(exchange, .offer)) == .ignored)
        #expect(try exchange.hear(answer(exchange, .acknowledge) { $0.yourAddress = second }) == .ignored)
        guard case .leased = try exchange.hear(answer(exchange, .acknowledge)) else {
            Issue.record("not leased")
            return
        }
    }

    @Test func `nobody knows of its earlier address, and it asks for any, for that one first; after a NAK no more for that`()
        throws
    {
        var silent = LeaseExchange(try phone("snom-desk"), transactionID: 7, earlier: given)
        let began = silent.beginAnew()
        #expect(began)
        var discover = try DHCPMessage(decoding: silent.question()[...])
        #expect(try discover.type == .discover && discover.options.address(.requestedAddress) == given)
        var refused = LeaseExchange(try phone("snom-desk"), transactionID: 7, earlier: given)
        #expect(try refused.hear(answer(refused, .negativeAcknowledge)) == .notAcknowledged)
        let beganAgain = refused.beginAnew()
        #expect(beganAgain)
        discover = try DHCPMessage(decoding: refused.question()[...])
        #expect(discover.type == .discover && discover.options[.requestedAddress] == nil)
    }

    @Test func `a REQUEST says the seconds of its DISCOVER`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7)
        #expect(try DHCPMessage(decoding: exchange.question(seconds: 12)[...]).seconds == 12)
        _ = try exchange.hear(answer(exchange, .offer))
        exchange.choose(after: 12)
        // RFC 2131 §3.1 step 3, and as often as it is sent.
        for seconds in [UInt16(0), 4] {
            #expect(try DHCPMessage(decoding: exchange.question(seconds: seconds)[...]).seconds == 12)
        }
    }

    /// RFC 2131 §3.1 step 5.
    @Test func `an offer that comes to nothing sends it back to its DISCOVER, but not for ever`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7)
        var starts = 1
        while starts < 99 {
            _ = try exchange.hear(answer(exchange, .offer))
            exchange.choose()
            #expect(exchange.chosen != nil)
            guard exchange.beginAnew() else { break }
            #expect(exchange.chosen == nil)
            #expect(try DHCPMessage(decoding: exchange.question()[...]).type == .discover)
            starts += 1
        }
        #expect(starts == 5)
    }

    @Test func `a NAK ends it, and what is another's or no use is not taken`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7)
        func isRefused(_ change: (inout DHCPMessage) -> Void) throws -> Bool {
            if case .refused = try exchange.hear(answer(exchange, .offer, change)) { true } else { false }
        }
        #expect(try isRefused { $0.yourAddress = .any } && isRefused { $0.options[.leaseTime] = nil })
        #expect(try isRefused { $0.options[.serverIdentifier] = nil })
        #expect(try exchange.hear(answer(exchange, .offer) { $0.transactionID = 8 }) == .ignored)
        #expect(try exchange.hear(answer(exchange, .offer) { $0.hardwareAddress = [2, 0, 0, 0, 0, 9][...] }) == .ignored)
        #expect(try exchange.hear(answer(exchange, .acknowledge)) == .ignored)
        _ = try exchange.hear(answer(exchange, .offer))
        exchange.choose()
        #expect(try exchange.hear(answer(exchange, .offer, by: second)) == .ignored)
        #expect(try exchange.hear(answer(exchange, .negativeAcknowledge)) == .notAcknowledged)
    }

    @Test func `REQUEST to keep an address names it in ciaddr alone, and its ACK or NAK is heard`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7, keeping: given)
        let request = try DHCPMessage(decoding: exchange.question()[...])
        // RFC 2131 table 5, for a client in RENEWING or REBINDING.
        #expect(request.type == .request && request.clientAddress == given)
        #expect(request.options[.requestedAddress] == nil && request.options[.serverIdentifier] == nil)
        #expect(try exchange.hear(answer(exchange, .offer)) == .ignored)
        #expect(try exchange.hear(answer(exchange, .acknowledge) { $0.yourAddress = second }) == .ignored)
        #expect(try exchange.hear(answer(exchange, .negativeAcknowledge)) == .notAcknowledged)
        guard case .leased(let lease) = try exchange.hear(answer(exchange, .acknowledge, seconds: 80)) else {
            Issue.record("not leased")
            return
        }
        #expect(lease.seconds == 80 && lease.renewal == 40 && lease.rebinding == 70)
    }

    @Test func `T1, T2 and the end come in their order, and a server that is silent is asked again`() throws {
        var exchange = LeaseExchange(try phone("snom-desk"), transactionID: 7, keeping: given)
        func held(_ seconds: UInt32, _ times: [UInt32] = []) throws -> HeldLease {
            let reply = try answer(exchange, .acknowledge) { reply in
                reply.options[.leaseTime] = IPv4Address(bits: seconds).octets[...]
                for (code, time) in zip([DHCPOptionCode.renewalTime, .rebindingTime], times) {
                    reply.options[code] = IPv4Address(bits: time).octets[...]
                }
            }
            guard case .leased(let lease) = exchange.hear(reply) else { throw NotLeased() }
            return HeldLease(lease, at: 0)
        }
        /// What is done of it when, in seconds, while nobody answers.
        func story(_ lease: HeldLease) -> [String] {
            var lease = lease
            var story: [String] = []
            while story.count < 20, let due = lease.due(at: lease.next) {
                let next = lease.next / 1_000_000_000
                story.append(due == .over ? "over" : "\(due) until \(next)")
                if due == .over { break }
            }
            return story
        }
        #expect(
            try story(held(3600)) == [
                "renew until 2475", "renew until 2812", "renew until 2981", "renew until 3065", "renew until 3125",
                "renew until 3150", "rebind until 3375", "rebind until 3487", "rebind until 3547", "rebind until 3600", "over",
            ])
        #expect(try story(held(60)) == ["renew until 53", "rebind until 60", "over"])
        #expect(try story(held(100, [3, 7])) == ["renew until 7", "rebind until 67", "rebind until 100", "over"])
        #expect(try held(.max).next == .max)
    }
}

private struct NotLeased: Error {}
