import FrameLink
import LinuxSystem
import Packets
import Provisioning

/// Where a SIP message goes.
struct SIPDestination {
    let address: IPv4Address
    let port: UInt16
    let mac: MACAddress
    let tags: [VLANTag]
    /// Nobody but the station with this hardware address is to have it: what was sent before did not arrive. On a bench one address passes
    /// from phone to phone, and the kernel may still send to the one before.
    var isThatStation = false
}

extension ServedInterface {
    /// Sends by the socket, so that a firewall on this host lets the phone's answer in; but no socket of this interface reaches into a
    /// VLAN, nor past what the kernel believes of an address: there by a frame.
    /// - Throws: `SystemError` or `FrameLinkError`.
    func send(_ message: [UInt8], from own: IPv4Address, _ ownPort: UInt16, to destination: SIPDestination) throws {
        let socket = socket(at: own, ownPort)
        guard !destination.tags.isEmpty || destination.isThatStation else {
            return try socket.socket.send(message, to: destination.address, port: destination.port)
        }
        let frame = UDPFrame(
            from: socket.link.mac ?? Policy.unknownMAC, own, port: ownPort, to: destination.mac, destination.address,
            port: destination.port, tags: destination.tags, payload: message)
        guard let encoded = frame.encoded() else { throw SystemError.tooLong(message.count, to: destination.address) }
        try frames.send(encoded)
    }
}
