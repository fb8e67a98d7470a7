import ConfigFiles
import ConfigTree
import Packets
import Provisioning
import VendorCatalogue

private let documents: @Sendable () throws -> [[UInt8]] = {
    try samples("conf", "Tests/ProvisioningTests/Samples", endingIn: ".yaml")
        + [
            "a: {b: [c, \"d\\n\"], e: |\n  f\n}", "&a b: *a", "- - - - -", "? a\n: b", "--- a\n--- b", "a: !!binary b",
            "%YAML 1.1\n---\na: 1",
        ].map { Array($0.utf8) }
}

extension FuzzTarget {
    static let yaml = FuzzTarget("yaml", seeds: documents) { bytes in
        do throws(ConfigProblem) {
            let node = try YAMLDocument.parse(bytes, file: "x")
            guard depth(of: node) <= 32 else { throw ConfigProblem("", at: node.place) }
        } catch {
            try expect(!error.sentence.isEmpty, "a document is no deeper than it may be")
            try check([error], bytes)
        }
    }

    /// Settings, and families of the catalogue.
    static let settings = FuzzTarget("settings", seeds: documents) { bytes in
        guard let node = try? YAMLDocument.parse(bytes, file: "x") else { return }
        let problems = ConfigProblems()
        let settings = Settings(node, vendors: catalogue.names, problems)
        if let family = Family(node, isUsersOwn: true, problems) { _ = Catalogue([family]) }
        try check(problems.inOrder, bytes)
        _ = Policy(settings: settings, catalogue: catalogue, tree: TreeSnapshot(files: []))
        let lease = settings.dhcp.lease
        if let network = IPv4Prefix("192.168.50.0/24") { _ = (lease.fault(on: network, own: []), lease.network(of: [network])) }
    }

    /// `devices.csv`
    static let devices = FuzzTarget("devices") {
        try samples("conf/examples", endingIn: ".csv")
            + [
                "\u{feff}mac,label\r\n00:04:13:12:34:56,\"a \"\"b\"\",\r\nc\"\r\n", "mac,mac\n,\n\"", "label\nx", "",
                "mac,address,uuid,url,vendor,sip-user,sip-password\n000413123456,192.0.2.1,89fed27f-7c47-43f5-8347-cb854cedc538,http://{server}/{mac},snom,a,b\n",
            ].map { Array($0.utf8) }
    } run: { bytes in
        let problems = ConfigProblems()
        let known = readKnownDevices(
            String(decoding: bytes, as: UTF8.self), file: "x", vendors: catalogue.names, problems)
        try check(problems.inOrder, bytes)
        try expect(known.devices.allSatisfy { $0.key == $0.value.mac && $0.key.isStation }, "a device has the address of one")
        try expect(known.byUUID.values.allSatisfy { known.devices[$0] != nil }, "a UUID is a device's")
        try expect(known.devices.values.allSatisfy { $0.address?.isHost != false }, "a fixed address is a host's")
    }
}

private func depth(of node: ConfigNode) -> Int {
    switch node.content {
    case .list(let items): 1 + (items.map(depth).max() ?? 0)
    case .map(let entries): 1 + (entries.map { depth(of: $0.value) }.max() ?? 0)
    case .scalar, .empty: 0
    }
}

/// Whoever is to mend it is led to a line that there is.
private func check(_ problems: [ConfigProblem], _ bytes: [UInt8]) throws {
    // YAML 1.1 knows line ends of its own: CR, NEL, LS and PS.
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = 2 + text.unicodeScalars.count { [0x0a, 0x0d, 0x85, 0x2028, 0x2029].contains($0.value) }
    for problem in problems {
        try expect((1...lines).contains(problem.place.line), "\(problem) names a line of the file")
        try expect(!problem.sentence.isEmpty, "a problem says what is wrong")
    }
}
