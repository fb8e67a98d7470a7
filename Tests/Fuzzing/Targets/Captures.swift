import FrameLink
import Glibc
import LinuxSystem
import Packets

extension FuzzTarget {
    /// Capture files, pcap and pcapng, in libpcap's reading.
    static let captures = FuzzTarget("captures") {
        try samples("Tests/ProvisioningTests/Captures", endingIn: ".pcap") + [pcapng]
    } run: { bytes in
        let path = "/proc/self/fd/\(try scratch.get())"
        try writeWholeFile(path, bytes)
        guard let reader = try? CaptureReader(path: path) else { return }
        while let frame = try? reader.nextFrame() {
            try expect(frame.bytes.count <= bytes.count, "a frame holds no more than its file")
            _ = try? UDPFrame(decoding: frame.bytes[...])
        }
        if let (read, total) = reader.progress() { try expect(read <= total, "no more is read than there is") }
    }
}

/// A file without a name, which one thread at a time fills with its capture.
private let scratch = Result {
    var name = Array("/tmp/bellhop-fuzz-XXXXXX\0".utf8CString)
    let number = mkstemp(&name)
    guard number >= 0 else { throw Broken(description: "a file can be made in /tmp: errno \(errno)") }
    unlink(name)
    return number
}

/// A section header, an interface of Ethernet, and a packet of four octets.
private let pcapng: [UInt8] =
    [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0] + Array(repeating: 0xff, count: 8) + [28, 0, 0, 0]
    + [1, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 20, 0, 0, 0]
    + [6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4, 36, 0, 0, 0]
