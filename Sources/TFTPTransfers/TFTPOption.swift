/// One option of a request or an OACK: a name and a value as sent (RFC 2347).
package struct TFTPOption: Equatable, Sendable {
    /// As sent: an OACK gives back the asker's own spelling.
    package let name: [UInt8]
    package let value: [UInt8]

    /// Neither holds a NUL, whatever it is made from: what follows one is left out.
    package init(name: some Sequence<UInt8>, value: some Sequence<UInt8>) {
        self.name = Array(name.prefix { $0 != 0 })
        self.value = Array(value.prefix { $0 != 0 })
    }

    package init(_ name: String, _ value: String) {
        self.init(name: name.utf8, value: value.utf8)
    }

    /// RFC 2347: option names are "NOT case-sensitive". `name` is lower case.
    func isNamed(_ name: String) -> Bool {
        self.name.count == name.utf8.count && zip(self.name, name.utf8).allSatisfy { $0.lowercased == $1 }
    }

    /// The value where it is a decimal number; `nil` for a sign, a blank, nothing, or a number past 32 bits.
    var number: UInt32? {
        guard !value.isEmpty else { return nil }
        var number: UInt32 = 0
        for character in value {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            let (product, isOver) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) = product.addingReportingOverflow(UInt32(character - UInt8(ascii: "0")))
            guard !isOver, !isOverToo else { return nil }
            number = sum
        }
        return number
    }
}

extension [TFTPOption] {
    /// The value of an option, in any case; of repeated ones the first.
    package subscript(name: String) -> [UInt8]? {
        let name = name.lowercased()
        return first { $0.isNamed(name) }?.value
    }
}
