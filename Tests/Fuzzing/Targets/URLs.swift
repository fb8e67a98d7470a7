import Packets
import Provisioning
import VendorCatalogue

extension FuzzTarget {
    /// URLs as the configuration writes them: what a phone says of itself, as a piece, and the URL.
    static let urls = FuzzTarget("urls") {
        [
            "http://{server}/{vendor}/{model}/{mac}.cfg", "https://user:pass%40word@host.example:8443/a?b#c", "tftp://192.0.2.1",
            "ftp://a:b@c@{server}/x", "http://{server}:80/%2e%2e/{{mac}}", "http:///", "http://[::1]/", "HTTP://x/",
            "a://b:c@d e://f:g@h/",
        ].flatMap { url in ["D735", "@evil.example/", "../x"].map { piece($0.utf8) + Array(url.utf8) } }
    } run: { bytes in
        var choices = Choices(bytes)
        let said = choices.text()
        let source = String(decoding: choices.rest, as: UTF8.self)
        let bare = withoutCredentials(source)
        try expect(withoutCredentials(bare) == bare, "of credentials nothing is left")
        try expect(coveringCredentials(Array(choices.rest)).count == choices.rest.count, "what is covered keeps its place")
        for phase in [source, phoneSideMacrosFilled(source, for: PhoneFacts(model: said))] {
            guard let url = ProvisioningURL(phase) else { continue }
            try expect(!url.host.isEmpty && url.port > 0 && !url.path.hasPrefix("/"), "a URL names a host and a port")
        }
        guard let template = try? URLTemplate(source) else { return }
        let told = [said, "x"].compactMap { model in
            try? template.text.expanded { $0 == .server ? "192.0.2.1" : $0.comesFromTheWire ? model : "v" }
        }
        let read = told.map { ProvisioningURL($0) }
        try expect(
            read.count == 2
                && (read[0] == nil || read[1] == nil || read[0]?.host == read[1]?.host && read[0]?.port == read[1]?.port),
            "nothing that a phone says of itself changes the host of its URL: \(told)")
    }
}
