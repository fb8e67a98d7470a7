import HTTPSemantics
import Testing

@Suite struct `Ranges` {
    @Test(
        arguments: [
            ("the first octet", "bytes=0-0", .part(offset: 0, count: 1)),
            ("from the middle on", "bytes=500-", .part(offset: 500, count: 500)),
            ("all, named", "bytes=0-", .part(offset: 0, count: 1000)),
            ("the last 500", "bytes=-500", .part(offset: 500, count: 500)),
            ("more than there is, from the end", "bytes=-5000", .part(offset: 0, count: 1000)),
            ("up to beyond the end", "bytes=990-5000", .part(offset: 990, count: 10)),
            ("the last octet", "bytes=999-999", .part(offset: 999, count: 1)),
            ("in capitals", "Bytes=1-2", .part(offset: 1, count: 2)),
            ("with space and an empty element", "bytes= 1-2 ,", .part(offset: 1, count: 2)),
            ("a last beyond 63 bits", "bytes=1-99999999999999999999", .part(offset: 1, count: 999)),
            ("a suffix beyond 63 bits", "bytes=-99999999999999999999", .part(offset: 0, count: 1000)),
            ("behind the end", "bytes=1000-", .none),
            ("far behind the end", "bytes=99999999999999999999-", .none),
            ("far behind the end, both", "bytes=9223372036854775807-9223372036854775807", .none),
            ("the last none", "bytes=-0", .none),
            ("the last before the first", "bytes=5-4", .whole),
            ("no number", "bytes=a-b", .whole), ("half a number", "bytes=1-b", .whole), ("a sign", "bytes=+1-2", .whole),
            ("nothing", "bytes=", .whole), ("a dash", "bytes=-", .whole), ("two dashes", "bytes=--5", .whole),
            ("another unit", "items=0-1", .whole), ("no unit", "0-1", .whole), ("no equals sign", "bytes 0-1", .whole),
            ("two ranges", "bytes=0-0,-1", .whole), ("two that overlap", "bytes=0-9,5-14", .whole),
            ("a hundred ranges", "bytes=" + (0..<100).map { "\($0)-" }.joined(separator: ","), .whole),
        ] as [(String, String, RequestedOctets)])
    func `H6 of a thousand octets`(what: String, range: String, octets: RequestedOctets) {
        #expect(RequestedOctets([range], of: 1000) == octets, "\(what)")
    }

    @Test(
        arguments: [
            ("from the first on", "bytes=0-", .none), ("the first", "bytes=0-0", .none), ("the last", "bytes=-1", .whole),
            ("the last none", "bytes=-0", .none),
        ] as [(String, String, RequestedOctets)])
    func `H6 of an empty file`(what: String, range: String, octets: RequestedOctets) {
        #expect(RequestedOctets([range], of: 0) == octets, "\(what)")
    }

    @Test func `H6 no field, and two of them, want all`() {
        #expect(RequestedOctets([], of: 10) == .whole)
        #expect(RequestedOctets(["bytes=0-0", "bytes=1-1"], of: 10) == .whole)
    }

    @Test func `H6 a range never leads out of the file`() {
        for length in [Int64(0), 1, 2, .max] {
            for range in ["0-", "1-1", "-1", "-2", "0-9223372036854775807", "9223372036854775806-", "-9223372036854775807"] {
                guard case .part(let offset, let count) = RequestedOctets(["bytes=\(range)"], of: length) else { continue }
                #expect(offset >= 0 && count > 0 && count <= length && offset <= length - count, "\(range) of \(length)")
            }
        }
    }
}
