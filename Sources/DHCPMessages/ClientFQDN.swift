import Packets

/// A client's name and who puts it into DNS: option 81 (RFC 4702). bellhop changes no DNS, and says so to a client that brings it up.
package struct ClientFQDN: Hashable, Sendable {
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The server should do, or does, the update of the A record.
        package static let serverUpdates = Flags(rawValue: 1)
        /// The server overrode what the client wanted.
        package static let overridden = Flags(rawValue: 2)
        /// The name is in wire form; else in ASCII, which is deprecated.
        package static let wireForm = Flags(rawValue: 4)
        /// The server should do, or does, no update at all.
        package static let noUpdates = Flags(rawValue: 8)
    }

    package var flags: Flags
    /// As sent: a server that makes no name of its own gives the client's back.
    package var name: ArraySlice<UInt8>

    /// `nil` where three octets are missing or the name in wire form is none; it may lack its end (§2.3).
    package init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 3, let first = bytes.first else { return nil }
        flags = Flags(rawValue: first)
        name = bytes.dropFirst(3)
        guard flags.contains(.wireForm), !name.isEmpty else { return }
        // What can be written again as it was holds one name, of sound labels and without compression, which is not allowed here.
        let whole = Array(name) + (name.last == 0 ? [] : [0])
        guard let names = DomainNames.decode(whole[...]), names.count == 1, DomainNames.encode(names) == whole else { return nil }
    }

    /// What a server answers that changes no DNS (§4): N, not S, and O where the client wanted S. Both RCODEs, which nobody reads any
    /// more, are 255 (§2.2).
    package var refusal: [UInt8] {
        var answer: Flags = [.noUpdates]
        if flags.contains(.serverUpdates) { answer.insert(.overridden) }
        if flags.contains(.wireForm) { answer.insert(.wireForm) }
        return [answer.rawValue, 255, 255] + name
    }
}
