import Foundation
import Packets
import TestSupport
import Testing

//  bellhop, TFTP at 69      middleman       phone
//  10.9.0.1                 10.9.0.30       10.9.0.10
//     └────────────────── switch ──────────────┘
final class LossyScene: Scene {
    let lab: Lab
    let server: Station
    let middle: Station
    let phone: Station
    static let sizes = [0, 1, 511, 512, 513, Soak.size("LOSSY_BYTES", usual: 5_000, whole: 30_000)]

    init(_ lab: Lab) throws {
        self.lab = lab
        try SampleFiles.write(to: lab, sizes: LossyScene.sizes)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        middle = try lab.station("middle", mac: "02:00:00:00:00:30", address: "10.9.0.30/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
    }
}

extension LabTests.Files {
    @Suite(.scene(LossyScene.self)) struct LossyTFTPTests {
        private let lab: LossyScene = scene()

        /// All clients and sizes at the same time: each waits a second for what is lost, and curl the six that it asks for (RFC 2349).
        @Test(arguments: [[], ["--tftp-single-port"]])
        func `F2 F6 F7 where a tenth is lost, a tenth doubled and a tenth late, every file comes whole`(flags: [String]) throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\nhttp: {port: 8080}\n", flags: flags)
            defer { bellhop.program.end() }
            let fetches = TFTPClient.all.enumerated().flatMap { number, client in
                LossyScene.sizes.filter { $0 > 0 || client.takesEmptyFiles }.map {
                    (client, SampleFiles.name($0), "lossy-\(number)-\($0)")
                }
            }
            let relay = try LossyRelay(on: lab.middle, to: lab.server.address, clients: fetches.reduce(0) { $0 + $1.0.tries })
            defer { relay.stop() }
            for (_, _, local) in fetches {
                try? FileManager.default.removeItem(at: lab.lab.folder.appending(path: local))
            }
            let lines = fetches.map { client, file, local in client.line(lab.middle.address, file, local) }
            let script = try lab.lab.write(lines.joined() + "wait\n", to: "lossy.sh")
            #expect(try lab.phone.run("sh", script, seconds: 900).status == 0)
            var whole = 0
            for (client, file, local) in fetches {
                let difference = try lab.lab.difference("tree/\(file)", local)
                let said = String(decoding: try lab.lab.read("\(local).log"), as: UTF8.self)
                #expect(difference == "", "\(client.testDescription): \(said)")
                if difference.isEmpty { whole += 1 }
            }
            let tally = relay.tally
            #expect(tally.lost > 20 && tally.doubled > 20 && tally.held > 20)
            Soak.say("\(whole) of \(fetches.count) TFTP downloads whole through \(tally) \(flags.joined())")
        }
    }
}
