/// What an option's value is made of. The words stand in the configuration.
package enum DHCPOptionForm: String, CaseIterable, Sendable {
    /// ASCII, without a NUL at its end unless somebody wants one.
    case text
    /// Texts with a length octet before each (RFC 3004 §4).
    case strings
    /// One octet, 1 or 0.
    case flag
    /// Numbers, big-endian, with `i` those that may be less than 0.
    case u8, u16, u32, i8, i16, i32
    /// IPv4 addresses.
    case addresses
    /// Domain names (``DomainNames``).
    case names
    /// SIP servers, by name or address (``SIPServers``).
    case sip
    /// Classless routes (``ClasslessRoute``).
    case routes
    /// Octets as they are.
    case hex
    /// Codes, lengths and values (``EncapsulatedOptions``).
    case tlv

    /// How many octets a number has, and which it can be; `nil` for what is no number.
    package var number: (octets: Int, range: ClosedRange<Int>)? {
        switch self {
        case .u8: (1, 0...0xff)
        case .u16: (2, 0...0xffff)
        case .u32: (4, 0...0xffff_ffff)
        case .i8: (1, -0x80...0x7f)
        case .i16: (2, -0x8000...0x7fff)
        case .i32: (4, -0x8000_0000...0x7fff_ffff)
        default: nil
        }
    }
}

extension DHCPOptionCode {
    /// The registry's name in lower case with dashes, or `option-NUMBER`.
    package var name: String { DHCPOptionCode.definitions[rawValue]?.name ?? "option-\(rawValue)" }

    /// `nil` where no definition says what the value is, or vendors decide that.
    package var form: DHCPOptionForm? { DHCPOptionCode.definitions[rawValue]?.form }

    /// A number by its definition, and several of them are allowed: 25, 55, 93, 117.
    var holdsSeveral: Bool { [25, 55, 93, 117].contains(rawValue) }

    /// Every name that ``name`` gives.
    package static let names = definitions.values.map(\.name).sorted()

    package init?(named name: String) {
        guard let code = DHCPOptionCode.definitions.first(where: { $0.value.name == name })?.key else { return nil }
        self.init(code)
    }

    private typealias Definition = (name: String, form: DHCPOptionForm?)

    /// IANA's registry of BOOTP and DHCP options as far as a client may be told them; 159, 160, 176 and 242 as phone makers call them.
    private static let definitions: [UInt8: Definition] = {
        var all: [UInt8: Definition] = [:]
        for (form, list) in byForm {
            for pair in list.split(separator: " ") {
                let parts = pair.split(separator: ":")
                if let code = parts.first.flatMap({ UInt8($0) }), let name = parts.last { all[code] = (String(name), form) }
            }
        }
        return all
    }()

    private static let byForm: [(DHCPOptionForm?, String)] = [
        (
            .addresses,
            """
            1:subnet-mask 3:router 4:time-server 5:name-server 6:domain-name-server 7:log-server 8:cookie-server 9:lpr-server \
            10:impress-server 11:resource-location-server 16:swap-server 21:policy-filter 28:broadcast-address \
            32:router-solicitation-address 33:static-route 41:nis-server 42:ntp-servers 44:netbios-name-server 45:netbios-dd-server \
            48:x-font-server 49:x-display-manager 50:requested-address 54:server-identifier 65:nis-plus-server 68:mobile-ip-home-agent \
            69:smtp-server 70:pop3-server 71:nntp-server 72:www-server 73:finger-server 74:irc-server 75:streettalk-server \
            76:streettalk-directory-server 118:subnet-selection 136:pana-agent 138:capwap-ac 150:tftp-server-addresses
            """
        ),
        (
            .text,
            """
            12:host-name 14:merit-dump-file 15:domain-name 17:root-path 18:extensions-path 40:nis-domain 47:netbios-scope 56:message \
            60:vendor-class-identifier 62:netware-ip-domain 64:nis-plus-domain 66:tftp-server-name 67:boot-file-name \
            100:posix-timezone 101:tzdb-timezone 114:url 159:provisioning-url-159 160:provisioning-url-160 176:avaya-46xx-site-specific \
            242:avaya-site-specific 252:web-proxy-auto-discovery
            """
        ),
        (
            .flag,
            """
            19:ip-forwarding 20:non-local-source-routing 27:all-subnets-local 29:mask-discovery 30:mask-supplier 31:router-discovery \
            34:trailer-encapsulation 36:ethernet-encapsulation 39:tcp-keepalive-garbage
            """
        ),
        (
            .u8,
            """
            23:default-ip-ttl 37:default-tcp-ttl 46:netbios-node-type 52:option-overload 53:message-type 55:parameter-request-list \
            116:auto-configure
            """
        ),
        (
            .u16,
            """
            13:boot-file-size 22:max-datagram-reassembly 25:path-mtu-plateau-table 26:interface-mtu 57:maximum-message-size \
            93:client-architecture 117:name-service-search
            """
        ),
        (
            .u32,
            """
            24:path-mtu-aging-timeout 35:arp-cache-timeout 38:tcp-keepalive-interval 51:lease-time 58:renewal-time 59:rebinding-time \
            108:ipv6-only-preferred
            """
        ),
        (.i32, "2:time-offset"),
        (.strings, "77:user-class"),
        (.names, "119:domain-search 137:lost-server 141:sip-ua-domains"),
        (.sip, "120:sip-servers"),
        (.routes, "121:classless-static-route 249:microsoft-classless-route"),
        (
            nil,
            """
            43:vendor-encapsulated-options 61:client-identifier 80:rapid-commit 81:client-fqdn 82:relay-agent-information \
            90:authentication 94:client-network-interface 97:client-machine-identifier 124:vendor-identifying-vendor-class \
            125:vendor-identifying-vendor-options
            """
        ),
    ]
}
