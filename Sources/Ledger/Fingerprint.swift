import Packets
import Provisioning

/// By which an event is known again: two are the same where device, interface, name and details are, and what they tell of took about as
/// long. Of 64 bits, keyed anew in each process (`Hasher`): that two different ones meet within a minute is one in 10^15.
package struct Fingerprint: Hashable, Sendable {
    private let bits: Int

    /// - Parameter text: what is told about the event.
    package init(_ event: Event, _ text: EventText) {
        var hasher = Hasher()
        hasher.combine(event.mac?.bits ?? .max)
        hasher.combine(event.interface)
        hasher.combine(event.name)
        let taken = text.timeTaken.map { text.fields[$0.field] }
        // Where each begins and ends, so that no value can pass for two.
        for field in text.fields where field.value != taken?.value { hasher.combine(field.value.count) }
        text.bytes.withUnsafeBytes { bytes in
            guard let taken else { return hasher.combine(bytes: bytes) }
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<taken.value.lowerBound]))
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[taken.value.upperBound...]))
        }
        if let duration = text.timeTaken?.duration { hasher.combine(Fingerprint.class(of: duration)) }
        bits = hasher.finalize()
    }

    /// All that took less than 100 milliseconds was done at once; beyond, twice the time is another matter.
    private static func `class`(of duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let tenths = seconds.multipliedReportingOverflow(by: 10).partialValue &+ attoseconds / 100_000_000_000_000_000
        return Int64.bitWidth - max(0, tenths).leadingZeroBitCount
    }

    /// For tests.
    init(bits: Int) { self.bits = bits }
}

/// An event, and by what it is known again.
package struct MarkedEvent: Sendable {
    let event: Event
    let mark: Fingerprint

    /// - Parameter text: what is told about the event.
    package init(_ event: Event, _ text: EventText) {
        self.event = event
        mark = Fingerprint(event, text)
    }
}
