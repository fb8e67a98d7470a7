import FrameLink
import LinuxSystem
import Packets
import TestSupport
import Testing

private let ethernet: UInt32 = 1
private let linuxCooked: UInt32 = 113

/// A number as a capture file has it, lowest byte first.
private func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// A pcap file's head: magic number, version 2.4, time zone, accuracy, longest frame, link type.
private func head(magic: UInt32 = 0xa1b2_c3d4, linkType: UInt32 = ethernet) -> [UInt8] {
    little(magic) + little(UInt16(2)) + little(UInt16(4)) + little(UInt32(0)) + little(UInt32(0)) + little(UInt32(65_535))
        + little(linkType)
}

/// One frame in it: seconds, fraction, captured length, length on the wire.
private func record(_ seconds: UInt32, _ fraction: UInt32, _ bytes: [UInt8], length: UInt32? = nil) -> [UInt8] {
    little(seconds) + little(fraction) + little(UInt32(bytes.count)) + little(length ?? UInt32(bytes.count)) + bytes
}

private let sample = [UInt8](repeating: 0x5a, count: 60)

@Suite struct CaptureFileTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/frames"
    }

    private func reader(_ bytes: [UInt8]) throws -> CaptureReader {
        try writeWholeFile(path, bytes)
        return try CaptureReader(path: path)
    }

    @Test func `what is written is read back`() throws {
        let frames = [
            CapturedFrame(time: WallTime(seconds: 1_795_221_821, microseconds: 123_456), bytes: sample),
            CapturedFrame(time: WallTime(seconds: 1_795_221_822), bytes: [1, 2, 3], originalLength: 1514),
        ]
        let writer = try CaptureWriter(path: path)
        for frame in frames { writer.write(frame) }
        try writer.flush()
        let reader = try CaptureReader(path: path)
        #expect(try reader.nextFrame() == frames[0])
        #expect(try reader.nextFrame() == frames[1])
        #expect(try reader.nextFrame() == nil)
        #expect(try reader.nextFrame() == nil)
    }

    @Test func `the end of a writer writes out what waited`() throws {
        do { try CaptureWriter(path: path).write(CapturedFrame(time: WallTime(seconds: 7), bytes: sample)) }
        #expect(try readWholeFile(path, limit: 1000) == head() + record(7, 0, sample))
    }

    @Test func `other programs read what is written`() throws {
        let frame = try #require(
            UDPFrame(
                from: MACAddress(bits: 0x0004_13aa_bbcc), .any, port: 68, to: .broadcast, .broadcast, port: 67,
                tags: [VLANTag(control: 20)], payload: [1, 2, 3]
            ).encoded())
        let writer = try CaptureWriter(path: path)
        writer.write(CapturedFrame(time: WallTime(seconds: 0, microseconds: 5), bytes: frame))
        try writer.flush()
        let text = try run("/usr/bin/tcpdump", "-nn", "-e", "-tt", "-r", path)
        #expect(text.hasPrefix("0.000005 00:04:13:aa:bb:cc > ff:ff:ff:ff:ff:ff"))
        #expect(text.contains("vlan 20"))
    }

    @Test func `a full disk is told`() throws {
        let writer = try CaptureWriter(path: "/dev/full")
        writer.write(CapturedFrame(time: WallTime(seconds: 7), bytes: sample))
        let error = #expect(throws: FrameLinkError.self) { try writer.flush() }
        #expect(error.map { "\($0)".contains("No space left on device") } == true)
        for _ in 0..<1000 { writer.write(CapturedFrame(time: WallTime(seconds: 7), bytes: sample)) }
        #expect(throws: FrameLinkError.self) { try writer.flush() }
    }

    @Test func `a place that cannot be written is named`() {
        let error = #expect(throws: FrameLinkError.self) { try CaptureWriter(path: "/nonexistent/frames") }
        #expect(error?.reason == .file)
        #expect(error.map { "\($0)".contains("/nonexistent/frames") } == true)
    }

    @Test func `nanoseconds are cut to microseconds`() throws {
        let reader = try reader(head(magic: 0xa1b2_3c4d) + record(7, 123_456_789, sample))
        #expect(try reader.nextFrame()?.time == WallTime(seconds: 7, microseconds: 123_456))
    }

    @Test func `a pcapng file is read`() throws {
        // Section header: type, length, byte-order magic, version 1.0, section length unknown, length.
        let section =
            little(UInt32(0x0a0d_0d0a)) + little(UInt32(28)) + little(UInt32(0x1a2b_3c4d)) + little(UInt16(1)) + little(UInt16(0))
            + little(Int64(-1)) + little(UInt32(28))
        // Interface: type 1, length, link type, reserved, longest frame, option if_tsresol (9) of 10^-9, end of options, length.
        let interface =
            little(UInt32(1)) + little(UInt32(32)) + little(UInt16(1)) + little(UInt16(0)) + little(UInt32(65_535))
            + little(UInt16(9)) + little(UInt16(1)) + [9, 0, 0, 0] + little(UInt32(0)) + little(UInt32(32))
        // Enhanced packet: type 6, length, interface 0, time high and low, captured length, length, frame, length.
        let time = UInt64(7) * 1_000_000_000 + 123_456_789
        let packet =
            little(UInt32(6)) + little(UInt32(92)) + little(UInt32(0)) + little(UInt32(time >> 32))
            + little(UInt32(truncatingIfNeeded: time)) + little(UInt32(60)) + little(UInt32(60)) + sample + little(UInt32(92))
        let reader = try reader(section + interface + packet)
        #expect(
            try reader.nextFrame()
                == CapturedFrame(time: WallTime(seconds: 7, microseconds: 123_456), bytes: sample))
        #expect(try reader.nextFrame() == nil)
    }

    @Test func `a capture on any is refused with what to do instead`() {
        let error = #expect(throws: FrameLinkError.self) { try reader(head(linkType: linuxCooked)) }
        #expect(error?.reason == .linkType)
        #expect(
            error.map { "\($0)" }
                == "\(path): pcap_datalink: the capture is of type LINUX_SLL (Linux cooked v1), not Ethernet: "
                + "capture on one interface instead of `any`, as in `tcpdump -i eth1 -w FILE`")
    }

    @Test func `a type without a name is refused by its number`() {
        let error = #expect(throws: FrameLinkError.self) { try reader(head(linkType: 9999)) }
        #expect(error?.text.hasPrefix("the capture is of type 9999, ") == true)
    }

    @Test func `every beginning of a capture is read as far as it goes, then refused`() throws {
        let whole = head() + record(7, 0, sample)
        for count in 0..<whole.count {
            let part = Array(whole.prefix(count))
            if count == head().count {
                #expect(try reader(part).nextFrame() == nil)
            } else {
                let error = #expect(throws: FrameLinkError.self) { try reader(part).nextFrame() }
                #expect(error?.reason == .file, "\(count)")
            }
        }
    }

    @Test func `what is no capture is refused`() throws {
        let error = #expect(throws: FrameLinkError.self) { try reader(Array("interfaces: [eth1]\n".utf8) + sample) }
        #expect(error?.reason == .file)
        let missing = #expect(throws: FrameLinkError.self) { try CaptureReader(path: "/nonexistent/frames") }
        #expect(missing.map { "\($0)".contains("/nonexistent/frames") } == true)
    }

    @Test func `a frame that claims more than a capture may hold is refused`() throws {
        let reader = try reader(head() + little(UInt32(7)) + little(UInt32(0)) + little(UInt32.max) + little(UInt32.max) + sample)
        #expect(throws: FrameLinkError.self) { try reader.nextFrame() }
    }

    @Test func `the progress ends at the file's size`() throws {
        let bytes = head() + record(7, 0, sample) + record(8, 0, sample)
        let reader = try reader(bytes)
        let first = try #require(reader.progress())
        #expect(first.total == Int64(bytes.count))
        #expect(first.read <= first.total)
        while try reader.nextFrame() != nil {}
        #expect(reader.progress()?.read == Int64(bytes.count))
    }
}
