import ConfigTree
import Packets

/// `ftp`: files over FTP, to be read.
package struct FTPSettings: Hashable, Sendable {
    package var port: UInt16 = 21
    /// Where data connections come in; `nil` leaves the choice to the kernel.
    package var passivePorts: ClosedRange<UInt16>?
    /// What PASV calls this machine; `nil` for the address that the client came to.
    package var address: IPv4Address?

    package init() {}

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "ftp", problems) else { return nil }
        port = map.integer("port", in: 1...65_535).map { UInt16($0) } ?? port
        passivePorts = map.value(
            "passive-ports", expected: "a run of ports from 1024 to 65535, such as 50000-50099", FTPSettings.ports)
        address = map.value("address", expected: "the IPv4 address of a host") { text in
            IPv4Address(text).flatMap { $0.isHost ? $0 : nil }
        }
        map.finish()
    }

    private static func ports(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
            wholeNumber($0).flatMap(UInt16.init(exactly:))
        }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 1024, first <= last else { return nil }
        return first...last
    }
}
