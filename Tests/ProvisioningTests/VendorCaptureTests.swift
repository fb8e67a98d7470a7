import FrameLink
import Foundation
import LinuxSystem
import Packets
import TestSupport
import Testing

/// `Captures/NAME.pcap`: a phone's request and our answer, which tshark has to read as it is meant. `GOLDEN_WRITE=1` writes them anew.
@Suite struct VendorCaptureTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captures")

    /// Families of which no source at hand says what their option holds.
    private static let unknown: Set = ["aastra-dbc42x"]

    @Test func `every family has its capture`() throws {
        let families = Set(VendorCapture.all.map(\.family))
        #expect(families.symmetricDifference(shipped.families.map(\.id)) == VendorCaptureTests.unknown)
        let files = try FileManager.default.contentsOfDirectory(atPath: VendorCaptureTests.folder.path).filter {
            $0.hasSuffix(".pcap")
        }
        #expect(files.sorted() == VendorCapture.all.map { $0.name + ".pcap" }.sorted())
    }

    @Test(arguments: VendorCapture.all)
    func `tshark reads an answer as it is meant`(_ capture: VendorCapture) throws {
        let read = try #require(VendorCaptureTests.read.get()[capture.name])
        let (request, answer) = try capture.exchange()
        let frames = try VendorCaptureTests.frames(of: capture)
        #expect(frames.map { hexText($0.bytes) } == [hexText(request), hexText(answer)])
        for (field, value) in try expected(of: capture, request) { #expect(read[field] == value, "\(field)") }
    }

    /// What tshark's fields have to hold.
    private func expected(of capture: VendorCapture, _ request: [UInt8]) throws -> [String: String] {
        let mac = try UDPFrame(decoding: request[...]).payload.dropFirst(28).prefix(6)
        let identifier = "01" + hexText(mac)
        var told = try capture.told.map { ($0.0, $0.0 == 61 ? identifier : try octetsInQuotes($0.1)) }
        if !capture.lease { told.insert((61, identifier), at: 0) }
        told = [(53, capture.lease ? "02" : "05"), (54, "c0a83201")] + told
        let isOwnURL = !capture.told.contains { $0.1.contains("192.0.2.9/") || $0.1.contains("192.0.2.9:2121") }
        var expected = [
            "ip.checksum.status": "1", "udp.checksum.status": "1", "udp.srcport": "67", "udp.dstport": "68",
            "ip.src": "192.168.50.1",
            "dhcp.type": "2", "dhcp.option.dhcp": "5", "dhcp.option.dhcp_server_id": "192.168.50.1", "dhcp.ip.your": "0.0.0.0",
            "dhcp.ip.server": isOwnURL ? "192.168.50.1" : "0.0.0.0", "_ws.malformed": "", "_ws.expert.message": capture.expert,
            "dhcp.option.value": told.map(\.1).joined(separator: "|"),
            "dhcp.option.type": told.map { String($0.0) }.joined(separator: "|"),
        ]
        for (code, field) in [(UInt8(66), "dhcp.option.tftp_server_name"), (67, "dhcp.option.bootfile_name")] {
            expected[field] = capture.told.first { $0.0 == code }?.1.split(separator: "'").first.map(String.init) ?? ""
        }
        return expected.merging(capture.fields) { $1 }
    }

    private static func frames(of capture: VendorCapture) throws -> [CapturedFrame] {
        let reader = try CaptureReader(path: folder.appending(path: capture.name + ".pcap").path)
        var frames: [CapturedFrame] = []
        while let frame = try reader.nextFrame() { frames.append(frame) }
        return frames
    }

    private static func write(_ frames: [[UInt8]], to path: String) throws {
        let writer = try CaptureWriter(path: path)
        for (place, bytes) in frames.enumerated() {
            writer.write(CapturedFrame(time: WallTime(seconds: 1_800_000_000 + Int64(place)), bytes: bytes))
        }
        try writer.flush()
    }

    /// What tshark, started once for all of them, reads in the answers: their fields by their captures' names.
    private static let read = Result {
        if ProcessInfo.processInfo.environment["GOLDEN_WRITE"] != nil {
            for capture in VendorCapture.all {
                let (request, answer) = try capture.exchange()
                try write([request, answer], to: folder.appending(path: capture.name + ".pcap").path)
            }
        }
        let together = try TemporaryFolder()
        let path = "\(together.path)/answers.pcap"
        try write(VendorCapture.all.map { try #require(frames(of: $0).last).bytes }, to: path)
        let values = try tshark(path)
        try #require(values.count == VendorCapture.all.count)
        return Dictionary(zip(VendorCapture.all.map(\.name), values)) { $1 }
    }

    /// Of each frame its fields; several values of one have `|` between them.
    private static func tshark(_ path: String) throws -> [[String: String]] {
        let own = Set(VendorCapture.all.flatMap(\.fields.keys))
        let fields =
            [
                "ip.checksum.status", "udp.checksum.status", "udp.srcport", "udp.dstport", "ip.src", "dhcp.type",
                "dhcp.option.dhcp",
                "dhcp.option.dhcp_server_id", "dhcp.ip.your", "dhcp.ip.server", "_ws.malformed", "_ws.expert.message",
                "dhcp.option.value", "dhcp.option.type", "dhcp.option.tftp_server_name", "dhcp.option.bootfile_name",
            ] + own.sorted()
        let options = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "aggregator=|"]
        let output = try run("/usr/bin/env", ["tshark", "-Q", "-r", path] + options + fields.flatMap { ["-e", $0] })
        return output.split(separator: "\n").map { line in
            let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            var read = Dictionary(zip(fields, values)) { $1 }
            // Behind the last option it lists the octets that pad.
            read["dhcp.option.type"] = read["dhcp.option.type"]?.split(separator: "|").prefix { $0 != "0" && $0 != "255" }
                .joined(separator: "|")
            return read
        }
    }
}

/// Hexadecimal digits of text in which parts in quotes stand for their ASCII: `02 01 'x'`.
func octetsInQuotes(_ text: String) throws -> String {
    hexText(
        try text.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { place, part in
            place % 2 == 1 ? Array(part.utf8) : try octets(String(part))
        })
}
