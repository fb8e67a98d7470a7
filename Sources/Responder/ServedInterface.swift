import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Provisioning

/// One interface that phones are heard on: its frames, the sockets that PnP answers leave from, and the hold on UDP port 67.
final class ServedInterface: Sendable {
    let interface: NetworkInterface
    /// The interface as answers name it that leave from the first of the sockets.
    let link: Link
    let frames: LiveLink
    /// The one that answers leave from where nothing else is asked for, the first of them all.
    let main: SIPSocket
    /// One for each own address, the first of them before all, and each port that the configuration names, in its order.
    let sockets: [SIPSocket]
    let listeners: [SIPListener]
    /// The groups that phones multicast to, each once; none where PnP is off.
    let groups: Set<IPv4Address>
    /// The ports of frames that hold SIP.
    let sipPorts: [UInt16]
    /// Keeps the kernel from answering unicast requests with ICMP port unreachable while they are heard as frames.
    private let serverPorts: [UDPSocket]
    /// What an operator should know about how it was opened.
    let remarks: [LogLine]
    /// Where this interface gives addresses.
    let leases: LeaseDesk?

    /// - Throws: `FrameLinkError`, `SystemError` or `LeaseStore.Unreadable` where phones could not be heard or answered here.
    init(_ interface: NetworkInterface, settings: Settings, store: LeaseStore, at now: Moment) throws {
        guard let address = interface.addresses.first?.address else { throw SystemError.noAddress(on: interface.name) }
        var remarks: [LogLine] = []
        let name = interface.name
        let bare = Link(interface: name, mac: interface.mac, address: address, networks: interface.addresses)
        serverPorts = try ServedInterface.holdServerPort(settings, bare, &remarks)
        let sockets = try bare.ownAddresses.flatMap { own in
            try settings.pnp.ports.map { try SIPSocket($0, of: settings.pnp, on: bare.with(own)) }
        }
        guard let main = sockets.first else { throw SystemError.noAddress(on: name) }
        for socket in sockets where socket.isPortTaken {
            remarks.append(.portTaken(socket.port, on: socket.link, using: socket.link.sipPort))
        }
        listeners = try ServedInterface.listeners(settings, bare, &remarks)
        self.interface = interface
        self.main = main
        self.sockets = sockets
        sipPorts = sockets.flatMap { [$0.port, $0.link.sipPort] }
        self.remarks = remarks
        link = main.link
        leases = settings.dhcp.answer == .lease ? LeaseDesk(settings, link, try store.load(), at: now) : nil
        groups = settings.pnp.answer == .off ? [] : Set(settings.pnp.listeners.map(\.group))
        frames = try LiveLink(
            interface: name, filter: ServedInterface.filter(settings, sockets), groups: Set(groups.map(\.multicastMAC)))
    }

    /// The one for requests at a port, or that is bound to it, of an own address; where there is none the address's first.
    func socket(at address: IPv4Address, _ port: UInt16? = nil) -> SIPSocket {
        let own = sockets.lazy.filter { $0.link.address == address }
        return own.first { $0.port == port || $0.link.sipPort == port } ?? own.first ?? main
    }

    /// The one that answers a SIP request.
    func socket(for request: UDPFrame) -> SIPSocket {
        socket(at: link.answering(request).address, request.destinationPort)
    }

    /// Frees every port, whoever still holds this: an answer may wait for its lease to be on disk.
    func close() {
        for socket in serverPorts { socket.close() }
        for socket in sockets { socket.socket.close() }
        for listener in listeners { listener.socket.close() }
    }

    private static func holdServerPort(_ settings: Settings, _ link: Link, _ remarks: inout [LogLine]) throws(SystemError)
        -> [UDPSocket]
    {
        guard settings.dhcp.answer != .off else { return [] }
        var held: [UDPSocket] = []
        do throws(SystemError) {
            for address in link.ownAddresses {
                held.append(
                    try UDPSocket(address: address, port: DHCPMessage.serverPort, device: link.interface, discardingInput: true))
            }
        } catch {
            guard error.isAddressInUse else { throw error }
            let text = "another program owns UDP port 67 here; bellhop hears requests as frames and goes on beside it"
            remarks.append(LogLine(.notice, "dhcp.port-taken", ["interface": link.interface, "text": text]))
        }
        return held
    }

    private static func listeners(_ settings: Settings, _ link: Link, _ remarks: inout [LogLine]) throws(SystemError)
        -> [SIPListener]
    {
        guard settings.pnp.tcp, settings.pnp.answer != .off else { return [] }
        var listeners: [SIPListener] = []
        for link in link.ownAddresses.map(link.with) {
            for port in settings.pnp.ports {
                do throws(SystemError) {
                    listeners.append(try SIPListener(port, on: link))
                } catch {
                    guard error.isAddressInUse else { throw error }
                    remarks.append(.portTaken(port, on: link, using: nil))
                }
            }
        }
        return listeners
    }

    /// Requests of phones, whether tagged or not; in tagged frames also what phones answer to us, for no socket of this interface gets
    /// those; and what others say to phones, for another server or responder is worth knowing of.
    static func filter(_ settings: Settings, _ sockets: [SIPSocket]) -> String {
        var requests = ["udp dst port 67", "(udp src port 67 and udp dst port 68)"]
        var tagged: [String] = []
        if settings.pnp.answer != .off {
            // What is multicast to a port, and what others say by it. Looking into the datagram, `udp[8:4]`, would be more exact, but
            // libpcap loses the offsets of a `vlan` that comes after it.
            let own = Set(sockets.map(\.link.address)).map { "dst host \($0)" }.sorted().joined(separator: " or ")
            requests += settings.pnp.ports.map { "(udp port \($0) and not (\(own)))" }
            // Queries and other hosts' reports; neither reports of version 3 nor leaves, which are for routers alone.
            requests.append("(igmp and not dst host \(IPv4Address.allReportRouters) and not dst host \(IPv4Address.allRouters))")
            tagged = sockets.map { "(udp dst port \($0.link.sipPort) and dst host \($0.link.address))" }
        }
        let arp =
            (settings.dhcp.answer == .lease ? ["arp"] : [])
            + (settings.fleet?.segment == nil ? [] : ["ether proto \(SegmentBeat.etherType)"])
        return LiveLink.filterIncludingTagged(
            (requests + arp).joined(separator: " or "), tagged: (requests + tagged).joined(separator: " or "))
    }
}

extension LogLine {
    /// - Parameter other: the port that answers leave from instead; `nil` where nobody hears what comes by TCP.
    fileprivate static func portTaken(_ port: UInt16, on link: Link, using other: UInt16?) -> LogLine {
        var line = LogLine(.notice, "pnp.port-taken", ["interface": link.interface, "port": Int(port)])
        if let other { line.add("using", Int(other)) }
        line.add(
            "text",
            other == nil
                ? "another program owns the PnP port here by TCP; phones that ask by TCP are not heard"
                : "another program owns the PnP port here and gets what phones send to \(link.address) alone; what they multicast is "
                    + "heard and answered all the same, from another port, which Via and Contact name")
        return line
    }
}
