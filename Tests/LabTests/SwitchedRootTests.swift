import Testing

extension LabTests.Files {
    @Suite(.scene(FTPPortScene.self)) struct SwitchedRootTests {
        private let lab: FTPPortScene = scene()

        @Test func `a root that a link leads to is the new one's after a reload, though the configuration is the same`() throws {
            for release in ["1", "2"] { try lab.lab.write("release \(release)", to: "releases/\(release)/common.cfg") }
            let configuration = "root: current\nhttp: {port: 8080}\n"
            func release() throws -> String { try lab.phone.run("curl", "-s", "http://10.9.0.1:8080/common.cfg").output }
            func link(_ release: String) throws {
                _ = try lab.lab.run("ln", ["-sfn", "releases/\(release)", lab.lab.folder.appending(path: "current").path])
            }
            try link("1")
            let bellhop = try Bellhop(on: lab.server, configuration)
            defer { bellhop.program.end() }
            #expect(try release() == "release 1")
            try link("2")
            try bellhop.reload(configuration)
            try bellhop.wait(for: "configuration.loaded")
            #expect(try release() == "release 2")
            // A root that is away for a moment takes nothing out of service.
            _ = try lab.lab.run("rm", [lab.lab.folder.appending(path: "current").path])
            try bellhop.reload(configuration)
            try eventually("the configuration was not loaded") { bellhop.log("configuration.loaded").count == 2 }
            #expect(try release() == "release 2")
        }
    }
}
