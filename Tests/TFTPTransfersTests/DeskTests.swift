import Packets
import TFTPTransfers
import Testing

/// A desk with the files that it gives out, and the names that it was asked for.
struct TestDesk {
    var desk: TFTPDesk
    var files: [String: MemoryFile] = [
        "f": MemoryFile(count: 2000), "g": MemoryFile(count: 3000), "long": MemoryFile(count: 100_000),
    ]
    var opened: [String] = []

    init(_ limits: DeskLimits = DeskLimits()) {
        desk = TFTPDesk(limits: limits)
    }

    mutating func received(
        _ bytes: [UInt8], from peer: TransferKey, at arrival: TFTPArrival = .listener, now: UInt64 = 0
    ) -> [DeskAction] {
        var names: [String] = []
        let files = files
        let actions = desk.received(bytes[...], from: peer, at: arrival, now: now) { request in
            names.append(request.fileName ?? "?")
            guard let file = files[request.fileName ?? ""] else {
                return request.fileName == "secret" ? .withheld : .refused(TFTPError(.fileNotFound, "no such file"))
            }
            return .file(file, TransferLimits())
        }
        opened += names
        return actions
    }

    mutating func received(
        _ packet: TFTPPacket, from peer: TransferKey, at arrival: TFTPArrival = .listener, now: UInt64 = 0
    ) -> [DeskAction] {
        received(packet.encoded(), from: peer, at: arrival, now: now)
    }

    mutating func asked(_ name: String, _ options: TFTPOption..., by peer: TransferKey, now: UInt64 = 0) -> [DeskAction] {
        received(.readRequest(TFTPRequest(name, options: options)), from: peer, now: now)
    }
}

extension [DeskAction] {
    /// The packets sent within transfers.
    var sent: [TFTPPacket] {
        get throws {
            try flatMap { action in
                guard case .send(let burst, _) = action else { return [TFTPPacket]() }
                return try burst.datagrams.map { try TFTPPacket(decoding: $0) }
            }
        }
    }

    var refusal: DeskRefusal? {
        guard count == 1, case .refuse(let refusal) = first else { return nil }
        return refusal
    }

    var silence: DeskSilence? {
        guard count == 1, case .ignored(_, let silence) = first else { return nil }
        return silence
    }

    var ends: [TransferEnd] {
        compactMap { action in
            guard case .ended(_, let end, _) = action else { return nil }
            return end
        }
    }
}

struct DeskTests {
    private let phone = TransferKey(IPv4Address(192, 168, 50, 7), port: 3000)
    private let other = TransferKey(IPv4Address(192, 168, 50, 8), port: 3000)
    private let size = TFTPOption("tsize", "0")

    @Test func `a read request begins a transfer, which goes on through its own port and ends`() throws {
        var desk = TestDesk()
        let began = desk.asked("f", size, by: phone)
        guard case .began(phone, let request, let parameters) = began.first else {
            Issue.record("nothing began")
            return
        }
        #expect(request.fileName == "f")
        #expect(parameters.acknowledged == [TFTPOption("tsize", "2000")])
        #expect(try began.sent == [.optionAcknowledgement([TFTPOption("tsize", "2000")])])
        #expect(desk.desk.nextDue == second)
        for block in UInt16(0)..<4 {
            let actions = desk.received(acknowledge(block), from: phone, at: .transfer(phone))
            #expect(try actions.sent.count == 1)
        }
        let last = desk.received(acknowledge(4), from: phone, at: .transfer(phone))
        guard case .ended(phone, .finished, let tally) = last.first else {
            Issue.record("it did not end")
            return
        }
        #expect(tally.bytes == 2000 && tally.blocks == 4 && tally.packets == 5 && tally.repeats == 0)
        #expect(desk.desk.count == 0 && desk.desk.nextDue == nil)
        #expect(desk.received(acknowledge(4), from: phone, at: .transfer(phone)).silence == .noTransfer)
    }

    @Test func `T6 when TFTP ends, who has answered is told so once, and who has not gets nothing`() throws {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        _ = desk.asked("f", by: other)
        _ = desk.received(acknowledge(1), from: phone, at: .transfer(phone))
        let actions = desk.desk.stop(because: "closing time")
        #expect(try actions.sent == [.error(TFTPError(.undefined, "closing time"))])
        #expect(actions.ends == Array(repeating: .failed(.abandoned("closing time")), count: 2))
        #expect(desk.desk.count == 0 && desk.desk.nextDue == nil && desk.desk.stop(because: "again").isEmpty)
    }

    @Test func `F1 a packet from another port gets ERROR 5 and disturbs nothing`() throws {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        for stranger in [other, TransferKey(phone.address, port: 3001)] {
            for packet in [acknowledge(1), .data(block: 1, bytes: [1]), .readRequest(TFTPRequest("f"))] {
                let refusal = desk.received(packet, from: stranger, at: .transfer(phone)).refusal
                #expect(refusal == DeskRefusal(TFTPError(.unknownTransfer, "unknown transfer ID"), to: stranger, through: phone))
            }
            // F8: an ERROR is not answered.
            let error = TFTPPacket.error(TFTPError(.undefined, "stop"))
            #expect(desk.received(error, from: stranger, at: .transfer(phone)).silence == .strangersError)
        }
        #expect(desk.desk.count == 1)
        #expect(try desk.received(acknowledge(1), from: phone, at: .transfer(phone)).sent.count == 1)
    }

    @Test func `F1 an ACK at the listening port is no proof of having seen what was sent from the transfer's own`() {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        let refusal = desk.received(acknowledge(1), from: phone).refusal
        #expect(refusal?.error.code == .unknownTransfer)
        #expect(refusal?.through == nil)
        #expect(desk.desk.tally(of: phone)?.blocks == 0)
    }

    @Test func `with a single port a transfer goes on through it, and late packets are passed over`() throws {
        var desk = TestDesk(DeskLimits(hasSinglePort: true))
        _ = desk.asked("f", by: phone)
        for block in UInt16(1)...3 { #expect(try desk.received(acknowledge(block), from: phone).sent.count == 1) }
        #expect(desk.received(acknowledge(4), from: phone).ends == [.finished])
        #expect(desk.received(acknowledge(4), from: phone).silence == .noTransfer)
        #expect(desk.received(acknowledge(1), from: other).silence == .noTransfer)
    }

    @Test func `F8 a request that comes again starts no second transfer`() throws {
        var desk = TestDesk()
        #expect(try desk.asked("f", by: phone).sent.count == 1)
        #expect(desk.asked("f", by: phone, now: 1).silence == .duplicateRequest)
        _ = desk.received(acknowledge(1), from: phone, at: .transfer(phone), now: 2)
        #expect(desk.asked("f", by: phone, now: 3).silence == .duplicateRequest)
        #expect(desk.opened == ["f"])
        #expect(desk.desk.count == 1)
    }

    @Test func `F8 a phone that has not answered yet and asks again waits for its transfer's own timer`() throws {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        #expect(try desk.desk.elapsed(at: second).sent.count == 1)
        #expect(desk.asked("f", by: phone, now: second + 1).silence == .duplicateRequest)
        #expect(desk.desk.nextDue == 3 * second)
    }

    @Test func `F8 a phone that restarted asks from the same port and gets one new transfer`() throws {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        _ = desk.received(acknowledge(1), from: phone, at: .transfer(phone))
        _ = desk.desk.elapsed(at: second)
        let again = desk.asked("f", by: phone, now: 2 * second)
        #expect(again.ends == [.failed(.superseded)])
        #expect(try again.sent.first.map { if case .data(1, _) = $0 { true } else { false } } == true)
        #expect(desk.desk.count == 1)
        #expect(desk.desk.nextDue == 3 * second)
    }

    @Test func `F8 another file from the same port takes the transfer's place`() throws {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        _ = desk.received(acknowledge(1), from: phone, at: .transfer(phone))
        let next = desk.asked("g", by: phone)
        #expect(next.ends == [.failed(.superseded)])
        #expect(try next.sent.count == 1)
        #expect(desk.opened == ["f", "g"])
        #expect(desk.desk.count == 1)
    }

    @Test func `T6 asking for other files from one forged port gives no more than three sends`() throws {
        var desk = TestDesk()
        var sends = try desk.asked("f", by: phone).sent.count
        for turn in UInt64(1)...20 {
            sends += try desk.asked(turn % 2 == 0 ? "f" : "g", by: phone, now: turn).sent.count
        }
        while let due = desk.desk.nextDue { sends += try desk.desk.elapsed(at: due).sent.count }
        #expect(sends == 3)
    }

    @Test func `T6 nor does asking for what is not there in between`() throws {
        var desk = TestDesk()
        var sends = 0
        for turn in UInt64(0)..<40 {
            let name = ["f", "absent", "g", "secret"][Int(turn % 4)]
            sends += try desk.asked(name, by: phone, now: turn).sent.count
        }
        while let due = desk.desk.nextDue { sends += try desk.desk.elapsed(at: due).sent.count }
        #expect(sends == 3)
    }

    @Test func `a phone that got something and asks for what is not there has dropped what it got`() throws {
        var desk = TestDesk()
        _ = desk.asked("f", by: phone)
        _ = desk.received(acknowledge(1), from: phone, at: .transfer(phone))
        let actions = desk.asked("absent", by: phone)
        #expect(actions.ends == [.failed(.superseded)])
        #expect(desk.desk.count == 0)
    }

    @Test func `T8 a write request gets ERROR 2`() {
        var desk = TestDesk()
        let request = TFTPRequest("phone.log")
        let refusal = desk.received(.writeRequest(request), from: phone).refusal
        #expect(refusal?.error.code == .accessViolation)
        #expect(refusal?.request == request)
        #expect(desk.desk.count == 0)
    }

    @Test func `F5 mail gets ERROR 4 before any file is looked for`() {
        var desk = TestDesk()
        let refusal = desk.received(.readRequest(TFTPRequest("f", mode: "mail")), from: phone).refusal
        #expect(refusal?.error.code == .illegalOperation)
        #expect(desk.opened.isEmpty)
    }

    @Test func `F2 what was sent to a broadcast address is ignored`() {
        var desk = TestDesk()
        #expect(desk.received(.readRequest(TFTPRequest("f")), from: phone, at: .broadcast).silence == .sentToBroadcast)
        #expect(desk.received([0, 9], from: phone, at: .broadcast).silence == .sentToBroadcast)
        #expect(desk.opened.isEmpty)
    }

    @Test func `a refusal and a silence come from whoever knows the files`() {
        var desk = TestDesk()
        let refusal = desk.asked("absent", by: phone).refusal
        #expect(refusal?.error.code == .fileNotFound)
        #expect(refusal?.request?.fileName == "absent")
        #expect(desk.asked("secret", by: phone).silence == .withheld)
        #expect(desk.asked("f", by: TransferKey(phone.address, port: 0)).silence == .portZero)
        #expect(desk.desk.count == 0)
    }

    @Test func `F6 F8 a malformed packet is answered where it can do no harm`() {
        var desk = TestDesk()
        #expect(desk.received([0, 1, 0x61], from: phone).refusal?.error.code == .illegalOperation)
        #expect(desk.received([0, 5, 0], from: phone).silence == .malformed(.tooShort(.error, 1)))
        #expect(desk.received(Array(repeating: 1, count: 600), from: phone).refusal?.error.code == .illegalOperation)
        #expect(desk.received([0, 1] + Array(repeating: 1, count: 600), from: phone).silence == .malformed(.requestTooLong(602)))
        _ = desk.asked("f", by: phone)
        for arrival in [TFTPArrival.listener, .transfer(phone)] {
            #expect(desk.received([0, 9], from: phone, at: arrival).silence == .malformed(.unknownOpcode(9)))
        }
        #expect(desk.received(.writeRequest(TFTPRequest("f")), from: phone).silence == .busyReading)
        #expect(desk.desk.count == 1)
    }

    @Test func `every silence has its sentence`() {
        let silences: [DeskSilence] = [
            .malformed(.emptyName), .sentToBroadcast, .portZero, .duplicateRequest, .busyReading, .unansweredBefore,
            .tooManyTransfers, .tooManyTransfersOfAddress, .tooMuchData, .tooManyErrors, .strangersError, .noTransfer, .withheld,
        ]
        #expect(Set(silences.map(\.sentence)).count == silences.count)
    }
}
