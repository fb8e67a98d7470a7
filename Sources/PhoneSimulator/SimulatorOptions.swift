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
    /// Seconds of the phone's own clock for which it waits to come again; `nil` for one that ends with its boot.
    var stay: Int?
    /// How many of its seconds go by in one of ours.
    var speed = 1.0
    /// Seconds since midnight that its clock shows at first.
    var clock = 0
    /// Another one makes other phones of the same MAC addresses.
    var seed: UInt64 = 0
    /// Phones of a fleet, their MAC addresses one behind the other from the first one's.
    var count = 1
    /// How many of them are switched on in a second.
    var rate = 200.0
    /// The first phone's own IP address, which this machine has to have; the others follow. `nil` for the interface's.
    var address: IPv4Address?
    /// It asks for an address of its own first.
    var leases = false
    var uuid: String?
    var serial: String?
    /// A file of certificates of those whose servers the phone takes; else it takes any.
    var authorities: String?
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
        var given: Set<String> = []
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, name.hasPrefix("--") else { throw Fault("\"\(argument)\" is not understood") }
            given.insert(name)
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
        if !wantsHelp, !wantsVersion { try check(given) }
    }

    private static let valued: Set<String> = [
        "--interface", "--family", "--mac", "--model", "--vendors", "--discover", "--timeout", "--server", "--stay", "--speed",
        "--clock", "--seed", "--count", "--rate", "--address", "--uuid", "--serial", "--ca",
    ]

    /// Nothing that was asked for is passed over in silence.
    private func check(_ given: Set<String>) throws(Fault) {
        func refuse(_ names: [String], _ reason: (String) -> String) throws(Fault) {
            if let name = names.first(where: given.contains) { throw Fault(reason(name)) }
        }
        if let kind = load.kind {
            let alone = [
                "--count", "--rate", "--stay", "--speed", "--clock", "--seed", "--lease", "--uuid", "--serial", "--ca",
                "--discover", "--timeout", "--get", "--no-get",
            ]
            try refuse(alone) { "\($0) does not go with --load" }
            if kind != .tftp { try refuse(["--file", "--blksize", "--windowsize"]) { "\($0) goes with --load tftp" } }
            if kind == .inform || kind == .discover { try refuse(["--server"]) { "\($0) goes with --load pnp and tftp" } }
            if kind == .tftp, server == nil { throw Fault("--load tftp needs --server ADDRESS") }
        } else {
            try refuse(LoadOptions.valued.sorted()) { "\($0) goes with --load" }
        }
        if count > 1 {
            try refuse(["--stay", "--uuid", "--serial"]) { "\($0) is of one phone, and does not go with --count" }
        } else if !given.contains("--count") {
            try refuse(["--rate"]) { "\($0) goes with --count" }
        }
        if stay == nil { try refuse(["--speed", "--clock"]) { "\($0) goes with --stay" } }
    }

    private mutating func setSwitch(_ name: String) throws(Fault) -> Bool {
        switch name {
        case "--lease": leases = true
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
        case "--uuid": uuid = value
        case "--serial": serial = value
        case "--ca": authorities = value
        case "--mac":
            guard let mac = MACAddress(value), mac.isStation else { throw wrong("not the MAC address of a phone") }
            self.mac = mac
        case "--server":
            guard let server = IPv4Address(value), server.isHost || server == .broadcast else {
                throw wrong("not an IPv4 address")
            }
            self.server = server
        case "--address":
            guard let address = IPv4Address(value), address.isHost else { throw wrong("not an IPv4 address") }
            self.address = address
        case "--discover":
            guard let discovery = Discovery(rawValue: value) else { throw wrong("it must be pnp, inform or both") }
            self.discovery = discovery
        default:
            try setTime(name, value, wrong)
        }
    }

    private mutating func setTime(_ name: String, _ value: String, _ wrong: (String) -> Fault) throws(Fault) {
        func number(_ range: ClosedRange<Double>, _ expected: String) throws(Fault) -> Double {
            guard let number = Double(value), range.contains(number) else { throw wrong(expected) }
            return number
        }
        func whole(_ range: ClosedRange<Int>, _ expected: String) throws(Fault) -> Int {
            guard let number = Int(value), range.contains(number) else { throw wrong(expected) }
            return number
        }
        switch name {
        case "--stay": stay = try whole(1...PhoneTime.year, "it must be 1 second to a year in whole seconds")
        case "--speed": speed = try number(0.1...1_000_000, "it must be 0.1 to 1000000")
        case "--seed": seed = UInt64(try whole(0...1_000_000_000, "it must be a whole number from 0 to 1000000000"))
        case "--count": count = try whole(1...100_000, "it must be a whole number from 1 to 100000")
        case "--rate": rate = try number(0.1...100_000, "it must be 0.1 to 100000")
        case "--clock":
            guard let time = PhoneTime.timeOfDay(value) else { throw wrong("it must be a time of day, such as 08:55") }
            clock = time
        default: timeout = UInt64(try number(0.1...3600, "it must be 0.1 to 3600 seconds") * 1000)
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
