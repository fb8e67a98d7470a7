/// A device or capture file that did not do what was asked.
package struct FrameLinkError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Root or CAP_NET_RAW is missing.
        case notPermitted
        /// There is no such interface, or no longer.
        case interfaceGone
        /// The interface is there and down.
        case interfaceDown
        /// Frames on it are not Ethernet's.
        case linkType
        /// The filter expression is wrong: a mistake in bellhop.
        case filter
        /// A file that cannot be read or written, or is no capture.
        case file
        case other
    }

    package let reason: Reason
    /// The interface's name, or the file's path.
    package let device: String
    /// The call that failed, as its man page has it.
    package let call: String
    /// The library's own words.
    package let text: String

    package init(_ reason: Reason, device: String, call: String, text: String) {
        self.reason = reason
        self.device = device
        self.call = call
        self.text = text
    }
}

extension FrameLinkError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .notPermitted: "\(device): \(call): not permitted: run as root or with CAP_NET_RAW (\(text))"
        case .interfaceGone: "\(device): \(call): there is no such interface (\(text))"
        case .interfaceDown: "\(device): \(call): the interface is down (\(text)): `ip link set \(device) up`"
        case .linkType, .filter, .file, .other: "\(device): \(call): \(text)"
        }
    }
}
