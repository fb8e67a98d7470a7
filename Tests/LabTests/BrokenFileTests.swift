import Foundation
import Packets
import Testing

extension LabTests.Files {
    /// Files that do not arrive whole, and what is told of them.
    @Suite(.scene(WebScene.self)) struct BrokenFileTests {
        private let lab: WebScene = scene()
        private let size = 24 << 20
        private static let configuration = WebScene.plain + WebScene.https + "ftp: {}\n"

        @Test(arguments: [("http", "http://10.9.0.1:8080"), ("https", "https://10.9.0.1:8443"), ("ftp", "ftp://10.9.0.1")])
        func `of a file that a client cut midway it is told how much went out`(row: (by: String, base: String)) throws {
            try lab.lab.write(SampleFiles.bytes(size), to: "tree/cut.bin")
            let bellhop = try Bellhop(on: lab.server, BrokenFileTests.configuration)
            defer { bellhop.program.end() }
            try? FileManager.default.removeItem(atPath: lab.path("got"))
            let outcome = try lab.curl("--limit-rate", "256k", "--max-time", "6", "-o", "got", "\(row.base)/cut.bin")
            // 28: the time ran out.
            #expect(outcome.status == 28, "\(outcome.text)")
            let taken = try lab.lab.read("got").count
            try #require(taken > 0 && taken < size)
            let entry = try bellhop.wait(for: "file.broken-off", ["name": "cut.bin", "by": row.by])
            let bytes = try #require(entry["bytes"].flatMap { Int($0) }, "\(entry.text)")
            #expect(bytes >= taken && bytes < size, "\(taken) were taken: \(entry.text)")
        }

        @Test(arguments: [("http", "http://10.9.0.1:8080"), ("ftp", "ftp://10.9.0.1")])
        func `a file that is written to on its way is not called whole`(row: (by: String, base: String)) throws {
            let name = "mixed-\(row.by).bin"
            try lab.lab.write(SampleFiles.bytes(size), to: "tree/\(name)")
            let bellhop = try Bellhop(on: lab.server, BrokenFileTests.configuration)
            defer { bellhop.program.end() }
            let client = try lab.phone.start(
                "curl", "--silent", "--show-error", "--limit-rate", "2M", "-o", "got-\(name)", "\(row.base)/\(name)")
            try eventually("nothing came") { lab.lab.hasBegun("got-\(name)") }
            let file = try #require(FileHandle(forWritingAtPath: lab.path("tree/\(name)")))
            try file.seek(toOffset: UInt64(size - 100))
            try file.write(contentsOf: Data("another's".utf8))
            try file.close()
            let outcome = try client.outcome(within: 60)
            let entry = try bellhop.wait(for: "file.broken-off", ["name": name, "by": row.by])
            #expect(entry["text"] == "the file is no longer what it was when the transfer began", "\(entry.text)")
            #expect(bellhop.log("file.served", ["name": name]).isEmpty)
            // FTP says so to the client too; by HTTP all of it is gone when it is found out.
            #expect((outcome.status == 0) == (row.by == "http"), "\(outcome)")
        }
    }
}
