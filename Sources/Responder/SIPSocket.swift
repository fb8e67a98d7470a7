import LinuxSystem
import Packets
import Provisioning

/// Where phones are answered on one interface that ask at one port: a socket that joined the groups of that port.
final class SIPSocket: Sendable {
    /// As the configuration names it. The socket's own is another where that one is taken.
    let port: UInt16
    let socket: UDPSocket
    let groups: [IPv4Address]
    /// The interface as answers from here name it.
    let link: Link

    /// - Throws: `SystemError`; where another program has the port, the kernel's choice takes its place.
    init(_ port: UInt16, of pnp: Settings.PnP, on link: Link, interfaceIndex: Int32) throws(SystemError) {
        self.port = port
        groups = pnp.answer == .off ? [] : pnp.listeners.filter { $0.port == port }.map(\.group)
        do throws(SystemError) {
            socket = try UDPSocket(address: link.address, port: pnp.answer == .off ? 0 : port, device: link.interface)
        } catch {
            guard error.isAddressInUse else { throw error }
            socket = try UDPSocket(address: link.address, port: 0, device: link.interface)
        }
        self.link = link.answering(from: socket.localPort)
        // Switches that snoop IGMP deliver a group only to ports that joined it.
        for group in groups { try socket.join(group: group, interfaceIndex: interfaceIndex) }
    }

    var isPortTaken: Bool { !groups.isEmpty && socket.localPort != port }

    /// Says once more to switches that the groups are wanted here: one that was just plugged in has not heard it.
    func joinAgain(interfaceIndex: Int32) throws(SystemError) {
        for group in groups {
            try? socket.leave(group: group, interfaceIndex: interfaceIndex)
            try socket.join(group: group, interfaceIndex: interfaceIndex)
        }
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
