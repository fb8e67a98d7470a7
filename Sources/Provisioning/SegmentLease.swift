import Packets

// destination (6) = broadcast   source (6)   type (2) = 0x88b5, IEEE 802 local experimental
// "bellhop2" (8)   segment (8)   instance (8)   address (4)   MAC (6)   state (1)   granted (8)   expires (8)
// client identifier, host name, vendor: each its length (1) and so many octets

/// What the responder of a pair that answers says of a lease before it acknowledges it: so its partner knows the lease though the first
/// dies in the next moment, whatever the database has by then.
package struct SegmentLease: Hashable, Sendable {
    package var segment: UInt64
    package var instance: UInt64
    /// Its interface is the sender's, and not told.
    package var lease: Lease

    private static let mark = Array("bellhop2".utf8)

    package init(segment: UInt64, instance: UInt64, lease: Lease) {
        self.segment = segment
        self.instance = instance
        self.lease = lease
    }

    /// Reads a whole untagged Ethernet frame; `nil` for any other.
    package init?(decoding frame: ArraySlice<UInt8>) {
        var reader = ByteReader(frame)
        do {
            guard try reader.isSegmentFrame(marked: SegmentLease.mark) else { return nil }
            segment = try reader.uint64()
            instance = try reader.uint64()
            let address = IPv4Address(bits: try reader.uint32())
            let mac = MACAddress(try reader.take(6))
            let state = try reader.take(1).first.flatMap { Lease.State(rawValue: Int($0)) }
            let (granted, expires) = (Int64(clamping: try reader.uint64()), Int64(clamping: try reader.uint64()))
            guard let mac, mac.isStation, let state, Lease.times ~= granted, Lease.times ~= expires else { return nil }
            lease = Lease(
                address: address, mac: mac, clientIdentifier: Array(try reader.field()), interface: "", state: state,
                granted: Moment(microseconds: granted), expires: Moment(microseconds: expires))
            lease.hostName = try reader.text()
            lease.vendor = try reader.text()
        } catch {
            return nil
        }
    }

    package func encoded(from mac: MACAddress) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.beginSegmentFrame(marked: SegmentLease.mark, from: mac)
        writer.uint64(segment)
        writer.uint64(instance)
        writer.uint32(lease.address.bits)
        writer.append(lease.mac.octets)
        writer.append([UInt8(lease.state.rawValue)])
        for time in [lease.granted, lease.expires] { writer.uint64(UInt64(max(0, time.microseconds))) }
        for field in [lease.clientIdentifier, Array((lease.hostName ?? "").utf8), Array((lease.vendor ?? "").utf8)] {
            let octets = field.prefix(255)
            writer.append([UInt8(octets.count)])
            writer.append(Array(octets))
        }
        return writer.bytes
    }
}

extension ByteReader {
    fileprivate mutating func field() throws(OutOfBytes) -> ArraySlice<UInt8> { try take(Int(try take(1).first ?? 0)) }

    fileprivate mutating func text() throws(OutOfBytes) -> String? {
        let octets = try field()
        return octets.isEmpty ? nil : String(decoding: octets, as: UTF8.self)
    }
}

extension ByteReader {
    mutating func uint64() throws(OutOfBytes) -> UInt64 { UInt64(try uint32()) << 32 | UInt64(try uint32()) }
}

extension ByteWriter {
    mutating func uint64(_ number: UInt64) {
        uint32(UInt32(truncatingIfNeeded: number >> 32))
        uint32(UInt32(truncatingIfNeeded: number))
    }
}
