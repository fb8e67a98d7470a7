import Packets
import Testing
import WebServer

@testable import FileServing

@Suite struct `Texts that clients make long` {
    private static let long = String(repeating: "\u{e9}", count: 4000)

    @Test(arguments: ["GET", "PUT", "DELETE"])
    func `T10 what events keep of a name and of a User-Agent is bounded, and says that it was cut`(method: String) throws {
        let scene = try WebScene("rules: [{uploads: true}]\n")
        _ = try scene.leave("/" + Self.long, [], method: method, [("User-Agent", Self.long)])
        let event = try #require(scene.events.list.first)
        #expect(event.name == "file.refused")
        let name = try #require(event.details.first { $0.name == "name" }?.text)
        #expect(name.utf8.count < 1100)
        #expect(name.hasPrefix("/\u{e9}"))
        #expect(name.hasSuffix("\u{e9}… (8001 octets)"))
        #expect(event.details.allSatisfy { $0.text.utf8.count < 1100 })
    }

    @Test func `T10 a request keeps what phones send, and of more the beginning`() {
        func request(_ name: String, _ agent: String) -> FileRequest {
            FileRequest(.http, rawName: name, name: RequestedName(name), peer: .any, userAgent: agent)
        }
        let longest = "/" + String(repeating: "a", count: 1023)
        let agent = String(repeating: "b", count: 512)
        #expect(request(longest, agent).rawName == longest)
        #expect(request(longest, agent).userAgent == agent)
        #expect(request(longest, agent).name == .name(String(longest.dropFirst())))
        #expect(request(longest + "a", agent + "b").rawName == longest + "… (1025 octets)")
        #expect(request(longest + "a", agent + "b").userAgent == agent + "… (513 octets)")
    }
}
