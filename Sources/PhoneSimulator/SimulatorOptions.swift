import Packets
import VendorCatalogue

/// What the command line asks for.
struct SimulatorOptions: Equatable, Sendable {
    enum Discovery: String, CaseIterable, Sendable {
        case pnp, inform, both
    }

    var interface: String?
    var family = "snom-desk"
    var mac: MACAddress?
    var model: String?
    var vendors: String?
    var discovery: Discovery?
    /// Milliseconds for each way of discovery, and for each file; `nil` for the phone's own patience.
    var timeout: UInt64?
    var server: IPv4Address?
    /// Milliseconds for which the phone waits to be told to come again; `nil` for one that ends with its boot.
    var stay: UInt64?
    var load = LoadOptions()
    var fetches = true
    var isJSON = false
    /// Help or version is wanted and nothing else.
    var wantsHelp = false
    var wantsVersion = false

    struct Fault: Error, Equatable, Sendable {
        let sentence: String

        init(_ sentence: String) {
            self.sentence = sentence
        }
    }

    init() {}

    /// - Parameter arguments: without the program's name; `--name VALUE` and `--name=VALUE` mean the same.
    init(_ arguments: [String]) throws(Fault) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, name.hasPrefix("--") else { throw Fault("\"\(argument)\" is not understood") }
            if try setSwitch(name) {
                guard parts.count == 1 else { throw Fault("\(name) takes no value") }
                continue
            }
            guard SimulatorOptions.valued.contains(name) || LoadOptions.valued.contains(name) else {
                throw Fault("\(name) is not understood")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                throw Fault("\(name) needs a value")
            }
            try set(name, value)
        }
    }

    private static let valued: Set<String> = [
        "--interface", "--family", "--mac", "--model", "--vendors", "--discover", "--timeout", "--server", "--stay",
    ]

    private mutating func setSwitch(_ name: String) throws(Fault) -> Bool {
        switch name {
        case "--get": fetches = true
        case "--no-get": fetches = false
        case "--json": isJSON = true
        case "--help": wantsHelp = true
        case "--version": wantsVersion = true
        default: return false
        }
        return true
    }

    private mutating func set(_ name: String, _ value: String) throws(Fault) {
        if try load.set(name, value) { return }
        func wrong(_ expected: String) -> Fault { Fault("\(name) \(value): \(expected)") }
        switch name {
        case "--interface": interface = value
        case "--family": family = value
        case "--model": model = value
        case "--vendors": vendors = value
        case "--mac":
            guard let mac = MACAddress(value), mac.isStation else { throw wrong("not the MAC address of a phone") }
            self.mac = mac
        case "--server":
            guard let server = IPv4Address(value), server.isHost || server == .broadcast else {
                throw wrong("not an IPv4 address")
            }
            self.server = server
        case "--discover":
            guard let discovery = Discovery(rawValue: value) else { throw wrong("it must be pnp, inform or both") }
            self.discovery = discovery
        default:
            guard let seconds = Double(value), (0.1...86_400).contains(seconds), name == "--stay" || seconds <= 3600 else {
                throw wrong("it must be 0.1 to \(name == "--stay" ? 86_400 : 3600) seconds")
            }
            if name == "--stay" { stay = UInt64(seconds * 1000) } else { timeout = UInt64(seconds * 1000) }
        }
    }

    /// The ways in which this phone looks for its address, in order.
    func ways(of manner: PhoneModel) -> [PhoneModel.Discovery] {
        switch discovery {
        case nil: manner.discovery
        case .pnp: [.pnp]
        case .inform: [.inform]
        case .both: manner.discovery + PhoneModel.Discovery.allCases.filter { !manner.discovery.contains($0) }
        }
    }
}
