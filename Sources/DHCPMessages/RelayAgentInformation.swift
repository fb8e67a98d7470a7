/// What a relay agent says of the port that a client is on: option 82 (RFC 3046). Opaque to a server, which gives it back whole.
package struct RelayAgentInformation: Equatable, Sendable {
    /// Sub-option 1: which of the relay's circuits, often a port's name.
    package let circuitID: ArraySlice<UInt8>?
    /// Sub-option 2: which remote host, often the relay's own address.
    package let remoteID: ArraySlice<UInt8>?

    /// `nil` where the message has no option 82, or one that is no list of sub-options.
    package init?(_ message: DHCPMessage) {
        guard let value = message.options[.relayAgentInformation], let elements = EncapsulatedOptions.decode(value) else { return nil }
        circuitID = elements.first { $0.code == 1 }?.value
        remoteID = elements.first { $0.code == 2 }?.value
    }
}
