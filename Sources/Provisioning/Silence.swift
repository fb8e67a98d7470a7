import DHCPMessages
import Packets
import SIPMessages
import VendorCatalogue

/// Why a request gets no answer. A value with a sentence of its own, so that it can be shown, counted and tested.
package enum Silence: Error, Hashable, Sendable {
    // The frame
    case frame(FrameFault)
    case ownFrame
    case addressedElsewhere
    case portNotServed(UInt16)
    // DHCP
    case dhcp(DHCPFault)
    case dhcpOff
    case dhcpReply(DHCPMessageType?)
    case notEthernetClient
    case noMessageType
    case neverAnswered(DHCPMessageType)
    case wantsLease(DHCPMessageType)
    case clientAddressIsNotSource(client: IPv4Address, source: IPv4Address)
    case noClientAddress
    case notOnLink(IPv4Address)
    case relayNotConfigured(IPv4Address)
    case leasesNotRelayed
    case hardwareAddressIsNotSource(client: MACAddress, source: MACAddress)
    case notLeasingHere
    case incompleteRequest
    case asksTooOften(refused: Int)
    case tooManyStrangers(refused: Int)
    case diskIsBehind
    case noLease(LeaseBook.NoLease)
    case noReplyDue(DHCPMessageType)
    case urlDoesNotFit([UntoldOption])
    case asksForNothingOffered(asked: [DHCPOptionCode], offered: [DHCPOptionCode])
    // PnP
    case pnpOff
    case sip(String)
    case contactElsewhere(contact: String, source: IPv4Address)
    case answerTooLong(bytes: Int, request: Int)
    case coolingDown
    case sourceLimit(IPv4Address)
    case exchangeLimit
    // Either
    case observing
    case notAPhone
    case unknownPhone(MACAddress?, says: String)
    case notTold(String, String)
    case ambiguous([String])
    case ruleIgnores(String)
    case unknownVariable(String, url: String)
    case nothingToServe(String)
    case notProven(String)
    case schemeNotServed(String)
    case answeredOnOtherInterface(String)
    /// The other of a pair answers.
    case listening

    package var sentence: String {
        switch self {
        case .frame(let fault): fault.sentence
        case .ownFrame: "this machine sent it"
        case .addressedElsewhere: "it is addressed to another host"
        case .portNotServed(let port): "UDP port \(port) is not one that bellhop answers"
        case .dhcp(let fault): fault.sentence
        case .dhcpOff: "dhcp.answer is off"
        case .dhcpReply(let type): "it is a server's \(type?.name ?? "BOOTP reply"), not a request"
        case .notEthernetClient: "the client's hardware address is not an Ethernet station's"
        case .noMessageType: "it has no message type (option 53): BOOTP, or damaged"
        case .neverAnswered(let type): "\(type.name) is never answered"
        case .wantsLease(let type): "\(type.name) is about an address, and bellhop gives none (dhcp.answer is not lease)"
        case .clientAddressIsNotSource(let client, let source): "it claims the address \(client) but came from \(source)"
        case .noClientAddress: "it has no address to answer to"
        case .notOnLink(let address): "\(address) does not belong to a network of this interface, and no relay passed it on"
        case .relayNotConfigured(let relay): "it came through the relay \(relay), which dhcp.relays does not name"
        case .leasesNotRelayed: "its relay is on another network than the addresses that bellhop gives"
        case .hardwareAddressIsNotSource(let client, let source):
            "it says that it is \(client), but its frame came from \(source)"
        case .notLeasingHere: "no addresses are given on this interface now"
        case .incompleteRequest: "it does not say which address it is about (option 50 or ciaddr)"
        case .asksTooOften(let refused):
            "it asks more often than one device is answered (1000 INFORMs, or 50 requests about an address, a second); requests refused: \(refused)"
        case .tooManyStrangers(let refused):
            "more devices that nobody knows ask for addresses than can be looked at; known ones are served; requests refused: \(refused)"
        case .diskIsBehind: "too many leases wait for the disk already"
        case .noLease(let reason): reason.sentence
        case .noReplyDue(let type): "\(type.name) was taken note of; it has no reply"
        case .urlDoesNotFit(let options): options.map(\.sentence).joined(separator: "; ")
        case .asksForNothingOffered(let asked, let offered):
            "it asked for options \(list(asked)) only; what there is to tell it goes into \(list(offered))"
        case .pnpOff: "pnp.answer is off"
        case .sip(let sentence): sentence
        case .contactElsewhere(let contact, let source): "its Contact is \(contact) but it came from \(source)"
        case .answerTooLong(let bytes, let request):
            "the answer would have \(bytes) bytes, more than three times the \(request) of its request; a shorter URL would do"
        case .coolingDown: "it left several answers unacknowledged; it is left alone for a while"
        case .sourceLimit(let source): "\(source), or the station that it asks by, leaves too many answers unacknowledged"
        case .exchangeLimit: "too many answers in all are unacknowledged"
        case .observing: "bellhop only observes"
        case .notAPhone: "nothing says that it is a phone: no known prefix, vendor class or rule"
        case .unknownPhone(let mac, let says):
            "it asks as phones do (ua-profile)\(says.isEmpty ? "" : ", as \(says)"), and no family is known by that\(mac.map { unknownPrefix($0) } ?? "")"
        case .notTold(let family, let reason): "nothing is told to \(family): \(reason)"
        case .ambiguous(let families):
            "it could be any of \(families.joined(separator: ", ")); a rule with its MAC address would decide"
        case .ruleIgnores(let rule): "the rule \"\(rule)\" says to ignore it"
        case .unknownVariable(let variable, let url): "{\(variable)} in \(url) is not known of this phone"
        case .nothingToServe(let url): "it would be told \(url), where bellhop has no file for it"
        case .notProven(let url):
            "it would be told \(url), where only files of its own are, and nothing proves who it is to give it those: name its network in files.trust"
        case .schemeNotServed(let url): "it would be told \(url), which bellhop does not serve"
        case .answeredOnOtherInterface(let interface): "the same request was answered on \(interface)"
        case .listening: "the other bellhop of fleet.segment answers, or none may"
        }
    }

    /// It is said seldom and with a number rather than for each request (``RequestLimits/news(on:at:)``).
    package var isTallied: Bool {
        switch self {
        case .asksTooOften, .tooManyStrangers: true
        default: false
        }
    }

    /// What a user's own family would have to be known by. An address that is locally administered has no maker.
    private func unknownPrefix(_ mac: MACAddress) -> String {
        mac.bits >> 40 & 2 == 0
            ? " nor by its prefix: a file in /etc/bellhop/vendors with recognise: {oui: [\"\(MACPrefix(of: mac, length: 24).digits)\"]} makes it one"
            : ": its address is locally administered, so name it in devices.csv or in a rule"
    }

    private func list(_ codes: [DHCPOptionCode]) -> String {
        codes.isEmpty ? "(none)" : codes.map { String($0.rawValue) }.joined(separator: ", ")
    }
}
