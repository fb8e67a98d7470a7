import ConfigFiles
import ConfigTree
import DHCPMessages
import Foundation
import FrameLink
import Packets
import Provisioning
import TestSupport
import VendorCatalogue

/// The files of a folder of the checkout, and of those in it; hexadecimal text is given as the bytes that it means.
func files(in folder: String) throws -> [(name: String, bytes: [UInt8])] {
    let root = repository.appending(path: folder)
    guard let names = FileManager.default.enumerator(atPath: root.path) else { return [] }
    return try names.compactMap { $0 as? String }.sorted().compactMap { name in
        let file = root.appending(path: name)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else { return nil }
        let bytes = Array(try Data(contentsOf: file))
        return (name, name.hasSuffix(".hex") ? try octets(String(decoding: bytes, as: UTF8.self)) : bytes)
    }
}

func samples(_ folders: String..., endingIn ending: String = "") throws -> [[UInt8]] {
    try folders.flatMap { try files(in: $0) }.filter { $0.name.hasSuffix(ending) && !$0.name.hasSuffix("README.md") }.map(\.bytes)
}

/// The frames of the captures that the tests have of real phones.
func capturedFrames() throws -> [[UInt8]] {
    try files(in: "Tests/ProvisioningTests/Captures").filter { $0.name.hasSuffix(".pcap") }.flatMap { name, _ in
        let reader = try CaptureReader(path: repository.appending(path: "Tests/ProvisioningTests/Captures/\(name)").path)
        var frames: [[UInt8]] = []
        while let frame = try reader.nextFrame() { frames.append(frame.bytes) }
        return frames
    } + samples("Tests/ProvisioningTests/Samples", endingIn: ".hex")
}

/// What phones sent to one of these ports.
func capturedPayloads(to ports: Set<UInt16>) throws -> [[UInt8]] {
    try capturedFrames().compactMap { bytes in
        guard let frame = try? UDPFrame(decoding: bytes[...]), ports.contains(frame.destinationPort) else { return nil }
        return Array(frame.payload)
    }
}

/// The catalogue that comes with the program.
let catalogue = CatalogueFolder.load(program: conf.appending(path: "vendors").path, usersOwn: nil, ConfigProblems())

func policy(_ yaml: String, files: [String] = ["snomD735.htm"], devices: String = "") throws -> Policy {
    let problems = ConfigProblems()
    var settings = Settings(
        try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml"), vendors: catalogue.names, problems)
    settings.take(readKnownDevices(devices, file: "devices.csv", vendors: catalogue.names, problems))
    try expect(problems.isEmpty, "\(problems.all)")
    return Policy(settings: settings, catalogue: catalogue, tree: TreeSnapshot(files: files), secret: 1)
}

let ourMAC = MACAddress(bits: 0x0200_0000_0001)
let ourAddress = IPv4Address(192, 168, 50, 1)

/// The interface on which everything is heard.
let link = Link(
    interface: "eth1", mac: ourMAC, address: ourAddress, networks: [IPv4Prefix(ourAddress, length: 24)].compactMap { $0 })

func second(_ seconds: UInt64) -> Moment {
    Moment(microseconds: 1_800_000_000_000_000 + Int64(seconds) * 1_000_000, steady: seconds * 1_000_000_000)
}
