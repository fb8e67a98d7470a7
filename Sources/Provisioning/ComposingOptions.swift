import DHCPMessages
import Packets
import VendorCatalogue

extension Policy {
    /// Puts into a reply what is given back, what was asked for in the order of option 55 (RFC 2131 §4.3.1), and what a rule insists on.
    /// Without option 55 everything that there is goes in. What must be there comes first, so that it finds room.
    ///
    /// - Parameter network: what the network's own options are taken from, where bellhop gives the addresses.
    func addOptions(
        to reply: inout DHCPMessage, _ request: DHCPMessage, _ asker: Asker, _ choice: Choice?,
        network: (terms: LeaseSettings, network: IPv4Prefix)? = nil
    ) throws(Silence) {
        giveBackIdentifier(to: &reply, request)
        let filling = OptionTemplate.Filling(
            endsInNUL: choice?.endsTextInNUL ?? false, variables(of: asker, url: choice?.url))
        let asked = (try? request.options.octets(.parameterRequestList, atLeast: 1)).flatMap { $0 }
        let wanted = asked ?? (Policy.networkCodes + (choice?.options.all.map(\.code) ?? []))[...]
        let insisted = choice?.insisted ?? []
        // "If both the subnet mask and the router option are specified in a DHCP reply, the subnet mask option MUST be first" (RFC 2132
        // §3.3).
        let hasMask = wanted.contains(1) || insisted.contains(1)
        func add(_ code: UInt8) throws(Silence) {
            if code == 3, hasMask { try add(1) }
            let option = DHCPOptionCode(code)
            guard !reply.options.contains(option) else { return }
            if let template = choice?.options[code] {
                do {
                    if let octets = try template.rendered(filling) { reply.options.set(option, octets) }
                } catch {
                    throw .unknownVariable(error.variable.rawValue, url: "option \(option)")
                }
            } else if let network, let octets = network.terms.octets(of: option, on: network.network) {
                reply.options.set(option, octets)
            }
        }
        for code in wanted { try add(code) }
        for code in insisted { try add(code) }
        leaveOutOldRoutes(of: &reply, asked: asked ?? [])
        if let choice, let asked { copyIntoFields(&reply, choice, asked, filling) }
        if asker.identity.family?.answer.echoesVendorClass == true, !reply.options.contains(.vendorClass) {
            reply.options[.vendorClass] = request.options[.vendorClass]
        }
        giveBackRelayInformation(to: &reply, request)
    }

    /// "The server MUST return the 'client identifier' option, unaltered" (RFC 6842 §3).
    func giveBackIdentifier(to reply: inout DHCPMessage, _ request: DHCPMessage) {
        reply.options[.clientIdentifier] = request.options[.clientIdentifier]
    }

    /// A relay agent's option whole, and behind all others (RFC 3046 §2.2).
    func giveBackRelayInformation(to reply: inout DHCPMessage, _ request: DHCPMessage) {
        reply.options[.relayAgentInformation] = request.options[.relayAgentInformation]
    }

    /// A client that asks for classless routes and gets them ignores the router and the static routes, which would take room only
    /// (RFC 3442).
    private func leaveOutOldRoutes(of reply: inout DHCPMessage, asked: ArraySlice<UInt8>) {
        guard asked.contains(DHCPOptionCode.classlessRoutes.rawValue), reply.options.contains(.classlessRoutes) else { return }
        for code in [DHCPOptionCode.router, .staticRoute] { reply.options[code] = nil }
    }

    /// Old boot ROMs ask for neither option 66 nor 67 and read the header's own fields, 'sname' and 'file'. A phone that asks for another
    /// option that says where its files are reads that one, and is not told in a field that it never looks at.
    private func copyIntoFields(
        _ reply: inout DHCPMessage, _ choice: Choice, _ asked: ArraySlice<UInt8>, _ filling: OptionTemplate.Filling
    ) {
        guard !asked.contains(66), !asked.contains(67), !asked.contains(where: Policy.otherWhereabouts.contains) else { return }
        for (code, most) in [(UInt8(66), 63), (67, 127)] {
            guard let octets = try? choice.options[code]?.rendered(filling) else { continue }
            let text = octets.prefix { $0 != 0 }
            // One octet stays for the NUL that ends the field (RFC 2131 §2). What is longer cannot be said there.
            guard !text.isEmpty, text.count <= most else { continue }
            if code == 66 { reply.serverName = text[...] } else { reply.bootFile = text[...] }
        }
    }

    /// Options other than 66 and 67 by which phones ask for their server: Gigaset's, Cisco's, Polycom's and others', Avaya's.
    private static let otherWhereabouts: Set<UInt8> = [114, 150, 159, 160, 176, 242]

    /// What a network says of itself, in the order in which it is said unasked.
    private static let networkCodes: [UInt8] = [1, 3, 6, 15, 28, 42]
}

extension LeaseSettings {
    /// The value of one of the network's own options; `nil` where nothing is configured for it.
    func octets(of code: DHCPOptionCode, on network: IPv4Prefix) -> [UInt8]? {
        switch code {
        case .subnetMask: IPv4Address(bits: network.mask).octets
        case 28: network.broadcast.octets
        case .router: gateway?.octets
        case .domainNameServer: dns.isEmpty ? nil : dns.flatMap(\.octets)
        case .ntpServers: ntp.isEmpty ? nil : ntp.flatMap(\.octets)
        case .domainName: domain.map { Array($0.utf8) }
        default: nil
        }
    }
}
