import FrameLink
import LinuxSystem
import Packets
import Provisioning

/// One interface that phones are heard on: its frames, the socket that PnP answers leave from, and the hold on UDP port 67.
final class ServedInterface: Sendable {
    let interface: NetworkInterface
    let link: Link
    let frames: LiveLink
    let sip: UDPSocket
    /// Keeps the kernel from answering unicast requests with ICMP port unreachable while they are heard as frames.
    private let serverPort: UDPSocket?
    /// What an operator should know about how it was opened.
    let remarks: [LogLine]
    /// Where this interface gives addresses.
    let leases: LeaseDesk?

    /// - Throws: `FrameLinkError` or `SystemError` where phones could not be heard or answered here.
    init(_ interface: NetworkInterface, settings: Settings, store: LeaseStore, at now: Moment) throws {
        guard let address = interface.addresses.first?.address else { throw SystemError.noAddress(on: interface.name) }
        var remarks: [LogLine] = []
        let name = interface.name
        do throws(SystemError) {
            serverPort =
                settings.dhcp.answer == .off
                ? nil : try UDPSocket(address: address, port: 67, device: name, discardingInput: true)
        } catch {
            guard error.isAddressInUse else { throw error }
            serverPort = nil
            remarks.append(
                LogLine(
                    .notice, "dhcp.port-taken",
                    [
                        "interface": name,
                        "text": "another program owns UDP port 67 here; bellhop hears requests as frames and goes on beside it",
                    ]))
        }
        do throws(SystemError) {
            sip = try UDPSocket(address: address, port: settings.pnp.answer == .off ? 0 : settings.pnp.port, device: name)
        } catch {
            guard error.isAddressInUse else { throw error }
            sip = try UDPSocket(address: address, port: 0, device: name)
            remarks.append(
                LogLine(
                    .notice, "pnp.port-taken",
                    [
                        "interface": name, "port": Int(settings.pnp.port), "using": Int(sip.localPort),
                        "text":
                            "another program owns the PnP port here; answers leave from another one, which Via and Contact name",
                    ]))
        }
        if settings.pnp.answer != .off {
            // Switches that snoop IGMP deliver the group only to ports that joined it.
            try sip.join(group: settings.pnp.group, interfaceIndex: interface.index)
        }
        self.interface = interface
        self.remarks = remarks
        link = Link(interface: name, mac: interface.mac, address: address, networks: interface.addresses, sipPort: sip.localPort)
        leases = LeaseDesk(settings, link, store.load(name), at: now)
        frames = try LiveLink(interface: name, filter: ServedInterface.filter(settings, link))
    }

    /// Requests of phones, whether tagged or not; and in tagged frames also what phones answer to us, for no socket of this interface
    /// gets those.
    static func filter(_ settings: Settings, _ link: Link) -> String {
        // What servers say to clients is heard too: another one is worth knowing of.
        let replies = "(udp src port 67 and udp dst port 68)"
        let requests = "udp dst port 67 or \(replies) or (udp dst port \(settings.pnp.port) and dst host \(settings.pnp.group))"
        let tagged = "\(requests) or (udp dst port \(link.sipPort) and dst host \(link.address))"
        let arp = settings.dhcp.answer == .lease ? " or arp" : ""
        return LiveLink.filterIncludingTagged(requests + arp, tagged: tagged)
    }
}
