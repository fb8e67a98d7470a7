import Foundation
import TestSupport
import Testing

extension LabTests.Files {
    /// What testssl.sh says of both listeners.
    @Suite(.scene(WebScene.self)) struct TLSGradeTests {
        private let lab: WebScene = scene()

        private struct Finding: Decodable {
            let id: String
            let severity: String
            let finding: String
        }

        /// Protocols, and which kinds of cipher are offered; forward secrecy, preferences and every known vulnerability in the whole.
        private static let checks = ["-p", "-s"] + (Soak.isWhole ? ["-f", "-P", "-U"] : [])

        private func findings(_ port: Int, _ checks: [String]) throws -> [Finding] {
            let file = "testssl-\(port).json"
            let outcome = try lab.phone.run(
                "testssl",
                ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "min", "--ip", "one"] + checks
                    + ["--jsonfile", lab.path(file), "10.9.0.1:\(port)"], seconds: 550)
            let found = try JSONDecoder().decode([Finding].self, from: try lab.lab.read(file))
            try #require(found.count > 6 * checks.count, "\(outcome.text)")
            return found
        }

        /// testssl.sh 3.0 takes a connection that ends without an alert for one that was negotiated anew. That it is cut off is a test of
        /// the web server's.
        private static let misjudged: Set = ["secure_client_renego"]

        @Test func `H12 testssl.sh finds nothing above low in the listener, and old versions in the one for old phones alone`()
            throws
        {
            let bellhop = try Bellhop(
                on: lab.server,
                WebScene.plain + "https: {port: 8443, legacy-port: 8444, certificate: server.pem, key: server.key}\n")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "https.weak")
            let current = try findings(8443, Self.checks)
            let bad = current.filter {
                !["OK", "INFO", "LOW", "WARN", "DEBUG"].contains($0.severity) && !Self.misjudged.contains($0.id)
            }
            #expect(bad.isEmpty, "\(bad)")
            let offered = { (found: [Finding]) in
                Set(found.filter { $0.finding.hasPrefix("offered") }.map(\.id)).intersection([
                    "SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3",
                ])
            }
            #expect(offered(current) == ["TLS1_2", "TLS1_3"])
            #expect(try offered(findings(8444, ["-p"])) == ["TLS1", "TLS1_1", "TLS1_2", "TLS1_3"])
        }
    }
}
