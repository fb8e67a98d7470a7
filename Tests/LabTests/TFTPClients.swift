import Foundation
import Packets
import Testing

/// A TFTP client as people have it, with what it asks for.
struct TFTPClient: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// curl 7.88 takes `tsize=0` in an OACK for an error, whoever the server is.
    var takesEmptyFiles: Bool { !testDescription.hasPrefix("curl") || testDescription.contains("no-options") }
    /// On a bad wire. atftp 0.8 gives up at a second OACK, which any doubled or repeated packet may bring, and calls that a success.
    /// Of the others one in a thousand hears none of the three sends that a peer gets that has not answered (T6), and begins anew.
    var tries: Int { testDescription.hasPrefix("atftp") ? 10 : 2 }
    /// Its command for a file and the name that it is to be put under.
    let command: @Sendable (_ server: IPv4Address, _ file: String, _ local: String) -> [String]

    private init(_ description: String, _ command: @escaping @Sendable (IPv4Address, String, String) -> [String]) {
        testDescription = description
        self.command = command
    }

    private static func atftp(_ options: String...) -> TFTPClient {
        TFTPClient((["atftp"] + options).joined(separator: ", ")) { server, file, local in
            ["atftp", "-g", "--tftp-timeout", "2", "-r", file, "-l", local] + options.flatMap { ["--option", $0] } + ["\(server)"]
        }
    }

    private static func curl(_ flags: String...) -> TFTPClient {
        TFTPClient((["curl"] + flags).joined(separator: " ")) { server, file, local in
            ["curl", "-sS"] + flags + ["tftp://\(server)/\(file)", "-o", local]
        }
    }

    private static func busybox(_ flags: String...) -> TFTPClient {
        TFTPClient((["busybox tftp"] + flags).joined(separator: " ")) { server, file, local in
            ["busybox", "tftp", "-g"] + flags + ["-r", file, "-l", local, "\(server)"]
        }
    }

    static let plain = TFTPClient("tftp-hpa") { server, file, local in
        ["tftp", "-m", "binary", "\(server)", "-c", "get", file, local]
    }
    static let windowed = atftp("blksize 1428", "windowsize 16", "timeout 1", "tsize enable")

    /// Between them each option of RFC 2348, 2349 and 7440, and none.
    static let all = [
        plain, atftp("blksize disable", "tsize disable"), atftp("timeout 3", "tsize enable"), windowed, atftp("windowsize 4"),
        // RFC 2090's, which is not offered: the file comes to this client alone.
        atftp("multicast"), curl(), curl("--tftp-no-options"), curl("--tftp-blksize", "1428"), curl("--tftp-blksize", "65464"),
        busybox(), busybox("-b", "1428"),
    ]

    /// Fetches a file of the tree, and says what is wrong with what came; nothing where it is the same to the last byte.
    func complaint(_ station: Station, from server: IPv4Address, _ file: String) throws -> String {
        let local = "got-\(file)"
        try? FileManager.default.removeItem(at: station.lab.folder.appending(path: local))
        let words = command(server, file, local)
        let outcome = try station.run(words[0], Array(words.dropFirst()), seconds: 120)
        let difference = try station.lab.difference("tree/\(file)", local)
        return difference.isEmpty ? "" : "\(testDescription) \(file): \(outcome.text) \(difference)"
    }

    /// The same for a shell, in the background.
    func line(_ server: IPv4Address, _ file: String, _ local: String) -> String {
        let words = command(server, file, local).map { "'\($0)'" }.joined(separator: " ")
        let attempt = "timeout 240 \(words) && cmp -s 'tree/\(file)' '\(local)' && break"
        return "(for try in $(seq \(tries)); do \(attempt); done) >\(local).log 2>&1 &\n"
    }
}
