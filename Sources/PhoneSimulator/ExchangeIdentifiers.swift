import Packets

/// The random words of one boot. Given from outside, so that a test can name them.
struct ExchangeIdentifiers: Hashable, Sendable {
    /// "xid" of the INFORM.
    var transactionID: UInt32
    var callID: String
    /// The tag of the SUBSCRIBE's From.
    var tag: String
    /// The branch of the SUBSCRIBE's Via after `z9hG4bK`.
    var branch: String

    static func random() -> ExchangeIdentifiers {
        var generator = SystemRandomNumberGenerator()
        func word(_ octets: Int) -> String { hexText((0..<octets).map { _ in UInt8.random(in: 0...255, using: &generator) }) }
        return ExchangeIdentifiers(
            transactionID: generator.next(), callID: word(12), tag: word(5), branch: word(8))
    }
}
