import Foundation
import Glibc
import LinuxSystem
import Packets
import Synchronization
import TFTPTransfers
import TestSupport
import Testing

//  bellhop, all protocols   phone
//  10.9.0.1                 10.9.0.10
//     └──────── switch ────────┘
final class EscapeScene: Scene {
    let lab: Lab
    let phone: Station
    let bellhop: Bellhop
    /// It lies beside the root, and in the files of it that links outside would lead to.
    static let canary = "the canary outside the root"

    init(_ lab: Lab) throws {
        self.lab = lab
        try lab.write(EscapeScene.canary, to: "canary")
        try lab.write(EscapeScene.canary, to: "outside/x.cfg")
        try lab.write("inside", to: "tree/sub/x.cfg")
        try lab.write("inside", to: "tree/plain.cfg")
        let root = lab.folder.appending(path: "tree").path
        for (name, target) in [
            ("link", "../canary"), ("absolute", lab.folder.path + "/canary"), ("folder", ".."), ("loop", "loop"),
            ("zeros", "/dev/zero"), ("self", "/proc/self"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
        }
        guard mkfifo(root + "/pipe", 0o644) == 0 else { throw SystemError.last("mkfifo", root) }
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        bellhop = try Bellhop(on: server, "root: tree\nhttp: {port: 8080}\nftp: {}\n")
    }
}

/// What a test asks for by name, as bytes on the wire.
enum FileProtocol: String, CaseIterable {
    case http, tftp, ftp

    /// Everything that comes back, whether a file or a refusal.
    func fetch(_ name: String, _ station: Station, _ server: IPv4Address) throws -> String {
        switch self {
        case .http:
            let connection = try LabConnection(station, to: server, port: 8080)
            let path = name.hasPrefix("/") ? name : "/" + name
            try connection.send(Array("GET \(path) HTTP/1.1\r\nHost: \(server)\r\nConnection: close\r\n\r\n".utf8))
            return String(decoding: try connection.receiveToEnd(), as: UTF8.self)
        case .tftp:
            let peer = try TFTPPeer(station.socket(port: 0), server: server, port: 69)
            switch try peer.fetch(name) {
            case .success(let bytes): return String(decoding: bytes, as: UTF8.self)
            case .failure(let error): return error.text
            }
        case .ftp:
            let phone = try FTPPhone(station, server, isLoggedIn: true)
            return String(decoding: try phone.fetch(name) ?? [], as: UTF8.self)
        }
    }
}

extension LabTests.Files {
    @Suite(.scene(EscapeScene.self)) struct EscapeTests {
        private let lab: EscapeScene = scene()
        private let server = IPv4Address(10, 9, 0, 1)

        private static let names = [
            "../canary", "/../canary", "//../canary", "./../canary", "sub/../../canary", "sub/./../../canary", "..//canary",
            "....//canary", "..;/canary", "../", "..", "..%2fcanary", "%2e%2e/canary", "%2e%2e%2fcanary", "%252e%252e/canary",
            "..%5ccanary", "..\\canary", "\\..\\canary", "sub\\..\\..\\canary", "%c0%ae%c0%ae/canary",
            "%e0%80%ae%e0%80%ae/canary",
            "\u{ff0e}\u{ff0e}/canary", "..\u{2215}canary", "\u{2025}/canary", "canary%00.cfg", "..%00/canary", "/etc/passwd",
            "//etc/passwd", "etc/passwd", "C:\\canary", "\\\\host\\canary", "~/canary", "file:///etc/passwd",
            "/proc/self/environ",
            "self/environ", "self/root/etc/passwd", "link", "absolute", "folder/canary", "folder/outside/x.cfg", "sub/link",
            "loop",
            "zeros", "pipe", "sub", "", "/", ".", String(repeating: "../", count: 100) + "canary",
        ]

        @Test(arguments: FileProtocol.allCases) func `T7 no name leads out of the root`(way: FileProtocol) throws {
            #expect(try way.fetch("plain.cfg", lab.phone, server).hasSuffix("inside"))
            for name in EscapeTests.names {
                let answer = try way.fetch(name, lab.phone, server)
                #expect(!answer.contains(EscapeScene.canary) && !answer.contains("root:") && !answer.contains("PATH="), "\(name)")
                #expect(!answer.hasSuffix("inside"), "\(name)")
            }
            #expect(try way.fetch("plain.cfg", lab.phone, server).hasSuffix("inside"))
        }

        /// A link to a file and one to a folder change places with links to the outside, as fast as they can, while they are asked for.
        @Test(arguments: FileProtocol.allCases) func `T7 nor does a link that changes meanwhile`(way: FileProtocol) throws {
            let root = lab.lab.folder.appending(path: "tree").path
            for (name, target) in [
                ("x.cfg-in", "sub/x.cfg"), ("x.cfg-out", "../canary"), ("moving-in", "sub"), ("moving-out", "../outside"),
            ] {
                _ = unlink("\(root)/\(name)")
                try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
            }
            let isDone = Atomic(false)
            let swapper = try SystemThread.start(name: "swap") {
                var isOut = false
                while !isDone.load(ordering: .relaxed) {
                    for name in ["x.cfg", "moving"] {
                        _ = unlink("\(root)/\(name)-new")
                        guard link("\(root)/\(name)-\(isOut ? "out" : "in")", "\(root)/\(name)-new") == 0 else { continue }
                        _ = rename("\(root)/\(name)-new", "\(root)/\(name)")
                    }
                    isOut.toggle()
                }
            }
            defer {
                isDone.store(true, ordering: .relaxed)
                swapper.join()
            }
            var (given, refused) = (0, 0)
            // Until both were met often. TFTP is slow to give refusals once it has given one address 256 of them.
            try eventually("the race was not on: \(given) given, \(refused) refused", within: 120) {
                for name in ["x.cfg", "moving/x.cfg"] {
                    let answer = try way.fetch(name, lab.phone, server)
                    #expect(!answer.contains(EscapeScene.canary))
                    if answer.hasSuffix("inside") { given += 1 } else { refused += 1 }
                }
                return given > 50 && refused > 50 && given + refused > 300
            }
        }
    }
}
