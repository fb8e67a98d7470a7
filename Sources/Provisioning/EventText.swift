import DHCPMessages
import Packets
import VendorCatalogue

/// What is told about one event after the other, as UTF-8 in a buffer that serves them all: each detail a space, its name, `=` and its value.
package struct EventText {
    package struct Field {
        /// Of the name, which has letters, digits, `-` and `.` only.
        package let name: Range<Int>
        package let value: Range<Int>

        /// With the space before it.
        package var whole: Range<Int> { name.lowerBound - 1..<value.upperBound }
    }

    package private(set) var bytes: [UInt8] = []
    /// In the order to show them, which need not be that of the buffer.
    package private(set) var fields: [Field] = []
    /// How long what the event tells of took, and which field says so.
    package private(set) var timeTaken: (field: Int, duration: Duration)?
    /// Whether some value holds what JSON wants escaped (RFC 8259 §7).
    package private(set) var needsEscapes = false
    /// Whether texts may hold credentials that must not be told.
    private var hidesCredentials = false

    package init() {}

    package init(_ event: Event) {
        describe(event)
    }

    /// Takes in what is told about an event in place of the one before.
    package mutating func describe(_ event: Event) {
        hidesCredentials = false
        write(event)
        // Few events hold the sign behind which a URL has its host.
        guard look() else { return }
        hidesCredentials = true
        write(event)
        _ = look()
    }

    private mutating func write(_ event: Event) {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        timeTaken = nil
        event.what.describe(to: &self)
        if let arrival = event.arrival { add(arrival) }
    }

    /// - Returns: whether there is an `@`.
    private mutating func look() -> Bool {
        let signs = EventText.signs(bytes.span)
        needsEscapes = signs.needsEscapes
        return signs.at
    }

    private static func signs(_ bytes: Span<UInt8>) -> (at: Bool, needsEscapes: Bool) {
        // Without a way out of the loop, so that it takes many bytes at once.
        var signs: UInt8 = 0
        var escapes: UInt8 = 0
        for place in bytes.indices {
            let byte = bytes[place]
            signs |= byte == UInt8(ascii: "@") ? 1 : 0
            escapes |= byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0
        }
        return (signs != 0, escapes != 0)
    }

    package var details: [EventDetail] {
        fields.map { field in
            EventDetail(String(decoding: bytes[field.name], as: UTF8.self), String(decoding: bytes[field.value], as: UTF8.self))
        }
    }

    mutating func add(_ name: String, _ text: String?) {
        guard let text else { return }
        let place = begin(name)
        bytes += (hidesCredentials ? withoutCredentials(text) : text).utf8
        end(place)
    }

    mutating func add(_ name: String, _ address: IPv4Address?) {
        guard let address else { return }
        let place = begin(name)
        address.write(to: &bytes)
        end(place)
    }

    mutating func add(_ name: String, _ mac: MACAddress?) {
        add(name, mac?.description)
    }

    mutating func add(_ name: String, _ number: some BinaryInteger) {
        add(name, number.description)
    }

    mutating func add(_ name: String, _ codes: [DHCPOptionCode]) {
        let place = begin(name)
        for (number, code) in codes.enumerated() {
            if number > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(decimal: UInt32(code.rawValue))
        }
        end(place)
    }

    /// As milliseconds with two decimals, such as `12.34`.
    mutating func add(timeTaken duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let hundredths = max(0, seconds * 100_000 + attoseconds / 10_000_000_000_000)
        let rest = hundredths % 100
        timeTaken = (fields.count, duration)
        let place = begin("after-ms")
        bytes += (hundredths / 100).description.utf8
        bytes += [UInt8(ascii: "."), UInt8(ascii: "0") + UInt8(rest / 10), UInt8(ascii: "0") + UInt8(rest % 10)]
        end(place)
    }

    /// Behind the device's address, and first where there is none.
    private mutating func add(_ arrival: Arrival) {
        guard !arrival.tags.isEmpty || arrival.relay != nil else { return }
        let known = fields.count
        add("vlan", arrival.tags.vlanText)
        add("relay", arrival.relay)
        let added = fields[known...]
        fields.removeLast(added.count)
        let address = fields.firstIndex { bytes[$0.name].elementsEqual("address".utf8) }
        let place = address.map { $0 + 1 } ?? 0
        fields.insert(contentsOf: added, at: place)
        if let taken = timeTaken, taken.field >= place { timeTaken?.field += added.count }
    }

    private mutating func begin(_ name: String) -> (name: Int, value: Int) {
        bytes.append(UInt8(ascii: " "))
        let start = bytes.count
        bytes += name.utf8
        bytes.append(UInt8(ascii: "="))
        return (start, bytes.count)
    }

    private mutating func end(_ place: (name: Int, value: Int)) {
        fields.append(Field(name: place.name..<place.value - 1, value: place.value..<bytes.count))
    }
}
