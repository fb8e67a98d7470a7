import ConfigTree

/// `tftp`: files over TFTP, to be read.
package struct TFTPSettings: Hashable, Sendable {
    package enum Answer: String, CaseIterable, Sendable { case off, on }

    package var answer = Answer.on
    package var port: UInt16 = 69
    /// Transfers go through the listening port, for phones behind a container's NAT or a narrow firewall.
    package var hasSinglePort = false
    /// The largest blksize granted, in bytes; `nil` for what the interface's MTU holds.
    package var blockSizeLimit: Int?

    package init() {}

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "tftp", problems) else { return nil }
        answer = map.choice("answer", Answer.self) ?? answer
        port = map.integer("port", in: 1...65_535).map { UInt16($0) } ?? port
        hasSinglePort = map.boolean("single-port") ?? hasSinglePort
        // RFC 2348: "Valid values range between \"8\" and \"65464\" octets, inclusive."
        blockSizeLimit = map.integer("block-size-limit", in: 8...65_464)
        map.finish()
    }
}
