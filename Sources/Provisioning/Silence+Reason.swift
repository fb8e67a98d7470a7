extension Silence {
    /// Its stable name, by which logs, counters and the timeline have it.
    package enum Reason: String, CaseIterable, Sendable {
        case badFrame = "bad-frame"
        case ownFrame = "own-frame"
        case addressedElsewhere = "addressed-elsewhere"
        case portNotServed = "port-not-served"
        case badDHCP = "bad-dhcp"
        case dhcpOff = "dhcp-off"
        case dhcpReply = "dhcp-reply"
        case notAnEthernetClient = "not-an-ethernet-client"
        case noMessageType = "no-message-type"
        case neverAnswered = "never-answered"
        case wantsLease = "wants-lease"
        case clientAddressIsNotSource = "client-address-is-not-source"
        case noClientAddress = "no-client-address"
        case notOnLink = "not-on-link"
        case relayNotConfigured = "relay-not-configured"
        case leasesNotRelayed = "leases-not-relayed"
        case hardwareAddressIsNotSource = "hardware-address-is-not-source"
        case notLeasingHere = "not-leasing-here"
        case incompleteRequest = "incomplete-request"
        case asksTooOften = "asks-too-often"
        case tooManyStrangers = "too-many-strangers"
        case diskIsBehind = "disk-is-behind"
        case poolIsEmpty = "pool-is-empty"
        case unknownClient = "unknown-client"
        case choseAnotherServer = "chose-another-server"
        case fixedAddressInUse = "fixed-address-in-use"
        case noReplyDue = "no-reply-due"
        case urlDoesNotFit = "url-does-not-fit"
        case asksForNothingOffered = "asks-for-nothing-offered"
        case pnpOff = "pnp-off"
        case badSIP = "bad-sip"
        case contactElsewhere = "contact-elsewhere"
        case answerTooLong = "answer-too-long"
        case coolingDown = "cooling-down"
        case sourceLimit = "source-limit"
        case exchangeLimit = "exchange-limit"
        case observing
        case notAPhone = "not-a-phone"
        case unknownPhone = "unknown-phone"
        case notTold = "not-told"
        case ambiguous
        case ruleIgnores = "rule-ignores"
        case unknownVariable = "unknown-variable"
        case nothingToServe = "nothing-to-serve"
        case notProven = "not-proven"
        case schemeNotServed = "scheme-not-served"
        case answeredOnOtherInterface = "answered-on-other-interface"
        case listening
    }

    package var reason: Reason {
        switch self {
        case .frame: .badFrame
        case .ownFrame: .ownFrame
        case .addressedElsewhere: .addressedElsewhere
        case .portNotServed: .portNotServed
        case .dhcp: .badDHCP
        case .dhcpOff: .dhcpOff
        case .dhcpReply: .dhcpReply
        case .notEthernetClient: .notAnEthernetClient
        case .noMessageType: .noMessageType
        case .neverAnswered: .neverAnswered
        case .wantsLease: .wantsLease
        case .clientAddressIsNotSource: .clientAddressIsNotSource
        case .noClientAddress: .noClientAddress
        case .notOnLink: .notOnLink
        case .relayNotConfigured: .relayNotConfigured
        case .leasesNotRelayed: .leasesNotRelayed
        case .hardwareAddressIsNotSource: .hardwareAddressIsNotSource
        case .notLeasingHere: .notLeasingHere
        case .incompleteRequest: .incompleteRequest
        case .asksTooOften: .asksTooOften
        case .tooManyStrangers: .tooManyStrangers
        case .diskIsBehind: .diskIsBehind
        case .noLease(let why): why.reason
        case .noReplyDue: .noReplyDue
        case .urlDoesNotFit: .urlDoesNotFit
        case .asksForNothingOffered: .asksForNothingOffered
        case .pnpOff: .pnpOff
        case .sip: .badSIP
        case .contactElsewhere: .contactElsewhere
        case .answerTooLong: .answerTooLong
        case .coolingDown: .coolingDown
        case .sourceLimit: .sourceLimit
        case .exchangeLimit: .exchangeLimit
        case .observing: .observing
        case .notAPhone: .notAPhone
        case .unknownPhone: .unknownPhone
        case .notTold: .notTold
        case .ambiguous: .ambiguous
        case .ruleIgnores: .ruleIgnores
        case .unknownVariable: .unknownVariable
        case .nothingToServe: .nothingToServe
        case .notProven: .notProven
        case .schemeNotServed: .schemeNotServed
        case .answeredOnOtherInterface: .answeredOnOtherInterface
        case .listening: .listening
        }
    }

    package var name: String { reason.rawValue }
}
