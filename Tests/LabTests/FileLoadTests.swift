import Foundation
import LinuxSystem
import Packets
import TestSupport
import Testing

//  bellhop                  phone
//  10.9.0.1                 10.9.0.10
//     └──────── switch ────────┘
final class FileLoadScene: Scene {
    let lab: Lab
    let phone: Station
    let bellhop: Bellhop
    static let megabytes = Soak.size("FILE_MEGABYTES", usual: 40, whole: 1024)

    init(_ lab: Lab) throws {
        self.lab = lab
        try FileManager.default.createDirectory(at: lab.folder.appending(path: "tree"), withIntermediateDirectories: true)
        try SampleFiles.write(to: lab)
        try lab.writeNoise(megabytes: FileLoadScene.megabytes, to: "tree/large.bin")
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        bellhop = try Bellhop(on: server, "root: tree\nhttp: {port: 8080}\nftp: {}\n")
    }
}

extension LabTests.Files {
    @Suite(.scene(FileLoadScene.self)) struct FileLoadTests {
        private let lab: FileLoadScene = scene()
        private static let ways = [
            ("HTTP, curl", ["curl", "-sS", "http://10.9.0.1:8080/large.bin", "-o", "large"]),
            ("HTTP, wget", ["wget", "-q", "http://10.9.0.1:8080/large.bin", "-O", "large"]),
            ("FTP, curl", ["curl", "-sS", "ftp://10.9.0.1/large.bin", "-o", "large"]),
            ("FTP, lftp", ["lftp", "-e", "set xfer:clobber yes; get large.bin -o large; exit", "10.9.0.1"]),
            // Thirty-two times as many blocks as there are block numbers.
            ("TFTP, tftp-hpa", TFTPClient.plain.command(IPv4Address(10, 9, 0, 1), "large.bin", "large")),
            ("TFTP, atftp with windows", TFTPClient.windowed.command(IPv4Address(10, 9, 0, 1), "large.bin", "large")),
            ("TFTP, curl", ["curl", "-sS", "--tftp-blksize", "1428", "tftp://10.9.0.1/large.bin", "-o", "large"]),
        ]

        @Test(arguments: ways) func `a large file comes byte for byte`(name: String, words: [String]) throws {
            try? FileManager.default.removeItem(at: lab.lab.folder.appending(path: "large"))
            let before = MonotonicClock.now()
            let outcome = try lab.phone.run(words[0], Array(words.dropFirst()), seconds: 900)
            let seconds = Double(MonotonicClock.now() - before) / 1e9
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(try lab.lab.difference("tree/large.bin", "large") == "", "\(outcome.text)")
            Soak.say("\(FileLoadScene.megabytes) MiB by \(name): alike, \(Int(Double(FileLoadScene.megabytes) / seconds)) MiB/s")
        }

        @Test(arguments: SampleFiles.sizes) func `by HTTP, curl, wget and busybox get every byte`(size: Int) throws {
            let (name, url) = (SampleFiles.name(size), "http://10.9.0.1:8080/\(SampleFiles.name(size))")
            for words in [
                ["curl", "-sS", url, "-o", "got"], ["curl", "-sS", "--http1.0", url, "-o", "got"],
                ["wget", "-q", url, "-O", "got"],
                ["busybox", "wget", "-q", url, "-O", "got"],
            ] {
                try? FileManager.default.removeItem(at: lab.lab.folder.appending(path: "got"))
                let outcome = try lab.phone.run(words[0], Array(words.dropFirst()))
                #expect(outcome.status == 0, "\(words): \(outcome.text)")
                #expect(try lab.lab.difference("tree/\(name)", "got") == "", "\(words)")
            }
        }
    }
}
