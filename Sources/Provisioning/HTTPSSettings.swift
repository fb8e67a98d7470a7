import ConfigTree

/// `https`: the same files over TLS. Off unless a certificate is named.
package struct HTTPSSettings: Hashable, Sendable {
    /// A file that the configuration names, and where it does.
    package struct File: Hashable, Sendable {
        package var path: String
        package let place: ConfigPlace
    }

    package var port: UInt16 = 443
    /// A second port, for phones that know TLS 1.0 and 1.1 only; `nil` for none.
    package var legacyPort: UInt16?
    /// PEM, the chain behind the server's own.
    package var certificate: File
    package var key: File
    /// PEM: who signs the certificates of phones.
    package var clientAuthorities: File?

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "https", problems) else { return nil }
        let port = map.integer("port", in: 1...65_535).map { UInt16($0) }
        legacyPort = map.integer("legacy-port", in: 1...65_535).map { UInt16($0) }
        let certificate = HTTPSSettings.file("certificate", &map)
        let key = HTTPSSettings.file("key", &map)
        clientAuthorities = HTTPSSettings.file("client-ca", &map)
        map.finish()
        guard let certificate, let key else {
            problems.add(
                "https needs a certificate and its key, both in PEM: certificate: cert.pem and key: key.pem", at: node.place)
            return nil
        }
        self.certificate = certificate
        self.key = key
        self.port = port ?? self.port
        if legacyPort == self.port {
            problems.add("https.legacy-port is https.port; it must be another", at: map.node("legacy-port")?.place ?? node.place)
        }
    }

    private static func file(_ key: String, _ map: inout MapReader) -> File? {
        map.text(key).flatMap { path in map.node(key).map { File(path: path, place: $0.place) } }
    }

    /// Every file, to be found from the folder of the configuration.
    package mutating func resolvePaths(_ resolve: (String) -> String) {
        certificate.path = resolve(certificate.path)
        key.path = resolve(key.path)
        if let path = clientAuthorities?.path { clientAuthorities?.path = resolve(path) }
    }

    package var ports: [UInt16] { [port] + [legacyPort].compactMap { $0 } }
}
