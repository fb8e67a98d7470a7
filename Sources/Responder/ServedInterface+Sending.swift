import FrameLink
import LinuxSystem
import Packets
import Provisioning

extension ServedInterface {
    /// Sends a SIP message by the socket of its source, so that a firewall on this host lets the phone's answer in; but no socket of this
    /// interface reaches into a VLAN, nor past what the kernel believes of an address: there by a frame.
    ///
    /// - Parameter isForStation: nobody else is to have it: what was sent before did not arrive. On a bench one address passes from phone to
    ///   phone, and the kernel may still send to the one before.
    /// - Throws: `SystemError` or `FrameLinkError`.
    func send(_ datagram: UDPFrame, isForStation: Bool = false) throws {
        guard !datagram.tags.isEmpty || isForStation else {
            let socket = socket(at: datagram.source, datagram.sourcePort).socket
            return try socket.send(Array(datagram.payload), to: datagram.destination, port: datagram.destinationPort)
        }
        guard let encoded = datagram.encoded() else {
            throw SystemError.tooLong(datagram.payload.count, to: datagram.destination)
        }
        try frames.send(encoded)
    }
}

extension UDPFrame {
    /// A SIP message that leaves from a link's own address and port.
    init(_ message: [UInt8], from own: Link, to mac: MACAddress, _ address: IPv4Address, port: UInt16, tags: [VLANTag]) {
        self.init(
            from: own.mac ?? Policy.unknownMAC, own.address, port: own.sipPort, to: mac, address, port: port, tags: tags,
            payload: message)
    }
}
