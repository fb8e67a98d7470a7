import Foundation
import Packets
import Testing

//  bellhop                 phone                          laptop
//  10.9.0.1                10.9.0.10, 10.9.1.1 to .10     10.9.0.20
//     └──────── switch ──────────┴──────────────────────────┘
final class WebScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let laptop: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        laptop = try lab.station("laptop", mac: "52:54:00:00:00:07", address: "10.9.0.20/16")
        try openssl("req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=lab -keyout ca.key -out ca.pem")
        try lab.write("subjectAltName=IP:10.9.0.1\n", to: "server.ext")
        try sign("server", subject: "/CN=bellhop", extensions: "server.ext")
        try lab.write("small file\n", to: "tree/small.cfg")
        try lab.write("the phone's own\n", to: "tree/devices/000413123456/own.xml")
    }

    /// `NAME.pem` and `NAME.key` in the lab's folder, signed by `ca.pem`.
    func sign(_ name: String, subject: String, extensions: String? = nil) throws {
        try openssl("req -newkey rsa:2048 -nodes -subj \(subject) -keyout \(name).key -out \(name).csr")
        let more = extensions.map { " -extfile \($0)" } ?? ""
        try openssl("x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out \(name).pem\(more)")
    }

    private func openssl(_ arguments: String) throws {
        let outcome = try lab.run("openssl", arguments.split(separator: " ").map(String.init))
        guard outcome.status == 0 else { throw LabFailure("openssl \(arguments): \(outcome.text)") }
    }

    func path(_ name: String) -> String { lab.folder.appending(path: name).path }

    static let https = "https: {port: 8443, certificate: server.pem, key: server.key}\n"
    static let plain = "root: tree\nhttp: {port: 8080}\n"

    func curl(_ arguments: String..., from station: Station? = nil, seconds: Double = 60) throws -> Program.Outcome {
        let always = ["--silent", "--show-error", "--cacert", path("ca.pem")]
        return try lab.run("curl", always + arguments, in: (station ?? phone).namespace, seconds: seconds)
    }

    /// The status that curl gets.
    func status(_ arguments: [String], from station: Station? = nil) throws -> String {
        let always = ["--silent", "--cacert", path("ca.pem"), "-o", "/dev/null", "-w", "%{http_code}"]
        return try lab.run("curl", always + arguments, in: (station ?? phone).namespace).output
    }

    func areEqual(_ one: String, _ other: String) throws -> Bool {
        try lab.run("cmp", [path(one), path(other)], seconds: 120).status == 0
    }
}
