import DHCPMessages
import Foundation
import FrameLink
import Glibc
import LinuxSystem
import Packets
import Synchronization

/// tcpdump on one interface, into a file of the lab's folder.
final class Capture: Sendable {
    let path: String
    private let tcpdump: Program
    private let marks = Atomic<Int>(0)

    init(lab: Lab, namespace: String, interface: String, file: String) throws {
        path = lab.folder.appending(path: file).path
        tcpdump = try lab.start(
            "tcpdump", ["-i", interface, "-n", "-s", "0", "-U", "--immediate-mode", "-Z", "root", "-w", path], in: namespace)
        try tcpdump.wait(for: "listening on")
    }

    /// Every frame until now. A frame from `station` marks the end: what was on the wire before it is in the file before it.
    func frames(markedBy station: Station) throws -> [Heard] {
        let mark = "mark \(marks.add(1, ordering: .relaxed).newValue) of \(station.namespace)"
        let link = try station.link(filter: "less 1")
        let frame = UDPFrame(
            from: station.mac, station.address, port: 9, to: .broadcast, station.network.broadcast, port: 9,
            payload: Array(mark.utf8))
        try link.send(frame.encoded() ?? [])
        var frames: [Heard] = []
        try eventually("\(mark) never came into \(path)") {
            frames = read()
            return frames.contains { $0.text == mark }
        }
        return frames.filter { $0.udp?.destinationPort != 9 }
    }

    /// Ends the capture, so that the file is whole.
    func stop() {
        tcpdump.end()
    }

    /// What is in the file; its last frame may still be on the way there.
    private func read() -> [Heard] {
        guard let reader = try? CaptureReader(path: path) else { return [] }
        var frames: [Heard] = []
        while let frame = try? reader.nextFrame() { frames.append(Heard(frame)) }
        return frames
    }
}

/// One frame that was captured.
struct Heard: Sendable {
    let frame: CapturedFrame
    /// Its UDP datagram, where it holds one.
    let udp: UDPFrame?
    var igmp: IGMPFrame? { try? IGMPFrame(decoding: frame.bytes[...]) }

    init(_ frame: CapturedFrame) {
        self.frame = frame
        udp = try? UDPFrame(decoding: frame.bytes[...])
    }

    var sourceMAC: MACAddress? { MACAddress(frame.bytes.dropFirst(6).prefix(6)) }
    var destinationMAC: MACAddress? { MACAddress(frame.bytes.prefix(6)) }
    var text: String { udp.map { String(decoding: $0.payload, as: UTF8.self) } ?? "" }

    /// A DHCP message, of whichever direction.
    var dhcp: DHCPMessage? {
        guard let udp, [67, 68].contains(udp.destinationPort) else { return nil }
        return try? DHCPMessage(decoding: udp.payload)
    }

    var sip: SIPText? {
        guard let udp, text.contains("SIP/2.0") else { return nil }
        return SIPText(udp.payload)
    }
}
