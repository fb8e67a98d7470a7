import Foundation
import Packets
import TestSupport
import Testing

extension LabTests.Files {
    /// Files over HTTP and HTTPS, in both directions.
    @Suite(.scene(WebScene.self)) struct WebTests {
        private let lab: WebScene = scene()

        /// Two parts of it go beyond 512 MiB in the whole.
        private let imageSize = Soak.size("IMAGE_MEGABYTES", usual: 48, whole: 1024) << 20

        /// Keeps the first part of a download, as if the line had broken.
        private func cut(_ name: String, to size: Int) throws {
            try FileHandle(forWritingTo: lab.lab.folder.appending(path: name)).truncate(atOffset: UInt64(size))
        }

        @Test func `H6 long files arrive byte for byte, at once and in two parts, by curl and by wget, over HTTP and HTTPS`()
            throws
        {
            for (name, size) in [("firmware.bin", 32 << 20), ("image.bin", imageSize)] {
                let made = try lab.lab.run("sh", ["-c", "head -c \(size) /dev/urandom > tree/\(name)"], seconds: 120)
                try #require(made.status == 0, "\(made.text)")
            }
            let bellhop = try Bellhop(on: lab.server, WebScene.plain + WebScene.https)
            defer { bellhop.program.end() }
            let plain = "http://10.9.0.1:8080"
            for base in [plain, "https://10.9.0.1:8443"] {
                #expect(try lab.curl("-o", "got", "\(base)/firmware.bin").status == 0)
                #expect(try lab.areEqual("got", "tree/firmware.bin"))
                try cut("got", to: 10_000_001)
                #expect(try lab.curl("-C", "-", "-o", "got", "\(base)/firmware.bin").status == 0)
                #expect(try lab.areEqual("got", "tree/firmware.bin"))
            }
            try cut("got", to: 20_000_002)
            let wget = try lab.phone.run("wget", "-q", "-c", "-O", "got", "\(plain)/firmware.bin")
            #expect(wget.status == 0, "\(wget.text)")
            #expect(try lab.areEqual("got", "tree/firmware.bin"))
            #expect(try lab.curl("-o", "got", "\(plain)/image.bin", seconds: 300).status == 0)
            #expect(try lab.areEqual("got", "tree/image.bin"))
            try cut("got", to: imageSize / 2 + 3)
            #expect(try lab.curl("-C", "-", "-o", "got", "\(plain)/image.bin", seconds: 300).status == 0)
            #expect(try lab.areEqual("got", "tree/image.bin"))
            try bellhop.wait(for: "file.served", ["name": "image.bin", "bytes": "\(imageSize / 2 - 3)"])
            for name in ["got", "tree/firmware.bin", "tree/image.bin"] {
                try FileManager.default.removeItem(at: lab.lab.folder.appending(path: name))
            }
        }

        @Test func `H5 a phone that polls gets 304 until the file is another one, which it gets at once`() throws {
            let bellhop = try Bellhop(on: lab.server, WebScene.plain)
            defer { bellhop.program.end() }
            let poll = {
                try self.lab.curl(
                    "--etag-compare", "etag", "--etag-save", "etag", "-w", "%{http_code}", "http://10.9.0.1:8080/polled.cfg"
                ).output
            }
            try lab.lab.write("one ", to: "tree/polled.cfg")
            #expect(try poll() == "one 200")
            #expect(try poll() == "304")
            try lab.lab.write("two ", to: "tree/polled.cfg")
            #expect(try poll() == "two 200")
            #expect(try poll() == "304")
            try bellhop.wait(for: "file.served", ["name": "polled.cfg", "unchanged": "true"])
        }

        @Test func `a phone is told an https address of this host only where it leads to a file`() throws {
            let rule = "rules: [{match: {vendor: snom}, url: \"https://{server}/{mac}-tls.htm\"}]\n"
            try lab.lab.write("<settings/>\n", to: "tree/000413123456-tls.htm")
            let bellhop = try Bellhop(on: lab.server, WebScene.plain + WebScene.https + rule)
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            let url = try #require(try client.provisioningURL())
            #expect(url == "https://10.9.0.1:8443/000413123456-tls.htm")
            #expect(try lab.curl(url).output == "<settings/>\n")
            try FileManager.default.removeItem(at: lab.lab.folder.appending(path: "tree/000413123456-tls.htm"))
            try bellhop.reload(WebScene.plain + WebScene.https + rule.replacing("-tls", with: "-gone"))
            try bellhop.wait(for: "configuration.loaded")
            try client.ask()
            try bellhop.wait(for: "ignored", mac: lab.phone.mac, ["reason": "nothing-to-serve"])
        }

        @Test func `a phone's log goes into its folder under state, and nowhere else`() throws {
            let bellhop = try Bellhop(
                on: lab.server, WebScene.plain + "rules: [{match: {mac: \"00:04:13\"}, uploads: {file-size: 1m, files: 2}}]\n")
            defer { bellhop.program.end() }
            // Its INFORM shows whose address that is.
            _ = try InformClient(lab.phone).provisioningURL()
            let log = try lab.lab.write(String(repeating: "line of a log\n", count: 70_000), to: "app.log")
            let url = "http://10.9.0.1:8080/logs/000413123456-app.log"
            let put = { (station: Station) in try self.lab.status(["-T", log, url], from: station) }
            #expect(try put(lab.laptop) == "403")
            #expect(try put(lab.phone) == "201")
            #expect(try put(lab.phone) == "201")
            #expect(try put(lab.phone) == "507")
            #expect(try lab.areEqual("app.log", "state/uploads/000413123456/000413123456-app.log"))
            #expect(try lab.areEqual("app.log", "state/uploads/000413123456/000413123456-app.log.1"))
            #expect(try lab.status([url]) == "404")
            try bellhop.wait(for: "file.uploaded", mac: lab.phone.mac, ["bytes": "980000"])
        }
    }
}
