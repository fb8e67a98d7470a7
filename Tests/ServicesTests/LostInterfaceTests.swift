import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Responder
import Synchronization
import TestSupport
import Testing

@testable import Provisioning

//       phone ── right ─────────── left ── responder
//    10.77.0.7                           10.77.0.1
@Suite final class `An interface that goes`: Sendable {
    private static let phone = MACAddress(bits: 0x0004_1312_3456)
    private let events = Mutex<[String]>([])

    private func frame(_ type: DHCPMessageType) throws -> [UInt8] {
        let source = IPv4Address(10, 77, 0, 7)
        var message = DHCPMessage(type: type, transactionID: 1, client: Self.phone)
        message.clientAddress = source
        message.options[.vendorClass] = Array("snomD735".utf8)[...]
        message.options[.parameterRequestList] = [66, 67]
        return try #require(
            UDPFrame(
                from: Self.phone, source, port: 68, to: .broadcast, .broadcast, port: 67, payload: message.encoded().bytes
            ).encoded())
    }

    /// The thread of the interface is held at its first frame, until the second waits behind it and nothing comes or goes any more.
    @Test func `leaves no question that was heard without a word on what became of its answer`() throws {
        let scene = try WebScene("{pnp: {answer: off}, rules: [{match: {vendor: snom}, url: \"http://pbx.example/\"}]}")
        let wire = try VirtualWire()
        try run("/sbin/ip", "address", "add", "10.77.0.1/24", "dev", wire.left)
        for end in [wire.left, wire.right] { try run("/sbin/ip", "link", "set", end, "up") }
        let (isHeld, goesOn, isLost) = (try Wakeup(), try Wakeup(), try Wakeup())
        let responder = try Responder(
            policy: scene.policy, memory: DeviceMemory(),
            clock: { Moment(microseconds: WallClock.now().microsecondsSince1970, steady: MonotonicClock.now()) },
            store: LeaseStore(load: { [] }, store: { _, done in done(nil) }),
            sink: { [self] event in
                events.withLock {
                    $0.append(event.name + (event.details.first { $0.name == "reason" }.map { " \($0.text)" } ?? ""))
                }
                guard event.name == "ignored" else { return }
                isHeld.signal()
                _ = try? waitReadable([goesOn.descriptor], milliseconds: 60_000)
            }, log: { if $0.event == "interface.lost" { isLost.signal() } })
        defer { responder.stop() }
        let interface = try #require(try NetworkInterface.all().first { $0.name == wire.left })
        #expect(responder.serve([interface]).failures.isEmpty)
        let link = try LiveLink(interface: wire.right, filter: "")
        try link.send(try frame(.discover))
        try #require(try waitReadable([isHeld.descriptor], milliseconds: 60_000) == [true])
        try link.send(try frame(.inform))
        try run("/sbin/ip", "link", "del", wire.left)
        goesOn.signal()
        try #require(try waitReadable([isLost.descriptor], milliseconds: 60_000) == [true])
        #expect(events.withLock { $0 } == ["ignored wants-lease", "answer.not-sent"])
    }
}
