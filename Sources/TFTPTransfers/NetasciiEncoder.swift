/// Turns bytes into netascii, as much at a time as a block holds (RFC 1350 §1, after RFC 764, "the NVT printer").
///
/// LF becomes CR LF and CR becomes CR NUL; all else stays. A pair that the end of a block cuts goes on in the next one. Lines that
/// end in CR LF on the disk come out as CR NUL CR LF: by the standard that is what they are.
package struct NetasciiEncoder: Equatable, Sendable {
    /// The second half of a pair whose first half was the last byte of a block.
    private var pending: UInt8?

    package init() {}

    package var isEmpty: Bool { pending == nil }

    /// Appends the encoding of `input` to `output` until that holds `room` bytes; the number of bytes of `input` that were used.
    package mutating func encode(_ input: ArraySlice<UInt8>, into output: inout [UInt8], room: Int) -> Int {
        if let half = pending, output.count < room {
            output.append(half)
            pending = nil
        }
        var at = input.startIndex
        while at < input.endIndex, output.count < room {
            let byte = input[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\n"): append(UInt8(ascii: "\n"), to: &output, room: room)
            case UInt8(ascii: "\r"): append(0, to: &output, room: room)
            default: output.append(byte)
            }
        }
        return at - input.startIndex
    }

    /// CR and its second half, which waits for the next block where this one is full.
    private mutating func append(_ half: UInt8, to output: inout [UInt8], room: Int) {
        output.append(UInt8(ascii: "\r"))
        if output.count < room { output.append(half) } else { pending = half }
    }
}
