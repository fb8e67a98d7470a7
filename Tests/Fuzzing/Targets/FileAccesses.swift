import FileServing
import Packets
import Provisioning

private let (one, other) = (MACAddress(bits: 0x0004_1312_3456), MACAddress(bits: 0x0004_13ab_cdef))

private let tree = [
    "snomD735.htm", "\(one.plain).htm", "\(other.plain).htm", "snom/D735/\(other.plain.uppercased()).xml", "snom/snom.xml",
    "devices/\(one.plain)/secret.cfg", "devices/\(other.dashes)/secret.cfg", "devices/\(other.dashes)/deep/er.cfg.tmpl",
    "y000000000028.cfg", "cfg\(other.plain).tmpl", "fw/\(other.colons)/\(one.plain).bin",
]

private let policies = ["", "files: {secrets: anyone}", "files: {trust: [192.168.50.0/28]}"].map { yaml in
    Result { try policy(yaml, files: tree, devices: "mac,label\n\(one),one\n\(other),other\n") }
}

extension FuzzTarget {
    /// Who asks for a file, and whether it is given: the threat T9.
    static let fileAccess = FuzzTarget("file-access") {
        try tree.enumerated().map { number, path in
            [UInt8(number % 3), UInt8(number)] + piece("Mozilla/4.0 (compatible; snomD735-SIP 10.1.26.1 1.0 \(other.plain))".utf8)
                + Array("/\(path)".utf8)
        } + capturedPayloads(to: [5060]).map { [0, 0] + piece($0.prefix(200)) + Array("/\(one.plain).htm".utf8) }
    } run: { bytes in
        var choices = Choices(bytes)
        let number = Int(bytes.first ?? 0) % policies.count
        let policy = try choices.among(policies).get()
        let way = choices.byte()
        let userAgent = choices.text()
        guard case .name(let name) = RequestedName(String(decoding: choices.rest, as: UTF8.self)) else { return }
        let proven = way & 1 == 1 ? one : nil
        let asker = policy.asker(
            for: name, userAgent: userAgent, at: IPv4Address(192, 168, 50, way), provenMAC: proven,
            metMAC: way & 2 == 2 ? other : nil, learnt: { _ in nil })
        let access = FileAccess(asker, policy, tree: policy.tree)
        if let model = asker.identity.model.flatMap(safeName) {
            try expect(!model.contains("/") && !model.hasPrefix("."), "a model is fit for a name: \(model)")
        }
        for path in access.view.candidates(name).map(\.path) {
            try expect(!path.split(separator: "/").contains(".."), "nothing above the root is looked for: \(path)")
        }
        try expect(
            asker.isBelieved == (number == 1 || number == 2 && way < 16), "only whom the configuration names is believed")
        guard let file = access.file(name), !asker.isBelieved else { return }
        try expect(tree.contains(file.path), "what is given is there: \(file.path)")
        let bare = file.path.lowercased().filter { $0 != "-" && $0 != ":" }
        try expect(!bare.contains(other.plain), "another phone's file is given to nobody else: \(file.path)")
        try expect(proven != nil || !bare.contains(one.plain), "a phone's file is given to no stranger: \(file.path)")
    }
}
