// Ethernet II:     destination (6)  source (6)  [tag (4)]…  EtherType (2)
//
// RFC 791 §3.1:    0                   1                   2                   3
//                  |Version|  IHL  |Type of Service|          Total Length         |
//                  |         Identification        |Flags|      Fragment Offset    |
//                  |  Time to Live |    Protocol   |         Header Checksum       |
//                  |                       Source Address                          |
//                  |                    Destination Address                        |
//                  |                    Options                    |    Padding    |

/// A whole IPv4 packet in one Ethernet frame, tagged or not: what UDP and IGMP have in common. The fields of its headers that matter here,
/// checked against each other.
struct IPv4Frame {
    var destinationMAC: MACAddress
    var sourceMAC: MACAddress
    var tags: [VLANTag]
    var protocolNumber: UInt8
    var source: IPv4Address
    var destination: IPv4Address
    /// What follows the header, as long as the total length says.
    var payload: ArraySlice<UInt8>

    /// Reads a frame as a capture gives it: from the destination MAC address, without the frame check sequence. Every length is compared
    /// with what holds it before it is used.
    init(decoding frame: ArraySlice<UInt8>) throws(FrameFault) {
        var reader = ByteReader(frame)
        var etherType: UInt16
        do {
            destinationMAC = MACAddress(bits: try reader.uint48())
            sourceMAC = MACAddress(bits: try reader.uint48())
            etherType = try reader.uint16()
            tags = []
            while VLANTag.announces(etherType) {
                guard tags.count < UDPFrame.maximumTags else { throw FrameFault.tooManyTags }
                tags.append(VLANTag(type: etherType, control: try reader.uint16()))
                etherType = try reader.uint16()
            }
        } catch let fault as FrameFault {
            throw fault
        } catch {
            throw .truncatedEthernet
        }
        guard sourceMAC.isStation else { throw .sourceMACNotAStation }
        guard etherType == 0x0800 else { throw etherType < 0x0600 ? .ieee8023Length : .notIPv4(etherType: etherType) }

        let packet = reader.rest
        let totalLength: Int
        let headerLength: Int
        let fragment: UInt16
        do {
            let first = try reader.byte()
            guard first >> 4 == 4 else { throw FrameFault.ipVersion(first >> 4) }
            guard first & 0x0f >= 5 else { throw FrameFault.ipHeaderTooShort(words: first & 0x0f) }
            headerLength = Int(first & 0x0f) * 4
            try reader.skip(1)
            totalLength = Int(try reader.uint16())
            try reader.skip(2)
            fragment = try reader.uint16()
            try reader.skip(1)
            protocolNumber = try reader.byte()
            try reader.skip(2)
            source = IPv4Address(bits: try reader.uint32())
            destination = IPv4Address(bits: try reader.uint32())
        } catch let fault as FrameFault {
            throw fault
        } catch {
            throw .truncatedIPv4
        }
        guard headerLength <= packet.count else { throw .ipHeaderPastFrame }
        guard totalLength >= headerLength else { throw .ipLengthShorterThanHeader }
        guard totalLength <= packet.count else { throw .ipLengthPastFrame }
        var sum = InternetChecksum()
        sum.add(packet.prefix(headerLength))
        guard sum.folded == 0xffff else { throw .ipHeaderChecksum }
        // More fragments, or an offset: only a whole datagram is read (RFC 791 §3.1 Flags, Fragment Offset).
        guard fragment & 0x3fff == 0 else { throw .fragment }
        payload = packet.prefix(totalLength).dropFirst(headerLength)
    }
}

extension ByteReader {
    fileprivate mutating func uint48() throws(OutOfBytes) -> UInt64 {
        let high = try uint16()
        return UInt64(high) << 32 | UInt64(try uint32())
    }
}

extension ByteWriter {
    /// The Ethernet header of an IPv4 packet.
    mutating func ethernet(to destination: MACAddress, from source: MACAddress, tags: [VLANTag]) {
        append(mac: destination)
        append(mac: source)
        for tag in tags {
            uint16(tag.type)
            uint16(tag.control)
        }
        uint16(0x0800)
    }

    private mutating func append(mac: MACAddress) {
        uint16(UInt16(truncatingIfNeeded: mac.bits >> 32))
        uint32(UInt32(truncatingIfNeeded: mac.bits))
    }

    /// Puts the checksum into an IPv4 header that ends what was written.
    mutating func closeIPv4Header(at start: Int) {
        var sum = InternetChecksum()
        sum.add(bytes.dropFirst(start))
        put(sum.complement, at: start + 10)
    }
}
