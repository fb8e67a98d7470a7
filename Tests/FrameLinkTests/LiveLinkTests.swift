import FrameLink
import Glibc
import LinuxSystem
import Packets
import TestSupport
import Testing

private let phone = MACAddress(bits: 0x0004_13aa_bbcc)
private let dhcp = "udp dst port 67"

/// A DISCOVER's outside: what the filter looks at.
private func frame(tags: [VLANTag] = [], port: UInt16 = 67, _ payload: String) throws -> [UInt8] {
    let frame = UDPFrame(
        from: phone, IPv4Address(10, 0, 0, 1), port: 68, to: .broadcast, .broadcast, port: port, tags: tags,
        payload: Array(payload.utf8))
    return try #require(frame.encoded())
}

private func payload(_ frame: CapturedFrame) -> String {
    (try? UDPFrame(decoding: frame.bytes[...])).map { String(decoding: $0.payload, as: UTF8.self) } ?? "\(frame.bytes)"
}

/// Frames as they arrive, up to and including the one with this payload.
private func frames(of link: LiveLink, until last: String) throws -> [CapturedFrame] {
    let descriptor = try #require(link.descriptor)
    var frames: [CapturedFrame] = []
    while true {
        while let frame = try link.nextFrame() {
            frames.append(frame)
            if payload(frame) == last { return frames }
        }
        try #require(try waitReadable([descriptor], milliseconds: 10_000) == [true], "\(last) never came")
    }
}

//      left ─────────── right
//    LiveLink         LiveLink
@Suite struct LiveLinkTests {
    private let wire: VirtualWire

    init() throws {
        wire = try VirtualWire()
        for end in [wire.left, wire.right] { try run("/sbin/ip", "link", "set", end, "up") }
        try wire.awaitCarrier()
    }

    @Test func `a frame arrives as it was sent, with the time and its length`() throws {
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        let before = WallClock.now()
        try left.send(try frame("hello"))
        let got = try #require(try frames(of: right, until: "hello").first)
        #expect(got.bytes == (try frame("hello")))
        #expect(got.originalLength == got.bytes.count)
        #expect(got.time >= before)
        #expect(got.time.seconds - before.seconds < 60)
        #expect(try right.nextFrame() == nil)
    }

    @Test func `frames come in order and are counted`() throws {
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        // What the kernel itself sends on a wire that has just come up is counted until the filter is in place.
        let before = try right.statistics().received
        for number in 0..<1000 { try left.send(try frame("\(number)")) }
        #expect(try frames(of: right, until: "999").map(payload) == (0..<1000).map { "\($0)" })
        let counts = try right.statistics()
        #expect(counts.received - before == 1000)
        #expect(counts.dropped == 0)
    }

    @Test func `of several frames sent at once each goes in its order, but for the one that is too long, which says so`() throws {
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        var several = try (0..<100).map { try frame("\($0)") }
        several[40] = try frame(String(repeating: "x", count: 9000))
        let outcomes = left.send(several)
        #expect(outcomes.indices.filter { outcomes[$0] != nil } == [40])
        #expect(outcomes.count == 100)
        #expect(outcomes[40].map { "\($0)" }?.contains("too long") == true, "\(outcomes)")
        #expect(try frames(of: right, until: "99").map(payload) == (0..<100).filter { $0 != 40 }.map { "\($0)" })
        #expect(left.send([]).isEmpty)
    }

    @Test func `the longest frame that the wire carries is whole`() throws {
        for end in [wire.left, wire.right] { try run("/sbin/ip", "link", "set", end, "mtu", "9000") }
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        let text = String(repeating: "x", count: 9000 - 28)
        try left.send(try frame(text))
        #expect(try frames(of: right, until: text).count == 1)
    }

    @Test func `a link hears neither itself nor others on its own host`() throws {
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let neighbour = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        try left.send(try frame("own"))
        try neighbour.send(try frame("neighbour's"))
        try right.send(try frame("other"))
        #expect(try frames(of: left, until: "other").map(payload) == ["other"])
    }

    @Test func `an open link makes its interface promiscuous`() throws {
        func isPromiscuous() throws -> Bool {
            try run("/sbin/ip", "-d", "link", "show", wire.left).contains(" promiscuity 1 ")
        }
        #expect(try !isPromiscuous())
        let link = try LiveLink(interface: wire.left, filter: dhcp)
        #expect(try isPromiscuous())
        withExtendedLifetime(link) {}
    }

    @Test func `a frame for somebody else's address is heard too`() throws {
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        let bytes = try #require(
            UDPFrame(
                from: phone, IPv4Address(10, 0, 0, 1), port: 68, to: MACAddress(bits: 0x0200_0000_0099), .broadcast, port: 67,
                payload: Array("elsewhere".utf8)
            ).encoded())
        try left.send(bytes)
        #expect(try frames(of: right, until: "elsewhere").map(payload) == ["elsewhere"])
    }

    @Test(arguments: [
        "udp dst port 67", "udp dst port 67 or udp dst port 68", "udp and (dst port 67 or dst port 5060)",
        "udp dst port 67 and ether src 00:04:13:aa:bb:cc",
    ])
    func `the filter looks behind no tag, one and two`(expression: String) throws {
        let left = try LiveLink(interface: wire.left, filter: "")
        let right = try LiveLink(interface: wire.right, filter: LiveLink.filterIncludingTagged(expression))
        let stacks: [(name: String, tags: [VLANTag])] = [
            ("untagged", []),
            ("priority only", [VLANTag(control: 0xa000)]),
            ("one", [VLANTag(control: 20)]),
            ("provider's alone", [VLANTag(type: 0x88a8, control: 30)]),
            ("two", [VLANTag(control: 20), VLANTag(control: 40)]),
            ("provider's and customer's", [VLANTag(type: 0x88a8, control: 30), VLANTag(control: 20)]),
            ("the old provider's type", [VLANTag(type: 0x9100, control: 30), VLANTag(control: 20)]),
        ]
        for (name, tags) in stacks {
            try left.send(try frame(tags: tags, port: 69, "\(name), wrong port"))
            try left.send(try frame(tags: tags, name))
        }
        let three = [VLANTag(control: 1), VLANTag(control: 2), VLANTag(control: 3)]
        try left.send(try frame(tags: three, "three"))
        try left.send(try frame("end"))
        let heard = try frames(of: right, until: "end")
        #expect(heard.map(payload) == stacks.map(\.name) + ["end"])
        for (frame, stack) in zip(heard, stacks) {
            #expect(try UDPFrame(decoding: frame.bytes[...]).tags == stack.tags, "\(stack.name)")
        }
    }

    @Test func `what waited before the filter was set does not come through`() throws {
        let left = try LiveLink(interface: wire.left, filter: "")
        let stop = try Wakeup()
        let noise = try frame(port: 9, "noise")
        let thread = try SystemThread.start(name: "noise") {
            while (try? waitReadable([stop.descriptor], milliseconds: 0)) == [false] { try? left.send(noise) }
        }
        defer {
            stop.signal()
            thread.join()
        }
        for _ in 0..<5 {
            let right = try LiveLink(interface: wire.right, filter: dhcp)
            try left.send(try frame("end"))
            #expect(try frames(of: right, until: "end").map(payload) == ["end"])
        }
    }

    @Test func `an interface that goes away is recognised, in reading and in sending`() throws {
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        let descriptor = try #require(right.descriptor)
        try run("/sbin/ip", "link", "del", wire.left)
        #expect(try waitReadable([descriptor], milliseconds: 10_000) == [true])
        let reading = #expect(throws: FrameLinkError.self) { while try right.nextFrame() == nil {} }
        #expect(reading?.reason == .interfaceGone)
        let sending = #expect(throws: FrameLinkError.self) { try right.send([UInt8](repeating: 0, count: 60)) }
        #expect(sending?.reason == .interfaceGone)
        #expect(sending?.call == "pcap_inject")
    }

    @Test func `a link outlives its interface's being down`() throws {
        let left = try LiveLink(interface: wire.left, filter: dhcp)
        let right = try LiveLink(interface: wire.right, filter: dhcp)
        let descriptor = try #require(right.descriptor)
        try run("/sbin/ip", "link", "set", wire.right, "down")
        #expect(try waitReadable([descriptor], milliseconds: 10_000) == [true])
        #expect(try right.nextFrame() == nil)
        // A loop that waits and reads would never rest otherwise.
        #expect(try waitReadable([descriptor], milliseconds: 0) == [false])
        let sending = #expect(throws: FrameLinkError.self) { try right.send([UInt8](repeating: 0, count: 60)) }
        #expect(sending?.reason == .interfaceDown)
        try run("/sbin/ip", "link", "set", wire.right, "up")
        // The other end sends nothing until the kernel has taken note, some time later, that it has a carrier.
        var again: CapturedFrame?
        for _ in 0..<100 where again == nil {
            try left.send(try frame("again"))
            _ = try waitReadable([descriptor], milliseconds: 100)
            again = try right.nextFrame()
        }
        #expect(again.map(payload) == "again")
    }

    @Test func `an interface that is down cannot be opened, and the error says what to do`() throws {
        try run("/sbin/ip", "link", "set", wire.right, "down")
        let error = #expect(throws: FrameLinkError.self) { try LiveLink(interface: wire.right, filter: dhcp) }
        #expect(error?.reason == .interfaceDown)
        #expect(error.map { "\($0)".contains("ip link set \(wire.right) up") } == true)
    }

    @Test func `an interface that does not exist is named`() {
        let error = #expect(throws: FrameLinkError.self) { try LiveLink(interface: "no-such-one", filter: dhcp) }
        #expect(error?.reason == .interfaceGone)
        #expect(error.map { "\($0)".hasPrefix("no-such-one: pcap_activate: there is no such interface") } == true)
    }

    @Test func `a wrong filter is told with its text`() {
        let error = #expect(throws: FrameLinkError.self) { try LiveLink(interface: "lo", filter: "udp prot 67") }
        #expect(error?.reason == .filter)
        #expect(error?.text.hasSuffix("in: udp prot 67") == true)
    }

    @Test func `without permission the error says whose it takes`() async {
        await #expect(processExitsWith: .success) {
            guard setuid(65_534) == 0 else { exit(2) }
            do {
                _ = try LiveLink(interface: "lo", filter: "udp")
            } catch let error as FrameLinkError {
                let isSaid = "\(error)".contains("not permitted: run as root or with CAP_NET_RAW")
                exit(error.reason == .notPermitted && isSaid ? 0 : 3)
            }
            exit(4)
        }
    }
}
