/// What is played many times over instead of one phone's boot, and how hard.
struct LoadOptions: Equatable, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// DHCPINFORM to ACK.
        case inform
        /// DHCPDISCOVER to OFFER.
        case discover
        /// SUBSCRIBE, 200, NOTIFY, 200.
        case pnp
        /// A file by TFTP, from RRQ to the last ACK.
        case tftp
    }

    var kind: Kind?
    /// How many exchanges are under way at once.
    var window = 32
    /// How long is measured, in nanoseconds.
    var duration: UInt64 = 5_000_000_000
    /// Different phones, which ask in turn.
    var phones = 256
    /// Exchanges begun a second at the most; `nil` for as many as the window allows.
    var pace: Int?
    /// What is fetched by TFTP, and the options that are asked for.
    var file = "file"
    var blockSize = 512
    var windowSize = 1

    /// The options that take a value.
    static let valued: Set<String> = [
        "--load", "--window", "--seconds", "--phones", "--pace", "--file", "--blksize", "--windowsize",
    ]
    /// A phone's number has 20 bits of an exchange's key.
    static let mostPhones = 1 << 20

    /// - Returns: false for an option that is not one of these.
    mutating func set(_ name: String, _ value: String) throws(SimulatorOptions.Fault) -> Bool {
        func number(_ range: ClosedRange<Int>) throws(SimulatorOptions.Fault) -> Int {
            guard let number = Int(value), range.contains(number) else {
                throw .init("\(name) \(value): it must be \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        switch name {
        case "--load":
            guard let kind = Kind(rawValue: value) else {
                throw .init("\(name) \(value): it must be \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self.kind = kind
        case "--window": window = try number(1...4096)
        case "--seconds": duration = UInt64(try number(1...3600)) * 1_000_000_000
        case "--phones": phones = try number(1...LoadOptions.mostPhones)
        case "--pace": pace = try number(1...1_000_000)
        case "--file": file = value
        case "--blksize": blockSize = try number(8...65_464)
        case "--windowsize": windowSize = try number(1...65_535)
        default: return false
        }
        return true
    }
}
