import Packets
import Provisioning

extension Verdict {
    /// What it means that a phone got no answer, and what to do.
    ///
    /// - Parameters:
    ///   - said: the reason's sentence, as it was written down.
    ///   - reason: `nil` for one that this program has no name for: a fleet's may be newer.
    static func silence(_ said: String, _ reason: Silence.Reason?, _ phone: PhoneCase) -> Finding {
        switch reason {
        case .notAPhone:
            Finding(
                .unknownPrefix, "its prefix \(prefix(phone.mac)) is unknown, and nothing else says that it is a phone",
                do: "put \(phone.mac) into devices.csv, or write a rule with match: {mac: \"\(prefix(phone.mac))\"}")
        case .unknownPhone:
            Finding(
                .unknownPrefix, said,
                do:
                    "copy the file of a family that behaves alike from `bellhop vendors`, with this prefix and an id of your own; or put \(phone.mac) into devices.csv"
            )
        case .notTold: Finding(.notTold, said, do: "write that rule")
        case .ambiguous: Finding(.ambiguous, said, do: "give its vendor in devices.csv")
        case .ruleIgnores: Finding(.ruleIgnores, said, do: "change that rule, or put one for this phone before it")
        case .asksForNothingOffered:
            Finding(.asksForOtherOption, said, do: "a rule for it can set an option that it asks for: options: {160: \"{url}\"}")
        case .urlDoesNotFit:
            Finding(
                .urlDoesNotFit, said,
                do:
                    "tell a URL that is a host alone, by the protocol that the phone asks by, or set the option in a rule's options"
            )
        case .nothingToServe: nothingToServe(said, phone)
        case .notProven:
            Finding(.otherReason, said, do: "name its network in files.trust, or say `files.secrets: anyone`")
        case .unknownVariable: Finding(.unknownVariable, said, do: "give it in devices.csv, or take it out of the URL")
        case .schemeNotServed: Finding(.schemeNotServed, said, do: "switch that service on, or tell another URL")
        case .dhcpOff: Finding(.switchedOff, said, do: "set it to inform")
        case .pnpOff: Finding(.switchedOff, said, do: "set it to on")
        case .listening: Finding(.onlyObserved, said, do: "ask of every site: bellhop why \(phone.mac) --site all")
        case .observing: Finding(.onlyObserved, said, do: "start without --observe, or change `answer:` from observe")
        case .relayNotConfigured: Finding(.relayNotConfigured, said, do: "name the relay under dhcp.relays")
        case .leasesNotRelayed, .notOnLink:
            Finding(.wrongNetwork, said, do: "give bellhop an address in the phone's network, or use a relay")
        case .clientAddressIsNotSource, .contactElsewhere, .hardwareAddressIsNotSource, .noClientAddress:
            Finding(
                .addressDoesNotFit, said,
                do: "something between phone and bellhop changes addresses, or the phone kept an old one")
        case .badDHCP, .badSIP, .badFrame, .noMessageType, .incompleteRequest, .notAnEthernetClient:
            Finding(.damagedRequest, "its request cannot be answered: \(said)", do: "capture it, and look with bellhop replay")
        case .poolIsEmpty: Finding(.poolEmpty, said, do: "widen dhcp.lease.range, or shorten dhcp.lease.time")
        case .choseAnotherServer: Finding(.leasedElsewhere, said, do: "see who that is, and whether it should be there")
        case .notLeasingHere:
            Finding(.notLeasing, said, do: "another DHCP server answers there, or the pool belongs to another network")
        case .fixedAddressInUse: Finding(.otherReason, said, do: "see who has it, or give this phone another in devices.csv")
        case .asksTooOften, .tooManyStrangers, .coolingDown, .sourceLimit, .exchangeLimit:
            Finding(.tooMany, said, do: "it asks too often: is something resetting it?")
        case .diskIsBehind:
            Finding(.otherReason, said, do: "look at the disk; when it has caught up, whoever asks again is served")
        case .answerTooLong: Finding(.otherReason, said, do: "tell it a shorter URL")
        case .wantsLease, .unknownClient, .noReplyDue, .neverAnswered, .dhcpReply, .ownFrame, .addressedElsewhere, .portNotServed,
            .answeredOnOtherInterface, nil:
            Finding(.otherReason, said)
        }
    }

    private static func nothingToServe(_ said: String, _ phone: PhoneCase) -> Finding {
        guard let near = NearFile(of: phone) else { return Finding(.nothingToServe, said, do: wantedFiles(phone)) }
        return Finding(.nothingToServe, "\(said); the tree has \(near.path)", do: "rename \(near.path) to \(near.name)")
    }

    /// What to put where, from the names that the family asks for.
    private static func wantedFiles(_ phone: PhoneCase) -> String {
        let names = phone.wantedNames.prefix(3)
        let root = phone.site.policy.settings.root
        return names.isEmpty ? "put its files into \(root)" : "put one of these into \(root): \(names.joined(separator: ", "))"
    }

    private static func prefix(_ mac: MACAddress) -> String { String(mac.colons.prefix(8)) }
}
