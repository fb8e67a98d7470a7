// Ethernet II:     destination (6)  source (6)  [tag (4)]…  EtherType (2)
//
// RFC 791 §3.1:    0                   1                   2                   3
//                  |Version|  IHL  |Type of Service|          Total Length         |
//                  |         Identification        |Flags|      Fragment Offset    |
//                  |  Time to Live |    Protocol   |         Header Checksum       |
//                  |                       Source Address                          |
//                  |                    Destination Address                        |
//                  |                    Options                    |    Padding    |
//
// RFC 768:         |          Source Port          |       Destination Port        |
//                  |            Length             |           Checksum            |

extension UDPFrame {
    /// Reads a frame as a capture gives it: from the destination MAC address, without the frame check sequence.
    ///
    /// Every length is compared with what holds it before it is used, and bytes after the innermost length (Ethernet padding, or
    /// what a UDP length leaves of its packet) are no part of the payload.
    package init(decoding frame: ArraySlice<UInt8>) throws(FrameFault) {
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

        let packet = try IPv4Packet(decoding: reader.rest)
        guard packet.protocolNumber == 17 else { throw .notUDP(protocolNumber: packet.protocolNumber) }
        // 0.0.0.0 is the source of a client without an address (RFC 2131 §4.1).
        guard packet.source == .any || packet.source.isHost else { throw .sourceAddressNotAHost(packet.source) }
        source = packet.source
        destination = packet.destination

        var datagram = ByteReader(packet.payload)
        let length: Int
        let checksum: UInt16
        do {
            sourcePort = try datagram.uint16()
            destinationPort = try datagram.uint16()
            length = Int(try datagram.uint16())
            checksum = try datagram.uint16()
        } catch {
            throw .truncatedUDP
        }
        guard length >= 8 else { throw .udpLengthTooShort }
        guard length <= packet.payload.count else { throw .udpLengthPastPacket }
        guard sourcePort != 0 else { throw .sourcePortZero }
        payload = datagram.rest.prefix(length - 8)
        guard UDPFrame.isBelievable(checksum, of: packet.payload.prefix(length), from: source, to: destination) else {
            throw .udpChecksum
        }
    }

    /// A checksum of 0 means that the sender made none (RFC 768). A sender on this machine leaves its checksum to hardware that
    /// never runs on a veth or virtio link; what then stands in the field is the pseudo header's sum alone, and the rest is ours to
    /// trust because it never left memory.
    private static func isBelievable(
        _ checksum: UInt16, of datagram: ArraySlice<UInt8>, from source: IPv4Address, to destination: IPv4Address
    ) -> Bool {
        if checksum == 0 { return true }
        var sum = pseudoHeader(from: source, to: destination, length: datagram.count)
        if checksum == sum.folded { return true }
        sum.add(datagram)
        return sum.folded == 0xffff
    }

    static func pseudoHeader(from source: IPv4Address, to destination: IPv4Address, length: Int) -> InternetChecksum {
        var sum = InternetChecksum()
        sum.add(source)
        sum.add(destination)
        sum.add(17)
        sum.add(UInt16(truncatingIfNeeded: length))
        return sum
    }
}

extension ByteReader {
    fileprivate mutating func uint48() throws(OutOfBytes) -> UInt64 {
        let high = try uint16()
        return UInt64(high) << 32 | UInt64(try uint32())
    }
}

/// The fields of an IPv4 header that matter here, checked against each other.
private struct IPv4Packet {
    var protocolNumber: UInt8
    var source: IPv4Address
    var destination: IPv4Address
    var payload: ArraySlice<UInt8>

    init(decoding bytes: ArraySlice<UInt8>) throws(FrameFault) {
        var reader = ByteReader(bytes)
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
        guard headerLength <= bytes.count else { throw .ipHeaderPastFrame }
        guard totalLength >= headerLength else { throw .ipLengthShorterThanHeader }
        guard totalLength <= bytes.count else { throw .ipLengthPastFrame }
        var sum = InternetChecksum()
        sum.add(bytes.prefix(headerLength))
        guard sum.folded == 0xffff else { throw .ipHeaderChecksum }
        // More fragments, or an offset: only a whole datagram is read (RFC 791 §3.1 Flags, Fragment Offset).
        guard fragment & 0x3fff == 0 else { throw .fragment }
        payload = bytes.prefix(totalLength).dropFirst(headerLength)
    }
}
