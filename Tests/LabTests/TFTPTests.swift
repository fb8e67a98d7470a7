import Foundation
import Glibc
import LinuxSystem
import Packets
import TFTPTransfers
import TestSupport
import Testing

//  bellhop, TFTP at 69       phone          crowd
//  10.9.0.1                  10.9.0.10      10.9.0.20
//     └─────────────────── switch ────────────┘
final class TFTPScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let crowd: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try SampleFiles.write(to: lab, sizes: SampleFiles.sizes + [20_000])
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        crowd = try lab.station("crowd", mac: "02:00:00:00:00:20", address: "10.9.0.20/16")
    }

    static func configuration(_ tftp: String = "{}") -> String {
        """
        root: tree
        http: {port: 8080}
        tftp: \(tftp)
        rules: [{match: {vendor: snom}, url: "tftp://{server}/20000.bin"}]
        """
    }

    /// With its answer to everything on the way; `flags` as `bellhop run` has them.
    func bellhop(_ flags: [String] = []) throws -> Bellhop {
        try Bellhop(on: server, TFTPScene.configuration(), flags: flags)
    }

    /// Clients that do as they are told, and so many files that have begun to come to them: the first block is there, and acknowledged.
    func begun(_ count: Int, of file: String = SampleFiles.name(20_000), port: UInt16 = 69) throws -> [(TFTPPeer, UInt16)] {
        let sockets = try crowd.inside { [crowd] in
            try (0..<count).map { _ in try UDPSocket(address: crowd.address, port: 0) }
        }
        let peers = sockets.map { TFTPPeer($0, server: server.address, port: port) }
        for peer in peers { try peer.ask(file) }
        return try peers.map { peer in
            guard let (packet, port) = try peer.next(), case .data(1, _) = packet else { throw LabFailure("no first block came") }
            try peer.acknowledge(1, to: port)
            return (peer, port)
        }
    }

    /// The rest of a file that has begun to come.
    static func rest(of peer: TFTPPeer, _ port: UInt16) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var due: UInt16 = 2
        while let (packet, _) = try peer.next() {
            guard case .data(let block, let data) = packet else { throw LabFailure("in place of block \(due) came \(packet)") }
            // Sent again by the server's timer.
            guard block == due else { continue }
            bytes += data
            try peer.acknowledge(block, to: port)
            if data.count < 512 { return bytes }
            due &+= 1
        }
        throw LabFailure("nothing came in place of block \(due)")
    }
}

extension LabTests.Files {
    @Suite(.scene(TFTPScene.self)) struct TFTPTests {
        private let lab: TFTPScene = scene()
        private let server = IPv4Address(10, 9, 0, 1)

        @Test(arguments: TFTPClient.all, [[], ["--tftp-single-port"]])
        func `F1 F3 F4 F6 F7 files of every size come whole`(client: TFTPClient, flags: [String]) throws {
            let bellhop = try lab.bellhop(flags)
            defer { bellhop.program.end() }
            let sizes = SampleFiles.sizes.filter { $0 > 0 || client.takesEmptyFiles }
            for size in sizes {
                #expect(try client.complaint(lab.phone, from: server, SampleFiles.name(size)) == "")
            }
            try eventually("not every transfer was told of as whole", showing: { bellhop.program.text }) {
                bellhop.log("file.served", ["by": "tftp"]).count == sizes.count
            }
            #expect(bellhop.log("file.broken-off").isEmpty)
        }

        @Test func `F5 a text fetched as netascii has this system's line ends again`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            try lab.lab.write("one\ntwo\r\nthree\rfour\n\n", to: "tree/text.cfg")
            let words = ["-m", "netascii", "\(server)", "-c", "get", "text.cfg", "text.got"]
            #expect(try lab.phone.run("tftp", words).text == "")
            #expect(try lab.lab.difference("tree/text.cfg", "text.got") == "")
        }

        @Test func `T8 uploads by tftp-hpa, atftp and busybox are refused, and nothing is written`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let tree = lab.lab.folder.appending(path: "tree").path
            let before = try FileManager.default.subpathsOfDirectory(atPath: tree).sorted()
            let address = "\(server)"
            for words in [
                ["tftp", "-m", "binary", address, "-c", "put", "bellhop.yaml", "new-a"],
                ["atftp", "-p", "-l", "bellhop.yaml", "-r", "new-b", address],
                ["busybox", "tftp", "-p", "-l", "bellhop.yaml", "-r", "new-c", address],
                ["curl", "-sS", "-T", "bellhop.yaml", "tftp://\(address)/new-d"],
            ] {
                let outcome = try lab.phone.run(words[0], Array(words.dropFirst()))
                #expect(outcome.text.contains("nothing is written here") || outcome.status != 0, "\(words): \(outcome)")
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: tree).sorted() == before)
            for name in ["new-a", "new-b", "new-c", "new-d"] {
                try bellhop.wait(for: "file.refused", ["name": name, "by": "tftp"])
            }
        }

        @Test func `hundreds of transfers at once all arrive`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let idle = try bellhop.descriptorsAtRest()
            let waiting = try lab.begun(300)
            #expect(try bellhop.openDescriptors() == idle + 600)
            // Four kinds of clients, fifty of each, while those three hundred are under way.
            let clients = [TFTPClient.plain, .windowed, TFTPClient.all[6], TFTPClient.all[10]]
            let lines = (0..<200).map { number in
                clients[number % clients.count].line(server, SampleFiles.name(20_000), "crowd-\(number)")
            }
            let script = try lab.lab.write(lines.joined() + "wait\n", to: "crowd.sh")
            #expect(try lab.phone.run("sh", script, seconds: 120).status == 0)
            for number in 0..<200 {
                #expect(try lab.lab.difference("tree/20000.bin", "crowd-\(number)") == "", "\(clients[number % clients.count])")
            }
            let rest = Array(SampleFiles.bytes(20_000).dropFirst(512))
            for (peer, port) in waiting { #expect(try TFTPScene.rest(of: peer, port) == rest) }
            try eventually("descriptors are missing") { try bellhop.openDescriptors() == idle }
        }

        @Test func `a reload leaves transfers alone that it does not concern`() throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let waiting = try lab.begun(3)
            try bellhop.reload(TFTPScene.configuration("{block-size-limit: 600}"))
            try bellhop.wait(for: "configuration.loaded")
            let rest = Array(SampleFiles.bytes(20_000).dropFirst(512))
            for (peer, port) in waiting { #expect(try TFTPScene.rest(of: peer, port) == rest) }
            let peer = try TFTPPeer(lab.crowd.socket(port: 0), server: server, port: 69)
            try peer.ask("20000.bin", ("blksize", "1428"))
            #expect(try peer.next()?.packet == .optionAcknowledgement([TFTPOption("blksize", "600")]))
        }

        @Test(arguments: [("{port: 6969}", UInt16(6969)), ("{answer: off}", nil), ("{single-port: true}", 69)])
        func `a reload that moves or ends TFTP tells the phones under way, and what is told afterwards is served`(
            tftp: String, port: UInt16?
        ) throws {
            let bellhop = try lab.bellhop()
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            #expect(try client.provisioningURL() == "tftp://10.9.0.1/20000.bin")
            let waiting = try lab.begun(3)
            // Nobody knows whether this one's address is forged: it hears no more.
            let silent = try TFTPPeer(lab.crowd.socket(port: 0), server: server, port: 69)
            try silent.ask("20000.bin")
            _ = try silent.next()
            try bellhop.reload(TFTPScene.configuration(tftp))
            try bellhop.wait(for: "configuration.loaded")
            for (peer, _) in waiting {
                var last: TFTPPacket?
                while let (packet, _) = try peer.next() {
                    last = packet
                    if case .error = packet { break }
                }
                #expect(last == .error(TFTPError(.undefined, "bellhop stops serving TFTP")))
            }
            try bellhop.wait(for: "file.broken-off", ["by": "tftp", "text": "bellhop stops serving TFTP"])
            while let (bytes, _, _) = try silent.socket.receive() { #expect(bytes.starts(with: [0, 3])) }
            guard let port else {
                // Nobody is told what is not there.
                try client.ask()
                try bellhop.wait(for: "ignored", mac: lab.phone.mac, ["reason": "scheme-not-served"])
                #expect(try lab.phone.run("curl", "-sS", "-m", "3", "tftp://10.9.0.1/20000.bin").status != 0)
                return
            }
            let url = "tftp://10.9.0.1\(port == 69 ? "" : ":\(port)")/20000.bin"
            #expect(try client.provisioningURL() == url)
            #expect(try lab.phone.run("curl", "-sS", url, "-o", "moved").status == 0)
            #expect(try lab.lab.difference("tree/20000.bin", "moved") == "")
        }
    }
}
