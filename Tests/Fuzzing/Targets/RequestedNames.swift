import FileServing

extension FuzzTarget {
    /// The names of files as HTTP and TFTP ask for them.
    static let requestedNames = FuzzTarget("requested-names") {
        [
            "/snom/snomD735.htm", "//snom///a.cfg?mac=1", "/a/../../etc/passwd", "/%2e%2e/x", "/..%2f..%2fetc", "a%00.cfg",
            "\\..\\x",
            "/devices/000413123456/a.xml", "/%c3%a4.cfg", "/.%2e/", "/%25%32%65", "*", "",
        ].map { Array($0.utf8) }
    } run: { bytes in
        for name in [RequestedName(String(decoding: bytes, as: UTF8.self)), RequestedName(tftp: bytes)] {
            guard case .name(let fit) = name else { continue }
            let steps = fit.split(separator: "/", omittingEmptySubsequences: false)
            try expect(!steps.contains("..") && !steps.contains("."), "a name leads nowhere but down: \(fit)")
            try expect(fit.isEmpty || !steps.contains(""), "a name has no empty step: \(fit)")
            try expect(
                !fit.utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }, "a name holds no control character")
        }
    }
}
