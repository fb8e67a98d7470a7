import LinuxSystem
import Packets
import Provisioning

/// Where phones are answered on one interface that ask at one port: a socket that answers leave from, and
/// that hears what is sent to this host alone. What is multicast is heard as frames.
final class SIPSocket: Sendable {
    /// As the configuration names it. The socket's own is another where that one is taken.
    let port: UInt16
    let socket: UDPSocket
    /// The interface as answers from here name it.
    let link: Link
    /// Whether another program has the port.
    let isPortTaken: Bool

    /// - Throws: `SystemError`; where another program has the port, the kernel's choice takes its place.
    init(_ port: UInt16, of pnp: Settings.PnP, on link: Link) throws(SystemError) {
        self.port = port
        let wanted = pnp.answer == .off ? 0 : port
        do throws(SystemError) {
            socket = try UDPSocket(address: link.address, port: wanted, device: link.interface)
        } catch {
            guard error.isAddressInUse else { throw error }
            socket = try UDPSocket(address: link.address, port: 0, device: link.interface)
        }
        self.link = link.answering(from: socket.localPort)
        isPortTaken = wanted != 0 && socket.localPort != port
    }
}

/// Where phones ask by TCP on one interface at one port.
final class SIPListener: Sendable {
    let port: UInt16
    let socket: TCPListener
    let link: Link

    init(_ port: UInt16, on link: Link) throws(SystemError) {
        self.port = port
        self.link = link.answering(from: port)
        socket = try TCPListener(address: link.address, port: port, device: link.interface, backlog: 64)
    }
}

extension Link {
    fileprivate func answering(from port: UInt16) -> Link {
        var link = self
        link.sipPort = port
        return link
    }
}
