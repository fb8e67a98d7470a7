import Foundation

/// An authority and what it signed, made by openssl in a folder of its own.
final class TestCertificates: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "bellhop-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=authority -keyout ca.key -out ca.pem"
        )
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// `NAME.pem` and `NAME.key`, signed by the authority.
    func sign(_ name: String, subject: String, alternativeName: String? = nil, days: Int = 30, rsa: Bool = false) throws {
        let kind = rsa ? "rsa:2048" : "ec -pkeyopt ec_paramgen_curve:P-256"
        try openssl("req -newkey \(kind) -nodes -subj \(subject) -keyout \(name).key -out \(name).csr")
        var extensions: [String] = []
        if let alternativeName {
            try Data("subjectAltName=\(alternativeName)\n".utf8).write(to: folder.appending(path: "\(name).ext"))
            extensions = ["-extfile", "\(name).ext"]
        }
        try openssl(
            "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) -out \(name).pem", extensions)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func openssl(_ arguments: String, _ more: [String] = []) throws {
        let outcome = try run("openssl", arguments.split(separator: " ").map(String.init) + more, in: folder)
        guard outcome.status == 0 else { throw Failed(text: outcome.text) }
    }

    struct Failed: Error { let text: String }
}

/// Runs a program to its end, with an empty input: its exit status, and what it wrote to both outputs.
func run(_ program: String, _ arguments: [String], in folder: URL? = nil) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
